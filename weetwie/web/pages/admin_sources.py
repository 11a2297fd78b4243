"""What the organisation wrote elsewhere, brought in from a page: what was handed in is looked at, imported, and can be removed."""

from collections.abc import Mapping
from typing import Final

import msgspec
from starlette.responses import Response

from weetwie.access.enums import Ring
from weetwie.database.pool import Db
from weetwie.domain.imports import requests
from weetwie.domain.imports.requests import Act, RequestedImport, Stage
from weetwie.errors import Invalid, NotFound, Refusal, _
from weetwie.flows.imports import evidence, names, requested
from weetwie.flows.imports.evidence_report import EvidenceReport
from weetwie.flows.imports.requested import WantedImport
from weetwie.imports.sources.people_map import MappedPerson, PeopleMap
from weetwie.web import reading
from weetwie.web.pages import admin_import
from weetwie.web.pages.admin_hand_in import address_of, wanted_import
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit

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
        return visit.go(address_of(request_id))
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
    return visit.go(address_of(request_id))


def _chosen(found: RequestedImport, given: Mapping[str, str], channels: list[str]) -> WantedImport:
    """What the preview was made of, with what was chosen beside it; all channels are none in particular. Raises Invalid."""
    report = _report(found)
    open_ones = [one.key for one in report.channels if one.is_open] if report else []
    if open_ones and not channels:
        raise Invalid(_("Choose at least one channel."), field="channel")
    chosen = () if set(open_ones) <= set(channels) else tuple(channels)
    made = wanted_import(given, chosen)
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
