"""Boosts, favourites and pins come with the sample company, each with its own time. Nobody is told of them."""

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import BigInteger, column, func, update
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.enums import Ring, Visibility
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.posts import imported_counts
from weetwie.tables.people import Person
from weetwie.tables.posts import Mark, Post

PersonId = int
PostId = int


class Boost(msgspec.Struct, frozen=True):
    id: int
    person_id: PersonId
    of_id: PostId
    ring: Ring


_COUNT_BOOSTS = imported_counts.count_in_ring("boosts_in_ring")
_favoured = (
    func.unnest(param("ids", ARRAY(BigInteger)), param("counts", ARRAY(BigInteger)))
    .table_valued(column("id", BigInteger), column("count", BigInteger))
    .render_derived()
)
_COUNT_FAVOURITES = Query(
    update(Post)
    .where(Post.id == _favoured.c.id)
    .values(favourites_count=Post.favourites_count + _favoured.c["count"])
)


async def bring_marks(
    db: Db,
    _: Viewer,
    boosts: Sequence[Boost],
    favourites: Mapping[tuple[PersonId, PostId], int],
    pins: Mapping[tuple[PersonId, PostId], int],
) -> None:
    """Favourites and pins with the numbers that their lists are paged by. The posts have just been written."""
    await db.connection.copy_records_to_table(
        Post.__tablename__,
        columns=["id", "author_id", "boost_of_id", "root_id", "ring", "visibility"],
        records=[
            (one.id, one.person_id, one.of_id, one.id, int(one.ring), int(Visibility.public))
            for one in boosts
        ],
    )
    boosted = {(one.person_id, one.of_id): one.id for one in boosts}
    await db.connection.copy_records_to_table(
        Mark.__tablename__,
        columns=["person_id", "post_id", "favourite", "pin", "boost_id"],
        records=[
            (*pair, favourites.get(pair), pins.get(pair), boosted.get(pair))
            for pair in favourites.keys() | pins.keys() | boosted.keys()
        ],
    )
    await imported_counts.count_on(
        db, Person, imported_counts.COUNT_POSTS, [(one.person_id, one) for one in boosts]
    )
    await imported_counts.count_on(db, Post, _COUNT_BOOSTS, [(one.of_id, one) for one in boosts])
    counts = Counter(post_id for _person_id, post_id in favourites)
    await db.run(_COUNT_FAVOURITES, ids=list(counts), counts=list(counts.values()))
