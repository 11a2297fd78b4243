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
from weetwie.errors import Refusal
from weetwie.migrations import is_current
from weetwie.runtime.finding import Diagnosis, State
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
        yield Diagnosis("data", "good", f"{data} does not exist yet; it is hardly needed")
    elif not data.exists():
        yield Diagnosis(
            "data",
            "odd",
            f"{data} does not exist",
            "It is created at the first start. Or did you mean another --data?",
        )
    elif not os.access(data, os.W_OK | os.X_OK):
        yield Diagnosis(
            "data", "wrong", f"{data} cannot be written to", "Make the account that runs weetwie its owner."
        )
    else:
        yield Diagnosis("data", "good", str(data))


def _disk(settings: Settings) -> Iterator[Diagnosis]:
    place = next((one for one in (settings.data, *settings.data.parents) if one.exists()), Path("/"))
    free = shutil.disk_usage(place).free >> 20
    state: State = "wrong" if free < _FULL_MB else "odd" if free < _TIGHT_MB else "good"
    yield Diagnosis("disk", state, f"{free} MB free at {place}", "" if state == "good" else "Free up space.")


async def _media(settings: Settings) -> Diagnosis:
    """Where files are kept: whether one can be written, read and removed."""
    place = settings.media_url or str(settings.data / "media")
    if not settings.media_url and not (settings.data / "media").exists():
        return Diagnosis("media", "good", f"{place} does not exist yet; it is created at the first start")
    name = f"doctor/{secrets.token_hex(8)}"
    try:
        kept = store.chosen(settings)
        await kept.put(name, b"well")
        is_same = await kept.whole(name) == b"well"
        await kept.remove([name])
    except (Refusal, OSError) as error:
        why = error.__cause__ or error
        to_do = (
            "Check WEETWIE_MEDIA_URL and the S3 settings, or the permissions and free space of the folder."
        )
        return Diagnosis("media", "wrong", f"{place} fails: {str(why).splitlines()[0]}", to_do)
    if not is_same:
        return Diagnosis("media", "wrong", f"{place} returned something else", "Check the store.")
    return Diagnosis("media", "good", place)


def _secrets(settings: Settings, environ: Mapping[str, str]) -> Iterator[Diagnosis]:
    """What others on the machine can read."""
    places = [settings.data / name for name in ("database", "erasures.log", "media")] + [keys.place(settings)]
    if environ.get("WEETWIE_CONFIG"):
        places.append(Path(environ["WEETWIE_CONFIG"]))
    is_open = [str(place) for place in places if place.exists() and place.stat().st_mode & 0o077]
    if is_open:
        yield Diagnosis(
            "secrets",
            "wrong",
            f"other accounts on this machine can read {', '.join(is_open)}",
            "chmod go= " + " ".join(is_open),
        )
    else:
        yield Diagnosis("secrets", "good", "no other account on this machine can read private files")


