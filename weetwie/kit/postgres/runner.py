"""As whom PostgreSQL runs: it refuses to be root, so root lends it another name."""

import os
import pwd
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from weetwie.kit.postgres.launch import NAMESPACE_CLOSED
from weetwie.kit.postgres.problem import NoDatabase

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
    owner = folder.stat()
    if uid == 0 and owner.st_uid != 0:
        return Runner("drop", owner.st_uid, owner.st_gid)
    # Inside the namespace any name will do, but initdb looks it up: it must be one that exists.
    name = _named(1000, "postgres", "nobody")
    if name is not None and _is_namespace_open(Runner("namespace", name.pw_uid, name.pw_gid), postgres):
        return Runner("namespace", name.pw_uid, name.pw_gid)
    if uid != 0:
        raise NoDatabase(f"PostgreSQL wants an account with a name: add user {uid} to /etc/passwd.")
    return _dropped(folder)


def _dropped(folder: Path) -> Runner:
    account = _named("postgres", "nobody")
    if account is None:
        raise NoDatabase(
            "PostgreSQL refuses to run as root and there is no other account: run as an ordinary user."
        )
    for parent in folder.resolve().parents:
        if not parent.stat().st_mode & 0o001:
            raise NoDatabase(
                f"PostgreSQL refuses to run as root, and as {account.pw_name} it cannot pass through {parent}. "
                "Run as an ordinary user, or choose another data folder (--data, WEETWIE_DATA)."
            )
    return Runner("drop", account.pw_uid, account.pw_gid)


def _is_namespace_open(runner: Runner, postgres: str) -> bool:
    probe = subprocess.run(runner.command(postgres, "--version"), capture_output=True, text=True, check=False)
    if probe.returncode not in (0, NAMESPACE_CLOSED):
        raise NoDatabase(f"PostgreSQL does not run here: {probe.stderr.strip() or probe.returncode}")
    return probe.returncode == 0


def _named(*wanted: int | str) -> pwd.struct_passwd | None:
    for one in wanted:
        try:
            return pwd.getpwuid(one) if isinstance(one, int) else pwd.getpwnam(one)
        except KeyError:
            continue
    return None
