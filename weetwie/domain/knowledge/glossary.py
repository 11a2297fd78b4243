"""The glossary: what means the same here, as members have written it down, for whoever its ring reaches."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import (
    BigInteger,
    DateTime,
    Executable,
    SmallInteger,
    Text,
    case,
    cast,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, JSONPATH

from weetwie.access import glossary as law, permissions
from weetwie.access.enums import Ring, Standing, Visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, Query, param
from weetwie.database.rows import structs
from weetwie.domain.knowledge import delicate, word_list, words as words_of
from weetwie.domain.knowledge.dictionary import LANGUAGES, MOST_WORDS
from weetwie.errors import Forbidden, Invalid, NotFound, TooMany, _
from weetwie.events import PersonErased, audit
from weetwie.runtime import clock
from weetwie.tables.knowledge import GlossaryEntry
from weetwie.text.text import is_longer
from weetwie.views import posts as seen_posts

LONGEST: Final = 60
MOST: Final = 2000
"""So many entries one person adds."""
_LISTED: Final = 500
_LOOKED_AT: Final = 1000
_MOST_FOUND: Final = 100
"""So many count in one question."""

Given = Mapping[str, Sequence[str]]
"""By language."""


class Entry(msgspec.Struct, frozen=True):
    id: int
    words: dict[str, list[str]]
    ring: int
    widest: int
    added_by_id: int | None
    """None for who is gone. Whoever shows it asks `views.people` first."""
    added_at: datetime
    changed_by_id: int | None
    changed_at: datetime | None
    is_own: bool


async def entries(db: Db, viewer: Viewer, like: str = "") -> list[Entry]:
    """The newest first; with `like` those that have these letters in them."""
    wanted = like.strip().replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    rows = await _ENTRIES.rows(db, viewer, only=0, like=f"%{wanted}%", limit=_LISTED)
    return [one for one in structs(Entry, rows) if not _is_delicate(viewer, one.words)]


async def entry(db: Db, viewer: Viewer, id: int) -> Entry:
    rows = await _ENTRIES.rows(db, viewer, only=id, like="%", limit=1)
    if not rows:
        raise NotFound
    return Entry(*rows[0])


async def of_terms(
    db: Db, viewer: Viewer, terms: Sequence[int], most: int = _MOST_FOUND
) -> list[dict[str, list[str]]]:
    """The words of entries of which one is said whole by these. Who adds many entries keeps nobody else's from counting."""
    if not terms:
        return []
    rows = await _OF_TERMS.rows(db, viewer, firsts=list(terms), limit=max(_LOOKED_AT, most))
    said = set(terms)
    every = (row["words"] for row in rows)
    return [given for given in every if _is_said(given, said) and not _is_delicate(viewer, given)][:most]


def _is_said(given: Given, terms: Collection[int]) -> bool:
    return any(
        all(words_of.number_in(token, code) in terms for token in tokens)
        for code, own in given.items()
        for word in own
        if (tokens := word_list.spelled(word))
    )


def _is_delicate(viewer: Viewer, given: Given) -> bool:
    """Whether one of them is never inferred, by now."""
    return any(
        delicate.is_delicate(word, viewer.policy.never_inferred) for own in given.values() for word in own
    )


async def add(
    db: Db,
    viewer: Viewer,
    given: Given,
    ring: Ring,
    post_ids: Sequence[int] = (),
    widest: Ring = Ring.world,
) -> int:
    """`post_ids`: where it was found. Then it is for no wider ring than the narrowest of them, and never for one wider than `widest`.

    Raises Forbidden, Invalid, NotFound.
    """
    _check_writes(viewer)
    words = _checked(viewer, given)
    widest = min(widest, await _narrowest(db, viewer, post_ids))
    ring = min(ring, widest)
    _check_ring(viewer, ring)
    if await db.value(_COUNT, person_id=viewer.person_id) >= MOST:
        raise TooMany(_("You can add {most} terms. Delete some first."), most=MOST)
    id: int = await db.value(
        _ADD,
        words=words,
        firsts=_firsts(words),
        ring=int(ring),
        widest=int(widest),
        person_id=viewer.person_id,
    )
    return id


async def change(db: Db, viewer: Viewer, id: int, given: Given, ring: Ring) -> None:
    """One's own, or any for an administrator. Raises NotFound, Forbidden and Invalid."""
    old = await _changeable(db, viewer, id)
    words = _checked(viewer, given)
    ring = min(ring, Ring(old.widest))
    _check_ring(viewer, ring)
    await db.run(
        _CHANGE,
        id=id,
        words=words,
        firsts=_firsts(words),
        ring=int(ring),
        person_id=viewer.person_id,
        at=clock.now(),
    )
    if not old.is_own:
        await audit(db, viewer, "glossary.change", id)


async def remove(db: Db, viewer: Viewer, id: int) -> None:
    old = await _changeable(db, viewer, id)
    await db.run(_REMOVE, id=id)
    if not old.is_own:
        await audit(db, viewer, "glossary.remove", id)


async def erased(db: Db, viewer: Viewer, facts: Sequence[PersonErased]) -> None:
    """What they added stays; that it was they does not."""
    await db.run(_FORGET, ids=[fact.person_id for fact in facts])


def may_change(viewer: Viewer, one: Entry) -> bool:
    now = clock.now()
    return permissions.act(viewer, now) and (one.is_own or permissions.administer(viewer, now))


def _check_writes(viewer: Viewer) -> None:
    if not permissions.act(viewer, clock.now()) or viewer.standing != Standing.member:
        raise Forbidden(_("Only colleagues can add terms to the glossary."))


