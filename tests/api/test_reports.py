"""Reports: made at the client API, read and closed on the command line's side."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.api.people_at_the_door import Door, opened
from weetwie.access.enums import Visibility
from weetwie.database.paging import END
from weetwie.domain.moderation import reports
from weetwie.errors import Forbidden, NotFound
from weetwie.events import PersonErased


@pytest.fixture
async def door(dsn: str) -> AsyncIterator[Door]:
    async with opened(dsn) as door:
        yield door


async def test_a_report_keeps_what_the_reporter_saw_for_administrators_alone(door: Door) -> None:
    world = door.world
    ada, bo, cy = [await world.member(handle, is_admin=handle == "cy") for handle in ("ada", "bo", "cy")]
    bad = await world.post(bo, "You are all fools")
    made = await door.post(
        ada, "Report", "/api/v1/reports", account_id=str(bo.id), status_ids=[str(bad)], comment="rude"
    )
    assert (made["category"], made["action_taken"], made["status_ids"]) == ("other", False, [str(bad)])
    assert made["target_account"]["acct"] == "bo"
    await door.ask(bo, "DELETE", f"/api/v1/statuses/{bad}")
    admin, reporter = await world.viewer(cy), await world.viewer(ada)
    (waiting,) = await reports.reports(world.db, admin, below=END)
    assert [post["text"] for post in waiting.posts] == ["You are all fools"]
    assert waiting.by_id == ada.id
    with pytest.raises(Forbidden):
        await reports.reports(world.db, reporter, below=END)
    await reports.close(world.db, admin, waiting.id)
    assert await reports.reports(world.db, admin, below=END) == []
    assert await reports.how_many_wait(world.db) == 0
    await reports.open_again(world.db, admin, waiting.id)
    assert await reports.how_many_wait(world.db) == 1
    with pytest.raises(NotFound):
        await reports.close(world.db, admin, 99)


async def test_only_what_one_sees_is_reported(door: Door) -> None:
    world = door.world
    ada, bo, cy = [await world.member(handle) for handle in ("ada", "bo", "cy")]
    secret = await world.post(bo, "psst", visibility=Visibility.direct)
    others = await world.post(cy, "hello")
    for given, status in (
        ({"account_id": str(bo.id), "status_ids": [str(secret)]}, 404),
        ({"account_id": str(bo.id), "status_ids": [str(others)]}, 404),
        ({"account_id": "99"}, 404),
        ({"account_id": str(ada.id)}, 422),
        ({"account_id": str(bo.id), "comment": "x" * 1001}, 422),
        ({"account_id": str(bo.id), "rule_ids": ["7"]}, 422),
        ({"account_id": str(bo.id), "category": "ugly"}, 422),
        ({}, 422),
    ):
        await door.ask(ada, "POST", "/api/v1/reports", status=status, **given)
    assert await reports.how_many_wait(world.db) == 0


async def test_a_report_goes_with_whom_it_is_about_and_in_its_time(door: Door) -> None:
    world = door.world
    ada, bo, cy = [await world.member(handle, is_admin=handle == "cy") for handle in ("ada", "bo", "cy")]
    await door.post(ada, "Report", "/api/v1/reports", account_id=str(bo.id))
    await door.post(bo, "Report", "/api/v1/reports", account_id=str(ada.id))
    admin = await world.viewer(cy)
    await world.erase(bo)
    await reports.erased(world.db, admin, [PersonErased(bo.id)])
    (left,) = await reports.reports(world.db, admin, below=END)
    assert (left.about_id, left.by_id) == (ada.id, None)
    await reports.close(world.db, admin, left.id)
    await reports.sweep(world.db)
    assert len(await reports.reports(world.db, admin, with_closed=True, below=END)) == 1
    await world.connection.execute(
        "update reports set closed_at = closed_at - $1::interval", reports.KEPT + timedelta(days=1)
    )
    await reports.sweep(world.db)
    assert await reports.reports(world.db, admin, with_closed=True, below=END) == []
