"""What Entra ID and Okta really send, and what it means for the people it is about."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from tests.letters import waiting
from tests.site import HOME
from tests.world import Someone, World
from weetwie import reactions
from weetwie.access.enums import Standing
from weetwie.domain.identity import addresses
from weetwie.domain.people.erase import erase
from weetwie.domain.scim import tokens
from weetwie.runtime import clock
from weetwie.scim.server import ScimServer

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


class Directory:
    def __init__(self, world: World, site: httpx.AsyncClient, token: str) -> None:
        self.world = world
        self.site = site
        self._headers = {"authorization": f"Bearer {token}", "content-type": "application/scim+json"}

    async def say(self, method: str, at: str, body: Any = None, status: int = 200, **headers: str) -> Any:
        content = None if body is None else json.dumps(body)
        answer = await self.site.request(
            method, f"/scim/v2{at}", content=content, headers=self._headers | headers
        )
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def add(self, user_name: str, /, **more: Any) -> dict[str, Any]:
        body = {"schemas": [USER, ENTERPRISE], "userName": user_name, "active": True} | more
        made: dict[str, Any] = await self.say("POST", "/Users", body, 201)
        return made

    async def patch(self, at: str, *operations: dict[str, Any]) -> Any:
        """What is there afterwards."""
        await self.say("PATCH", at, {"schemas": [PATCH], "Operations": list(operations)}, 204)
        return await self.say("GET", at)

    async def person(self, user: dict[str, Any]) -> dict[str, Any]:
        query = "select p.* from people p join scim_resources r on r.person_id = p.id where r.id = $1"
        row = await self.world.connection.fetchrow(query, int(user["id"]))
        assert row is not None
        return dict(row)


@pytest.fixture
async def world(dsn: str) -> AsyncIterator[World]:
    world = await World.open(dsn, is_kept=True)
    reactions.attach(world.database)
    yield world
    await world.close()


@pytest.fixture
async def chief(world: World) -> Someone:
    return await world.member("chief", is_admin=True)


@pytest.fixture
async def directory(world: World, chief: Someone) -> AsyncIterator[Directory]:
    async with world.database.transaction() as db:
        _id, token = await tokens.make(db, await world.viewer(chief), "Entra ID")
    transport = httpx.ASGITransport(
        ScimServer(world.database, replace(world.site, base_url=HOME, sends_mail=True))
    )
    async with httpx.AsyncClient(transport=transport, base_url=HOME) as site:
        yield Directory(world, site, token)


async def test_a_user_becomes_a_person_with_name_unit_place_manager_and_address(directory: Directory) -> None:
    boss = await directory.add("boss@house.example", displayName="Bo Boss")
    made = await directory.add(
        "Zoe.Smit@house.example",
        externalId="e-1",
        name={"givenName": "Zoë", "familyName": "Smit"},
        emails=[
            {"value": "zoe@house.example", "type": "work", "primary": True},
            {"value": "z@home.example", "type": "home"},
        ],
        addresses=[{"type": "work", "locality": "Delft"}],
        preferredLanguage="nl-NL",
        password="never to be kept",
        **{ENTERPRISE: {"department": "Pumps", "manager": {"value": boss["id"]}}},
    )
    assert made["meta"]["location"] == f"{HOME}/scim/v2/Users/{made['id']}" and "password" not in made
    person = await directory.person(made)
    assert (person["handle"], person["name"], person["unit"], person["place"]) == (
        "zoe_smit",
        "Zoë Smit",
        "Pumps",
        "Delft",
    )
    assert (person["manager_id"], person["pages_language"]) == ((await directory.person(boss))["id"], "nl")
    assert await addresses.verified_owner(directory.world.db, "zoe@house.example") == person["id"]
    kept = await directory.world.connection.fetchval(
        "select document::text from scim_resources where external_id = 'e-1'"
    )
    assert "never to be kept" not in kept


async def test_who_is_here_already_is_known_by_a_verified_address(directory: Directory) -> None:
    ada = await directory.world.member("ada", name="Ada")
    await addresses.add(directory.world.db, ada.id, "ada@house.example", is_verified=True)
    made = await directory.add(
        "ada@house.example", displayName="Ada L", emails=[{"value": "Ada@house.example", "type": "work"}]
    )
    person = await directory.person(made)
    assert (person["id"], person["handle"], person["name"]) == (ada.id, "ada", "Ada L")


async def test_searches_for_names_and_outer_ids_find_whatever_the_letters_are(directory: Directory) -> None:
    made = await directory.add("Ada@House.Example", externalId="Abc")
    for asked in (
        'userName eq "ada@house.example"',
        'userName Eq "ADA@HOUSE.EXAMPLE"',
        'externalId eq "Abc"',
        f'id eq "{made["id"]}"',
    ):
        found = await directory.say("GET", f"/Users?filter={asked}")
        assert [one["id"] for one in found["Resources"]] == [made["id"]], asked
    found = await directory.say("GET", '/Users?filter=userName eq "nobody"')
    assert found["totalResults"] == 0
    await directory.say("POST", "/Users", {"schemas": [USER], "userName": "ada@house.EXAMPLE"}, 409)


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "Replace", "path": "active", "value": "False"},
        {"op": "replace", "path": "active", "value": False},
        {"op": "Replace", "value": {"active": False}},
        {"op": "replace", "value": {"active": "False"}},
        {"op": "Add", "path": "active", "value": "false"},
    ],
    ids=str,
)
async def test_whoever_is_made_inactive_leaves_and_comes_back(
    directory: Directory, operation: dict[str, Any]
) -> None:
    made = await directory.add("ada@house.example")
    person = await directory.person(made)
    answer = await directory.patch(f"/Users/{made['id']}", operation)
    assert answer["active"] is False
    left = await directory.person(made)
    assert (left["standing"], left["is_dormant"], left["handle"]) == (
        Standing.alumnus,
        True,
        person["handle"],
    )
    await directory.patch(f"/Users/{made['id']}", operation)
    back = {"op": "Replace", "path": "active", "value": "True"}
    await directory.patch(f"/Users/{made['id']}", back)
    again = await directory.person(made)
    assert (again["id"], again["standing"], again["is_dormant"]) == (person["id"], Standing.member, False)


async def test_who_leaves_is_written_to_at_an_address_of_their_own(directory: Directory) -> None:
    mails = [{"value": "ada@house.example", "type": "work"}, {"value": "ada@home.example", "type": "home"}]
    made = await directory.add("ada@house.example", emails=mails, preferredLanguage="nl")
    off = {"op": "Replace", "path": "active", "value": "False"}
    for _twice in range(2):
        await directory.patch(f"/Users/{made['id']}", off)
    (letter,) = await waiting(directory.world)
    assert letter.address == "ada@home.example"
    assert f"{HOME}/farewell/" in letter.text and "@ada" in letter.text


async def test_deleted_users_leave_and_are_known_again_by_their_address(directory: Directory) -> None:
    mails = [{"value": "ada@house.example", "type": "work"}]
    made = await directory.add("ada@house.example", emails=mails)
    person = await directory.person(made)
    await directory.say("DELETE", f"/Users/{made['id']}", status=204)
    for method in ("GET", "DELETE"):
        await directory.say(method, f"/Users/{made['id']}", status=404)
    standing = await directory.world.connection.fetchval(
        "select standing from people where id = $1", person["id"]
    )
    assert standing == Standing.alumnus
    again = await directory.person(await directory.add("ada@house.example", emails=mails))
    assert (again["id"], again["standing"]) == (person["id"], Standing.member)


async def test_patches_without_a_path_and_with_whole_names_are_understood(directory: Directory) -> None:
    made = await directory.add("ada@house.example", displayName="Ada")
    at = f"/Users/{made['id']}"
    answer = await directory.patch(
        at,
        {
            "op": "Replace",
            "value": {
                "displayName": "Ada L",
                "name.givenName": "Ada",
                "name.familyName": "Lovelace",
                f"{ENTERPRISE}:department": "Engines",
            },
        },
        {"op": "Add", "path": 'emails[type eq "work"].value', "value": "ada@house.example"},
        {"op": "Add", "path": f"{ENTERPRISE}:employeeNumber", "value": "7"},
    )
    assert answer["name"] == {"givenName": "Ada", "familyName": "Lovelace"}
    assert answer["emails"] == [{"type": "work", "value": "ada@house.example"}]
    assert answer[ENTERPRISE] == {"department": "Engines", "employeeNumber": "7"}
    person = await directory.person(made)
    assert (person["name"], person["unit"]) == ("Ada L", "Engines")


@pytest.mark.parametrize("is_object", [True, False])
async def test_a_manager_comes_as_an_id_or_as_an_object(directory: Directory, is_object: bool) -> None:
    boss, made = await directory.add("boss"), await directory.add("ada")
    value = {"value": boss["id"]} if is_object else boss["id"]
    await directory.patch(
        f"/Users/{made['id']}", {"op": "Add", "path": f"{ENTERPRISE}:manager", "value": value}
    )
    assert (await directory.person(made))["manager_id"] == (await directory.person(boss))["id"]
    await directory.patch(f"/Users/{made['id']}", {"op": "Remove", "path": f"{ENTERPRISE}:manager"})
    assert (await directory.person(made))["manager_id"] is None


async def test_groups_are_the_units_of_those_who_have_no_department(directory: Directory) -> None:
    ada, bo = await directory.add("ada"), await directory.add("bo", **{ENTERPRISE: {"department": "Valves"}})
    group = await directory.say(
        "POST", "/Groups", {"schemas": [GROUP], "displayName": "Pumps", "externalId": "g"}, 201
    )
    at = f"/Groups/{group['id']}"
    await directory.patch(
        at, {"op": "Add", "path": "members", "value": [{"value": ada["id"]}, {"value": bo["id"]}]}
    )
    assert [(await directory.person(one))["unit"] for one in (ada, bo)] == ["Pumps", "Valves"]
    shown = await directory.say("GET", f"/Users/{ada['id']}")
    assert [one["display"] for one in shown["groups"]] == ["Pumps"]
    await directory.patch(at, {"op": "Replace", "path": "displayName", "value": "Wet pumps"})
    assert (await directory.person(ada))["unit"] == "Wet pumps"
    await directory.patch(at, {"op": "Remove", "path": f'members[value eq "{ada["id"]}"]'})
    assert (await directory.person(ada))["unit"] == ""
    await directory.patch(at, {"op": "add", "path": "members", "value": [{"value": ada["id"]}]})
    await directory.patch(at, {"op": "Remove", "path": "members", "value": [{"value": ada["id"]}]})
    assert (await directory.person(ada))["unit"] == ""
    found = await directory.say("GET", '/Groups?filter=displayName eq "wet pumps"&excludedAttributes=members')
    assert [one["id"] for one in found["Resources"]] == [group["id"]] and "members" not in found["Resources"][
        0
    ]
    await directory.say("DELETE", at, status=204)
    await directory.say("GET", at, status=404)


async def test_versions_keep_two_from_writing_over_one_another(directory: Directory) -> None:
    made = await directory.add("ada", displayName="Ada")
    version = made["meta"]["version"]
    body = {"schemas": [USER], "userName": "ada", "displayName": "Ada L"}
    at = f"/Users/{made['id']}"
    await directory.say("PUT", at, body, **{"if-match": version})
    await directory.say("PUT", at, body | {"displayName": "Ada M"}, 412, **{"if-match": version})
    await directory.site.get(f"/scim/v2{at}")
    assert (await directory.person(made))["name"] == "Ada L"


async def test_a_bulk_request_does_what_it_can(directory: Directory) -> None:
    await directory.add("ada")
    operations = [
        {"method": "POST", "path": "/Users", "bulkId": name, "data": {"schemas": [USER], "userName": name}}
        for name in ("bo", "ada", "cy")
    ]
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations}
    answer = await directory.say("POST", "/Bulk", body)
    assert [str(one["status"]) for one in answer["Operations"]] == ["201", "409", "201"]
    count = await directory.world.connection.fetchval("select count(*) from scim_resources")
    assert count == 3


async def test_whoever_has_no_good_token_learns_nothing(directory: Directory) -> None:
    await directory.add("ada")
    for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": "Basic YTpi"}):
        for at in ("/Users", "/Groups", "/Schemas", "/Users?filter=userName eq %22ada%22", "/Nothing"):
            answer = await directory.site.get(f"/scim/v2{at}", headers=headers)
            assert answer.status_code in (401, 404) and "ada" not in answer.text
            assert answer.status_code == 401 or at == "/Nothing"


async def test_pages_of_a_long_list_take_few_statements(directory: Directory) -> None:
    await directory.world.connection.execute(
        "insert into scim_resources (kind, name, document) select 'User', 'u' || n,"
        " jsonb_build_object('schemas', jsonb_build_array($1::text), 'userName', 'u' || n) from generate_series(1, 600) n",
        USER,
    )
    page = await directory.say("GET", "/Users?startIndex=101&count=50")
    assert (page["totalResults"], page["startIndex"], page["itemsPerPage"]) == (600, 101, 50)
    assert [one["userName"] for one in page["Resources"]] == [f"u{n}" for n in range(101, 151)]
    whole = await directory.say("GET", "/Users?count=100000")
    assert whole["itemsPerPage"] == 500
    found = await directory.say(
        "GET", '/Users?filter=userName sw "u59" and userName ew "9"&sortBy=userName&sortOrder=descending'
    )
    assert [one["userName"] for one in found["Resources"]] == ["u599", "u59"][: len(found["Resources"])]


async def test_guests_and_their_ends_are_not_the_directorys(directory: Directory, chief: Someone) -> None:
    guest = await directory.world.guest("gus", sponsor=chief, until=clock.now() + timedelta(9))
    await addresses.add(directory.world.db, guest.id, "gus@else.example", is_verified=True)
    made = await directory.add(
        "gus@else.example", emails=[{"value": "gus@else.example", "type": "work"}], active=False
    )
    assert (await directory.person(made))["standing"] == Standing.guest


async def test_what_the_directory_said_of_somebody_goes_when_they_are_erased(
    directory: Directory, chief: Someone
) -> None:
    made = await directory.add("ada", displayName="Ada Marker")
    person = await directory.person(made)
    viewer = await directory.world.viewer(chief)
    async with directory.world.database.transaction() as db:
        await erase(db, viewer, person["id"])
    assert await directory.world.connection.fetchval("select count(*) from scim_resources") == 0


BODIES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["schemas", "userName", "emails", "active", "Operations", "op", "path", "value", "members", "name", ENTERPRISE]),
        inner, max_size=4,
    ),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    method=st.sampled_from(["POST", "PUT", "PATCH"]),
    body=BODIES,
    op=st.sampled_from(["add", "Replace", "remove"]),
    path=st.text(max_size=12),
)
async def test_no_body_is_a_failure_of_ours(
    directory: Directory, method: str, body: Any, op: str, path: str
) -> None:
    made = await directory.site.get("/scim/v2/Users", headers=directory._headers)
    ids = [one["id"] for one in made.json().get("Resources", [])] or [(await directory.add("ada"))["id"]]
    at = "/Users" if method == "POST" else f"/Users/{ids[0]}"
    for sent in (body, {"schemas": [PATCH], "Operations": [{"op": op, "path": path, "value": body}]}):
        answer = await directory.site.request(
            method, f"/scim/v2{at}", content=json.dumps(sent), headers=directory._headers
        )
        assert answer.status_code < 500, answer.text
