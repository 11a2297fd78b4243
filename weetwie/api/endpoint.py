"""How an endpoint is declared. The table of routes is data: proofs, the OpenAPI document, scopes and rate limits walk it."""

import inspect as python_inspect
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import UnionType
from typing import Any, Final, Literal, TypedDict, TypeVar, Unpack, get_args, get_type_hints

import msgspec

from weetwie.api.binding import Binder
from weetwie.api.body import MAX_BODY
from weetwie.api.call import Answer, Call, StreamedAnswer

Access = Literal["public", "app", "person"]
"""Who may call: anyone (a token still makes a viewer), any app with a token, or only a person."""

Rate = Literal["api", "media", "delete", "search", "sign_up", "register", "none"]
"""Which limit of calls over time counts this one; each but `none` counts under `api` as well."""

Function = TypeVar("Function", bound=Callable[..., Awaitable[Any]])

_COVERED_BY_FOLLOW: Final = frozenset(
    f"{verb}:{what}" for verb in ("read", "write") for what in ("blocks", "follows", "mutes")
)


@dataclass(frozen=True, eq=False)
class Endpoint:
    """One method at one path, and all that is to be known about it."""

    method: str
    path: str
    handle: Callable[..., Awaitable[Any]]
    access: Access = "public"
    scopes: tuple[str, ...] = ()
    """One of these is needed where there is a token; none: any token will do."""
    parameters: type[msgspec.Struct] | None = None
    """All parameters, from whatever place they come; those of the path, where the struct has them, too."""
    answer: type | UnionType | None = None
    """The type of a good answer, for the OpenAPI document and the tests."""
    status: int = 200
    tags: tuple[str, ...] = ()
    rate: Rate = "api"
    hot: bool = False
    """Answers with bytes that were encoded already; benches look at these."""
    max_body: int = MAX_BODY
    hidden: bool = False
    """Not in the OpenAPI document: pages, redirects and the document itself."""
    deprecated: bool = False
    refuse: Callable[[Call, Exception], Answer] | None = None
    """How this endpoint words its refusals, where not as the client API does (OAuth has its own form)."""
    accepted: frozenset[str] = field(init=False)
    """Every scope that opens this endpoint: those named, and the wider ones that hold them."""
    binder: Binder[msgspec.Struct] | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not self.path.startswith("/") or self.method != self.method.upper():
            raise ValueError(f"not a route: {self.method} {self.path}")
        object.__setattr__(
            self,
            "accepted",
            frozenset(wide for scope in self.scopes for wide in holders(scope)),
        )
        object.__setattr__(self, "binder", Binder(self.parameters) if self.parameters else None)

    @property
    def answers(self) -> tuple[type | None, ...]:
        """The types of a good answer, each by itself: of `Status | ScheduledStatus` the one and the other."""
        return get_args(self.answer) if isinstance(self.answer, UnionType) else (self.answer,)

    @property
    def summary(self) -> str:
        return (python_inspect.getdoc(self.handle) or self.handle.__name__.replace("_", " ")).partition("\n")[
            0
        ]

    @property
    def is_stream(self) -> bool:
        """Whether the answer goes on and on."""
        return get_type_hints(self.handle).get("return") is StreamedAnswer

    @property
    def path_names(self) -> tuple[str, ...]:
        return tuple(step[1:-1] for step in self.path.split("/") if step.startswith("{"))


def is_id(name: str) -> bool:
    """Whether a part of a path that is called so is an id: a number that is checked before it is called."""
    return name == "id" or name.endswith("_id")


def holders(scope: str) -> Iterator[str]:
    """A scope and the wider ones that hold it: `read:blocks` is held by `read` and by the old `follow`."""
    yield scope
    wide = scope.rpartition(":")[0]
    if wide and wide != "admin":
        yield wide
    if scope in _COVERED_BY_FOLLOW:
        yield "follow"


class EndpointOptions(TypedDict, total=False):
    """What else may be said of an endpoint; see there."""

    parameters: type[msgspec.Struct] | None
    answer: type | UnionType | None
    status: int
    tags: tuple[str, ...]
    rate: Rate
    hot: bool
    max_body: int
    hidden: bool
    deprecated: bool
    refuse: Callable[[Call, Exception], Answer] | None


class RouteOptions(EndpointOptions, total=False):
    scopes: Sequence[str]
    access: Access | None


class Routes:
    """The endpoints of one file of an API; `app` puts those of all files together."""

    def __init__(self, *tags: str) -> None:
        self.tags = tags
        self.endpoints: list[Endpoint] = []

    def __iter__(self) -> Iterator[Endpoint]:
        return iter(self.endpoints)

    def get(self, path: str, **options: Unpack[RouteOptions]) -> Callable[[Function], Function]:
        return self.at("GET", path, **options)

    def post(self, path: str, **options: Unpack[RouteOptions]) -> Callable[[Function], Function]:
        return self.at("POST", path, **options)

    def put(self, path: str, **options: Unpack[RouteOptions]) -> Callable[[Function], Function]:
        return self.at("PUT", path, **options)

    def patch(self, path: str, **options: Unpack[RouteOptions]) -> Callable[[Function], Function]:
        return self.at("PATCH", path, **options)

    def delete(self, path: str, **options: Unpack[RouteOptions]) -> Callable[[Function], Function]:
        return self.at("DELETE", path, **options)

    def at(
        self,
        method: str,
        path: str,
        *,
        scopes: Sequence[str] = (),
        access: Access | None = None,
        **options: Unpack[EndpointOptions],
    ) -> Callable[[Function], Function]:
        """Declares an endpoint. What takes scopes is for people, unless `access` says otherwise.

        The function takes the call, then its parameters where it has any; its types say what goes in and out.
        """

        def declare(function: Function) -> Function:
            options.setdefault("parameters", _parameters(function))
            options.setdefault("answer", _answer(function))
            options.setdefault("tags", self.tags)
            who: Access = access or ("person" if scopes else "public")
            self.endpoints.append(
                Endpoint(method, path, function, access=who, scopes=tuple(scopes), **options)
            )
            return function

        return declare


def _parameters(function: Function) -> type[msgspec.Struct] | None:
    names = list(python_inspect.signature(function).parameters)
    if not 1 <= len(names) <= 2:
        raise TypeError(f"{function.__qualname__} must take the call, and its parameters where it has any")
    if len(names) == 1:
        return None
    kind = get_type_hints(function)[names[1]]
    if not (isinstance(kind, type) and issubclass(kind, msgspec.Struct)):
        raise TypeError(f"the parameters of {function.__qualname__} must be a struct")
    return kind


def _answer(function: Function) -> type | UnionType | None:
    kind = get_type_hints(function, include_extras=True).get("return")
    return None if kind in (bytes, Answer, StreamedAnswer, type(None)) else kind
