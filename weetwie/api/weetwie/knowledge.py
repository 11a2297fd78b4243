"""Who knows what: people with the posts that prove it; what there is about a topic."""

import asyncio
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Struct

from weetwie.access.enums import Standing
from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import present
from weetwie.api.mastodon import render_relations as render
from weetwie.api.mastodon.render import Renderer
from weetwie.api.parameters import Id, at_most
from weetwie.api.weetwie import entities as wire
from weetwie.api.weetwie import passages
from weetwie.database.paging import page as page_at
from weetwie.domain.knowledge.answer import Expert, ExpertAnswer, Filters, Proof, shown_passages, shown_posts
from weetwie.domain.knowledge.experts import who_knows
from weetwie.domain.knowledge.passages import Passage, passage_of
from weetwie.domain.people.ranking import choose_near, choose_ranking, finds_near, is_ranked
from weetwie.domain.posts import tags as names
from weetwie.domain.relations.tags import followers_count
from weetwie.domain.relations.ways import Way
from weetwie.domain.relations.ways import ways as ways_to
from weetwie.domain.search.posts import search
from weetwie.domain.search.query import read
from weetwie.domain.search.related import related_tags
from weetwie.domain.timelines.public import tagged
from weetwie.errors import Invalid, _
from weetwie.text.text import tag_key
from weetwie.views import passages as seen_passages
from weetwie.views import people as seen_people
from weetwie.views import posts as seen_posts
from weetwie.views import tags as seen_tags
from weetwie.views import texts as seen_words
from weetwie.views.passages import SeenPassage
from weetwie.views.people import Profile, SeenPerson

routes = Routes("who knows what")

_ON_A_TOPIC: Final = 10
_RELATED: Final = 10
_ELSEWHERE: Final = 3


class WhoKnowsParams(Struct, frozen=True, kw_only=True):
    q: str = ""
    order: Literal["knows", "acts"] = "knows"
    as_of: str | None = None
    unit: str = ""
    place: str = ""
    language: str = ""
    standing: Literal["member", "alumnus", "guest"] | None = None
    exclude: list[Id] = []
    limit: Annotated[int, at_most(10, 40)] = 10


@routes.get("/api/weetwie/v1/who_knows", scopes=["read:search"], answer=wire.WhoKnows, rate="search")
async def asked(call: Call, wanted: WhoKnowsParams) -> bytes:
    """People who know about a word, a hashtag or a whole text, each with up to three posts that show it."""
    return await _answered(call, wanted)


@routes.post("/api/weetwie/v1/who_knows", scopes=["read:search"], answer=wire.WhoKnows, rate="search")
async def asked_at_length(call: Call, wanted: WhoKnowsParams) -> bytes:
    """The same for texts too long for an address, up to 100,000 characters."""
    return await _answered(call, wanted)


class FindabilityParams(Struct, frozen=True, kw_only=True):
    is_ranked: bool | None = None
    finds_near: bool | None = None


@routes.get("/api/weetwie/v1/who_knows/me", scopes=["read:accounts"])
async def own_standing(call: Call) -> wire.Standing:
    """Whether others find you by what you know, and whether people who answered you come first."""
    db = await call.db()
    return wire.Standing(
        is_ranked=await is_ranked(db, call.viewer), finds_near=await finds_near(db, call.viewer)
    )


@routes.put("/api/weetwie/v1/who_knows/me", scopes=["write:accounts"])
async def choose_standing(call: Call, wanted: FindabilityParams) -> wire.Standing:
    """Opt out of who knows, with everything derived, or back in; choose whether people who answered you come first."""
    db = await call.db()
    if wanted.is_ranked is not None:
        await choose_ranking(db, call.viewer, may_rank=wanted.is_ranked)
    if wanted.finds_near is not None:
        await choose_near(db, call.viewer, finds_near=wanted.finds_near)
    return await own_standing(call)


