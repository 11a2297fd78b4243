"""Every fact that can happen here, and `record`, which writes one into the transaction of the act.

The table is the outbox: what was rolled back never happened, what was committed will be reacted to. Facts hold ids, never
text, so that erasing a post erases it.
"""

import os
from datetime import UTC, timedelta
from typing import Any, ClassVar, Final

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import BigInteger, Date, DateTime, LargeBinary, Text, delete, select
from sqlalchemy.dialects.postgresql import JSONB, insert

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.runtime import clock
from weetwie.security import client_address, sealing
from weetwie.tables.audit import Audit, AuditKey
from weetwie.tables.events import Event


class Fact(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that has happened, in the past tense."""

    KINDS: ClassVar[dict[str, type["Fact"]]] = {}

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        Fact.KINDS[cls.__name__] = cls


class PostPublished(Fact, frozen=True):
    post_id: int
    media_ids: list[int] | None = None
    """What it shows, in order; None where nothing changes."""


class PostEdited(Fact, frozen=True):
    post_id: int
    media_ids: list[int] | None = None


class PostDeleted(Fact, frozen=True):
    post_id: int
    author_id: int
    keeps_media: bool = False
    """Its author may write it anew with the same files."""
    tag_ids: list[int] = []
    """The tags that it had: streams of these are told."""


class MediaChanged(Fact, frozen=True):
    """The description, the focus or the preview of a file that is in a post."""

    media_id: int
    post_id: int


class PostBoosted(Fact, frozen=True):
    """A boost is a post of its own: `post_id` is the boost, `original_id` what was boosted."""

    post_id: int
    original_id: int


class PostFavourited(Fact, frozen=True):
    post_id: int
    person_id: int


class FavouriteTakenBack(Fact, frozen=True):
    post_id: int
    person_id: int


class AnswerAccepted(Fact, frozen=True):
    """`post_id` asked. Without an answer the asker took back what had been accepted."""

    post_id: int
    answer_id: int | None


class PollChanged(Fact, frozen=True):
    """A post has a poll, another one, or none any more."""

    post_id: int


class CardChanged(Fact, frozen=True):
    """These posts have a card of what they link to, another one, or none any more."""

    post_ids: list[int]


class PollEnded(Fact, frozen=True):
    post_id: int


class PostQuoted(Fact, frozen=True):
    post_id: int
    quoted_id: int


class QuoteRevoked(Fact, frozen=True):
    """The author of a post has taken it out of one that quoted it."""

    post_id: int
    quoted_id: int


class QuestionMet(Fact, frozen=True):
    """A post has words of a question that somebody watches; whether it is about it is not known yet."""

    question_id: int
    post_id: int


class PersonFollowed(Fact, frozen=True):
    follower_id: int
    followed_id: int


class FollowRequested(Fact, frozen=True):
    follower_id: int
    followed_id: int


class PersonUnfollowed(Fact, frozen=True):
    follower_id: int
    followed_id: int


class PersonBlocked(Fact, frozen=True):
    blocker_id: int
    blocked_id: int


class PersonMuted(Fact, frozen=True):
    muter_id: int
    muted_id: int


class FiltersChanged(Fact, frozen=True):
    person_id: int


class TagFollowed(Fact, frozen=True):
    person_id: int
    tag_id: int


class UnitFollowed(Fact, frozen=True):
    """Somebody follows a unit, and there may be more people in it than were followed with it."""

    person_id: int


class PersonJoined(Fact, frozen=True):
    person_id: int


class PersonChanged(Fact, frozen=True):
    """The profile, the settings or the ring of a profile."""

    person_id: int


class RankingChosen(Fact, frozen=True):
    """Somebody wants to stand in who-knows-what, or no longer."""

    person_id: int


class TopicsChanged(Fact, frozen=True):
    """What somebody's profile says that they know or learn."""

    person_id: int


class PersonLeft(Fact, frozen=True):
    person_id: int


class PersonReturned(Fact, frozen=True):
    """Back as a member, or awake as an alumnus."""

    person_id: int


class PersonSuspended(Fact, frozen=True):
    person_id: int


class PersonUnsuspended(Fact, frozen=True):
    person_id: int


class PersonErased(Fact, frozen=True):
    person_id: int


class AccountChanged(Fact, frozen=True):
    """Something was done to the ways in which somebody signs in (`domain/identity/account.py`)."""

    event_id: int


class TokenRevoked(Fact, frozen=True):
    token_id: int


class PeopleNotified(Fact, frozen=True):
    notification_ids: list[int]


class AnnouncementMade(Fact, frozen=True):
    announcement_id: int
    ring: int
    """For whom it is, also where it is gone when this is read."""


class AnnouncementWithdrawn(Fact, frozen=True):
    announcement_id: int
    ring: int


class AnnouncementReactedTo(Fact, frozen=True):
    announcement_id: int
    ring: int


class AnnouncementReactionTakenBack(Fact, frozen=True):
    announcement_id: int
    ring: int


class PolicyChanged(Fact, frozen=True):
    version: int
    names: list[str] = []
    """Of the choices that are others now, as in `access/policy.py`."""


_RECORD = Query(
    insert(Event).values(
        kind=param("kind", Text), ids=param("ids", JSONB), actor_id=param("actor_id", BigInteger)
    )
)

_AUDIT = Query(
    insert(Audit).values(
        actor_id=param("actor_id", BigInteger),
        act=param("act", Text),
        subject_id=param("subject_id", BigInteger),
        ids=param("ids", JSONB),
        door=param("door", Text),
        address=param("address", LargeBinary),
    )
)
KEY_OF_DAY: Final = "audit_keys.key"
_KEY_OF_DAY = Query(select(AuditKey.key).where(AuditKey.day == param("day", Date)))
_MAKE_KEY = Query(
    insert(AuditKey).values(day=param("day", Date), key=param("key", LargeBinary)).on_conflict_do_nothing()
)


async def record(db: Db, viewer: Viewer, fact: Fact) -> None:
    """Writes the fact. What must act with it acts now; those who wait for facts are woken after the commit."""
    await db.run(
        _RECORD, kind=type(fact).__name__, ids=msgspec.to_builtins(fact), actor_id=viewer.person_id or None
    )
    for act in db.at_once.get(type(fact), ()):
        await act(db, viewer, [fact])
    db.wake_after_commit()


async def audit(
    db: Db, viewer: Viewer, act: str, subject_id: int | None = None, *, door: str = "", **ids: int
) -> None:
    """Writes down an act that somebody may have to answer for. Ids only: never text, a name or a handle."""
    await db.run(
        _AUDIT,
        actor_id=viewer.person_id or None,
        act=act,
        subject_id=subject_id,
        ids=ids,
        door=door,
        address=await _sealed(db, client_address.current.get()),
    )


async def _sealed(db: Db, address: str) -> bytes | None:
    """With the key of the day, which goes after a while."""
    if not address:
        return None
    day = clock.now().astimezone(UTC).date()
    key = await db.value(_KEY_OF_DAY, day=day)
    if key is None:
        await db.run(_MAKE_KEY, day=day, key=sealing.seal(KEY_OF_DAY, day, os.urandom(32)))
        key = await db.value(_KEY_OF_DAY, day=day)
    nonce = os.urandom(12)
    return nonce + AESGCM(sealing.opened(KEY_OF_DAY, day, bytes(key))).encrypt(nonce, address.encode(), None)


LAST_FOR = timedelta(days=7)
_FORGET = Query(delete(Event).where(Event.finished_at < param("before", DateTime(timezone=True))))


async def forget_old(db: Db) -> None:
    """Facts that everybody has reacted to are kept for some days, for those who want to know what happened."""
    await db.run(_FORGET, before=clock.now() - LAST_FOR)
