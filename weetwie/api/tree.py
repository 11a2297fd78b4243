"""The tree of parameters: flat names such as `poll[options][]` put in their places."""

import re
from functools import lru_cache
from itertools import product
from typing import Any, Final

from weetwie.api.parameters import Upload
from weetwie.api.refusals import Malformed
from weetwie.errors import _

Tree = dict[str, Any]
"""Names to text, `Upload`, numbers and truths (JSON), lists and trees."""

MAX_KEYS: Final = 1000
MAX_DEPTH: Final = 8

TOO_MANY_KEYS: Final = _("There are more than {limit} parameters.")
TOO_DEEP: Final = _("The parameters are nested more than {limit} levels deep.")
_TWO_WAYS = _("The parameter {field} is given in two ways that don't match.")


class Repeated(list[Any]):
    """A plain name that was given several times: the last counts, unless a list is wanted."""


def read_query(raw: bytes) -> Tree:
    """The tree of a query string or of a urlencoded form."""
    tree: Tree = {}
    if not raw:
        return tree
    if raw.count(b"&") >= MAX_KEYS:
        raise Malformed(TOO_MANY_KEYS, limit=MAX_KEYS)
    for pair in raw.split(b"&"):
        name, _equals, value = pair.partition(b"=")
        if name:
            put(tree, _text(name), _text(value))
    return tree


def put(tree: Tree, name: str, value: object) -> None:
    """Puts a value where its name says: `id`, `id[]`, `poll[options][]`, `fields_attributes[0][name]`."""
    if "[" not in name:
        _put_leaf(tree, name, value, name)
        return
    steps = _steps(name)
    if len(steps) > MAX_DEPTH:
        raise Malformed(TOO_DEEP, limit=MAX_DEPTH)
    node: Any = tree
    for place, step in enumerate(steps[:-1]):
        node = _child(node, step, steps[place + 1 :], name)
    _put_leaf(node, steps[-1], value, name)


@lru_cache(maxsize=512)
def _steps(name: str) -> tuple[str, ...]:
    """`a[b][]` to a, b and nothing. A name that is not well formed stands for itself."""
    base, _bracket, rest = name.partition("[")
    if not base or not _BRACKETS.fullmatch("[" + rest):
        return (name,)
    steps = [base]
    for step in ("[" + rest)[1:-1].split("]["):
        if step or steps[-1]:
            steps.append(step)
    return tuple(steps)


_BRACKETS = re.compile(r"(?:\[[^\[\]]*\])+")


def _child(node: Any, step: str, rest: tuple[str, ...], name: str) -> Any:
    kind: type = dict if rest[0] else list
    if isinstance(node, list):
        # `a[][x]=1&a[][y]=2&a[][x]=3` are two things: a name that comes again begins the next.
        if node and type(node[-1]) is kind and not _has(node[-1], rest):
            return node[-1]
        node.append(kind())
        return node[-1]
    child = node.setdefault(step, kind())
    if kind is list and isinstance(child, str | Upload):
        child = node[step] = [child]
    elif kind is list and type(child) is Repeated:
        child = node[step] = list(child)
    if type(child) is not kind:
        raise Malformed(_TWO_WAYS, field=_printable(name))
    return child


def _has(node: Any, rest: tuple[str, ...]) -> bool:
    for step in rest:
        if not step or not isinstance(node, dict) or step not in node:
            return False
        node = node[step]
    return True


def _put_leaf(node: Any, step: str, value: object, name: str) -> None:
    if isinstance(node, list):
        node.append(value)
        return
    there = node.get(step)
    if there is None:
        node[step] = value
    elif isinstance(there, list):
        there.append(value)
    elif isinstance(there, dict):
        raise Malformed(_TWO_WAYS, field=_printable(name))
    else:
        node[step] = Repeated((there, value))


def _printable(name: str) -> str:
    return name.encode("utf-8", "replace").decode()[:100]


_ESCAPED: Final = re.compile(rb"%([0-9A-Fa-f]{2})")
_BYTES: Final = {
    bytes(pair): bytes([int(bytes(pair), 16)]) for pair in product(b"0123456789abcdefABCDEF", repeat=2)
}


def _unescaped(found: re.Match[bytes]) -> bytes:
    """As `urllib.parse.unquote_to_bytes` does, which takes long over signs that escape nothing."""
    return _BYTES[found[1]]


def _text(raw: bytes) -> str:
    if b"+" in raw:
        raw = raw.replace(b"+", b" ")
    if b"%" in raw:
        raw = _ESCAPED.sub(_unescaped, raw)
    # What is not UTF-8 becomes lone surrogates here, so that the binder can name the field when it meets them.
    return raw.decode("utf-8", "surrogateescape")
