"""Announce something, look at what is announced, react to it, put it away."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec
import regex
from sqlalchemy import (
    BigInteger,
    Boolean,
    DateTime,
    Executable,
    SmallInteger,
    Text,
    and_,
    delete,
    func,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert

from weetwie.access import permissions, visibility
from weetwie.access.enums import Ring
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, Query, param
from weetwie.database.rows import structs
from weetwie.database.sql import BoolSql
from weetwie.errors import Forbidden, Invalid, NotFound, _, or_not_found
from weetwie.events import (
    AnnouncementMade,
    AnnouncementReactedTo,
    AnnouncementReactionTakenBack,
    AnnouncementWithdrawn,
    PersonErased,
    audit,
    record,
)
from weetwie.runtime import clock
from weetwie.tables.announcements import Announcement, AnnouncementReaction, AnnouncementRead
from weetwie.tables.declared import aliased
from weetwie.text.text import is_longer

LONGEST: Final = 5000
MOST_REACTIONS: Final = 8
"""Different ones to one announcement."""
_EMOJI = regex.compile(
    r"(?=\X\Z)[\p{Emoji_Presentation}\p{Extended_Pictographic}\p{Regional_Indicator}#*0-9].*", regex.DOTALL
)


class SeenAnnouncement(msgspec.Struct, frozen=True):
    id: int
    text: str
    ring: int
    starts_at: datetime | None
    ends_at: datetime | None
    is_all_day: bool
    published_at: datetime
    tells_policy: bool
    is_read: bool


class Reacted(msgspec.Struct, frozen=True):
    announcement_id: int
    name: str
    count: int
    is_mine: bool


async def announce(
    db: Db,
    viewer: Viewer,
    text: str,
    *,
    ring: Ring = Ring.network,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    is_all_day: bool = False,
    policy_names: Sequence[str] = (),
    in_languages: Mapping[str, str] | None = None,
) -> int:
    """Raises Forbidden for whoever is no administrator, and Invalid."""
    _check_administers(viewer)
    text = text.strip()
    if not text:
        raise Invalid(_("Write something first."), field="text")
    if is_longer(text, LONGEST):
        raise Invalid(_("An announcement can have at most {most} characters."), field="text", most=LONGEST)
    if ends_at is not None and ends_at <= clock.now():
        raise Invalid(_("Choose an end in the future."), field="ends_at")
    if ends_at is not None and starts_at is not None and starts_at >= ends_at:
        raise Invalid(_("The end must be after the start."), field="ends_at")
    id: int = await db.value(
        _ANNOUNCE,
        text=text,
        ring=int(ring),
        starts_at=starts_at,
        ends_at=ends_at,
        is_all_day=is_all_day,
        tells_policy=bool(policy_names),
        policy_names=list(policy_names),
        in_languages=dict(in_languages or {}),
    )
    await audit(db, viewer, "announcement.make", id)
    await record(db, viewer, AnnouncementMade(id, int(ring)))
    return id


async def withdraw(db: Db, viewer: Viewer, id: int) -> None:
    """Raises Forbidden and NotFound."""
    _check_administers(viewer)
    ring = or_not_found(await db.value(_WITHDRAW, id=id))
    await audit(db, viewer, "announcement.withdraw", id)
    await record(db, viewer, AnnouncementWithdrawn(id, ring))


def _check_administers(viewer: Viewer) -> None:
    if not permissions.administer(viewer, clock.now()):
        raise Forbidden()


async def announcements(
    db: Db, viewer: Viewer, *, only: int = 0, language: str | None = None
) -> list[SeenAnnouncement]:
    """Those in force for the viewer, the newest first; what the installation wrote itself in this language, else in the
    viewer's own."""
    speak = language or viewer.pages_language or viewer.language
    rows = await _IN_FORCE.rows(db, viewer, now=clock.now(), only=only, language=speak)
    return structs(SeenAnnouncement, rows)


async def reactions_to(db: Db, viewer: Viewer, ids: Sequence[int]) -> list[Reacted]:
    """To announcements that the viewer sees, each emoji where it first came."""
    if not ids:
        return []
    rows = await db.rows(_REACTIONS, ids=list(ids), person_id=viewer.person_id)
    return [Reacted(*row) for row in rows]


async def put_away(db: Db, viewer: Viewer, id: int) -> None:
    """Raises NotFound."""
    await _ring_of(db, viewer, id)
    await db.run(_PUT_AWAY, id=id, person_id=viewer.person_id)


async def react(db: Db, viewer: Viewer, id: int, name: str) -> None:
    """Raises NotFound, Forbidden, and Invalid for what is no emoji."""
    ring = await _ring_of(db, viewer, id)
    if not permissions.act(viewer, clock.now()):
        raise Forbidden()
    if not (_EMOJI.fullmatch(name) or any(one.shortcode == name for one in viewer.policy.emojis)):
        raise Invalid(_("React with one emoji."), field="name")
    await db.row(_HOLD, id=id)
    there_are = {one.name for one in await reactions_to(db, viewer, [id])}
    if name not in there_are and len(there_are) >= MOST_REACTIONS:
        raise Invalid(
            _("There are already {most} different reactions. Choose one of them."), most=MOST_REACTIONS
        )
    if await db.run(_REACT, id=id, person_id=viewer.person_id, name=name):
        await record(db, viewer, AnnouncementReactedTo(id, ring))


