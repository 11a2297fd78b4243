"""A connection to the directory: TLS or none, no referrals, pages that are read to their end. The one file that knows the library,
which is loaded when somebody first connects.
"""

import asyncio
import os
import ssl
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import msgspec

from weetwie.errors import Unavailable, _
from weetwie.settings import Directory

if TYPE_CHECKING:
    from anyio.streams.tls import TLSStream
    from anyldap.ldap.ldapobject import SimpleLDAPObject

CONNECT_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 30.0
"""For one page, or one other answer."""
PAGE: Final = 500
_MOST_PAGES: Final = 4000

_AWAY: Final = _("The directory isn't responding: {why}.")
_NOT_LET_IN: Final = _("The directory doesn't accept the password of {dn}.")
_NOT_WHOLE: Final = _("The directory didn't answer completely: {why}.")


class AwayDirectory(Unavailable):
    """It cannot be reached, is too slow, or shows no certificate that is good."""


class HalfAnswer(Unavailable):
    """It answered, but not to the end: nothing may be concluded from what is missing."""


class LdapEntry(msgspec.Struct, frozen=True):
    dn: str
    values: dict[str, tuple[bytes, ...]]
    """By the attribute's name in small letters."""

    def all(self, name: str) -> tuple[bytes, ...]:
        return self.values.get(name.lower(), ()) if name else ()

    def bytes(self, name: str) -> bytes:
        return next(iter(self.all(name)), b"")

    def text(self, name: str, longest: int = 255) -> str:
        return self.bytes(name).decode("utf-8", "replace").replace("\x00", "").strip()[:longest]

    def texts(self, name: str) -> list[str]:
        return [value.decode("utf-8", "replace") for value in self.all(name)]


class DirectoryConnection:
    def __init__(self, found: "SimpleLDAPObject", url: str) -> None:
        self._found = found
        self.url = url

    async def bind(self, dn: str, password: str) -> bool:
        """Whether it is right. An empty one is never asked: directories take it for nobody in particular and say yes (RFC 4513,
        section 5.1.2)."""
        from anyldap import ldap

        if not dn or not password:
            return False
        wrong = (
            ldap.INVALID_CREDENTIALS,
            ldap.INAPPROPRIATE_AUTH,
            ldap.UNWILLING_TO_PERFORM,
            ldap.CONSTRAINT_VIOLATION,
            ldap.INVALID_DN_SYNTAX,
            ldap.NO_SUCH_OBJECT,
            ldap.INSUFFICIENT_ACCESS,
        )
        with _told():
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    await self._found.simple_bind_s(dn, password.encode("utf-8", "replace"))
            except wrong:
                return False
        return True

    async def pages(
        self, base: str, filter: str, attributes: Sequence[str]
    ) -> AsyncIterator[list[LdapEntry]]:
        """Everything below the base that matches. Raises HalfAnswer unless the last page was there."""
        from anyldap import ldap
        from anyldap.ldap.controls.pagedresults import SimplePagedResultsControl

        cookie = b""
        for _number in range(_MOST_PAGES):
            control = SimplePagedResultsControl(True, PAGE, cookie)
            found, told = await self._search(base, ldap.SCOPE_SUBTREE, filter, attributes, [control])
            pages = [one for one in told if isinstance(one, SimplePagedResultsControl)]
            if not pages:
                raise HalfAnswer(_NOT_WHOLE, why="it doesn't answer in pages")
            yield found
            cookie = pages[0].cookie
            if not cookie:
                return
        raise HalfAnswer(_NOT_WHOLE, why="there is no end to it")

    async def search(self, base: str, filter: str, attributes: Sequence[str]) -> list[LdapEntry]:
        return [one async for page in self.pages(base, filter, attributes) for one in page]

    async def few(self, base: str, filter: str, attributes: Sequence[str], most: int) -> list[LdapEntry]:
        """At most so many; more than that are as good as none. Raises HalfAnswer where the directory could not say."""
        from anyldap import ldap

        try:
            found, _told = await self._search(
                base, ldap.SCOPE_SUBTREE, filter, attributes, None, most=most + 1
            )
        except HalfAnswer as answer:
            if isinstance(answer.__cause__, ldap.SIZELIMIT_EXCEEDED):
                return []
            raise
        return found if len(found) <= most else []

    async def one(
        self, dn: str, attributes: Sequence[str], filter: str = "(objectClass=*)"
    ) -> LdapEntry | None:
        """By its name; `dn` may be empty for what the directory says of itself. None where there is no such entry."""
        from anyldap import ldap

        found, _told = await self._search(dn, ldap.SCOPE_BASE, filter, attributes, None, may_miss=True)
        return found[0] if found else None

    async def _search(
        self,
        base: str,
        scope: int,
        filter: str,
        attributes: Sequence[str],
        controls: Any,
        *,
        most: int = 0,
        may_miss: bool = False,
    ) -> tuple[list[LdapEntry], Sequence[Any]]:
        from anyldap import ldap

        with _told():
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    sent = await self._found.search_ext(
                        base, scope, filter, list(attributes), serverctrls=controls, sizelimit=most
                    )
                    _kind, data, _id, told = await self._found.result3(sent)
            except ldap.NO_SUCH_OBJECT:
                if may_miss:
                    return [], []
                raise
        return [
            _entry(dn, values) for dn, values in data if dn is not None and isinstance(values, dict)
        ], told


