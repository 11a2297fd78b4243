"""The binder: turns a tree of whatever came into the parameters that a door declared, or refuses and names the field."""

import math
import re
from collections.abc import Callable, Sequence
from typing import Any, Final, Generic, TypeVar

import msgspec
from msgspec import inspect

from weetwie.api.body import Repeated, Tree
from weetwie.api.parameters import KIND, LARGEST_ID, LimitRange, Upload
from weetwie.errors import Invalid, _

Params = TypeVar("Params", bound=msgspec.Struct)

Shape = Callable[[Any, str], Any]
"""Takes a raw value and the field's name; gives the value, `ABSENT` when it counts as not given, or refuses."""

ABSENT: Final = object()

FALSE: Final = frozenset(("false", "f", "0", "off"))

_MISSING = _("{field} is missing.")
_BAD_CHARACTER = _("{field} holds a character that is not allowed.")
_WRONG_KIND = {
    "text": _("{field} must be text."),
    "truth": _("{field} must be true or false."),
    "whole": _("{field} must be a whole number."),
    "number": _("{field} must be a number."),
    "id": _("{field} must be an id."),
    "list": _("{field} must be a list."),
    "object": _("{field} must be an object."),
    "file": _("{field} must be a file, sent in a multipart form."),
    "time": _("{field} must be a date or time, such as 2026-01-31T09:00:00Z."),
}
_NOT_ONE_OF = _("{field} must be one of: {choices}.")
_NOT_AS_DECLARED = _("{field} is not as it should be: {expected}.")


class Binder(Generic[Params]):
    """Made once for each kind of parameters; refuses at start what it could not bind later."""

    def __init__(self, kind: type[Params]) -> None:
        self._kind = kind
        self._shape = _struct_shape(inspect.type_info(kind))

    def bind(self, tree: Tree) -> Params:
        shaped = self._shape(tree, "")
        try:
            return msgspec.convert(shaped, self._kind)
        except msgspec.ValidationError as error:
            raise _invalid(str(error)) from None


def _invalid(message: str) -> Invalid:
    """Bounds and patterns are checked by msgspec, which says where: `Expected `int` >= 1 - at `$.poll.expires_in``."""
    expected, _at, place = message.partition(" - at `$")
    steps = re.findall(r"\w+", re.sub(r"\[\.*\d*\]", "", place))
    field = "".join([*steps[:1], *(f"[{step}]" for step in steps[1:])]) or "body"
    return Invalid(_NOT_AS_DECLARED, field=field, expected=expected.replace("`", ""))


def _wrong(name: str, kind: str) -> Invalid:
    return Invalid(_WRONG_KIND[kind], field=name)


def _shape_of(kind: inspect.Type) -> Shape:
    if isinstance(kind, inspect.Metadata):
        marker = (kind.extra or {}).get(KIND)
        return _marked_shape(marker) if marker is not None else _shape_of(kind.type)
    if isinstance(kind, inspect.UnionType):
        return _optional_shape(kind)
    if isinstance(kind, inspect.StructType):
        return _struct_shape(kind)
    if isinstance(kind, inspect.ListType | inspect.VarTupleType | inspect.SetType | inspect.FrozenSetType):
        return _list_shape(_shape_of(kind.item_type))
    if isinstance(kind, inspect.DictType):
        return _mapping_shape(_shape_of(kind.value_type))
    if isinstance(kind, inspect.LiteralType):
        return _choice_shape(kind.values)
    if isinstance(kind, inspect.EnumType):
        return _choice_shape([member.value for member in kind.cls])
    if isinstance(kind, inspect.CustomType) and kind.cls is Upload:
        return _upload
    shape = _PLAIN.get(type(kind))
    if shape is None:
        raise TypeError(f"a parameter cannot be of the type {kind!r}")
    return shape


def _marked_shape(marker: object) -> Shape:
    if isinstance(marker, LimitRange):
        return _limit_shape(marker)
    return {"id": _id, "loose id": _loose_id}[str(marker)]


def _struct_shape(kind: inspect.Type) -> Shape:
    if not isinstance(kind, inspect.StructType):
        raise TypeError(f"parameters must be a struct and not {kind!r}")
    fields = [(field.encode_name, _shape_of(field.type), field.required) for field in kind.fields]

    def shape(value: Any, name: str) -> Any:
        if value == "":
            return ABSENT
        if not isinstance(value, dict):
            raise _wrong(name, "object")
        shaped = {}
        for key, field_shape, required in fields:
            raw = value.get(key, ABSENT)
            if raw is not ABSENT:
                raw = field_shape(raw, f"{name}[{key}]" if name else key)
            if raw is not ABSENT:
                shaped[key] = raw
            elif required:
                raise Invalid(_MISSING, field=f"{name}[{key}]" if name else key)
        return shaped

    return shape


def _optional_shape(kind: inspect.UnionType) -> Shape:
    others = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
    if len(others) != 1:
        raise TypeError(f"a parameter cannot be one of several types: {kind!r}")
    inner = _shape_of(others[0])
    if len(others) == len(kind.types):
        return inner

    def shape(value: Any, name: str) -> Any:
        return None if value is None else inner(value, name)

    return shape


