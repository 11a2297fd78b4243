"""Limits hold however many ask at once, nothing is lost or done twice wherever the program ends, and nobody is asked who may
not see a question or does not want to be asked, in whatever order things happen."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from tests.api.house import House, opened
from tests.flows.test_asking import MONDAY, QUESTION, asks, knowers, prefers
from tests.world import Someone
from weetwie import reactions
from weetwie.access.enums import Ring, Visibility
from weetwie.access.viewer import Viewer
from weetwie.context import Context
from weetwie.database.pool import Database, Db
from weetwie.domain.posts.rules import Draft
from weetwie.domain.questions import answers, begin, respond
from weetwie.errors import Refusal
from weetwie.flows import ask, asking
from weetwie.runtime import clock


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    clock.stop(MONDAY)
    async with opened(dsn) as house:
        yield house
    clock.stop(None)


async def load(house: House, who: Someone) -> int:
    found: int = await house.world.connection.fetchval(
        "select count(*) from question_load where person_id = $1", who.id
    )
    return found


async def test_a_limit_holds_when_many_workers_and_askers_reach_for_the_same_people(
    house: House, dsn: str
) -> None:
    """Four workers of their own, each with its own connections, take forty questions, while people name the same ones."""
    people = await knowers(house, "bo", "cem", "dewi")
    askers = [await house.world.member(f"asker{number}") for number in range(8)]
    await prefers(house, people[0], most_a_week=1)
    questions = [
        await asks(house, askers[number % 8], chosen=[people[number % 3].id]) for number in range(40)
    ]
    workers = [reactions.attach(await Database.open(dsn, size=2)) for _worker in range(4)]

    namer = await house.world.viewer(askers[7])

    async def names(database: Database, question: int) -> None:
        async with database.transaction() as db:
            await db.connection.execute(
                "insert into asked_people (post_id, person_id, chosen_by, state) values ($1, $2, 1, 1)"
                " on conflict do nothing",
                question,
                askers[7].id,
            )
        try:
            async with database.transaction() as db:
                context = Context(db, namer, house.world.site)
                await ask.name_somebody(context, question, people[0].id, openly=False)
        except Refusal:
            return  # they asked it themselves

    async def works(database: Database) -> None:
        while await asking.work(database, house.world.site):
            pass

    try:
        naming = [names(workers[number % 4], one) for number, one in enumerate(questions[:12])]
        await asyncio.gather(*(works(worker) for worker in workers), *naming)
        await works(workers[0])
    finally:
        for worker in workers:
            await worker.close()
    assert [await load(house, one) for one in people] == [1, 3, 3]
    assert await house.world.connection.fetchval("select count(*) from questions where step = 0") == 0


async def test_two_votes_at_once_both_count(house: House, dsn: str) -> None:
    """Eight people who know vote for the answer in transactions of their own, all of which have begun before the first ends."""
    ada = await house.world.member("ada")
    voters = await knowers(house, *(f"voter{number}" for number in range(8)))
    question = await house.world.post(ada, QUESTION, is_question=True)
    answer = await house.world.post(voters[0], "Nine bar", reply_to=question)
    database = reactions.attach(await Database.open(dsn, size=8))
    viewers = [await house.world.viewer(one) for one in voters]
    have_begun = asyncio.Barrier(len(voters))

    async def votes(viewer: Viewer) -> int:
        async with database.transaction() as db:
            await db.connection.fetchval("select 1")
            await have_begun.wait()
            return await answers.vote(db, viewer, question, answer)

    try:
        counted = await asyncio.gather(*(votes(viewer) for viewer in viewers))
    finally:
        await database.close()
    assert sorted(counted) == list(range(1, len(voters) + 1))


class KilledError(BaseException):
    """Nothing that is caught on the way: the program ends here."""


def killing(at: int, monkeypatch: pytest.MonkeyPatch) -> Callable[[], bool]:
    """The program ends at its statement number `at`; whether it came so far."""
    count = 0

    def counted(act: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def run(self: Db, *given: Any, **more: Any) -> Any:
            nonlocal count
            count += 1
            if count == at:
                raise KilledError
            return await act(self, *given, **more)

        return run

    for name in ("rows", "row", "value", "run"):
        monkeypatch.setattr(Db, name, counted(getattr(Db, name)))
    return lambda: count >= at


async def test_wherever_the_program_ends_nobody_is_asked_twice_and_nobody_is_forgotten(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = await knowers(house, "bo", "cem", "dewi")
    at, was_killed = 0, True
    while was_killed:
        at += 1
        asker = await house.world.member(f"asker{at}")
        await house.world.connection.execute("delete from question_load")
        await house.world.connection.execute("delete from questions")
        await house.world.connection.execute("delete from asked_people")
        await house.world.connection.execute("delete from notifications")
        question = await asks(house, asker)
        with monkeypatch.context() as patch:
            has_ended = killing(at, patch)
            with suppress(KilledError):
                await asking.work(house.world.database, house.world.site)
            was_killed = has_ended()
        while await asking.work(house.world.database, house.world.site):
            pass
        asked = await house.world.connection.fetch("select person_id, state, tell_at from asked_people")
        told = await house.world.connection.fetch("select person_id, post_id from notifications")
        assert {one["person_id"] for one in asked} == {one.id for one in people}, at
        assert len(asked) == len(told) == 3, at
        assert all(one["tell_at"] is None and one["state"] == 1 for one in asked), at
        assert {one["post_id"] for one in told} == {question}, at
        assert [await load(house, one) for one in people] == [1, 1, 1], at
    assert at > 25


@pytest.mark.parametrize("seed", range(6))
async def test_in_whatever_order_nobody_is_told_of_what_they_may_not_see_or_do_not_want(
    house: House, seed: int
) -> None:
    """Random acts of a small company; after each, whoever was newly told could see the question and wanted to be asked."""
    random, world = Random(seed), house.world
    people = await knowers(house, "bo", "cem", "dewi", "eva", "fay")
    gus = await world.guest("gus", sponsor=people[0], until=MONDAY + timedelta(days=200))
    alma = await world.alumnus("alma")
    for one in (gus, alma):
        for number in range(6):
            await world.post(one, f"Water hammer measured by {one.handle} {number}", ring=Ring.network)
    everybody = [*people, gus, alma]
    wants: dict[int, dict[str, Any]] = {one.id: {} for one in everybody}
    state = {one.id: "here" for one in everybody}
    blocks: set[frozenset[int]] = set()
    refused: set[int] = set()
    questions: list[tuple[int, Someone, Ring]] = []
    known: set[tuple[int, int]] = set()

    async def question() -> None:
        asker = random.choice([one for one in people if state[one.id] == "here"] or people[:1])
        ring = random.choice([Ring.colleagues, Ring.network])
        chosen = random.sample([one for one in everybody if one is not asker], random.randint(0, 2))
        async with world.database.transaction() as db:
            context = Context(db, await world.viewer(asker), world.site)
            draft = Draft(text=QUESTION, ring=ring, visibility=Visibility.public)
            questions.append((await ask.ask(context, draft, [one.id for one in chosen]), asker, ring))

    async def reply() -> None:
        who, (post_id, _asker, ring) = random.choice(people), random.choice(questions)
        await world.post(who, "Nine bar", reply_to=post_id, ring=ring)

    async def name() -> None:
        who, other = random.sample(everybody, 2)
        async with world.database.transaction() as db:
            context = Context(db, await world.viewer(who), world.site)
            await ask.name_somebody(
                context, random.choice(questions)[0], other.id, openly=random.random() < 0.5
            )

    async def refuse() -> None:
        who = random.choice(everybody)
        async with world.database.transaction() as db:
            await respond.not_my_topic(db, await world.viewer(who), random.choice(questions)[0])
        refused.add(who.id)

    async def prefer() -> None:
        who = random.choice(everybody)
        wanted: dict[str, Any] = random.choice(
            [
                {},
                {"is_asked": False},
                {"is_asked": True},
                {"away_until": date(2027, 1, 1)},
                {"most_a_week": 1},
            ]
        )
        await prefers(house, who, **wanted)
        wants[who.id] = wanted

    async def leave_or_return() -> None:
        who = random.choice(people[1:])
        if state[who.id] == "here":
            await world.leave(who)
            state[who.id] = "left"
        elif state[who.id] == "left":
            await world.rejoin(who)
            state[who.id] = "here"

    async def suspend_or_not() -> None:
        who = random.choice(people[1:])
        if state[who.id] != "left":
            state[who.id] = "suspended" if state[who.id] == "here" else "here"
            await world.suspend(who, is_suspended=state[who.id] == "suspended")

    async def block() -> None:
        one, other = random.sample(everybody, 2)
        if frozenset((one.id, other.id)) not in blocks:
            blocks.add(frozenset((one.id, other.id)))
            await world.block(one, other)

    async def widen() -> None:
        post_id, asker, _ring = random.choice(questions)
        async with world.database.transaction() as db:
            await begin.widen(db, await world.viewer(asker), post_id)

    async def wait() -> None:
        clock.stop(clock.now() + timedelta(hours=random.choice([1, 9, 48])))

    acts: list[Callable[[], Awaitable[None]]] = [
        reply, name, refuse, prefer, leave_or_return, suspend_or_not, block, widen, wait
    ]  # fmt: skip
    questions.append((await asks(house, people[0]), people[0], Ring.colleagues))
    for _act in range(40):
        with suppress(Refusal):
            await random.choice([question, question, *acts])()
        await asking.work(world.database, world.site)
        told = {
            (one["person_id"], one["post_id"])
            for one in await world.connection.fetch(
                "select n.person_id, n.post_id from notifications n join asked_people a using (post_id, person_id)"
                " where n.kind = 'mention'"
            )
        }
        by_id = {post_id: (asker, ring) for post_id, asker, ring in questions}
        for person_id, post_id in told - known:
            asker, ring = by_id[post_id]
            wanted = wants[person_id]
            assert state[person_id] == "here" and state[asker.id] == "here"
            assert frozenset((person_id, asker.id)) not in blocks
            assert person_id not in refused
            assert wanted.get("is_asked") is not False and "away_until" not in wanted
            if person_id in (gus.id, alma.id):
                assert wanted.get("is_asked") is True and ring is Ring.network
        known |= told
        for one in everybody:
            if wants[one.id].get("most_a_week") == 1:
                continue
            lately = await world.connection.fetchval(
                "select count(*) from question_load where person_id = $1 and at > $2",
                one.id,
                clock.now() - timedelta(days=7),
            )
            assert lately <= 3
    assert known
