"""People as a viewer sees them: who they are, as far as their profile is open to this viewer."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final, NotRequired, TypedDict

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Executable,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import profile_words, ring_counts, visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, Query, Record, param
from weetwie.database.sql import BoolSql, ColumnSql
from weetwie.errors import Forbidden, or_not_found
from weetwie.tables.declared import aliased
from weetwie.tables.knowledge import LatelyWords, Topic
from weetwie.tables.people import Person
from weetwie.tables.posts import Post


class SeenPerson(msgspec.Struct, frozen=True):
    """What of a person is the viewer's: how much they see, and the counts of their ring. The rest is in `Profile`."""

    id: int
    version: int
    detail: int
    """`visibility.CARD` name, face and handle; `PROFILE` all but the place at work; `PLACE` that too; `OWN` all."""
    followers_count: int = 0
    following_count: int = 0
    posts_count: int = 0
    last_post_id: int = 0

    @property
    def key(self) -> tuple[int, int, int]:
        """What the encoding of the profile depends on."""
        return self.id, self.version, self.detail


class ProfileField(TypedDict):
    name: str
    value: str
    verified_at: NotRequired[str | None]


class _Card(msgspec.Struct, frozen=True, kw_only=True):
    """What everybody sees who sees a person at all."""

    id: int
    version: int
    detail: int
    handle: str
    name: str
    face: str | None
    face_description: str
    standing: int
    is_bot: bool
    suspended_at: datetime | None


class _Open(_Card, frozen=True, kw_only=True):
    """What those see besides to whom the profile is open."""

    bio: str = ""
    fields: Sequence[ProfileField] = ()
    header: str | None = None
    header_description: str = ""
    pronouns: str = ""
    languages: list[str] = msgspec.field(default_factory=list)
    has_joined: bool = True
    is_dormant: bool = False
    until: datetime | None = None
    joined_at: datetime | None = None
    left_at: datetime | None = None
    is_locked: bool = False
    is_discoverable: bool = False
    hides_follows: bool = False
    shows_media: bool = True
    shows_media_replies: bool = True
    shows_featured: bool = True
    knows: Sequence[str] = ()
    """Topics that they say they know about."""
    learning: Sequence[str] = ()


class _AtWork(_Open, frozen=True, kw_only=True):
    """What those see besides whom the profile ring reaches."""

    unit: str = ""
    place: str = ""
    manager_id: int | None = None
    lately: Sequence[str] = ()
    """With what they were lately busy, in words of posts that everybody may read who sees this."""


class Profile(_AtWork, frozen=True, kw_only=True):
    """A person as far as one viewer sees them: what is not theirs to see is as empty as if it had never been filled in.

    Which class a field stands in says who sees it. These here show to oneself, and to the system.
    """

    is_admin: bool = False
    is_people_admin: bool = False
    is_moderator: bool = False
    is_compliance: bool = False
    is_limited: bool = False


def person_columns(viewer_sql: ViewerSql, person: type[Person]) -> list[ColumnSql]:
    """The columns of a `SeenPerson`."""
    columns: dict[str, ColumnSql] = {
        "id": person.id,
        "version": person.version,
        "detail": visibility.detail(viewer_sql, person),
        "followers_count": person.followers_count,
        "following_count": person.following_count,
        "posts_count": ring_counts.posts_of(viewer_sql, person),
        "last_post_id": ring_counts.newest_of(viewer_sql, person),
    }
    return [columns[name] for name in SeenPerson.__struct_fields__]


def _people(
    viewer_sql: ViewerSql, law: Callable[[ViewerSql, type[Person]], BoolSql] = visibility.person
) -> Executable:
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


def _author(viewer_sql: ViewerSql) -> Executable:
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


def may_be_ranked(viewer_sql: ViewerSql, person: type[Person]) -> BoolSql:
    """Whom this viewer may be shown as somebody who knows."""
    return and_(
        person.may_rank,
        person.is_bot.is_(False),
        person.is_dormant.is_(False),
        person.suspended_at.is_(None),
        person.erased_at.is_(None),
        visibility.card(viewer_sql, person),
    )


_PEOPLE = VisibleQuery(_people)
_RANKED = VisibleQuery(lambda viewer_sql: _people(viewer_sql, may_be_ranked))
_CARDS = VisibleQuery(lambda viewer_sql: _people(viewer_sql, visibility.card))
_AUTHOR = VisibleQuery(_author)


def _column(name: str) -> ColumnSql:
    return _NOT_AS_THEY_STAND[name] if name in _NOT_AS_THEY_STAND else getattr(Person, name)


