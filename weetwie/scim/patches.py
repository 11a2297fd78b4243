"""Documents and the operations of a patch, as directories write them, brought to the form that the standard has."""

from collections.abc import Iterator
from typing import Any, Final

from scim2_models import EnterpriseUser, Group, User

Document = dict[str, Any]

ENTERPRISE: Final = str(EnterpriseUser.__schema__)
_MANAGER: Final = f"{ENTERPRISE}:manager".lower()
_OURS: Final = ("id", "meta", "groups", "schemas")
"""What a patch without a path may repeat and does not change."""


def _many() -> frozenset[str]:
    """Attributes with several values, by their names in small letters."""
    return frozenset(
        field.lower().replace("_", "")
        for model in (User, Group)
        for field in model.model_fields
        if model.get_field_multiplicity(field) and field != "schemas"
    )


_MANY: Final = _many()
_WITHOUT_VALUE: Final = frozenset({"addresses", "groups"})
_COMPLEX: Final = frozenset({"name", "manager", "meta"})


def document(given: Document) -> Document:
    """A user or a group: without what is empty, lists where lists belong, the manager as an object."""
    made = {}
    for name, value in given.items():
        plain = _value(name, value)
        if plain is not None or value is None:
            made[name] = plain
    return made


def operations(given: Document) -> Iterator[Document]:
    """One operation of a patch, as one or several of the standard's."""
    made = {name.lower(): value for name, value in given.items()}
    op, path = str(made.get("op")).lower(), made.get("path") or ""
    if not isinstance(path, str) or (not path and not _holds(made.get("value"))):
        yield made
    elif op == "remove":
        yield from _removals(path, made.get("value"))
    elif "value" in made:
        yield from _changes(made.get("op"), path, made["value"])
    else:
        yield made


def _removals(path: str, value: Any) -> Iterator[Document]:
    """What is to be removed is said by the path; only of several values the value chooses some."""
    if not path:
        for name, one in _alone(value).items():
            yield from _removals(name, one)
    elif _last(path) not in _MANY or value is None:
        yield {"op": "remove", "path": _whole(_of_manager(path))}
    else:
        chosen = [_chooses(one) for one in (value if isinstance(value, list) else [value])]
        yield {"op": "remove", "path": path, "value": [one for one in chosen if one]}


def _chooses(one: Any) -> Document:
    """By its value, where it has one: what else a directory knows of it may be out of date."""
    if not isinstance(one, dict):
        return {} if _is_empty(one) else {"value": _text(one)}
    given = {name.lower(): value for name, value in one.items() if not _is_empty(value)}
    given.pop("$ref", None)
    return {"value": _text(given["value"])} if "value" in given else given


def _changes(op: Any, path: str, given: Any) -> Iterator[Document]:
    """What is given is written; what is given as empty is removed."""
    path = _of_manager(path)
    if (_last(path) in ("", "name") and _holds(given)) or path.lower() == ENTERPRISE.lower():
        yield from _parts(op, path, _alone(given))
        return
    value = _value(path, given)
    if not _is_empty(value):
        yield {"op": op, "path": path, "value": value}
    elif _last(path) in _MANY:
        yield {"op": op, "path": path, "value": []}
    else:
        yield {"op": "remove", "path": _whole(path)}


def _parts(op: Any, path: str, given: Any) -> Iterator[Document]:
    """Of a whole user, an extension, a name or one of several values: each part for itself where it is empty."""
    if not isinstance(given, dict):
        yield {"op": op, "path": path, "value": given}
        return
    kept: Document = {}
    between = "" if not path else ":" if path.lower() == ENTERPRISE.lower() else "."
    for name, one in given.items():
        inner = _of_manager(f"{path}{between}{name}")
        if not path and name.lower() in _OURS:
            continue
        if (
            not path
            and ("[" in name or _last(name) in ("name", "manager") or name.lower() == ENTERPRISE.lower())
        ) or (_is_empty(plain := _value(name, one)) and _last(inner) not in _MANY):
            yield from _changes(op, inner, one)
        else:
            kept[name] = plain
    if kept:
        yield {"op": op, **({"path": path} if path else {}), "value": kept}


def _holds(value: Any) -> bool:
    return isinstance(_alone(value), dict)


def _alone(value: Any) -> Any:
    """A list around one value is that value."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _value(name: str, given: Any) -> Any:
    """What an attribute holds; None where that is nothing."""
    last = _last(name)
    if last == "schemas":
        return given
    if name.lower() == ENTERPRISE.lower():
        return document(given) if isinstance(given, dict) else given
    if last == "manager":
        return _manager(given)
    if last in _MANY:
        entries = given if isinstance(given, list) else [] if _is_empty(given) else [given]
        return [made for one in entries if (made := _entry(last, one))]
    given = _alone(given)
    if isinstance(given, dict):
        held = next((one for key, one in given.items() if key.lower() == "value"), None)
        return _value(name, held) if held is not None and last and last not in _COMPLEX else document(given)
    return None if _is_empty(given) else _text(given)


def _entry(name: str, given: Any) -> Document | None:
    """One of several values; None where it has none."""
    if not isinstance(given, dict):
        return None if _is_empty(given) else {"value": _text(given)}
    made = document(given)
    has_value = any(key.lower() in ("value", "$ref") and one is not None for key, one in made.items())
    return made if has_value or (name in _WITHOUT_VALUE and made) else None


def _manager(given: Any) -> Document | None:
    """An id alone, or an object around it, whatever its names."""
    given = _alone(given)
    if isinstance(given, dict):
        named = {name.lower(): value for name, value in given.items()}
        given = named.get("value") or named.get("managerid")
    return None if _is_empty(given) else {"value": str(given), "$ref": f"Users/{given}"}


def _whole(path: str) -> str:
    """An address or a number of a telephone without its value is none."""
    return path[: -len(".value")] if path.lower().endswith("].value") else path


def _of_manager(path: str) -> str:
    """The id of a manager is the manager."""
    return path[: len(_MANAGER)] if path.lower() == f"{_MANAGER}.value" else path


def _last(path: str) -> str:
    """The name that a path ends in, in small letters; nothing for what a filter has chosen."""
    return path.rpartition("]")[2].rpartition(":")[2].rpartition(".")[2].lower()


def _text(given: Any) -> Any:
    """Numbers are text in users and groups, and words for yes and no may stand among blanks."""
    if isinstance(given, int) and not isinstance(given, bool):
        return str(given)
    return given.strip() if isinstance(given, str) and given.strip().lower() in ("true", "false") else given


def _is_empty(given: Any) -> bool:
    return given is None or given in ("", [], {})
