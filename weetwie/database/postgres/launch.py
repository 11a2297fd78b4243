"""Turns itself into a PostgreSQL program that ends with its parent and is not root: `launch.py PARENT MODE UID GID PROGRAM ...`.

Run by path in a bare interpreter, so it imports nothing of Weetwie. PostgreSQL refuses to run as root. MODE `namespace`
enters a user namespace in which root is called UID (no account is needed, no file changes hands); `drop` becomes UID for
good; `same` stays who it is. The parent-death signal comes after that, because a change of identity clears it.
"""

import ctypes
import os
import signal
import sys

_CLONE_NEWUSER = 0x10000000
_PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, mode, uid, gid, *command = sys.argv[1:]
    if mode == "namespace":
        try:
            enter_namespace(int(uid), int(gid))
        except OSError as error:
            sys.exit(f"user namespaces are closed: {error}")
    elif mode == "drop":
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
    end_with(int(parent))
    os.umask(0o077)
    os.execv(command[0], command)  # noqa: S606


def enter_namespace(uid: int, gid: int) -> None:
    outer_uid, outer_gid = os.geteuid(), os.getegid()
    _call("unshare", _CLONE_NEWUSER)
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{uid} {outer_uid} 1"),
        ("gid_map", f"{gid} {outer_gid} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:  # noqa: PTH123
            file.write(text)


def end_with(parent: int) -> None:
    if sys.platform == "linux":
        # INT is PostgreSQL's fast, clean shutdown; it comes even when the parent was killed with -9.
        _call("prctl", _PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the parent has ended already")


def _call(name: str, *arguments: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


if __name__ == "__main__":
    main()
