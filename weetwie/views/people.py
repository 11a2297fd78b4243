"""People as a viewer sees them: who they are, as far as their profile is open to this viewer."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import BigInteger, case, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from weetwie.access import visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, Query, param
from weetwie.errors import NotFound
from weetwie.tables.knowledge import Topic
from weetwie.tables.people import Person
from weetwie.tables.posts import Post


class SeenPerson(msgspec.Struct, frozen=True):
    """What of a person is the viewer's: how much they see, and the counts of their ring. The rest is in `Profile`."""

    id: int
    version: int
    detail: int
    """`visibility.CARD` name, face and handle; `visibility.PROFILE` all but the place at work; `visibility.PLACE` all."""
    followers_count: int
    following_count: int
    posts_count: int
    last_post_id: int

    @property
    def key(self) -> tuple[int, int, int]:
        """What the encoding of the profile depends on."""
        return self.id, self.version, self.detail


class Profile(msgspec.Struct, frozen=True):
    """What all who see as much of a person see alike."""

    id: int
    version: int
    handle: str
    name: str
    bio: str
    fields: list[dict[str, Any]]
    face: str | None
    header: str | None
    face_description: str
    header_description: str
    pronouns: str
    languages: list[str]
    unit: str
    place: str
    manager_id: int | None
    standing: int
    is_dormant: bool
    until: datetime | None
    joined_at: datetime
    left_at: datetime | None
    suspended_at: datetime | None
    has_joined: bool
    is_admin: bool
    is_people_admin: bool
    is_moderator: bool
    is_compliance: bool
    is_limited: bool
    is_bot: bool
    is_locked: bool
    is_discoverable: bool
    hides_follows: bool
    shows_media: bool
    shows_media_replies: bool
    shows_featured: bool
    knows: list[str]
    """Topics that they say they know about."""
    learning: list[str]


def person_columns(viewer_sql: ViewerSql, person: Any) -> tuple[Any, ...]:
    """The columns of a `SeenPerson`, in order."""
    return (
        person.id,
        person.version,
        visibility.detail(viewer_sql, person),
        person.followers_count,
        person.following_count,
        visibility.posts_of(viewer_sql, person),
        visibility.newest_of(viewer_sql, person),
    )


def _people(viewer_sql: ViewerSql, law: Callable[[ViewerSql, Any], Any] = visibility.person) -> Any:
    asked = (
        func.unnest(param("ids", ARRAY(BigInteger)))
        .table_valued("id", with_ordinality="place")
        .render_derived()
    )
    return (
        select(*person_columns(viewer_sql, Person))
        .select_from(asked)
        .join(Person, Person.id == asked.c.id)
        .where(law(viewer_sql, Person))
        .order_by(asked.c.place)
    )


def _author(viewer_sql: ViewerSql) -> Any:
    """A person whom the viewer sees, be it only as the author of some post."""
    written = aliased(Post)
    has_written = (
        select(literal(1))
        .where(
            written.author_id == Person.id, written.deleted_at.is_(None), visibility.post(viewer_sql, written)
        )
        .exists()
    )
    return select(*person_columns(viewer_sql, Person)).where(
        Person.id == param("id", BigInteger),
        Person.erased_at.is_(None),
        or_(visibility.person(viewer_sql, Person), has_written),
    )


_PEOPLE = VisibleQuery(_people)
_CARDS = VisibleQuery(lambda viewer_sql: _people(viewer_sql, visibility.card))
_AUTHOR = VisibleQuery(_author)


def _topics(choice: int) -> Any:
    chosen = (
        select(Topic.name)
        .where(Topic.person_id == Person.id, Topic.choice == choice)
        .order_by(Topic.key)
        .correlate(Person)
    )
    return func.array(chosen.scalar_subquery())


_KNOWS, _LEARNING = 0, 1
_TOPICS = {"knows": _topics(_KNOWS), "learning": _topics(_LEARNING)}
_PICTURES = {
    name: case((Person.suspended_at.is_(None), getattr(Person, name))).label(name)
    for name in ("face", "header")
}
"""Nobody sees those of who is suspended."""
_NOT_AS_THEY_STAND: dict[str, Any] = {**_TOPICS, **_PICTURES}
_COLUMNS: list[Any] = [
    _NOT_AS_THEY_STAND.get(name, getattr(Person, name, None)) for name in Profile.__struct_fields__
]
_PROFILES = Query(select(*_COLUMNS).where(Person.id == func.any(param("ids", ARRAY(BigInteger)))))


async def people(db: Db, viewer: Viewer, ids: Iterable[int]) -> list[SeenPerson]:
    """Those of them whom the viewer sees, in the order asked for."""
    return [SeenPerson(*row) for row in await _PEOPLE.rows(db, viewer, ids=list(ids))]


async def cards(db: Db, viewer: Viewer, ids: Iterable[int]) -> list[SeenPerson]:
    """The same, with those whom the viewer sees as authors alone."""
    return [SeenPerson(*row) for row in await _CARDS.rows(db, viewer, ids=list(ids))]


async def person(db: Db, viewer: Viewer, person_id: int) -> SeenPerson:
    """One person, be it only their card. Raises NotFound for whom the viewer does not see."""
    row = await _AUTHOR.row(db, viewer, id=person_id)
    if row is None:
        raise NotFound()
    return SeenPerson(*row)


async def profiles(db: Db, people: Iterable[SeenPerson]) -> list[Profile]:
    """What stands in the profiles of people whom a viewer has been found to see; the door shows as much as `detail` says."""
    ids = [seen.id for seen in people]
    return [Profile(*row) for row in await db.rows(_PROFILES, ids=ids)] if ids else []
