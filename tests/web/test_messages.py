"""A conversation as a script asks for it while it is open, and what of it is covered by a warning."""

import httpx

from tests.site import act, text_of
from tests.world import Someone, World
from weetwie.access.enums import Visibility


async def test_a_script_gets_the_lines_of_a_conversation_alone(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    bo = await world.member("bo", name="Bo")
    first = await world.post(bo, "psst", visibility=Visibility.direct, mentions=[ada])
    answered = await act(site, f"/messages/{first}", text="what is it?")
    written = int(answered.headers["location"].removeprefix("/messages/").removesuffix("#write"))
    assert written > first, "it leads to what was written last"
    lines = await site.get(f"/messages/{first}?lines=1")
    assert 'class="says"' in lines.text and "<form" not in lines.text
    assert "psst" in text_of(lines) and "what is it?" in text_of(lines)


async def test_messages_stand_in_their_own_room_and_not_on_home(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    await world.member("bo")
    await act(site, "/posts", text="the oldest post")
    for number in range(22):
        await act(site, "/messages/new", to="@bo", text=f"message {number}")
    home = text_of(await site.get("/"))
    assert "the oldest post" in home and "message 3" not in home
    assert "message 21" in text_of(await site.get("/messages"))


async def test_what_stands_behind_a_warning_stays_behind_it(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    bo = await world.member("bo", name="Bo")
    open_one = await world.post(bo, "the end of the film is sad", warning="Spoiler")
    message = await world.post(
        bo, "the butler did it", warning="The ending", visibility=Visibility.direct, mentions=[ada]
    )
    await world.post(bo, "as I said", visibility=Visibility.direct, mentions=[ada], reply_to=open_one)
    page = await site.get(f"/messages/{message}")
    assert "<details><summary>The ending</summary>" in page.text
    assert page.text.count("the butler did it") == 1, "behind the warning, and not in the list"
    assert "Spoiler" in page.text and "film is sad" not in page.text
