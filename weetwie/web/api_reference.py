"""The OpenAPI document, made ready to be read by people: endpoints by group, each with what it takes and answers."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

Schema = Mapping[str, Any]

ENTITIES: Final = "entities"


class TypePart(Struct, frozen=True):
    """A piece of what something is: plain, or the name of an entity."""

    text: str
    entity: str = ""


class Part(Struct, frozen=True):
    """A parameter of an endpoint, or a field of an entity."""

    name: str
    kind: Sequence[TypePart]
    is_required: bool
    about: str = ""


class DescribedEndpoint(Struct, frozen=True):
    anchor: str
    method: str
    path: str
    summary: str
    is_deprecated: bool
    scopes: Sequence[str]
    """One of these is needed."""
    is_open: bool
    """To callers without a token, too."""
    parts: Sequence[Part]
    answer: Sequence[TypePart]


class EndpointGroup(Struct, frozen=True):
    name: str
    slug: str
    endpoints: Sequence[DescribedEndpoint]


class Entity(Struct, frozen=True):
    name: str
    fields: Sequence[Part]
    about: str = ""


class Reference(Struct, frozen=True):
    version: str
    about: str
    groups: Sequence[EndpointGroup]
    scopes: Mapping[str, str]
    refusals: Mapping[str, str]
    entities: Sequence[Entity]

    def group(self, slug: str) -> EndpointGroup | None:
        return next((one for one in self.groups if one.slug == slug), None)


def reference(document: Schema) -> Reference:
    schemas = document["components"]["schemas"]
    endpoints: dict[str, list[DescribedEndpoint]] = {tag["name"]: [] for tag in document["tags"]}
    refusals: dict[str, str] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            endpoints[operation["tags"][0]].append(_endpoint(path, method, operation))
            refusals |= {
                status: answer["description"]
                for status, answer in operation["responses"].items()
                if status >= "400"
            }
    flows = document["components"]["securitySchemes"]["oauth2"]["flows"]
    return Reference(
        version=document["info"]["version"],
        about=document["info"]["description"],
        groups=[EndpointGroup(name, _slug(name), those) for name, those in endpoints.items()],
        scopes=flows["authorizationCode"]["scopes"],
        refusals=dict(sorted(refusals.items())),
        entities=[_entity(name, schemas[name]) for name in sorted(schemas)],
    )


def _slug(name: str) -> str:
    return re.sub(r"[^a-z]+", "-", name.lower())


def _endpoint(path: str, method: str, operation: Schema) -> DescribedEndpoint:
    security = operation["security"]
    named = {scope: None for one in security for scope in one.get("oauth2", ())}
    good = next(answer for status, answer in operation["responses"].items() if status < "400")
    return DescribedEndpoint(
        anchor=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        is_deprecated=operation.get("deprecated", False),
        scopes=list(named),
        is_open={} in security,
        parts=[*map(_parameter, operation["parameters"]), *_sent(operation.get("requestBody"))],
        answer=[word for form in good.get("content", {}).values() for word in _kind(form["schema"])],
    )


def _parameter(given: Schema) -> Part:
    about = "part of the address" if given["in"] == "path" else _about(given["schema"])
    return Part(given["name"], list(_kind(given["schema"])), given["required"], about)


def _sent(body: Schema | None) -> Iterator[Part]:
    """As a form names it: all ways of sending take the same."""
    if body is None:
        return
    schema = body["content"]["multipart/form-data"]["schema"]
    for name, value in schema["properties"].items():
        yield Part(name, list(_kind(value)), name in schema.get("required", ()), _about(value))


def _entity(name: str, schema: Schema) -> Entity:
    needed = schema.get("required", ())
    fields = [
        Part(field, list(_kind(value)), field in needed, _about(value))
        for field, value in schema.get("properties", {}).items()
    ]
    return Entity(name, fields, schema.get("description", ""))


_PLAIN: Final = {
    "date-time": "time",
    "date": "day",
    "binary": "file",
    "string": "text",
    "boolean": "true or false",
    "integer": "whole number",
}


def _kind(schema: Schema) -> Iterator[TypePart]:
    """In words: `list of Status or null`."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield TypePart(name, name)
    elif choices := schema.get("anyOf") or schema.get("oneOf"):
        for place, choice in enumerate(choices):
            if place:
                yield TypePart(" or ")
            yield from _kind(choice)
    elif "enum" in schema:
        yield TypePart(", ".join(f"“{one}”" if isinstance(one, str) else str(one) for one in schema["enum"]))
    elif schema.get("type") == "array":
        yield TypePart("list of ")
        yield from _kind(schema.get("items", {}))
    elif schema.get("pattern", "").startswith("^[1-9]"):
        yield TypePart("id")
    else:
        form = str(schema.get("format", schema.get("type", "anything")))
        yield TypePart(_PLAIN.get(form, form))


def _about(schema: Schema) -> str:
    """What else is to be known: bounds, and what holds where nothing is given."""
    told = [schema["description"]] if "description" in schema else []
    bounds = (
        ("minimum", "from"),
        ("maximum", "to"),
        ("maxLength", "at most this long:"),
        ("maxItems", "at most"),
    )
    told += [f"{word} {schema[name]}" for name, word in bounds if name in schema]
    usual = schema.get("default")
    if usual not in (None, "", [], False):
        told.append(f"otherwise {usual}")
    return "; ".join(told)
