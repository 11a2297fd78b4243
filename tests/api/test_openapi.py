"""The OpenAPI document tells of every door what the table of routes says of it."""

import asyncio
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from tests.api.asking import ask
from weetwie.api.call import Call
from weetwie.api.dispatch import Dispatcher
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon.entities import Empty, Poll, Status
from weetwie.api.openapi import document, openapi_endpoint
from weetwie.api.parameters import Id, PageParams, Upload


class NewPoll(msgspec.Struct):
    options: list[str]
    expires_in: Annotated[int, Meta(ge=300)]


class NewField(msgspec.Struct):
    name: str = ""


class NewStatus(msgspec.Struct, kw_only=True):
    status: str
    media_ids: list[Id] = []
    poll: NewPoll | None = None
    fields_attributes: list[NewField] = []
    visibility: Literal["public", "private"] | None = None


class Picture(msgspec.Struct):
    id: Id
    file: Upload
    description: str = ""


class TimelineParams(PageParams, kw_only=True, frozen=True):
    any: list[str] | None = None
    local: bool = False


def routes() -> Routes:
    routes = Routes("statuses")

    @routes.get(
        "/api/v1/timelines/tag/{hashtag}",
        scopes=["read:statuses"],
        access="public",
        answer=list[Status],
    )
    async def tag(call: Call, page: TimelineParams) -> bytes:
        """Posts with a tag."""
        return b"[]"

    @routes.post("/api/v1/statuses", scopes=["write:statuses"])
    async def publish(call: Call, new: NewStatus) -> Status:
        raise NotImplementedError

    @routes.get("/api/v1/polls/{id}")
    async def poll(call: Call) -> Poll:
        raise NotImplementedError

    @routes.put("/api/v1/media/{id}", scopes=["write:media"], deprecated=True, rate="media")
    async def describe(call: Call, picture: Picture) -> Empty:
        return Empty()

    @routes.get("/health", rate="none", hidden=True)
    async def health(call: Call) -> bytes:
        return b""

    return routes


DOCUMENT = document(routes(), "https://w.example", "1.2.3")
PATHS = DOCUMENT["paths"]


def test_every_door_but_the_hidden_is_told_of() -> None:
    listed = {(method.upper(), path) for path, methods in PATHS.items() for method in methods}
    assert listed == {(one.method, one.path) for one in routes() if not one.hidden}


def test_operations_have_names_of_their_own() -> None:
    names = [operation["operationId"] for methods in PATHS.values() for operation in methods.values()]
    assert len(set(names)) == len(names)
    assert PATHS["/api/v1/polls/{id}"]["get"]["operationId"] == "get_api_v1_polls_id"


def test_parameters_of_path_and_query_are_named_as_forms_name_them() -> None:
    listed = {
        (one["in"], one["name"]): one for one in PATHS["/api/v1/timelines/tag/{hashtag}"]["get"]["parameters"]
    }
    assert set(listed) == {
        ("path", "hashtag"), ("query", "max_id"), ("query", "since_id"), ("query", "min_id"), ("query", "limit"),
        ("query", "any[]"), ("query", "local"),
    }  # fmt: skip
    assert listed["query", "any[]"]["schema"] == {
        "type": "array",
        "items": {"type": "string"},
    }
    assert listed["query", "max_id"]["schema"]["type"] == "string"
    assert listed["query", "limit"]["schema"]["default"] == 20
    (poll_id,) = PATHS["/api/v1/polls/{id}"]["get"]["parameters"]
    assert poll_id["schema"] == {"type": "string", "pattern": "^[1-9][0-9]{0,17}$"}


def test_bodies_are_told_in_all_three_forms() -> None:
    content = PATHS["/api/v1/statuses"]["post"]["requestBody"]["content"]
    assert set(content) == {
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    }
    form = content["multipart/form-data"]["schema"]
    assert set(form["properties"]) == {
        "status", "media_ids[]", "poll[options][]", "poll[expires_in]", "fields_attributes[0][name]", "visibility",
    }  # fmt: skip
    assert form["required"] == ["status"]
    assert content["application/json"]["schema"]["required"] == ["status"]
    assert "poll" in content["application/json"]["schema"]["properties"]


def test_the_parts_of_a_thing_in_a_form_need_one_another() -> None:
    content = PATHS["/api/v1/statuses"]["post"]["requestBody"]["content"]
    form = content["application/x-www-form-urlencoded"]["schema"]
    assert form["dependentRequired"] == {
        "poll[options][]": ["poll[expires_in]"],
        "poll[expires_in]": ["poll[options][]"],
    }
    assert form["properties"]["poll[options][]"]["minItems"] == 1


def test_a_file_can_only_come_in_a_multipart_form() -> None:
    content = PATHS["/api/v1/media/{id}"]["put"]["requestBody"]["content"]
    assert set(content) == {"multipart/form-data"}
    properties = content["multipart/form-data"]["schema"]["properties"]
    assert properties["file"] == {"type": "string", "format": "binary"}
    assert "id" not in properties


def test_answers_and_refusals_are_typed() -> None:
    answers = PATHS["/api/v1/timelines/tag/{hashtag}"]["get"]["responses"]
    status = {"$ref": "#/components/schemas/Status"}
    assert answers["200"]["content"]["application/json"]["schema"] == {
        "type": "array",
        "items": status,
    }
    assert "Link" in answers["200"]["headers"]
    assert set(answers) == {"200", "400", "401", "403", "404", "422", "429", "503"}
    assert set(PATHS["/api/v1/statuses"]["post"]["responses"]) >= {
        "200",
        "403",
        "409",
        "413",
        "415",
        "422",
        "429",
    }
    error = answers["404"]["content"]["application/json"]["schema"]
    assert error == {"$ref": "#/components/schemas/Error"}


def test_scopes_and_openness_are_told() -> None:
    assert PATHS["/api/v1/timelines/tag/{hashtag}"]["get"]["security"] == [
        {},
        {"oauth2": ["read:statuses"]},
    ]
    assert PATHS["/api/v1/statuses"]["post"]["security"] == [{"oauth2": ["write:statuses"]}]
    assert PATHS["/api/v1/polls/{id}"]["get"]["security"] == [{}]
    flow = DOCUMENT["components"]["securitySchemes"]["oauth2"]["flows"]["authorizationCode"]
    assert {"read", "read:statuses", "write"} <= set(flow["scopes"])
    assert flow["tokenUrl"] == "https://w.example/oauth/token"


def test_every_reference_leads_somewhere() -> None:
    def references(node: Any) -> list[str]:
        if isinstance(node, dict):
            own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
            return own + [found for value in node.values() for found in references(value)]
        return [found for value in node for found in references(value)] if isinstance(node, list) else []

    found = references(DOCUMENT)
    assert found
    for reference in found:
        start, _slash, name = reference.rpartition("/")
        assert start in ("#/components/schemas", "#/components/headers")
        assert name in DOCUMENT["components"][start.rpartition("/")[2]]


def test_the_document_is_handed_out() -> None:
    table = routes()
    app = Dispatcher([*table, openapi_endpoint(lambda: document(table, "https://w.example", "1.2.3"))])
    reply = asyncio.run(ask(app, "GET", "/api/openapi.json"))
    assert reply.status == 200
    assert reply.json == msgspec.json.decode(msgspec.json.encode(DOCUMENT))
    assert reply.headers["content-type"].startswith("application/json")


def test_deprecated_doors_are_marked() -> None:
    assert PATHS["/api/v1/media/{id}"]["put"]["deprecated"] is True
    assert "deprecated" not in PATHS["/api/v1/statuses"]["post"]
