"""Reads that do not wait for one another, asked as one statement.

Each part of a page is a function that reads. `together` runs them side by side up to what each asks of the database next, asks all
of that at once, and goes on with the answers. So a page asks as often as its longest chain is long, however many parts it has, and
no part knows of the others.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Collection, Coroutine, Generator, Iterable, Mapping, Sequence
from functools import partial
from types import coroutine
from typing import Any, ClassVar, Final, Generic, NamedTuple, TypeVar

import msgspec

from weetwie.database.pool import Db, Query, Record, Value
from weetwie.runtime.cache import Cache

Part = TypeVar("Part")
_FREQUENT: Final = 3
"""So often the same statements have met before they are asked as one."""
_MOST: Final = 500
"""Combinations of statements that are remembered."""


class _Asked(NamedTuple):
    query: Query
    given: Mapping[str, Value]


class _Waiting(NamedTuple):
    """What a part hands to `together` while it waits for the answers."""

    asked: list[_Asked]


class _Shape(NamedTuple):
    row: type[_Row]
    nested: Collection[str]
    """Columns that are lists or objects, and come as text."""
    places: Sequence[int]
    """Theirs."""
    width: int


class _Statement(NamedTuple):
    sql: str
    shapes: Sequence[_Shape]


@coroutine
def _answers(asked: list[_Asked]) -> Generator[_Waiting, list[Sequence[Record]], list[Sequence[Record]]]:
    return (yield _Waiting(asked))


class _Apart(Db):
    """What a part is given as its connection. Only what answers with rows waits for the others."""

    __slots__ = ()

    async def rows(self, query: Query, **given: Value) -> list[Record]:
        (found,) = await _answers([_Asked(query, given)])
        return list(found)

    async def row(self, query: Query, **given: Value) -> Record | None:
        (found,) = await _answers([_Asked(query, given)])
        return found[0] if found else None

    async def value(self, query: Query, **given: Value) -> Any:
        (found,) = await _answers([_Asked(query, given)])
        return found[0][0] if found else None


async def together(db: Db, *parts: Callable[[Db], Coroutine[Any, Any, Part]]) -> list[Part]:
    """What the parts answer, in their order. What one of them raises ends all of them. All are one task: none sets itself a time."""
    apart = db if isinstance(db, _Apart) else _Apart(db.connection, db.at_once, db.kept)
    running = [_Running(part(apart)) for part in parts]
    going: list[_Running[Part]] = running
    try:
        while going:
            for one in going:
                one.go_on()
            await _answer(db, [one for one in running if one.asked])
            going = [one for one in running if one.answers is not None or one.is_free]
            if not going and (held := [one.held for one in running if one.held is not None]):
                await asyncio.wait(held, return_when=asyncio.FIRST_COMPLETED)
                going = [one for one in running if one.is_free]
        return [one.result for one in running]
    finally:
        for one in running:
            one.close()


class _Running(Generic[Part]):
    """A part, from what it asks to what it asks next."""

    def __init__(self, part: Coroutine[Any, Any, Part]) -> None:
        self._part = part
        self.asked: list[_Asked] = []
        self.answers: list[Sequence[Record]] | None = None
        self.held: asyncio.Future[Any] | None = None
        """What it waits for beside the database: perhaps for another part, so nobody waits with it."""
        self.result: Part

    @property
    def is_free(self) -> bool:
        return self.held is not None and self.held.done()

    def go_on(self) -> None:
        """Until it asks the database again, has to wait for something else, or has its result."""
        answers, self.answers, self.asked, self.held = self.answers, None, [], None
        try:
            found = self._part.send(answers)
            while found is None:  # lets others go first
                found = self._part.send(None)
        except StopIteration as end:
            self.result = end.value
            return
        if isinstance(found, _Waiting):
            self.asked = found.asked
        else:
            found._asyncio_future_blocking = False  # so says the task that takes it over
            self.held = found

    def close(self) -> None:
        self._part.close()


async def _answer(db: Db, waiting: Sequence[_Running[Any]]) -> None:
    if not waiting:
        return
    asked = [one for part in waiting for one in part.asked]
    answers = iter(await _answers(asked) if isinstance(db, _Apart) else await _at_once(db, asked))
    for part in waiting:
        part.answers, part.asked = [next(answers) for _one in part.asked], []


async def _at_once(db: Db, asked: Sequence[_Asked]) -> list[Sequence[Record]]:
    """One statement for all that may stand within another."""
    found: dict[int, Sequence[Record]] = {}
    inner = [place for place, one in enumerate(asked) if one.query.reads]
    queries = tuple(asked[place].query for place in inner)
    if len(inner) > 1 and _is_frequent(queries):
        values = [value for place in inner for value in asked[place].query.values(asked[place].given)]
        statement = _TEXTS.get(queries) or await _write(db, queries)
        answer = await db.connection.fetchrow(statement.sql, *values)
        found = {
            place: _rows(shape, rows)
            for place, shape, rows in zip(inner, statement.shapes, answer, strict=True)
        }
    for place in range(len(asked)):
        if place not in found:
            found[place] = await db.rows(asked[place].query, **asked[place].given)
    return [found[place] for place in range(len(asked))]


_SEEN: Final[Cache[tuple[Query, ...], int]] = Cache(_MOST)
_TEXTS: Final[Cache[tuple[Query, ...], _Statement]] = Cache(_MOST)
_SHAPES: Final[dict[Query, _Shape]] = {}


def _is_frequent(queries: tuple[Query, ...]) -> bool:
    """A statement costs much when it is new to a connection, and stays in its memory: what is seldom asked together is asked
    one by one."""
    seen = _SEEN.get(queries) or 0
    if seen < _FREQUENT:
        _SEEN.put(queries, seen + 1)
    return seen >= _FREQUENT


async def _write(db: Db, queries: tuple[Query, ...]) -> _Statement:
    """Each statement as one array of its rows, with the parameters counted through."""
    arrays, shapes, before = list[str](), list[_Shape](), 0
    for query in queries:
        shape = _SHAPES.get(query) or await _shape(db, query)
        names = [f"c{place}" for place in range(shape.width)]
        picked = (f"to_json({name})::text" if name in shape.nested else name for name in names)
        inner = _PARAMETER.sub(partial(_moved, before), query.sql)
        arrays.append(f"array(SELECT row({', '.join(picked)}) FROM ({inner}) AS q({', '.join(names)}))")
        shapes.append(shape)
        before += len(query.names)
    statement = _Statement("SELECT " + ",\n".join(arrays), shapes)
    _TEXTS.put(queries, statement)
    return statement


_PARAMETER: Final = re.compile(r"\$([0-9]+)")


def _moved(by: int, parameter: re.Match[str]) -> str:
    return f"${int(parameter[1]) + by}"


class _Row(tuple[Any, ...]):
    """As the driver's own: by name or by place."""

    __slots__ = ()
    places: ClassVar[Mapping[str, int]]

    def __getitem__(self, key: Any) -> Any:
        return tuple.__getitem__(self, self.places[key] if isinstance(key, str) else key)

    def keys(self) -> Iterable[str]:
        return self.places.keys()


async def _shape(db: Db, query: Query) -> _Shape:
    """Of what a statement answers, by the database itself. A row within a row can hold neither lists nor objects."""
    attributes = (await db.connection.prepare(query.sql)).get_attributes()
    places = {one.name: place for place, one in enumerate(attributes)}
    nested = [
        place
        for place, one in enumerate(attributes)
        if one.type.kind == "array" or one.type.name in ("json", "jsonb")
    ]
    kind = type("_Row", (_Row,), {"__slots__": (), "places": places})
    shape = _Shape(kind, {f"c{place}" for place in nested}, nested, len(attributes))
    _SHAPES[query] = shape
    return shape


def _rows(shape: _Shape, rows: Sequence[tuple[Any, ...]]) -> list[Record]:
    if not shape.places:
        return [shape.row(row) for row in rows]
    return [shape.row(_read(row, shape.places)) for row in rows]


def _read(row: tuple[Any, ...], places: Sequence[int]) -> list[Any]:
    values = list(row)
    for place in places:
        if values[place] is not None:
            values[place] = msgspec.json.decode(values[place])
    return values
