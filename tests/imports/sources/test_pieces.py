"""JSON is read one value at a time, however it is cut, written or damaged."""

import io
import json
from typing import Any

import pytest
from hypothesis import example, given, settings, strategies as st

from tests.imports.sources.exports import anything
from weetwie.imports.box import OpenArchive
from weetwie.imports.sources import pieces as reading
from weetwie.imports.sources.files import Files
from weetwie.imports.sources.pieces import JsonPiece, pieces


def read(content: bytes, *into: str) -> list[JsonPiece]:
    box = OpenArchive({"a.json": len(content)}, lambda _name: io.BytesIO(content))
    return list(pieces(Files(box), "a.json", into))


def values(content: bytes) -> list[Any]:
    return [None if piece.damage else piece.value for piece in read(content)]


def test_elements_come_one_by_one_with_their_place() -> None:
    assert [(piece.place, piece.value) for piece in read(b'[1, {"a": [2]}]')] == [("1", 1), ("2", {"a": [2]})]
    found = read(b'{"next": "x", "value": [{"id": 1}, {"id": 2}]}')
    assert [(piece.place, piece.value) for piece in found] == [
        ("value.1", {"id": 1}),
        ("value.2", {"id": 2}),
        ("1", {"next": "x"}),
    ]
    assert values(b'{"a": 1}\n{"b": 2}\n') == [{"a": 1}, {"b": 2}]


def test_what_is_asked_for_is_gone_into_and_knows_what_it_lies_in() -> None:
    content = b'{"teams": [{"id": "t", "channels": [{"id": "c", "messages": [{"m": 1}, {"m": 2}]}]}]}'
    found = read(content, "teams", "channels")
    assert [(piece.path[-1], piece.value, piece.within.get("id")) for piece in found if piece.path] == [
        ("messages", {"m": 1}, "c"),
        ("messages", {"m": 2}, "c"),
        ("channels", {"id": "c"}, "c"),
        ("teams", {"id": "t"}, "t"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32-be", "cp1252"])
def test_any_encoding_that_programs_write(encoding: str) -> None:
    assert values('[{"text": "Prüfung für Zoë"}]'.encode(encoding)) == [{"text": "Prüfung für Zoë"}]


def test_one_damaged_element_costs_no_other() -> None:
    found = read(b'[{"a": 1}, {"a": nul, "b": "}]"}, nul, {"b": 2}, ' + b"1" * 5000 + b', {"c": 3}]')
    assert [piece.value for piece in found if not piece.damage] == [{"a": 1}, {"b": 2}, {"c": 3}]
    assert [piece.place for piece in found if piece.damage] == ["2", "3", "5"]


@pytest.mark.parametrize(
    "content", [b'[{"a": 1}, {"b": ', b'[{"a": 1}, "b', b'[{"a": 1}, ', b'[{"a": 1}} {"b": 2}]']
)
def test_an_end_too_early_is_told_and_what_came_before_is_read(content: bytes) -> None:
    found = read(content)
    assert found[0].value == {"a": 1}
    assert found[-1].damage


@pytest.mark.parametrize(
    "content", [b"[" * 100_000, b'{"a":' * 100_000, b"nonsense", b"\xff\xfe\xff", b"{1: 2}", b"[1}"]
)
def test_nonsense_is_told(content: bytes) -> None:
    assert any(piece.damage for piece in read(content))


def test_an_empty_file_has_nothing() -> None:
    assert read(b"") == read(b" \n\x00") == []


@settings(deadline=None)
@example(content=[-0.0], size=4)
@example(content=[1e22, 2.5e-7], size=4)
@given(content=st.lists(anything, max_size=4), size=st.integers(4, 40))
def test_where_the_reading_stops_makes_no_difference(content: list[Any], size: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "_CHUNK", size)
        found = [piece.value for piece in read(json.dumps(content).encode())]
    assert json.dumps(found) == json.dumps(content)


@settings(deadline=None)
@given(content=st.lists(anything, max_size=4), place=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_any_byte_may_be_another(content: list[Any], place: int, byte: int) -> None:
    written = bytearray(json.dumps(content).encode())
    written[place % len(written)] = byte
    for piece in read(bytes(written), "value"):
        assert piece.place
