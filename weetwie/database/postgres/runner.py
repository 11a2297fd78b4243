"""As whom PostgreSQL runs: it refuses to be root, so root lends it another name."""

import os
import pwd
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from weetwie.database.postgres.problem import NoDatabase

_LAUNCH = str(Path(__file__).with_name("launch.py"))


@dataclass(frozen=True)
class Runner:
    mode: Literal["same", "namespace", "drop"]
    uid: int
    gid: int

    def command(self, *program: str) -> list[str]:
        """The command line that runs the program as this runner, as a child that ends with us."""
        bare = [sys.executable, "-I", "-S", _LAUNCH, str(os.getpid())]
        return [*bare, self.mode, str(self.uid), str(self.gid), *program]

    def can(self, *program: str) -> bool:
        """Whether the program runs here as this runner; it must be one that ends by itself."""
        return subprocess.run(self.command(*program), capture_output=True, check=False).returncode == 0

    def own(self, *trees: Path) -> None:
        """Gives to the one who was dropped to what they must own, with all that an earlier run made as root."""
        if self.mode != "drop":
            return
        for tree in trees:
            if tree.exists() and tree.stat().st_uid != self.uid:
                for path in (tree, *tree.rglob("*")):
                    os.chown(path, self.uid, self.gid, follow_symlinks=False)


def choose(folder: Path, postgres: str) -> Runner:
    """Ourselves if we may; as root (or nameless) a user namespace; where those are closed, an unprivileged user."""
    uid, gid = os.geteuid(), os.getegid()
    if uid != 0 and _named(uid) is not None:
        return Runner("same", uid, gid)
    if uid == 0 and folder.stat().st_uid != 0:
        return _dropped(folder)
    # Inside the namespace any name will do, but initdb looks it up: it must be one that exists.
    name = _named(1000, "postgres", "nobody")
    if name is not None:
        runner = Runner("namespace", name.pw_uid, name.pw_gid)
        if runner.can(postgres, "--version"):
            return runner
    if uid != 0:
        raise NoDatabase(f"PostgreSQL wants an account with a name: add user {uid} to /etc/passwd.")
    return _dropped(folder)


def _dropped(folder: Path) -> Runner:
    owner = folder.stat()
    uid, gid = owner.st_uid, owner.st_gid
    if uid == 0:
        account = _named("postgres", "nobody")
        if account is None:
            raise NoDatabase(
                "PostgreSQL refuses to run as root and there is no other account: run as an ordinary user."
            )
        uid, gid = account.pw_uid, account.pw_gid
    runner = Runner("drop", uid, gid)
    if not runner.can("/bin/ls", "-d", str(folder)):
        raise NoDatabase(
            f"PostgreSQL refuses to run as root, and user {uid} in its place cannot pass through to {folder}. "
            "Run as an ordinary user, or choose another data folder (--data, WEETWIE_DATA)."
        )
    return runner


def _named(*wanted: int | str) -> pwd.struct_passwd | None:
    for one in wanted:
        try:
            return pwd.getpwuid(one) if isinstance(one, int) else pwd.getpwnam(one)
        except KeyError:
            continue
    return None
