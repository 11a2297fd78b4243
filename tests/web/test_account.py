"""What is done to how somebody signs in: links go to their owner alone, and every change is told to the person."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from tests.letters import taken
from tests.site import (
    PASSWORD,
    Choices,
    act,
    browser,
    code_for,
    consent_address,
    form_of,
    give_password,
    register,
    send,
    sign_in,
    text_of,
)
from tests.web.test_one_time import turn_on
from tests.world import Someone, World
from weetwie.access.viewer import system
from weetwie.app import build
from weetwie.domain.identity import account, addresses, identities, import_, links, one_time, passkeys, tokens
from weetwie.errors import Refusal
from weetwie.runtime import clock
from weetwie.worker import Worker, drain

HOUSE = "https://house.example"


def mailing(world: World) -> httpx.AsyncClient:
    application = build(Choices(), world.database, replace(world.site, sends_mail=True))
    transport = httpx.ASGITransport(application, client=("192.0.2.7", 1), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=HOUSE)


@pytest.fixture
async def root(world: World) -> Someone:
    root = await world.member("root", name="Root", is_people_admin=True)
    await give_password(world, root)
    return root


@pytest.fixture
async def bo(world: World) -> Someone:
    bo = await world.member("bo", name="Bo")
    await give_password(world, bo)
    return bo


@pytest.fixture
async def office(world: World, root: Someone) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who looks after people, where letters are sent."""
    async with mailing(world) as office:
        await sign_in(office, "root")
        yield office


async def told(world: World) -> list[tuple[str, str]]:
    """To whom letters go, and what they say; those that were written before are gone."""
    await drain(Worker(world.database, replace(world.site, sends_mail=True)))
    return [(one.address, one.text) for one in await taken(world)]


async def settle(world: World, person: Someone, *own: str) -> None:
    for address in own:
        await addresses.add(world.db, person.id, address, is_verified=True)
    await told(world)


# Links that somebody else makes


async def test_a_link_that_is_made_for_somebody_goes_to_their_own_address_and_nowhere_else(
    office: httpx.AsyncClient, world: World, bo: Someone
) -> None:
    await settle(world, bo, "bo@house.example")
    shown = await act(office, "/admin/people/bo/link")
    assert "/auth/password/" not in shown.text
    assert "sent the link to one of their addresses" in text_of(shown)
    letters = await told(world)
    assert {address for address, _text in letters} == {"bo@house.example"}
    link = next(one for _to, text in letters for one in re.findall(r"/auth/password/\S+", text))
    async with mailing(world) as site:
        assert (await send(site, link, password="five words and one more")).status_code == 303
    row = await world.connection.fetchrow(
        "select ids, actor_id from audit where act = 'person.link' and subject_id = $1", bo.id
    )
    assert row["ids"] == {"shown": 0} and row["actor_id"] is not None


async def test_an_address_that_nobody_has_shown_to_be_theirs_gets_no_link(
    office: httpx.AsyncClient, world: World, bo: Someone
) -> None:
    await addresses.add(world.db, bo.id, "mallory@elsewhere.example")
    shown = await act(office, "/admin/people/bo/link")
    assert "/auth/password/" in shown.text
    assert await told(world) == []


@pytest.mark.parametrize("sends_mail", [True, False])
async def test_a_link_that_was_shown_is_told_at_each_sign_in_and_for_good(
    world: World, root: Someone, bo: Someone, sends_mail: bool
) -> None:
    open_site = mailing if sends_mail else browser
    async with open_site(world) as office, open_site(world) as site, open_site(world) as other:
        await sign_in(office, "root")
        shown = await act(office, "/admin/people/bo/link")
        link = re.findall(r"https://house\.example(/auth/password/[\w-]+)", shown.text)[0]
        await send(site, link, password="mallory chose these words")
        await sign_in(site, "bo", "mallory chose these words")
        for at in ("/", "/people", "/settings/sign-in"):
            page = text_of(await site.get(at))
            assert "others could see it" in page and "Root (@root)" in page
        home = await site.get("/")
        await site.post("/settings/sign-in/read?next=/", data=form_of(home))
        assert "others could see it" not in (await site.get("/")).text
        assert "others could see it" in (await site.get("/settings/sign-in")).text
        await sign_in(other, "bo", "mallory chose these words")
        assert "others could see it" in (await other.get("/")).text, (
            "reading it in one browser hides it there"
        )
        clock.stop(clock.now() + timedelta(days=300))
        await sign_in(other, "bo", "mallory chose these words")
        assert "others could see it" in (await other.get("/settings/sign-in")).text


