"""One request of a page: who is there, in which language, and whether a form came from one of our own pages."""

import gzip
import hashlib
import hmac
import secrets
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any, Final
from urllib.parse import quote, urlsplit

from markupsafe import Markup
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from weetwie import settings
from weetwie.access import viewer as viewers
from weetwie.access.viewer import Viewer
from weetwie.context import Context, Site
from weetwie.database.pool import Database, Db
from weetwie.domain.identity import sessions
from weetwie.domain.media.upload import UploadedFile
from weetwie.domain.timelines.live import Live
from weetwie.errors import Filling, Forbidden, Invalid, _
from weetwie.flows.saml import SamlSignOn
from weetwie.http.fetch import Fetched
from weetwie.runtime import clock
from weetwie.runtime.finding import Diagnosis
from weetwie.security import oidc
from weetwie.security.ratelimit import RateLimits, of_person
from weetwie.text import language
from weetwie.web.api_reference import Reference
from weetwie.web.assets import Assets
from weetwie.web.presenter import Presenter
from weetwie.web.show import Templates
from weetwie.web.shown import Shown

_STALE_FORM: Final = _("This page has expired. Reload it and try again.")

_UNREADABLE: Final = _("This form can't be read. It can have at most {most} fields.")

MOST_FILES: Final = 4
MOST_FIELDS: Final = 100
_PROOF_LENGTH: Final = 32
_WORTH_COMPRESSING: Final = 1400
"""In bytes: what is shorter goes in one packet anyway."""
POLICY: Final = "default-src 'none'; style-src 'self'; img-src 'self' blob:; font-src 'self'; manifest-src 'self'; base-uri 'none'"
LIVING: Final = "script-src 'self'; connect-src 'self'; media-src 'self'; worker-src 'self'"
"""What pages for those who are signed in may do as well."""


@dataclass(frozen=True)
class SignOnHouse:
    """A provider: what is set about it, and the way to ask it."""

    told: settings.Provider
    client: oidc.OidcProvider


LookOver = Callable[[], Awaitable[Sequence[Diagnosis]]]
Fetch = Callable[[str, str, int], Awaitable[Fetched]]
"""As `Fetcher.fetch`."""
ConnectionTest = Callable[[], Awaitable[str]]
"""Says in a sentence what works; raises Refusal with what does not."""


@dataclass(frozen=True, kw_only=True)
class WebSite(Site):
    """The installation as pages know it: with all that they need of the rest of it."""

    database: Database
    templates: Templates
    assets: Assets
    presenter: Presenter
    live: Live | None = None
    providers: Mapping[str, SignOnHouse] = field(default_factory=dict)
    """With whom people sign in, by key."""
    saml_providers: Mapping[str, SamlSignOn] = field(default_factory=dict)
    """The same by SAML."""
    look_over: LookOver | None = None
    """Says what is wrong with the installation."""
    api: Callable[[], Reference] | None = None
    """What the endpoints for programs are, to be read."""
    limits: RateLimits | None = None
    connection_tests: Mapping[str, ConnectionTest] = field(default_factory=dict)
    """By the connection's name in the policy."""
    fetch: Fetch | None = None
    """Other than by a `Fetcher` made for the purpose."""

    @property
    def is_secure(self) -> bool:
        return self.base_url.startswith("https://")

    def cookie(self, name: str) -> str:
        return cookie_name(self.base_url, name)


