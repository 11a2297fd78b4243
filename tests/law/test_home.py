"""Home is what its definition says, after whatever happened in whatever order, on every page up and down."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from tests.access.companies import by_ring, counts, dice, read
from tests.access.plain_rule import Company, Note
from tests.world import SOME_DAY, Someone, World
from weetwie.access.enums import Ring, Visibility
from weetwie.access.policy import Policy
from weetwie.access.viewer import system
from weetwie.database.paging import page
from weetwie.database.pool import Query
from weetwie.domain.lists import lists, members
from weetwie.domain.people.leave import leave
from weetwie.domain.people.rejoin import rejoin, wake
from weetwie.domain.posts import import_
from weetwie.domain.posts.boost import boost, unboost
from weetwie.domain.posts.publish import publish
from weetwie.domain.posts.remove import remove
from weetwie.domain.posts.rules import Draft
from weetwie.domain.relations import tags
from weetwie.domain.relations.block import block, unblock
from weetwie.domain.relations.follow import follow, unfollow
from weetwie.domain.relations.mute import mute, unmute
from weetwie.domain.relations.rules import FollowOptions
from weetwie.domain.timelines import home as homes
from weetwie.domain.timelines.home import home
from weetwie.errors import Refusal
from weetwie.events import (
    Fact,
    PersonFollowed,
    PersonUnfollowed,
    PostBoosted,
    PostEdited,
    PostPublished,
    TagFollowed,
)

SYSTEM = system(Policy())
TAGS = ("Kafka", "bread")
APART = 4
PROFILE = settings.default or settings()


@pytest.fixture(autouse=True)
def shallow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Indexes so short that homes reach below them, and repeats so near that a few posts make them."""
    monkeypatch.setattr(homes, "DEPTH", 5)
    monkeypatch.setattr(homes, "SLACK", 3)
    monkeypatch.setattr(homes, "APART", APART)
    shorter: dict[str, Callable[[], Any]] = {
        "_FILL_BY_PERSON": lambda: homes._newest(homes._by_person()),
        "_FILL_BY_TAG": lambda: homes._newest(homes._by_tag()),
        "_OLDEST_BY_PERSON": lambda: homes._oldest(homes._by_person()),
        "_OLDEST_BY_TAG": lambda: homes._oldest(homes._by_tag()),
        "_NTH": lambda: homes._NTH._statement.offset(None).offset(homes.DEPTH - 1),  # type: ignore[union-attr]
    }
    for name, make in shorter.items():
        monkeypatch.setattr(homes, name, Query(make()))