def _entry(dn: str, values: dict[str, list[bytes]]) -> LdapEntry:
    for name in values:
        attribute, is_part, _from_to = name.lower().partition(";range=")
        if is_part:
            raise HalfAnswer(_NOT_WHOLE, why=f"{attribute} has too many values")
    return LdapEntry(dn, {name.lower(): tuple(found) for name, found in values.items()})


@asynccontextmanager
async def connected(told: Directory, password: str) -> AsyncIterator[DirectoryConnection]:
    """To the first server that answers, as the account that may read. Raises AwayDirectory."""
    async with opened(told) as connection:
        if not await connection.bind(told.bind_dn, password):
            raise AwayDirectory(_NOT_LET_IN, dn=told.bind_dn)
        yield connection


@asynccontextmanager
async def opened(told: Directory) -> AsyncIterator[DirectoryConnection]:
    """The same, as nobody yet."""
    connection = await _open_first(told)
    try:
        yield connection
    finally:
        await _close(connection._found)


async def _open_first(told: Directory) -> DirectoryConnection:
    failures = []
    context = await asyncio.to_thread(_context, told)
    for url in told.urls:
        try:
            return DirectoryConnection(await _open(url, context), url)
        except Unavailable as failure:
            failures.append(failure)
    raise failures[-1]


def _context(told: Directory) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=told.ca_file or None)
    except OSError as error:
        raise AwayDirectory(_AWAY, why="the file of its certificate authority can't be read") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


async def _open(url: str, context: ssl.SSLContext) -> "SimpleLDAPObject":
    from anyldap import ldap

    found = ldap.initialize(url, ssl_context=context)
    found.set_option(ldap.OPT_REFERRALS, 0)
    found.set_option(ldap.OPT_NETWORK_TIMEOUT, CONNECT_SECONDS)
    is_open = False
    try:
        with _told():
            async with asyncio.timeout(CONNECT_SECONDS):
                if url.lower().startswith("ldap:"):
                    await found.start_tls_s()
                else:
                    found._stream = await _secured(url, context)
        is_open = True
    finally:
        if not is_open:
            await _close(found)
    return found


async def _secured(url: str, context: ssl.SSLContext) -> "TLSStream":
    """The library leaves the socket open where the certificate is not good."""
    import anyio
    from anyio.streams.tls import TLSStream

    parts = urlsplit(url)
    stream = await anyio.connect_tcp(parts.hostname or "", parts.port or 636)
    try:
        return await TLSStream.wrap(
            stream, hostname=parts.hostname, ssl_context=context, standard_compatible=False
        )
    except BaseException:
        await anyio.aclose_forcefully(stream)
        raise


async def _close(found: "SimpleLDAPObject") -> None:
    """What is gone already need not be closed."""
    stream, found._stream, found._unbound = found._stream, None, True
    if stream is None:
        return
    try:
        async with asyncio.timeout(1):
            await stream.aclose()
    except Exception:  # noqa: BLE001  whatever it is, nobody waits for it any more
        return


@contextmanager
def _told() -> Iterator[None]:
    """Whatever goes wrong on the way is an outage, also an answer that cannot be read."""
    from anyldap import ldap

    partial = (
        ldap.SIZELIMIT_EXCEEDED,
        ldap.TIMELIMIT_EXCEEDED,
        ldap.ADMINLIMIT_EXCEEDED,
        ldap.PARTIAL_RESULTS,
        ldap.REFERRAL,
        ldap.NO_SUCH_OBJECT,
        ldap.UNAVAILABLE_CRITICAL_EXTENSION,
        ldap.INSUFFICIENT_ACCESS,
    )
    try:
        yield
    except Unavailable:
        raise
    except partial as error:
        raise HalfAnswer(_NOT_WHOLE, why=_said(error)) from error
    except TimeoutError as error:
        raise AwayDirectory(_AWAY, why="it's too slow") from error
    except Exception as error:
        raise AwayDirectory(_AWAY, why=_said(error)) from error


def _causes(error: BaseException) -> Iterator[BaseException]:
    """From the outermost on; of several at once the first."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        if isinstance(cause, BaseExceptionGroup):
            cause = cause.exceptions[0]
        else:
            cause = cause.__cause__ or cause.__context__


def _said(error: BaseException) -> str:
    """In its own words, without what it may have said of people."""
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            return str(getattr(cause, "verify_message", "") or "TLS")
    for cause in causes:
        if isinstance(cause, OSError) and cause.errno:
            return os.strerror(cause.errno) if cause.errno > 0 else str(cause.strerror)
    told = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
    return str(told.get("desc") or type(error).__name__)
