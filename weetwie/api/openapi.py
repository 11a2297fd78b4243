"""The OpenAPI document of all endpoints, drawn from the table of routes."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, Final

import msgspec

from weetwie.api.call import Call
from weetwie.api.endpoint import Endpoint, is_id
from weetwie.api.mastodon.entities import Error
from weetwie.api.openapi_forms import Schema, body, flattened, query_parameter, resolved, without
from weetwie.api.parameters import PageParams, schema_of

_REF: Final = "#/components/schemas/{name}"
_ID: Final[Schema] = {"type": "string", "pattern": "^[1-9][0-9]{0,17}$"}

REFUSALS: Final = {
    400: "The request cannot be read",
    401: "No token, or not a good one",
    403: "The token or the person may not do this",
    404: "Nothing is there, or nothing that this caller may see",
    409: "It does not go together with what is already there",
    413: "The body is too large",
    415: "The body is in a form that is not read",
    422: "A parameter is not right; `details` names it",
    429: "Too often",
    503: "Out of order for now",
}


def openapi_endpoint(describe: Callable[[], Schema]) -> Endpoint:
    """The endpoint that hands the document out. It is written when somebody first asks: a quarter of a second, and megabytes."""

    @cache
    def body() -> bytes:
        return msgspec.json.format(msgspec.json.encode(describe()), indent=1)

    async def openapi(call: Call) -> bytes:
        return await asyncio.to_thread(body)

    return Endpoint("GET", "/api/openapi.json", openapi, hidden=True)


_ABOUT: Final = "Mastodon's client API, version 10, and our own additions under `/api/weetwie/v1`. Send parameters in the query, as a form, as multipart or as JSON; lists are `id[]`, nested values `poll[options][]`. Ids are strings. Times have milliseconds and `Z`. The `Link` header has the next page of a list."

_HEADERS: Final[Schema] = {
    "X-RateLimit-Limit": {"description": "Calls allowed in five minutes", "schema": {"type": "string"}},
    "X-RateLimit-Remaining": {"description": "Calls left", "schema": {"type": "string"}},
    "X-RateLimit-Reset": {"description": "When the count restarts", "schema": {"type": "string"}},
}
_COUNTED: Final[Schema] = {name: {"$ref": f"#/components/headers/{name}"} for name in _HEADERS}

_WIDE: Final = {
    "read": "Read everything you can see",
    "write": "Write everything you are allowed to",
    "follow": "Read and change who you follow, mute and block",
    "push": "Receive push notifications",
    "profile": "Know who you are, and nothing else",
    "admin:read": "Read what administrators can read",
    "admin:write": "Do what administrators can do",
}


def _what(scope: str) -> str:
    """What a scope is good for."""
    if scope in _WIDE:
        return _WIDE[scope]
    verb, _colon, thing = scope.removeprefix("admin:").partition(":")
    for_whom = " as an administrator" if scope.startswith("admin:") else ""
    return f"{verb.capitalize()} {thing.replace('_', ' ')}{for_whom}"


def document(endpoints: Iterable[Endpoint], base_url: str, version: str) -> Schema:
    shown = [endpoint for endpoint in endpoints if not endpoint.hidden]
    schemas, components = _schemas(shown)
    paths: dict[str, Schema] = {}
    for endpoint in shown:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(
            endpoint, schemas, components
        )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Weetwie",
            "version": version,
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": base_url}],
        "tags": [{"name": tag} for tag in dict.fromkeys(tag for one in shown for tag in one.tags)],
        "paths": paths,
        "components": {
            "schemas": components,
            "headers": _HEADERS,
            "securitySchemes": _security_schemes(shown, base_url),
        },
    }


def _schemas(
    endpoints: Sequence[Endpoint],
) -> tuple[dict[Any, Schema], dict[str, Schema]]:
    """The schema of each type in use, and those that they refer to by name."""
    kinds: list[Any] = [Error]
    for endpoint in endpoints:
        for kind in (endpoint.parameters, *endpoint.answers):
            if kind is not None and kind not in kinds:
                kinds.append(kind)
    schemas, components = msgspec.json.schema_components(kinds, schema_hook=schema_of, ref_template=_REF)
    _write_ids_as_text(components)
    return {str(kind): schema for kind, schema in zip(kinds, schemas, strict=True)}, components


def _write_ids_as_text(node: Any) -> None:
    """Ids are numbers inside and text outside; only they are numbers with a pattern."""
    if isinstance(node, dict):
        if node.get("type") == "integer" and "pattern" in node:
            node["type"] = "string"
        for below in node.values():
            _write_ids_as_text(below)
    elif isinstance(node, list):
        for below in node:
            _write_ids_as_text(below)


def _operation(endpoint: Endpoint, schemas: dict[Any, Schema], components: dict[str, Schema]) -> Schema:
    operation: Schema = {
        "operationId": _name(endpoint),
        "summary": endpoint.summary,
        "tags": list(endpoint.tags),
        "parameters": [_path_parameter(name) for name in endpoint.path_names],
        "responses": _responses(endpoint, schemas),
        "security": _security(endpoint),
    }
    if endpoint.deprecated:
        operation["deprecated"] = True
    if endpoint.parameters is not None:
        whole = without(
            resolved(schemas[str(endpoint.parameters)], components),
            endpoint.path_names,
        )
        flat = flattened(whole, components)
        if endpoint.method == "GET":
            operation["parameters"] += [query_parameter(name, *rest) for name, rest in flat.items()]
        elif flat:
            operation["requestBody"] = body(whole, flat, components)
    return operation


def _name(endpoint: Endpoint) -> str:
    steps = [
        step.strip("{}").replace(".", "_").replace("-", "_") for step in endpoint.path.split("/") if step
    ]
    return "_".join([endpoint.method.lower(), *steps])


def _path_parameter(name: str) -> Schema:
    schema = _ID if is_id(name) else {"type": "string", "minLength": 1}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _responses(endpoint: Endpoint, schemas: dict[Any, Schema]) -> Schema:
    good: Schema = {"description": "Done"}
    if endpoint.answer is not None:
        form = "text/plain" if endpoint.answer is str else "application/json"
        several = [schemas[str(kind)] for kind in endpoint.answers]
        good["content"] = {form: {"schema": several[0] if len(several) == 1 else {"oneOf": several}}}
    if endpoint.is_stream:
        good["content"] = {"text/event-stream": {"schema": {"type": "string"}}}
    if endpoint.rate != "none":
        good["headers"] = dict(_COUNTED)
    if isinstance(endpoint.parameters, type) and issubclass(endpoint.parameters, PageParams):
        link = {"description": "Links to the previous and next page", "schema": {"type": "string"}}
        good["headers"] = {"Link": link} | good.get("headers", {})
    responses = {str(endpoint.status): good}
    for status in _statuses(endpoint):
        responses[str(status)] = {
            "description": REFUSALS[status],
            "content": {"application/json": {"schema": schemas[str(Error)]}},
        }
    return responses


def _statuses(endpoint: Endpoint) -> list[int]:
    """Which refusals this endpoint can give."""
    statuses = {401, 404, 503}
    if endpoint.access != "public" or endpoint.scopes or endpoint.method != "GET":
        statuses.add(403)
    if endpoint.rate != "none":
        statuses.add(429)
    if endpoint.parameters is not None:
        statuses |= {400, 422}
    if not all(is_id(name) for name in endpoint.path_names):
        statuses.add(422)
    if endpoint.method != "GET":
        statuses |= {409, 422}
        if endpoint.parameters is not None:
            statuses |= {413, 415}
    return sorted(statuses)


def _security(endpoint: Endpoint) -> list[dict[str, list[str]]]:
    """Any one of these will do; the empty one is a call without a token."""
    open_to_all: list[dict[str, list[str]]] = [{}] if endpoint.access == "public" else []
    return open_to_all + [{"oauth2": [scope]} for scope in endpoint.scopes or ()] or [{"oauth2": []}]


def _security_schemes(endpoints: Iterable[Endpoint], base_url: str) -> Schema:
    scopes = sorted({scope for endpoint in endpoints for scope in endpoint.accepted})
    flow = {
        "tokenUrl": base_url + "/oauth/token",
        "scopes": {scope: _what(scope) for scope in scopes},
    }
    flows = {
        "authorizationCode": {
            "authorizationUrl": base_url + "/oauth/authorize",
            **flow,
        },
        "clientCredentials": flow,
    }
    return {"oauth2": {"type": "oauth2", "flows": flows}}
