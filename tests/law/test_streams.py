"""Streams carry what their listeners see and nothing else: the three proofs of docs/law.md, for what is said by itself."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.access.companies import companies
from tests.access.plain_rule import DIRECT as DIRECTLY, PUBLIC as OPENLY, Company, Human, Note
from tests.access.test_sees import Court, in_small_companies, patiently
from tests.law.asgi import Response, without_numbers
from tests.law.listening import Frame, listening
from tests.law.scene import Scene, Secret, _word
from tests.law.scenes import Scenes
from tests.law.test_every_route import by_groups, denied_words
from tests.world import SOME_DAY
from weetwie.access.authenticate import Memory
from weetwie.access.enums import Ring
from weetwie.access.viewer import system
from weetwie.database.pool import Db
from weetwie.domain.timelines import arrivals
from weetwie.domain.timelines.listeners import Listeners
from weetwie.domain.timelines.stream_news import (
    DIRECT,
    HOME,
    PUBLIC,
    Arrived,
    Edited,
    Gone,
    SpokenIn,
    of_list,
    tagged,
)
from weetwie.events import Fact, PeopleNotified, PostBoosted, PostDeleted, PostEdited, PostPublished
from weetwie.runtime import clock

__all__ = ["companies"]

TAG_ID = 1
"""Of a tag that all posts have."""


@pytest.fixture
def court(dsn: str) -> Iterator[Court]:
    court = Court(dsn)
    clock.stop(SOME_DAY)
    yield court
    clock.stop(None)
    court.close()


@patiently
@in_small_companies
def test_every_channel_carries_exactly_what_the_plain_rule_allows(court: Court, company: Company) -> None:
    court.run(court.try_in(company, _check_channels))


async def _check_channels(db: Db, company: Company) -> None:
    await _tag_list_and_talk(db, company)
    who, policy = Listeners(), await Memory().policy(db)
    for person in company.people:
        viewer = await Memory().person(db, person.id)
        assert viewer is not None
        who.open(viewer, (HOME, PUBLIC, tagged("open"), of_list(person.id), DIRECT))
    facts: list[Fact] = [PostPublished(post.id) for post in company.posts]
    facts += [PostEdited(post.id) for post in company.posts]
    facts += [
        PostDeleted(post.id, post.author.id, tag_ids=[TAG_ID]) for post in company.posts if post.is_deleted
    ]
    found = await arrivals.deliveries(db, system(policy), who, facts, None)
    heard = {(each.news.channel, type(each.news), each.person_id, _about(each.news)) for each in found}
    assert len(heard) == len(found), "something was said twice"
    assert heard == _right(company)


def _about(news: Any) -> int:
    if isinstance(news, Arrived):
        return news.post.id
    number: int = news.post_id if isinstance(news, Gone) else news.conversation_id
    return number


def _right(company: Company) -> set[Any]:
    right: set[Any] = set()
    for who in company.people:
        for post in company.posts:
            channels = [HOME] if _stands_at_home(company, who, post) else []
            if post.visibility == OPENLY and post.boost_of is None:
                channels += [PUBLIC, tagged("open")]
            if _stands_in_list(company, who, post):
                channels.append(of_list(who.id))
            if company.sees_post(who, post):
                right |= {
                    (channel, kind, who.id, post.id) for channel in channels for kind in (Arrived, Edited)
                }
                if post.visibility == DIRECTLY and post.boost_of is None:
                    right.add((DIRECT, SpokenIn, who.id, _talk_of(who, post)))
            if post.is_deleted and _saw(company, who, post):
                # An app may have it from anywhere, so what is gone is told at home in any case, and for any kind of reply.
                is_followed = (who, post.author) in company.follows
                channels = [each for each in channels if each not in (HOME, of_list(who.id))]
                channels += [HOME, *([of_list(who.id)] if is_followed else [])]
                right |= {(channel, Gone, who.id, post.id) for channel in channels}
    return right


def _stands_at_home(company: Company, who: Human, post: Note) -> bool:
    return post.author is who or (who, post.author) in company.follows


def _stands_in_list(company: Company, who: Human, post: Note) -> bool:
    """A list of all whom one follows, with the replies to these."""
    if (who, post.author) not in company.follows or post.visibility == DIRECTLY:
        return False
    parent = post.parent.author if post.parent else None
    return parent in (None, post.author, who) or (who, parent) in company.follows


def _saw(company: Company, who: Human, post: Note) -> bool:
    buried = [one for one in (post, post.boost_of) if one is not None and one.is_deleted]
    for one in buried:
        one.is_deleted = False
    try:
        return company.sees_post(who, post)
    finally:
        for one in buried:
            one.is_deleted = True


def _talk_of(who: Human, post: Note) -> int:
    return who.id * 1000 + (post.root or post).id


async def _tag_list_and_talk(db: Db, company: Company) -> None:
    run = db.connection.execute
    await run("insert into tags (id, key, name) values ($1, 'open', 'open')", TAG_ID)
    await run("insert into post_tags (tag_id, post_id, name) select $1, id, 'open' from posts", TAG_ID)
    await run("insert into lists (id, owner_id, title, replies_policy) select id, id, 'all', 0 from people")
    await run("insert into list_members (list_id, person_id) select follower_id, followed_id from follows")
    await run(
        "insert into conversations (id, person_id, root_id)"
        " select p.id * 1000 + r.id, p.id, r.id from people p cross join (select distinct root_id as id from posts) r"
    )


def wishes(scene: Scene, viewer: str, secrets: list[Secret]) -> list[dict[str, str]]:
    tags = ["open", *(_word(secret.name.replace(" ", ""), "tag") for secret in secrets)]
    owned = [scene.lists.get(viewer, 1), scene.lists["mia"]]
    plain = (
        "user",
        "user:notification",
        "public",
        "public:local",
        "public:local:media",
        "public:remote",
        "direct",
    )
    return [
        *({"stream": name} for name in plain),
        *({"stream": "hashtag", "tag": tag} for tag in tags),
        *({"stream": "list", "list": str(id)} for id in owned),
    ]


async def _happening(scene: Scene, viewer: str, secrets: list[Secret]) -> list[Fact]:
    """As if all that is there had just happened: posts, edits, notifications; the open ones, and these secrets."""
    ids = {*scene.posts.values(), *scene.own.values(), *(secret.id for secret in secrets)}
    rows = await scene.world.connection.fetch(
        "select id, boost_of_id from posts where id = any($1) order by id", list(ids)
    )
    facts: list[Fact] = []
    for id, boost_of_id in rows:
        facts += [PostBoosted(id, boost_of_id) if boost_of_id else PostPublished(id), PostEdited(id)]
    told = [id for secret in secrets for id in scene.notified.get((viewer, secret.id), ())]
    return [*facts, PeopleNotified(told)]


@by_groups
def test_what_a_stream_carries_is_the_same_with_and_without_what_its_listener_may_not_see(
    scenes: Scenes, widest: Ring, viewers: tuple[str, ...]
) -> None:
    async def story(scene: Scene) -> None:
        for viewer, (unseen, counted) in (await scene.hidden(viewers)).items():
            for secrets in filter(None, (unseen, counted)):
                async with scene.world.undone():
                    await scene.keep([])
                    without = await _heard(scene, viewer, secrets, [])
                async with scene.world.undone():
                    await scene.keep(secrets)
                    with_them = await _heard(scene, viewer, secrets, secrets)
                if secrets is counted:
                    without, with_them = _without_numbers(without), _without_numbers(with_them)
                assert with_them == without, f"as {viewer}"
                is_in = viewer in scene.people and viewer not in ("dora", "exa", "sus")
                assert bool(without) == is_in, f"{viewer} hears {len(without)}"

    scenes.tell(widest, story)


async def _heard(scene: Scene, viewer: str, asked: list[Secret], happening: list[Secret]) -> list[Frame]:
    """Then the secrets are deleted, and of that no word may come."""
    async with listening(scene, viewer, wishes(scene, viewer, asked)) as socket:
        if socket.is_refused:
            return []
        heard = await socket.heard(await _happening(scene, viewer, happening))
        posts = await scene.world.connection.fetch(
            "select id from posts where id = any($1) and deleted_at is null",
            [secret.id for secret in happening],
        )
        tag_ids = [row[0] for row in await scene.world.connection.fetch("select id from tags")]
        for post in posts:
            await scene.world.delete(post["id"])
        sol = scene.people["sol"].id
        return heard + await socket.heard([PostDeleted(post["id"], sol, tag_ids=tag_ids) for post in posts])


def _without_numbers(frames: list[Frame]) -> list[Frame]:
    return [frame._replace(payload=without_numbers(frame.payload)) for frame in frames]


@by_groups
def test_no_stream_holds_a_word_that_the_plain_rule_denies(
    scenes: Scenes, widest: Ring, viewers: tuple[str, ...]
) -> None:
    async def story(scene: Scene) -> None:
        await scene.keep(scene.secrets)
        found = []
        for viewer in viewers:
            asked = wishes(scene, viewer, scene.secrets)
            async with scene.world.undone(), listening(scene, viewer, asked) as socket:
                if socket.is_refused:
                    continue
                heard = await socket.heard(await _happening(scene, viewer, scene.secrets))
                answers = {
                    f"{'/'.join(frame.stream)} {frame.event} {place}": Response(200, (), frame.payload)
                    for place, frame in enumerate(heard)
                }
                assert len(answers) > 20, f"{viewer} hears {len(answers)}"
                found += [f"as {viewer}: {told}" for told in await denied_words(scene, viewer, answers)]
        assert not found, "\n".join(found[:40]) + f"\n{len(found)} in all"

    scenes.tell(widest, story)
