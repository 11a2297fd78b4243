"""One call of an endpoint: what came, who calls, and what is said beside the answer."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from weetwie.access.viewer import Viewer
from weetwie.context import Context, Site
from weetwie.database.pool import Db
from weetwie.errors import Unavailable
from weetwie.runtime import asgi
from weetwie.runtime.asgi import Headers, Scope

if TYPE_CHECKING:
    from weetwie.api.endpoint import Endpoint
    from weetwie.api.mastodon.media import MediaHouse
    from weetwie.api.mastodon.render import Renderer
    from weetwie.api.mastodon.streamed import Streaming

_LANG = re.compile(rb"(?:^|&)lang=([A-Za-z-]{2,35})(?:&|$)")


def wanted_languages(query: bytes, accepted: str) -> str:
    """In the form of `Accept-Language`."""
    asked = _LANG.search(query)
    return f"{asked[1].decode()},{accepted}" if asked else accepted


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
        "caller",
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
    )

    def __init__(
        self,
        scope: Scope,
        endpoint: "Endpoint",
        *,
        names: dict[str, str | int],
        request_id: str,
        site: Site,
        open_db: "Callable[[Call], AbstractAsyncContextManager[Db]] | None",
    ) -> None:
        self.scope = scope
        self.endpoint = endpoint
        self.names = names
        """The parts of the path by name: ids as numbers, others as text."""
        self.request_id = request_id
        self.site = site
        self.caller: Viewer | None = None
        """Who calls, once that is known."""
        self.renderer: Renderer
        """Turns seen things into wire shapes, and keeps what it encoded."""
        self.streaming: Streaming | None = None
        self.media: MediaHouse | None = None
        """Where the bytes of media are."""
        self.is_second_try = False
        """The viewer in memory was no longer so; now it is read anew."""
        self.answer_headers: Headers = []
        self.transaction: AbstractAsyncContextManager[Db] | None = None
        self._open_db = open_db
        self._db: Db | None = None
        self._headers: dict[bytes, bytes] | None = None

    @property
    def viewer(self) -> Viewer:
        """Who calls, for endpoints: they are asked once it is known."""
        assert self.caller is not None, "the caller was recognised"
        return self.caller

    @property
    def base_url(self) -> str:
        return self.site.base_url

    @property
    def method(self) -> str:
        return asgi.method(self.scope)

    @property
    def path(self) -> str:
        return asgi.path(self.scope)

    @property
    def query(self) -> bytes:
        """The query string as it came."""
        return asgi.query(self.scope)

    @property
    def languages(self) -> str:
        """In which refusals are worded: the `lang` of the address goes before what the caller speaks otherwise."""
        return wanted_languages(self.query, self.header("accept-language"))

    @property
    def client_address(self) -> str:
        return asgi.client(self.scope)

    @property
    def id(self) -> int:
        """The id in the path, named `{id}`."""
        return self.number("id")

    def number(self, name: str) -> int:
        """Another id in the path, by its name."""
        found = self.names[name]
        assert isinstance(found, int)
        return found

    def text(self, name: str) -> str:
        """A part of the path that is no id."""
        found = self.names[name]
        assert isinstance(found, str)
        return found

    def header(self, name: str) -> str:
        """A header of the request, or nothing."""
        if self._headers is None:
            self._headers = dict(asgi.headers(self.scope))
        return self._headers.get(name.lower().encode(), b"").decode("latin-1")

    async def db(self) -> Db:
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
        assert self._db is not None, "begun with the transaction"
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
