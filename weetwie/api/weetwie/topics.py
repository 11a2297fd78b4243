"""What people say that they know, what is inferred of oneself, and what colleagues vouch for."""

from typing import Literal

import msgspec
from msgspec import Struct

from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import present
from weetwie.api.mastodon.entities import Empty
from weetwie.api.parameters import Id
from weetwie.api.weetwie import entities as wire, passages
from weetwie.domain.knowledge import delicate, inferred, lately, topics, vouch
from weetwie.domain.knowledge.experts import who_knows
from weetwie.domain.knowledge.inferred import Inferred
from weetwie.domain.knowledge.topic_rules import TopicChoice
from weetwie.domain.knowledge.topics import Chosen
from weetwie.domain.knowledge.vouch import GivenVouch
from weetwie.views import passages as seen_passages, people as seen_people, posts as seen_posts

routes = Routes("who knows what")


class TopicGiven(Struct, frozen=True, kw_only=True):
    name: str
    choice: Literal["knows", "learning", "hidden", "never"]


class TopicNamed(Struct, frozen=True, kw_only=True):
    name: str


class VouchGiven(Struct, frozen=True, kw_only=True):
    topic: str
    status_id: Id


class VouchNamed(Struct, frozen=True, kw_only=True):
    topic: str


@routes.get("/api/weetwie/v1/me/topics", scopes=["read:accounts"])
async def own_topics(call: Call) -> list[wire.ChosenTopic]:
    """All your choices about topics, including those nobody else sees."""
    return [_chosen(one) for one in await topics.own(await call.db(), call.viewer)]


@routes.put("/api/weetwie/v1/me/topics", scopes=["write:accounts"])
async def choose_topic(call: Call, wanted: TopicGiven) -> wire.ChosenTopic:
    """Publish a topic (knows, learning), hide it from suggestions, or reject it (never)."""
    chosen = await topics.choose(await call.db(), call.viewer, wanted.name, TopicChoice[wanted.choice])
    return _chosen(chosen)


@routes.delete("/api/weetwie/v1/me/topics", scopes=["write:accounts"])
async def take_topic_back(call: Call, wanted: TopicNamed) -> Empty:
    """Reset your choice about a topic."""
    await topics.take_back(await call.db(), call.viewer, wanted.name)
    return Empty()


@routes.get("/api/weetwie/v1/me/topics/proposals", scopes=["read:accounts"], answer=list[wire.InferredTopic])
async def proposals(call: Call) -> bytes:
    """Suggested topics from your own posts, visible to you alone, each with up to three posts."""
    return await _inferred(call, await inferred.proposals(await call.db(), call.viewer))


@routes.get("/api/weetwie/v1/me/inferred", scopes=["read:accounts"], answer=wire.InferredOfMe)
async def everything_inferred(call: Call) -> bytes:
    """Everything that can be inferred about you, with every post that shows it, and what is never inferred."""
    db = await call.db()
    found = await inferred.inferred(db, call.viewer)
    given = await vouch.about_me(db, call.viewer)
    never = {**delicate.TOPICS, "organisation": ", ".join(call.viewer.policy.never_inferred)}
    return b'{"topics":%b,"lately":%b,"elsewhere":%b,"vouches":%b,"never_inferred":%b}' % (
        await _inferred(call, found),
        msgspec.json.encode(await lately.proposed(db, call.viewer)),
        await _elsewhere(call),
        await _vouches(call, given),
        msgspec.json.encode(
            {name: [one.strip() for one in all.split(",") if one.strip()] for name, all in never.items()}
        ),
    )


class LatelyGiven(Struct, frozen=True, kw_only=True):
    words: list[str]
    renews: bool = False


@routes.get("/api/weetwie/v1/me/lately", scopes=["read:accounts"])
async def own_lately(call: Call) -> wire.Lately:
    """What you were lately busy with: proposed to you alone, and what your profile says."""
    db = await call.db()
    published = await lately.own(db, call.viewer)
    return wire.Lately(
        proposed=await lately.proposed(db, call.viewer),
        words=list(published.words) if published else [],
        renews=published is not None and published.renews,
    )


@routes.put("/api/weetwie/v1/me/lately", scopes=["write:accounts"])
async def publish_lately(call: Call, wanted: LatelyGiven) -> wire.Lately:
    """Publish up to three of the proposed words on your profile; renewed each week only where you let it."""
    await lately.publish(await call.db(), call.viewer, wanted.words, renews=wanted.renews)
    return await own_lately(call)


@routes.delete("/api/weetwie/v1/me/lately", scopes=["write:accounts"])
async def take_lately_back(call: Call) -> Empty:
    """Take it off your profile."""
    await lately.take_back(await call.db(), call.viewer)
    return Empty()


@routes.get("/api/weetwie/v1/me/vouches", scopes=["read:accounts"], answer=list[wire.Vouch])
async def vouches_about_me(call: Call) -> bytes:
    """What colleagues vouch for about you."""
    return await _vouches(call, await vouch.about_me(await call.db(), call.viewer))


@routes.post("/api/weetwie/v1/me/vouches/{id}/decline", scopes=["write:accounts"])
async def decline(call: Call) -> Empty:
    """Decline a vouch; it no longer counts, and can't be repeated."""
    await vouch.decline(await call.db(), call.viewer, call.number("id"))
    return Empty()


