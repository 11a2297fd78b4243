"""Parameters in the OpenAPI document: the same in a query, a form, multipart and JSON."""

from collections.abc import Iterable
from typing import Any, Final

Schema = dict[str, Any]

_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")


def query_parameter(name: str, schema: Schema, required: bool) -> Schema:
    return {"name": name, "in": "query", "required": required, "schema": schema}


def body(whole: Schema, flat: dict[str, tuple[Schema, bool]], components: dict[str, Schema]) -> Schema:
    """One and the same thing in three forms; a file can only come in the multipart one."""
    form: Schema = {
        "type": "object",
        "properties": {name: schema for name, (schema, _required) in flat.items()},
    }
    required = [name for name, (_schema, required) in flat.items() if required]
    if required:
        form["required"] = required
    if together := _together(whole, flat, components):
        form["dependentRequired"] = together
    has_file = any(schema.get("format") == "binary" for schema, _required in flat.values())
    content = {form_name: {"schema": form} for form_name in _FORMS[1 if has_file else 0 :]}
    if not has_file:
        content["application/json"] = {"schema": whole}
    return {"content": content, "required": bool(required)}


def _together(
    whole: Schema, flat: dict[str, tuple[Schema, bool]], components: dict[str, Schema]
) -> dict[str, list[str]]:
    """A form has a poll as soon as it has one part of it, and then needs the parts that a poll needs."""
    together: dict[str, list[str]] = {}
    for key, raw in whole["properties"].items():
        needed = resolved(raw, components).get("required", ())
        wanted = [name for name in flat for part in needed if name in (f"{key}[{part}]", f"{key}[{part}][]")]
        for name in flat:
            others = [other for other in wanted if other != name]
            if others and name.startswith(f"{key}["):
                together[name] = others
        for name in wanted:
            # An empty list cannot be said in a form: it would not be there at all.
            if name.endswith("[]"):
                flat[name][0]["minItems"] = 1
    return together


def flattened(
    schema: Schema, components: dict[str, Schema], prefix: str = "", wanted: bool = True
) -> dict[str, tuple[Schema, bool]]:
    """The names that a form or a query string uses: `poll[options][]`, `fields_attributes[0][name]`.

    With each its schema, and whether a call is refused without it.
    """
    flat: dict[str, tuple[Schema, bool]] = {}
    needed = schema.get("required", [])
    for key, raw in schema["properties"].items():
        name = f"{prefix}[{key}]" if prefix else key
        required = wanted and key in needed
        value = resolved(raw, components)
        if value.get("type") == "array":
            items = resolved(value["items"], components)
            if "properties" in items:
                flat |= flattened(items, components, f"{name}[0]", wanted=False)
            else:
                flat[f"{name}[]"] = ({"type": "array", "items": items}, required)
        elif "properties" in value:
            flat |= flattened(value, components, name, wanted=required)
        elif value.get("type") != "object":
            flat[name] = (value, required)
    return flat


def resolved(schema: Schema, components: dict[str, Schema]) -> Schema:
    """Without names in between, and without null, which a form cannot say."""
    if "$ref" in schema:
        return components[schema["$ref"].rpartition("/")[2]]
    choices = [choice for choice in schema.get("anyOf", ()) if choice.get("type") != "null"]
    if len(choices) == 1:
        return resolved(choices[0], components)
    return {key: value for key, value in schema.items() if key != "default" or value is not None}


def without(schema: Schema, names: Iterable[str]) -> Schema:
    properties = {key: value for key, value in schema["properties"].items() if key not in names}
    required = [key for key in schema.get("required", ()) if key not in names]
    return {**schema, "properties": properties, "required": required}
