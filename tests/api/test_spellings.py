"""Every parameter of every door, in each of the ways in which apps send it, comes to the same; no limit is without end."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from msgspec import inspect

from tests.site import browser
from tests.world import SOME_DAY, World
from weetwie.api.binding import Binder
from weetwie.api.body import MAX_BODY, read_body
from weetwie.api.endpoint import Endpoint
from weetwie.api.endpoints import endpoints
from weetwie.api.parameters import KIND, LimitRange, Upload
from weetwie.api.tree import read_query

DOORS: Final = [one for one in endpoints() if one.parameters is not None]
BOUNDARY: Final = "----a1"
HUGE: Final = 2820692569971

Pair = tuple[str, str]


def sample(kind: inspect.Type) -> Any:
    """Some good value, as JSON has it; None for what only a file can be."""
    match kind:
        case inspect.Metadata():
            return sample(kind.type)
        case inspect.UnionType():
            return next(sample(one) for one in kind.types if not isinstance(one, inspect.NoneType))
        case inspect.StructType():
            given = {field.encode_name: sample(field.type) for field in kind.fields}
            return {name: value for name, value in given.items() if value is not None}
        case inspect.ListType() | inspect.VarTupleType():
            item = sample(kind.item_type)
            return [item, item]
        case inspect.DictType():
            return {"one": sample(kind.value_type)}
        case inspect.LiteralType():
            return kind.values[-1]
        case inspect.IntType():
            return max(kind.ge or 0, 7)
        case inspect.FloatType():
            return 0.5
        case inspect.BoolType():
            return True
        case inspect.DateTimeType() | inspect.DateType():
            return "2027-03-01T09:00:00Z"
        case inspect.StrType():
            return "wörd"
        case inspect.CustomType() if kind.cls is Upload:
            return None
    raise AssertionError(f"no sample of {kind!r}")


def pairs(value: Any, name: str = "", *, numbered: bool = False) -> Iterator[Pair]:
    """As a form has it; lists as `name[]`, or with their numbers."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from pairs(one, f"{name}[{key}]" if name else key, numbered=numbered)
    elif isinstance(value, list):
        for place, one in enumerate(value):
            has_number = numbered or isinstance(one, dict)
            yield from pairs(one, f"{name}[{place if has_number else ''}]", numbered=numbered)
    else:
        yield name, str(value).lower() if isinstance(value, bool) else str(value)


def texts(value: Any) -> Any:
    """JSON in which everything is text, as many an app sends it."""
    if isinstance(value, dict):
        return {key: texts(one) for key, one in value.items()}
    if isinstance(value, list):
        return [texts(one) for one in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


def read(body: bytes, form: str) -> Any:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return asyncio.run(read_body([(b"content-type", form.encode())], receive, MAX_BODY, []))


def several_parts(given: list[Pair]) -> bytes:
    head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; name="
    each = "".join(f'{head}"{name}"\r\n\r\n{value}\r\n' for name, value in given)
    return f"{each}--{BOUNDARY}--\r\n".encode()


def spellings(value: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    as_form = list(pairs(value))
    yield "query", read_query(urlencode(as_form).encode())
    yield "query with numbers", read_query(urlencode(list(pairs(value, numbered=True))).encode())
    yield "form", read(urlencode(as_form).encode(), "application/x-www-form-urlencoded")
    yield "parts", read(several_parts(as_form), f"multipart/form-data; boundary={BOUNDARY}")
    yield "JSON of texts", read(json.dumps(texts(value)).encode(), "application/json; charset=utf-8")


WITHOUT_FILES: Final = [one for one in DOORS if not one.path.endswith("/media")]
"""What must bring a file comes in several parts and in no other way."""


@pytest.mark.parametrize("door", WITHOUT_FILES, ids=lambda one: f"{one.method} {one.path}")
def test_each_spelling_comes_to_the_same(door: Endpoint) -> None:
    assert door.parameters is not None
    value = sample(inspect.type_info(door.parameters))
    binder: Binder[Any] = Binder(door.parameters)
    expected = binder.bind(read(json.dumps(value).encode(), "application/json"))
    for name, tree in spellings(value):
        assert binder.bind(tree) == expected, name


def limits(door: Endpoint) -> Iterator[tuple[str, Any]]:
    """Parameters that say how many are to come."""
    assert door.parameters is not None
    kind = inspect.type_info(door.parameters)
    assert isinstance(kind, inspect.StructType)
    for field in kind.fields:
        if field.encode_name in ("limit", "offset"):
            yield field.encode_name, field.type


def test_every_limit_has_an_end() -> None:
    found = [(door, name, kind) for door in DOORS for name, kind in limits(door)]
    assert len(found) > 40
    for door, name, kind in found:
        assert isinstance(kind, inspect.Metadata), (door.path, name)
        bounds = (kind.extra or {})[KIND]
        assert isinstance(bounds, LimitRange) and bounds.clamp(HUGE) == bounds.maximum <= 10_000, door.path


async def test_a_limit_beyond_all_bounds_is_cut(dsn: str) -> None:
    world = await World.open(dsn, at=SOME_DAY)
    try:
        ada = await world.member("ada", is_admin=True)
        async with browser(world, headers={"authorization": f"Bearer {ada.token}"}) as site:
            for door in DOORS:
                if door.method == "GET" and any(True for _one in limits(door)):
                    path = door.path
                    for name in door.path_names:
                        path = path.replace(f"{{{name}}}", str(ada.id))
                    given = {"limit": str(HUGE), "offset": str(HUGE), "q": "x", "url": "https://x.example"}
                    answer = await site.get(path, params=given)
                    assert answer.status_code in (200, 404), (path, answer.text)
    finally:
        await world.close()
