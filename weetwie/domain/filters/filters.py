"""The filters of a person: make, change, delete, read. Nobody else's filter is ever found."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from msgspec import UNSET, Struct, UnsetType
from sqlalchemy import (
    BigInteger,
    Boolean,
    DateTime,
    SmallInteger,
    Text,
    and_,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import allowed, permissions
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, Value, param
from weetwie.domain.filters import rules
from weetwie.errors import NotFound, or_not_found
from weetwie.events import FiltersChanged, PersonErased, record
from weetwie.runtime import clock
from weetwie.tables.filters import Filter, FilterKeyword
from weetwie.tables.people import Person

Found = TypeVar("Found")


class Keyword(Struct, frozen=True):
    id: int
    filter_id: int
    keyword: str
    is_whole_word: bool


class OwnFilter(Struct, frozen=True):
    id: int
    title: str
    contexts: list[str]
    action: int
    expires_at: datetime | None
    keywords: list[Keyword]


class KeywordChange(Struct, frozen=True, kw_only=True):
    """A new keyword, or with an id a change of one that is there."""

    id: int | None = None
    keyword: str | None = None
    is_whole_word: bool | None = None
    is_removed: bool = False


class FilterChange(Struct, frozen=True, kw_only=True):
    """What is not given stays."""

    title: str | None = None
    contexts: Sequence[str] | None = None
    action: int | None = None
    expires_in: int | None | UnsetType = UNSET
    """In seconds; None or 0 is without end."""
    keywords: Sequence[KeywordChange] = ()


_IS_OWN = Filter.owner_id == param("owner_id", BigInteger)
_ID = Filter.id == param("id", BigInteger)
_COLUMNS = (Filter.id, Filter.title, Filter.contexts, Filter.action, Filter.expires_at)
_KEYWORD_COLUMNS = (
    FilterKeyword.id,
    FilterKeyword.filter_id,
    FilterKeyword.keyword,
    FilterKeyword.is_whole_word,
)

_FILTERS = Query(select(*_COLUMNS).where(_IS_OWN).order_by(Filter.id))
_KEYWORDS = Query(
    select(*_KEYWORD_COLUMNS)
    .join(Filter, Filter.id == FilterKeyword.filter_id)
    .where(_IS_OWN)
    .order_by(FilterKeyword.filter_id, FilterKeyword.id)
)
# Whoever changes their filters does one thing after the other: so no two are together too many.
_HOLD = Query(
    select(Person.id).where(Person.id == param("owner_id", BigInteger)).with_for_update(key_share=True)
)
_MAKE = Query(
    insert(Filter)
    .values(
        owner_id=param("owner_id", BigInteger),
        title=param("title", Text),
        contexts=param("contexts", ARRAY(Text)),
        action=param("action", SmallInteger),
        expires_at=param("expires_at", DateTime(timezone=True)),
    )
    .returning(Filter.id)
)
_CHANGE = Query(
    update(Filter)
    .where(_IS_OWN, _ID)
    .values(
        title=param("title", Text),
        contexts=param("contexts", ARRAY(Text)),
        action=param("action", SmallInteger),
        expires_at=param("expires_at", DateTime(timezone=True)),
    )
)
_DELETE = Query(delete(Filter).where(_IS_OWN, _ID))
_ADD_KEYWORD = Query(
    insert(FilterKeyword)
    .values(
        filter_id=param("filter_id", BigInteger),
        keyword=param("keyword", Text),
        is_whole_word=param("is_whole_word", Boolean),
    )
    .returning(FilterKeyword.id)
)
_OF_FILTER = and_(
    FilterKeyword.id == param("id", BigInteger), FilterKeyword.filter_id == param("filter_id", BigInteger)
)
_CHANGE_KEYWORD = Query(
    update(FilterKeyword)
    .where(_OF_FILTER)
    .values(
        keyword=func.coalesce(param("keyword", Text), FilterKeyword.keyword),
        is_whole_word=func.coalesce(param("is_whole_word", Boolean), FilterKeyword.is_whole_word),
    )
)
_DELETE_KEYWORD = Query(delete(FilterKeyword).where(_OF_FILTER))
_ERASED = Query(delete(Filter).where(Filter.owner_id == func.any(param("people", ARRAY(BigInteger)))))


async def filters(db: Db, viewer: Viewer) -> list[OwnFilter]:
    """With their keywords."""
    rows = await db.rows(_FILTERS, owner_id=viewer.person_id)
    keywords: dict[int, list[Keyword]] = {row["id"]: [] for row in rows}
    for row in await db.rows(_KEYWORDS, owner_id=viewer.person_id) if rows else ():
        keywords.setdefault(row["filter_id"], []).append(Keyword(*row))
    return [OwnFilter(*[*row, keywords[row["id"]]]) for row in rows]


async def own_filter(db: Db, viewer: Viewer, filter_id: int) -> OwnFilter:
    """Raises NotFound for what is no filter of the viewer's."""
    return _found(one for one in await filters(db, viewer) if one.id == filter_id)


