"""Emoji of the organisation's own, in texts, names, polls and reactions."""

import io
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from tests.api.people_at_the_door import BASE, Door, opened
from weetwie.access.viewer import Viewer, system
from weetwie.domain.announcements.announcements import announce
from weetwie.domain.policy import choose, emojis
from weetwie.errors import Conflict, Forbidden, Invalid, NotFound
from weetwie.runtime import clock


@pytest.fixture
async def door(dsn: str) -> AsyncIterator[Door]:
    async with opened(dsn) as door:
        yield door


def drawn(*sides: int, **options: Any) -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGBA", (sides[0], sides[-1]), colour) for colour in ("red", "blue")]
    if options:
        frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], **options)
    else:
        frames[0].save(out, "PNG")
    return out.getvalue()


async def house(door: Door) -> Viewer:
    return system((await door.world.viewer()).policy)


async def add(door: Door, name: str, content: bytes) -> None:
    async with door.world.database.transaction() as db:
        await emojis.add(
            db, await house(door), door.world.store, name, emojis.readable(content), category="Work"
        )


def codes(of: Any) -> list[str]:
    return [one["shortcode"] for one in of["emojis"]]


async def test_an_emoji_shows_wherever_its_name_stands_as_soon_as_it_is_there(door: Door) -> None:
    ada = await door.world.member("ada", name="Ada :pump:")
    post = await door.world.post(ada, "new :pump: and:pump:not here")
    assert codes(await door.get(ada, "Status", f"/api/v1/statuses/{post}")) == []
    await add(door, "pump", drawn(300, 200))
    shown = await door.get(ada, "Status", f"/api/v1/statuses/{post}")
    assert (codes(shown), codes(shown["account"])) == (["pump"], ["pump"])
    (listed,) = await door.get(None, "CustomEmoji[]", "/api/v1/custom_emojis")
    assert (listed["category"], listed["visible_in_picker"]) == ("Work", True)
    picture = await door.ask(None, "GET", listed["url"].removeprefix(BASE))
    assert Image.open(io.BytesIO(picture.body)).size == (128, 85)
    async with door.world.database.transaction() as db:
        await emojis.remove(db, await house(door), door.world.store, "pump")
    assert codes(await door.get(ada, "Status", f"/api/v1/statuses/{post}")) == []
    await door.ask(None, "GET", listed["url"].removeprefix(BASE), status=404)


async def test_a_moving_emoji_has_a_still_one_too(door: Door) -> None:
    await add(door, "party", drawn(40, duration=80, loop=0))
    (listed,) = await door.get(None, "CustomEmoji[]", "/api/v1/custom_emojis")
    assert listed["static_url"] != listed["url"]
    moving = await door.ask(None, "GET", listed["url"].removeprefix(BASE))
    still = await door.ask(None, "GET", listed["static_url"].removeprefix(BASE))
    assert getattr(Image.open(io.BytesIO(moving.body)), "n_frames", 1) == 2
    assert getattr(Image.open(io.BytesIO(still.body)), "n_frames", 1) == 1


async def test_one_reacts_with_them_to_announcements(door: Door) -> None:
    ada = await door.world.member("ada")
    await add(door, "pump", drawn(20))
    async with door.world.database.transaction() as db:
        id = await announce(db, await house(door), "Hot :pump:", ends_at=clock.now() + timedelta(days=1))
    await door.ask(ada, "PUT", f"/api/v1/announcements/{id}/reactions/pump")
    await door.ask(ada, "PUT", f"/api/v1/announcements/{id}/reactions/pipe", status=422)
    (told,) = await door.get(ada, "Announcement[]", "/api/v1/announcements")
    assert codes(told) == ["pump"]
    assert told["reactions"][0]["url"].startswith(f"{BASE}/emoji/")


async def test_what_is_not_right_is_refused_with_a_reason(door: Door) -> None:
    await add(door, "pump", drawn(20))
    with pytest.raises(Conflict):
        await add(door, "pump", drawn(20))
    for name, content in (
        ("p", drawn(20)),
        ("a b", drawn(20)),
        ("fine", b"no picture"),
        ("big", b"x" * (emojis.LARGEST + 1)),
    ):
        with pytest.raises(Invalid):
            await add(door, name, content)
    ada = await door.world.viewer(await door.world.member("ada"))
    async with door.world.database.transaction() as db:
        with pytest.raises(Forbidden):
            await emojis.remove(db, ada, door.world.store, "pump")
        with pytest.raises(NotFound):
            await emojis.remove(db, await house(door), door.world.store, "pipe")


async def test_the_organisation_chooses_anew_and_what_cannot_be_chosen_changes_nothing(door: Door) -> None:
    async with door.world.database.transaction() as db:
        await choose.choose(db, await house(door), {"name": "Pumps & Co", "rules": ["Be kind"]})
    assert (await door.get(None, "Instance", "/api/v2/instance"))["title"] == "Pumps & Co"
    for wrong in ({"nmae": "x"}, {"version": 7}, {"widest_ring": 9}, {"longest_post": "long"}):
        async with door.world.database.transaction() as db:
            with pytest.raises(Invalid):
                await choose.choose(db, await house(door), wrong)
    assert [rule["text"] for rule in await door.get(None, "Rule[]", "/api/v1/instance/rules")] == ["Be kind"]
