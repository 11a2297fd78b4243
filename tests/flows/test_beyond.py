"""Now and then a post from beyond one's circle: as often as one wants, never twice, and only what one may see."""

from datetime import timedelta
from typing import Any

from tests.world import Someone, World
from weetwie.access.enums import Ring, Visibility
from weetwie.access.viewer import system
from weetwie.database.paging import Page
from weetwie.domain.beyond import choice, erase, posts
from weetwie.domain.beyond.rules import HowOften
from weetwie.domain.exports import everything
from weetwie.domain.knowledge import topics
from weetwie.domain.knowledge.topic_rules import TopicChoice
from weetwie.events import PersonErased
from weetwie.flows import beyond
from weetwie.flows.beyond import BeyondPost
from weetwie.runtime import clock

LONG = "The new valves have arrived and are waiting in hall three for whoever needs them"


async def liked(world: World, author: Someone, text: str = LONG, **more: Any) -> int:
    post = await world.post(author, text, **more)
    await world.connection.execute("update posts set favourites_count = 1 where id = $1", post)
    return post


async def readings(world: World, reader: Someone, number: int) -> list[BeyondPost]:
    viewer = await world.viewer(reader)
    turns = [await beyond.is_turn(world.db, viewer) for _time in range(number)]
    found = [await beyond.for_home(world.db, viewer) for is_turn in turns if is_turn]
    return [one for one in found if one is not None]


async def test_of_a_thousand_readings_exactly_as_many_have_one_as_was_chosen(world: World) -> None:
    ada = await world.member("ada")
    viewer = await world.viewer(ada)
    for wanted, due in ((HowOften.rare, 50), (HowOften.often, 200), (HowOften.off, 0)):
        await choice.choose(world.db, viewer, wanted)
        assert sum([await choice.is_due(world.db, viewer) for _reading in range(1000)]) == due
    bea = await world.member("bea")
    assert sum([await choice.is_due(world.db, await world.viewer(bea)) for _reading in range(1000)]) == 50


async def test_no_post_is_shown_twice_and_each_reading_that_is_due_has_another_one(world: World) -> None:
    ada = await world.member("ada")
    wanted = {await liked(world, await world.member(f"m{number}", unit="Logistics")) for number in range(6)}
    await choice.choose(world.db, await world.viewer(ada), HowOften.often)
    shown = [one.post.post_id for one in await readings(world, ada, 60)]
    assert set(shown) == wanted and len(shown) == 6, "after these there is nothing left to show"


async def test_it_says_where_it_is_from_and_what_of_ones_own_it_is_about(world: World) -> None:
    ada = await world.member("ada")
    bo = await world.member("bo", unit="Logistics")
    await liked(world, bo)
    await world.follow_tag(ada, "valves")
    found = await beyond.find(world.db, await world.viewer(ada))
    assert found is not None and (found.unit, found.topic, found.bond) == ("Logistics", "valves", "follows")
    say = beyond.in_words
    reason = posts.Shown("valves", "follows", "Logistics")
    assert say(reason, "en") == "From Logistics, about valves, which you follow"
    assert say(posts.Shown("water hammer", "learning", ""), "en") == (
        "About “water hammer”, which you want to learn"
    )
    assert say(posts.Shown("", "", ""), "en") == "From someone you don't follow"
    await topics.choose(world.db, await world.viewer(ada), "hall", TopicChoice.learning)
    await world.connection.execute("delete from tag_follows")
    found = await beyond.find(world.db, await world.viewer(ada))
    assert found is not None and (found.topic, found.bond) == ("hall", "learning")


async def test_nothing_comes_of_people_one_knows_or_put_away_and_nothing_that_stands_in_home(
    world: World,
) -> None:
    ada, bo, cy, di = [await world.member(name) for name in ("ada", "bo", "cy", "di")]
    shy = await world.member("shy", is_discoverable=False)
    for author in (ada, bo, cy, shy):
        await liked(world, author)
    await liked(world, di, f"{LONG} #valves", tags=["valves"])
    await world.follow(ada, bo)
    await world.mute(ada, cy)
    await world.follow_tag(ada, "valves")
    first = await liked(world, di)
    await liked(world, di, "An answer that says enough to be read by others", reply_to=first)
    await liked(world, di, visibility=Visibility.unlisted)
    await liked(world, di, warning="Long")
    found = await posts.candidates(world.db, await world.viewer(ada))
    assert [one.post_id for one in found] == [first]
    await world.block(di, ada)
    assert await posts.candidates(world.db, await world.viewer(ada)) == []


async def test_an_alumnus_is_shown_nothing_that_is_for_colleagues(world: World) -> None:
    al = await world.alumnus("al")
    bo = await world.member("bo", unit="Logistics", profile_ring=int(Ring.colleagues))
    await liked(world, bo)
    for_all = await liked(world, bo, ring=Ring.network)
    await choice.choose(world.db, await world.viewer(al), HowOften.often)
    (one,) = await readings(world, al, 25)
    assert one.post.post_id == for_all
    assert one.reason.unit == "", "the department shows with the profile alone"


async def test_the_timeline_has_what_was_shown_and_a_new_one_a_day_and_the_law_holds_when_it_is_read(
    world: World,
) -> None:
    ada = await world.member("ada")
    bo = await world.member("bo", unit="Logistics")
    older, newer = await liked(world, bo), await liked(world, bo)
    page = Page(20)
    first = await beyond.timeline(world.db, await world.viewer(ada), page)
    assert len(first) == 1
    again = await beyond.timeline(world.db, await world.viewer(ada), page)
    assert [one.post.id for one in again] == [one.post.id for one in first], "one a day"
    await world.connection.execute("update beyond_posts set shown_at = shown_at - interval '25 hours'")
    both = await beyond.timeline(world.db, await world.viewer(ada), page)
    assert [one.post.id for one in both] == [newer, older]
    assert [one.reason.unit for one in both] == ["Logistics", "Logistics"]
    await world.delete(newer)
    await world.block(ada, bo)
    assert await beyond.timeline(world.db, await world.viewer(ada), page) == []


async def test_what_one_was_shown_goes_after_90_days_is_in_ones_export_and_is_erased_with_one(
    world: World,
) -> None:
    ada = await world.member("ada")
    post = await liked(world, await world.member("bo"))
    await beyond.timeline(world.db, await world.viewer(ada), Page(20))
    viewer = await world.viewer(ada)
    (row,) = await everything.of(world.db, viewer, "shown_from_beyond_your_circle")
    assert row["post_id"] == post
    days = timedelta(days=89)
    await world.connection.execute("update beyond_posts set shown_at = $1", clock.now() - days)
    assert await posts.forget_old(world.db) == 0
    await world.connection.execute("update beyond_posts set shown_at = shown_at - interval '2 days'")
    assert await posts.forget_old(world.db) == 1
    await beyond.timeline(world.db, await world.viewer(ada), Page(20))
    await choice.choose(world.db, viewer, HowOften.often)
    for _time in range(2):
        await erase.erased(world.db, system(viewer.policy), [PersonErased(ada.id)])
    left = "select (select count(*) from beyond_posts) + (select count(*) from beyond_readers)"
    assert await world.connection.fetchval(left) == 0


async def test_who_sleeps_reads_no_more_of_it(world: World) -> None:
    al = await world.alumnus("al", dormant=True)
    await liked(world, await world.member("bo"), ring=Ring.world)
    assert await readings(world, al, 40) == []
    assert await world.connection.fetchval("select count(*) from beyond_readers") == 0
