"""Files of exports written for tests, and what a reader gives of them."""

import contextlib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import msgspec

from weetwie.errors import Invalid
from weetwie.imports.box import opened
from weetwie.imports.sources.form import LONGEST, Asked, Channel, LeftOut, Message, Record, Removed, Trouble


class Given(msgspec.Struct):
    """What a reader gave, by its kind."""

    name: str
    records: list[Record]

    @property
    def messages(self) -> list[Message]:
        return [one for one in self.records if isinstance(one, Message)]

    @property
    def channels(self) -> list[Channel]:
        return [one for one in self.records if isinstance(one, Channel)]

    @property
    def troubles(self) -> list[Trouble]:
        return [one for one in self.records if isinstance(one, Trouble)]

    @property
    def removed(self) -> list[Removed]:
        return [one for one in self.records if isinstance(one, Removed)]

    @property
    def left(self) -> Counter[str]:
        found = Counter[str]()
        for one in self.records:
            if isinstance(one, LeftOut):
                found[one.reason] += one.count
        return found

    def by_key(self) -> dict[str, Message]:
        return {one.key: one for one in self.messages}


def put(folder: Path, files: Mapping[str, bytes | str]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def given(reader: ModuleType, path: Path, asked: Asked | None = None) -> Given:
    with opened(path) as box:
        export = reader.read(box, asked or Asked())
        records = list(export.records)
        assert 0 <= export.position() <= export.size
    return Given(export.name, records)


def sound(reader: ModuleType, path: Path, asked: Asked | None = None) -> Given | None:
    """Read whatever it is, or refused with a sentence; and all that is given is what the form promises."""
    found = None
    with contextlib.suppress(Invalid):
        found = given(reader, path, asked)
    known: set[str] = set()
    for one in found.records if found else []:
        if isinstance(one, Channel):
            known.add(one.key)
        elif isinstance(one, Message):
            assert one.channel in known and one.key and one.at.tzinfo is not None
            assert len(one.text) <= LONGEST and (one.text or one.title)
            words = [one.text, one.title, one.key, *one.tags, *one.files, one.author.name, one.author.key]
            assert not any("\x00" in word for word in words)
            "".join(words).encode()
        elif isinstance(one, Trouble):
            assert one.reason.format_map({**one.values})
    return found
