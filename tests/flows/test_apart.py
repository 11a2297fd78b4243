"""What is done by the clock for many people goes on with the others where it fails for one."""

from datetime import timedelta
from typing import Any

import pytest

from tests.world import World
from weetwie.context import of_system
from weetwie.database.pool import Db
from weetwie.domain.people import leave
from weetwie.domain.posts.rules import Draft
from weetwie.flows import offboard, publish
from weetwie.runtime import clock


async def test_who_cannot_leave_keeps_nobody_else_here(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    yesterday = clock.now() - timedelta(days=1)
    people = [await world.member(handle, until=yesterday) for handle in ("ada", "bo", "cy")]
    really = leave.leave

    async def fails_for_the_first(db: Db, viewer: Any, person_id: int, why: str) -> None:
        await really(db, viewer, person_id, why)
        if person_id == people[0].id:
            raise ValueError("a fault")

    monkeypatch.setattr(leave, "leave", fails_for_the_first)
    await offboard.leave_due(await of_system(world.db, world.site))
    standing = {
        row["handle"]: row["standing"]
        for row in await world.connection.fetch(
            "select handle, standing from people where until is not null or left_at is not null"
        )
    }
    assert standing["ada"] == 0, "what was begun is undone"
    assert standing["bo"] == standing["cy"] == 1


async def test_a_scheduled_post_that_cannot_be_read_is_told_and_holds_up_no_other(world: World) -> None:
    ada = await world.member("ada")
    context = (await of_system(world.db, world.site)).by(await world.viewer(ada))
    ids = [
        await publish.schedule(context, Draft(text=text), None, clock.now() + timedelta(hours=1))
        for text in ("First", "Second")
    ]
    await world.connection.execute(
        'update scheduled_posts set written = \'{"draft": {"text": 5}}\'::jsonb, at = now() where id = $1',
        ids[0],
    )
    await world.connection.execute("update scheduled_posts set at = now() - interval '1 minute'")
    await publish.publish_due(await of_system(world.db, world.site))
    texts = [row["text"] for row in await world.connection.fetch("select text from post_texts")]
    assert texts == ["Second"]
