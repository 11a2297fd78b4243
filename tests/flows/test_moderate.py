"""Deciding is all or nothing."""

import pytest

from tests.world import World
from weetwie.context import Context
from weetwie.domain.moderation import reports
from weetwie.errors import NotFound
from weetwie.flows import moderate


async def test_a_report_about_somebody_else_decides_nothing(world: World) -> None:
    mo, bo = await world.member("mo", is_moderator=True), await world.member("bo")
    cy = await world.member("cy")
    report = await reports.report(world.db, await world.viewer(bo), cy.id)
    context = Context(world.db, await world.viewer(mo), world.site)
    with pytest.raises(NotFound):
        await moderate.decide(context, bo.id, "suspend", "No", report.id)
    assert await world.connection.fetchval("select suspended_at is null from people where id = $1", bo.id)
    assert await world.connection.fetchval("select count(*) from decisions") == 0
