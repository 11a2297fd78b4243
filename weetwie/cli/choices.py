"""Choices of the organisation as words on the command line: what is shown can be given back."""

import json
import types
from typing import get_args, get_origin, get_type_hints

import msgspec

from weetwie.access.enums import Ring
from weetwie.access.policy import Policy
from weetwie.errors import Invalid
from weetwie.runtime.json import Json

_NOT_HERE = {"version", "emojis"}
"""What is counted by itself, and what has commands of its own (`weetwie emoji`)."""
_YES, _NO = {"true", "on", "yes"}, {"false", "off", "no"}


def shown(policy: Policy) -> dict[str, Json]:
    """All choices, circles by their names."""
    plain = {name: getattr(policy, name) for name in Policy.__struct_fields__ if name not in _NOT_HERE}
    return {
        name: value.name if isinstance(value, Ring) else msgspec.to_builtins(value)
        for name, value in plain.items()
    }


def line(name: str, value: Json) -> str:
    """A word as it is; JSON where there is no word, or more than one line."""
    is_plain = isinstance(value, str) and bool(value) and value.split() == value.strip().split(" ")
    return f"{name} = {value if is_plain else json.dumps(value, ensure_ascii=False)}"


def given(name: str, text: str) -> Json:
    """What was written for this choice. Raises Invalid for a circle that there is not."""
    hint = get_type_hints(Policy).get(name, str)
    if get_origin(hint) is tuple:
        return _listed(text)
    if hint is Ring:
        return _ring(name, text)
    if hint is bool:
        word = text.strip().lower()
        return True if word in _YES else False if word in _NO else text
    return _plain(text, (str,)) if hint is str or _is_words(hint) else _plain(text, (int,))


def _is_words(hint: type | types.UnionType) -> bool:
    return not isinstance(hint, types.UnionType) and all(
        isinstance(word, str) for word in get_args(hint) or [0]
    )


def _ring(name: str, text: str) -> int:
    word = _plain(text, (str, int))
    if isinstance(word, str) and word in Ring.__members__:
        return int(Ring[word])
    if isinstance(word, int) and word in list(Ring):
        return word
    raise Invalid("{field} is one of: {choices}.", field=name, choices=", ".join(Ring.__members__))


def _listed(text: str) -> Json:
    """As JSON, or words with commas between them."""
    found = _plain(text, (list,))
    if isinstance(found, list):
        return found
    return [word.strip() for word in text.split(",") if word.strip()]


def _plain(text: str, kinds: tuple[type, ...]) -> Json:
    try:
        found: Json = json.loads(text)
    except json.JSONDecodeError:
        return text
    return found if isinstance(found, kinds) and not isinstance(found, bool) else text
