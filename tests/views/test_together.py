"""Parts that read side by side: one statement for all that they ask at the same time, and the same answers as one by one."""

import asyncio
from typing import Any

import asyncpg
import pytest
from sqlalchemy import BigInteger, Text, func, insert, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from tests.world import World
from weetwie.database.pool import Db, Query, param
from weetwie.database.together import together
from weetwie.tables.posts import Tag

_COUNTED = Query(
    lambda: select(
        func.generate_series(1, param("most", BigInteger)).label("number"), literal("said").label("word")
    )
)
_NESTED = Query(
    lambda: select(
        func.cast(param("ids", ARRAY(BigInteger)), ARRAY(BigInteger)).label("ids"),
        func.cast(literal('{"a": [1, null]}'), JSONB).label("object"),
        func.cast(literal(None), JSONB).label("none"),
        func.now().label("at"),
    )
)
_WRITES = Query(
    insert(Tag).values(key=param("key", Text), name=param("key", Text)).returning(Tag.key.label("key"))
)
_FAILS = Query(lambda: select(literal(1) / param("by", BigInteger)))


class Counted(Db):
    """Notes what is sent."""

    __slots__ = ("sent",)

    def __init__(self, db: Db) -> None:
        self.sent: list[str] = []
        noting: Any = _Noting(db.connection, self.sent)
        super().__init__(noting)


class _Noting:
    def __init__(self, connection: Any, sent: list[str]) -> None:
        self._connection, self._sent = connection, sent

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._connection, name)
        if not name.startswith("fetch"):
            return found

        def noted(sql: str, *values: object) -> Any:
            self._sent.append(sql)
            return found(sql, *values)

        return noted


async def number(db: Db, most: int) -> int:
    return sum([row["number"] for row in await db.rows(_COUNTED, most=most)])


async def chain(db: Db) -> list[int]:
    first = await db.value(_COUNTED, most=1)
    return [first, await number(db, first + 2), await number(db, 4)]


async def warm(db: Db, *parts: Any) -> list[Any]:
    """As often as it takes until these are asked as one."""
    for _time in range(3):
        await together(db, *parts)
    return await together(db, *parts)


async def test_a_page_asks_as_often_as_its_longest_part(world: World) -> None:
    parts = (chain, lambda db: number(db, 3), lambda db: number(db, 5), chain)
    assert await warm(world.db, *parts) == [[1, 6, 10], 6, 15, [1, 6, 10]]
    db = Counted(world.db)
    assert await together(db, *parts) == [[1, 6, 10], 6, 15, [1, 6, 10]]
    assert len(db.sent) == 3


async def test_parts_of_parts_are_asked_with_all_others(world: World) -> None:
    async def inner(db: Db) -> int:
        return sum(await together(db, lambda db: number(db, 2), lambda db: number(db, 3)))

    parts = (inner, lambda db: number(db, 4), inner)
    assert await warm(world.db, *parts) == [9, 10, 9]
    db = Counted(world.db)
    assert await together(db, *parts) == [9, 10, 9]
    assert len(db.sent) == 1


async def test_rows_are_the_same_as_when_they_are_asked_for_alone(world: World) -> None:
    async def nested(db: Db) -> Any:
        row = await db.row(_NESTED, ids=[3, 1, 2])
        assert row is not None
        return row["ids"], row["object"], row["none"], row["at"], row[0], row[1:3], list(row.keys())

    async def nothing(db: Db) -> Any:
        given: dict[str, Any] = {"most": 0}
        return (
            await db.rows(_COUNTED, **given),
            await db.row(_COUNTED, **given),
            await db.value(_COUNTED, **given),
        )

    alone = [await nested(world.db), await nothing(world.db)]
    assert await warm(world.db, nested, nothing) == alone
    assert alone[1] == ([], None, None)


async def test_what_is_seldom_asked_together_makes_no_statement_of_its_own(world: World) -> None:
    db, rare = Counted(world.db), Query(lambda: select(literal(1)))
    await together(db, lambda db: db.value(rare), lambda db: number(db, 2))
    assert len(db.sent) == 2


async def test_what_writes_is_sent_by_itself(world: World) -> None:
    async def written(db: Db) -> Any:
        return await db.value(_WRITES, key=f"tag{await db.value(_COUNTED, most=1)}")

    assert await together(world.db, written, lambda db: number(db, 3), chain) == ["tag1", 6, [1, 6, 10]]


async def test_what_one_part_raises_ends_the_others(world: World) -> None:
    ended = []

    async def waits(db: Db) -> int:
        try:
            return await number(db, 3) + await number(db, 4)
        finally:
            ended.append(True)

    async def raises(db: Db) -> int:
        await number(db, 2)
        raise LookupError

    with pytest.raises(LookupError):
        await together(world.db, waits, raises)
    async with world.undone():
        with pytest.raises(asyncpg.DivisionByZeroError):
            await together(world.db, waits, lambda db: db.value(_FAILS, by=0))
    assert ended == [True, True]


async def test_a_part_may_wait_for_something_else(world: World) -> None:
    async def other(db: Db) -> int:
        await asyncio.to_thread(int)
        await asyncio.sleep(0)
        return await number(db, 2)

    assert await together(world.db, other, lambda db: number(db, 1), other) == [3, 1, 3]


async def test_a_part_that_waits_for_another_holds_up_nobody(world: World) -> None:
    lock = asyncio.Lock()

    async def alone(db: Db) -> int:
        async with lock:
            return await number(db, 2) + await number(db, 3)

    assert await together(world.db, alone, alone, lambda db: number(db, 1)) == [9, 9, 1]