def _topics(choice: int) -> ColumnElement[str]:
    chosen = (
        select(Topic.name)
        .where(Topic.person_id == Person.id, Topic.choice == choice)
        .order_by(Topic.key)
        .correlate(Person)
    )
    return func.array(chosen.scalar_subquery())


_KNOWS, _LEARNING = 0, 1
_TOPICS = {"knows": _topics(_KNOWS).label("knows"), "learning": _topics(_LEARNING).label("learning")}
_LATELY = (
    select(LatelyWords.words)
    .where(LatelyWords.person_id == Person.id, LatelyWords.ring >= Person.profile_ring, Person.may_rank)
    .correlate(Person)
    .scalar_subquery()
)
_PICTURES = {
    name: case((Person.suspended_at.is_(None), getattr(Person, name))).label(name)
    for name in ("face", "header")
}
"""Nobody sees those of who is suspended."""
_NOT_AS_THEY_STAND: Final[dict[str, ColumnSql]] = {
    **_TOPICS,
    **_PICTURES,
    "lately": func.coalesce(_LATELY, cast(literal("{}"), ARRAY(Text))).label("lately"),
}
_SHOWN: Final = {
    detail: tuple(name for name in kind.__struct_fields__ if name != "detail")
    for detail, kind in (
        (visibility.CARD, _Card),
        (visibility.PROFILE, _Open),
        (visibility.PLACE, _AtWork),
        (visibility.OWN, Profile),
    )
}
"""By how much of a person one sees, which fields of theirs."""
_AT_WORK: Final = [word.name for word in profile_words.WORDS if not word.is_own]
_IS_ASKED_FOR = Person.id == func.any(param("ids", ARRAY(BigInteger)))
_PROFILES, _RECORDS = (
    Query(select(*(_column(name) for name in _SHOWN[visibility.OWN])).where(_IS_ASKED_FOR, *only))
    for only in ((), (Person.erased_at.is_(None),))
)


async def people(db: Db, viewer: Viewer, ids: Iterable[int]) -> list[SeenPerson]:
    """Those of them whom the viewer sees, in the order asked for."""
    return [as_seen(row) for row in await _PEOPLE.rows(db, viewer, ids=list(ids))]


async def cards(db: Db, viewer: Viewer, ids: Iterable[int]) -> list[SeenPerson]:
    """The same, with those whom the viewer sees as authors alone."""
    return [as_seen(row) for row in await _CARDS.rows(db, viewer, ids=list(ids))]


async def ranked(db: Db, viewer: Viewer, ids: Iterable[int]) -> list[SeenPerson]:
    """Those of them who may be shown as knowing something."""
    return [as_seen(row) for row in await _RANKED.rows(db, viewer, ids=list(ids))]


async def person(db: Db, viewer: Viewer, person_id: int) -> SeenPerson:
    """One person, be it only their card. Raises NotFound for whom the viewer does not see."""
    row = or_not_found(await _AUTHOR.row(db, viewer, id=person_id))
    return as_seen(row)


def as_seen(row: Record | tuple[int, ...]) -> SeenPerson:
    """From `person_columns`; of whom one sees the card alone, nothing is counted."""
    return SeenPerson(*row[:3]) if row[2] == visibility.CARD else SeenPerson(*row)


async def profiles(db: Db, people: Iterable[SeenPerson]) -> list[Profile]:
    """What stands in the profiles of people whom a viewer has been found to see, as far as they see it, in the same order."""
    asked = list(people)
    if not asked:
        return []
    rows = {row["id"]: row for row in await db.rows(_PROFILES, ids=[one.id for one in asked])}
    return [_profile(rows[one.id], one.detail) for one in asked if one.id in rows]


async def records(db: Db, viewer: Viewer, ids: Iterable[int]) -> list[Profile]:
    """Everybody who has not been erased, in the order asked for: for the system alone, where it works for those who look after
    people. Where somebody suspended works is not told even there. What a person may see of another is `profiles`. Raises Forbidden
    for whoever is not the system."""
    if not viewer.is_system:
        raise Forbidden
    asked = list(ids)
    rows = {row["id"]: row for row in await db.rows(_RECORDS, ids=asked)}
    return [_record(rows[id]) for id in asked if id in rows]


def _record(row: Record) -> Profile:
    profile = _profile(row, visibility.OWN)
    if profile.suspended_at is None:
        return profile
    return msgspec.structs.replace(profile, **dict.fromkeys(_AT_WORK, ""), manager_id=None, lately=())


def _profile(row: Record, detail: int) -> Profile:
    return Profile(detail=detail, **{name: row[name] for name in _SHOWN[detail]})