async def test_it_is_told_where_somebody_signs_in_for_an_app(
    world: World, root: Someone, bo: Someone
) -> None:
    async with browser(world) as office, browser(world) as site:
        await sign_in(office, "root")
        await act(office, "/admin/people/bo/link")
        await sign_in(site, "bo")
        app = await register(site)
        assert "others could see it" in (await site.get(consent_address(app))).text


async def test_whoever_is_made_with_an_address_gets_their_link_there(
    office: httpx.AsyncClient, world: World
) -> None:
    made = await act(office, "/admin/people", handle="cleo", name="Cleo", address="cleo@house.example")
    assert made.status_code == 200 and "/auth/password/" not in made.text
    letters = await told(world)
    assert any("/auth/password/" in text for to, text in letters if to == "cleo@house.example")
    assert {to for to, _text in letters} == {"cleo@house.example"}


async def test_a_farewell_link_goes_to_an_address_of_theirs_and_is_not_shown(
    office: httpx.AsyncClient, world: World, bo: Someone
) -> None:
    await settle(world, bo, "bo@house.example")
    await act(office, "/admin/people/bo/leave")
    await told(world)
    for address in ("bo@house.example", "bo@home.example"):
        if "home" in address:
            await addresses.choose_personal(world.db, bo.id, address)
        shown = await act(office, "/admin/people/bo/farewell")
        assert "https://house.example/farewell/" not in shown.text
        assert [to for to, text in await told(world) if "/farewell/" in text] == [address]


async def test_a_farewell_link_is_printed_where_letters_to_who_has_left_come_back(
    office: httpx.AsyncClient, world: World, bo: Someone
) -> None:
    await settle(world, bo, "bo@house.example")
    await world.connection.execute(
        "insert into letters (person_id, address, subject, text, html, due_at, ends_at, failed_at) "
        "values ($1, '', '', '', '', $2, $2, $2)",
        bo.id,
        clock.now() - timedelta(days=1),
    )
    await act(office, "/admin/people/bo/leave")
    shown = await act(office, "/admin/people/bo/farewell")
    assert "https://house.example/farewell/" not in shown.text, "what failed before says nothing"
    await world.connection.execute(
        "update letters set failed_at = $1 where failed_at is not null", clock.now()
    )
    shown = await act(office, "/admin/people/bo/farewell")
    assert "https://house.example/farewell/" in shown.text


# Every change


Change = Callable[[World, httpx.AsyncClient, Someone], Awaitable[None]]


async def chooses_a_password(world: World, site: httpx.AsyncClient, ada: Someone) -> None:
    done = await act(site, "/settings/sign-in/password", current=PASSWORD, password="five words and one more")
    assert done.status_code == 303


async def is_reset(world: World, site: httpx.AsyncClient, ada: Someone) -> None:
    async with world.database.transaction() as db:
        token = await links.make(db, "set-password", ada.id)
    await send(site, f"/auth/password/{token}", password="five words and one more")


async def switches_codes_on(world: World, site: httpx.AsyncClient, ada: Someone) -> None:
    await turn_on(site)


async def switches_codes_off(world: World, site: httpx.AsyncClient, ada: Someone) -> None:
    _secret, recovery = await turn_on(site)
    await told(world)
    await act(site, "/settings/sign-in/codes-off", code=recovery[0])


async def uses_a_recovery_code(world: World, site: httpx.AsyncClient, ada: Someone) -> None:
    _secret, recovery = await turn_on(site)
    await told(world)
    await one_time.prove(world.database, ada.id, recovery[0])


async def is_guessed_at(world: World, site: httpx.AsyncClient, ada: Someone) -> None:
    await turn_on(site)
    await told(world)
    for _try in range(8):
        with pytest.raises(Refusal):
            await one_time.prove(world.database, ada.id, "123456")


async def removes_a_passkey(world: World, site: httpx.AsyncClient, ada: Someone) -> None:
    id = await world.connection.fetchval(
        "insert into passkeys (person_id, credential_id, public_key) values ($1, 'a', 'b') returning id",
        ada.id,
    )
    async with world.database.transaction() as db:
        await passkeys.remove(db, await world.viewer(ada), id)


async def connects_a_provider(world: World, site: httpx.AsyncClient, ada: Someone) -> None:
    async with world.database.transaction() as db:
        await identities.connect(db, await world.viewer(ada), ada.id, "https://idp.example", "s-1")


async def is_connected_with_a_provider(world: World, site: httpx.AsyncClient, ada: Someone) -> None:
    async with world.database.transaction() as db:
        await identities.connect(
            db, system(await world.memory.policy(db)), ada.id, "https://idp.example", "s-1"
        )


async def disconnects_a_provider(world: World, site: httpx.AsyncClient, ada: Someone) -> None:
    await connects_a_provider(world, site, ada)
    await told(world)
    async with world.database.transaction() as db:
        viewer = await world.viewer(ada)
        (one,) = await identities.connected(db, viewer)
        await identities.disconnect(db, viewer, one.id)


