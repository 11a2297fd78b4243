"""The binder: turns a tree of whatever came into the parameters that an endpoint declared, or refuses and names the field."""

import re
from collections.abc import Sequence
from typing import Any, Final, Generic, TypeVar

import msgspec
from msgspec import inspect

from weetwie.api.parameters import KIND, LimitRange, Upload
from weetwie.api.tree import Tree
from weetwie.api.values import (
    ABSENT,
    Shape,
    an_id,
    choice_shape,
    limit_shape,
    loose_id,
    moment,
    number,
    printable,
    text,
    time,
    truth,
    upload,
    whole,
    wrong,
)
from weetwie.errors import Invalid, _

Params = TypeVar("Params", bound=msgspec.Struct)

_MISSING = _("{field} is missing.")
_NOT_AS_DECLARED = _("{field} isn't right: {expected}.")


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
        return choice_shape(kind.values)
    if isinstance(kind, inspect.EnumType):
        return choice_shape([member.value for member in kind.cls])
    if isinstance(kind, inspect.CustomType) and kind.cls is Upload:
        return upload
    shape = _PLAIN.get(type(kind))
    if shape is None:
        raise TypeError(f"a parameter cannot be of the type {kind!r}")
    return shape


def _marked_shape(marker: object) -> Shape:
    if isinstance(marker, LimitRange):
        return limit_shape(marker)
    return {"id": an_id, "loose id": loose_id}[str(marker)]


def _struct_shape(kind: inspect.Type) -> Shape:
    if not isinstance(kind, inspect.StructType):
        raise TypeError(f"parameters must be a struct and not {kind!r}")
    fields = [(field.encode_name, _shape_of(field.type), field.required) for field in kind.fields]

    def shape(value: Any, name: str) -> Any:
        if value == "":
            return ABSENT
        if not isinstance(value, dict):
            raise wrong(name, "object")
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
            raise wrong(name, "list")
    return [value[key] for key in sorted(value, key=int)]


def _mapping_shape(item: Shape) -> Shape:
    def shape(value: Any, name: str) -> Any:
        if value is None or value == "":
            return ABSENT
        if not isinstance(value, dict):
            raise wrong(name, "object")
        shaped = {text(key, name): item(one, f"{name}[{printable(key)}]") for key, one in value.items()}
        return {key: one for key, one in shaped.items() if one is not ABSENT}

    return shape


_PLAIN: Final[dict[type, Shape]] = {
    inspect.StrType: text,
    inspect.BoolType: truth,
    inspect.IntType: whole,
    inspect.FloatType: number,
    inspect.DateTimeType: moment,
    inspect.DateType: time,
}
