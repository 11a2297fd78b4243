"""Deciding is all or nothing."""

import pytest

from tests.world import World
from weetwie.context import Context
from weetwie.domain.moderation import decisions, reporting
from weetwie.errors import Conflict, Forbidden, NotFound
from weetwie.flows import moderate


async def test_a_report_about_somebody_else_decides_nothing(world: World) -> None:
    mo, bo = await world.member("mo", is_moderator=True), await world.member("bo")
    cy = await world.member("cy")
    report = await reporting.report(world.db, await world.viewer(bo), cy.id)
    context = Context(world.db, await world.viewer(mo), world.site)
    with pytest.raises(NotFound):
        await moderate.decide(context, bo.id, "suspend", "No", report.id)
    assert await world.connection.fetchval("select suspended_at is null from people where id = $1", bo.id)
    assert await world.connection.fetchval("select count(*) from decisions") == 0


async def test_who_is_suspended_from_the_list_of_people_is_told_and_may_object(world: World) -> None:
    pia, bo = await world.member("pia", is_people_admin=True), await world.member("bo")
    context = Context(world.db, await world.viewer(pia), world.site)
    await moderate.suspend_now(context, bo.id)
    (decision,) = await decisions.about(world.db, bo.id)
    assert decision.kind == "suspend"
    with pytest.raises(Conflict):
        await moderate.suspend_now(context, bo.id)
    assert len(await decisions.about(world.db, bo.id)) == 1


async def test_who_looks_after_people_only_suspends(world: World) -> None:
    pia, bo = await world.member("pia", is_people_admin=True), await world.member("bo")
    context = Context(world.db, await world.viewer(pia), world.site)
    with pytest.raises(Forbidden):
        await moderate.decide(context, bo.id, "warn", "Mind your words.")
