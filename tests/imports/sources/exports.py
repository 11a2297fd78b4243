"""Makes small exports and reads them; values of any kind to put in the place of others."""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from weetwie.imports.box import opened
from weetwie.imports.sources.form import Asked, Channel, LeftOut, Message, Reader, Record, Removed, Trouble

CANARY = "canary-that-nobody-may-see"

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**25), 10**25)
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(
        [
            "\ud800",
            "\x00",
            "1433562823.000012",
            "2020-01-01T00:00:00Z",
            "https://[",
            "<@U1>",
            "```",
            "a" * 300,
        ]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "text", "type", "user", "name", "value", "elements", "content"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


def packed(path: Path, files: Mapping[str, Any]) -> Path:
    """A ZIP; what is not bytes is written as JSON."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content if isinstance(content, bytes) else json.dumps(content))
    return path


def read(reader: Reader, path: Path, asked: Asked | None = None) -> list[Record]:
    with opened(path) as box:
        return list(reader(box, asked or Asked()).records)


def messages(records: list[Record]) -> list[Message]:
    return [one for one in records if isinstance(one, Message)]


def texts(records: list[Record]) -> list[str]:
    return [one.text for one in messages(records)]


def channels(records: list[Record]) -> list[Channel]:
    return [one for one in records if isinstance(one, Channel)]


def troubles(records: list[Record]) -> list[Trouble]:
    return [one for one in records if isinstance(one, Trouble)]


def removed(records: list[Record]) -> list[str]:
    return [one.key for one in records if isinstance(one, Removed)]


def left_out(records: list[Record]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in records:
        if isinstance(one, LeftOut) and one.count:
            counts[one.reason] = counts.get(one.reason, 0) + one.count
    return counts


def every_place(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The ways to each value in a value, in keys and indexes."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way, *(place for key, one in inner for place in every_place(one, (*way, key)))]


def with_other(value: Any, way: tuple[Any, ...], other: Any) -> Any:
    """A value with another one in one of its places."""
    if not way:
        return other
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[way[0]] = with_other(value[way[0]], way[1:], other)
    return copy


def storable(records: list[Record]) -> bool:
    """Nothing in it that a database refuses: lone surrogates, NULs."""
    return all(b"\x00" not in repr_of(one).encode() for one in records)


def repr_of(record: Record) -> str:
    parts = [getattr(record, field) for field in record.__struct_fields__]
    return " ".join(str(part) if isinstance(part, str) else "" for part in parts)
