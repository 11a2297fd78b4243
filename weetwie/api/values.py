"""Single values, from whatever spelling they come in: text, truths, numbers, ids, choices, files."""

import math
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from weetwie.api.parameters import LARGEST_ID, LimitRange, Upload
from weetwie.api.tree import Repeated
from weetwie.errors import Invalid, _

Shape = Callable[[Any, str], Any]
"""Takes a raw value and the field's name; gives the value, `ABSENT` when it counts as not given, or refuses."""

ABSENT: Final = object()

FALSE: Final = frozenset(("false", "f", "0", "off"))

_BAD_CHARACTER = _("{field} has a character that isn't allowed.")
_WRONG_KIND = {
    "text": _("{field} must be text."),
    "truth": _("{field} must be true or false."),
    "whole": _("{field} must be a whole number."),
    "number": _("{field} must be a number."),
    "id": _("{field} must be an id."),
    "list": _("{field} must be a list."),
    "object": _("{field} must be an object."),
    "file": _("{field} must be a file in a multipart form."),
    "time": _("{field} must be a date or time, such as 2026-01-31T09:00:00Z."),
}
_NOT_ONE_OF = _("{field} must be one of: {choices}.")


def choice_shape(choices: Sequence[Any]) -> Shape:
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


def limit_shape(bounds: LimitRange) -> Shape:
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


def an_id(value: Any, name: str) -> Any:
    value = _last(value)
    if value is None or value == "":
        return ABSENT
    number = _as_id(value)
    if number is None:
        raise wrong(name, "id")
    return number


def loose_id(value: Any, name: str) -> Any:
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


def text(value: Any, name: str) -> Any:
    value = _last(value)
    if value is None:
        return ABSENT
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise wrong(name, "text")
    if "\x00" in value or not (value.isascii() or _is_sound(value)):
        raise Invalid(_BAD_CHARACTER, field=printable(name))
    return value


def _is_sound(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def truth(value: Any, name: str) -> Any:
    value = _last(value)
    if value is None or value == "":
        return ABSENT
    if isinstance(value, str):
        return value.lower() not in FALSE
    if isinstance(value, int):
        return value != 0
    raise wrong(name, "truth")


def whole(value: Any, name: str) -> Any:
    value = _last(value)
    if value is None or value == "":
        return ABSENT
    if (isinstance(value, str) and _WHOLE.fullmatch(value)) or (
        isinstance(value, float) and value.is_integer()
    ):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not -LARGEST_ID <= value <= LARGEST_ID:
        raise wrong(name, "whole")
    return value


_WHOLE = re.compile(r"[+-]?[0-9]{1,19}", re.ASCII)


def number(value: Any, name: str) -> Any:
    value = _last(value)
    if value is None or value == "":
        return ABSENT
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong(name, "number")
    try:
        value = float(value)
    except OverflowError:
        raise wrong(name, "number") from None
    if not math.isfinite(value):
        raise wrong(name, "number")
    return value


_NUMBER = re.compile(r"[+-]?[0-9]{1,19}(\.[0-9]{0,19})?", re.ASCII)


def time(value: Any, name: str) -> Any:
    value = _last(value)
    if value is None or value == "":
        return ABSENT
    if not isinstance(value, str) or not value.isascii():
        raise wrong(name, "time")
    return value


def moment(value: Any, name: str) -> Any:
    """A day is its beginning, and a time without a zone is that of Greenwich."""
    value = time(value, name)
    if not isinstance(value, str):
        return value
    if _DAY.fullmatch(value):
        return f"{value}T00:00:00Z"
    return f"{value}Z" if _WITHOUT_ZONE.fullmatch(value) else value


_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_WITHOUT_ZONE: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?")


def upload(value: Any, name: str) -> Any:
    value = _last(value)
    if value is None or value == "":
        return ABSENT
    if not isinstance(value, Upload):
        raise wrong(name, "file")
    return value


def _last(value: Any) -> Any:
    return value[-1] if value.__class__ is Repeated else value


def printable(key: str) -> str:
    return key.encode("utf-8", "replace").decode()[:100]


def wrong(name: str, kind: str) -> Invalid:
    return Invalid(_WRONG_KIND[kind], field=name)
