"""Follow, ask, block, mute: what stands between two people, whatever they do and however many at once."""

import asyncio
import random
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from tests.world import Someone, World
from weetwie.access.enums import Ring
from weetwie.access.viewer import Viewer, system
from weetwie.database.paging import page
from weetwie.database.pool import Database
from weetwie.domain.people.erase import erase
from weetwie.domain.relations import forget, requests
from weetwie.domain.relations.block import block, blocks, unblock
from weetwie.domain.relations.follow import follow, remove_follower, unfollow
from weetwie.domain.relations.followers import familiar, followers, following
from weetwie.domain.relations.mute import mute, mutes, unmute
from weetwie.domain.relations.relationship import Relationship, relationships
from weetwie.domain.relations.rules import FollowOptions
from weetwie.errors import Forbidden, Invalid, NotFound
from weetwie.events import PersonErased
from weetwie.runtime import clock

PLAIN = FollowOptions()


async def facts(world: World) -> list[str]:
    return [fact["kind"] for fact in await world.connection.fetch("select kind from events order by id")]


async def counts(world: World, person: Someone) -> tuple[int, int]:
    row = await world.connection.fetchrow(
        "select followers_count, following_count from people where id = $1", person.id
    )
    return row["followers_count"], row["following_count"]


async def between(world: World, viewer: Viewer, other: Someone) -> Relationship:
    (one,) = await relationships(world.db, viewer, [other.id])
    return one


