"""People who know, on the wire: each with what shows it, and how one reaches them."""

import asyncio
from collections.abc import Iterable
from datetime import datetime

import msgspec
from msgspec import Struct

from weetwie.access.enums import Standing
from weetwie.api.call import Call
from weetwie.api.mastodon.render import Renderer
from weetwie.api.weetwie import entities as wire, passages
from weetwie.domain.knowledge.answer import Expert, ExpertAnswer, Proof, shown_passages, shown_posts
from weetwie.domain.knowledge.passages import Passage, passage_of
from weetwie.domain.relations.ways import Way, ways as ways_to
from weetwie.views import (
    passages as seen_passages,
    people as seen_people,
    posts as seen_posts,
    texts as seen_words,
)
from weetwie.views.passages import SeenPassage
from weetwie.views.people import Profile, SeenPerson


async def people_found(
    call: Call, answer: ExpertAnswer, written: dict[int, tuple[SeenPassage, Passage]] | None = None
) -> list[bytes]:
    if written is None:
        written = await written_elsewhere(call, answer)
    db, renderer = await call.db(), call.renderer
    ways = await ways_to(db, call.viewer, _ids(answer))
    via = [way.via_id for way in ways.values() if way.via_id]
    people = {one.id: one for one in await seen_people.cards(db, call.viewer, [*_ids(answer), *via])}
    posts = await seen_posts.posts(db, call.viewer, shown_posts(answer))
    hydrated = await renderer.hydrator.posts(db, call.viewer, posts)
    passages = await asyncio.to_thread(passages_found, await seen_words.words(db, posts), answer)
    shown_as = {
        post.post_id: _Shown(renderer.status(post, hydrated), passages[post.post_id])
        for post in posts
        if post.post_id in passages
    }
    await renderer.hydrator.people(db, list(people.values()))
    profiles = {one.id: one for one in await seen_people.profiles(db, people.values())}
    return [
        _expert(
            one,
            renderer.account(people[one.person_id]),
            _way(ways.get(one.person_id), people, renderer),
            profiles[one.person_id],
            shown_as,
            [shown for proof in one.passages if (shown := proving_passage(call, proof, written)) is not None],
        )
        for one in answer.people
        if one.person_id in profiles
    ]


def _ids(answer: ExpertAnswer) -> list[int]:
    return [one.person_id for one in answer.people]


def _way(way: Way | None, people: dict[int, SeenPerson], renderer: Renderer) -> bytes:
    if way is None:
        return b"null"
    via = people.get(way.via_id) if way.via_id else None
    return b'{"kind":"%b","via":%b}' % (way.kind.encode(), renderer.account(via) if via else b"null")


def passages_found(said: Iterable[seen_words.Words], answer: ExpertAnswer) -> dict[int, Passage]:
    """Takes the words of all these posts apart: beside the event loop."""
    return {one.id: passage_of(one.text, one.warning, answer.wanted, answer.stand_ins) for one in said}


class _Shown(Struct, frozen=True):
    status: bytes
    passage: Passage


def _expert(
    one: Expert,
    account: bytes,
    way: bytes,
    profile: Profile,
    posts: dict[int, _Shown],
    written: list[wire.ProvingPassage],
) -> bytes:
    proofs = [_proof(proof, posts) for proof in one.proofs if proof.post_id in posts]
    return (
        b'{"account":%b,"standing":"%b","score":%b,"share":%b,"last_shown_at":%b,"level":"%b","level_at":%b,"says_so":%b,"way":%b,'
        b'"proofs":[%b],"passages":%b}'
        % (
            account,
            Standing(profile.standing).name.encode(),
            _number(one.score),
            _number(one.share),
            day_of(one.last_at),
            one.level.encode(),
            day_of(one.level_at),
            msgspec.json.encode(one.says or None),
            way,
            b",".join(proofs),
            msgspec.json.encode(written),
        )
    )


def _proof(proof: Proof, posts: dict[int, _Shown]) -> bytes:
    asked = posts.get(proof.answers_id or 0)
    answers = b"{%b}" % _said(asked) if asked else b"null"
    return b'{"weight":%b,%b,"answers":%b}' % (_number(proof.weight), _said(posts[proof.post_id]), answers)


def _said(shown: _Shown) -> bytes:
    stands_for = [asked or None for asked in shown.passage.stands_for]
    return b'"status":%b,"passage":%b,"marks":%b,"stands_for":%b' % (
        shown.status,
        msgspec.json.encode(shown.passage.text),
        msgspec.json.encode(shown.passage.marks),
        msgspec.json.encode(stands_for),
    )


def day_of(at: datetime | None) -> bytes:
    return msgspec.json.encode(at.date().isoformat() if at else None)


def _number(value: float) -> bytes:
    return b"%.6g" % value


async def written_elsewhere(call: Call, answer: ExpertAnswer) -> dict[int, tuple[SeenPassage, Passage]]:
    """What it shows of what was written elsewhere."""
    ids = shown_passages(answer)
    seen = await seen_passages.passages(await call.db(), call.viewer, ids) if ids else []
    found = await asyncio.to_thread(
        lambda: [passage_of(one.words, "", answer.wanted, answer.stand_ins) for one in seen]
    )
    return {one.id: (one, passage) for one, passage in zip(seen, found, strict=True)}


def proving_passage(
    call: Call, proof: Proof, written: dict[int, tuple[SeenPassage, Passage]]
) -> wire.ProvingPassage | None:
    if (found := written.get(proof.post_id)) is None:
        return None
    seen, passage = found
    return wire.ProvingPassage(
        weight=float(f"{proof.weight:.6g}"),
        passage=passage.text,
        marks=[list(mark) for mark in passage.marks],
        written=passages.entity(call, seen),
    )
