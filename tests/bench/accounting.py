"""CPU time and memory of a process and of all that came from it, those that have ended included.

Where a cgroup (v2) can be made, the kernel adds up by itself (`cpu.stat`). Elsewhere each process is asked for its own CPU clock,
which is what `schedstat` of all its threads adds up to, ended threads included; ended processes are in the `cutime` and `cstime` of
whoever waited for them, and the rig makes itself the one who inherits orphans.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
_CGROUPS = (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified"))
_PR_SET_CHILD_SUBREAPER = 36


def inherit_orphans() -> None:
    """Let a process whose parent has ended become a child of ours, so that its CPU time is not lost."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class Tree:
    """A command that we started, and every process that came from it."""

    def __init__(
        self,
        command: Sequence[str],
        env: Mapping[str, str] | None = None,
        log: Path | None = None,
        *,
        cgroup: bool = True,
    ) -> None:
        inherit_orphans()
        self._cgroup = _new_cgroup() if cgroup else None
        self._known: set[int] = set()
        out = log.open("ab") if log else subprocess.DEVNULL
        try:
            self.process = subprocess.Popen(
                command,
                env=dict(env) if env else None,
                stdout=out,
                stderr=subprocess.STDOUT,
                preexec_fn=self._enter,
                start_new_session=True,
            )
        finally:
            if log:
                out.close()  # type: ignore[union-attr]

    def _enter(self) -> None:
        if self._cgroup:
            (self._cgroup / "cgroup.procs").write_text(str(os.getpid()))

    @property
    def way(self) -> str:
        """How the CPU time is counted."""
        return "cgroup cpu.stat" if self._cgroup else "process CPU clocks"

    def pids(self) -> list[int]:
        """All living processes of the tree."""
        if self._cgroup:
            return [int(pid) for pid in (self._cgroup / "cgroup.procs").read_text().split()]
        parents = _parents()
        found, front = [], [self.process.pid]
        front += [pid for pid in self._known if parents.get(pid) == os.getpid()]
        while front:
            pid = front.pop()
            if pid in parents and pid not in found:
                found.append(pid)
                front += [child for child, parent in parents.items() if parent == pid]
        self._known.update(found)
        return found

    def cpu(self) -> float:
        """CPU seconds spent so far by the whole tree."""
        if self._cgroup:
            lines = (self._cgroup / "cpu.stat").read_text().splitlines()
            return int(next(line for line in lines if line.startswith("usage_usec")).split()[1]) / 1e6
        return sum(_cpu(pid) for pid in self.pids())

    def pss(self) -> int:
        """Bytes of memory of the whole tree, what is shared counted once (PostgreSQL's shared buffers too)."""
        return sum(_pss(pid) for pid in self.pids())

    def parts(self) -> list[tuple[str, float, int]]:
        """Name, CPU seconds and memory of each living process, the busiest first."""
        rows = [(_name(pid), _cpu(pid, children=False), _pss(pid)) for pid in self.pids()]
        return sorted(rows, key=lambda row: -row[1])

    def memory(self) -> dict[str, int]:
        """Bytes by kind of process, without the files that other programs may share; in `shared` the buffers of PostgreSQL."""
        found: dict[str, int] = {}
        for pid in self.pids():
            rows = _rollup(pid)
            kind = (
                "PostgreSQL" if _name(pid).startswith("postgres") or "/postgres" in _name(pid) else "Python"
            )
            found[kind] = found.get(kind, 0) + rows.get("Pss_Anon", 0)
            found["shared"] = found.get("shared", 0) + rows.get("Pss_Shmem", 0)
        return found

    def files(self) -> int:
        """Open file descriptors of the whole tree."""
        return sum(_files(pid) for pid in self.pids())

    def stop(self, seconds: float = 10) -> float:
        """End the tree politely, then firmly; the seconds that it took."""
        begin = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)
        took = time.monotonic() - begin
        for pid in self.pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        self._leave()
        return took

    def _leave(self) -> None:
        for _ in range(50):
            if not self._cgroup:
                return
            with suppress(OSError):
                self._cgroup.rmdir()
                return
            time.sleep(0.02)


def _new_cgroup() -> Path | None:
    for root in _CGROUPS:
        path = root / f"weetwie-bench-{os.getpid()}-{time.monotonic_ns()}"
        if not (root / "cgroup.procs").exists() or not (root / "cgroup.controllers").exists():
            continue
        with suppress(OSError):
            path.mkdir()
            if (path / "cpu.stat").exists() and os.access(path / "cgroup.procs", os.W_OK):
                return path
            path.rmdir()
    return None


def _parents() -> dict[int, int]:
    found = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            with suppress(OSError):
                found[int(name)] = int(_stat(int(name))[1])
    return found


def _stat(pid: int) -> list[str]:
    """The fields of `stat` from the state on: 0 state, 1 parent, ..., 13 cutime, 14 cstime."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _cpu(pid: int, *, children: bool = True) -> float:
    try:
        own = time.clock_gettime((~pid << 3) | 2)  # clock_getcpuclockid(3), written out
        fields = _stat(pid)
    except OSError:
        return 0.0
    return own + ((int(fields[13]) + int(fields[14])) / _TICK if children else 0.0)


def _pss(pid: int) -> int:
    return _rollup(pid).get("Pss", 0)


def _rollup(pid: int) -> dict[str, int]:
    """Bytes of its memory, by how it is used."""
    found: dict[str, int] = {}
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
            name, _colon, size = line.partition(":")
            found[name] = int(size.split()[0]) * 1024
    return found


def _files(pid: int) -> int:
    with suppress(OSError):
        return len(os.listdir(f"/proc/{pid}/fd"))
    return 0


def _name(pid: int) -> str:
    with suppress(OSError):
        words = (
            Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        )
        return words[:60]
    return "?"
