"""The sample company is asked in three languages, and about what nobody there knows.

The questions were written beside the word list by the same hand, so what they come to is an upper bound; the bars keep it from falling.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.imports.bringing import acting
from tests.world import World
from weetwie.access.authenticate import Memory
from weetwie.domain.imports import imported
from weetwie.domain.knowledge.experts import who_knows
from weetwie.flows.imports.sample import SOURCE, fill
from weetwie.imports.sample.company import company
from weetwie.runtime import clock

_QUESTIONS = Path(__file__).parent / "questions"
_ASKER = "aylin"


def lines(name: str) -> list[list[str]]:
    text = (_QUESTIONS / name).read_text("utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


class House:
    """The sample company, where one asks."""

    def __init__(self, world: World, handles: dict[str, int]) -> None:
        self._world, self._handles = world, {id: handle for handle, id in handles.items()}
        self._asker = handles[_ASKER]

    async def named(self, question: str) -> list[str]:
        async with self._world.database.reading() as db:
            viewer = await Memory().person(db, self._asker)
            assert viewer is not None
            answer = await who_knows(db, viewer, question)
        return [self._handles[one.person_id] for one in answer.people if one.is_named]


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    world = await World.open(dsn, is_kept=True)
    sample = company(clock.now())
    await fill(world.database, await acting(world.database), world.store, sample)
    async with world.database.reading() as db:
        handles = await imported.people(db, SOURCE, [person.handle for person in sample.people])
    yield House(world, handles)
    await world.close()


async def test_the_same_person_is_found_in_three_languages_and_nobody_where_nobody_knows(
    house: House,
) -> None:
    same = first = 0
    for right, *questions in lines("three_languages.tsv"):
        found = [(await house.named(question))[:1] for question in questions]
        is_right = [bool(one) and one[0] in right.split(",") for one in found]
        first += sum(is_right)
        same += all(is_right) and len({one[0] for one in found}) == 1
    assert same >= 16 and first >= 52

    first = in_three = nobody = 0
    for question, right in lines("sample_company.tsv"):
        named = await house.named(question)
        nobody += right == "-" and not named
        first += bool(named) and named[0] in right.split(",")
        in_three += bool(set(named[:3]) & set(right.split(",")))
    assert first >= 41 and in_three >= 44 and nobody >= 22

    others = lines("absent.txt")
    answers = [await house.named(question) for (question,) in others]
    assert sum(not one for one in answers) >= len(others) - 2
