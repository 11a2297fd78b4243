"""Writes a batch of what was read of a source as passages: what is new, what has changed, and nothing twice."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from weetwie.access.enums import Ring
from weetwie.access.policy import Policy
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db
from weetwie.domain.knowledge import elsewhere
from weetwie.domain.passages import write as passages
from weetwie.domain.passages.choices import OwnChoice
from weetwie.domain.passages.write import ArrivingPassage, KnownPassage
from weetwie.domain.search import passages as words
from weetwie.flows.imports.authors import Authors, Whose
from weetwie.imports.sources.form import Message
from weetwie.text import text as texts

_ENOUGH_TO_TELL: Final = 200
"""So many characters say in which language a text is."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class OpenChannel(msgspec.Struct):
    """A channel of the export as far as the run is."""

    key: str
    name: str
    id: int = 0
    ring: Ring = Ring.colleagues
    is_open: bool = True
    is_wanted: bool = True
    passages: int = 0
    """In this export."""
    link: str = ""


class Batch(msgspec.Struct):
    """What came of one."""

    new: int = 0
    changed: int = 0
    known: int = 0
    people: Counter[str] = msgspec.field(default_factory=Counter)
    """Passages by how their author was told."""
    left_out: Counter[str] = msgspec.field(default_factory=Counter)
    channels: Counter[str] = msgspec.field(default_factory=Counter)
    ids: list[int] = msgspec.field(default_factory=list)
    """What stands here of what the export has."""


class Target(msgspec.Struct, frozen=True):
    """Where to."""

    viewer: Viewer
    import_id: int
    authors: Authors
    channels: Mapping[str, OpenChannel]
    keeps: Mapping[Ring, datetime | None]
    """Since when what is for a ring is kept."""
    is_dry: bool


def keeps(policy: Policy, now: datetime) -> dict[Ring, datetime | None]:
    days = (policy.keeps_colleagues_days, policy.keeps_network_days, policy.keeps_world_days)
    return {ring: now - timedelta(days=days[ring]) if days[ring] else None for ring in Ring}


async def write(db: Db, to: Target, batch: Sequence[Message]) -> Batch:
    """Of two with one key the later one stands."""
    counted = Batch()
    wanted = {message.key: message for message in batch if not _is_left_out(message, to, counted)}
    await to.authors.look_up(db, [who for one in wanted.values() for who in (one.author, *one.endorsers)])
    coming = {key: one for key, one in wanted.items() if not _is_nobodys(one, to, counted)}
    parents = {one.reply_to for one in coming.values() if one.reply_to and not one.thread}
    roots = {one.thread for one in coming.values() if one.thread}
    known = await passages.known(db, to.import_id, {*coming, *parents, *roots}) if to.import_id else {}
    for key in await passages.deleted(db, to.import_id, coming) if to.import_id else ():
        del coming[key]
        counted.left_out["hidden"] += 1
    for message in coming.values():
        counted.channels[message.channel] += 1
    arrivals = _arrivals(coming, known, to)
    fresh = [one for key, one in arrivals.items() if (old := known.get(key)) is None or _differs(one, old)]
    counted.new = sum(1 for one in fresh if one.key not in known)
    counted.changed, counted.known = len(fresh) - counted.new, len(arrivals) - len(fresh)
    if not to.is_dry:
        written = await _put(db, to, fresh, {key: coming[key].at for key in arrivals}, known)
        here = {key: written.get(key) or known[key].id for key in arrivals}
        counted.ids = list(here.values())
    return counted


def _is_left_out(message: Message, to: Target, counted: Batch) -> bool:
    channel = to.channels.get(message.channel)
    if channel is None or not channel.is_open:
        counted.left_out["private"] += 1
    elif not channel.is_wanted:
        counted.left_out["channel"] += 1
    elif (since := to.keeps[channel.ring]) is not None and message.at < since:
        counted.left_out["retention"] += 1
    else:
        return False
    return True


def _is_nobodys(message: Message, to: Target, counted: Batch) -> bool:
    whose = to.authors[message.author]
    if whose.is_out:
        counted.left_out[whose.way if whose.way != "address" else "hidden"] += 1
        return True
    counted.people[whose.way] += 1
    return False


def _arrivals(
    coming: Mapping[str, Message], known: Mapping[str, KnownPassage], to: Target
) -> dict[str, ArrivingPassage]:
    """Without ids; in the order of the export, so that a reply finds the thread of what stands above it."""
    arrivals: dict[str, ArrivingPassage] = {}
    for key, message in coming.items():
        thread = message.thread or _thread_above(message, arrivals, known) or key
        arrivals[key] = _arrival(message, thread, to)
    return arrivals


