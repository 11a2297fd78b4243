"""Posts that come or go with an import are counted on their authors and on what they reply to or quote."""

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import BigInteger, column, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, array

from weetwie.access.enums import Ring
from weetwie.database.pool import Db, Query, param
from weetwie.tables.people import Person
from weetwie.tables.posts import Post

_given_ids = param("ids", ARRAY(BigInteger))
_tally = (
    func.unnest(
        param("ids", ARRAY(BigInteger)),
        *(param(f"count_{ring}", ARRAY(BigInteger)) for ring in range(3)),
        *(param(f"newest_{ring}", ARRAY(BigInteger)) for ring in range(3)),
    )
    .table_valued(
        column("id", BigInteger),
        *(column(f"count_{ring}", BigInteger) for ring in range(3)),
        *(column(f"newest_{ring}", BigInteger) for ring in range(3)),
    )
    .render_derived()
)
_LOCK = {
    table: Query(
        select(table.id)
        .where(table.id == func.any(_given_ids))
        .order_by(table.id)
        .with_for_update(key_share=True)
    )
    for table in (Person, Post)
}
"""Rows that are counted on are locked in one order, so that two who count do not wait for each other in a ring."""

COUNT_POSTS = Query(
    update(Person)
    .where(Person.id == _tally.c.id)
    .values(
        posts_in_ring=array(
            [Person.posts_in_ring[ring + 1] + _tally.c[f"count_{ring}"] for ring in range(3)]
        ),
        last_post_in_ring=array(
            [
                func.greatest(Person.last_post_in_ring[ring + 1], _tally.c[f"newest_{ring}"])
                for ring in range(3)
            ]
        ),
    )
)


def count_in_ring(counts: str) -> Query:
    column = getattr(Post, counts)
    more = [column[ring + 1] + _tally.c[f"count_{ring}"] for ring in range(3)]
    return Query(update(Post).where(Post.id == _tally.c.id).values({counts: array(more)}))


class CountedPost(Protocol):
    @property
    def id(self) -> int: ...

    @property
    def ring(self) -> Ring: ...


async def count_on(
    db: Db, table: type[Person] | type[Post], query: Query, counted: Sequence[tuple[int, CountedPost]]
) -> None:
    """Each with the id of the row that it counts on."""
    if not counted:
        return
    tally: dict[int, list[int]] = {}
    for row_id, post in counted:
        row = tally.setdefault(row_id, [0] * 6)
        row[post.ring] += 1
        row[3 + post.ring] = max(row[3 + post.ring], post.id)
    await db.rows(_LOCK[table], ids=list(tally))
    rows = list(tally.values())
    await db.run(
        query,
        ids=list(tally),
        **{f"count_{ring}": [row[ring] for row in rows] for ring in range(3)},
        **{f"newest_{ring}": [row[3 + ring] for row in rows] for ring in range(3)},
    )
