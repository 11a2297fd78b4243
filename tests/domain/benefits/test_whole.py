"""What it brings the organisation: each number is counted again from what people take along themselves, and few stay untold."""

from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import combinations
from statistics import median
from typing import Any

import pytest

from tests.world import Someone, World
from weetwie.access.enums import Standing, Visibility
from weetwie.domain.benefits import rules, whole
from weetwie.domain.benefits.rules import Quarter, cell, told
from weetwie.domain.exports import everything
from weetwie.errors import Forbidden

NOW = datetime(2026, 11, 15, 12, tzinfo=UTC)
BEGINS, ENDS = datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC)
UNITS = ("Hydraulics", "Logistics", "Service", "Finance")
DAY = timedelta(days=1)
running = iter(range(1 << 30))


@pytest.fixture
async def world(dsn: str) -> AsyncIterator[World]:
    world = await World.open(dsn, at=NOW)
    yield world
    await world.close()


def id_at(moment: datetime) -> int:
    return (int(moment.timestamp() * 1000) << 16) + next(running) % 65536


async def colleagues(world: World, count: int, **more: Any) -> list[Someone]:
    since = datetime(2025, 1, 1, tzinfo=UTC)
    first = next(running)
    return [
        await world.member(f"m{first}_{n}", unit=UNITS[n % 4], **{"joined_at": since, **more})
        for n in range(count)
    ]


async def asked(
    world: World, asker: Someone, day: int, answerer: Someone | None = None, hours: int = 1
) -> int:
    at = BEGINS + day * DAY
    question = await world.post(asker, "Who knows?", id=id_at(at), is_question=True)
    if answerer:
        answer = await world.post(answerer, "I do", reply_to=question, id=id_at(at + timedelta(hours=hours)))
        await world.connection.execute("update posts set answer_id = $1 where id = $2", answer, question)
    return question


async def busy(world: World) -> list[Someone]:
    """Questions with and without answers, by people whom the asker follows and does not; ties, newcomers, alumni."""
    people = await colleagues(world, 48)
    for n in range(12):
        await asked(world, people[n], n)
    for n in range(24):
        asker, answerer = people[n], people[n + 20 + (n >= 12)]
        if n < 11:
            await world.follow(asker, answerer, created_at=BEGINS)
        await asked(world, asker, 20 + n, answerer, hours=n + 1)
    for n in range(0, 24, 2):
        first = await world.post(people[n], "Before", id=id_at(datetime(2025, 5, 1, tzinfo=UTC) + n * DAY))
        for other in (people[n + 4], people[n + 1]):
            await world.post(
                other, "Yes", reply_to=first, id=id_at(datetime(2025, 6, 1, tzinfo=UTC) + n * DAY)
            )
    await world.post(people[0], "The first of all", id=id_at(datetime(2025, 2, 1, tzinfo=UTC)))
    newcomers = await colleagues(world, 22, joined_at=datetime(2026, 5, 1, tzinfo=UTC))
    for n, newcomer in enumerate(newcomers):
        for other in people[44 : 48 if n < 11 else 46]:
            hello = await world.post(other, "Welcome", id=id_at(datetime(2026, 5, 3, tzinfo=UTC)))
            await world.post(newcomer, "Thanks", reply_to=hello, id=id_at(datetime(2026, 5, 4, tzinfo=UTC)))
    alumni = [await world.alumnus(f"a{n}", unit=UNITS[n % 4]) for n in range(21)]
    for n, alumna in enumerate(alumni[:10]):
        question = await asked(world, people[n], 70)
        await world.post(alumna, "Ask Femke", reply_to=question, id=id_at(BEGINS + 71 * DAY))
    return [*people, *newcomers, *alumni]