class Office:
    """A world in which people do things at random."""

    def __init__(self, world: World, pick: random.Random) -> None:
        self.world, self.pick = world, pick
        self.people: list[Someone] = []
        self.chief: Someone
        self.posts: list[int] = []
        self.last_event = 0
        self.seen_events = 0

    async def begin(self) -> None:
        self.chief = await self.world.member("chief", is_admin=True)
        ada = await self.world.member("ada")
        self.people = [
            ada,
            await self.world.member("bo"),
            await self.world.alumnus("al"),
            await self.world.guest("gus", sponsor=ada),
        ]

    async def do_something(self) -> None:
        act: Callable[[], Awaitable[None]] = self.pick.choices(
            (self.publish, self.boost, self.unboost, self.follow, self.unfollow, self.follow_tag, self.unfollow_tag,
             self.mute, self.unmute, self.block, self.unblock, self.leave, self.come_back, self.delete, self.trim,
             self.set_apart, self.bring_together, self.bring_along),
            (10, 6, 1, 6, 2, 2, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 1, 2),
        )[0]  # fmt: skip
        savepoint = self.world.connection.transaction()
        await savepoint.start()
        try:
            await act()
            await self.react()
        except Refusal:
            await savepoint.rollback()
        else:
            await savepoint.commit()

    async def react(self) -> None:
        """What happens in the transaction of the act."""
        rows = await self.world.connection.fetch(
            "select id, kind, ids from events where id > $1 order by id", self.last_event
        )
        for row in rows:
            self.last_event = row["id"]
            fact = Fact.KINDS[row["kind"]](**row["ids"])
            if isinstance(fact, PostPublished | PostBoosted | PostEdited):
                await homes.fan_out(self.world.db, SYSTEM, [fact])
            elif isinstance(fact, PersonFollowed):
                await homes.fill_by_person(self.world.db, SYSTEM, [fact])
            elif isinstance(fact, PersonUnfollowed):
                await members.unfollowed(self.world.db, SYSTEM, [fact])
            elif isinstance(fact, TagFollowed):
                await homes.fill_by_tag(self.world.db, SYSTEM, [fact])

    async def publish(self) -> None:
        draft = Draft(
            text=self.pick.choice(("a", "#Kafka a", "#bread b", "@ada c", "@gus #kafka d")),
            language=self.pick.choice(("nl", "en")),
            ring=self.pick.choice((None, Ring.colleagues, Ring.network, Ring.network)),
            visibility=Visibility(self.pick.choice((0, 0, 0, 1, 2, 3))),
            reply_to_id=self.pick.choice([None, None, *self.posts[-3:]]),
        )
        self.posts.append(await publish(self.world.db, await self.someone(), draft))

    async def boost(self) -> None:
        shown = self.pick.choice((None, None, None, Visibility.private))
        self.posts.append(await boost(self.world.db, await self.someone(), self.some_post(), shown))

    async def unboost(self) -> None:
        await unboost(self.world.db, await self.someone(), self.some_post())

    async def follow(self) -> None:
        options = FollowOptions(
            shows_boosts=self.pick.choice((True, True, True, False)),
            languages=self.pick.choice((None, None, None, (), ("nl",))),
        )
        await follow(self.world.db, await self.someone(), self.pick.choice(self.people).id, options)

    async def unfollow(self) -> None:
        await unfollow(self.world.db, await self.someone(), self.pick.choice(self.people).id)

    async def follow_tag(self) -> None:
        await tags.follow_tag(
            self.world.db, await self.someone(), await self.world.tag(self.pick.choice(TAGS))
        )

    async def unfollow_tag(self) -> None:
        await tags.unfollow_tag(
            self.world.db, await self.someone(), await self.world.tag(self.pick.choice(TAGS))
        )

    async def mute(self) -> None:
        await mute(self.world.db, await self.someone(), self.pick.choice(self.people).id)

    async def unmute(self) -> None:
        await unmute(self.world.db, await self.someone(), self.pick.choice(self.people).id)

    async def block(self) -> None:
        await block(self.world.db, await self.someone(), self.pick.choice(self.people).id)

    async def unblock(self) -> None:
        await unblock(self.world.db, await self.someone(), self.pick.choice(self.people).id)

    async def leave(self) -> None:
        await leave(self.world.db, await self.world.viewer(self.chief), self.pick.choice(self.people).id)

    async def come_back(self) -> None:
        chief, person = await self.world.viewer(self.chief), self.pick.choice(self.people)
        await self.pick.choice((rejoin, wake))(self.world.db, chief, person.id)

    async def delete(self) -> None:
        await remove(self.world.db, await self.someone(), self.some_post())

    async def set_apart(self) -> None:
        """On an exclusive list."""
        viewer, person = await self.someone(), self.pick.choice(self.people)
        made = [one.id for one in await lists.lists(self.world.db, viewer)]
        if not made:
            made = [await lists.make(self.world.db, viewer, "Apart", 1, is_exclusive=True)]
        await members.add(self.world.db, viewer, made[0], [person.id])

    async def bring_together(self) -> None:
        viewer = await self.someone()
        for one in await lists.lists(self.world.db, viewer):
            await lists.change(self.world.db, viewer, one.id, is_exclusive=not one.is_exclusive)

    async def bring_along(self) -> None:
        """Out of an archive of one's own."""
        viewer = await self.someone()
        id = await self.world.connection.fetchval("select new_id()")
        post = import_.ArrivingPost(
            id=id, author_id=viewer.person_id, text="#Kafka", ring=Ring.network, root_id=id, origin=2
        )
        await import_.bring_in(self.world.db, viewer, [post])
        self.posts.append(id)

    async def trim(self) -> None:
        await homes.trim(self.world.db)

    async def someone(self) -> Any:
        return await self.world.viewer(self.pick.choice(self.people))

    def some_post(self) -> int:
        return self.pick.choice(self.posts[-8:]) if self.posts else 1


