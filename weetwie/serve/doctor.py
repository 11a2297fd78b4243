"""Looks an installation over: what is wrong, and what to do about it."""

import asyncio
import os
import secrets
import shutil
import socket
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

import asyncpg
import msgspec

from weetwie.database.pool import Database
from weetwie.domain.mail import emails
from weetwie.domain.notifications import push_out
from weetwie.errors import Filling, Refusal, _
from weetwie.migrations import is_current
from weetwie.runtime.finding import Diagnosis, State, good, odd, wrong
from weetwie.serve import database, keys, store
from weetwie.settings import Settings
from weetwie.worker import backlog, given_up, newest

_FULL_MB, _TIGHT_MB = 100, 1000
_CLOCKS_APART = timedelta(seconds=2)
_LONG_WAIT = 30.0


async def look(settings: Settings, environ: Mapping[str, str]) -> list[Diagnosis]:
    """Changes nothing (but for a file that it puts and takes away again). Where the database does not run, it is started for as long as this takes."""
    found = [*_folder(settings), *_disk(settings), *_secrets(settings, environ), *_addresses(settings)]
    found += await asyncio.to_thread(_reach, settings)
    found.append(await _media(settings))
    return found + [one async for one in _database(settings)]


def _folder(settings: Settings) -> Iterator[Diagnosis]:
    data = settings.data
    if settings.database_url and not data.exists():
        yield good("data", _("{place} does not exist yet; it is hardly needed"), place=data)
    elif not data.exists():
        to_do = _("It is created at the first start. Or did you mean another --data?")
        yield odd("data", _("{place} does not exist"), to_do, place=data)
    elif not os.access(data, os.W_OK | os.X_OK):
        to_do = _("Make the account that runs weetwie its owner.")
        yield wrong("data", _("{place} cannot be written to"), to_do, place=data)
    else:
        yield good("data", "{place}", place=data)


def _disk(settings: Settings) -> Iterator[Diagnosis]:
    place = next((one for one in (settings.data, *settings.data.parents) if one.exists()), Path("/"))
    free = shutil.disk_usage(place).free >> 20
    state: State = "wrong" if free < _FULL_MB else "odd" if free < _TIGHT_MB else "good"
    to_do = "" if state == "good" else _("Free up space.")
    values: dict[str, Filling] = {
        "free": f"{free >> 10} GB" if free >> 10 >= 10 else f"{free} MB",
        "place": place,
    }
    yield Diagnosis("disk", state, _("{free} free at {place}"), to_do, values)


async def _media(settings: Settings) -> Diagnosis:
    """Where files are kept: whether one can be written, read and removed."""
    place = settings.media_url or str(settings.data / "media")
    if not settings.media_url and not (settings.data / "media").exists():
        return good("media", _("{place} does not exist yet; it is created at the first start"), place=place)
    name = f"doctor/{secrets.token_hex(8)}"
    try:
        kept = store.chosen(settings)
        await kept.put(name, b"well")
        is_same = await kept.whole(name) == b"well"
        await kept.remove([name])
    except (Refusal, OSError) as error:
        why = str(error.__cause__ or error).splitlines()[0]
        to_do = _(
            "Check WEETWIE_MEDIA_URL and the S3 settings, or the permissions and free space of the folder."
        )
        return wrong("media", _("{place} fails: {why}"), to_do, place=place, why=why)
    if not is_same:
        return wrong("media", _("{place} returned something else"), _("Check the store."), place=place)
    return good("media", "{place}", place=place)


def _secrets(settings: Settings, environ: Mapping[str, str]) -> Iterator[Diagnosis]:
    """What others on the machine can read."""
    places = [settings.data / name for name in ("database", "erasures.log", "media")] + [keys.place(settings)]
    if environ.get("WEETWIE_CONFIG"):
        places.append(Path(environ["WEETWIE_CONFIG"]))
    is_open = [str(place) for place in places if place.exists() and place.stat().st_mode & 0o077]
    if is_open:
        yield wrong(
            "secrets", _("other accounts on this machine can read {places}"), "chmod go= {all}",
            places=", ".join(is_open), all=" ".join(is_open),
        )  # fmt: skip
    else:
        yield good("secrets", _("no other account on this machine can read private files"))


def _addresses(settings: Settings) -> Iterator[Diagnosis]:
    parts = urlsplit(settings.base_url)
    host = parts.hostname or ""
    if parts.scheme == "http" and not _is_own(host):
        yield wrong(
            "address", _("{address} is not encrypted: passwords can be intercepted"),
            _("Put a proxy with a certificate in front (docs/admin.md) and set WEETWIE_BASE_URL to its https:// address."),
            address=settings.base_url,
        )  # fmt: skip
    elif _is_own(host) and not _is_own(settings.host):
        yield odd(
            "address", _("Weetwie listens on {host}, but every link says {address}"),
            _("Set WEETWIE_BASE_URL to the address that people use."), host=settings.host, address=settings.base_url,
        )  # fmt: skip
    else:
        yield good("address", "{address}", address=settings.base_url)
    if parts.scheme == "https" and not settings.trusted_proxies:
        yield odd(
            "proxies", _("https without a trusted proxy: everyone seems to have the same address"),
            _("Set WEETWIE_TRUSTED_PROXIES to the address of the proxy, such as 127.0.0.1."),
        )  # fmt: skip


