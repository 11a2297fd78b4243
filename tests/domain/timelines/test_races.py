"""Acts that are under way at the same time: none of them misses the other in a home."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.patience import PATIENCE
from tests.world import Someone, World
from weetwie import reactions
from weetwie.access.authenticate import Memory
from weetwie.access.enums import Visibility
from weetwie.database.paging import Page
from weetwie.domain.posts import boost, edit, publish, remove, tags
from weetwie.domain.posts.edit import PostChange
from weetwie.domain.posts.rules import Draft
from weetwie.domain.relations import follow
from weetwie.domain.relations.rules import FollowOptions
from weetwie.domain.relations.tags import follow_tag
from weetwie.domain.timelines.home import home
from weetwie.errors import NotFound

PUBLIC, PRIVATE, DIRECT = Visibility.public, Visibility.private, Visibility.direct


@pytest.fixture
async def world(dsn: str) -> AsyncIterator[World]:
    world = await World.open(dsn, is_kept=True)
    reactions.attach(world.database)
    try:
        yield world
    finally:
        await world.close()


class Act:
    """A verb in a transaction of its own, that ends when it is told to."""

    def __init__(self, world: World, someone: Someone, verb: Any, *given: Any) -> None:
        self._acted, self._may_end = asyncio.Event(), asyncio.Event()
        self._task = asyncio.create_task(self._run(world, someone, verb, given))

    async def _run(self, world: World, someone: Someone, verb: Any, given: Any) -> Any:
        async with world.database.transaction() as db:
            viewer = await Memory().person(db, someone.id)
            done = await verb(db, viewer, *given)
            self._acted.set()
            await self._may_end.wait()
            return done

    async def begun(self) -> None:
        """Acted and not yet ended, or waiting for somebody else by now."""
        waiting = asyncio.create_task(self._acted.wait())
        await asyncio.wait((waiting, self._task), timeout=0.3, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()

    async def end(self) -> Any:
        self._may_end.set()
        return await asyncio.wait_for(self._task, PATIENCE)


async def both(first: Act, second: Act) -> list[Any]:
    await first.begun()
    await second.begun()
    return list(await asyncio.gather(first.end(), second.end()))


async def at_home(world: World, someone: Someone) -> list[int]:
    async with world.database.reading() as db:
        return [post.id for post in await home(db, await world.viewer(someone), Page(limit=40))]


@pytest.mark.parametrize("follow_first", [True, False])
@pytest.mark.parametrize("visibility", [PUBLIC, PRIVATE, DIRECT])
async def test_a_follow_and_a_post_at_once_do_not_miss_each_other(
    world: World, visibility: Visibility, follow_first: bool
) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")

    def follows() -> Act:
        return Act(world, bo, follow.follow, ada.id, FollowOptions())

    def posts() -> Act:
        return Act(world, ada, publish.publish, Draft(text="@bo hello", visibility=visibility))

    post_id, _ = (await both(follows(), posts()))[::-1] if follow_first else await both(posts(), follows())
    assert await at_home(world, bo) == [post_id]


async def test_a_follow_and_a_boost_of_a_private_post_at_once_do_not_miss_each_other(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    post = await world.post(ada, visibility=PRIVATE)
    boosts = Act(world, ada, boost.boost, post)
    await both(boosts, Act(world, bo, follow.follow, ada.id, FollowOptions()))
    async with world.database.reading() as db:
        entries = await db.connection.fetch("select post_id from home_entries where person_id = $1", bo.id)
    assert len(entries) == 2


async def test_a_follow_and_an_edit_that_names_somebody_at_once_do_not_miss_each_other(world: World) -> None:
    ada, bo, _cy = [await world.member(name) for name in ("ada", "bo", "cy")]
    async with world.database.transaction() as db:
        post_id = await publish.publish(db, await world.viewer(ada), Draft(text="to @cy", visibility=DIRECT))
    edits = Act(world, ada, edit.edit, post_id, PostChange(text="to @cy and @bo"))
    await both(edits, Act(world, bo, follow.follow, ada.id, FollowOptions()))
    assert await at_home(world, bo) == [post_id]


@pytest.mark.parametrize("follow_first", [True, False])
async def test_a_followed_tag_and_a_post_with_it_at_once_do_not_miss_each_other(
    world: World, follow_first: bool
) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    async with world.database.transaction() as db:
        tag_id = await tags.known(db, "kafka")

    def follows() -> Act:
        return Act(world, bo, follow_tag, tag_id)

    def posts() -> Act:
        return Act(world, ada, publish.publish, Draft(text="about #kafka"))

    post_id, _ = (await both(follows(), posts()))[::-1] if follow_first else await both(posts(), follows())
    assert await at_home(world, bo) == [post_id]


async def test_answering_oneself_while_deleting_what_is_answered_ends_well(world: World) -> None:
    ada = await world.member("ada")
    for _ in range(12):
        async with world.database.transaction() as db:
            post_id = await publish.publish(db, await world.viewer(ada), Draft(text="one"))
        acts = [
            Act(world, ada, publish.publish, Draft(text="two", reply_to_id=post_id)),
            Act(world, ada, remove.remove, post_id),
        ]
        ended = await asyncio.gather(*(act.end() for act in acts), return_exceptions=True)
        # Who comes after the delete finds nothing to answer; nothing else goes wrong.
        assert all(isinstance(error, NotFound) for error in ended if isinstance(error, BaseException))
