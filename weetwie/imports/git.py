"""Posts from the history of a git repository: each commit that is no merge is a post by its author."""

import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Final

from weetwie.imports.lines import LONGEST, BadLine
from weetwie.imports.records import BadRecord, PostRecord, SourcePerson, clean, moment
from weetwie.imports.table import line_of
from weetwie.text.programs import is_program
from weetwie.text.signs import bare_address, visible

GIT: Final = ("git", "--no-pager", "-c", "log.showSignature=false", "-c", "core.fsmonitor=false")
_FIELDS: Final = ("%H", "%aN", "%aE", "%at", "%e", "%B", "%(trailers)")
_FORMAT: Final = "%x00".join(_FIELDS) + "%x00"

_TRAILER: Final = re.compile(r"([A-Za-z0-9-]+(?: ID)?)[ \t]*:[ \t]*(\S.*)", re.DOTALL)
_SURELY: Final = re.compile(
    r"([a-z]+(-[a-z]+)*-by|fixes|cc|change-id|link|closes|bugzilla id|coverity issue|git-svn-id|depends-on)",
    re.IGNORECASE,
)
"""Trailers wherever they stand; any other `Key: value` is one only in a last paragraph that git takes for trailers."""
_ENDORSES: Final = frozenset(("reviewed-by", "acked-by", "tested-by"))
_SHARES: Final = frozenset(("co-authored-by", "co-developed-by"))
_NAMED: Final = re.compile(r"([^<>]*)<\s*([^<>\s]+@[^<>\s]+)\s*>")
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
        self.encoding = self._said("i18n.commitEncoding")
        """What commits are in that do not say it themselves, beside UTF-8."""

    def posts(self) -> Iterator[PostRecord | BadLine]:
        """The commits, oldest first. Their numbers count from 1."""
        command = [
            *GIT,
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
                    yield _read(self.position, fields, self.encoding)
                if git.wait() != 0:
                    yield BadLine(self.position + 1, f"git log ended with {git.returncode}")
            finally:
                git.kill()

    def _said(self, setting: str) -> str:
        try:
            return self._ask("config", "--get", setting)
        except BadRecord:
            return ""

    def _ask(self, *words: str) -> str:
        try:
            done = subprocess.run([*GIT, *words], cwd=self.folder, capture_output=True, check=False)
        except OSError as error:
            raise BadRecord(f"{self.folder}: {error.strerror}") from error
        if done.returncode != 0:
            raise BadRecord(f"{self.folder}: {done.stderr.decode(errors='replace').strip()}")
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


def _read(number: int, fields: list[bytes], encoding: str) -> PostRecord | BadLine:
    key, address, at = (fields[place].decode(errors="replace").strip() for place in (0, 2, 3))
    # What git could not read itself comes as it lies, with the name of its encoding.
    named = [fields[4].decode("ascii", "replace").strip(), encoding]
    name, message, block = (_text(fields[place], named).strip("\r\n\t ") for place in (1, 5, 6))
    try:
        text, endorsers, co = told(message, block)
        if not text:
            raise BadRecord(f"commit {key[:12]} has no message")
        if "@" not in address:
            raise BadRecord(f"commit {key[:12]} has no address of an author")
        return PostRecord(
            number=number,
            key=key,
            author=SourcePerson("", visible(clean(name)), bare_address(address)),
            at=moment(int(at)),
            text=text,
            endorsers=endorsers,
            co=co,
            is_question=False,
        )
    except ValueError as error:
        return BadLine(number, str(error))


def _text(field: bytes, named: Sequence[str]) -> str:
    """UTF-8 where it is; else by what the commit or the repository says; else, line by line, Windows-1252."""
    for encoding in ("utf-8", *named):
        try:
            return field.decode(encoding)
        except (LookupError, UnicodeError, ValueError):
            continue
    return "\n".join(map(line_of, field.split(b"\n")))


def told(message: str, block: str = "") -> tuple[str, tuple[SourcePerson, ...], tuple[SourcePerson, ...]]:
    """What a message says without trailers and addresses, who endorsed it, and who shared in it. `block` is what git takes for
    the trailers at its end."""
    text = clean(message).replace("\r\n", "\n").strip()
    endorsers, co = dict[str, SourcePerson](), dict[str, SourcePerson]()
    last = _trailers(clean(block).replace("\r\n", "\n").strip("\n"))
    if any(_SURELY.fullmatch(key) for key, _value in last) and text.endswith(
        block := block.replace("\r\n", "\n").strip()
    ):
        text = text[: len(text) - len(block)].rstrip()
    else:
        last = []
    kept: list[str] = []
    for index, line in enumerate(text.split("\n")):
        found = _TRAILER.fullmatch(line.strip()) if index else None
        if found and _SURELY.fullmatch(found[1]):
            _note(found[1].lower(), found[2], endorsers, co)
        else:
            kept.append(_ADDRESS.sub("", line).rstrip())
    for key, value in last:
        _note(key.lower(), value, endorsers, co)
    plain = re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
    return plain, tuple(endorsers.values()), tuple(co.values())


def _trailers(block: str) -> list[tuple[str, str]]:
    """A line that begins with a blank goes on with the one before."""
    lines = re.sub(r"\n[ \t]+", " ", block).split("\n")
    return [(found[1], found[2]) for line in lines if (found := _TRAILER.fullmatch(line.strip()))]


def _note(trailer: str, value: str, endorsers: dict[str, SourcePerson], co: dict[str, SourcePerson]) -> None:
    """Programs endorse nothing and share in nothing."""
    people = endorsers if trailer in _ENDORSES else co if trailer in _SHARES else None
    if people is None:
        return
    for name, address in _NAMED.findall(value):
        who = SourcePerson("", visible(name).strip(' ",;&'), bare_address(address))
        if len(people) < 1000 and not is_program(who.name, who.address):
            people.setdefault(who.address.lower(), who)
