"""Mails out of the git repositories of public-inbox: of its first form, a file a mail, and its second, a commit a mail."""

import re
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from weetwie.imports.git import GIT
from weetwie.imports.sources.checked import NOT_READABLE
from weetwie.imports.sources.form import Trouble
from weetwie.imports.sources.mail_files import LARGEST, RawMail

_HEAD: Final = re.compile(r"(.*?)HEAD")
_BLOB: Final = re.compile(r":\d+ (\d+) ([0-9a-f]{40,64}) ([0-9a-f]{40,64}) ([AMD])\t(.*)")
_NOTHING: Final = re.compile(r"0+")
_MAIL: Final = re.compile(r"m|[0-9a-f]{2}/[0-9a-f]{38,62}")
"""Where mails lie: in `m`, or under the digest of their Message-ID."""


def repositories(names: Iterable[str]) -> list[str]:
    """The folders of repositories, the first epoch first; `all.git` holds only what the others hold."""
    there = set(names)
    with_objects = {name.rpartition("objects/")[0] for name in there if "objects/" in name}
    found = [
        match[1]
        for name in there
        if (match := _HEAD.fullmatch(name)) and match[1] in with_objects and not match[1].endswith("all.git/")
    ]
    return sorted(
        found, key=lambda name: [int(part) if part.isdecimal() else 0 for part in re.split(r"\D+", name)]
    )


def count(folder: Path) -> int:
    """Of commits; none where git cannot read it."""
    try:
        said = subprocess.run(
            [*GIT, "rev-list", "--count", "HEAD"], cwd=folder, capture_output=True, check=False
        ).stdout
    except OSError:
        return 0
    return int(said) if said.strip().isdigit() else 0


def mails(folder: Path, name: str, note: Callable[[], None]) -> Iterator[tuple[RawMail, bool] | Trouble]:
    """Each mail, the oldest commit first, and whether it was added or removed. `note` is called for each commit."""
    log = [*GIT, "log", "--reverse", "--raw", "--no-abbrev", "--no-renames", "--format=%H", "HEAD"]
    read = [*GIT, "cat-file", "--batch"]
    pipes = {"cwd": folder, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    try:
        with (
            subprocess.Popen(log, **pipes) as commits,  # type: ignore[call-overload]
            subprocess.Popen(read, stdin=subprocess.PIPE, **pipes) as blobs,  # type: ignore[call-overload]
        ):
            try:
                yield from _mails(commits, blobs, name, note)
                if commits.wait() != 0:
                    yield Trouble(name, "", NOT_READABLE, {"reason": f"git log: {commits.returncode}"})
            finally:
                commits.kill()
                blobs.kill()
    except OSError as error:
        yield Trouble(name, "", NOT_READABLE, {"reason": str(error)})


def _mails(
    commits: "subprocess.Popen[bytes]",
    blobs: "subprocess.Popen[bytes]",
    name: str,
    note: Callable[[], None],
) -> Iterator[tuple[RawMail, bool]]:
    assert commits.stdout is not None
    commit = ""
    for given in commits.stdout:
        line = given.decode("utf-8", "replace").rstrip("\n")
        found = _BLOB.fullmatch(line)
        if not found:
            if line:
                commit = line[:12]
                note()
            continue
        _mode, old, new, kind, path = found.groups()
        is_added = kind != "D" and _MAIL.fullmatch(path) is not None
        is_removed = path == "d" or (kind == "D" and path != "m" and _MAIL.fullmatch(path) is not None)
        blob = new if not _NOTHING.fullmatch(new) else old
        if (is_added or is_removed) and (data := _blob(blobs, blob)) is not None:
            yield RawMail(name, f"commit {commit}", data), is_added


def _blob(blobs: "subprocess.Popen[bytes]", name: str) -> bytes | None:
    """None for what is not there (a clone that is not whole)."""
    assert blobs.stdin is not None and blobs.stdout is not None
    blobs.stdin.write(name.encode() + b"\n")
    blobs.stdin.flush()
    head = blobs.stdout.readline().split()
    if len(head) != 3 or not head[2].isdigit():
        return None
    left = int(head[2])
    data = blobs.stdout.read(min(left, LARGEST))
    left -= len(data)
    while left > 0 and (piece := blobs.stdout.read(min(left, 1 << 16))):
        left -= len(piece)
    blobs.stdout.read(1)
    return data
