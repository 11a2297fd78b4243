"""Introductions: each is asked alone, and only two yeses bring two people together."""

from datetime import timedelta

import pytest

from tests.world import Someone, World
from weetwie.access.enums import Ring, Visibility
from weetwie.access.viewer import system
from weetwie.context import Context, of_system
from weetwie.domain.exports import everything
from weetwie.domain.knowledge import topics
from weetwie.domain.knowledge.topic_rules import TopicChoice
from weetwie.domain.meeting import erase, pairs, preferences, proposals, rules
from weetwie.domain.people import assistant
from weetwie.errors import NotFound
from weetwie.events import PersonErased
from weetwie.flows import meeting
from weetwie.runtime import clock


@pytest.fixture
async def ada(world: World) -> Someone:
    await assistant.stand_ready(world.db, (await world.viewer()).policy)
    return await world.member("ada", unit="Design", default_language="nl")


@pytest.fixture
async def bo(world: World) -> Someone:
    return await world.member("bo", name="Bo", unit="Logistics")


async def knows(world: World, who: Someone, name: str, choice: TopicChoice = TopicChoice.knows) -> None:
    await topics.choose(world.db, await world.viewer(who), name, choice)


async def all_week(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody's hour has come."""

    async def everybody(db: object, now: object) -> list[int]:
        rows = await world.connection.fetch("select id from people where has_joined order by id")
        return [row["id"] for row in rows]

    monkeypatch.setattr(proposals, "turn", everybody)
    await meeting.propose_due(await of_system(world.db, world.site))


async def asked(world: World, who: Someone) -> list[proposals.WaitingMeeting]:
    return await proposals.waiting(world.db, await world.viewer(who))


async def says(world: World, who: Someone, yes: bool) -> bool:
    (one,) = await asked(world, who)
    context = Context(world.db, await world.viewer(who), world.site)
    return await meeting.answer(context, one.id, says=yes)


async def messages(world: World) -> list[str]:
    rows = await world.connection.fetch(
        "select text from post_texts join posts on posts.id = post_id where visibility = 3"
    )
    return [row["text"] for row in rows]


async def test_only_after_two_yeses_one_message_is_with_both_in_the_language_of_each(
    world: World, ada: Someone, bo: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    await knows(world, ada, "welding")
    await knows(world, bo, "welding", TopicChoice.learning)
    await all_week(world, monkeypatch)
    (of_ada,), (of_bo,) = await asked(world, ada), await asked(world, bo)
    assert (of_ada.other_id, of_bo.other_id) == (bo.id, ada.id)
    assert rules.BOTH[of_ada.kind, of_ada.bond, of_ada.others_bond].startswith("You know about")
    assert rules.BOTH[of_bo.kind, of_bo.bond, of_bo.others_bond].startswith("You want to learn")
    assert not await says(world, ada, True) and await messages(world) == []
    (after,) = await asked(world, bo)
    assert after == of_bo, "bo reads the same whatever ada said"
    assert await says(world, bo, True)
    (said,) = await messages(world)
    assert said.startswith("@bo @ada ") and "welding" in said and said.count("\n\n") == 1
    assert await asked(world, ada) == [] == await asked(world, bo)
    await all_week(world, monkeypatch)
    assert await asked(world, ada) == [], "they know each other by now"


async def test_a_silent_no_looks_like_waiting_and_ends_it_for_who_said_it(
    world: World, ada: Someone, bo: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    for who in (ada, bo):
        await knows(world, who, "welding")
    await all_week(world, monkeypatch)
    before = await asked(world, bo)
    await says(world, ada, False)
    assert await asked(world, ada) == [] and await asked(world, bo) == before
    assert not await says(world, bo, True)
    (waiting,) = await asked(world, bo)
    assert waiting.has_said_yes and await messages(world) == []
    (row,) = await everything.of(world.db, await world.viewer(bo), "introductions")
    assert row["you_said"] is True and set(row) == {
        "id", "person_id", "kind", "topic", "proposed_at", "you_said", "introduced_at"
    }, "what the other said is not in it"  # fmt: skip
    await world.connection.execute("update meetings set proposed_at = proposed_at - interval '15 days'")
    await proposals.forget_old(world.db)
    assert await world.connection.fetchval("select second_says or first_says from meetings") is None
    assert await asked(world, bo) == []


@pytest.mark.parametrize("what", ["block", "mute", "follow", "suspend", "leave", "hide", "decline", "topic"])
async def test_what_comes_between_them_later_ends_it_without_a_word(
    world: World, ada: Someone, bo: Someone, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    for who in (ada, bo):
        await knows(world, who, "welding")
    await all_week(world, monkeypatch)
    await says(world, ada, True)
    (one,) = await asked(world, bo)
    changes = {
        "block": world.block(bo, ada),
        "mute": world.mute(ada, bo),
        "follow": world.follow(bo, ada),
        "suspend": world.suspend(ada),
        "leave": world.leave(ada),
        "hide": world.change(ada, is_discoverable=False),
        "decline": preferences.choose(world.db, await world.viewer(ada), is_introduced=False),
        "topic": topics.take_back(world.db, await world.viewer(ada), "welding"),
    }
    wanted = changes.pop(what)
    for other in changes.values():
        other.close()
    await wanted
    assert await asked(world, bo) == []
    with pytest.raises(NotFound):
        await meeting.answer(Context(world.db, await world.viewer(bo), world.site), one.id, says=True)
    assert await messages(world) == []


async def test_nobody_is_asked_about_who_may_not_be_found_or_what_one_does_not_see(
    world: World, ada: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    shy = await world.member("shy", is_discoverable=False)
    bot = await world.member("bot", is_bot=True)
    al = await world.alumnus("al")
    gil = await world.guest("gil", sponsor=ada, profile_ring=int(Ring.network))
    far = await world.member("far", unit="Far")
    followed = await world.member("followed")
    await world.follow(ada, followed)
    for who in (ada, shy, bot, al, gil, followed):
        await world.connection.execute(
            "insert into topics (person_id, key, name, choice) values ($1, 'welding', 'welding', 0)", who.id
        )
    for _post in range(2):
        await world.post(ada, "At the pumps #pumps", tags=["pumps"])
        await world.post(far, "At the pumps #pumps", tags=["pumps"], visibility=Visibility.private)
        await world.post(al, "At the pumps #pumps", tags=["pumps"], ring=Ring.network)
    viewer = system((await world.viewer(ada)).policy)
    assert await pairs.shared(world.db, viewer, ada.id) == [], "al does not see ada or her posts"
    await all_week(world, monkeypatch)
    assert await world.connection.fetchval("select count(*) from meetings") == 0
    for _post in range(2):
        await world.post(far, "At the pumps #pumps", tags=["pumps"])
    (one,) = await pairs.shared(world.db, viewer, ada.id)
    assert (one.other_id, one.kind, one.topic) == (far.id, "task", "pumps")


async def test_at_most_one_a_week_for_each_and_nobody_twice(
    world: World, ada: Someone, bo: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    cy, di = await world.member("cy"), await world.member("di")
    for who in (ada, bo, cy, di):
        await knows(world, who, "welding")
    for week in range(1, 4):
        for _hour in range(3):
            await all_week(world, monkeypatch)
        assert await world.connection.fetchval("select count(*) from meetings") == 2 * week
        await world.connection.execute("update meetings set proposed_at = proposed_at - interval '8 days'")
    await all_week(world, monkeypatch)
    assert await world.connection.fetchval("select count(*) from meetings") == 6, "all have been asked"
    for _time in range(2):
        await erase.erased(world.db, system((await world.viewer(ada)).policy), [PersonErased(ada.id)])
    assert await world.connection.fetchval("select count(*) from meetings") == 3


def test_what_few_share_and_who_teaches_whom_counts_more() -> None:
    def thing(
        other: int, topic: str, mine: int, theirs: int, *, is_of_unit: bool = False
    ) -> rules.SharedThing:
        return rules.SharedThing(other, "topic", topic, mine, theirs, None, None, is_of_unit)

    common = [thing(other, "excel", 0, 0) for other in range(1, 9)]
    rare, taught = thing(9, "titanium", 0, 0), thing(10, "brass", 1, 0)
    assert rules.best([*common, rare]) == rare and rules.best([*common, rare, taught]) == taught
    near, far = thing(1, "tin", 0, 0, is_of_unit=True), thing(2, "tin", 0, 0)
    assert rules.best([near, far]) == far
    assert rules.best([]) is None


async def test_everybody_who_is_here_has_one_hour_of_the_week(world: World) -> None:
    people = [await world.member(f"m{number}") for number in range(12)]
    await world.alumnus("al", dormant=True)
    begin = clock.now()
    turns = [await proposals.turn(world.db, begin + timedelta(hours=hour)) for hour in range(168)]
    assert sorted(id for turn in turns for id in turn) == sorted(one.id for one in people)
    assert await proposals.turn(world.db, begin + timedelta(days=7)) == turns[0]
