"""What stands between the viewer and other people, both ways."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import BigInteger, DateTime, Executable, and_, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, param
from weetwie.database.rows import structs
from weetwie.database.sql import BoolSql, ColumnSql
from weetwie.runtime import clock
from weetwie.tables.declared import aliased
from weetwie.tables.people import Person
from weetwie.tables.relations import Block, FeaturedPerson, Follow, FollowRequest, Mute, PersonNote


class Relationship(Struct, frozen=True):
    """Between the viewer and one person (`id`)."""

    id: int
    follows: bool
    shows_boosts: bool
    notifies: bool
    languages: list[str] | None
    is_followed_by: bool
    blocks: bool
    is_blocked_by: bool
    mutes: bool
    mutes_notifications: bool
    mute_expires_at: datetime | None
    requested: bool
    is_requested_by: bool
    features: bool
    note: str


def _relationships(viewer_sql: ViewerSql) -> Executable:
    asked = (
        func.unnest(param("ids", ARRAY(BigInteger)))
        .table_valued("id", with_ordinality="place")
        .render_derived()
    )
    me, them = viewer_sql.id, Person.id
    mine, theirs = aliased(Follow), aliased(Follow)
    my_request, their_request = aliased(FollowRequest), aliased(FollowRequest)
    my_block, their_block = aliased(Block), aliased(Block)
    return (
        select(*_columns(mine, theirs, my_request, their_request, my_block, their_block))
        .select_from(asked)
        .join(Person, them == asked.c.id)
        .outerjoin(mine, and_(mine.follower_id == me, mine.followed_id == them))
        .outerjoin(theirs, and_(theirs.follower_id == them, theirs.followed_id == me))
        .outerjoin(my_request, and_(my_request.follower_id == me, my_request.followed_id == them))
        .outerjoin(their_request, and_(their_request.follower_id == them, their_request.followed_id == me))
        .outerjoin(my_block, and_(my_block.blocker_id == me, my_block.blocked_id == them))
        .outerjoin(their_block, and_(their_block.blocker_id == them, their_block.blocked_id == me))
        .outerjoin(Mute, and_(Mute.muter_id == me, Mute.muted_id == them, _mute_lasts()))
        .outerjoin(FeaturedPerson, and_(FeaturedPerson.person_id == me, FeaturedPerson.featured_id == them))
        .outerjoin(PersonNote, and_(PersonNote.writer_id == me, PersonNote.about_id == them))
        .where(visibility.card(viewer_sql))
        .order_by(asked.c.place)
    )


def _columns(
    mine: type[Follow],
    theirs: type[Follow],
    my_request: type[FollowRequest],
    their_request: type[FollowRequest],
    my_block: type[Block],
    their_block: type[Block],
) -> list[ColumnSql]:
    columns: dict[str, ColumnSql] = {
        "id": Person.id,
        "follows": mine.number.is_not(None),
        "shows_boosts": func.coalesce(mine.shows_boosts, my_request.shows_boosts, False),
        "notifies": func.coalesce(mine.notifies, my_request.notifies, False),
        "languages": func.coalesce(mine.languages, my_request.languages),
        "is_followed_by": theirs.number.is_not(None),
        "blocks": my_block.number.is_not(None),
        "is_blocked_by": their_block.number.is_not(None),
        "mutes": Mute.number.is_not(None),
        "mutes_notifications": func.coalesce(Mute.hides_notifications, False),
        "mute_expires_at": Mute.expires_at,
        "requested": my_request.number.is_not(None),
        "is_requested_by": their_request.number.is_not(None),
        "features": and_(FeaturedPerson.number.is_not(None), mine.number.is_not(None)),
        "note": func.coalesce(PersonNote.text, ""),
    }
    return [column.label(name) for name, column in columns.items()]


def _mute_lasts() -> BoolSql:
    return or_(Mute.expires_at.is_(None), Mute.expires_at > param("now", DateTime(timezone=True)))


_RELATIONSHIPS = VisibleQuery(_relationships)


async def relationships(db: Db, viewer: Viewer, ids: list[int]) -> list[Relationship]:
    """Those with people whom the viewer sees, be it only as authors, in the order asked for."""
    rows = await _RELATIONSHIPS.rows(db, viewer, ids=ids, now=clock.now())
    return structs(Relationship, rows)
