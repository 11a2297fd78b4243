"""What directories send beside the standard, brought back to it before it is read.

Entra ID, Okta, OneLogin, JumpCloud and their like write a manager as an id alone, name the value that they remove, send empty
text for what is not there, or a list around the one value of an attribute. Names are compared in any case, as RFC 7643
section 2.1 has it; most of that, operations in capitals and words for yes and no the models know by themselves.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from scim2_models import BulkRequest, EnterpriseUser, Group, PatchOp, SearchRequest, User

from weetwie.scim.patches import ENTERPRISE, Document, document, operations

_SCHEMAS: Final = {
    str(model.__schema__).lower(): str(model.__schema__)
    for model in (User, EnterpriseUser, Group, PatchOp, SearchRequest, BulkRequest)
}
_PARAMETERS: Final = {
    name.lower(): name
    for name in ("filter", "sortBy", "sortOrder", "startIndex", "count", "attributes", "excludedAttributes")
}


def body(sent: bytes) -> bytes:
    """A message as the standard has it; what is no JSON is left to who reads it."""
    try:
        return json.dumps(_message(json.loads(sent))).encode() if sent else sent
    except (ValueError, RecursionError):
        return sent


def query(given: Mapping[str, str]) -> dict[str, str]:
    """The parameters of a request, their names in any case; an empty one is none."""
    known = {_PARAMETERS.get(name.lower(), name): value for name, value in given.items() if value}
    return {name: _parameter(name, value) for name, value in known.items()}


def path(asked: str) -> str:
    """With the name of a schema or of a kind of resource in it, in any case."""
    before, _slash, name = asked.rstrip("/").rpartition("/")
    kind = before.rpartition("/")[2].lower()
    if kind == "schemas":
        return f"{before}/{_SCHEMAS.get(name.lower(), name)}"
    if kind == "resourcetypes" and name.lower() in ("user", "group"):
        return f"{before}/{name.capitalize()}"
    return asked


def _message(given: Any) -> Any:
    if not isinstance(given, dict):
        return given
    named = {name.lower(): name for name in given}
    made = dict(given)
    if "schemas" in named and isinstance(urns := given[named["schemas"]], list):
        made[named["schemas"]] = [
            _SCHEMAS.get(urn.lower(), urn) if isinstance(urn, str) else urn for urn in urns
        ]
    if "operations" in named:
        del made[named["operations"]]
        listed = given[named["operations"]]
        made["Operations"] = list(_listed(listed if isinstance(listed, list) else [listed]))
        return made
    for name in ("filter", "sortorder"):
        if isinstance(made.get(named.get(name, "")), str):
            made[named[name]] = _parameter(_PARAMETERS[name], made[named[name]])
    return document(made) if "filter" not in named and not _is_search(made) else made


def _is_search(given: Document) -> bool:
    schemas = given.get("schemas")
    return isinstance(schemas, list) and str(SearchRequest.__schema__) in schemas


def _listed(given: list[Any]) -> Iterator[Any]:
    """The operations of a patch, or those of a bulk request, each with a message of its own."""
    for one in given:
        if not isinstance(one, dict):
            yield one
        elif data := next((name for name in one if name.lower() == "data"), None):
            yield {**one, data: _message(one[data])}
        elif any(name.lower() == "method" for name in one):
            yield one
        else:
            yield from operations(one)


def _parameter(name: str, value: str) -> str:
    if name == "filter":
        return _by_id_of_manager(value)
    return value.lower() if name == "sortOrder" else value


def _by_id_of_manager(asked: str) -> str:
    """Entra asks for `manager eq "7"`: whose manager has this id. What stands in quotation marks is left as it is."""
    parts = asked.split('"')
    for place in range(0, len(parts), 2):
        words = parts[place].split(" ")
        for number, word in enumerate(words[:-1]):
            is_manager = word.lstrip("(").lower() in ("manager", f"{ENTERPRISE}:manager".lower())
            if is_manager and words[number + 1].lower() in ("eq", "ne"):
                words[number] = "(" * (len(word) - len(word.lstrip("("))) + f"{ENTERPRISE}:manager.value"
        parts[place] = " ".join(words)
    return '"'.join(parts)