async def exported(world: World, people: list[Someone]) -> dict[str, list[dict[str, Any]]]:
    """What all of them would take along, put together."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for someone in people:
        viewer = await world.viewer(someone)
        for name in ("person", "posts", "follows"):
            found[name] += await everything.of(world.db, viewer, name)
    return found


def in_time(id: int, begins: datetime, ends: datetime) -> bool:
    return begins.timestamp() * 1000 <= id >> 16 < ends.timestamp() * 1000


def pairs(data: dict[str, list[dict[str, Any]]], begins: datetime, ends: datetime) -> tuple[int, int]:
    """Between units, and all."""
    unit = {one["id"]: one["unit"] for one in data["person"]}
    found = {
        frozenset((one["author_id"], one["reply_to_person_id"]))
        for one in data["posts"]
        if one["reply_to_person_id"]
        and one["reply_to_person_id"] != one["author_id"]
        and in_time(one["id"], begins, ends)
    }
    return sum(len({unit[id] for id in pair}) == 2 for pair in found), len(found)


def fives(number: int) -> int:
    return 5 * ((number + 2) // 5)


async def test_each_number_is_the_same_counted_again_from_exports(world: World) -> None:
    people = await busy(world)
    data = await exported(world, people)
    boss = await world.member("boss", is_admin=True)
    found = await whole.benefit(world.db, await world.viewer(boss))

    posts = {one["id"]: one for one in data["posts"]}
    questions = [one for one in posts.values() if one["is_question"] and in_time(one["id"], BEGINS, ENDS)]
    answered = [one for one in questions if one["answer_id"]]
    follows = {(one["follower_id"], one["followed_id"]) for one in data["follows"]}
    unknown = [
        one for one in answered if (one["author_id"], posts[one["answer_id"]]["author_id"]) not in follows
    ]
    assert (found.asked, found.answered, found.by_unfollowed) == (
        fives(len(questions)),
        fives(len(answered)),
        fives(len(unknown)),
    )
    hours = median(((one["answer_id"] >> 16) - (one["id"] >> 16)) / 3_600_000 for one in answered)
    assert found.wait == timedelta(hours=round(hours))
    assert found.ties and found.ties_first and found.first
    assert (found.ties.between_units, found.ties.all) == tuple(map(fives, pairs(data, BEGINS, ENDS)))
    assert found.first.name == "2025-Q2"
    assert (found.ties_first.between_units, found.ties_first.all) == tuple(
        map(fives, pairs(data, found.first.begins, found.first.ends))
    )
    new = [one for one in data["person"] if str(one["joined_at"]).startswith("2026-05-01")]
    unit = {one["id"]: one["unit"] for one in data["person"]}
    met = defaultdict(set)
    for one in posts.values():
        if one["reply_to_person_id"]:
            met[one["author_id"]].add(unit[one["reply_to_person_id"]])
    assert found.newcomers == fives(len(new))
    assert found.settled == fives(sum(len(met[one["id"]]) >= 3 for one in new))
    alumni = {one["id"] for one in data["person"] if one["standing"] == int(Standing.alumnus)}
    helped = {
        one["author_id"]
        for one in posts.values()
        if one["author_id"] in alumni and posts[one["root_id"]]["is_question"]
    }
    assert (found.alumni, found.alumni_who_answered) == (fives(len(alumni)), fives(len(helped)))
    assert None not in (found.asked, found.by_unfollowed, found.settled, found.alumni_who_answered)


async def test_what_nine_people_stand_behind_is_not_told_nor_what_would_give_it_away(world: World) -> None:
    people = await colleagues(world, 40)
    for n in range(9):
        await asked(world, people[n], n)
    for n in range(12):
        await asked(world, people[n], 20 + n, people[n + 20])
    viewer = await world.viewer(await world.member("boss", is_admin=True))
    found = await whole.benefit(world.db, viewer)
    assert (found.asked, found.answered, found.by_unfollowed, found.wait) == (20, None, None, None)
    await asked(world, people[9], 9)
    found = await whole.benefit(world.db, viewer)
    assert (found.asked, found.answered) == (20, 10), "ten without an answer"
    assert found.by_unfollowed is None, "all were answered by others: nobody is left on the other side"


async def test_one_who_asks_much_does_not_make_up_for_ten(world: World) -> None:
    people = await colleagues(world, 30)
    for n in range(40):
        await asked(world, people[n % 9], n)
    found = await whole.benefit(world.db, await world.viewer(await world.member("boss", is_admin=True)))
    assert found.asked is None


async def test_what_is_not_for_many_is_not_counted(world: World) -> None:
    people = await colleagues(world, 30)
    for n in range(20):
        await world.post(
            people[n], "Psst?", id=id_at(BEGINS + DAY), is_question=True, visibility=Visibility.private
        )
    found = await whole.benefit(world.db, await world.viewer(await world.member("boss", is_admin=True)))
    assert found.asked is None


async def test_in_works_council_mode_only_questions_are_counted(world: World) -> None:
    await busy(world)
    boss = await world.member("boss", is_admin=True)
    await world.policy(works_council=True)
    found = await whole.benefit(world.db, await world.viewer(boss))
    assert found.answered == 25
    assert (found.ties, found.ties_first, found.newcomers, found.settled, found.alumni) == (None,) * 5


async def test_it_is_for_those_who_run_the_place(world: World) -> None:
    with pytest.raises(Forbidden):
        await whole.benefit(world.db, await world.viewer(await world.member("ada")))


def people_from(begin: int, count: int) -> list[tuple[int]]:
    return [(id,) for id in range(begin, begin + count)]


@pytest.mark.parametrize(
    "sizes", [(a, b, c) for a in (0, 9, 10, 25) for b in (0, 9, 10, 25) for c in (0, 9, 10, 25)]
)
def test_no_difference_of_two_numbers_is_about_fewer_than_ten(sizes: tuple[int, int, int]) -> None:
    cells = [cell(people_from(100 * n, size)) for n, size in enumerate(sizes)]
    levels = [(number, sum(sizes[n:])) for n, number in enumerate(told(cells)) if number is not None]
    for number, exact in levels:
        assert number == fives(exact) and exact >= 10
    for (_one, more), (_other, less) in combinations(levels, 2):
        assert more - less >= 10


def test_quarters_and_months_begin_where_the_calendar_says() -> None:
    assert rules.last_quarter(datetime(2026, 1, 2, 3, tzinfo=UTC)).name == "2025-Q4"
    assert rules.last_quarter(NOW) == Quarter(BEGINS, ENDS)
    assert rules.first_quarter(datetime(2025, 11, 2, tzinfo=UTC)).name == "2026-Q1"
    assert [one.month for one in rules.months(NOW)] == [12, *range(1, 12)]


@pytest.mark.parametrize(
    ("minutes", "said"), [((3, 4, 9), 5), ((61, 63), 60), ((150, 170), 180), ((3000, 5000, 9000), 4320)]
)
def test_the_usual_wait_is_said_as_coarsely_as_one_would(minutes: tuple[int, ...], said: int) -> None:
    assert rules.usual([timedelta(minutes=one) for one in minutes]) == timedelta(minutes=said)
