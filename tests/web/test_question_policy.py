"""When people are asked more widely, and when they work, as an administrator chooses it on the page of policies."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.site import act, browser, choose, give_password, sign_in
from tests.world import World
from weetwie.access.policy import Policy

CHOICE = {"name": "Harbour", "longest_post": "500"}
GIVEN = {
    "question_hours": "12",
    "time_zone": "Europe/Amsterdam",
    "holidays": "nl",
    "holidays_by_place": "Lingen = de-ni\n\nWien=AT",
}


@pytest.fixture
async def root(world: World) -> AsyncIterator[httpx.AsyncClient]:
    admin = await world.member("root", name="Root", is_admin=True)
    await give_password(world, admin)
    async with browser(world) as theirs:
        await sign_in(theirs, "root")
        yield theirs


async def held(world: World) -> Policy:
    return await world.memory.policy(world.db)


async def test_what_is_chosen_of_questions_is_shown_first_and_then_holds(
    root: httpx.AsyncClient, world: World
) -> None:
    shown = await act(root, "/admin/policy", **CHOICE, **GIVEN)
    assert "Working hours until more people are asked" in shown.text and "Lingen=DE-NI" in shown.text
    assert (await held(world)).question_hours == 8
    await choose(root, **CHOICE, **GIVEN)
    now = await held(world)
    assert (now.question_hours, now.time_zone, now.holidays) == (12, "Europe/Amsterdam", "NL")
    assert now.holidays_by_place == ("Lingen=DE-NI", "Wien=AT")
    page = (await root.get("/admin/policy")).text
    assert 'value="12"' in page and 'value="NL"' in page and "Lingen=DE-NI\nWien=AT" in page


async def test_holidays_can_be_taken_away_and_a_form_without_them_changes_none(
    root: httpx.AsyncClient, world: World
) -> None:
    await choose(root, **CHOICE, **GIVEN)
    await choose(root, **{**CHOICE, "name": "Port"})
    assert (await held(world)).holidays == "NL"
    await choose(root, **CHOICE, **{**GIVEN, "holidays": "", "holidays_by_place": ""})
    now = await held(world)
    assert (now.holidays, now.holidays_by_place) == ("", ())


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"question_hours": "0"}, "Choose between 1 and 400 working hours"),
        ({"question_hours": "soon"}, "Choose between 1 and 400 working hours"),
        ({"time_zone": "Mars/Base"}, "Choose a time zone from the list"),
        ({"holidays": "Atlantis"}, "There are no public holidays for Atlantis"),
        ({"holidays": "DE-XX"}, "There are no public holidays for DE-XX"),
        ({"holidays_by_place": "Lingen"}, "Write each location like this"),
        ({"holidays_by_place": "=NL"}, "Write each location like this"),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_that_was_written_is_lost(
    root: httpx.AsyncClient, world: World, wrong: dict[str, str], said: str
) -> None:
    refused = await act(root, "/admin/policy", **CHOICE, **{**GIVEN, **wrong})
    assert refused.status_code == 422 and said in refused.text
    assert next(iter(wrong.values())) in refused.text and 'value="Harbour"' in refused.text
    assert (await held(world)).question_hours == 8
