"""Who-knows-what is not fooled by repeating, pasting, boosting, bots, or friends who vouch for one another."""

from itertools import permutations

from tests.domain.knowledge.test_experts import ask, people
from tests.world import Someone, World
from weetwie.domain.knowledge import vouch
from weetwie.runtime import clock


async def score(world: World, asker: Someone, question: str, of: Someone) -> float:
    found = {one.person_id: one.score for one in (await ask(world, asker, question, limit=None)).people}
    return found.get(of.id, 0.0)


async def test_what_is_repeated_says_no_more_of_a_topic_than_talk_of_lunch_would(world: World) -> None:
    """The text counts once; that somebody writes at all shows that they are there, whatever they write."""
    ada, bo, cy = [await world.member(name) for name in ("ada", "bo", "cy")]
    clock.stop(clock.now())
    text = "{} says that the kafka broker rebalances whenever one consumer leaves the big group of consumers"
    for one in (ada, bo):
        await world.post(one, text.format(one.handle))
    for number in range(20):
        await world.post(ada, text.format(ada.handle))
        await world.post(bo, f"Lunch number {number} is soup with bread and butter and a lot of salt again")
    repeated, talked = await score(world, cy, "kafka broker", ada), await score(world, cy, "kafka broker", bo)
    assert 0 < repeated <= talked * 1.0001


async def test_what_is_pasted_counts_for_whoever_said_it_first(world: World) -> None:
    ada, bo, cy = [await world.member(name) for name in ("ada", "bo", "cy")]
    text = "The kafka broker rebalances whenever one consumer leaves the big group of consumers"
    await world.post(ada, text)
    await world.post(bo, text)
    await world.post(bo, f"{text}!")
    assert people(await ask(world, cy, "kafka broker")) == [ada.id]


async def test_what_is_boosted_counts_once_and_not_for_the_booster(world: World) -> None:
    ada, bo, cy = [await world.member(name) for name in ("ada", "bo", "cy")]
    post = await world.post(ada, "The kafka broker rebalances")
    clock.stop(clock.now())
    before = await score(world, cy, "kafka", ada)
    await world.boost(bo, post)
    assert people(await ask(world, cy, "kafka")) == [ada.id]
    assert await score(world, cy, "kafka", ada) == before


async def test_bots_and_feeds_do_not_become_experts(world: World) -> None:
    ada, cy = await world.member("ada"), await world.member("cy")
    feed = await world.member("news", is_bot=True)
    for number in range(30):
        await world.post(feed, f"Kafka news number {number}: a new broker is out")
    await world.post(ada, "The kafka broker rebalances")
    assert people(await ask(world, cy, "kafka broker")) == [ada.id]


RINGS = (2, 3, 5, 8, 12)
"""How many friends vouch for one another, each for each."""


async def test_a_ring_of_people_who_vouch_for_each_other_gains_little(world: World) -> None:
    """Beside an expert with ten posts; friends with a passing word each come nowhere near, and more of them hardly help."""
    ada, cy = await world.member("ada"), await world.member("cy")
    for number in range(10):
        await world.post(
            ada, f"The kafka broker of plant {number} rebalances when a consumer leaves the group"
        )
    friends = [await world.member(f"friend{number}") for number in range(max(RINGS))]
    for friend in friends:
        await world.post(
            friend, f"Somebody named {friend.handle} said kafka at lunch today beside soup and cake"
        )
        for number in range(9):
            await world.post(friend, f"Lunch number {number} of {friend.handle} was soup")
    clock.stop(clock.now())
    gains = await curve(world, cy, ada, friends)
    print("ring of", dict(zip((0, *RINGS), (round(one, 3) for one in gains), strict=True)))
    assert gains[-1] < 0.25 and gains == sorted(gains)
    assert gains[-1] - gains[1] < gains[1]
    assert people(await ask(world, cy, "kafka"))[0] == ada.id


async def curve(world: World, asker: Someone, expert: Someone, friends: list[Someone]) -> list[float]:
    """The score of one of the friends, as a part of the expert's, for each size of the ring."""
    own = {
        friend.id: await world.connection.fetchval(
            "select p.id from posts p join post_texts t on t.post_id = p.id where p.author_id = $1 and t.text like '%kafka%'",
            friend.id,
        )
        for friend in friends
    }
    gains = []
    for size in (0, *RINGS):
        for one, other in permutations(friends[:size], 2):
            await vouch.vouch(world.db, await world.viewer(one), other.id, "Kafka", own[other.id])
        first = await score(world, asker, "kafka", friends[0])
        gains.append(first / await score(world, asker, "kafka", expert))
    return gains


async def test_one_honest_vouch_lifts_more_than_a_ring_of_two(world: World) -> None:
    ada, bo, cy, dee = [await world.member(name) for name in ("ada", "bo", "cy", "dee")]
    posts = {one.id: await world.post(one, f"{one.handle} said kafka at lunch") for one in (ada, bo, cy)}
    clock.stop(clock.now())
    await vouch.vouch(world.db, await world.viewer(ada), bo.id, "Kafka", posts[bo.id])
    await vouch.vouch(world.db, await world.viewer(bo), ada.id, "Kafka", posts[ada.id])
    in_ring = await score(world, dee, "kafka", bo)
    await vouch.vouch(world.db, await world.viewer(dee), cy.id, "Kafka", posts[cy.id])
    assert await score(world, ada, "kafka", cy) > in_ring


async def test_vouches_lift_nobody_for_other_questions_and_none_by_the_blocked(world: World) -> None:
    ada, bo, cy = [await world.member(name) for name in ("ada", "bo", "cy")]
    post = await world.post(ada, "The kafka broker rebalances")
    await vouch.vouch(world.db, await world.viewer(bo), ada.id, "Event streams", post)
    assert people(await ask(world, cy, "event streams")) == [ada.id]
    assert people(await ask(world, cy, "streams")) == []
    await world.block(cy, bo)
    assert people(await ask(world, cy, "event streams")) == []
