"""A file of what the organisation wrote elsewhere is handed in, with what is wanted of it."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import msgspec
from starlette.responses import Response

from weetwie.access.enums import Ring
from weetwie.domain.imports import requests
from weetwie.domain.media.upload import UploadedFile
from weetwie.errors import Invalid, Refusal, Unavailable, _
from weetwie.flows.imports import evidence, requested
from weetwie.flows.imports.requested import WantedImport
from weetwie.imports.sources import people_map
from weetwie.imports.sources.readers import READERS
from weetwie.web.pages import admin_import
from weetwie.web.visit import Visit

LARGEST: Final = 2 << 30
_LARGEST_MAP: Final = 8 << 20


async def hand_in(visit: Visit) -> Response:
    """A file, or one of the server's import folder; the worker looks at it."""
    given = await visit.form()
    try:
        request_id = await _hand_in(
            visit, given.get("kind", ""), given.get("on_server", ""), wanted_import(given, ())
        )
    except Refusal as refusal:
        async with visit.site.database.reading() as db:
            return await admin_import.page(visit, db, 422, error=refusal, given=given)
    return visit.go(address_of(request_id))


async def _hand_in(visit: Visit, kind: str, on_server: str, wanted: WantedImport) -> int:
    """Raises Invalid."""
    if kind not in READERS:
        raise Invalid(_("Choose where the file is from."), field="kind")
    evidence.check(visit.viewer, wanted.terms(kind, is_dry=True))
    store = visit.site.store
    if store is None:
        raise Unavailable
    file, name = "", on_server
    sent = next(iter(visit.files.get("file", [])), None)
    if sent is not None and sent.size:
        if sent.size > LARGEST:
            raise Invalid(admin_import.TOO_LARGE, field="file", most=LARGEST >> 20)
        file, name = requests.new_place(), sent.name or kind
    elif on_server not in requested.in_folder(visit.site):
        raise Invalid(admin_import.NO_FILE, field="file")
    table = await _table(visit)
    if sent is not None and file:
        await store.put(file, sent.content)
    map_file = ""
    if table is not None:
        map_file = requests.new_place()
        await store.put(map_file, table)
    async with visit.site.database.transaction() as db:
        return await requests.ask(
            db,
            visit.viewer,
            kind,
            name,
            file=file,
            map_file=map_file,
            terms=msgspec.to_builtins(wanted),
        )


async def _table(visit: Visit) -> bytes | None:
    """The table of people, where one was sent. Raises Invalid for one that cannot be read."""
    sent = next(iter(visit.files.get("map", [])), None)
    if sent is None or not sent.size:
        return None
    if sent.size > _LARGEST_MAP:
        raise Invalid(admin_import.TOO_LARGE, field="map", most=_LARGEST_MAP >> 20)
    content = await asyncio.to_thread(_whole, sent)
    await asyncio.to_thread(people_map.parsed, content)
    return content


def _whole(file: UploadedFile) -> bytes:
    file.content.seek(0)
    return file.content.read()


def wanted_import(given: Mapping[str, str], channels: tuple[str, ...]) -> WantedImport:
    """Raises Invalid."""
    audience = given.get("audience", "")
    if audience and audience not in Ring.__members__:
        raise Invalid(_("Choose who sees it."), field="audience")
    return WantedImport(
        since=_day(given.get("since", "")),
        lists=tuple(given.get("lists", "").replace(",", " ").split()),
        address=given.get("address", "").strip().rstrip("/"),
        channels=channels,
        audience=audience,
        may_rank="may_rank" in given,
        keeps_addresses="keeps_addresses" in given,
    )


def _day(given: str) -> datetime | None:
    if not given:
        return None
    try:
        return datetime.fromisoformat(given).replace(tzinfo=UTC)
    except ValueError as error:
        raise Invalid(_("Write the day as 2026-03-31."), field="since") from error


def address_of(request_id: int) -> str:
    return f"/admin/import/sources/{request_id}"
