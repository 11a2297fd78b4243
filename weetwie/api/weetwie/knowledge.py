"""Who knows what: people with the posts that prove it; what there is about a topic."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Struct

from weetwie.access.enums import Standing
from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import present, render_relations as render
from weetwie.api.parameters import Id, at_most
from weetwie.api.weetwie import entities as wire
from weetwie.api.weetwie.experts import people_found, proving_passage, written_elsewhere
from weetwie.database.paging import page as page_at
from weetwie.domain.knowledge.answer import Filters
from weetwie.domain.knowledge.experts import who_knows
from weetwie.domain.people.ranking import choose_near, choose_ranking, finds_near, is_ranked
from weetwie.domain.posts import tags as names
from weetwie.domain.relations.tags import followers_count
from weetwie.domain.search.posts import search
from weetwie.domain.search.query import read
from weetwie.domain.search.related import related_tags
from weetwie.domain.timelines.public import tagged
from weetwie.errors import Invalid, _
from weetwie.text.text import tag_key
from weetwie.views import people as seen_people, posts as seen_posts, tags as seen_tags

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
    written = await written_elsewhere(call, answer)
    people = await people_found(call, answer, written)
    elsewhere = [
        one for proof in answer.passages if (one := proving_passage(call, proof, written)) is not None
    ]
    nearest = [msgspec.structs.asdict(one) for one in answer.nearest]
    return b'{"is_named":%b,"people":[%b],"unknown":%b,"nearest":%b,"not_inferred":%b%b}' % (
        msgspec.json.encode(answer.is_named),
        b",".join(people),
        msgspec.json.encode(answer.unknown),
        msgspec.json.encode(nearest),
        msgspec.json.encode(answer.not_inferred),
        b',"passages":%b' % msgspec.json.encode(elsewhere) if elsewhere else b"",
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
