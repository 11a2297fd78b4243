"""How a notification is written: one statement for any number of facts, for those who want to hear of it.

Each looks at the world as it is now and inserts what is not there yet, so that twice is once and late does no harm. Whether
the thing is still to be seen is decided again when the list is read.

A follow, a request, a favourite or a boost that was taken back and given again has a new number. It is told anew, in place
of the one before; but devices hear of the same thing from the same person at most once in five minutes.
"""

from collections.abc import Callable, Iterable

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Executable,
    FromClause,
    Select,
    and_,
    case,
    column,
    func,
    literal,
    null,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, Insert, insert

from weetwie.access import visibility
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, Value, columns, param
from weetwie.database.sql import IdSql, IntSql
from weetwie.domain.notifications.policy import DROP, HOLD, decision
from weetwie.events import PeopleNotified, record
from weetwie.tables.declared import aliased
from weetwie.tables.notifications import Notification
from weetwie.tables.people import Person
from weetwie.tables.posts import Mark, Post
from weetwie.tables.relations import Block, Mute

_QUIET_SECONDS = 300
WRITTEN_HERE = 0
"""`posts.origin`: of what is imported nobody is told."""


async def tell(db: Db, viewer: Viewer, query: Query, **given: Value) -> None:
    """Writes the notifications, and that they are there: so open streams hear of them."""
    told = columns(await db.rows(query, **given, **visibility.today(viewer)), "id")
    if told:
        await record(db, viewer, PeopleNotified(told))


def once(pairs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """One statement tells nothing twice, also where something was given, taken back and given within one batch."""
    return list(dict.fromkeys(pairs))


NotificationRows = Select[int, str, int, int | None, bool, int | None]


def insertion(
    kind: str,
    told: type[Person],
    from_id: IntSql,
    post_id: IdSql,
    make: Callable[[NotificationRows], NotificationRows],
    *,
    act_id: IdSql | None = None,
    of_oneself: bool = False,
) -> Query:
    """`make` joins and narrows a selection that begins with the rows to be inserted; `told` is the people to tell, of what
    they did themselves only where that is said. `act_id` is the number of what can be taken back and given again."""

    def statement() -> Executable:
        sender = aliased(Person)
        decided = decision(kind, told.id, sender, post_id)
        act = null() if act_id is None else act_id
        rows = make(select(told.id, literal(kind), from_id, post_id, (decided == HOLD).label("is_held"), act))
        rows = rows.join(sender, sender.id == from_id).where(
            true() if of_oneself else told.id != from_id,
            told.has_joined,
            _wants_to_hear(told.id, from_id),
            decided < DROP,
        )
        made = insert(Notification).from_select(
            ["person_id", "kind", "from_id", "post_id", "is_held", "act_id"], rows.order_by(told.id)
        )
        made = made.on_conflict_do_nothing() if act_id is None else _told_anew(made)
        return made.returning(Notification.id)

    return Query(statement)


def _told_anew(made: Insert) -> Insert:
    """Each once; what was told before acts had numbers has none, and is younger than its act."""
    old, new = Notification, made.excluded
    heard_as = func.coalesce(old.pushed_as, old.id)
    is_soon = heard_as > (func.extract("epoch", func.now()).cast(BigInteger) - _QUIET_SECONDS) * 1000 * 65536
    return made.on_conflict_do_update(
        index_elements=[old.person_id, old.kind, old.from_id, func.coalesce(old.post_id, text("0"))],
        set_={
            "id": new.id,
            "act_id": new.act_id,
            "is_held": new.is_held,
            "pushed_as": case((is_soon, heard_as), else_=null()),
        },
        where=func.coalesce(old.act_id, old.id) < new.act_id,
    )


def _wants_to_hear(person_id: IntSql, from_id: IntSql) -> ColumnElement[bool]:
    """Neither has blocked the other, and the one has not muted the other's notifications."""
    mute, block = aliased(Mute), aliased(Block)
    is_muted = select(literal(1)).where(
        mute.muter_id == person_id,
        mute.muted_id == from_id,
        mute.hides_notifications,
        or_(mute.expires_at.is_(None), mute.expires_at > func.now()),
    )
    is_blocked = select(literal(1)).where(
        or_(
            and_(block.blocker_id == person_id, block.blocked_id == from_id),
            and_(block.blocker_id == from_id, block.blocked_id == person_id),
        )
    )
    return and_(~is_muted.correlate_except(mute).exists(), ~is_blocked.correlate_except(block).exists())


def hears_of_thread(person_id: IntSql, post: type[Post]) -> ColumnElement[bool]:
    mark = aliased(Mark)
    is_muted = select(literal(1)).where(
        mark.person_id == person_id, mark.post_id == post.root_id, mark.is_muted
    )
    return ~is_muted.correlate_except(mark).exists()


def given_rows(*names: str) -> FromClause:
    """The rows of several parameters that belong together."""
    given = func.unnest(*(param(name, ARRAY(BigInteger)) for name in names))
    return given.table_valued(*(column(name, BigInteger) for name in names)).render_derived(name="given")
