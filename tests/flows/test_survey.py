"""The survey before and after: voluntary, counted in totals, and gone with the count."""

import asyncio
from datetime import datetime, timedelta

import msgspec
import pytest

from tests.flows.test_meeting import knows
from tests.world import Someone, World
from weetwie import reactions
from weetwie.context import Context
from weetwie.database.pool import Db
from weetwie.domain.benefits import survey, survey_answers, survey_rules, whole
from weetwie.domain.benefits.rules import rounded
from weetwie.domain.benefits.survey_answers import AskedRound
from weetwie.domain.benefits.survey_rules import SurveyNumbers
from weetwie.domain.exports import everything
from weetwie.domain.knowledge.known_topics import known_topics
from weetwie.domain.knowledge.topic_rules import TopicChoice
from weetwie.domain.people import leave, suspend
from weetwie.domain.people.erase import erase
from weetwie.domain.policy import choose
from weetwie.errors import Conflict, Forbidden, Invalid
from weetwie.flows import survey as flow
from weetwie.runtime import clock
from weetwie.tables.benefits import SurveyAnswer

TOPICS = ["CAD", "filters", "pumps", "valves", "welding"]


@pytest.fixture
async def boss(world: World) -> Someone:
    """Of an organisation in which two people list each of five topics."""
    for n, topic in enumerate(TOPICS):
        for one in range(2):
            await knows(world, await world.member(f"k{n}_{one}", name=f"Kim {n} {one}"), topic)
    return await world.member("boss", is_admin=True)


async def context(world: World, who: Someone) -> Context:
    return Context(world.db, await world.viewer(who), world.site)


async def start(world: World, boss: Someone, topics: list[str] = TOPICS, days: int = 14) -> None:
    await flow.start(await context(world, boss), topics, days)


async def end(world: World, boss: Someone) -> SurveyNumbers:
    await survey.end(world.db, await world.viewer(boss))
    return (await survey.counted(world.db))[0].numbers


async def asked(world: World, who: Someone) -> AskedRound | None:
    return await survey_answers.asked(world.db, await world.viewer(who))


async def answer(world: World, who: Someone, **given: str | None) -> None:
    await flow.answer(await context(world, who), given)


async def all_answer(world: World, people: list[Someone], right: int, wrong: int = 0) -> None:
    """Each about all five: `right` name one who knows, `wrong` one who does not, the rest do not know anybody."""
    for n, one in enumerate(people):
        who = "k2_0" if n < right else "k0_1" if n < right + wrong else None
        await answer(world, one, pumps=who, filters="k1_0" if who else None)


async def stored(world: World) -> list[int]:
    tables = ("survey_replies", "survey_answers")
    return [await world.connection.fetchval(f"select count(*) from {table}") for table in tables]


async def colleagues(world: World, count: int) -> list[Someone]:
    return [await world.member(f"m{n}") for n in range(count)]


async def test_topics_are_those_that_few_enough_list_and_most_of_these_first(
    world: World, boss: Someone
) -> None:
    people = await colleagues(world, 12)
    for one in people[:8]:
        await knows(world, one, "lunch")
    for one in people[:3]:
        await knows(world, one, "laser")
        await knows(world, one, "burnout")
    await knows(world, people[0], "alone")
    await knows(world, people[1], "learned", TopicChoice.learning)
    await knows(world, people[2], "learned", TopicChoice.learning)
    known = await known_topics(world.db, await world.viewer(boss))
    assert list(known.values()) == ["laser", *TOPICS, "alone"]


async def test_somebody_who_lists_it_or_is_shown_by_who_knows_is_right_and_nobody_else(
    world: World, boss: Someone
) -> None:
    await start(world, boss)
    for one in range(4):
        await world.post(await world.member(f"other{one}"), f"About cheese and wine {one}")
    writes = await world.member("writer")
    for part in ("seat", "spring", "actuator"):
        await world.post(
            writes, f"The {part} of our valves wears out, so I replaced the valves. #valves", tags=["valves"]
        )
    ada = await world.member("ada")
    await answer(world, ada, pumps="@k2_0", filters="Kim 1 1", CAD="k1_0", valves="writer", welding=None)
    rows = await world.connection.fetch("select topic, is_correct from survey_answers")
    assert {row["topic"]: row["is_correct"] for row in rows} == {
        "pumps": True, "filters": True, "CAD": False, "valves": True, "welding": None,
    }  # fmt: skip


