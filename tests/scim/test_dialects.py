"""What directories send beside the standard: names in any case, what they remove by value, what is empty."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.scim.test_directories import ENTERPRISE, GROUP, PATCH, USER, Directory
from tests.site import HOME
from tests.world import World
from weetwie import reactions
from weetwie.domain.scim import tokens
from weetwie.scim.server import ScimServer

SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"


@pytest.fixture
async def directory(dsn: str) -> AsyncIterator[Directory]:
    world = await World.open(dsn, is_kept=True)
    reactions.attach(world.database)
    chief = await world.member("chief", is_admin=True)
    async with world.database.transaction() as db:
        _id, token = await tokens.make(db, await world.viewer(chief), "Entra ID")
    transport = httpx.ASGITransport(ScimServer(world.database, replace(world.site, base_url=HOME)))
    async with httpx.AsyncClient(transport=transport, base_url=HOME) as site:
        yield Directory(world, site, token)
    await world.close()


async def ada(directory: Directory, **more: Any) -> dict[str, Any]:
    emails = [
        {"value": "ada@corp.example", "type": "work", "primary": True},
        {"value": "home@corp.example", "type": "home"},
    ]
    return await directory.add("ada@corp.example", displayName="Ada", title="Engineer", emails=emails, **more)


async def test_names_are_known_in_any_case(directory: Directory) -> None:
    boss = await directory.add("boss")
    body = {
        "SCHEMAS": [USER.lower(), ENTERPRISE.upper()],
        "USERNAME": "zoe",
        "DisplayName": "Zoë",
        "EMAILS": [{"VALUE": "zoe@corp.example", "Type": "Work"}],
        "Active": "True",
        ENTERPRISE.lower(): {"Manager": {"Value": boss["id"]}, "DEPARTMENT": "Pumps"},
    }
    made = await directory.say("POST", "/Users", body, 201)
    person = await directory.person(made)
    assert (person["name"], person["unit"]) == ("Zoë", "Pumps")
    assert person["manager_id"] == (await directory.person(boss))["id"]
    changed = await directory.patch(
        f"/Users/{made['id']}",
        {"OP": "Replace", "PATH": "TITLE", "VALUE": "Engineer"},
        {"op": "REPLACE", "path": 'EMAILS[TYPE EQ "WORK"].VALUE', "value": "new@corp.example"},
        {"op": "replace", "value": {ENTERPRISE.upper(): {"Department": "Valves"}}},
    )
    assert (changed["title"], changed["emails"][0]["value"]) == ("Engineer", "new@corp.example")
    assert changed[ENTERPRISE]["department"] == "Valves"
    search = {"schemas": [SEARCH.lower()], "FILTER": 'USERNAME Eq "ZOE"', "COUNT": 1}
    assert (await directory.say("POST", "/Users/.search", search))["totalResults"] == 1
    at = "/Users?Filter=UserName eq %22zoe%22&ATTRIBUTES=EMAILS.VALUE&SortBy=USERNAME&sortOrder=Descending"
    (found,) = (await directory.say("GET", at))["Resources"]
    assert found["emails"] == [{"value": "new@corp.example"}] and "displayName" not in found
    (found,) = (await directory.say("GET", "/Users?count=1&startindex=2&EXCLUDEDATTRIBUTES=Emails"))[
        "Resources"
    ]
    assert found["id"] == made["id"] and "emails" not in found
    assert (await directory.say("GET", f"/Schemas/{USER.lower()}"))["id"] == USER


@pytest.mark.parametrize(
    "value",
    ["{id}", {"value": "{id}"}, {"Value": "{id}"}, {"value": "{id}", "$ref": None, "displayName": "Bo"}, [{"value": "{id}"}]],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("way", ["path", "value", "extension", "whole", "created"])
async def test_a_manager_comes_in_any_form_and_goes_in_any(
    directory: Directory, value: Any, way: str
) -> None:
    boss = await directory.add("boss")
    boss_id = (await directory.person(boss))["id"]
    given = _with(value, boss["id"])
    if way == "created":
        made = await directory.add("ada", **{ENTERPRISE: {"manager": given}})
        assert (await directory.person(made))["manager_id"] == boss_id
        return
    made = await directory.add("ada", **{ENTERPRISE: {"department": "Pumps"}})
    at = f"/Users/{made['id']}"
    await directory.patch(at, _manager(way, given))
    assert (await directory.person(made))["manager_id"] == boss_id
    for empty in ("", None, {}, {"value": ""}, {"Value": None}):
        await directory.patch(at, _manager(way, given))
        left = await directory.patch(at, _manager(way, empty))
        assert left[ENTERPRISE] == {"department": "Pumps"}, empty
        assert (await directory.person(made))["manager_id"] is None
    await directory.patch(at, _manager(way, given))
    await directory.patch(at, {"op": "Remove", "path": f"{ENTERPRISE}:manager", "value": given})
    assert (await directory.person(made))["manager_id"] is None


def _with(value: Any, id: str) -> Any:
    if isinstance(value, list):
        return [_with(one, id) for one in value]
    if isinstance(value, dict):
        return {name: _with(one, id) for name, one in value.items()}
    return id if value == "{id}" else value


def _manager(way: str, value: Any) -> dict[str, Any]:
    return {
        "path": {"op": "Replace", "path": f"{ENTERPRISE}:manager", "value": value},
        "value": {"op": "Add", "value": {f"{ENTERPRISE}:Manager": value}},
        "extension": {"op": "replace", "value": {ENTERPRISE: {"MANAGER": value}}},
        "whole": {"op": "replace", "path": ENTERPRISE, "value": {"manager": value}},
    }[way]


@pytest.mark.parametrize(
    ("operation", "name", "left"),
    [
        ({"path": 'emails[type eq "home"].value', "value": "home@corp.example"}, "emails", ["ada@corp.example"]),
        ({"path": 'emails[type eq "home"]', "value": [{"value": "home@corp.example"}]}, "emails", ["ada@corp.example"]),
        ({"path": "emails", "value": "home@corp.example"}, "emails", ["ada@corp.example"]),
        ({"path": "emails", "value": [{"value": "home@corp.example", "display": None, "type": "other"}]}, "emails", ["ada@corp.example"]),
        ({"path": "emails", "value": [{"type": "home", "$ref": None}]}, "emails", ["ada@corp.example"]),
        ({"path": "emails", "value": []}, "emails", ["ada@corp.example", "home@corp.example"]),
        ({"path": "title", "value": "Engineer"}, "title", None),
        ({"path": "Title", "value": ""}, "title", None),
        ({"path": "title", "value": None}, "title", None),
        ({"value": {"title": "Engineer"}}, "title", None),
        ({"path": "nickName", "value": "never there"}, "nickName", None),
    ],
    ids=str,
)  # fmt: skip
async def test_what_is_removed_may_be_named_by_its_value(
    directory: Directory, operation: dict[str, Any], name: str, left: Any
) -> None:
    made = await ada(directory)
    found = await directory.patch(f"/Users/{made['id']}", {"op": "Remove", **operation})
    there = found.get(name)
    assert ([one["value"] for one in there] if isinstance(there, list) else there) == left


@pytest.mark.parametrize(
    ("operation", "name", "after"),
    [
        ({"op": "Replace", "path": "title", "value": ""}, "title", None),
        ({"op": "Replace", "value": {"title": "", "nickName": "A"}}, "title", None),
        ({"op": "Replace", "path": "title", "value": [{"$ref": None, "value": "Boss"}]}, "title", "Boss"),
        ({"op": "Replace", "path": "name", "value": {"GivenName": "A", "familyName": ""}}, "name", {"givenName": "A"}),
        ({"op": "Replace", "path": 'emails[type eq "home"].value', "value": ""}, "emails", ["ada@corp.example"]),
        ({"op": "Replace", "path": 'emails[type eq "home"].value', "value": None}, "emails", ["ada@corp.example"]),
        ({"op": "Replace", "value": {'emails[type eq "work"].value': "a@corp.example"}}, "emails", ["a@corp.example", "home@corp.example"]),
        ({"op": "Replace", "path": 'emails[primary eq "True"].value', "value": "a@corp.example"}, "emails", ["a@corp.example", "home@corp.example"]),
        ({"op": "Add", "path": "emails", "value": [{"value": "ADA@corp.example", "type": "work"}]}, "emails", ["ADA@corp.example", "home@corp.example"]),
        ({"op": "Add", "path": "emails", "value": "b@corp.example"}, "emails", ["ada@corp.example", "home@corp.example", "b@corp.example"]),
        ({"op": "Add", "path": "phoneNumbers[type eq \"mobile\"].value", "value": ""}, "phoneNumbers", None),
        ({"op": "Add", "path": "active", "value": [{"value": "False"}]}, "active", False),
        ({"op": "Replace", "path": "active", "value": "True "}, "active", True),
        ({"op": "Replace", "value": {"id": "1", "meta": {}, "groups": [], "schemas": [USER], "title": "Boss"}}, "title", "Boss"),
        ({"op": "Replace", "path": f"{ENTERPRISE}:employeeNumber", "value": 7}, ENTERPRISE, {"employeeNumber": "7"}),
    ],
    ids=str,
)  # fmt: skip
async def test_what_is_empty_or_wrapped_is_read_as_it_is_meant(
    directory: Directory, operation: dict[str, Any], name: str, after: Any
) -> None:
    made = await ada(directory)
    found = (await directory.patch(f"/Users/{made['id']}", operation)).get(name)
    assert ([one["value"] for one in found] if isinstance(found, list) else found) == after


async def test_a_user_comes_with_what_is_empty_left_out(directory: Directory) -> None:
    made = await directory.add(
        "ada",
        emails=[{"value": "", "type": "work"}, {"value": None, "type": "home"}],
        phoneNumbers=None,
        photos=[{"value": "", "type": "photo"}],
        profileUrl="",
        title="",
        roles=[{"value": "{}", "primary": "True"}],
        name={"formatted": None, "givenName": ""},
        **{ENTERPRISE: {"manager": "", "department": ""}},
    )
    assert not {"emails", "phoneNumbers", "photos", "profileUrl", "title", ENTERPRISE} & set(made)
    assert made["roles"] == [{"value": "{}", "primary": True}]
    refused = await directory.say("POST", "/Users", {"schemas": [USER], "userName": ""}, 400)
    assert "userName" in refused["detail"]


async def test_members_come_once_and_go_in_any_form(directory: Directory) -> None:
    one, two = await directory.add("ada"), await directory.add("bo")
    group = await directory.say("POST", "/Groups", {"schemas": [GROUP], "displayName": "Pumps"}, 201)
    at, first = f"/Groups/{group['id']}", one["id"]
    given: list[Any] = [first, [first], {"value": first}, [{"value": first, "display": "Ada"}]]
    given += [[{"VALUE": first, "$ref": None}], [{"value": first}, {"value": first}]]
    for adding in given:
        await directory.patch(at, {"op": "Add", "path": "members", "value": adding})
        both = await directory.patch(
            at, {"op": "Add", "value": {"members": [{"value": two["id"]}, *_list(adding)]}}
        )
        assert {member["value"] for member in both["members"]} == {first, two["id"]} and len(
            both["members"]
        ) == 2
        for removing in (
            {"path": "members", "value": adding},
            {"path": f'members[value eq "{first}"]'},
            {"path": f'Members[Value Eq "{first}"]', "value": [{"value": first}]},
        ):
            left = await directory.patch(at, {"op": "Remove", **removing})
            assert [member["value"] for member in left["members"]] == [two["id"]]
            await directory.patch(at, {"op": "Add", "path": "members", "value": adding})
    renamed = await directory.patch(
        at, {"op": "replace", "value": {"id": group["id"], "displayName": "Wet pumps"}}
    )
    assert renamed["displayName"] == "Wet pumps"


def _list(given: Any) -> list[Any]:
    return given if isinstance(given, list) else [given]


@pytest.mark.parametrize(
    ("asked", "is_found"),
    [
        ('displayName eq "ada"', True),
        ('DisplayName Eq "ADA" and active eq true', True),
        ('displayName co "d"', True),
        ('displayName sw "Ad"', True),
        ("displayName pr", True),
        ('displayName eq "ad"', False),
        (f'{USER.upper()}:DISPLAYNAME eq "ada"', True),
        ('emails.value eq "HOME@corp.example"', True),
        ('emails[type eq "work" and value eq "ada@corp.example"]', True),
        ('emails[type eq "home" and value eq "ada@corp.example"]', False),
        ('title eq "engineer" or title eq "boss"', True),
        ('not (displayName eq "ada") and userName sw "ada"', False),
        ('(manager eq "{boss}")', True),
        (f'{ENTERPRISE}:manager eq "{{boss}}"', True),
        ('manager eq "1"', False),
        ('displayName eq "manager eq"', False),
        ('displayName eq "%"', False),
    ],
)
async def test_users_are_found_by_what_directories_ask_for(
    directory: Directory, asked: str, is_found: bool
) -> None:
    boss = await directory.add("boss", displayName="Bo")
    made = await ada(directory, **{ENTERPRISE: {"manager": boss["id"]}})
    found = await directory.say(
        "GET", f"/Users?filter={asked.replace('{boss}', boss['id']).replace('%', '%25')}"
    )
    assert (made["id"] in [one["id"] for one in found.get("Resources", [])]) == is_found


async def test_groups_are_found_by_parts_of_their_names_and_by_their_members(directory: Directory) -> None:
    one = await directory.add("ada")
    body = {"schemas": [GROUP], "displayName": "Pumps", "members": [{"value": one["id"]}]}
    group = await directory.say("POST", "/Groups", body, 201)
    for asked in ('displayName eq "PUMPS"', 'displayName co "ump"', 'displayName sw "pu"', "displayName pr"):
        assert (await directory.say("GET", f"/Groups?filter={asked}"))["totalResults"] == 1, asked
    asked = f'groups[value eq "{group["id"]}" and display eq "pumps"]'
    assert (await directory.say("GET", f"/Users?filter={asked}"))["totalResults"] == 1
    asked = f'id eq "{group["id"]}" and members eq "{one["id"]}"'
    assert (await directory.say("GET", f"/Groups?filter={asked}"))["totalResults"] == 1
    assert (await directory.say("GET", '/Groups?filter=displayName eq "ump"'))["totalResults"] == 0


async def test_patches_within_a_bulk_request_are_read_alike(directory: Directory) -> None:
    made = await ada(directory)
    data = {"schemas": [PATCH.lower()], "Operations": [{"op": "Remove", "path": "title", "value": "x"}]}
    operations = [{"method": "PATCH", "path": f"/Users/{made['id']}", "Data": data}]
    answer = await directory.say("POST", "/Bulk", {"schemas": [BULK], "Operations": operations})
    assert str(answer["Operations"][0]["status"]) in ("200", "204")
    assert "title" not in await directory.say("GET", f"/Users/{made['id']}")


async def test_schemas_are_described_as_the_standard_has_it(directory: Directory) -> None:
    found = {one["id"]: one["description"] for one in (await directory.say("GET", "/Schemas"))["Resources"]}
    assert found == {USER: "User Account", ENTERPRISE: "Enterprise User", GROUP: "Group"}
