"""The timeline of a list is what its definition says, on every page up and down, for every replies policy."""

import asyncio
import random

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from tests.access.companies import dice
from tests.world import SOME_DAY, Someone, World
from weetwie.access.enums import Visibility
from weetwie.database.paging import page
from weetwie.domain.lists import lists, members
from weetwie.domain.timelines import home as homes, merged
from weetwie.domain.timelines.home import home
from weetwie.domain.timelines.list import of_list
from weetwie.errors import NotFound
from weetwie.tables.lists import FOLLOWED, LIST, NONE


@settings(
    max_examples=(settings.default or settings()).max_examples // 3,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(pick=dice, policy=st.sampled_from((FOLLOWED, LIST, NONE)))
def test_a_list_holds_what_its_definition_says_on_all_pages(
    dsn: str, pick: random.Random, policy: int
) -> None:
    async def story() -> None:
        world = await World.open(dsn, at=SOME_DAY)
        spare, merged.SPARE = merged.SPARE, 1
        try:
            await _story(world, pick, policy)
        finally:
            merged.SPARE = spare
            await world.close()

    asyncio.run(story())


async def _story(world: World, pick: random.Random, policy: int) -> None:
    me = await world.member("me")
    people = [me, *[await world.member(handle) for handle in ("bo", "cleo", "dan", "eve")]]
    hides_boosts = {person.id for person in people if pick.random() < 0.2} - {me.id}
    followed = [person for person in people[1:] if pick.random() < 0.8]
    for person in followed:
        await world.follow(me, person, shows_boosts=person.id not in hides_boosts)
    muted = {person.id for person in people[1:] if pick.random() < 0.2}
    for person in people[1:]:
        if person.id in muted:
            await world.mute(me, person)
    viewer = await world.viewer(me)
    on_it = [person for person in (me, *followed) if pick.random() < 0.7]
    list_id = await lists.make(world.db, viewer, "List", policy, is_exclusive=False)
    await members.add(world.db, viewer, list_id, [person.id for person in on_it])
    near = {me.id}
    if policy != NONE:
        near |= {person.id for person in (on_it if policy == LIST else followed)}
    right: list[int] = []
    posts: list[tuple[int, Someone]] = []
    boosts: set[tuple[Someone, int]] = set()
    for _time in range(pick.randint(5, 25)):
        author = pick.choice(people)
        kept = author in on_it and author.id not in muted
        if posts and pick.random() < 0.3:
            boosted, original = pick.choice(posts)
            if (author, boosted) in boosts:
                continue
            boosts.add((author, boosted))
            id = await world.boost(author, boosted)
            kept = kept and author.id not in hides_boosts and original.id not in muted
        else:
            answers = pick.choice([None, None, *posts[-3:]])
            visibility = pick.choice((Visibility.public, Visibility.public, Visibility.direct))
            id = await world.post(
                author,
                "x",
                visibility=visibility,
                reply_to=answers[0] if answers else None,
                mentions=[me],
            )
            kept = kept and visibility is Visibility.public
            kept = kept and (not answers or answers[1].id in near | {author.id})
            if visibility is Visibility.public:
                posts.append((id, author))
        if kept:
            right.insert(0, id)
    limit = pick.choice((1, 2, 3, 40))
    down: list[int] = []
    while found := await of_list(world.db, viewer, list_id, page(limit, max_id=down[-1] if down else None)):
        down += [post.id for post in found]
    up: list[int] = []
    while found := await of_list(world.db, viewer, list_id, page(limit, min_id=up[0] if up else 1)):
        up = [post.id for post in found] + up
    assert down == right
    assert up == right


async def test_a_list_of_others_is_none(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    list_id = await lists.make(world.db, await world.viewer(ada), "Mine", LIST, is_exclusive=False)
    for id in (list_id, 99):
        with pytest.raises(NotFound):
            await of_list(world.db, await world.viewer(bo), id, page(20))
    assert await of_list(world.db, await world.viewer(ada), list_id, page(20)) == []


async def test_who_is_on_an_exclusive_list_is_not_in_home_nor_in_its_stream(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    await world.follow(ada, bo)
    viewer = await world.viewer(ada)
    post, own = await world.post(bo, "Hello"), await world.post(ada, "Mine")
    await homes.enter(world.db, [post, own])
    list_id = await lists.make(world.db, viewer, "Apart", LIST, is_exclusive=True)

    async def shown() -> tuple[list[int], list[int]]:
        read = [one.id for one in await home(world.db, viewer, page(20))]
        live = await homes.ARRIVING.posts(world.db, viewer, [post, own], [ada.id])
        return read, [one.id for _person, one in live]

    assert await shown() == ([own, post], [post, own])
    await members.add(world.db, viewer, list_id, [bo.id, ada.id])
    assert await shown() == ([own], [own])
    assert [one.id for one in await of_list(world.db, viewer, list_id, page(20))] == [own, post]
    await lists.change(world.db, viewer, list_id, is_exclusive=False)
    assert await shown() == ([own, post], [post, own])