async def test_what_only_others_see_makes_nobody_right_for_the_asker(world: World, boss: Someone) -> None:
    await start(world, boss)
    writes, ada = await world.member("writer"), await world.member("ada")
    for part in ("seat", "spring", "actuator"):
        await world.post(
            writes, f"The {part} of our valves wears out, so I replaced the valves. #valves", tags=["valves"]
        )
    await world.block(writes, ada)
    await answer(world, ada, valves="writer")
    assert await world.connection.fetchval("select is_correct from survey_answers") is False


def test_whom_somebody_named_is_not_stored() -> None:
    assert set(SurveyAnswer.__table__.columns.keys()) == {"round_id", "person_id", "topic", "is_correct"}


async def test_with_the_count_all_answers_go_and_totals_of_ten_or_more_stay(
    world: World, boss: Someone
) -> None:
    await start(world, boss)
    people = await colleagues(world, 36)
    await all_answer(world, people, right=12, wrong=13)
    exported = [
        row
        for one in people
        for row in await everything.of(world.db, await world.viewer(one), "survey_answers")
    ]
    found = await end(world, boss)
    named = [row for row in exported if row["is_correct"] is not None]
    assert found == SurveyNumbers(
        people=25,
        asked=rounded(len(exported)),
        named=rounded(len(named)),
        correct=rounded(sum(row["is_correct"] is True for row in named)),
    )
    assert await stored(world) == [0, 0]


async def test_of_nine_who_were_wrong_nothing_is_told(world: World, boss: Someone) -> None:
    await start(world, boss)
    for n, one in enumerate(await colleagues(world, 29)):
        await answer(world, one, pumps="k2_0" if n < 20 else "k0_0")
    assert await end(world, boss) == SurveyNumbers()
    assert await stored(world) == [0, 0]
    await start(world, boss)
    assert await survey.open_round(world.db), "nothing was told: another may begin at once"


async def test_the_number_of_replies_is_told_from_ten_on_in_fives(world: World, boss: Someone) -> None:
    await start(world, boss)
    current = await survey.open_round(world.db)
    assert current
    people = await colleagues(world, 13)
    await all_answer(world, people[:9], right=9)
    await survey_answers.decline(world.db, await world.viewer(people[12]))
    assert await survey.replied(world.db, current.id) is None
    await all_answer(world, people[9:12], right=3)
    assert await survey.replied(world.db, current.id) == 10


async def test_who_declines_or_answered_is_not_asked_again_and_takes_answers_back(
    world: World, boss: Someone
) -> None:
    await start(world, boss)
    ada, bo = await colleagues(world, 2)
    assert (found := await asked(world, ada)) and not found.has_replied
    await survey_answers.decline(world.db, await world.viewer(ada))
    assert (found := await asked(world, ada)) and found.has_replied and not found.has_answered
    await answer(world, bo, pumps="k2_0")
    assert (found := await asked(world, bo)) and found.has_answered
    with pytest.raises(Conflict):
        await answer(world, bo, filters="k1_0")
    await survey_answers.decline(world.db, await world.viewer(bo))
    assert await stored(world) == [2, 0]


async def test_answers_that_are_sent_twice_at_once_count_once(dsn: str) -> None:
    world = await World.open(dsn, is_kept=True)
    for topic in TOPICS:
        await knows(world, await world.member(f"k_{topic}"), topic)
    await start(world, await world.member("boss", is_admin=True))
    ada = await world.viewer(await world.member("ada"))

    async def send() -> None:
        async with world.database.transaction() as db:
            await flow.answer(Context(db, ada, world.site), {"pumps": "k_pumps"})

    outcomes = await asyncio.gather(send(), send(), send(), return_exceptions=True)
    assert None in outcomes and all(isinstance(one, Conflict) for one in outcomes if one), outcomes
    assert await world.connection.fetchval("select count(*) from survey_answers") == 1
    await world.close()


async def test_bad_input_is_refused_and_stores_nothing(world: World, boss: Someone) -> None:
    await start(world, boss)
    ada = await world.member("ada")
    for given in (
        {},
        {"pumps": "nobody_here"},
        {"pumps": "ada"},
        {"cheese": "k0_0"},
        {"pumps": ""},
        {"pumps": "Kim"},
    ):
        with pytest.raises(Invalid):
            await answer(world, ada, **given)
    assert await stored(world) == [0, 0]


async def test_nobody_is_asked_about_what_they_list_themselves(world: World, boss: Someone) -> None:
    await start(world, boss)
    ada = await world.member("ada")
    await knows(world, ada, "Pumps")
    found = await flow.asked(world.db, await world.viewer(ada))
    assert found and sorted(found[1]) == [topic for topic in TOPICS if topic != "pumps"]