async def take_back(db: Db, viewer: Viewer, id: int, name: str) -> None:
    """Raises NotFound."""
    ring = await _ring_of(db, viewer, id)
    if await db.run(_TAKE_BACK, id=id, person_id=viewer.person_id, name=name):
        await record(db, viewer, AnnouncementReactionTakenBack(id, ring))


async def erased(db: Db, viewer: Viewer, facts: Sequence[PersonErased]) -> None:
    for query in _ERASE:
        await db.run(query, people=[fact.person_id for fact in facts])


async def _ring_of(db: Db, viewer: Viewer, id: int) -> int:
    """Raises NotFound for what the viewer does not see."""
    found = await announcements(db, viewer, only=id)
    if not found:
        raise NotFound()
    return found[0].ring


_ID, _PERSON_ID, _NAME = param("id", BigInteger), param("person_id", BigInteger), param("name", Text)


def _in_force(viewer_sql: ViewerSql) -> Executable:
    read = aliased(AnnouncementRead)
    only, now = param("only", BigInteger), param("now", DateTime(timezone=True))
    is_read = visibility.there_is(
        read, read.person_id == viewer_sql.id, read.announcement_id == Announcement.id
    )
    named = {name: getattr(Announcement, name) for name in SeenAnnouncement.__struct_fields__[:-1]}
    named["text"] = func.coalesce(
        Announcement.in_languages[param("language", Text)].astext, Announcement.text
    ).label("text")
    return (
        select(*named.values(), is_read.label("is_read"))
        .where(
            or_(
                func.least(Announcement.ring, viewer_sql.widest) >= viewer_sql.ring,
                and_(Announcement.tells_policy, Announcement.ring >= viewer_sql.ring),
            ),
            or_(only == 0, Announcement.id == only),
            or_(Announcement.ends_at.is_(None), Announcement.ends_at > now),
        )
        .order_by(Announcement.id.desc())
        .limit(100)
    )


_IN_FORCE = VisibleQuery(_in_force)


def _any_unread() -> BoolSql:
    read = aliased(AnnouncementRead)
    return visibility.there_is(
        Announcement,
        or_(Announcement.ends_at.is_(None), Announcement.ends_at > param("now", DateTime(timezone=True))),
        ~visibility.there_is(
            read,
            read.person_id == visibility.VIEWER.id,
            read.announcement_id == Announcement.id,
        ),
    )


ANY_UNREAD = _any_unread()
"""Whether there can be one that the viewer has not put away."""
_ANNOUNCE = Query(
    insert(Announcement)
    .values(
        text=param("text", Text),
        ring=param("ring", SmallInteger),
        starts_at=param("starts_at", DateTime(timezone=True)),
        ends_at=param("ends_at", DateTime(timezone=True)),
        is_all_day=param("is_all_day", Boolean),
        tells_policy=param("tells_policy", Boolean),
        policy_names=param("policy_names", ARRAY(Text)),
        in_languages=param("in_languages", JSONB),
    )
    .returning(Announcement.id)
)
_WITHDRAW = Query(delete(Announcement).where(Announcement.id == _ID).returning(Announcement.ring))
_HOLD = Query(select(Announcement.id).where(Announcement.id == _ID).with_for_update())
_REACTIONS = Query(
    select(
        AnnouncementReaction.announcement_id,
        AnnouncementReaction.name,
        func.count(),
        func.bool_or(AnnouncementReaction.person_id == _PERSON_ID),
    )
    .where(AnnouncementReaction.announcement_id == func.any(param("ids", ARRAY(BigInteger))))
    .group_by(AnnouncementReaction.announcement_id, AnnouncementReaction.name)
    .order_by(func.min(AnnouncementReaction.at), AnnouncementReaction.name)
)
_PUT_AWAY = Query(
    insert(AnnouncementRead).values(person_id=_PERSON_ID, announcement_id=_ID).on_conflict_do_nothing()
)
_REACT = Query(
    insert(AnnouncementReaction)
    .values(announcement_id=_ID, person_id=_PERSON_ID, name=_NAME)
    .on_conflict_do_nothing()
)
_TAKE_BACK = Query(
    delete(AnnouncementReaction).where(
        AnnouncementReaction.announcement_id == _ID,
        AnnouncementReaction.person_id == _PERSON_ID,
        AnnouncementReaction.name == _NAME,
    )
)
_PEOPLE = func.any(param("people", ARRAY(BigInteger)))
_ERASE = [
    Query(delete(AnnouncementRead).where(AnnouncementRead.person_id == _PEOPLE)),
    Query(delete(AnnouncementReaction).where(AnnouncementReaction.person_id == _PEOPLE)),
]
