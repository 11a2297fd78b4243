"""The SCIM server as an application of its own, at `/scim/v2`."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from functools import cached_property
from typing import Any, Final
from urllib.parse import urlsplit

from scim2_models import (
    AuthenticationScheme,
    Bulk,
    ChangePassword,
    EnterpriseUser,
    ETag,
    External,
    Filter,
    Group,
    InvalidFilterException,
    Patch,
    Reference,
    ResourceType,
    Schema,
    SCIMException,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
    UnauthorizedException,
    User,
)
from scim2_server.applications.asgi import ASGIApplication
from scim2_server.handler import AsyncScimHandler
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse
from scim2_server.service import ScimService

from weetwie.context import Site, of_system
from weetwie.database.pool import Database
from weetwie.database.unavailable import outage
from weetwie.domain.identity import attempts
from weetwie.domain.scim import tokens
from weetwie.errors import NoSpace, Refusal, TooMany, Unavailable
from weetwie.http import body
from weetwie.runtime import asgi
from weetwie.runtime.asgi import Receive
from weetwie.runtime.log import logger
from weetwie.scim import dialects
from weetwie.scim.storage import Storage
from weetwie.security.ratelimit import RateLimits

log = logger(__name__)

ROOT: Final = "/scim"
LARGEST: Final = 2 * 1024 * 1024
LONGEST_SEARCH: Final = 16 * 1024
"""Filters take long to be read."""
MOST_AT_ONCE: Final = 500
_MOST_IN_BULK: Final = 500


_DESCRIBED: Final = {"User": "User Account", "EnterpriseUser": "Enterprise User", "Group": "Group"}
"""As RFC 7643 section 8.7.1 has them: some directories compare them."""


class _Described(ScimProvider):
    @cached_property
    def schemas(self) -> tuple[Schema, ...]:
        named = ((schema, _DESCRIBED.get(str(schema.name))) for schema in super().schemas)
        return tuple(one.model_copy(update={"description": words}) if words else one for one, words in named)


def provider() -> ScimProvider:
    """What is served and how much of what Entra ID and Okta send beside the standard is understood."""
    return _Described(
        models=[User, EnterpriseUser, Group],
        resource_types=[ResourceType.from_resource(User[EnterpriseUser]), ResourceType.from_resource(Group)],
        config=ServiceProviderConfig(
            documentation_uri=None,
            patch=Patch(supported=True),
            bulk=Bulk(supported=True, max_operations=_MOST_IN_BULK, max_payload_size=LARGEST),
            filter=Filter(supported=True, max_results=MOST_AT_ONCE),
            change_password=ChangePassword(supported=False),
            sort=Sort(supported=True),
            etag=ETag(supported=True),
            authentication_schemes=[
                AuthenticationScheme(
                    type=AuthenticationScheme.Type.oauthbearertoken,
                    name="Bearer token",
                    description="A token made by an administrator",
                    spec_uri=Reference[External]("https://www.rfc-editor.org/info/rfc6750"),
                )
            ],
        ),
        policy=ScimPolicy(
            unknown=ScimPolicy.Unknown.ignore,
            remove_value_as_filter=ScimPolicy.RemoveValue.apply,
            unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
        ),
    )


class _Refused(SCIMException):
    """A refusal of ours in SCIM's form."""

    def __init__(self, refusal: Refusal, status: int) -> None:
        super().__init__(detail=str(refusal))
        self.status = status
        self.retry_after = getattr(refusal, "retry_after", None)


STATUS: Final[dict[type[Refusal], int]] = {TooMany: 429, Unavailable: 503, NoSpace: 507, **body.STATUS}


class _Spoken(ScimService):
    def max_body_size(self, request: ScimRequest) -> int | None:
        given = super().max_body_size(request)
        return LARGEST if given is None else given


