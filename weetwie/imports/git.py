"""Posts from the history of a git repository: each commit that is no merge is a post by its author."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from weetwie.imports.lines import LONGEST, Bad
from weetwie.imports.records import PostRecord, Who, Wrong, clean, moment

_GIT: Final = ("git", "--no-pager", "-c", "log.showSignature=false", "-c", "core.fsmonitor=false")
_FIELDS: Final = ("%H", "%aN", "%aE", "%at", "%B")
_FORMAT: Final = "%x00".join(_FIELDS) + "%x00"

_TRAILER: Final = re.compile(r"([A-Za-z][A-Za-z0-9-]*(?: ID)?):\s+(\S.*)")
_SURELY: Final = re.compile(
    r"([a-z]+(-[a-z]+)*-by|fixes|cc|change-id|link|closes|bugzilla id|coverity issue|git-svn-id|depends-on)",
    re.IGNORECASE,
)
"""Trailers wherever they stand; any other `Key: value` is one only in a last paragraph of trailers."""
_ENDORSES: Final = frozenset(("reviewed-by", "acked-by", "tested-by"))
_SHARES: Final = frozenset(("co-authored-by", "co-developed-by"))
_NAMED: Final = re.compile(r"\s*\"?([^<\"]*?)\"?\s*<\s*([^<>\s]+@[^<>\s]+)\s*>.*")
_ADDRESS: Final = re.compile(r"<?\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+>?")


class Repository:
    """A local repository. Raises Wrong when the folder is none, or when git says no."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = folder.resolve().name
        self.head = self._ask("rev-parse", "--verify", "HEAD^{commit}")
        self.size = int(self._ask("rev-list", "--count", "--no-merges", "HEAD"))
        self.first = self._ask("rev-list", "--max-parents=0", "--max-count=1", "HEAD")
        self.position = 0

    def posts(self) -> Iterator[PostRecord | Bad]:
        """The commits, oldest first. Their numbers count from 1."""
        command = [
            *_GIT,
            "log",
            "--no-merges",
            "--reverse",
            "--use-mailmap",
            "--encoding=UTF-8",
            f"--format={_FORMAT}",
            self.head,
        ]
        with subprocess.Popen(
            command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as git:
            assert git.stdout is not None
            try:
                for fields in _records(git.stdout, len(_FIELDS)):
                    self.position += 1
                    yield _read(self.position, fields)
                if git.wait() != 0:
                    yield Bad(self.position + 1, f"git log ended with {git.returncode}")
            finally:
                git.kill()

    def _ask(self, *words: str) -> str:
        try:
            done = subprocess.run([*_GIT, *words], cwd=self.folder, capture_output=True, check=False)
        except OSError as error:
            raise Wrong(f"{self.folder}: {error.strerror}") from error
        if done.returncode != 0:
            raise Wrong(f"{self.folder}: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout.decode().strip()


def _records(stream: IO[bytes], size: int) -> Iterator[list[bytes]]:
    """Pieces between NULs, `size` at a time; a piece far longer than a line may be is cut."""
    rest, fields = b"", list[bytes]()
    while chunk := stream.read(1 << 16):
        *pieces, rest = (rest + chunk).split(b"\x00")
        rest = rest[:LONGEST]
        for piece in pieces:
            fields.append(piece[:LONGEST])
            if len(fields) == size:
                yield fields
                fields = []


def _read(number: int, fields: list[bytes]) -> PostRecord | Bad:
    key, name, address, at, message = (field.decode(errors="replace").strip() for field in fields)
    try:
        text, endorsers, co = told(message)
        if not text:
            raise Wrong(f"commit {key[:12]} has no message")
        if "@" not in address:
            raise Wrong(f"commit {key[:12]} has no address of an author")
        return PostRecord(
            number=number,
            key=key,
            author=Who("", clean(name), address),
            at=moment(int(at)),
            text=text,
            endorsers=endorsers,
            co=co,
            is_question=False,
        )
    except ValueError as error:
        return Bad(number, str(error))


def told(message: str) -> tuple[str, tuple[Who, ...], tuple[Who, ...]]:
    """What a message says without trailers and addresses, who endorsed it, and who shared in it."""
    lines = clean(message).replace("\r\n", "\n").strip().split("\n")
    endorsers, co = dict[str, Who](), dict[str, Who]()
    start = _start_of_trailers(lines)
    kept = []
    for index, line in enumerate(lines):
        trailer = _TRAILER.fullmatch(line.strip()) if index else None
        if trailer and (index >= start or _SURELY.fullmatch(trailer[1])):
            _note(trailer[1].lower(), trailer[2], endorsers, co)
        elif index < start:
            kept.append(_ADDRESS.sub("", line).rstrip())
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
    return text, tuple(endorsers.values()), tuple(co.values())


def _start_of_trailers(lines: list[str]) -> int:
    """Where the last paragraph begins, if it is made of trailers; never the first line."""
    start = len(lines)
    while start > 1 and lines[start - 1].strip():
        start -= 1
    last = lines[start:]
    found = [_TRAILER.fullmatch(line.strip()) for line in last]
    is_one = any(one and _SURELY.fullmatch(one[1]) for one in found)
    holds_more = any(not one and not line[:1].isspace() for one, line in zip(found, last, strict=True))
    return start if start > 1 and is_one and not holds_more else len(lines)


def _note(trailer: str, value: str, endorsers: dict[str, Who], co: dict[str, Who]) -> None:
    named = _NAMED.fullmatch(value)
    people = endorsers if trailer in _ENDORSES else co if trailer in _SHARES else None
    if named and people is not None and len(people) < 1000:
        people.setdefault(named[2].lower(), Who("", named[1].strip(), named[2]))