def _thread_above(
    message: Message, arrivals: Mapping[str, ArrivingPassage], known: Mapping[str, KnownPassage]
) -> str:
    above = message.reply_to
    if above in arrivals:
        return arrivals[above].thread_key
    return known[above].thread_key if above in known else above


def _arrival(message: Message, thread: str, to: Target) -> ArrivingPassage:
    whose, channel = to.authors[message.author], to.channels[message.channel]
    endorsers = {one.person_id for one in map(to.authors.__getitem__, message.endorsers) if not one.is_out}
    is_question = texts.is_question(message.title or message.text)
    return ArrivingPassage(
        id=0,
        channel_id=channel.id,
        key=message.key,
        author_id=whose.person_id,
        author_key=whose.token,
        author_name=message.author.name or message.author.handle,
        thread_key=thread,
        root_id=None,
        ring=channel.ring,
        title=message.title,
        text=message.text,
        content_hash=_hash(message, whose),
        accepted_key=message.accepted,
        is_question=is_question if message.is_question is None else message.is_question,
        is_hidden=whose.choice is OwnChoice.hidden,
        language=message.language,
        link=message.link,
        files=message.files,
        tags=message.tags,
        endorsers=tuple(sorted(id for id in endorsers if id and id != whose.person_id)),
        edited_at=message.edited_at,
    )


def _hash(message: Message, whose: Whose) -> bytes:
    """Of what the source tells, without the address in it."""
    told = (
        *(message.channel, whose.token, message.author.name, message.at, message.text, message.title),
        *(message.thread, message.reply_to, message.accepted, message.is_question, message.tags),
        *(message.link, message.files, message.language, message.edited_at),
    )
    return hashlib.blake2b(msgspec.msgpack.encode(told), digest_size=16).digest()


def _differs(new: ArrivingPassage, old: KnownPassage) -> bool:
    """What its author has hidden here stays so."""
    return (
        *(new.content_hash, new.channel_id, new.author_id, new.endorsers, new.thread_key, int(new.ring)),
    ) != (*(bytes(old.content_hash), old.channel_id, old.author_id, old.endorsers, old.thread_key, old.ring),)


async def _put(
    db: Db,
    to: Target,
    fresh: Sequence[ArrivingPassage],
    moments: Mapping[str, datetime],
    known: Mapping[str, KnownPassage],
) -> dict[str, int]:
    """By key, what they are here. One of another time than before has another id, and goes under the old one."""
    if not fresh:
        return {}
    stays = {
        one.key: known[one.key].id
        for one in fresh
        if one.key in known and known[one.key].id >> 16 == _milliseconds(moments[one.key])
    }
    moved = [known[one.key].id for one in fresh if one.key in known and one.key not in stays]
    await passages.remove(db, to.viewer, moved)
    new = [one for one in fresh if one.key not in stays]
    ids = dict(
        zip(
            (one.key for one in new),
            await passages.ids_at(db, [moments[one.key] for one in new]),
            strict=True,
        )
    )
    ids |= stays
    there = {key: old.id for key, old in known.items() if old.id not in moved} | ids
    placed = [_placed(one, ids[one.key], there, known.get(one.key)) for one in fresh]
    await passages.bring_in(db, to.viewer, to.import_id, placed)
    await words.bring_in(db, list(ids.values()))
    await elsewhere.bring_in(db, [*ids.values(), *await _answers(db, to, fresh, known, ids)])
    return ids


def _placed(
    one: ArrivingPassage, id: int, there: Mapping[str, int], old: KnownPassage | None
) -> ArrivingPassage:
    root_id = there.get(one.thread_key) if one.thread_key != one.key else None
    return msgspec.structs.replace(
        one,
        id=id,
        root_id=root_id,
        is_hidden=one.is_hidden or (old is not None and old.is_hidden),
        language=one.language or texts.language_of(one.text[:_ENOUGH_TO_TELL]),
    )


async def _answers(
    db: Db,
    to: Target,
    fresh: Sequence[ArrivingPassage],
    known: Mapping[str, KnownPassage],
    ids: Mapping[str, int],
) -> list[int]:
    """Answers that are accepted by now, or no more, and that are not written anew themselves."""
    keys = {one.accepted_key for one in fresh} | {
        known[one.key].accepted_key for one in fresh if one.key in known
    }
    found = await passages.known(db, to.import_id, keys - {""} - set(ids))
    return [one.id for one in found.values()]


def _milliseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(milliseconds=1)