@routes.get("/api/weetwie/v1/people/{id}/topics", scopes=["read:accounts"])
async def topics_of(call: Call) -> list[wire.ChosenTopic]:
    """Topics on a person's profile: known and learning."""
    db = await call.db()
    await seen_people.person(db, call.viewer, call.number("id"))
    return [_chosen(one) for one in await topics.published(db, call.viewer, call.number("id"))]


@routes.get("/api/weetwie/v1/people/{id}/knows", scopes=["read:accounts"], answer=list[wire.KnownTopic])
async def known_by(call: Call) -> bytes:
    """Topics a person has published, each with up to three of their posts you can see. Never inferred ones."""
    db, person_id = await call.db(), call.number("id")
    await seen_people.person(db, call.viewer, person_id)
    parts = []
    for one in await topics.published(db, call.viewer, person_id):
        proofs: list[int] = []
        if one.choice is TopicChoice.knows:
            answer = await who_knows(db, call.viewer, one.name, among=[person_id], limit=1, with_self=True)
            proofs = [proof.post_id for expert in answer.people for proof in expert.proofs]
        statuses = await present.statuses(call, await seen_posts.posts(db, call.viewer, proofs))
        parts.append(
            b'{"name":%b,"choice":"%b","proofs":%b}'
            % (msgspec.json.encode(one.name), one.choice.name.encode(), statuses)
        )
    return b"[%b]" % b",".join(parts)


@routes.get("/api/weetwie/v1/people/{id}/vouches", scopes=["read:accounts"], answer=list[wire.Vouch])
async def vouches_by_me(call: Call) -> bytes:
    """What you vouched for about a person; others' vouches are theirs."""
    db = await call.db()
    await seen_people.person(db, call.viewer, call.number("id"))
    return await _vouches(call, await vouch.by_me(db, call.viewer, call.number("id")))


@routes.post("/api/weetwie/v1/people/{id}/vouches", scopes=["write:accounts"])
async def vouch_for(call: Call, wanted: VouchGiven) -> Empty:
    """Vouch that a colleague knows about a topic, with a post of theirs that shows it."""
    db = await call.db()
    await seen_people.person(db, call.viewer, call.number("id"))
    await vouch.vouch(db, call.viewer, call.number("id"), wanted.topic, wanted.status_id)
    return Empty()


@routes.delete("/api/weetwie/v1/people/{id}/vouches", scopes=["write:accounts"])
async def take_vouch_back(call: Call, wanted: VouchNamed) -> Empty:
    """Withdraw your vouch."""
    db = await call.db()
    await seen_people.person(db, call.viewer, call.number("id"))
    await vouch.take_back(db, call.viewer, call.number("id"), wanted.topic)
    return Empty()


def _chosen(one: Chosen) -> wire.ChosenTopic:
    return wire.ChosenTopic(name=one.name, choice=one.choice.name)  # type: ignore[arg-type]


async def _inferred(call: Call, found: list[Inferred]) -> bytes:
    """The first proofs as posts, all of them as ids."""
    db = await call.db()
    wanted = dict.fromkeys(id for one in found for id in one.proofs)
    posts = await seen_posts.posts(db, call.viewer, wanted)
    hydrated = await call.renderer.hydrator.posts(db, call.viewer, posts)
    statuses = {post.post_id: call.renderer.status(post, hydrated) for post in posts}
    parts = [
        b'{"name":%b,"is_tag":%b,"choice":%b,"status_ids":%b,"proofs":[%b]}'
        % (
            msgspec.json.encode(one.name),
            msgspec.json.encode(one.is_tag),
            msgspec.json.encode(one.choice.name if one.choice is not None else None),
            msgspec.json.encode([str(id) for id in one.post_ids]),
            b",".join(statuses[id] for id in one.proofs if id in statuses),
        )
        for one in found
    ]
    return b"[%b]" % b",".join(parts)


async def _elsewhere(call: Call) -> bytes:
    """The same of what they wrote elsewhere."""
    db = await call.db()
    found = await inferred.inferred(db, call.viewer, elsewhere=True)
    wanted = [id for one in found for id in one.proofs]
    seen = {one.id: one for one in await seen_passages.passages(db, call.viewer, wanted)}
    return msgspec.json.encode(
        [
            wire.InferredElsewhere(
                name=one.name,
                choice=None if one.choice is None else one.choice.name,  # type: ignore[arg-type]
                passage_ids=[str(id) for id in one.post_ids],
                passages=[passages.entity(call, seen[id]) for id in one.proofs if id in seen],
            )
            for one in found
        ]
    )


async def _vouches(call: Call, given: list[GivenVouch]) -> bytes:
    db = await call.db()
    people = await seen_people.cards(db, call.viewer, {one.by_id for one in given})
    await call.renderer.hydrator.people(db, people)
    accounts = {one.id: call.renderer.account(one) for one in people}
    posts = await seen_posts.posts(db, call.viewer, {one.post_id for one in given})
    hydrated = await call.renderer.hydrator.posts(db, call.viewer, posts)
    statuses = {post.post_id: call.renderer.status(post, hydrated) for post in posts}
    parts = [
        b'{"id":"%d","topic":%b,"by":%b,"status":%b}'
        % (one.id, msgspec.json.encode(one.name), accounts[one.by_id], statuses[one.post_id])
        for one in given
        if one.by_id in accounts and one.post_id in statuses
    ]
    return b"[%b]" % b",".join(parts)
