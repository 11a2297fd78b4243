"""How this place is used, day by day: numbers for those who run it, of public and unlisted posts and of nothing else."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Executable,
    SQLColumnExpression,
    Text,
    cast,
    distinct,
    extract,
    func,
    literal,
    select,
)

from weetwie.access import allowed, permissions
from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, columns, param
from weetwie.database.sql import IntSql
from weetwie.errors import Forbidden, Invalid, _
from weetwie.tables.media import Media
from weetwie.tables.moderation import Report
from weetwie.tables.people import Person
from weetwie.tables.posts import Post, PostTag, PostText, Tag

LONGEST: Final = timedelta(days=366)
_DAY: Final = timedelta(days=1)
_DAY_SECONDS: Final = 86_400


class Measure(msgspec.Struct, frozen=True):
    total: int
    previous_total: int
    """In the time of the same length before."""
    days: list[tuple[datetime, int]]


class Cohort(msgspec.Struct, frozen=True):
    """Who came in the same stretch of time, and how many of them wrote in each stretch from then on."""

    period: datetime
    people: int
    active: list[tuple[datetime, int]]


async def measure(
    db: Db, viewer: Viewer, name: str, begin: datetime, end: datetime, tag: str = ""
) -> Measure:
    """Both days are in it. Raises Forbidden; Invalid for a time without end."""
    first, last = _stretch(viewer, begin, end)
    query = _MEASURES.get(name)
    days = [first + _DAY * number for number in range((last - first) // _DAY)]
    if query is None:
        return Measure(0, 0, [(day, 0) for day in days])
    before = first - (last - first)
    tag_given = {"tag": tag} if name.startswith("tag_") else {}
    rows = await db.rows(
        query, begin=before, end=last, begin_id=_id_at(before), end_id=_id_at(last), **tag_given
    )
    counts = {datetime.fromtimestamp(row["day"] * _DAY_SECONDS, UTC): row["count"] for row in rows}
    return Measure(
        sum(counts.get(day, 0) for day in days),
        sum(count for day, count in counts.items() if day < first),
        [(day, counts.get(day, 0)) for day in days],
    )


async def languages(
    db: Db, viewer: Viewer, begin: datetime, end: datetime, limit: int
) -> list[tuple[str, int]]:
    """In which ones people wrote, and how many posts."""
    first, last = _stretch(viewer, begin, end)
    rows = await db.rows(_LANGUAGES, begin_id=_id_at(first), end_id=_id_at(last), limit=limit)
    return [(row["language"], row["count"]) for row in rows]


async def space(db: Db, viewer: Viewer) -> tuple[int, int]:
    """Bytes of the database, and of media as they were uploaded."""
    check(viewer)
    row = await db.row(_SPACE)
    assert row is not None
    return int(row[0]), int(row[1])


async def tag_keys(db: Db, viewer: Viewer) -> list[str]:
    """All there are. Raises Forbidden."""
    check(viewer)
    return columns(await db.rows(_TAG_KEYS), "key")


async def database_version(db: Db) -> str:
    return str(await db.value(_VERSION)).split()[0]


async def retention(
    db: Db, viewer: Viewer, begin: datetime, end: datetime, *, by_month: bool
) -> list[Cohort]:
    first, last = _stretch(viewer, begin, end)
    periods = _periods(first, last, by_month=by_month)
    came: dict[datetime, set[int]] = defaultdict(set)
    for row in await db.rows(_CAME, begin=first, end=last):
        came[_period(row["joined_at"], by_month=by_month)].add(row["id"])
    wrote: dict[datetime, set[int]] = defaultdict(set)
    for row in await db.rows(_WROTE, begin=first, end=last, begin_id=_id_at(first), end_id=_id_at(last)):
        day = datetime.fromtimestamp(row["day"] * _DAY_SECONDS, UTC)
        wrote[_period(day, by_month=by_month)].add(row["id"])
    return [
        Cohort(
            period,
            len(came[period]),
            [(later, len(came[period] & wrote[later])) for later in periods if later >= period],
        )
        for period in periods
    ]


def _stretch(viewer: Viewer, begin: datetime, end: datetime) -> tuple[datetime, datetime]:
    check(viewer)
    first, last = _midnight(begin), _midnight(end) + _DAY
    if last <= first:
        raise Invalid(_("The end must be after the start."), field="end_at")
    if last - first > LONGEST:
        raise Invalid(_("The period can be at most a year."), field="end_at")
    return first, last


def check(viewer: Viewer) -> None:
    """Raises Forbidden."""
    allowed.check(viewer, permissions.look_behind)
    if not viewer.policy.tells_activity:
        raise Forbidden(_("Works council mode is on: there are no statistics about what people do."))


def _midnight(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _period(moment: datetime, *, by_month: bool) -> datetime:
    return _midnight(moment).replace(day=1) if by_month else _midnight(moment)


def _periods(first: datetime, last: datetime, *, by_month: bool) -> Sequence[datetime]:
    days = (first + _DAY * number for number in range((last - first) // _DAY))
    return list(dict.fromkeys(_period(day, by_month=by_month) for day in days))


def _id_at(moment: datetime) -> int:
    return max(0, int(moment.timestamp() * 1000)) << 16


_BEGIN, _END = param("begin", DateTime(timezone=True)), param("end", DateTime(timezone=True))
_BEGIN_ID, _END_ID = param("begin_id", BigInteger), param("end_id", BigInteger)
_DAY_OF_POST = cast(Post.id.op(">>")(16).op("/")(literal(_DAY_SECONDS * 1000)), BigInteger)
_COUNTED = (
    Post.id >= _BEGIN_ID,
    Post.id < _END_ID,
    Post.deleted_at.is_(None),
    Post.visibility <= int(Visibility.unlisted),
    Post.origin == 0,
)


def _day_of(moment: SQLColumnExpression[datetime | None]) -> ColumnElement[int]:
    return cast(func.floor(extract("epoch", moment) / _DAY_SECONDS), BigInteger)


def _moments(
    moment: SQLColumnExpression[datetime | None], *conditions: SQLColumnExpression[bool]
) -> Executable:
    day = _day_of(moment).label("day")
    return (
        select(day, func.count().label("count"))
        .where(moment >= _BEGIN, moment < _END, *conditions)
        .group_by(day)
    )


def _posts(count: IntSql, *conditions: SQLColumnExpression[bool]) -> Executable:
    day = _DAY_OF_POST.label("day")
    return select(day, count.label("count")).where(*_COUNTED, *conditions).group_by(day)


def _tagged(count: IntSql) -> Executable:
    day = _DAY_OF_POST.label("day")
    return (
        select(day, count.label("count"))
        .join(PostTag, PostTag.post_id == Post.id)
        .join(Tag, Tag.id == PostTag.tag_id)
        .where(*_COUNTED, Tag.key == param("tag", Text))
        .group_by(day)
    )


_IS_ANSWER = Post.reply_to_id.is_not(None) | Post.boost_of_id.is_not(None) | Post.quote_of_id.is_not(None)
_IS_PERSON = (Person.has_joined, Person.erased_at.is_(None), Person.is_service.is_(False))
_MEASURES: Final = {
    "active_users": Query(_posts(func.count(distinct(Post.author_id)))),
    "new_users": Query(_moments(Person.joined_at, *_IS_PERSON)),
    "interactions": Query(_posts(func.count(), _IS_ANSWER)),
    "opened_reports": Query(_moments(Report.created_at)),
    "resolved_reports": Query(_moments(Report.closed_at)),
    "tag_uses": Query(_tagged(func.count())),
    "tag_accounts": Query(_tagged(func.count(distinct(Post.author_id)))),
}
"""Whatever else is asked for concerns other servers, of which there are none."""

_LANGUAGES = Query(
    select(PostText.language, func.count().label("count"))
    .join(Post, Post.id == PostText.post_id)
    .where(*_COUNTED, PostText.language.is_not(None))
    .group_by(PostText.language)
    .order_by(func.count().desc(), PostText.language)
    .limit(param("limit", BigInteger))
)
_TAG_KEYS = Query(select(Tag.key))
_SPACE = Query(
    select(
        func.pg_database_size(func.current_database()),
        select(func.coalesce(func.sum(Media.size), 0)).scalar_subquery(),
    )
)
_VERSION = Query(select(func.current_setting("server_version")))
_CAME = Query(
    select(Person.id, Person.joined_at).where(
        Person.joined_at >= _BEGIN, Person.joined_at < _END, *_IS_PERSON
    )
)
_WROTE = Query(
    select(Person.id, _DAY_OF_POST.label("day"))
    .distinct()
    .join(Post, Post.author_id == Person.id)
    .where(Person.joined_at >= _BEGIN, Person.joined_at < _END, *_IS_PERSON, *_COUNTED)
)
