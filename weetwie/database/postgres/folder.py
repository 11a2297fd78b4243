"""The folder of the embedded database: who holds it, where its socket is, who is still at work in it."""

import fcntl
import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import msgspec

from weetwie.database.postgres.problem import NoDatabase

_LONGEST_SOCKET = 107
"""Bytes that the kernel takes as the address of a socket."""

SOCKET = ".s.PGSQL.5432"


class Holder(msgspec.Struct, frozen=True):
    """What the one who holds the folder has written into the lock."""

    pid: int
    sockets: str


@dataclass(frozen=True)
class Folder:
    """`cluster/` is PostgreSQL's own; beside it lie the lock, the log and, unless the path is too long, the socket."""

    path: Path

    @property
    def cluster(self) -> Path:
        return self.path / "cluster"

    @property
    def log(self) -> Path:
        return self.path / "postgres.log"

    @property
    def major(self) -> int | None:
        """The major version that made the cluster; None if there is none yet."""
        try:
            return int((self.cluster / "PG_VERSION").read_text().split(".")[0])
        except (FileNotFoundError, ValueError):
            return None

    def make(self) -> None:
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path.chmod(0o700)
            with tempfile.TemporaryFile(dir=self.path):
                pass
        except OSError as error:
            raise NoDatabase(
                f"The data folder {self.path.parent} cannot be written to ({error.strerror}). "
                "Make it writable, or choose another (--data, WEETWIE_DATA)."
            ) from error

    def sockets(self) -> Path:
        """The folder of the socket: here, or where the path is too long, a private one with a short name."""
        here = self.path / "socket"
        if len(os.fsencode(here / SOCKET)) <= _LONGEST_SOCKET:
            here.mkdir(mode=0o700, exist_ok=True)
            return here
        return self._short_sockets()

    def _short_sockets(self) -> Path:
        mark = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:16]
        for base in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp"):  # noqa: S108
            place = Path(base or "/nowhere") / f"weetwie-{mark}"
            if len(os.fsencode(place / SOCKET)) > _LONGEST_SOCKET or not place.parent.is_dir():
                continue
            place.mkdir(mode=0o700, exist_ok=True)
            found = place.lstat()
            is_ours = found.st_uid in (os.geteuid(), self.path.stat().st_uid)
            if not (is_ours and stat.S_ISDIR(found.st_mode)) or found.st_mode & 0o077:
                raise NoDatabase(
                    f"{place} belongs to somebody else; the socket of the database cannot be there."
                )
            return place
        raise NoDatabase(f"The path {self.path} is too long for a socket, and there is no temporary folder.")


class Lock:
    """The hold on a folder: one program at a time runs its server. It ends with the program, however that ends."""

    def __init__(self, folder: Folder) -> None:
        self._path = folder.path / "lock"
        self._file: int | None = None

    @property
    def is_held(self) -> bool:
        return self._file is not None

    def take(self, sockets: Path) -> bool:
        """Whether the folder is now ours."""
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        os.ftruncate(file, 0)
        os.pwrite(file, msgspec.json.encode(Holder(os.getpid(), str(sockets))), 0)
        self._file = file
        return True

    def release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def holder(self) -> Holder | None:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Holder)
        except (OSError, msgspec.DecodeError):
            return None


def dsn(sockets: Path | str, database: str = "weetwie") -> str:
    return f"postgresql:///{quote(database)}?host={quote(str(sockets), safe='')}&user=weetwie"


def at_work(cluster: Path) -> list[int]:
    """The processes of a server that lives in this cluster; each stands in its folder. Empty where there is no /proc."""
    target = os.path.realpath(cluster)
    try:
        numbers = filter(str.isdigit, os.listdir("/proc"))  # noqa: PTH208
        return [int(pid) for pid in numbers if _is_at_work(pid, target)]
    except FileNotFoundError:
        return []


def _is_at_work(pid: str, folder: str) -> bool:
    try:
        return (
            os.readlink(f"/proc/{pid}/cwd") == folder  # noqa: PTH115
            and Path(f"/proc/{pid}/comm").read_text() == "postgres\n"
        )
    except OSError:
        return False