def _list_shape(item: Shape) -> Shape:
    def shape(value: Any, name: str) -> Any:
        if value is None:
            return ABSENT
        shaped = [item(one, name) for one in _items(value, name)]
        return [one for one in shaped if one is not ABSENT]

    return shape


def _items(value: Any, name: str) -> Sequence[Any]:
    if isinstance(value, list):
        # `languages[]=` is how a form says that the list is empty.
        return [] if len(value) == 1 and value[0] == "" else value
    if isinstance(value, dict):
        return _numbered(value, name)
    return [] if value == "" else [value]


def _numbered(value: dict[str, Any], name: str) -> list[Any]:
    """`fields_attributes[0][name]`, and its likes in JSON: an object whose keys are numbers is a list."""
    for key in value:
        if not (key.isascii() and key.isdigit() and len(key) <= 18):
            raise _wrong(name, "list")
    return [value[key] for key in sorted(value, key=int)]


def _mapping_shape(item: Shape) -> Shape:
    def shape(value: Any, name: str) -> Any:
        if value is None or value == "":
            return ABSENT
        if not isinstance(value, dict):
            raise _wrong(name, "object")
        shaped = {_text(key, name): item(one, f"{name}[{_printable(key)}]") for key, one in value.items()}
        return {key: one for key, one in shaped.items() if one is not ABSENT}

    return shape


def _printable(key: str) -> str:
    return key.encode("utf-8", "replace").decode()[:100]


def _choice_shape(choices: Sequence[Any]) -> Shape:
    by_text = {str(choice): choice for choice in choices}
    listed = ", ".join(by_text)

    def shape(value: Any, name: str) -> Any:
        value = _last(value)
        if value is None or (value == "" and "" not in by_text):
            return ABSENT
        if not isinstance(value, str | int) or str(value) not in by_text:
            raise Invalid(_NOT_ONE_OF, field=name, choices=listed)
        return by_text[str(value)]

    return shape


def _limit_shape(bounds: LimitRange) -> Shape:
    def shape(value: Any, name: str) -> Any:
        value = _last(value)
        if isinstance(value, str):
            digits = _LEADING_NUMBER.match(value)
            return bounds.clamp(int(digits.group())) if digits else bounds.default
        if isinstance(value, int) and not isinstance(value, bool):
            return bounds.clamp(value)
        return bounds.default

    return shape


_LEADING_NUMBER = re.compile(r"\s*[+-]?[0-9]{1,19}")


def _id(value: Any, name: str) -> Any:
    value = _last(value)
    if value is None or value == "":
        return ABSENT
    number = _as_id(value)
    if number is None:
        raise _wrong(name, "id")
    return number


def _loose_id(value: Any, name: str) -> Any:
    number = _as_id(_last(value))
    return ABSENT if number is None else number


def _as_id(value: Any) -> int | None:
    if isinstance(value, str):
        if not (value.isascii() and value.isdigit() and len(value) <= 19):
            return None
        value = int(value)
    elif not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 < value <= LARGEST_ID else None


def _text(value: Any, name: str) -> Any:
    value = _last(value)
    if value is None:
        return ABSENT
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise _wrong(name, "text")
    if "\x00" in value or not (value.isascii() or _is_sound(value)):
        raise Invalid(_BAD_CHARACTER, field=_printable(name))
    return value


def _is_sound(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _truth(value: Any, name: str) -> Any:
    value = _last(value)
    if value is None or value == "":
        return ABSENT
    if isinstance(value, str):
        return value.lower() not in FALSE
    if isinstance(value, int):
        return value != 0
    raise _wrong(name, "truth")


def _whole(value: Any, name: str) -> Any:
    value = _last(value)
    if value is None or value == "":
        return ABSENT
    if (isinstance(value, str) and _WHOLE.fullmatch(value)) or (
        isinstance(value, float) and value.is_integer()
    ):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not -LARGEST_ID <= value <= LARGEST_ID:
        raise _wrong(name, "whole")
    return value


_WHOLE = re.compile(r"[+-]?[0-9]{1,19}", re.ASCII)


def _number(value: Any, name: str) -> Any:
    value = _last(value)
    if value is None or value == "":
        return ABSENT
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(name, "number")
    try:
        value = float(value)
    except OverflowError:
        raise _wrong(name, "number") from None
    if not math.isfinite(value):
        raise _wrong(name, "number")
    return value


_NUMBER = re.compile(r"[+-]?[0-9]{1,19}(\.[0-9]{0,19})?", re.ASCII)


def _time(value: Any, name: str) -> Any:
    value = _last(value)
    if value is None or value == "":
        return ABSENT
    if not isinstance(value, str) or not value.isascii():
        raise _wrong(name, "time")
    return value


def _upload(value: Any, name: str) -> Any:
    value = _last(value)
    if value is None or value == "":
        return ABSENT
    if not isinstance(value, Upload):
        raise _wrong(name, "file")
    return value


def _last(value: Any) -> Any:
    return value[-1] if value.__class__ is Repeated else value


_PLAIN: Final[dict[type, Shape]] = {
    inspect.StrType: _text,
    inspect.BoolType: _truth,
    inspect.IntType: _whole,
    inspect.FloatType: _number,
    inspect.DateTimeType: _time,
    inspect.DateType: _time,
}