@dataclass
class Visit:
    request: Request
    site: WebSite
    viewer: Viewer
    session: str | None
    """The cookie of a good session."""
    language: str
    form_seed: str
    """What binds the forms to this browser: the session, or a cookie of its own before there is one."""
    new_cookies: dict[str, str | None] = field(default_factory=dict)
    files: dict[str, list[UploadedFile]] = field(default_factory=dict)
    """What was sent with the form, by field."""
    several: dict[str, list[str]] = field(default_factory=dict)
    """All that was filled in under each name."""
    longest: int = 0
    """How many bytes a form may have."""
    is_living: bool = False
    """Whether a script makes the page instant."""
    return_to: str = ""
    """Where forms of this page may lead beside this server itself: a source for the content security policy."""
    framed_by: Sequence[str] | None = None
    """Which pages may show this one in a frame; None: those of the sites that the organisation has listed."""
    shows_frames: bool = False
    """Whether this page shows others of ours in frames."""
    there: dict[str, Any] | None = None
    """What there is at all for the reader, once that has been looked up (`there.py`)."""

    @property
    def is_signed_in(self) -> bool:
        return viewers.is_active(self.viewer, clock.now())

    @property
    def tour_step(self) -> int:
        """Where the reader is on the tour of the pages; 0: on none."""
        step = self.request.query_params.get("tour", "")
        return int(step) if step in ("1", "2", "3", "4", "5") else 0

    @cached_property
    def form_token(self) -> str:
        """The proof that a form is ours, under another mask in each answer: compressed pages must not give it away by their
        length (BREACH, https://breachattack.com)."""
        mask = secrets.token_bytes(_PROOF_LENGTH)
        return (mask + _masked(self._form_proof, mask)).hex()

    @property
    def _form_proof(self) -> bytes:
        return hmac.new(self.form_seed.encode(), b"form", hashlib.sha256).digest()

    @property
    def host(self) -> str:
        """The name of this installation, as it is typed into an app."""
        return urlsplit(self.site.base_url).netloc

    @property
    def client_address(self) -> str:
        return self.request.client.host if self.request.client else ""

    @property
    def agent(self) -> str:
        return self.request.headers.get("user-agent", "")

    def context(self, db: Db) -> Context:
        """What a use case is given: who looks, and where."""
        return Context(db, self.viewer, self.site)

    def count(self, *limits: str) -> None:
        """Counts this request under each of them. Raises TooMany."""
        if self.site.limits is not None and limits:
            caller = of_person(self.viewer.person_id) if self.is_signed_in else ""
            self.site.limits.count(limits, caller, self.client_address).check()

    async def form(self) -> Mapping[str, str]:
        """What was filled in. Raises Forbidden when the form is not one of ours, opened in this browser."""
        if self.request.headers.get("sec-fetch-site") == "cross-site":
            raise Forbidden(_STALE_FORM)
        async with self._sent() as form:
            given = {name: _plain(value) for name, value in form.items() if isinstance(value, str)}
            self._check_form(given)
            for name, value in form.multi_items():
                if not isinstance(value, str) and value.filename:
                    # What Starlette has spooled goes with the form; the page goes on with it afterwards.
                    self.files.setdefault(name, []).append(await _kept(value))
        self.several = {
            name: [_plain(one) for one in form.getlist(name) if isinstance(one, str)] for name in form
        }
        return given

    @asynccontextmanager
    async def _sent(self) -> AsyncIterator[FormData]:
        """Raises Invalid for what cannot be read."""
        try:
            form = await self.request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS)
        except HTTPException as error:
            raise Invalid(_UNREADABLE, most=MOST_FIELDS) from error
        try:
            yield form
        finally:
            await form.close()

    def _check_form(self, given: Mapping[str, str]) -> None:
        try:
            sent = bytes.fromhex(given.get("form", ""))
        except ValueError:
            sent = b""
        mask, proof = sent[:_PROOF_LENGTH], sent[_PROOF_LENGTH:]
        if len(mask) < _PROOF_LENGTH or not hmac.compare_digest(_masked(proof, mask), self._form_proof):
            raise Forbidden(_STALE_FORM)

    def show(self, template: str, status: int = 200, /, **values: Shown) -> Response:
        html = self.site.templates.render(template, self, **values)
        return HTMLResponse(html, status)

    def say(self, sentence: str, **values: Filling) -> str:
        """A sentence of ours in the reader's language, as plain text."""
        return language.translate(sentence, self.language, **values)

    def go(self, address: str) -> Response:
        return RedirectResponse(address, 303)

    def back(self, otherwise: str = "/") -> Response:
        """To the page that the form stood on, where it says so; a script is only told that it went well."""
        if self.is_from_script:
            return Response(status_code=204)
        return self.go(local(self.request.query_params.get("next") or otherwise))

    @property
    def is_from_script(self) -> bool:
        return self.request.headers.get("accept", "").startswith("application/json")

    @property
    def here(self) -> str:
        """The address of this page, to come back to."""
        query = self.request.url.query
        return self.request.url.path + (f"?{query}" if query else "")

    @cached_property
    def back_here(self) -> Markup:
        """The same, as it stands in the address of a form."""
        return Markup(quote(self.here, safe="/"))  # noqa: S704  nothing that HTML knows is left after quoting

    def begin_session(self, token: str) -> None:
        self.new_cookies["session"] = token
        self.new_cookies["form"] = None

    def end_session(self) -> None:
        self.new_cookies["session"] = None

    def finish(self, response: Response) -> Response:
        """Cookies and the headers that keep a page what it is."""
        for name, value in self.new_cookies.items():
            self._set_cookie(response, name, value)
        own = {
            "content-security-policy": f"{self._policy}; form-action 'self' {self.return_to}".rstrip(),
            "cache-control": "private, no-store",
            "referrer-policy": "same-origin",
            "x-content-type-options": "nosniff",
            "permissions-policy": "camera=(), geolocation=(), microphone=()",
            "vary": "Accept-Language, Cookie",
        }
        if not self._framed_by:
            own["x-frame-options"] = "DENY"
        for name, value in own.items():
            response.headers.setdefault(name, value)
        self._compress(response)
        return response

    def _compress(self, response: Response) -> None:
        """Text alone, and not streams."""
        body = getattr(response, "body", b"")
        if len(body) < _WORTH_COMPRESSING or not response.headers.get("content-type", "").startswith("text/"):
            return
        response.headers["vary"] += ", Accept-Encoding"
        if "gzip" in self.request.headers.get("accept-encoding", ""):
            response.body = gzip.compress(bytes(body), compresslevel=2, mtime=0)
            response.headers["content-encoding"] = "gzip"
            response.headers["content-length"] = str(len(response.body))

    @property
    def _policy(self) -> str:
        framed_by = " ".join(self._framed_by) or "'none'"
        more = (f"; {LIVING}" if self.is_living else "") + ("; frame-src 'self'" if self.shows_frames else "")
        return f"{POLICY}; frame-ancestors {framed_by}{more}"

    @property
    def _framed_by(self) -> Sequence[str]:
        return self.viewer.policy.framed_by if self.framed_by is None else self.framed_by

    def close(self) -> None:
        """Whatever was sent goes with the visit."""
        for file in chain.from_iterable(self.files.values()):
            file.content.close()

    def _set_cookie(self, response: Response, name: str, value: str | None) -> None:
        response.set_cookie(
            self.site.cookie(name),
            value or "",
            max_age=0
            if value is None
            else int(sessions.LASTS.total_seconds())
            if name == "session"
            else None,
            path="/",
            secure=self.site.is_secure,
            httponly=True,
            samesite="lax",
        )


