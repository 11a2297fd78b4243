"""Lately busy with: three words of one's own posts of six weeks, proposed to oneself alone, on the profile once one publishes them."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    DateTime,
    SmallInteger,
    Text,
    and_,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access import allowed, permissions
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, columns, param
from weetwie.database.rows import structs
from weetwie.domain.knowledge import inferred, topics
from weetwie.domain.knowledge.topic_rules import SHOWN, key_of
from weetwie.errors import Forbidden, Invalid, _
from weetwie.events import PersonErased, PolicyChanged, RankingChosen, TopicsChanged, record
from weetwie.runtime import clock
from weetwie.tables.knowledge import LatelyWords
from weetwie.tables.people import Person

MOST: Final = 3
_SINCE: Final = timedelta(weeks=6)
_RENEWED_EVERY: Final = timedelta(weeks=1)


class PublishedLately(msgspec.Struct, frozen=True):
    words: Sequence[str]
    renews: bool
    published_at: datetime


async def proposed(db: Db, viewer: Viewer) -> list[str]:
    """To oneself alone. Nothing in works-council mode, which tells nobody how lately somebody writes."""
    if not viewer.policy.tells_activity:
        return []
    found = await inferred.inferred(db, viewer, lately_since=clock.now() - _SINCE)
    return [one.name for one in found if one.choice is None or one.choice in SHOWN][:MOST]


async def own(db: Db, viewer: Viewer) -> PublishedLately | None:
    return next(iter(structs(PublishedLately, await db.rows(_OWN, person_id=viewer.person_id))), None)


async def publish(db: Db, viewer: Viewer, words: Collection[str], *, renews: bool) -> None:
    """Those of the words that are proposed, and no others. Raises Forbidden, and Invalid where none is."""
    if not permissions.act(viewer, clock.now()) or not viewer.policy.tells_activity:
        raise Forbidden(_("In works council mode no profile says what people were lately busy with."))
    wanted = {key_of(word) for word in words}
    chosen = [word for word in await proposed(db, viewer) if key_of(word) in wanted]
    if not chosen:
        raise Invalid(_("Choose at least one of the suggested words."), field="words")
    await _put(db, viewer, chosen, renews=renews)


async def take_back(db: Db, viewer: Viewer) -> None:
    allowed.check(viewer, permissions.act)
    if await db.run(_TAKE_BACK, person_id=viewer.person_id):
        await record(db, viewer, TopicsChanged(viewer.person_id))


async def due(db: Db) -> list[int]:
    """Whose words are a week old and are to be renewed, or six weeks old and are not."""
    now = clock.now()
    rows = await db.rows(_DUE, renewed=now - _RENEWED_EVERY, old=now - _SINCE)
    return columns(rows, "person_id")


async def renew(db: Db, viewer: Viewer) -> None:
    """As their posts are now, where they let it; else the words go, and so do they where nothing stands out any more."""
    before = await own(db, viewer)
    if before is None:
        return
    words = await proposed(db, viewer) if before.renews else []
    if words:
        await _put(db, viewer, words, renews=True)
    elif await db.run(_TAKE_BACK, person_id=viewer.person_id):
        await record(db, viewer, TopicsChanged(viewer.person_id))


async def contested(db: Db, viewer: Viewer, facts: Sequence[TopicsChanged]) -> None:
    """What somebody does not want to be known for is no word of theirs either."""
    for person_id in {fact.person_id for fact in facts if fact.person_id == viewer.person_id}:
        published = await own(db, viewer)
        if published is None:
            continue
        out = {one.key for one in await topics.own(db, viewer) if one.choice not in SHOWN}
        words = [word for word in published.words if key_of(word) not in out]
        if not words:
            await db.run(_TAKE_BACK, person_id=person_id)
        elif len(words) < len(published.words):
            await db.run(_KEEP, person_id=person_id, words=words)


async def chosen(db: Db, viewer: Viewer, facts: Sequence[RankingChosen]) -> None:
    """Who does not want to be found by what they write has no such words."""
    await db.run(_LEFT_OUT, ids=[fact.person_id for fact in facts])


async def narrowed(db: Db, viewer: Viewer, facts: Sequence[PolicyChanged]) -> None:
    """In works-council mode nobody has any, from the next request on; a change of what is never inferred takes them off as well."""
    if any({"works_council", "never_inferred"} & {*fact.names} for fact in facts):
        for person_id in columns(await db.rows(_ALL), "person_id"):
            await db.run(_TAKE_BACK, person_id=person_id)
            await record(db, viewer, TopicsChanged(person_id))


async def erased(db: Db, viewer: Viewer, facts: Sequence[PersonErased]) -> None:
    await db.run(_FORGET, ids=[fact.person_id for fact in facts])


async def _put(db: Db, viewer: Viewer, words: Sequence[str], *, renews: bool) -> None:
    ring = await db.value(_RING, person_id=viewer.person_id)
    await db.run(
        _PUT, person_id=viewer.person_id, words=list(words), ring=ring, renews=renews, at=clock.now()
    )
    await record(db, viewer, TopicsChanged(viewer.person_id))


_PERSON, _WORDS = param("person_id", BigInteger), param("words", ARRAY(Text))
_IDS = param("ids", ARRAY(BigInteger))
_OWN = Query(
    select(LatelyWords.words, LatelyWords.renews, LatelyWords.published_at).where(
        LatelyWords.person_id == _PERSON
    )
)
_RING = Query(select(Person.profile_ring).where(Person.id == _PERSON))
_ALL = Query(select(LatelyWords.person_id))
_TAKE_BACK = Query(delete(LatelyWords).where(LatelyWords.person_id == _PERSON))
_FORGET = Query(delete(LatelyWords).where(LatelyWords.person_id == func.any(_IDS)))
_LEFT_OUT = Query(
    delete(LatelyWords).where(
        LatelyWords.person_id == func.any(_IDS),
        LatelyWords.person_id == Person.id,
        Person.may_rank.is_(False),
    )
)
_NEW = insert(LatelyWords).values(
    person_id=_PERSON,
    words=_WORDS,
    ring=param("ring", SmallInteger),
    renews=param("renews", Boolean),
    published_at=param("at", DateTime(timezone=True)),
)
_PUT = Query(
    _NEW.on_conflict_do_update(
        index_elements=["person_id"],
        set_={name: _NEW.excluded[name] for name in ("words", "ring", "renews", "published_at")},
    )
)
_KEEP = Query(update(LatelyWords).where(LatelyWords.person_id == _PERSON).values(words=_WORDS))
_DUE = Query(
    select(LatelyWords.person_id).where(
        or_(
            and_(LatelyWords.renews, LatelyWords.published_at < param("renewed", DateTime(timezone=True))),
            LatelyWords.published_at < param("old", DateTime(timezone=True)),
        )
    )
)
