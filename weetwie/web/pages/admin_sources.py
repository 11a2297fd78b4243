"""What the organisation wrote elsewhere, brought in from a page: a file is handed in, looked at, imported, and can be removed."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import msgspec
from starlette.responses import Response

from weetwie.access.enums import Ring
from weetwie.database.pool import Db
from weetwie.domain.imports import requests
from weetwie.domain.imports.requests import Act, RequestedImport, Stage
from weetwie.domain.media.upload import UploadedFile
from weetwie.errors import Invalid, NotFound, Refusal, Unavailable, _
from weetwie.flows.imports import evidence, names, requested
from weetwie.flows.imports.evidence_report import EvidenceReport
from weetwie.flows.imports.requested import WantedImport
from weetwie.imports.sources import people_map
from weetwie.imports.sources.people_map import MappedPerson, PeopleMap
from weetwie.imports.sources.readers import READERS
from weetwie.web import reading
from weetwie.web.pages import admin_import
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit

LARGEST: Final = 2 << 30
_LARGEST_MAP: Final = 8 << 20
_MOST_NAMES: Final = 50
_LEFT_OUT: Final = {
    "private": _("In channels that aren't for everyone"),
    "direct": _("Direct messages"),
    "program": _("By programs"),
    "notice": _("Notices, such as who joined"),
    "empty": _("Without text"),
    "deleted": _("Deleted there"),
    "copy": _("Copies"),
    "older": _("Older than the day you chose"),
    "channel": _("In channels you didn't choose"),
    "retention": _("Older than your organisation keeps posts"),
    "forgotten": _("By people who were deleted here"),
    "hidden": _("Deleted here by their authors"),
}
"""What did not come in, by the reason that a reader or a run gives."""


async def hand_in(visit: Visit) -> Response:
    """A file, or one of the server's import folder; the worker looks at it."""
    given = await visit.form()
    try:
        request_id = await _hand_in(
            visit, given.get("kind", ""), given.get("on_server", ""), _wanted(given, ())
        )
    except Refusal as refusal:
        async with visit.site.database.reading() as db:
            return await admin_import.page(visit, db, 422, error=refusal, given=given)
    return visit.go(_address(request_id))


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


def _wanted(given: Mapping[str, str], channels: tuple[str, ...]) -> WantedImport:
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


async def show(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        found = await requests.one(db, visit.viewer, visit.request.path_params["id"])
        shown = await _page(visit, db, found)
    if found.is_going:
        shown.headers["refresh"] = "2"
    return shown


async def decide_names(visit: Visit) -> Response:
    """Who is meant by names that no address tells; what is left empty stays a name."""
    await visit.form()
    request_id = visit.request.path_params["id"]
    async with visit.site.database.reading() as db:
        found = await requests.one(db, visit.viewer, request_id)
    if found.import_id is None:
        raise NotFound
    keys, people = visit.several.get("key", []), visit.several.get("person", [])
    rows = [
        MappedPerson(line, person.strip(), key=key)
        for line, (key, person) in enumerate(zip(keys, people, strict=False), 1)
        if person.strip()
    ]
    decided = await names.decide(
        visit.site.database, visit.viewer, found.import_id, PeopleMap(rows), door="page"
    )
    if not decided.not_found:
        return visit.go(_address(request_id))
    missing = Invalid(_("Nobody here is called {names}."), names=", ".join(decided.not_found))
    async with visit.site.database.reading() as db:
        return await _page(visit, db, found, 422, error=missing)


async def act(visit: Visit) -> Response:
    given = await visit.form()
    request_id, verb = visit.request.path_params["id"], visit.request.path_params["verb"]
    try:
        async with visit.site.database.transaction() as db:
            found = await requests.one(db, visit.viewer, request_id)
            match verb:
                case "start":
                    wanted = _chosen(found, given, visit.several.get("channel", []))
                    evidence.check(visit.viewer, wanted.terms(found.kind, is_dry=False))
                    terms = msgspec.to_builtins(wanted)
                    await requests.go_on(db, visit.viewer, request_id, Act.bring_in, terms)
                case "again":
                    await requests.go_on(db, visit.viewer, request_id, Act(found.act), found.terms)
                case "remove" if found.import_id is not None:
                    await requests.go_on(db, visit.viewer, request_id, Act.remove, found.terms)
                case "stop":
                    await requests.stop(db, visit.viewer, request_id)
                case "forget":
                    await requests.forget(db, visit.viewer, request_id)
                    return visit.go("/admin/import")
                case _other:
                    raise NotFound
    except NotFound:
        raise
    except Refusal as refusal:
        async with visit.site.database.reading() as db:
            found = await requests.one(db, visit.viewer, request_id)
            return await _page(visit, db, found, 422, error=refusal)
    return visit.go(_address(request_id))


def _chosen(found: RequestedImport, given: Mapping[str, str], channels: list[str]) -> WantedImport:
    """What the preview was made of, with what was chosen beside it; all channels are none in particular. Raises Invalid."""
    report = _report(found)
    open_ones = [one.key for one in report.channels if one.is_open] if report else []
    if open_ones and not channels:
        raise Invalid(_("Choose at least one channel."), field="channel")
    chosen = () if set(open_ones) <= set(channels) else tuple(channels)
    made = _wanted(given, chosen)
    before = requested.wanted(found)
    return msgspec.structs.replace(made, since=before.since, lists=before.lists, address=before.address)


def _report(found: RequestedImport) -> EvidenceReport | None:
    return msgspec.convert(found.report, EvidenceReport) if found.report.get("kind") else None


async def _page(
    visit: Visit, db: Db, found: RequestedImport, status: int = 200, /, **more: Shown
) -> Response:
    report = _report(found)
    is_in = found.import_id is not None and found.act == Act.bring_in and not found.is_going
    undecided = await names.undecided(db, found.import_id) if is_in and found.import_id else []
    return await reading.show(
        visit,
        db,
        "admin_source.html",
        status,
        one=found,
        source=admin_import.SOURCES.get(found.kind, found.kind),
        wanted=requested.wanted(found),
        report=report,
        left_out=[
            (_LEFT_OUT[reason], count) for reason, count in report.left_out.items() if reason in _LEFT_OUT
        ]
        if report
        else [],
        state=Stage(found.state).name,
        step=Act(found.act).name,
        taken_out=found.report.get("taken_out"),
        picture=found.report.get("picture"),
        undecided=undecided[:_MOST_NAMES],
        more_names=len(undecided) - _MOST_NAMES,
        rings=[ring.name for ring in Ring if ring <= visit.viewer.policy.widest_ring],
        **{"error": None, **more},
    )


def _address(request_id: int) -> str:
    return f"/admin/import/sources/{request_id}"