async def defined(world: World, someone: Someone) -> list[int]:
    """docs/law.md, "Home, by definition", over all that there is."""
    company = await read(world.connection, SOME_DAY)
    who = next(person for person in company.people if person.id == someone.id)
    rows = await world.connection.fetch(
        "select followed_id, shows_boosts, languages from follows where follower_id = $1", who.id
    )
    hides_boosts = {row[0] for row in rows if not row[1]}
    languages = {row[0]: row[2] for row in rows if row[2]}
    language_of = dict(await world.connection.fetch("select post_id, language from post_texts"))
    muted = {
        row[0]
        for row in await world.connection.fetch("select muted_id from mutes where muter_id = $1", who.id)
    }
    set_apart = {
        row[0]
        for row in await world.connection.fetch(
            "select person_id from list_members join lists on id = list_id where owner_id = $1 and is_exclusive",
            who.id,
        )
    } - {who.id}
    with_tag = {
        row[0]
        for row in await world.connection.fetch(
            "select post_id from post_tags natural join tag_follows where person_id = $1", who.id
        )
    }

    brought = {row[0] for row in await world.connection.fetch("select id from posts where origin >= 2")}

    def belongs(post: Note) -> bool:
        original = post.boost_of or post
        by_followed = (who, post.author) in company.follows and not (
            post.boost_of and post.author.id in hides_boosts
        )
        language = language_of[original.id]
        by_followed &= language is None or language in languages.get(post.author.id, [language])
        is_kept = post.author.id not in muted | set_apart and original.author.id not in muted
        is_kept &= post.id not in brought
        return is_kept and (post.author is who or by_followed or post.id in with_tag)

    return once_among(_newest_first(company, lambda post: company.sees_post(who, post) and belongs(post)))


def _newest_first(company: Company, is_in: Callable[[Note], bool]) -> list[Note]:
    return sorted((post for post in company.posts if is_in(post)), key=lambda post: -post.id)


def once_among(posts: list[Note]) -> list[int]:
    originals = [(post.boost_of or post).id for post in posts]
    return [
        post.id for at, post in enumerate(posts) if originals[at] not in originals[at + 1 : at + 1 + APART]
    ]


async def page_through(world: World, someone: Someone, limit: int) -> tuple[list[int], list[int]]:
    """All pages downwards by max_id, and all pages upwards by min_id."""
    viewer = await world.viewer(someone)
    down: list[int] = []
    while found := await home(world.db, viewer, page(limit, max_id=down[-1] if down else None)):
        down += [post.id for post in found]
    up: list[int] = []
    while found := await home(world.db, viewer, page(limit, min_id=up[0] if up else 1)):
        up = [post.id for post in found] + up
    return down, up


async def check_counts(world: World) -> None:
    """docs/law.md, "Counts": what is kept with the rows is what there is."""
    company = await read(world.connection, SOME_DAY)
    for row in await world.connection.fetch("select * from posts where deleted_at is null"):
        children = {"replies_in_ring": "parent", "boosts_in_ring": "boost_of"}
        for column, name in children.items():
            found = [post for post in company.posts if (of := getattr(post, name)) and of.id == row["id"]]
            assert row[column] == by_ring(found), (column, row["id"])
    for row in await world.connection.fetch("select * from people"):
        own = [post for post in company.posts if post.author.id == row["id"]]
        assert row["posts_in_ring"] == by_ring(own), row["handle"]
        newest = [
            max((post.id for post in own if counts(post) and post.ring == ring), default=0) for ring in Ring
        ]
        assert row["last_post_in_ring"] == newest, row["handle"]
        assert row["followers_count"] == sum(followed.id == row["id"] for _, followed in company.follows)
        assert row["following_count"] == sum(follower.id == row["id"] for follower, _ in company.follows)
    boosts = {
        (post.author.id, post.boost_of.id): post.id
        for post in company.posts
        if post.boost_of and not post.is_deleted
    }
    marks = await world.connection.fetch(
        "select person_id, post_id, boost_id from marks where boost_id is not null"
    )
    assert {(row[0], row[1]): row[2] for row in marks if (row[0], row[1]) in boosts} == boosts
    assert all((row[0], row[1]) in boosts for row in marks), "a mark of a boost that is gone"


@settings(max_examples=PROFILE.max_examples // 3, deadline=None, suppress_health_check=list(HealthCheck))
@given(pick=dice, acts=st.integers(10, 45))
def test_home_is_what_its_definition_says_whatever_happened(dsn: str, pick: random.Random, acts: int) -> None:
    async def story() -> None:
        world = await World.open(dsn, at=SOME_DAY)
        try:
            office = Office(world, pick)
            await office.begin()
            for _ in range(acts):
                await office.do_something()
                someone = pick.choice(office.people)
                first = await home(world.db, await world.viewer(someone), page(6))
                assert [post.id for post in first] == (await defined(world, someone))[:6], someone
            for someone in office.people:
                right = await defined(world, someone)
                down, up = await page_through(world, someone, pick.choice((1, 2, 3, 7)))
                assert down == right, f"downwards, {someone}"
                assert up == right, f"upwards, {someone}"
            await check_counts(world)
        finally:
            await world.close()

    asyncio.run(story())
