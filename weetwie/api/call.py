"""One call of an endpoint: what came, who calls, and what is said beside the answer."""

import re
from collections.abc import AsyncIterator, Callable, MutableMapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from weetwie.context import Context, Site
from weetwie.errors import Unavailable

if TYPE_CHECKING:
    from weetwie.api.endpoint import Endpoint

_LANG = re.compile(rb"(?:^|&)lang=([A-Za-z-]{2,35})(?:&|$)")


def wanted_languages(query: bytes, accepted: str) -> str:
    """In the form of `Accept-Language`."""
    asked = _LANG.search(query)
    return f"{asked[1].decode()},{accepted}" if asked else accepted


Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that says its own status or headers; a body that is not bytes yet is encoded as JSON."""

    status: int = 200
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class StreamedAnswer:
    """An answer that goes on: what the chunks give is sent at once, until they end or the caller has gone."""

    chunks: AsyncIterator[bytes]
    content_type: str = "text/event-stream; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200


class Call:
    """Given to every endpoint. Has no parameters: those come beside it, bound and checked."""

    __slots__ = (
        "_db",
        "_headers",
        "_open_db",
        "answer_headers",
        "endpoint",
        "is_second_try",
        "media",
        "names",
        "renderer",
        "request_id",
        "scope",
        "site",
        "streaming",
        "transaction",
        "viewer",
    )

    def __init__(
        self,
        scope: MutableMapping[str, Any],
        endpoint: "Endpoint",
        *,
        names: dict[str, Any],
        request_id: str,
        site: Site,
        open_db: "Callable[[Call], AbstractAsyncContextManager[Any]] | None",
    ) -> None:
        self.scope = scope
        self.endpoint = endpoint
        self.names = names
        """The parts of the path by name: ids as numbers, others as text."""
        self.request_id = request_id
        self.site = site
        self.viewer: Any = None
        self.renderer: Any = None
        """Turns seen things into wire shapes, and keeps what it encoded."""
        self.streaming: Any = None
        self.media: Any = None
        """Where the bytes of media are."""
        self.is_second_try = False
        """The viewer in memory was no longer so; now it is read anew."""
        self.answer_headers: Headers = []
        self.transaction: AbstractAsyncContextManager[Any] | None = None
        self._open_db = open_db
        self._db: Any = None
        self._headers: dict[bytes, bytes] | None = None

    @property
    def base_url(self) -> str:
        return self.site.base_url

    @property
    def method(self) -> str:
        method: str = self.scope["method"]
        return method

    @property
    def path(self) -> str:
        path: str = self.scope["path"]
        return path

    @property
    def query(self) -> bytes:
        """The query string as it came."""
        query: bytes = self.scope.get("query_string", b"")
        return query

    @property
    def languages(self) -> str:
        """In which refusals are worded: the `lang` of the address goes before what the caller speaks otherwise."""
        return wanted_languages(self.query, self.header("accept-language"))

    @property
    def client_address(self) -> str:
        client = self.scope.get("client")
        return client[0] if client else ""

    @property
    def id(self) -> int:
        """The id in the path, named `{id}`."""
        number: int = self.names["id"]
        return number

    def header(self, name: str) -> str:
        """A header of the request, or nothing."""
        if self._headers is None:
            self._headers = dict(self.scope["headers"])
        return self._headers.get(name.lower().encode(), b"").decode("latin-1")

    async def db(self) -> Any:
        """The transaction of this call, begun at its first use; the dispatcher ends it before it answers."""
        if self.transaction is None:
            if self._open_db is None:
                raise RuntimeError("this application was built without a database")
            transaction = self._open_db(self)
            try:
                self._db = await transaction.__aenter__()
            except OSError as error:
                # Whatever keeps us from reaching it (refused, no such socket, too slow): it is gone for now.
                raise Unavailable from error
            self.transaction = transaction
        return self._db

    async def context(self) -> Context:
        """What a use case is given: this call's transaction, who calls, and where."""
        return Context(await self.db(), self.viewer, self.site)

    async def release(self) -> None:
        """Ends what was done so far and gives the connection back, before something that takes long; `db` begins anew."""
        if self.transaction is not None:
            transaction, self.transaction = self.transaction, None
            await transaction.__aexit__(None, None, None)

    def set_header(self, name: str, value: str) -> None:
        """Adds a header to whatever is answered, a refusal too."""
        self.answer_headers.append((name.lower().encode("latin-1"), value.encode("latin-1")))

    def set_link(self, value: str) -> None:
        """The `Link` header; `paging` words it."""
        if value:
            self.set_header("link", value)