async def test_only_colleagues_are_asked(world: World, boss: Someone) -> None:
    await start(world, boss)
    guest = await world.guest("gus", sponsor=boss)
    for one in (await world.alumnus("al"), guest):
        assert await asked(world, one) is None
        with pytest.raises(Forbidden):
            await answer(world, one, pumps="k2_0")
        with pytest.raises(Forbidden):
            await survey_answers.decline(world.db, await world.viewer(one))


async def test_whoever_leaves_is_suspended_or_erased_takes_their_answers_along(
    world: World, boss: Someone
) -> None:
    await start(world, boss)
    people = await colleagues(world, 3)
    await all_answer(world, people, right=3)
    viewer, db = await world.viewer(boss), Db(world.connection, reactions.AT_ONCE)
    await leave.leave(db, viewer, people[0].id)
    assert await stored(world) == [2, 4]
    await suspend.suspend(db, viewer, people[1].id)
    assert await stored(world) == [1, 2]
    await erase(db, viewer, people[2].id, keeps_posts=True)
    assert await stored(world) == [0, 0]


async def test_works_council_mode_refuses_a_round_and_ends_an_open_one_uncounted(
    world: World, boss: Someone
) -> None:
    await start(world, boss)
    people = await colleagues(world, 30)
    await all_answer(world, people, right=15, wrong=15)
    db, viewer = Db(world.connection, reactions.AT_ONCE), await world.viewer(boss)
    await choose.put(db, viewer, viewer.policy, msgspec.structs.replace(viewer.policy, works_council=True))
    await world.policy(works_council=True)
    assert await stored(world) == [0, 0] and await survey.counted(world.db) == []
    assert await asked(world, people[0]) is None
    with pytest.raises(Forbidden, match="works council"):
        await start(world, boss)


async def test_only_administrators_start_and_end_it_and_the_audit_log_says_so(
    world: World, boss: Someone
) -> None:
    hr = await world.member("hr", is_people_admin=True)
    with pytest.raises(Forbidden):
        await start(world, hr)
    await start(world, boss)
    with pytest.raises(Forbidden):
        await end(world, hr)
    with pytest.raises(Conflict):
        await start(world, boss)
    await end(world, boss)
    with pytest.raises(Conflict):
        await end(world, boss)
    acts = await world.connection.fetch(
        "select act, actor_id from audit where act like 'survey.%' order by id"
    )
    assert [tuple(row) for row in acts] == [("survey.start", boss.id), ("survey.end", boss.id)]


async def test_the_second_round_asks_the_same_topics_months_later_and_is_compared(
    world: World, boss: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = await colleagues(world, 60)
    await start(world, boss, days=7)
    await all_answer(world, people, right=20, wrong=40)
    await survey.end_due(world.db)
    assert await survey.open_round(world.db), "not over yet"
    later(monkeypatch, timedelta(days=7))
    assert await survey.open_round(world.db) is None and await asked(world, people[0]) is None
    with pytest.raises(Conflict):
        await answer(world, people[0], pumps="k2_0")
    await survey_answers.decline(world.db, await world.viewer(people[0]))
    await survey.end_due(world.db)
    await survey.end_due(world.db)
    assert await stored(world) == [0, 0]
    later(monkeypatch, timedelta(days=80))
    with pytest.raises(Conflict):
        await start(world, boss)
    later(monkeypatch, timedelta(days=13))
    await start(world, boss, topics=["laser"])
    second = await survey.open_round(world.db)
    assert second and second.topics == TOPICS
    await all_answer(world, people, right=40, wrong=20)
    await end(world, boss)
    found = await whole.benefit(world.db, await world.viewer(boss))
    assert found.survey_first and found.survey
    gain = survey_rules.gain(found.survey_first.numbers, found.survey.numbers)
    assert gain and gain.points > 10 and gain.least > 0


async def test_a_round_after_the_topics_have_gone_is_compared_with_none(
    world: World, boss: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    await start(world, boss)
    await all_answer(world, await colleagues(world, 30), right=15, wrong=15)
    await end(world, boss)
    await world.connection.execute("update topics set key = key || 's', name = name || 's'")
    offered, compared_with_id = await flow.to_ask(world.db, await world.viewer(boss))
    assert offered == [f"{topic}s" for topic in TOPICS] and compared_with_id is None


def later(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    now: datetime = clock.now() + by
    monkeypatch.setattr(clock, "now", lambda: now)