@routes.get("/api/weetwie/v1/topics/{name}", scopes=["read:search"], answer=wire.Topic)
async def topic(call: Call) -> bytes:
    """People, posts, questions and related topics for a hashtag."""
    name = call.text("name")
    names.check_name(name)
    db = await call.db()
    answer = await who_knows(db, call.viewer, f"#{name}", limit=_ON_A_TOPIC)
    people = await seen_people.cards(
        db, call.viewer, [one.person_id for one in answer.people if one.is_named]
    )
    posts = await tagged(db, call.viewer, tag_key(name), page_at(20, None, None, None), [], [], [])
    ids = await search(db, call.viewer, read(f"tag:{name} is:question"), page_at(20, None, None, None))
    questions = await seen_posts.posts(db, call.viewer, ids)
    tags = await seen_tags.named(db, call.viewer, [name])
    related = await seen_tags.tags(db, call.viewer, await related_tags(db, call.viewer, name, _RELATED))
    return b'{"tag":%b,"people":%b,"statuses":%b,"questions":%b,"related":%b,"followers_count":%d}' % (
        render.encoded(render.tag(tags[0], call.base_url, tells_following=True)),
        await present.accounts(call, people),
        await present.statuses(call, posts),
        await present.statuses(call, questions),
        render.encoded([render.tag(one, call.base_url, tells_following=True) for one in related]),
        call.viewer.policy.told(await followers_count(db, tag_key(name))),
    )


async def _answered(call: Call, wanted: WhoKnowsParams) -> bytes:
    standing = Standing[wanted.standing] if wanted.standing else None
    answer = await who_knows(
        await call.db(),
        call.viewer,
        wanted.q,
        wanted.order,
        as_of=_end_of(wanted.as_of),
        exclude=wanted.exclude,
        limit=wanted.limit,
        most_elsewhere=_ELSEWHERE,
        filters=Filters(unit=wanted.unit, place=wanted.place, language=wanted.language, standing=standing),
    )
    written = await _written(call, answer)
    people = await people_found(call, answer, written)
    elsewhere = [one for proof in answer.passages if (one := _elsewhere(call, proof, written)) is not None]
    nearest = [msgspec.structs.asdict(one) for one in answer.nearest]
    return b'{"is_named":%b,"people":[%b],"unknown":%b,"nearest":%b,"not_inferred":%b%b}' % (
        msgspec.json.encode(answer.is_named),
        b",".join(people),
        msgspec.json.encode(answer.unknown),
        msgspec.json.encode(nearest),
        msgspec.json.encode(answer.not_inferred),
        b',"passages":%b' % msgspec.json.encode(elsewhere) if elsewhere else b"",
    )


async def _written(call: Call, answer: ExpertAnswer) -> dict[int, tuple[SeenPassage, Passage]]:
    """What it shows of what was written elsewhere."""
    ids = shown_passages(answer)
    seen = await seen_passages.passages(await call.db(), call.viewer, ids) if ids else []
    found = await asyncio.to_thread(
        lambda: [passage_of(one.words, "", answer.wanted, answer.stand_ins) for one in seen]
    )
    return {one.id: (one, passage) for one, passage in zip(seen, found, strict=True)}


def _elsewhere(
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


_DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


def _end_of(said: str | None) -> datetime | None:
    """The end of a day, a month or a year, so that `2023` means all of it."""
    if not said:
        return None
    try:
        if not _DAY.fullmatch(said):
            raise ValueError
        parts = [int(part) for part in said.split("-")]
        if len(parts) == 3:
            return datetime.combine(date(*parts) + timedelta(days=1), time(), UTC)
        year, month = (parts[0] + 1, 1) if len(parts) == 1 or parts[1] == 12 else (parts[0], parts[1] + 1)
        return datetime(year, month, 1, tzinfo=UTC)
    except (ValueError, OverflowError):
        raise Invalid(_("Write the date like this: 2023-06-30, 2023-06 or 2023"), field="as_of") from None


async def people_found(
    call: Call, answer: ExpertAnswer, written: dict[int, tuple[SeenPassage, Passage]] | None = None
) -> list[bytes]:
    if written is None:
        written = await _written(call, answer)
    db, renderer = await call.db(), call.renderer
    ways = await ways_to(db, call.viewer, _ids(answer))
    via = [way.via_id for way in ways.values() if way.via_id]
    people = {one.id: one for one in await seen_people.cards(db, call.viewer, [*_ids(answer), *via])}
    posts = await seen_posts.posts(db, call.viewer, shown_posts(answer))
    hydrated = await renderer.hydrator.posts(db, call.viewer, posts)
    passages = await asyncio.to_thread(_passages, await seen_words.words(db, posts), answer)
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
            [shown for proof in one.passages if (shown := _elsewhere(call, proof, written)) is not None],
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


def _passages(said: Iterable[seen_words.Words], answer: ExpertAnswer) -> dict[int, Passage]:
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
            _day(one.last_at),
            one.level.encode(),
            _day(one.level_at),
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


def _day(at: datetime | None) -> bytes:
    return msgspec.json.encode(at.date().isoformat() if at else None)


def _number(value: float) -> bytes:
    return b"%.6g" % value
