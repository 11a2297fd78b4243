"""The table of routes, compiled: from a path to the endpoints that stand there, without walking all of them."""

from collections.abc import Iterable
from typing import Final

from weetwie.api.endpoint import Endpoint, is_id
from weetwie.api.parameters import LARGEST_ID

Place = dict[str, Endpoint]
"""The endpoints at one path by method."""

_UPDATES: Final = ("PUT", "PATCH")
"""An app asks for an update by the one or the other, as it likes: Mastodon takes both wherever it takes one."""

NOWHERE: Final[tuple[None, dict[str, str | int]]] = (None, {})


class RouteTable:
    """Paths without names are found at once; the others by one step per segment."""

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        self.endpoints = tuple(endpoints)
        self._fixed: dict[str, Place] = {}
        self._tree = _Branch()
        for endpoint in self.endpoints:
            self._add(endpoint)

    def find(self, path: str) -> tuple[Place | None, dict[str, str | int]]:
        """The endpoints at a path, and the named parts of it; nothing where a part that must be an id is none."""
        fixed = self._fixed.get(path)
        if fixed is not None:
            return fixed, {}
        if path.endswith("/") and len(path) > 1:
            # Some apps end addresses so.
            return self.find(path.rstrip("/") or "/")
        steps = path.split("/")
        leaf = _walk(self._tree, steps, 1)
        if leaf is None:
            return NOWHERE
        names: dict[str, str | int] = {}
        for place, name, must_be_id in leaf.names:
            text = steps[place]
            if must_be_id:
                number = int(text) if text.isascii() and text.isdigit() and len(text) <= 19 else 0
                if not 0 < number <= LARGEST_ID:
                    return NOWHERE
                names[name] = number
            elif _is_plain(text):
                names[name] = text
            else:
                return NOWHERE
        return leaf.place, names

    def _add(self, endpoint: Endpoint) -> None:
        if "{" not in endpoint.path:
            place = self._fixed.setdefault(endpoint.path, {})
        else:
            place = self._leaf(endpoint).place
        for method in _UPDATES if endpoint.method in _UPDATES else (endpoint.method,):
            if method in place:
                raise ValueError(f"two endpoints for {method} {endpoint.path}")
            place[method] = endpoint

    def _leaf(self, endpoint: Endpoint) -> "_Leaf":
        branch = self._tree
        names = []
        for place, step in enumerate(endpoint.path.split("/")):
            if place == 0:
                continue
            if step.startswith("{"):
                names.append((place, step[1:-1], is_id(step[1:-1])))
                branch.any = branch.any or _Branch()
                branch = branch.any
            else:
                branch = branch.steps.setdefault(step, _Branch())
        if branch.leaf is None:
            branch.leaf = _Leaf(names)
        elif branch.leaf.names != names:
            raise ValueError(
                f"{endpoint.path} names its parts otherwise than another endpoint at the same place"
            )
        return branch.leaf


class _Leaf:
    __slots__ = ("names", "place")

    def __init__(self, names: list[tuple[int, str, bool]]) -> None:
        self.names = names
        self.place: Place = {}


class _Branch:
    __slots__ = ("any", "leaf", "steps")

    def __init__(self) -> None:
        self.steps: dict[str, _Branch] = {}
        self.any: _Branch | None = None
        self.leaf: _Leaf | None = None


def _walk(branch: _Branch, steps: list[str], place: int) -> _Leaf | None:
    """A word of the path itself goes before a name; the depth is that of the longest route, whatever comes."""
    if place == len(steps):
        return branch.leaf
    fixed = branch.steps.get(steps[place])
    if fixed is not None:
        leaf = _walk(fixed, steps, place + 1)
        if leaf is not None:
            return leaf
    if branch.any is None or not steps[place]:
        return None
    return _walk(branch.any, steps, place + 1)


def _is_plain(text: str) -> bool:
    if text.isascii():
        return "\x00" not in text
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text