async def lets_an_app_in(world: World, site: httpx.AsyncClient, ada: Someone) -> None:
    await code_for(site, await register(site))


async def is_given_a_token(world: World, site: httpx.AsyncClient, ada: Someone) -> None:
    async with world.database.transaction() as db:
        await tokens.issue_by_hand(db, system(await world.memory.policy(db)), ada.id, "read")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (chooses_a_password, "Your password was changed."),
        (is_reset, "Your password was changed."),
        (switches_codes_on, "Two-step verification was turned on."),
        (switches_codes_off, "Two-step verification was turned off."),
        (uses_a_recovery_code, "A recovery code was used."),
        (is_guessed_at, "Someone entered wrong verification codes several times."),
        (removes_a_passkey, "A passkey was removed."),
        (connects_a_provider, "A single sign-on account was connected."),
        (is_connected_with_a_provider, "A single sign-on account was connected."),
        (disconnects_a_provider, "A single sign-on account was disconnected."),
        (lets_an_app_in, "An app was allowed to act for you."),
        (is_given_a_token, "An access token was created for you."),
    ],
)
async def test_every_change_is_told_by_mail_at_every_address_of_theirs_and_in_the_settings(
    world: World, site: httpx.AsyncClient, ada: Someone, change: Change, sentence: str
) -> None:
    await settle(world, ada, "ada@house.example")
    await addresses.choose_personal(world.db, ada.id, "ada@home.example")
    await addresses.add(world.db, ada.id, "unproved@elsewhere.example")
    await told(world)
    await change(world, site, ada)
    letters = await told(world)
    assert {to for to, text in letters if sentence in text} == {"ada@house.example", "ada@home.example"}
    assert sum(sentence in text for _to, text in letters) == 2, "once at each of them"
    viewer = await world.memory.person(world.db, ada.id)
    assert viewer is not None
    happened = await account.happened(world.db, viewer)
    assert sentence in [one.sentence for one in happened]


async def test_the_old_address_is_told_when_another_takes_its_place_and_when_it_goes(
    world: World, ada: Someone
) -> None:
    async with mailing(world) as site:
        await sign_in(site, "ada")
        await settle(world, ada, "ada@house.example")
        await addresses.choose_personal(world.db, ada.id, "ada@home.example")
        async with world.database.transaction() as db:
            token = await links.make(db, "own-address", ada.id, address="ada@new.example")
        await send(site, f"/auth/address/{token}")
        told_at = {to for to, text in await told(world) if "An e-mail address was added." in text}
        assert told_at == {"ada@house.example", "ada@home.example", "ada@new.example"}
        await act(site, "/settings/sign-in/own-address", address="")
        told_at = {to for to, text in await told(world) if "An e-mail address was removed." in text}
        assert told_at == {"ada@house.example", "ada@new.example"}
        kept = await world.connection.fetchval("select count(*) from account_events where gone is not null")
        assert kept == 0, "addresses are kept no longer than it takes to tell them"


async def test_an_address_that_a_file_of_people_changes_is_told_of_it_and_so_is_the_person(
    world: World, root: Someone, ada: Someone, site: httpx.AsyncClient
) -> None:
    """Whoever looks after people could otherwise give somebody their own address, and have the link sent there."""
    await settle(world, ada, "ada@house.example")
    async with world.database.transaction() as db:
        key = await addresses.hash_key(db)
        old, new = (addresses.hashed(key, one) for one in ("ada@house.example", "mallory@house.example"))
        await import_.change(db, await world.viewer(root), ada.id, [old], new, "mallory@house.example")
    letters = [to for to, text in await told(world) if "An e-mail address was changed." in text]
    assert sorted(letters) == ["ada@house.example", "mallory@house.example"]
    page = text_of(await site.get("/"))
    assert "An e-mail address was changed." in page and "Root (@root)" in page


async def test_an_app_that_can_do_little_stands_in_the_settings_alone(
    world: World, site: httpx.AsyncClient, ada: Someone
) -> None:
    await settle(world, ada, "ada@house.example")
    await code_for(site, await register(site, scopes="profile push"), scope="profile")
    assert await told(world) == []
    assert "An app was allowed to act for you." in (await site.get("/settings/sign-in")).text


async def test_guesses_are_told_once_an_hour(world: World, site: httpx.AsyncClient, ada: Someone) -> None:
    await settle(world, ada, "ada@house.example")
    await is_guessed_at(world, site, ada)
    await told(world)
    for _try in range(3):
        with pytest.raises(Refusal):
            await one_time.prove(world.database, ada.id, "123456")
    assert await told(world) == []
