"""In whatever order things happen nobody is asked who may not see a question or does not want to be asked."""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from tests.api.house import House, opened
from tests.flows.test_asking import MONDAY, QUESTION, asks, knowers, prefers
from tests.world import Someone
from weetwie.access.enums import Ring, Visibility
from weetwie.context import Context
from weetwie.domain.posts.rules import Draft
from weetwie.domain.questions import begin, respond
from weetwie.errors import Refusal
from weetwie.flows import ask, asking
from weetwie.runtime import clock

_WISHES: list[dict[str, Any]] = [
    {},
    {"is_asked": False},
    {"is_asked": True},
    {"away_until": date(2027, 1, 1)},
    {"most_a_week": 1},
]
_TOLD = """
    select n.person_id, n.post_id from notifications n join asked_people a using (post_id, person_id)
    where n.kind = 'mention'
"""
_LATELY = "select count(*) from question_load where person_id = $1 and at > $2"


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    clock.stop(MONDAY)
    async with opened(dsn) as house:
        yield house
    clock.stop(None)


class SmallCompany:
    """Five members, a guest and an alumnus who all know, and what is true of them after each act."""

    def __init__(self, house: House, random: Random, people: list[Someone], outside: list[Someone]) -> None:
        self.house, self.world, self.random = house, house.world, random
        self.people, self.outside, self.everybody = people, outside, [*people, *outside]
        self.wants: dict[int, dict[str, Any]] = {one.id: {} for one in self.everybody}
        self.state = {one.id: "here" for one in self.everybody}
        self.blocks: set[frozenset[int]] = set()
        self.refused: set[int] = set()
        self.questions: list[tuple[int, Someone, Ring]] = []
        self.known: set[tuple[int, int]] = set()
        self.acts = [
            self.question, self.question, self.reply, self.name, self.refuse, self.prefer, self.leave_or_return,
            self.suspend_or_not, self.block, self.widen, self.wait,
        ]  # fmt: skip

    @classmethod
    async def founded(cls, house: House, seed: int) -> "SmallCompany":
        people = await knowers(house, "bo", "cem", "dewi", "eva", "fay")
        gus = await house.world.guest("gus", sponsor=people[0], until=MONDAY + timedelta(days=200))
        alma = await house.world.alumnus("alma")
        for one in (gus, alma):
            for number in range(6):
                text = f"Water hammer measured by {one.handle} {number}"
                await house.world.post(one, text, ring=Ring.network)
        company = cls(house, Random(seed), people, [gus, alma])
        company.questions.append((await asks(house, people[0]), people[0], Ring.colleagues))
        return company

    async def question(self) -> None:
        here = [one for one in self.people if self.state[one.id] == "here"]
        asker = self.random.choice(here or self.people[:1])
        ring = self.random.choice([Ring.colleagues, Ring.network])
        others = [one for one in self.everybody if one is not asker]
        chosen = self.random.sample(others, self.random.randint(0, 2))
        async with self.world.database.transaction() as db:
            context = Context(db, await self.world.viewer(asker), self.world.site)
            draft = Draft(text=QUESTION, ring=ring, visibility=Visibility.public)
            self.questions.append((await ask.ask(context, draft, [one.id for one in chosen]), asker, ring))

    async def reply(self) -> None:
        who = self.random.choice(self.people)
        post_id, _asker, ring = self.random.choice(self.questions)
        await self.world.post(who, "Nine bar", reply_to=post_id, ring=ring)

    async def name(self) -> None:
        who, other = self.random.sample(self.everybody, 2)
        async with self.world.database.transaction() as db:
            context = Context(db, await self.world.viewer(who), self.world.site)
            post_id, openly = self.random.choice(self.questions)[0], self.random.random() < 0.5
            await ask.name_somebody(context, post_id, other.id, openly=openly)

    async def refuse(self) -> None:
        who = self.random.choice(self.everybody)
        async with self.world.database.transaction() as db:
            viewer = await self.world.viewer(who)
            await respond.not_my_topic(db, viewer, self.random.choice(self.questions)[0])
        self.refused.add(who.id)

    async def prefer(self) -> None:
        who, wanted = self.random.choice(self.everybody), self.random.choice(_WISHES)
        await prefers(self.house, who, **wanted)
        self.wants[who.id] = wanted

    async def leave_or_return(self) -> None:
        who = self.random.choice(self.people[1:])
        if self.state[who.id] == "here":
            await self.world.leave(who)
            self.state[who.id] = "left"
        elif self.state[who.id] == "left":
            await self.world.rejoin(who)
            self.state[who.id] = "here"

    async def suspend_or_not(self) -> None:
        who = self.random.choice(self.people[1:])
        if self.state[who.id] != "left":
            self.state[who.id] = "suspended" if self.state[who.id] == "here" else "here"
            await self.world.suspend(who, is_suspended=self.state[who.id] == "suspended")

    async def block(self) -> None:
        one, other = self.random.sample(self.everybody, 2)
        if frozenset((one.id, other.id)) not in self.blocks:
            self.blocks.add(frozenset((one.id, other.id)))
            await self.world.block(one, other)

    async def widen(self) -> None:
        post_id, asker, _ring = self.random.choice(self.questions)
        async with self.world.database.transaction() as db:
            await begin.widen(db, await self.world.viewer(asker), post_id)

    async def wait(self) -> None:
        clock.stop(clock.now() + timedelta(hours=self.random.choice([1, 9, 48])))

    async def check_told(self) -> None:
        """Whoever was newly notified could see the question and wanted to be asked."""
        rows = await self.world.connection.fetch(_TOLD)
        told = {(one["person_id"], one["post_id"]) for one in rows}
        by_id = {post_id: (asker, ring) for post_id, asker, ring in self.questions}
        for person_id, post_id in told - self.known:
            asker, ring = by_id[post_id]
            wanted = self.wants[person_id]
            assert self.state[person_id] == "here" and self.state[asker.id] == "here"
            assert frozenset((person_id, asker.id)) not in self.blocks
            assert person_id not in self.refused
            assert wanted.get("is_asked") is not False and "away_until" not in wanted
            if person_id in [one.id for one in self.outside]:
                assert wanted.get("is_asked") is True and ring is Ring.network
        self.known |= told

    async def check_limits(self) -> None:
        """Three a week, for all who did not choose another number meanwhile."""
        since = clock.now() - timedelta(days=7)
        for one in self.everybody:
            if self.wants[one.id].get("most_a_week") != 1:
                assert await self.world.connection.fetchval(_LATELY, one.id, since) <= 3


@pytest.mark.parametrize("seed", range(6))
async def test_in_whatever_order_nobody_is_told_of_what_they_may_not_see_or_do_not_want(
    house: House, seed: int
) -> None:
    company = await SmallCompany.founded(house, seed)
    for _act in range(40):
        with suppress(Refusal):
            await company.random.choice(company.acts)()
        await asking.work(house.world.database, house.world.site)
        await company.check_told()
        await company.check_limits()
    assert company.known
