"""An account in a chat is linked by a link that it alone was shown, opened while logged in; and the link ends with the person's access."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import httpx
import pytest

from tests.chat.talking import Slack, connect, link_in
from tests.site import act, browser, form_of, give_password, sign_in
from tests.world import Someone, World
from weetwie.access.enums import Ring
from weetwie.access.viewer import system
from weetwie.domain.chat import accounts, rules
from weetwie.domain.exports import everything
from weetwie.domain.identity import passwords
from weetwie.domain.people import erase
from weetwie.domain.people.leave import leave
from weetwie.domain.people.suspend import suspend
from weetwie.runtime import clock


@pytest.fixture(autouse=True)
async def _switched_on(world: World) -> None:
    await world.policy(connections=["chat"], widest_ring=Ring.world)
    bo = await world.member("bo")
    await world.post(bo, "Frequency converters trip when the earth lead is loose")


@pytest.fixture
async def slack(world: World) -> AsyncIterator[Slack]:
    await connect(world, "slack")
    async with browser(world) as client:
        yield Slack(client)


async def sees(slack: Slack) -> bool:
    return "earth lead" in (await slack.who("frequency converters"))["text"]


async def link(site: httpx.AsyncClient, slack: Slack) -> httpx.Response:
    path = link_in((await slack.who("link"))["text"])
    return await site.post(path, data=form_of(await site.get(path)) | {"decision": "link"})


async def test_the_page_says_which_account_would_see_what(
    world: World, ada: Someone, site: httpx.AsyncClient, slack: Slack
) -> None:
    page = (await site.get(link_in((await slack.who("link"))["text"]))).text
    for words in (
        "Link @ada.on.slack to Weetwie?",
        "in Our slack (Slack) would get answers as @ada",
        "including posts only for colleagues",
        "Not direct messages, posts for followers only, or your settings",
        "Anyone who sent you this link would see what you see.",
    ):
        assert words in page.replace("&#39;", "'"), words


async def test_nothing_is_linked_before_its_person_has_agreed_and_nothing_when_they_do_not(
    world: World, site: httpx.AsyncClient, slack: Slack
) -> None:
    path = link_in((await slack.who("link"))["text"])
    page = await site.get(path)
    assert not await sees(slack)
    path = link_in((await slack.who("link"))["text"])
    page = await site.get(path)
    answer = await site.post(path, data=form_of(page) | {"decision": "no"})
    assert answer.headers["location"] == "/settings/chat"
    assert "expired or was already used" in (await site.get(path)).text
    assert not await sees(slack)


async def test_a_link_is_good_once_for_ten_minutes_and_until_the_next_one(
    world: World, site: httpx.AsyncClient, slack: Slack, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = [link_in((await slack.who("link"))["text"]) for _one in range(2)]
    assert (await site.get(first)).status_code == 422
    form = form_of(await site.get(second)) | {"decision": "link"}
    assert (await site.post(second, data=form)).headers["location"] == "/settings/chat?saved=1"
    again = await site.post(second, data=form)
    assert again.status_code == 422 and "expired or was already used" in again.text
    await act(
        site, f"/settings/chat/{await world.connection.fetchval('select id from chat_accounts')}/unlink"
    )
    third = link_in((await slack.who("link"))["text"])
    later = clock.now() + rules.LINK_LASTS + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert (await site.get(third)).status_code == 422
    assert await accounts.sweep(world.db) == 1


async def test_whoever_is_not_logged_in_logs_in_first(world: World, slack: Slack) -> None:
    path = link_in((await slack.who("link"))["text"])
    await give_password(world, await world.member("cy"))
    async with browser(world) as site:
        answer = await site.get(path)
        assert answer.status_code == 303 and "/auth/sign_in" in answer.headers["location"]
        back = await sign_in(site, "cy", go_on=path)
        assert back.headers["location"] == path
        assert (await site.get(path)).status_code == 200
        forged = await site.post(path, data={"decision": "link"})
        assert forged.status_code == 403


async def test_it_is_ended_among_the_settings_and_in_the_chat(
    world: World, ada: Someone, site: httpx.AsyncClient, slack: Slack
) -> None:
    await link(site, slack)
    assert await sees(slack)
    assert "linked to @ada" in (await slack.who("link"))["text"]
    page = (await site.get("/settings/chat")).text
    assert "@ada.on.slack" in page and "Our slack" in page
    id = await world.connection.fetchval("select id from chat_accounts")
    assert (await act(site, f"/settings/chat/{id}/unlink")).status_code == 303
    assert not await sees(slack)
    assert (await act(site, f"/settings/chat/{id}/unlink")).status_code == 404
    await link(site, slack)
    assert "no longer linked" in (await slack.who("unlink"))["text"]
    assert not await sees(slack)
    assert "isn't linked" in (await slack.who("ontkoppel"))["text"]
    acts = await world.connection.fetch(
        "select act from account_events where person_id = $1 order by id", ada.id
    )
    assert [row["act"] for row in acts if row["act"].startswith("chat.")] == ["chat.link", "chat.unlink"] * 2


async def test_nobody_unlinks_the_account_of_somebody_else(
    world: World, site: httpx.AsyncClient, slack: Slack
) -> None:
    await give_password(world, await world.member("cy"))
    async with browser(world) as theirs:
        await sign_in(theirs, "cy")
        await link(theirs, slack)
    id = await world.connection.fetchval("select id from chat_accounts")
    assert (await act(site, f"/settings/chat/{id}/unlink")).status_code == 404
    assert "@ada.on.slack" not in (await site.get("/settings/chat")).text


async def test_an_account_that_is_linked_anew_is_taken_from_whose_it_was_and_they_hear_of_it(
    world: World, ada: Someone, site: httpx.AsyncClient, slack: Slack
) -> None:
    path = link_in((await slack.who("link"))["text"])
    cy = await world.member("cy")
    await world.connection.execute(
        "insert into chat_accounts (chat_id, account, person_id) select id, 'T0001/U2147483697', $1 from chats",
        cy.id,
    )
    await site.post(path, data=form_of(await site.get(path)) | {"decision": "link"})
    rows = await world.connection.fetch("select person_id from chat_accounts")
    assert [row["person_id"] for row in rows] == [ada.id]
    told = await world.connection.fetchrow(
        "select act, by_id from account_events where person_id = $1", cy.id
    )
    assert (told["act"], told["by_id"]) == ("chat.unlink", ada.id)


async def leaves(world: World, ada: Someone) -> None:
    async with world.database.transaction() as db:
        await leave(db, system((await world.viewer()).policy), ada.id)


async def is_suspended(world: World, ada: Someone) -> None:
    chief = await world.member("chief", is_admin=True)
    async with world.database.transaction() as db:
        await suspend(db, await world.viewer(chief), ada.id)


async def sets_a_password(world: World, ada: Someone) -> None:
    hashed = await passwords.hashed("four other words here")
    async with world.database.transaction() as db:
        await passwords.put(db, await world.viewer(ada), ada.id, hashed)


async def is_erased(world: World, ada: Someone) -> None:
    async with world.database.transaction() as db:
        await erase.erase(db, system((await world.viewer()).policy), ada.id)


@pytest.mark.parametrize("ends", [leaves, is_suspended, sets_a_password, is_erased])
async def test_it_ends_in_the_act_with_the_access_of_its_person(
    world: World,
    ada: Someone,
    site: httpx.AsyncClient,
    slack: Slack,
    ends: Callable[[World, Someone], Awaitable[None]],
) -> None:
    await link(site, slack)
    assert await sees(slack)
    await ends(world, ada)
    assert await world.connection.fetchval("select count(*) from chat_accounts") == 0
    assert not await sees(slack)


async def test_who_sleeps_or_whose_end_has_come_is_nobody_there(
    world: World, ada: Someone, site: httpx.AsyncClient, slack: Slack
) -> None:
    await link(site, slack)
    for change in (
        {"is_dormant": True, "standing": 1},
        {"is_dormant": False, "standing": 2, "until": clock.now() - timedelta(hours=1)},
    ):
        await world.change(ada, **change)
        assert not await sees(slack)
        assert "Link your account" in (await slack.who("ask Why?"))["text"]
    await world.change(ada, standing=0, until=None)
    assert await sees(slack)


async def test_while_chat_is_off_nobody_is_answered_and_nothing_of_it_is_there(
    world: World, site: httpx.AsyncClient, slack: Slack
) -> None:
    path = link_in((await slack.who("link"))["text"])
    await world.policy(connections=[])
    assert (await slack.send(slack.command("converters"))).status_code == 404
    for at in (path, "/settings/chat"):
        assert (await site.get(at)).status_code == 404
    assert "/settings/chat" not in (await site.get("/settings")).text


async def test_what_is_linked_is_in_the_export_of_its_person_without_secrets(
    world: World, ada: Someone, site: httpx.AsyncClient, slack: Slack
) -> None:
    await link(site, slack)
    (told,) = await everything.of(world.db, await world.viewer(ada), "chat_accounts")
    assert (told["account"], told["name"]) == ("T0001/U2147483697", "@ada.on.slack")


async def test_secrets_of_chats_are_sealed_and_one_of_a_lost_key_is_entered_again(
    world: World, ada: Someone, site: httpx.AsyncClient, slack: Slack
) -> None:
    row = await world.connection.fetchrow("select * from chats")
    assert b"8f742231" not in bytes(row["secrets"])
    await world.connection.execute(
        "update chats set secrets = substr(secrets, 1, 20) || '\\x00'::bytea || substr(secrets, 22)"
    )
    assert (await slack.send(slack.command("converters"))).status_code == 401
    await world.change(ada, is_admin=True)
    answer = await act(site, "/admin/connections/chat/test")
    assert answer.status_code == 422 and "Enter them again." in answer.text