Page = Callable[[Visit], Awaitable[Response]]
"""What answers a request."""


async def _kept(upload: UploadFile) -> UploadedFile:
    file = tempfile.SpooledTemporaryFile(max_size=1024 * 1024)  # noqa: SIM115  it goes with the visit
    while piece := await upload.read(256 * 1024):
        file.write(piece)
    size = file.tell()
    file.seek(0)
    return UploadedFile(file, size, upload.filename or "")


async def visit(request: Request, site: WebSite) -> Visit:
    """Reads who is there from the database, as every request does."""
    session = cookie(request, site.cookie("session"))
    async with site.database.reading() as db:
        viewer = await site.memory.recognise(db, session=session) if session else None
        if viewer is None:
            session, viewer = None, await site.memory.recognise(db)
    assert viewer is not None, "nobody is always recognised"
    return visit_of(request, site, viewer, session)


def visit_of(request: Request, site: WebSite, viewer: Viewer, session: str | None = None) -> Visit:
    seed = cookie(request, site.cookie("form"))
    found = Visit(
        request=request,
        site=site,
        viewer=viewer,
        session=session,
        language=_language(request, viewer),
        form_seed=session or seed or secrets.token_urlsafe(32),
    )
    if not session and not seed:
        found.new_cookies["form"] = found.form_seed
    return found


def cookie_name(base_url: str, name: str) -> str:
    """`__Host-` keeps out cookies that another name under the same domain, or an open wire, has set."""
    return f"__Host-weetwie-{name}" if base_url.startswith("https://") else f"weetwie-{name}"


def cookie(request: Request, name: str) -> str | None:
    """Ours stand without quotes; to take those of others out of theirs takes long where they are made up so."""
    for header in request.headers.getlist("cookie"):
        for pair in header.split(";"):
            key, _equals, value = pair.partition("=")
            if key.strip() == name:
                return value.strip() or None
    return None


def _masked(proof: bytes, mask: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(proof, mask, strict=False))


def local(address: str | None) -> str:
    """An address on this server to go on to; the front page for any other, so that no link leads astray through us."""
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")):
        return "/"
    if len(address) > 4000 or any(ord(letter) < 33 or letter == "\\" for letter in address):
        return "/"
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/"
    return "/" if parts.scheme or parts.netloc else address


def _language(request: Request, viewer: Viewer) -> str:
    wishes = (
        request.query_params.get("lang"),
        viewer.pages_language,
        request.headers.get("accept-language"),
        viewer.language,
    )
    return language.first_of(wishes)


def _plain(text: str) -> str:
    """Without what a database cannot keep."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