def _check_ring(viewer: Viewer, ring: Ring) -> None:
    if ring > viewer.policy.widest_ring:
        raise Invalid(_("Choose a narrower audience."), field="ring")
    if not permissions.write_for(viewer, ring, clock.now()):
        raise Forbidden


async def _changeable(db: Db, viewer: Viewer, id: int) -> Entry:
    old = await entry(db, viewer, id)
    if not may_change(viewer, old):
        raise Forbidden(_("Only the person who added a term, or an administrator, can change it."))
    return old


async def _narrowest(db: Db, viewer: Viewer, post_ids: Sequence[int]) -> Ring:
    if not post_ids:
        return Ring.world
    seen = await seen_posts.posts(db, viewer, dict.fromkeys(post_ids))
    is_open = all(post.visibility <= Visibility.unlisted for post in seen)
    if len(seen) < len(set(post_ids)) or not is_open:
        raise NotFound
    return Ring(min(post.ring for post in seen))


def _checked(viewer: Viewer, given: Given) -> dict[str, list[str]]:
    words = {
        code: list(dict.fromkeys(tidy for word in given.get(code, ()) if (tidy := " ".join(word.split()))))
        for code in LANGUAGES
    }
    words = {code: own for code, own in words.items() if own}
    every = [word for own in words.values() for word in own]
    if len(set(map(str.casefold, every))) < _TWO:
        raise Invalid(_("Give at least two words that mean the same."), field="words")
    if any(len(own) > MOST_WORDS for own in words.values()):
        raise Invalid(_("At most {most} words for each language."), field="words", most=MOST_WORDS)
    if any(is_longer(word, LONGEST) for word in every):
        raise Invalid(_("A term can have at most {most} characters."), field="words", most=LONGEST)
    if not all(_firsts({"en": [word]}) for word in every):
        raise Invalid(_("Write it with at least one letter or number."), field="words")
    if any(delicate.is_delicate(word, viewer.policy.never_inferred) for word in every):
        raise Invalid(
            _("Terms about health, belief, politics and the like aren't translated."), field="words"
        )
    return words


_TWO: Final = 2


def _firsts(words: Mapping[str, Sequence[str]]) -> list[int]:
    found = (
        words_of.number_in(tokens[0], code)
        for code, own in words.items()
        for word in own
        if (tokens := word_list.spelled(word))
    )
    return sorted(set(found))


_ID, _PERSON = param("id", BigInteger), param("person_id", BigInteger)
_WORDS, _FIRSTS = param("words", JSONB), param("firsts", ARRAY(BigInteger))


def _of_terms(viewer_sql: ViewerSql) -> Executable:
    """The newest of everybody who added some, then the second of each, and so on."""
    turn = func.row_number().over(partition_by=GlossaryEntry.added_by_id, order_by=GlossaryEntry.id.desc())
    return (
        select(GlossaryEntry.words)
        .where(law.readable(viewer_sql), GlossaryEntry.firsts.overlap(_FIRSTS))
        .order_by(turn, GlossaryEntry.id.desc())
        .limit(param("limit", BigInteger))
    )


def _entries(viewer_sql: ViewerSql) -> Executable:
    only, like = param("only", BigInteger), param("like", Text)
    every = func.jsonb_path_query_array(GlossaryEntry.words, cast("$.*[*]", JSONPATH))
    word = func.jsonb_array_elements_text(every).column_valued("word")

    return (
        select(
            GlossaryEntry.id,
            GlossaryEntry.words,
            law.ring(viewer_sql).label("ring"),
            GlossaryEntry.widest,
            GlossaryEntry.added_by_id,
            GlossaryEntry.added_at,
            GlossaryEntry.changed_by_id,
            GlossaryEntry.changed_at,
            func.coalesce(GlossaryEntry.added_by_id == viewer_sql.id, False).label("is_own"),
        )
        .where(
            law.readable(viewer_sql),
            or_(only == 0, GlossaryEntry.id == only),
            or_(like == "%%", like == "%", exists().where(word.ilike(like))),
        )
        .order_by(GlossaryEntry.id.desc())
        .limit(param("limit", BigInteger))
    )


_ENTRIES, _OF_TERMS = VisibleQuery(_entries), VisibleQuery(_of_terms)
_COUNT = Query(select(func.count()).select_from(GlossaryEntry).where(GlossaryEntry.added_by_id == _PERSON))
_ADD = Query(
    insert(GlossaryEntry)
    .values(
        words=_WORDS,
        firsts=_FIRSTS,
        ring=param("ring", SmallInteger),
        widest=param("widest", SmallInteger),
        added_by_id=_PERSON,
    )
    .returning(GlossaryEntry.id)
)
_CHANGE = Query(
    update(GlossaryEntry)
    .where(GlossaryEntry.id == _ID)
    .values(
        words=_WORDS,
        firsts=_FIRSTS,
        ring=param("ring", SmallInteger),
        changed_by_id=_PERSON,
        changed_at=param("at", DateTime(timezone=True)),
    )
)
_REMOVE = Query(delete(GlossaryEntry).where(GlossaryEntry.id == _ID))
_IDS = param("ids", ARRAY(BigInteger))
_FORGET = Query(
    update(GlossaryEntry)
    .where(or_(GlossaryEntry.added_by_id == func.any(_IDS), GlossaryEntry.changed_by_id == func.any(_IDS)))
    .values(
        added_by_id=case(
            (GlossaryEntry.added_by_id == func.any(_IDS), None), else_=GlossaryEntry.added_by_id
        ),
        changed_by_id=case(
            (GlossaryEntry.changed_by_id == func.any(_IDS), None), else_=GlossaryEntry.changed_by_id
        ),
    )
)
