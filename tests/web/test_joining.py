"""Who comes in, and how: invited, by an address of the organisation's, or after a yes; and an address of one's own."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.letters import taken
from tests.site import Choices, act, give_password, send, sign_in
from tests.world import Someone, World
from weetwie.access.enums import Standing
from weetwie.access.viewer import system
from weetwie.app import build
from weetwie.context import of_system
from weetwie.domain.identity import addresses
from weetwie.domain.people import guests
from weetwie.domain.people.erase import erase
from weetwie.domain.people.leave import leave
from weetwie.flows import emails
from weetwie.runtime import clock
from weetwie.worker import Worker, drain

PASSWORD = "five words and one more"


@pytest.fixture
async def site(world: World, ada: Someone) -> AsyncIterator[httpx.AsyncClient]:
    await addresses.add(world.db, ada.id, "ada@house.example", is_verified=True)
    application = build(Choices(), world.database, replace(world.site, sends_mail=True))
    transport = httpx.ASGITransport(application, client=("192.0.2.7", 1), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="https://house.example") as site:
        await sign_in(site, "ada")
        yield site


def in_days(days: int) -> str:
    return (clock.now() + timedelta(days=days)).date().isoformat()


async def sent(world: World) -> list[tuple[str, str]]:
    """To whom letters were written, and the path of the link in each; they are gone afterwards."""
    return [
        (one.address, re.findall(r"https://house\.example(/\S+)", one.text)[0]) for one in await taken(world)
    ]


async def person(world: World, handle: str) -> Any:
    return await world.connection.fetchrow("select * from people where handle = $1", handle)


async def test_a_guest_is_invited_by_letter_and_comes_with_a_sponsor_and_an_end(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    page = await send(
        site,
        "/invitations",
        standing="guest",
        addresses="gus@partner.example",
        until=in_days(30),
        words="Come!",
    )
    assert "Invitation sent" in page.text and "/join/" not in page.text
    ((to, link),) = await sent(world)
    assert to == "gus@partner.example"
    site.cookies.clear()
    door = (await site.get(link)).text
    assert "Ada invites you" in door and "Come!" in door
    come = await send(site, link, name="Gus", handle="gus", password=PASSWORD)
    assert come.status_code == 303 and come.headers["location"] == "/begin"
    gus = await person(world, "gus")
    assert (gus["standing"], gus["sponsor_id"]) == (Standing.guest, ada.id)
    assert timedelta(days=29) < gus["until"] - clock.now() < timedelta(days=32)
    assert await addresses.verified_owner(world.db, "gus@partner.example") == gus["id"]
    assert await world.connection.fetchval(
        "select count(*) from follows where follower_id = $1 and followed_id = $2", gus["id"], ada.id
    )
    assert (await site.get(link)).status_code == 404
    kept = await world.connection.fetchrow("select * from invitations")
    assert (kept["address"], kept["words"], kept["person_id"]) == (None, "", gus["id"])


async def test_a_link_for_whoever_has_it_proves_no_address_until_its_letter_is_answered(
    site: httpx.AsyncClient, world: World
) -> None:
    page = await send(site, "/invitations", standing="guest", addresses="", until=in_days(30))
    link = re.findall(r"https://house\.example(/join/[\w-]+)", page.text)[0]
    site.cookies.clear()
    await send(site, link, name="Gus", handle="gus", password=PASSWORD, address="ada2@house.example")
    gus = await person(world, "gus")
    assert await addresses.owner(world.db, "ada2@house.example") is None
    ((to, proof),) = await sent(world)
    assert to == "ada2@house.example"
    assert "ada2@house.example" in (await site.get(proof)).text
    assert await addresses.owner(world.db, "ada2@house.example") is None
    assert "E-mail confirmed" in (await send(site, proof)).text
    assert await addresses.verified_owner(world.db, "ada2@house.example") == gus["id"]


async def test_what_is_refused_leaves_the_invitation_as_good_as_before(
    site: httpx.AsyncClient, world: World
) -> None:
    await send(site, "/invitations", standing="guest", addresses="gus@partner.example", until=in_days(30))
    ((_to, link),) = await sent(world)
    site.cookies.clear()
    for wrong in ({"handle": "ada"}, {"handle": "no good!"}, {"handle": "gus", "password": "short"}):
        answer = await send(site, link, **{"name": "Gus", "password": PASSWORD} | wrong)
        assert answer.status_code == 422 and 'value="Gus"' in answer.text
    assert (await send(site, link, name="Gus", handle="gus", password=PASSWORD)).status_code == 303


async def test_trying_handle_after_handle_is_slowed_down(site: httpx.AsyncClient, world: World) -> None:
    await send(site, "/invitations", standing="guest", addresses="", until=in_days(3))
    await send(site, "/invitations", standing="guest", addresses="g@partner.example", until=in_days(3))
    ((_to, link),) = await sent(world)
    site.cookies.clear()
    answers = [await send(site, link, handle="ada", password=PASSWORD) for _time in range(8)]
    assert {answer.status_code for answer in answers} == {422, 429}


async def test_one_takes_back_ones_own_invitations_and_nobody_elses(
    site: httpx.AsyncClient, world: World
) -> None:
    await send(site, "/invitations", standing="guest", addresses="gus@partner.example", until=in_days(3))
    ((_to, link),) = await sent(world)
    id = await world.connection.fetchval("select id from invitations")
    bo = await world.member("bo")
    await give_password(world, bo)
    await sign_in(site, "bo")
    assert "gus@partner.example" not in (await site.get("/invitations")).text
    assert (await send(site, f"/invitations/{id}/withdraw")).status_code == 404
    assert (await site.get(link)).status_code == 200
    await sign_in(site, "ada")
    assert "gus@partner.example" in (await site.get("/invitations")).text
    assert (await send(site, f"/invitations/{id}/withdraw")).status_code == 303
    assert (await site.get(link)).status_code == 404


async def test_who_has_left_invites_nobody_any_more(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    await send(site, "/invitations", standing="guest", addresses="gus@partner.example", until=in_days(3))
    ((_to, link),) = await sent(world)
    async with world.database.transaction() as db:
        await leave(db, system(await world.memory.policy(db)), ada.id)
    assert (await site.get(link)).status_code == 404


async def test_only_so_many_are_invited_in_a_day_and_only_for_so_long(
    site: httpx.AsyncClient, world: World
) -> None:
    everybody = " ".join(f"g{number}@partner.example" for number in range(21))
    answer = await send(site, "/invitations", standing="guest", addresses=everybody, until=in_days(3))
    assert answer.status_code == 422 and "tomorrow" in answer.text
    assert await sent(world) == [], "all of them or none"
    for until in (in_days(-2), in_days(400), "soon"):
        answer = await send(site, "/invitations", standing="guest", addresses="g@p.example", until=until)
        assert answer.status_code == 422 and "g@p.example" in answer.text
    assert await world.connection.fetchval("select count(*) from invitations") == 0


async def test_who_may_invite_whom(site: httpx.AsyncClient, world: World) -> None:
    given = {"addresses": "x@partner.example", "until": in_days(3)}
    assert (await send(site, "/invitations", standing="member", **given)).status_code == 422
    await world.policy(guests_invited_by="administrators")
    assert (await act(site, "/invitations", standing="guest", **given)).status_code == 422
    chief = await world.member("chief", is_people_admin=True)
    await give_password(world, chief)
    await sign_in(site, "chief")
    assert (await send(site, "/invitations", standing="member", **given)).status_code == 200
    ((_to, link),) = await sent(world)
    site.cookies.clear()
    await send(site, link, name="Col", handle="col", password=PASSWORD)
    assert (await person(world, "col"))["standing"] == Standing.member


async def test_guests_and_alumni_invite_nobody(site: httpx.AsyncClient, world: World, ada: Someone) -> None:
    for one in (await world.guest("gus", sponsor=ada), await world.alumnus("al")):
        await give_password(world, one)
        await sign_in(site, one.handle)
        assert (await site.get("/invitations")).status_code == 404


async def test_an_address_of_the_organisation_opens_the_door(site: httpx.AsyncClient, world: World) -> None:
    site.cookies.clear()
    assert (await site.get("/join")).status_code == 404
    await world.policy(sign_up_domains=("house.example",))
    assert 'href="/join"' in (await site.get("/auth/sign_in")).text
    assert "sent it an e-mail" in (await send(site, "/join", address="Bo@House.example")).text
    assert "sent it an e-mail" in (await send(site, "/join", address="Bo@House.example")).text
    ((to, link),) = await sent(world)
    assert to == "Bo@House.example", "one letter, however often it is asked"
    await send(site, link, name="Bo", handle="bo", password=PASSWORD)
    assert (await person(world, "bo"))["standing"] == Standing.member
    refused = await send(site, "/join", address="x@elsewhere.example")
    assert refused.status_code == 422 and "need an invitation" in refused.text
    assert (await send(site, "/join", address="x@y@house.example")).status_code == 422


async def test_nobody_learns_at_the_door_whose_address_it_is(site: httpx.AsyncClient, world: World) -> None:
    await world.policy(sign_up_domains=("house.example",))
    site.cookies.clear()
    answers = [
        re.sub(r'value="[0-9a-f]{64,}"', "", (await send(site, "/join", address=one)).text)
        for one in ("ada@house.example", "nobody@house.example")
    ]
    assert answers[0] == answers[1]
    links = dict(await sent(world))
    assert set(links) == {"ada@house.example", "nobody@house.example"}
    mine = await send(site, links["ada@house.example"], name="A", handle="ada2", password=PASSWORD)
    assert mine.status_code == 422 and "belongs to another account" in mine.text


async def test_others_ask_and_whoever_looks_after_people_decides(
    site: httpx.AsyncClient, world: World
) -> None:
    await world.policy(sign_up_by_approval=True)
    assert "Access requests" not in (await site.get("/invitations")).text
    for name in ("one", "two"):
        await send(site, "/join", address=f"{name}@elsewhere.example", words=f"I am {name}")
        await send(site, "/join", address=f"{name}@elsewhere.example", words="again")
    assert await sent(world) == []
    assert (await send(site, "/invitations/1/let-in")).status_code in (403, 404)
    chief = await world.member("chief", is_people_admin=True)
    await give_password(world, chief)
    await sign_in(site, "chief")
    page = (await site.get("/invitations")).text
    assert page.count("I am one") == 1 and "I am two" in page
    ids = dict(await world.connection.fetch("select address, id from invitations"))
    await send(site, f"/invitations/{ids['two@elsewhere.example']}/decline")
    assert (await send(site, f"/invitations/{ids['one@elsewhere.example']}/let-in")).status_code == 303
    ((to, link),) = await sent(world)
    assert to == "one@elsewhere.example"
    site.cookies.clear()
    assert (await send(site, link, name="One", handle="one", password=PASSWORD)).status_code == 303
    assert await world.connection.fetchval("select count(*) from invitations where address is not null") == 0


async def test_with_a_provider_alone_colleagues_come_by_it_and_guests_by_invitation(
    site: httpx.AsyncClient, world: World
) -> None:
    await world.policy(sign_in="sso", sign_up_domains=("house.example",), sign_up_by_approval=True)
    site_of_stranger = site
    site_of_stranger.cookies.clear()
    assert (await site_of_stranger.get("/join")).status_code == 404


async def test_a_sponsor_prolongs_and_ends_with_one_click(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    soon = clock.now() + timedelta(days=5)
    await world.guest("gus", sponsor=ada, until=soon)
    bo = await world.member("bo")
    await world.guest("other", sponsor=bo, until=soon)
    assert "Ends soon" in (await site.get("/invitations")).text
    await send(site, "/invitations/guests/gus/prolong")
    assert (await person(world, "gus"))["until"] == soon + timedelta(days=90)
    await send(site, "/invitations/guests/gus/end")
    assert (await person(world, "gus"))["until"] <= clock.now()
    assert (await send(site, "/invitations/guests/other/prolong")).status_code == 404
    for _time in range(6):
        await send(site, "/invitations/guests/gus/prolong")
    assert (await person(world, "gus"))["until"] <= clock.now() + timedelta(days=367)


async def test_a_sponsor_is_told_once_before_a_stay_ends(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    gus = await world.guest("gus", sponsor=ada, until=clock.now() + timedelta(days=20))

    async def told() -> list[tuple[str, str]]:
        async with world.database.transaction() as db:
            await emails.guests_ending(await of_system(db, replace(world.site, sends_mail=True)))
        return await sent(world)

    assert await told() == []
    await world.change(gus, until=clock.now() + timedelta(days=10))
    assert await told() == [("ada@house.example", "/invitations")]
    assert await told() == []
    await world.change(gus, until=clock.now() + timedelta(days=11))
    assert len(await told()) == 1, "another end, another letter"
    assert timedelta(days=14) == guests.TOLD_BEFORE


async def test_when_a_sponsor_leaves_their_manager_answers_for_the_guests_or_their_time_is_over(
    world: World, ada: Someone
) -> None:
    chief = await world.member("chief")
    bo = await world.member("bo", manager_id=chief.id)
    await world.guest("one", sponsor=bo)
    await world.guest("two", sponsor=ada)
    for one in (bo, ada):
        async with world.database.transaction() as db:
            await leave(db, system(await world.memory.policy(db)), one.id)
    assert (await person(world, "one"))["sponsor_id"] == chief.id
    assert (await person(world, "one"))["until"] > clock.now()
    assert (await person(world, "two"))["sponsor_id"] is None
    assert (await person(world, "two"))["until"] <= clock.now()


async def test_when_a_sponsor_is_erased_their_manager_answers_for_the_guests(
    world: World, ada: Someone
) -> None:
    chief = await world.member("chief")
    bo = await world.member("bo", manager_id=chief.id)
    await world.guest("one", sponsor=bo)
    async with world.database.transaction() as db:
        await erase(db, system(await world.memory.policy(db)), bo.id)
    assert (await person(world, "one"))["sponsor_id"] == chief.id


async def test_nobody_floods_strangers_with_letters_to_confirm(site: httpx.AsyncClient, world: World) -> None:
    answers = [
        (await act(site, "/settings/sign-in/own-address", address=f"x{number}@far.example")).status_code
        for number in range(32)
    ]
    assert answers[0] == 303 and answers[-1] == 429


async def test_an_address_of_ones_own_is_confirmed_and_written_to_on_the_day_one_leaves(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    answer = await send(site, "/settings/sign-in/own-address", address="ada@home.example")
    assert answer.headers["location"].endswith("letter=1")
    assert await addresses.personal(world.db, ada.id) is None
    ((to, link),) = await sent(world)
    assert to == "ada@home.example"
    await send(site, link)
    assert await addresses.personal(world.db, ada.id) == "ada@home.example"
    assert 'value="ada@home.example"' in (await site.get("/settings/sign-in")).text
    chief = await world.viewer(await world.member("chief", is_admin=True))
    assert await addresses.of_people(world.db, chief, [ada.id]) == {ada.id: "ada@house.example"}
    worker = Worker(world.database, replace(world.site, sends_mail=True))
    await drain(worker)
    await sent(world)  # that the address was confirmed
    async with world.database.transaction() as db:
        await leave(db, system(await world.memory.policy(db)), ada.id)
    await drain(worker)
    ((to, link),) = await sent(world)
    assert to == "ada@home.example" and link.startswith("/farewell/")
    assert (await site.get(link)).status_code == 200


async def test_an_address_of_ones_own_goes_when_one_wants(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    await addresses.choose_personal(world.db, ada.id, "ada@home.example")
    await addresses.choose_personal(world.db, ada.id, "ada@other.example")
    assert await addresses.personal(world.db, ada.id) == "ada@other.example"
    assert await addresses.owner(world.db, "ada@home.example") is None
    await send(site, "/settings/sign-in/own-address", address="")
    assert await addresses.personal(world.db, ada.id) is None


async def test_after_leaving_letters_go_to_ones_own_address_and_before_to_the_one_at_work(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    await addresses.choose_personal(world.db, ada.id, "ada@home.example")
    await send(site, "/reset", name="ada")
    assert [to for to, _link in await sent(world)] == ["ada@house.example"]
    await world.change(ada, standing=int(Standing.alumnus))
    await send(site, "/reset", name="ada")
    assert [to for to, _link in await sent(world)] == ["ada@home.example"]


async def test_an_invitation_is_sent_again_with_a_new_link_and_the_one_before_is_void(
    site: httpx.AsyncClient, world: World
) -> None:
    page = await send(site, "/invitations", standing="guest", addresses="", until=in_days(3))
    before = await world.connection.fetchval("select id from invitations")
    again = await send(site, f"/invitations/{before}/resend")
    old, new = (re.findall(r"https://house\.example(/join/[\w-]+)", one.text)[0] for one in (page, again))
    assert old != new
    site.cookies.clear()
    assert ((await site.get(old)).status_code, (await site.get(new)).status_code) == (404, 200)