async def test_a_follow_counts_once_and_only_a_new_one_is_a_fact(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    viewer = await world.viewer(ada)
    assert await follow(world.db, viewer, bo.id, PLAIN)
    assert not await follow(world.db, viewer, bo.id, PLAIN)
    assert await counts(world, ada) == (0, 1)
    assert await counts(world, bo) == (1, 0)
    await unfollow(world.db, viewer, bo.id)
    await unfollow(world.db, viewer, bo.id)
    assert await counts(world, bo) == (0, 0)
    assert await facts(world) == ["PersonFollowed", "PersonUnfollowed"]


async def test_a_second_follow_changes_only_the_options_that_it_gives(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    viewer = await world.viewer(ada)
    await follow(world.db, viewer, bo.id, FollowOptions(notifies=True, languages=["en"]))
    await follow(world.db, viewer, bo.id, FollowOptions(shows_boosts=False))
    one = await between(world, viewer, bo)
    assert (one.follows, one.shows_boosts, one.notifies, one.languages) == (True, False, True, ["en"])
    await follow(world.db, viewer, bo.id, FollowOptions(languages=[]))
    assert (await between(world, viewer, bo)).languages is None
    with pytest.raises(Invalid):
        await follow(world.db, viewer, bo.id, FollowOptions(languages=[""]))


async def test_nobody_follows_blocks_or_mutes_themselves(world: World) -> None:
    ada = await world.member("ada")
    viewer = await world.viewer(ada)
    for act in (
        follow(world.db, viewer, ada.id, PLAIN),
        block(world.db, viewer, ada.id),
        mute(world.db, viewer, ada.id),
    ):
        with pytest.raises(Forbidden):
            await act


async def test_whom_one_does_not_see_one_cannot_follow_block_or_mute(world: World) -> None:
    ada = await world.member("ada")
    bo = await world.member("bo")
    guest = await world.guest("gus", sponsor=bo)
    viewer = await world.viewer(guest)
    for act in (
        follow(world.db, viewer, ada.id, PLAIN),
        unfollow(world.db, viewer, ada.id),
        block(world.db, viewer, ada.id),
        unblock(world.db, viewer, ada.id),
        mute(world.db, viewer, ada.id),
        requests.accept(world.db, viewer, ada.id),
        follow(world.db, viewer, 4711, PLAIN),
    ):
        with pytest.raises(NotFound):
            await act
    assert await relationships(world.db, viewer, [ada.id, bo.id, 4711]) == [await between(world, viewer, bo)]


async def test_the_author_of_a_post_that_one_sees_can_be_blocked(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    guest = await world.guest("gus", sponsor=bo)
    await world.post(ada, ring=Ring.network, mentions=[guest])
    viewer = await world.viewer(guest)
    assert not (await between(world, viewer, ada)).blocks
    await block(world.db, viewer, ada.id)


async def test_who_sleeps_or_is_past_their_end_follows_nobody(world: World) -> None:
    ada = await world.member("ada", profile_ring=int(Ring.world))
    await world.policy(widest_ring=Ring.world)
    sleeper = await world.alumnus("al", dormant=True)
    late = await world.guest("gus", sponsor=ada, until=clock.now() - timedelta(seconds=1))
    for person in (sleeper, late):
        with pytest.raises(Forbidden):
            await follow(world.db, await world.viewer(person), ada.id, PLAIN)


async def test_who_is_locked_is_asked_first(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo", is_locked=True)
    asking, asked = await world.viewer(ada), await world.viewer(bo)
    assert not await follow(world.db, asking, bo.id, FollowOptions(notifies=True))
    assert not await follow(world.db, asking, bo.id, PLAIN)
    assert await counts(world, bo) == (0, 0)
    assert (await between(world, asking, bo)).requested
    assert (await between(world, asked, ada)).is_requested_by
    assert await requests.how_many_wait(world.db, asked) == 1
    assert [one.id for one in await requests.waiting(world.db, asked, page(10))] == [ada.id]
    await requests.accept(world.db, asked, ada.id)
    one = await between(world, asking, bo)
    assert (one.follows, one.requested, one.notifies) == (True, False, True)
    assert await counts(world, bo) == (1, 0)
    assert await facts(world) == ["FollowRequested", "PersonFollowed"]
    with pytest.raises(NotFound):
        await requests.accept(world.db, asked, ada.id)


async def test_a_request_is_rejected_or_taken_back(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo", is_locked=True)
    asking, asked = await world.viewer(ada), await world.viewer(bo)
    await follow(world.db, asking, bo.id, PLAIN)
    await requests.reject(world.db, asked, ada.id)
    assert not (await between(world, asking, bo)).requested
    await follow(world.db, asking, bo.id, PLAIN)
    await unfollow(world.db, asking, bo.id)
    assert await requests.how_many_wait(world.db, asked) == 0


async def test_a_follower_is_removed(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    await world.follow(ada, bo)
    await remove_follower(world.db, await world.viewer(bo), ada.id)
    assert await counts(world, bo) == (0, 0)
    assert await facts(world) == ["PersonUnfollowed"]


async def test_a_block_ends_follows_and_requests_both_ways_and_allows_no_new_ones(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo", is_locked=True)
    await world.follow(bo, ada)
    await follow(world.db, await world.viewer(ada), bo.id, PLAIN)
    await block(world.db, await world.viewer(ada), bo.id)
    await block(world.db, await world.viewer(ada), bo.id)
    one = await between(world, await world.viewer(bo), ada)
    assert (one.follows, one.is_followed_by, one.is_requested_by, one.is_blocked_by) == (
        False,
        False,
        False,
        True,
    )
    assert await counts(world, ada) == (0, 0)
    assert sorted(await facts(world)) == ["FollowRequested", "PersonBlocked", "PersonUnfollowed"]
    for follower, followed in ((ada, bo), (bo, ada)):
        with pytest.raises(Forbidden):
            await follow(world.db, await world.viewer(follower), followed.id, PLAIN)
    await unblock(world.db, await world.viewer(ada), bo.id)
    assert await follow(world.db, await world.viewer(bo), ada.id, PLAIN)


async def test_a_mute_ends_by_itself_and_is_changed_by_another(world: World) -> None:
    ada, bo, cy = await world.member("ada"), await world.member("bo"), await world.member("cy")
    viewer = await world.viewer(ada)
    await mute(world.db, viewer, bo.id, duration=60)
    await mute(world.db, viewer, cy.id, hides_notifications=False)
    assert [one.id for one in await mutes(world.db, viewer, page(10))] == [cy.id, bo.id]
    one = await between(world, viewer, bo)
    assert (one.mutes, one.mutes_notifications) == (True, True)
    assert one.mute_expires_at is not None
    clock.stop(clock.now() + timedelta(seconds=61))
    assert not (await between(world, viewer, bo)).mutes
    assert [one.id for one in await mutes(world.db, viewer, page(10))] == [cy.id]
    await mute(world.db, viewer, bo.id)
    assert (await between(world, viewer, bo)).mute_expires_at is None
    await unmute(world.db, viewer, bo.id)
    assert not (await between(world, viewer, bo)).mutes
    with pytest.raises(Invalid):
        await mute(world.db, viewer, bo.id, duration=-1)


async def test_lists_are_paged_by_the_relation_both_ways(world: World) -> None:
    ada = await world.member("ada")
    people = [await world.member(f"p{number}") for number in range(7)]
    for person in people[::-1]:
        await world.follow(person, ada)
    newest_first = [person.id for person in people]
    viewer = await world.viewer(ada)
    first = await followers(world.db, viewer, ada.id, page(3))
    assert [one.id for one in first] == newest_first[:3]
    second = await followers(world.db, viewer, ada.id, page(3, max_id=first[-1].number))
    assert [one.id for one in second] == newest_first[3:6]
    upward = await followers(world.db, viewer, ada.id, page(2, min_id=second[-1].number))
    assert [one.id for one in upward] == newest_first[3:5]
    newest = await followers(world.db, viewer, ada.id, page(2, since_id=second[-1].number))
    assert [one.id for one in newest] == newest_first[:2]
    assert [one.id for one in await following(world.db, viewer, people[0].id, page(9))] == [ada.id]


async def test_lists_hold_only_whom_the_viewer_sees_and_nothing_of_who_shows_as_an_author_alone(
    world: World,
) -> None:
    bo = await world.member("bo", profile_ring=int(Ring.network))
    hidden, author = await world.member("hidden"), await world.member("author")
    open_ = await world.member("open", profile_ring=int(Ring.network))
    await world.suspend(suspended := await world.member("suspended", follows=[bo]))
    for follower in (hidden, open_):
        await world.follow(follower, bo)
        await world.follow(follower, author)
    guest = await world.guest("gus", sponsor=bo)
    await world.post(author, ring=Ring.network, mentions=[guest])
    viewer = await world.viewer(guest)
    assert [one.id for one in await followers(world.db, viewer, bo.id, page(9))] == [open_.id]
    assert await followers(world.db, viewer, author.id, page(9)) == []
    assert await followers(world.db, viewer, hidden.id, page(9)) == []
    seen_by_member = [one.id for one in await followers(world.db, await world.viewer(author), bo.id, page(9))]
    assert seen_by_member == [open_.id, hidden.id]
    assert suspended.id not in seen_by_member


async def test_familiar_followers_are_those_whom_one_follows(world: World) -> None:
    bo, cy, di = await world.member("bo"), await world.member("cy"), await world.member("di")
    ada = await world.member("ada", follows=[bo])
    await world.follow(bo, di)
    await world.follow(cy, di)
    assert await familiar(world.db, await world.viewer(ada), [di.id, cy.id]) == {di.id: [bo.id], cy.id: []}


async def test_nothing_ties_anybody_to_the_erased(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    await world.follow(ada, bo)
    await world.follow(bo, ada)
    await world.mute(ada, bo)
    viewer = system((await world.viewer()).policy)
    await erase(world.db, viewer, bo.id)
    for _twice in range(2):
        await forget.erased(world.db, viewer, [PersonErased(bo.id)])
        assert await counts(world, ada) == (0, 0)
    assert await blocks(world.db, await world.viewer(ada), page(9)) == []
    assert await world.connection.fetchval("select count(*) from follows") == 0
    assert await world.connection.fetchval("select count(*) from mutes") == 0


async def test_many_at_once_wait_for_each_other_in_no_circle_and_are_counted_right(dsn: str) -> None:
    world = await World.open(dsn, is_kept=True)
    database = await Database.open(dsn, size=6)
    try:
        people = [await world.member(f"p{number}") for number in range(4)]
        viewers = {person.id: await world.viewer(person) for person in people}
        rng = random.Random(7)
        await asyncio.gather(*(_act(database, rng.randrange(10**9), people, viewers) for _worker in range(6)))
        for person in people:
            real = await world.connection.fetchrow(
                "select (select count(*) from follows where followed_id = $1), (select count(*) from follows where follower_id = $1)",
                person.id,
            )
            assert await counts(world, person) == tuple(real)
        slipped_past = await world.connection.fetchval(
            "select count(*) from follows f join blocks b on (b.blocker_id, b.blocked_id) in "
            "((f.follower_id, f.followed_id), (f.followed_id, f.follower_id))"
        )
        assert slipped_past == 0
    finally:
        await database.close()
        await world.close()


async def _act(database: Database, seed: int, people: list[Someone], viewers: dict[int, Viewer]) -> None:
    rng = random.Random(seed)
    for _turn in range(30):
        one, other = rng.sample(people, 2)
        act: Any = rng.choice([follow, follow, unfollow, block, unblock, remove_follower])
        more = [PLAIN] if act is follow else []
        with suppress(Forbidden):
            async with database.transaction() as db:
                await act(db, viewers[one.id], other.id, *more)


async def test_of_who_is_suspended_nobody_learns_who_follows_them(world: World) -> None:
    di = await world.member("di")
    bo = await world.member("bo", follows=[di])
    ada = await world.member("ada", follows=[bo])
    await world.suspend(di)
    assert await familiar(world.db, await world.viewer(ada), [di.id]) == {di.id: []}
