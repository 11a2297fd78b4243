"""No post stands in a list without the line that it answers, and a conversation is one item of Home."""

import re
from html import unescape

import httpx
import pytest

from tests.site import act
from tests.world import Someone, World


@pytest.fixture
async def people(world: World, ada: Someone) -> dict[str, Someone]:
    return {handle: await world.member(handle, name=handle.title()) for handle in ("bo", "cy", "dee")}


async def items(site: httpx.AsyncClient, at: str = "/") -> list[str]:
    """The items of a list as plain text, without its buttons. Ada follows Bo and Cy, and nobody else."""
    for handle in ("bo", "cy"):
        await act(site, f"/@{handle}/follow")
    feed = (await site.get(at)).text.partition('role="feed"')[2].partition("</main>")[0]
    pieces = re.split(r'<(?:div class="item"|p class="older"|p class="up-to-date")', feed)[1:]
    texts = [re.sub(r"^[^>]*>|<footer.*?</footer>|<[^>]+>", " ", one, flags=re.DOTALL) for one in pieces]
    return [unescape(" ".join(text.split())) for text in texts if text.strip()][: feed.count('class="item"')]


async def test_several_replies_of_one_conversation_are_one_item_with_its_first_and_its_last_post(
    world: World, site: httpx.AsyncClient, people: dict[str, Someone]
) -> None:
    first = await world.post(people["bo"], "The pump hums")
    second = await world.post(people["cy"], "Which one", reply_to=first)
    await world.post(people["bo"], "The left one", reply_to=second)
    await world.post(people["cy"], "Oil it", reply_to=first)
    (item,) = await items(site)
    assert re.search("The pump hums.*2 more replies.*Oil it", item)
    assert "Which one" not in item and "The left one" not in item


async def test_the_first_post_of_a_conversation_stands_there_also_when_its_author_is_not_followed(
    world: World, site: httpx.AsyncClient, people: dict[str, Someone]
) -> None:
    first = await world.post(people["dee"], "The gate sticks")
    await world.post(people["bo"], "Grease it", reply_to=first)
    await world.post(people["cy"], "Or file it", reply_to=first)
    (item,) = await items(site)
    assert re.search("The gate sticks.*1 more reply.*Or file it", item)


async def test_a_reply_by_itself_bears_the_line_that_it_answers(
    world: World, site: httpx.AsyncClient, people: dict[str, Someone]
) -> None:
    first = await world.post(people["dee"], "The gate sticks")
    await world.post(people["bo"], "Grease it", reply_to=first)
    warned = await world.post(people["dee"], "A hand was hurt", warning="An accident")
    await world.post(people["cy"], "Get well", reply_to=warned)
    newest, oldest = await items(site)
    assert re.search("^Dee The gate sticks.*Grease it", oldest)
    assert re.search("^Dee An accident.*Get well", newest) and "A hand was hurt" not in newest


async def test_of_a_post_that_one_does_not_see_nothing_is_told_but_that_it_was_answered(
    world: World, ada: Someone, site: httpx.AsyncClient, people: dict[str, Someone]
) -> None:
    hidden = await world.post(people["dee"], "Zqhidden")
    await world.block(people["dee"], ada)
    await world.post(people["bo"], "Quite so", reply_to=hidden)
    await world.post(people["cy"], "Indeed", reply_to=hidden)
    (item,) = await items(site)
    assert "Zqhidden" not in item and "@dee" not in item
    assert item.startswith("Replying to a post you can't see")
    assert re.search("Quite so.*Indeed", item)


async def test_an_accepted_answer_stands_inside_its_question(
    world: World, site: httpx.AsyncClient, people: dict[str, Someone]
) -> None:
    question = await world.post(people["dee"], "Who has the key?", is_question=True)
    answer = await world.post(people["bo"], "I do", reply_to=question)
    await world.post(people["dee"], "Thank you", reply_to=answer)
    await world.connection.execute("update posts set answer_id = $1 where id = $2", answer, question)
    (item,) = await items(site)
    assert re.search("Who has the key.*Bo Accepted answer I do.*1 more reply", item)
    (alone,) = [one for one in await items(site, "/@bo?tab=answers") if "I do" in one]
    assert alone.startswith("Dee Who has the key?"), "where one looks for the reply, the reply stands"


async def test_a_conversation_goes_on_where_the_page_before_ended(
    world: World, site: httpx.AsyncClient, people: dict[str, Someone]
) -> None:
    first = await world.post(people["bo"], "It began")
    for number in range(25):
        await world.post(people["cy"], f"Reply {number}", reply_to=first)
    assert len(await items(site)) == 1
    page = await site.get("/")
    (older,) = re.findall(r'href="(/\?max_id=\d+)" rel="next"', page.text)
    (item,) = await items(site, older)
    assert re.search("It began.*Reply 4", item)
