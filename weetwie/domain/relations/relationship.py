"""What stands between the viewer and other people, both ways."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import BigInteger, DateTime, Executable, and_, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from weetwie.access import visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, param
from weetwie.runtime import clock
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
    mine, theirs = aliased(Follow), aliased(Follow)
    my_request, their_request = aliased(FollowRequest), aliased(FollowRequest)
    my_block, their_block = aliased(Block), aliased(Block)
    return (
        select(
            Person.id,
            mine.number.is_not(None),
            func.coalesce(mine.shows_boosts, my_request.shows_boosts, False),
            func.coalesce(mine.notifies, my_request.notifies, False),
            func.coalesce(mine.languages, my_request.languages),
            theirs.number.is_not(None),
            my_block.number.is_not(None),
            their_block.number.is_not(None),
            Mute.number.is_not(None),
            func.coalesce(Mute.hides_notifications, False),
            Mute.expires_at,
            my_request.number.is_not(None),
            their_request.number.is_not(None),
            and_(FeaturedPerson.number.is_not(None), mine.number.is_not(None)),
            func.coalesce(PersonNote.text, ""),
        )
        .select_from(asked)
        .join(Person, Person.id == asked.c.id)
        .outerjoin(mine, and_(mine.follower_id == viewer_sql.id, mine.followed_id == Person.id))
        .outerjoin(theirs, and_(theirs.follower_id == Person.id, theirs.followed_id == viewer_sql.id))
        .outerjoin(
            my_request, and_(my_request.follower_id == viewer_sql.id, my_request.followed_id == Person.id)
        )
        .outerjoin(
            their_request,
            and_(their_request.follower_id == Person.id, their_request.followed_id == viewer_sql.id),
        )
        .outerjoin(my_block, and_(my_block.blocker_id == viewer_sql.id, my_block.blocked_id == Person.id))
        .outerjoin(
            their_block, and_(their_block.blocker_id == Person.id, their_block.blocked_id == viewer_sql.id)
        )
        .outerjoin(
            Mute,
            and_(
                Mute.muter_id == viewer_sql.id,
                Mute.muted_id == Person.id,
                or_(Mute.expires_at.is_(None), Mute.expires_at > param("now", DateTime(timezone=True))),
            ),
        )
        .outerjoin(
            FeaturedPerson,
            and_(FeaturedPerson.person_id == viewer_sql.id, FeaturedPerson.featured_id == Person.id),
        )
        .outerjoin(PersonNote, and_(PersonNote.writer_id == viewer_sql.id, PersonNote.about_id == Person.id))
        .where(visibility.card(viewer_sql))
        .order_by(asked.c.place)
    )


_RELATIONSHIPS = VisibleQuery(_relationships)


async def relationships(db: Db, viewer: Viewer, ids: list[int]) -> list[Relationship]:
    """Those with people whom the viewer sees, be it only as authors, in the order asked for."""
    rows = await _RELATIONSHIPS.rows(db, viewer, ids=ids, now=clock.now())
    return [Relationship(*row) for row in rows]
