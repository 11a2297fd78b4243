"""Who follows a person, and whom they follow."""

from sqlalchemy import BigInteger, Select, and_, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.paging import Page
from weetwie.database.pool import Db, param
from weetwie.database.sql import BoolSql
from weetwie.tables.declared import aliased
from weetwie.tables.people import Person
from weetwie.tables.relations import Follow
from weetwie.views.numbered import Numbered, NumberedList

_SUBJECT = param("person_id", BigInteger)


def _profile_is_open(viewer_sql: ViewerSql) -> BoolSql:
    """Of somebody who shows as an author alone, or who hides it, nobody learns whom they know."""
    subject = aliased(Person)
    is_shown = or_(subject.id == viewer_sql.id, subject.hides_follows.is_(False))
    return (
        select(literal(1))
        .where(subject.id == _SUBJECT, visibility.person(viewer_sql, subject), is_shown)
        .exists()
    )


def _shown(viewer_sql: ViewerSql) -> BoolSql:
    return and_(visibility.person(viewer_sql), Person.suspended_at.is_(None))


_FOLLOWERS = NumberedList(
    lambda viewer_sql: (
        select(Follow.number, Follow.follower_id.label("id"))
        .join(Person, Person.id == Follow.follower_id)
        .where(Follow.followed_id == _SUBJECT, _shown(viewer_sql), _profile_is_open(viewer_sql))
    )
)

_FOLLOWING = NumberedList(
    lambda viewer_sql: (
        select(Follow.number, Follow.followed_id.label("id"))
        .join(Person, Person.id == Follow.followed_id)
        .where(Follow.follower_id == _SUBJECT, _shown(viewer_sql), _profile_is_open(viewer_sql))
    )
)


def _shared(viewer_sql: ViewerSql) -> Select[int, int]:
    mine = aliased(Follow)
    subject = aliased(Person)
    return (
        select(Follow.followed_id.label("subject_id"), Follow.follower_id.label("id"))
        .join(mine, and_(mine.follower_id == viewer_sql.id, mine.followed_id == Follow.follower_id))
        .join(Person, Person.id == Follow.follower_id)
        .join(subject, subject.id == Follow.followed_id)
        .where(
            Follow.followed_id == func.any(param("ids", ARRAY(BigInteger))),
            _shown(viewer_sql),
            visibility.person(viewer_sql, subject),
            subject.suspended_at.is_(None),
            subject.hides_follows.is_(False),
            Person.hides_follows.is_(False),
        )
        .order_by(Follow.number.desc())
    )


_FAMILIAR = VisibleQuery(_shared)


async def followers(db: Db, viewer: Viewer, person_id: int, page: Page) -> list[Numbered]:
    return await _FOLLOWERS.page(db, viewer, page, person_id=person_id)


async def following(db: Db, viewer: Viewer, person_id: int, page: Page) -> list[Numbered]:
    return await _FOLLOWING.page(db, viewer, page, person_id=person_id)


async def familiar(db: Db, viewer: Viewer, ids: list[int]) -> dict[int, list[int]]:
    """For each of these people: their followers whom the viewer follows."""
    known: dict[int, list[int]] = {person_id: [] for person_id in ids}
    for row in await _FAMILIAR.rows(db, viewer, ids=ids):
        known[row["subject_id"]].append(row["id"])
    return known
