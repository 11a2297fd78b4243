"""What a server remembers of a page for a minute: it never shows what the law hides by then, and one's own act shows at once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.site import act, browser, give_password, sign_in, text_of
from tests.world import Someone, World
from weetwie.runtime import clock
from weetwie.runtime.for_a_while import ForAWhile


@pytest.fixture
async def bo(world: World) -> Someone:
    return await world.member("bo", name="Bo")


async def tagged(world: World, author: Someone, tag: str, **more: Any) -> int:
    return await world.post(author, f"About #{tag}", tags=[tag], **more)


async def this_week(site: httpx.AsyncClient) -> str:
    """What stands beside the timelines, and in no post."""
    page = await site.get("/bookmarks")
    assert page.status_code == 200, page.text
    return page.text


async def also(world: World, handle: str) -> httpx.AsyncClient:
    """Another colleague's browser."""
    someone = await world.member(handle, name=handle.title())
    await give_password(world, someone)
    return browser(world)


async def test_a_tag_goes_from_beside_with_the_last_post_that_has_it(
    world: World, site: httpx.AsyncClient, bo: Someone
) -> None:
    post = await tagged(world, bo, "pumps")
    assert "#pumps" in await this_week(site)
    assert "#pumps" in await this_week(site), "the second time it is remembered"
    await world.delete(post)
    assert "#pumps" not in await this_week(site)


async def test_a_tag_of_somebody_suspended_goes_at_once(
    world: World, site: httpx.AsyncClient, bo: Someone
) -> None:
    await tagged(world, bo, "pumps")
    assert "#pumps" in await this_week(site)
    await world.suspend(bo)
    assert "#pumps" not in await this_week(site)


async def test_who_blocks_mutes_or_is_blocked_is_not_shown_what_others_were(
    world: World, ada: Someone, site: httpx.AsyncClient, bo: Someone
) -> None:
    await tagged(world, bo, "pumps")
    async with await also(world, "cleo") as other:
        await sign_in(other, "cleo")
        assert "#pumps" in await this_week(other)
        assert "#pumps" in await this_week(site)
        await world.mute(ada, bo)
        assert "#pumps" not in await this_week(site)
        await world.connection.execute("delete from mutes")
        assert "#pumps" in await this_week(site)
        await world.block(bo, ada)
        assert "#pumps" not in await this_week(site)
        assert "#pumps" in await this_week(other)


async def test_a_guest_is_never_shown_what_was_worked_out_for_colleagues(
    world: World, ada: Someone, site: httpx.AsyncClient, bo: Someone
) -> None:
    await tagged(world, bo, "pumps")
    assert "#pumps" in await this_week(site)
    guest = await world.guest("gus", sponsor=ada)
    await give_password(world, guest)
    async with browser(world) as theirs:
        await sign_in(theirs, "gus")
        assert "#pumps" not in await this_week(theirs), "it is for colleagues"


async def test_what_one_does_shows_at_once_though_the_rest_is_remembered(
    world: World, ada: Someone, site: httpx.AsyncClient, bo: Someone
) -> None:
    home = text_of(await site.get("/"))
    assert "My followers · 0" in home and "Pump people" not in home
    await world.follow(bo, ada)
    assert "My followers · 1" in text_of(await site.get("/"))
    await act(site, "/lists", title="Pump people")
    assert "Pump people" in text_of(await site.get("/"))
    question = await tagged(world, bo, "valves", is_question=True)
    assert "Can you help?" not in text_of(await site.get("/"))
    await world.follow_tag(ada, "valves")
    assert "Can you help?" in text_of(await site.get("/"))
    await world.post(ada, "That one", reply_to=question)
    assert "you answered <b>1</b> question" in (await site.get("/")).text


async def test_who_blocks_somebody_does_not_count_them_among_their_readers(
    world: World, ada: Someone, site: httpx.AsyncClient, bo: Someone
) -> None:
    assert "Colleagues · 1" in text_of(await site.get("/"))
    await world.block(ada, bo)
    assert "Colleagues · 0" in text_of(await site.get("/"))


def test_what_is_remembered_goes_after_its_time_and_by_number() -> None:
    begin = datetime(2026, 5, 4, 9, tzinfo=UTC)
    clock.stop(begin)
    try:
        lately = ForAWhile[str, int](2, timedelta(minutes=1))
        for number, name in enumerate(("one", "two", "three")):
            lately.put(name, number)
        assert (lately.get("one"), lately.get("two"), lately.get("three")) == (None, 1, 2)
        clock.stop(begin + timedelta(seconds=59))
        assert lately.get("two") == 1
        clock.stop(begin + timedelta(seconds=60))
        assert lately.get("two") is None
    finally:
        clock.stop(None)
