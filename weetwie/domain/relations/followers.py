"""Who follows a person, and whom they follow."""

from typing import Any

from sqlalchemy import BigInteger, Select, and_, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from weetwie.access import sees
from weetwie.access.sees import Eye, Lawful, Sql
from weetwie.access.viewer import Viewer
from weetwie.kit.db import Db, param
from weetwie.kit.paging import Page
from weetwie.seen.numbered import Numbered, NumberedList
from weetwie.tables.people import Person
from weetwie.tables.relations import Follow

_SUBJECT = param("person_id", BigInteger)


def _profile_is_open(eye: Eye) -> Sql:
    """Of somebody who shows as an author alone, or who hides it, nobody learns whom they know."""
    subject = aliased(Person)
    is_shown = or_(subject.id == eye.id, subject.hides_follows.is_(False))
    return select(literal(1)).where(subject.id == _SUBJECT, sees.person(eye, subject), is_shown).exists()


def _shown(eye: Eye) -> Sql:
    return and_(sees.person(eye), Person.suspended_at.is_(None))


_FOLLOWERS = NumberedList(
    lambda eye: (
        select(Follow.number, Follow.follower_id.label("id"))
        .join(Person, Person.id == Follow.follower_id)
        .where(Follow.followed_id == _SUBJECT, _shown(eye), _profile_is_open(eye))
    )
)

_FOLLOWING = NumberedList(
    lambda eye: (
        select(Follow.number, Follow.followed_id.label("id"))
        .join(Person, Person.id == Follow.followed_id)
        .where(Follow.follower_id == _SUBJECT, _shown(eye), _profile_is_open(eye))
    )
)


def _shared(eye: Eye) -> Select[*tuple[Any, ...]]:
    mine = aliased(Follow)
    subject = aliased(Person)
    return (
        select(Follow.followed_id.label("subject_id"), Follow.follower_id.label("id"))
        .join(mine, and_(mine.follower_id == eye.id, mine.followed_id == Follow.follower_id))
        .join(Person, Person.id == Follow.follower_id)
        .join(subject, subject.id == Follow.followed_id)
        .where(
            Follow.followed_id == func.any(param("ids", ARRAY(BigInteger))),
            _shown(eye),
            sees.person(eye, subject),
            subject.suspended_at.is_(None),
            subject.hides_follows.is_(False),
            Person.hides_follows.is_(False),
        )
        .order_by(Follow.number.desc())
    )


_FAMILIAR = Lawful(_shared)


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