def _is_own(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _reach(settings: Settings) -> Iterator[Diagnosis]:
    host = urlsplit(settings.base_url).hostname or ""
    try:
        socket.getaddrinfo(host, None)
    except OSError:
        return iter([wrong("name", _("{host} is not in DNS"), _("Add it to your DNS."), host=host)])
    return iter([_asked(settings.base_url)])


def _asked(base_url: str) -> Diagnosis:
    to_do = _("Is weetwie serve running? Does the proxy point to it? Check their logs.")
    try:
        with urlopen(f"{base_url}/api/v1/instance", timeout=5) as answer:  # noqa: S310 - the settings allow http(s) only
            msgspec.json.decode(answer.read(100_000))
    except HTTPError as error:
        return wrong("answers", _("{address} answers with {code}"), to_do, address=base_url, code=error.code)
    except (OSError, ValueError) as error:
        why = str(getattr(error, "reason", None) or error)
        return odd("answers", _("{address} does not answer: {why}"), to_do, address=base_url, why=why)
    return good("answers", _("{address} answers"), address=base_url)


async def _database(settings: Settings) -> AsyncIterator[Diagnosis]:
    async with AsyncExitStack() as stack:
        try:
            began = time.monotonic()
            dsn = await stack.enter_async_context(database.running(settings))
            took = time.monotonic() - began
        except Refusal as refusal:
            yield wrong("database", refusal.sentence, **refusal.values)
            return
        yield good("database", _("answers after {ms} ms"), ms=round(took * 1000))
        if not await is_current(dsn):
            to_do = _("weetwie migrate, or start weetwie serve.")
            yield odd("schema", _("the database is not up to date"), to_do)
            return
        yield good("schema", _("up to date"))
        yield await _key(settings, dsn)
        opened = await Database.open(dsn, size=1)
        stack.push_async_callback(opened.close)
        async for finding in inside(opened):
            yield finding


async def _key(settings: Settings, dsn: str) -> Diagnosis:
    try:
        await keys.look(settings, dsn)
    except Refusal as refusal:
        return wrong("key", refusal.sentence, **refusal.values)
    where = "WEETWIE_SECRET_KEY" if settings.secret_key else str(keys.place(settings))
    return good("key", _("{where} works; it is in no backup, so store a copy elsewhere"), where=where)


async def inside(opened: Database) -> AsyncIterator[Diagnosis]:
    """What the database says of the work that is done with it."""
    async with opened.reading() as db:
        theirs: datetime = await db.connection.fetchval("select clock_timestamp()")
        yield _clock(datetime.now(UTC), theirs, await newest(db))
        behind, lost = await backlog(db), await given_up(db)
        unsent, unpushed = await emails.stuck(db), await push_out.stuck(db)
    if behind.seconds > _LONG_WAIT:
        yield wrong(
            "worker", _("{count} jobs are waiting, the oldest for {seconds} s"),
            _("Run weetwie serve or weetwie work, and check its log."), count=behind.waiting, seconds=round(behind.seconds),
        )  # fmt: skip
    elif lost:
        to_do = _("Look for 'gave up' in the log, and report it.")
        yield odd("worker", _("{count} jobs failed permanently"), to_do, count=lost)
    else:
        yield good("worker", _("{count} jobs are waiting"), count=behind.waiting)
    for finding in _refused(unsent, unpushed):
        yield finding


def _refused(unsent: tuple[int, str], unpushed: tuple[int, str]) -> Iterator[Diagnosis]:
    """What others do not take because of how this installation is set up."""
    if unsent[0]:
        yield wrong(
            "e-mail", _("the mail server does not accept e-mail from here ({count} waiting): {why}"),
            _("Check WEETWIE_SMTP_URL, WEETWIE_MAIL_FROM and WEETWIE_BASE_URL, and what the mail server allows. "
              "Waiting e-mail is sent within half an hour once it works."), count=unsent[0], why=unsent[1],
        )  # fmt: skip
    if unpushed[0]:
        yield wrong(
            "push", _("a push service does not accept messages from here (for {count} devices): {why}"),
            _("Can people write to the contact address of this installation? Is the clock right? "
              "After a new key, people have to turn on notifications again."), count=unpushed[0], why=unpushed[1],
        )  # fmt: skip


def _clock(ours: datetime, theirs: datetime, newest_fact: datetime | None) -> Diagnosis:
    to_do = _("Set the clocks with NTP (timedatectl set-ntp true).")
    if abs(ours - theirs) > _CLOCKS_APART:
        apart = str(abs(ours - theirs))
        return wrong("clock", _("this machine and the database are {apart} apart"), to_do, apart=apart)
    if newest_fact is not None and newest_fact - theirs > _CLOCKS_APART:
        at = f"{newest_fact:%Y-%m-%d %H:%M}"
        return wrong("clock", _("the newest entry is from the future: {at}"), to_do, at=at)
    return good("clock", "{at} UTC", at=f"{ours:%Y-%m-%d %H:%M:%S}")


async def safely(settings: Settings, environ: Mapping[str, str]) -> list[Diagnosis]:
    """As `look`; what fails on the way is a finding too."""
    try:
        return await look(settings, environ)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        to_do = _("Check its log, then run this again.")
        return [wrong("database", _("fails: {why}"), to_do, why=type(error).__name__)]
