"""What directories send beside the standard, brought back to it before it is read.

Most of it the models know by themselves: operations in capitals, words for yes and no, dotted names without a path, values
that say what to remove (https://learn.microsoft.com/entra/identity/app-provisioning/application-provisioning-config-problem-scim-compatibility).
"""

import json
from typing import Any, Final

_MANAGER: Final = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:user:manager"
_ENTERPRISE: Final = _MANAGER.rpartition(":")[0]


def plain(body: bytes) -> bytes:
    """A manager that is given as an id alone, or without its address, becomes the object that the standard asks for."""
    if b"manager" not in body.lower():
        return body
    try:
        return json.dumps(_plain(json.loads(body))).encode()
    except (ValueError, RecursionError):
        return body


def _plain(given: Any) -> Any:
    if isinstance(given, list):
        return [_plain(one) for one in given]
    if not isinstance(given, dict):
        return given
    made = {name: _managed(name, _plain(value)) for name, value in given.items()}
    path = made.get("path")
    if isinstance(path, str) and path.lower() == _MANAGER:
        made["value"] = _manager(made.get("value"))
    return made


def _manager(value: Any) -> Any:
    if isinstance(value, str) and value:
        return {"value": value, "$ref": f"Users/{value}"}
    if isinstance(value, dict) and value.get("value") and not value.get("$ref"):
        return {**value, "$ref": f"Users/{value['value']}"}
    return value


def _managed(name: str, value: Any) -> Any:
    if name.lower() == _MANAGER:
        return _manager(value)
    if name.lower() == _ENTERPRISE and isinstance(value, dict):
        return {inner: _manager(one) if inner.lower() == "manager" else one for inner, one in value.items()}
    return value