async def own_keyword(db: Db, viewer: Viewer, keyword_id: int) -> Keyword:
    """Raises NotFound for what is no keyword of the viewer's."""
    mine = await filters(db, viewer)
    return _found(word for one in mine for word in one.keywords if word.id == keyword_id)


def _found(found: Iterator[Found]) -> Found:
    return or_not_found(next(found, None))


async def make(db: Db, viewer: Viewer, wanted: FilterChange) -> int:
    await hold(db, viewer)
    rules.check_number(len(await filters(db, viewer)) + 1, rules.MOST_FILTERS)
    filter_id: int = await db.value(_MAKE, owner_id=viewer.person_id, **_columns(wanted, None))
    await _change_keywords(db, filter_id, [], wanted.keywords)
    await changed(db, viewer)
    return filter_id


async def change(db: Db, viewer: Viewer, filter_id: int, wanted: FilterChange) -> None:
    await hold(db, viewer)
    before = await own_filter(db, viewer, filter_id)
    await db.run(_CHANGE, owner_id=viewer.person_id, id=filter_id, **_columns(wanted, before))
    await _change_keywords(db, filter_id, before.keywords, wanted.keywords)
    await changed(db, viewer)


async def remove(db: Db, viewer: Viewer, filter_id: int) -> None:
    await hold(db, viewer)
    if not await db.run(_DELETE, owner_id=viewer.person_id, id=filter_id):
        raise NotFound
    await changed(db, viewer)


async def add_keyword(db: Db, viewer: Viewer, filter_id: int, keyword: str, *, is_whole_word: bool) -> int:
    await hold(db, viewer)
    there = (await own_filter(db, viewer, filter_id)).keywords
    rules.check_number(len(there) + 1, rules.MOST_KEYWORDS)
    keyword_id: int = await db.value(
        _ADD_KEYWORD,
        filter_id=filter_id,
        keyword=rules.checked_keyword(keyword),
        is_whole_word=is_whole_word,
    )
    await changed(db, viewer)
    return keyword_id


async def change_keyword(db: Db, viewer: Viewer, wanted: KeywordChange) -> None:
    """Raises NotFound for what is no keyword of the viewer's."""
    await hold(db, viewer)
    word = await own_keyword(db, viewer, wanted.id or 0)
    await _change_keywords(db, word.filter_id, [word], [wanted])
    await changed(db, viewer)


def _columns(wanted: FilterChange, before: OwnFilter | None) -> dict[str, Value]:
    """What is in the row after a change; of a new filter title and contexts must be given."""
    title, contexts = wanted.title, wanted.contexts
    if before is not None:
        title = before.title if title is None else title
        contexts = before.contexts if contexts is None else contexts
    expires_at = before.expires_at if before is not None else None
    if wanted.expires_in is not UNSET:
        expires_at = rules.ends(wanted.expires_in, clock.now())
    action = wanted.action
    if action is None:
        action = before.action if before is not None else 0
    return {
        "title": rules.checked_title(title or ""),
        "contexts": rules.checked_contexts(contexts or ()),
        "action": action,
        "expires_at": expires_at,
    }


async def _change_keywords(
    db: Db, filter_id: int, there: Sequence[Keyword], wanted: Sequence[KeywordChange]
) -> None:
    known = {word.id for word in there}
    for one in wanted:
        if one.id is not None and one.id not in known:
            raise NotFound
        if one.is_removed:
            if one.id is not None:
                await db.run(_DELETE_KEYWORD, id=one.id, filter_id=filter_id)
                known.discard(one.id)
            continue
        keyword = None if one.keyword is None and one.id else rules.checked_keyword(one.keyword or "")
        if one.id is not None:
            await db.run(
                _CHANGE_KEYWORD,
                id=one.id,
                filter_id=filter_id,
                keyword=keyword,
                is_whole_word=one.is_whole_word,
            )
            continue
        whole = True if one.is_whole_word is None else one.is_whole_word
        known.add(await db.value(_ADD_KEYWORD, filter_id=filter_id, keyword=keyword, is_whole_word=whole))
    rules.check_number(len(known), rules.MOST_KEYWORDS)


async def hold(db: Db, viewer: Viewer) -> None:
    allowed.check(viewer, permissions.act_as_person)
    await db.rows(_HOLD, owner_id=viewer.person_id)


async def changed(db: Db, viewer: Viewer) -> None:
    await record(db, viewer, FiltersChanged(viewer.person_id))


async def erased(db: Db, viewer: Viewer, facts: Sequence[PersonErased]) -> None:
    await db.run(_ERASED, people=[fact.person_id for fact in facts])