def _addresses(settings: Settings) -> Iterator[Diagnosis]:
    parts = urlsplit(settings.base_url)
    host = parts.hostname or ""
    if parts.scheme == "http" and not _is_own(host):
        yield Diagnosis(
            "address", "wrong", f"{settings.base_url} is not encrypted: passwords can be intercepted",
            "Put a proxy with a certificate in front (docs/admin.md) and set WEETWIE_BASE_URL to its https:// address.",
        )  # fmt: skip
    elif _is_own(host) and not _is_own(settings.host):
        yield Diagnosis(
            "address", "odd", f"Weetwie listens on {settings.host}, but every link says {settings.base_url}",
            "Set WEETWIE_BASE_URL to the address that people use.",
        )  # fmt: skip
    else:
        yield Diagnosis("address", "good", settings.base_url)
    if parts.scheme == "https" and not settings.trusted_proxies:
        yield Diagnosis(
            "proxies", "odd", "https without a trusted proxy: everyone seems to have the same address",
            "Set WEETWIE_TRUSTED_PROXIES to the address of the proxy, such as 127.0.0.1.",
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
        return iter([Diagnosis("name", "wrong", f"{host} is not in DNS", "Add it to your DNS.")])
    return iter([_asked(settings.base_url)])


def _asked(base_url: str) -> Diagnosis:
    to_do = "Is weetwie serve running? Does the proxy point to it? Check their logs."
    try:
        with urlopen(f"{base_url}/api/v1/instance", timeout=5) as answer:  # noqa: S310 - the settings allow http(s) only
            msgspec.json.decode(answer.read(100_000))
    except HTTPError as error:
        return Diagnosis("answers", "wrong", f"{base_url} answers with {error.code}", to_do)
    except (OSError, ValueError) as error:
        why = getattr(error, "reason", None) or error
        return Diagnosis("answers", "odd", f"{base_url} does not answer: {why}", to_do)
    return Diagnosis("answers", "good", f"{base_url} answers")


async def _database(settings: Settings) -> AsyncIterator[Diagnosis]:
    async with AsyncExitStack() as stack:
        try:
            began = time.monotonic()
            dsn = await stack.enter_async_context(database.running(settings))
            took = time.monotonic() - began
        except Refusal as refusal:
            yield Diagnosis("database", "wrong", str(refusal))
            return
        yield Diagnosis("database", "good", f"answers after {took * 1000:.0f} ms")
        if not await is_current(dsn):
            yield Diagnosis(
                "schema", "odd", "the database is not up to date", "weetwie migrate, or start weetwie serve."
            )
            return
        yield Diagnosis("schema", "good", "up to date")
        yield await _key(settings, dsn)
        opened = await Database.open(dsn, size=1)
        stack.push_async_callback(opened.close)
        async for finding in inside(opened):
            yield finding


async def _key(settings: Settings, dsn: str) -> Diagnosis:
    try:
        await keys.look(settings, dsn)
    except Refusal as refusal:
        return Diagnosis("key", "wrong", str(refusal))
    where = "WEETWIE_SECRET_KEY" if settings.secret_key else str(keys.place(settings))
    return Diagnosis("key", "good", f"{where} works; it is in no backup, so store a copy elsewhere")


async def inside(opened: Database) -> AsyncIterator[Diagnosis]:
    """What the database says of the work that is done with it."""
    async with opened.reading() as db:
        theirs: datetime = await db.connection.fetchval("select clock_timestamp()")
        yield _clock(datetime.now(UTC), theirs, await newest(db))
        behind, lost = await backlog(db), await given_up(db)
        unsent, unpushed = await emails.stuck(db), await push_out.stuck(db)
    if behind.seconds > _LONG_WAIT:
        yield Diagnosis(
            "worker", "wrong", f"{behind.waiting} jobs are waiting, the oldest for {behind.seconds:.0f} s",
            "Run weetwie serve or weetwie work, and check its log.",
        )  # fmt: skip
    elif lost:
        yield Diagnosis(
            "worker", "odd", f"{lost} jobs failed permanently", "Look for 'gave up' in the log, and tell us."
        )
    else:
        yield Diagnosis("worker", "good", f"{behind.waiting} jobs are waiting")
    for finding in _refused(unsent, unpushed):
        yield finding


def _refused(unsent: tuple[int, str], unpushed: tuple[int, str]) -> Iterator[Diagnosis]:
    """What others do not take because of how this installation is set up."""
    if unsent[0]:
        yield Diagnosis(
            "e-mail", "wrong", f"the mail server does not accept e-mail from here ({unsent[0]} waiting): {unsent[1]}",
            "Check WEETWIE_SMTP_URL, WEETWIE_MAIL_FROM and WEETWIE_BASE_URL, and what the mail server allows. "
            "Waiting e-mail is sent within half an hour once it works.",
        )  # fmt: skip
    if unpushed[0]:
        yield Diagnosis(
            "push", "wrong", f"a push service does not accept messages from here (for {unpushed[0]} devices): {unpushed[1]}",
            "Can people write to the contact address of this installation? Is the clock right? "
            "After a new key, people have to turn on notifications again.",
        )  # fmt: skip


def _clock(ours: datetime, theirs: datetime, newest_fact: datetime | None) -> Diagnosis:
    to_do = "Set the clocks with NTP (timedatectl set-ntp true)."
    if abs(ours - theirs) > _CLOCKS_APART:
        return Diagnosis(
            "clock", "wrong", f"this machine and the database are {abs(ours - theirs)} apart", to_do
        )
    if newest_fact is not None and newest_fact - theirs > _CLOCKS_APART:
        return Diagnosis(
            "clock", "wrong", f"the newest entry is from the future: {newest_fact:%Y-%m-%d %H:%M}", to_do
        )
    return Diagnosis("clock", "good", f"{ours:%Y-%m-%d %H:%M:%S} UTC")


async def safely(settings: Settings, environ: Mapping[str, str]) -> list[Diagnosis]:
    """As `look`; what fails on the way is a finding too."""
    try:
        return await look(settings, environ)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        return [
            Diagnosis(
                "database", "wrong", f"fails: {type(error).__name__}", "Check its log, then run this again."
            )
        ]