class ScimServer(ASGIApplication):
    """Each request in a transaction of its own; whatever fails leaves nothing behind."""

    def __init__(
        self,
        database: Database,
        site: Site,
        *,
        limits: RateLimits | None = None,
    ) -> None:
        served = provider()
        # What is said of the server itself reads nothing; each other request has a storage of its own.
        nothing: Any = None
        super().__init__(Storage(nothing, 0, served), served, _Spoken(served))
        self._database = database
        self._site = site
        self._base = urlsplit(site.base_url)
        self._limits = limits

    def get_base_url(self, scope: MutableMapping[str, Any]) -> str:  # type: ignore[override]
        return f"{self._base.scheme}://{self._base.netloc}{self._base.path.rstrip('/')}{ROOT}/v2"

    @staticmethod
    def get_path(scope: MutableMapping[str, Any]) -> str:
        path: str = scope["path"]
        return dialects.path(path.removeprefix(ROOT))

    async def __call__(
        self, scope: MutableMapping[str, Any], receive: Receive, send: Callable[..., Awaitable[None]]
    ) -> None:
        """The body is read of directories alone, and while no connection to the database waits for it."""
        request = await self.read_request(_printable(scope), _nothing_more)
        try:
            await self._admit(request, (scope.get("client") or ("",))[0])
            longest = LONGEST_SEARCH if scope["path"].endswith("/.search") else LARGEST
            request.body = await _whole(receive, scope["headers"], longest)
        except Exception as error:  # noqa: BLE001  told as whatever happens later
            response = self.finalize_response(request, self.handle_exception(request, error))
            response.headers["Connection"] = "close"  # the rest of the body is not read
        else:
            response = await self.serve(request)
        await self.send_response(response, send)

    async def _admit(self, request: ScimRequest, client_address: str) -> None:
        """Raises UnauthorizedException, TooMany."""
        token_id, token = None, _token(request)
        if token and self.needs_auth(request):
            async with self._database.reading() as db:
                token_id = await tokens.recognise(db, token)
        if self._limits is not None:
            caller = f"directory:{token_id}" if token_id is not None else ""
            self._limits.count(("directory" if caller else "api",), caller, client_address).check()
        if token_id is None and self.needs_auth(request):
            if token and self._limits is not None:
                await attempts.wrong_token(self._database, client_address)
            raise UnauthorizedException

    async def dispatch_request(self, request: ScimRequest) -> ScimResponse:
        if any(len(value) > LONGEST_SEARCH for value in request.query.values()):
            raise InvalidFilterException(detail="This filter is too long.")
        request.query = dialects.query(request.query)
        if not self.needs_auth(request):
            return await self.handler.handle(request)
        request.body = await asyncio.to_thread(dialects.body, request.body)
        async with self._database.transaction() as db:
            token_id = await tokens.recognise(db, _token(request))
            if token_id is None:
                raise UnauthorizedException
            await tokens.use(db, token_id)
            context = await of_system(db, self._site)
            storage = Storage(context, token_id, self.provider)
            return await AsyncScimHandler(self.service, storage).handle(request)

    def handle_exception(self, request: ScimRequest, exception: Exception) -> ScimResponse:
        exception = outage(exception) or exception
        if isinstance(exception, Refusal) and type(exception) in STATUS:
            refused = _Refused(exception, STATUS[type(exception)])
            response = self.service.error_response(refused)
            if refused.retry_after is not None:
                response.headers["Retry-After"] = str(refused.retry_after)
            return response
        if isinstance(exception, SCIMException):
            return self.service.error_response(exception)
        log.error("a request of a directory failed", exc_info=exception)
        return self.service.error_response(exception)


def _token(request: ScimRequest) -> str:
    """What is shown as a token, or nothing."""
    scheme, _space, token = (request.header("Authorization") or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _printable(scope: MutableMapping[str, Any]) -> dict[str, Any]:
    """The library expects UTF-8 in headers and addresses, and strangers send whatever they like."""
    headers = [
        (name.decode("latin-1").encode(), value.decode("latin-1").encode())
        for name, value in scope["headers"]
    ]
    query = scope.get("query_string", b"").decode("utf-8", "replace").encode()
    return {**scope, "headers": headers, "query_string": query}


async def _nothing_more() -> dict[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _whole(receive: Receive, headers: list[tuple[bytes, bytes]], longest: int) -> bytes:
    body.check_length(headers, longest)
    receive = body.bounded(receive, longest)
    pieces, has_more = [], True
    while has_more:
        message = await receive()
        pieces.append(asgi.body(message))
        has_more = bool(message.get("more_body"))
    return b"".join(pieces)
