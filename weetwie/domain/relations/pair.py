"""Two people, held while something changes between them, and how many each follows and is followed by.

Whatever changes a relation holds both people's rows first, the lower id first. So of two who act at once on one another one
waits for the other, nobody waits in a circle, and a follow cannot slip past a block.
"""

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import BigInteger, Update, and_, column, func, literal, or_, select, true, update
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import permissions
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.relations import rules
from weetwie.errors import Forbidden
from weetwie.runtime import clock
from weetwie.tables.people import Person
from weetwie.tables.relations import Block
from weetwie.views import people as seen_people

_HOLD = Query(
    select(Person.id)
    .where(or_(Person.id == param("a", BigInteger), Person.id == param("b", BigInteger)))
    .order_by(Person.id)
    .with_for_update(key_share=True)
)

_IS_BLOCKED = Query(
    select(
        select(literal(1))
        .where(
            or_(
                and_(Block.blocker_id == param("a", BigInteger), Block.blocked_id == param("b", BigInteger)),
                and_(Block.blocker_id == param("b", BigInteger), Block.blocked_id == param("a", BigInteger)),
            )
        )
        .exists()
    )
)


def _count() -> Update:
    change = (
        func.unnest(
            param("ids", ARRAY(BigInteger)),
            param("followers", ARRAY(BigInteger)),
            param("following", ARRAY(BigInteger)),
        )
        .table_valued(
            column("id", BigInteger), column("followers", BigInteger), column("following", BigInteger)
        )
        .render_derived()
    )
    # One by one in the order given: to bring them into an order itself, the planner would walk through all people.
    one = select(Person.id).where(Person.id == change.c.id).with_for_update(key_share=True).lateral()
    held = (
        select(one.c.id, change.c.followers, change.c.following)
        .select_from(change)
        .join(one, true())
        .cte("held")
    )
    return (
        update(Person)
        .where(Person.id == held.c.id)
        .values(
            followers_count=Person.followers_count + held.c.followers,
            following_count=Person.following_count + held.c.following,
        )
    )


_COUNT = Query(_count)


async def hold(db: Db, viewer: Viewer, other_id: int) -> None:
    """Holds the viewer and another person. Raises NotFound for whom the viewer does not see."""
    if not permissions.act(viewer, clock.now()) or not viewer.is_person:
        raise Forbidden
    rules.check_other(viewer.person_id, other_id)
    await seen_people.person(db, viewer, other_id)
    await db.rows(_HOLD, a=viewer.person_id, b=other_id)


async def is_blocked(db: Db, a: int, b: int) -> bool:
    """Whether one of the two blocks the other."""
    return bool(await db.value(_IS_BLOCKED, a=a, b=b))


async def count(
    db: Db, *, begun: Iterable[tuple[int, int]] = (), ended: Iterable[tuple[int, int]] = ()
) -> None:
    """Keeps the numbers of followers and followed true; pairs are (follower, followed)."""
    followers: Counter[int] = Counter()
    following: Counter[int] = Counter()
    for pairs, change in ((begun, 1), (ended, -1)):
        for follower_id, followed_id in pairs:
            following[follower_id] += change
            followers[followed_id] += change
    ids = sorted(followers.keys() | following.keys())
    if ids:
        await db.run(
            _COUNT,
            ids=ids,
            followers=[followers[person_id] for person_id in ids],
            following=[following[person_id] for person_id in ids],
        )
