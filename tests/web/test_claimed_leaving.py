"""Whom a provider of single sign-on says is not in the organisation any more: noted at the login, gone after a time of grace."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given, strategies as st

from tests import provider as providers, saml_provider
from tests.saml_provider import SamlIdp
from tests.site import browser, form_of, give_password, sign_in, text_of
from tests.web import test_saml as by_saml, test_sign_on as by_oidc
from tests.world import World
from weetwie import reactions
from weetwie.access.enums import Standing
from weetwie.context import Site, of_system
from weetwie.domain.directory.leavers import braked, is_too_many
from weetwie.domain.identity import claimed_leavers, claims
from weetwie.domain.identity.claimed_leavers import ClaimedToLeave
from weetwie.domain.people.erase import erase
from weetwie.errors import Forbidden
from weetwie.flows import claimed_leaving
from weetwie.runtime import clock
from weetwie.saml import keys
from weetwie.settings import Provider, SettingsError, read

LEAVES = {"leaves_claim": "affiliation", "leaves_values": ("alum", "retired")}


@pytest.fixture
def idp() -> Iterator[providers.Provider]:
    with providers.provider() as idp:
        yield idp


@dataclass
class Company:
    """Whose people sign in with a provider."""

    world: World
    idp: providers.Provider
    site: Site

    async def signs_in(self, name: str, **said: Any) -> None:
        self.idp.claims = {"sub": f"s-{name}", "name": name, "preferred_username": name, **said}
        async with by_oidc.open_site(self.world, *self.site.sso) as site:
            answer = await by_oidc.come(site, self.idp)
            assert answer.status_code == 303, answer.text

    async def by_the_clock(self) -> None:
        async with self.world.database.transaction() as db:
            await claimed_leaving.leave_due(await of_system(db, self.site))
        async with self.world.database.transaction() as db:
            await claimed_leavers.sweep(db)

    async def members(self) -> set[str]:
        query = "select p.handle from people p join identities i on i.person_id = p.id where standing = $1"
        rows = await self.world.connection.fetch(query, int(Standing.member))
        return {row["handle"] for row in rows}

    async def notes(self) -> set[str]:
        query = (
            "select handle from people p join claimed_leavers c on c.person_id = p.id where c.left_at is null"
        )
        return {row["handle"] for row in await self.world.connection.fetch(query)}


@pytest.fixture
def company(world: World, idp: providers.Provider) -> Company:
    reactions.attach(world.database)
    return Company(world, idp, replace(world.site, sso=(by_oidc.told(idp, **LEAVES),)))


def later(**time: float) -> None:
    clock.stop(clock.now() + timedelta(**time))


async def test_who_is_gone_by_a_claim_leaves_after_the_time_of_grace(company: Company) -> None:
    await company.signs_in("ann", affiliation=["alum"])
    await company.signs_in("bo", affiliation="staff")
    assert await company.notes() == {"ann"}
    later(days=6, hours=23)
    await company.by_the_clock()
    assert await company.members() == {"ann", "bo"}
    later(hours=2)
    await company.by_the_clock()
    assert await company.members() == {"bo"}
    left = "select a.actor_id, a.act from audit a join people p on p.id = a.subject_id where handle = 'ann' and act = 'person.leave'"
    assert len(await company.world.connection.fetch(left)) == 1
    later(days=2)
    await company.by_the_clock()
    assert await company.world.connection.fetchval("select count(*) from claimed_leavers") == 0


async def test_a_claim_that_goes_away_again_ends_it_and_begins_anew_when_it_is_back(company: Company) -> None:
    await company.signs_in("ann", affiliation="alum")
    later(days=5)
    await company.signs_in("ann", affiliation=["alum", "staff"])
    assert await company.notes() == set()
    await company.signs_in("ann", affiliation="Alum")
    later(days=5)
    await company.signs_in("ann", affiliation="alum")
    await company.by_the_clock()
    assert await company.members() == {"ann"}
    later(days=2, minutes=1)
    await company.by_the_clock()
    assert await company.members() == set()


async def test_many_at_once_wait_until_an_administrator_has_confirmed_them(company: Company) -> None:
    world = company.world
    for number in range(12):
        gone = {"affiliation": "alum"} if number < 3 else {}
        await company.signs_in(f"p{number:02}", **gone)
    chief = await world.member("chief", is_admin=True)
    await give_password(world, chief)
    later(days=8)
    await company.by_the_clock()
    assert len(await company.members()) == 12
    async with by_oidc.open_site(world, *company.site.sso) as site:
        await sign_in(site, "chief")
        page = await site.get("/admin/directory")
        assert "Gone according to single sign-on" in text_of(page)
        entries = re.findall(r'name="entry" value="(\d+)"', page.text)
        assert len(entries) == 3 and "@p00" in page.text and "@p03" not in page.text
        given = form_of(page) | {"entry": entries[:1]}
        answer = await site.post("/admin/directory/leavers", data=given)
        assert answer.headers["location"] == "/admin/directory?saved=1"
        page = await site.get(answer.headers["location"])
        assert re.findall(r'name="entry" value="(\d+)"', page.text) == entries[1:]
        assert "confirmed" in text_of(page)
    assert await world.connection.fetchval("select count(*) from audit where act = 'sign_on.confirm'") == 1
    await company.by_the_clock()
    assert await company.members() == {f"p{number:02}" for number in range(1, 12)}


async def test_few_at_a_time_are_as_many_in_the_end(company: Company) -> None:
    for name in ("ann", "bo", "cy", "dee"):
        await company.signs_in(name, **({} if name == "dee" else {"affiliation": "alum"}))
        later(days=1)
    later(days=3, hours=1)
    left = []
    for _day in range(6):
        await company.by_the_clock()
        left.append(4 - len(await company.members()))
        later(days=1)
    assert left == [1, 2, 3, 3, 3, 3]


async def test_only_an_administrator_confirms_and_sees_who_is_noted(company: Company) -> None:
    await company.signs_in("ann", affiliation="alum")
    await company.signs_in("bo")
    bo = await company.world.connection.fetchval("select id from people where handle = 'bo'")
    context = await of_system(company.world.db, company.site)
    by_bo = context.by(await context.person(bo))
    with pytest.raises(Forbidden):
        await claimed_leaving.confirm(by_bo, [bo])
    with pytest.raises(Forbidden):
        await claimed_leaving.standing(by_bo)
    for wrong in ("x", "-1", "9" * 30):
        chief = await company.world.member(f"chief{len(wrong)}", is_admin=True)
        await give_password(company.world, chief)
        async with browser(company.world) as site:
            await sign_in(site, chief.handle)
            form = form_of(await site.get("/admin/directory"))
            assert (
                await site.post("/admin/directory/leavers", data=form | {"entry": wrong})
            ).status_code == 303


async def test_a_provider_that_is_off_lets_nobody_leave(company: Company) -> None:
    await company.signs_in("ann", affiliation="alum")
    later(days=8)
    await company.world.policy(sign_in="local")
    await company.by_the_clock()
    assert await company.members() == {"ann"}
    await company.world.policy(sign_in="both")
    company.site = replace(company.site, sso=())
    await company.by_the_clock()
    assert await company.members() == {"ann"}


@pytest.mark.parametrize("before", ["suspended", "the last administrator"])
async def test_who_is_suspended_or_the_last_administrator_leaves_as_by_scim(
    company: Company, before: str
) -> None:
    await company.signs_in("ann", affiliation="alum")
    change = "suspended_at = now()" if before == "suspended" else "is_admin = true"
    await company.world.connection.execute(f"update people set {change} where handle = 'ann'")
    later(days=8)
    await company.by_the_clock()
    assert await company.members() == set()


async def test_who_has_left_or_was_erased_meanwhile_is_not_noted_any_more(company: Company) -> None:
    for name in ("ann", "bo"):
        await company.signs_in(name, affiliation="alum")
    world = company.world
    await world.connection.execute("update people set standing = 1, left_at = now() where handle = 'ann'")
    bo = await world.connection.fetchval("select id from people where handle = 'bo'")
    await world.connection.execute("update people set standing = 1, is_dormant = true where handle = 'bo'")
    async with world.database.transaction() as db:
        await erase(db, (await of_system(db, company.site)).viewer, bo)
    later(days=8)
    await company.by_the_clock()
    assert await world.connection.fetchval("select count(*) from claimed_leavers") == 0
    assert await company.members() == set()


async def test_a_guest_has_an_end_of_their_own(company: Company) -> None:
    await company.signs_in("ann")
    sponsor = await company.world.member("sponsor")
    await company.world.connection.execute(
        "update people set standing = $1, until = now() + interval '30 days', sponsor_id = $2 where handle = 'ann'",
        int(Standing.guest),
        sponsor.id,
    )
    await company.signs_in("ann", affiliation="alum")
    assert await company.notes() == set()


async def test_an_attribute_of_saml_says_it_as_well(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "first", lambda _host: keys.OwnKeys((saml_provider.key("ours"),)))
    await world.policy(connections=["saml"])
    with saml_provider.saml_idp() as idp:
        told = by_saml.told(idp, leaves_claim="eduPersonAffiliation", leaves_values=["alum"], grace_days=0)
        company = Company(world, providers.Provider(), replace(world.site, saml=(told,)))
        await says(world, idp, told, ["alum", "employee"])
        assert await company.notes() == set()
        await says(world, idp, told, ["alum"])
        assert await company.notes() == {"bo"}
        await world.policy(connections=[])
        await company.by_the_clock()
        assert await company.members() == {"bo"}
        await world.policy(connections=["saml"])
        await company.by_the_clock()
        assert await company.members() == set()


async def says(world: World, idp: SamlIdp, told: Any, affiliations: list[str]) -> None:
    idp.attributes = {"displayName": ["Bo"], "uid": ["bo"], "eduPersonAffiliation": affiliations}
    async with by_saml.open_site(world, told) as site:
        answer: httpx.Response = await by_saml.come(site, idp)
        assert answer.status_code == 303, answer.text


@pytest.mark.parametrize(
    ("said", "has_left"),
    [
        ({}, False),
        ({"affiliation": None}, False),
        ({"affiliation": []}, False),
        ({"affiliation": ""}, False),
        ({"affiliation": "staff"}, False),
        ({"affiliation": "alum"}, True),
        ({"affiliation": "ALUM"}, True),
        ({"affiliation": ["alum", "retired"]}, True),
        ({"affiliation": ["alum", "staff"]}, False),
        ({"affiliation": False}, True),
        ({"affiliation": True}, False),
        ({"affiliation": {"alum": "alum"}}, False),
    ],
)
def test_what_a_claim_says(said: dict[str, Any], has_left: bool) -> None:
    given: dict[str, Any] = {"key": "a", "name": "A", "issuer": "https://a.example", "client_id": "x"}
    provider = Provider(**given, leaves_claim="affiliation", leaves_values=("alum", "retired", "false"))
    assert claims.read(provider, {"sub": "1", **said}).has_left is has_left
    assert not claims.read(Provider(**given), {"sub": "1", **said}).has_left


@given(st.lists(st.booleans(), max_size=40), st.integers(0, 20), st.integers(0, 400))
def test_who_is_confirmed_always_leaves_and_the_others_never_too_many_within_a_day(
    confirmed: list[bool], lately: int, here: int
) -> None:
    now = clock.now()
    due = [ClaimedToLeave(number, now, now if sure else None) for number, sure in enumerate(confirmed)]
    leaves, waits = braked(due, lately, here)
    assert sorted(one.person_id for one in [*leaves, *waits]) == list(range(len(due)))
    assert all(one.confirmed_at is None for one in waits)
    unsure = [one for one in leaves if one.confirmed_at is None]
    assert not unsure or not is_too_many(len(unsure) + lately, here)


@pytest.mark.parametrize(
    "wrong",
    [
        {"leaves_claim": "a"},
        {"leaves_values": ["a"]},
        {"leaves_claim": "a", "leaves_values": [""]},
        {"leaves_claim": "a", "leaves_values": "a"},
        {"grace_days": -1},
        {"grace_days": 366},
    ],
)
def test_what_is_set_wrongly_is_refused_at_the_start(wrong: dict[str, Any]) -> None:
    of_oidc = {"key": "a", "name": "A", "issuer": "https://a.example", "client_id": "x"}
    of_saml = {"key": "a", "name": "A", "entity_id": "x", "metadata_url": "https://a.example"}
    for name, right in (("WEETWIE_SSO", of_oidc), ("WEETWIE_SAML", of_saml)):
        read({name: json.dumps([right])})
        with pytest.raises(SettingsError, match=rf"{name} must be .*leaves_claim only with leaves_values"):
            read({name: json.dumps([right | wrong])})
    proxy = {"proxies": ["127.0.0.1"], "leaves_claim": "a", "leaves_values": ["a"]}
    with pytest.raises(SettingsError, match="WEETWIE_REMOTE_USER must be"):
        read({"WEETWIE_REMOTE_USER": json.dumps(proxy)})
