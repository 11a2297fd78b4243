"""Reports, for those who moderate: read, taken on, closed and opened again."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import entities as wire
from weetwie.api.mastodon.accounts import page_of
from weetwie.api.mastodon.admin import present
from weetwie.api.mastodon.paging import link_page
from weetwie.api.parameters import LooseId, PageParams, at_most
from weetwie.domain.moderation import reports

routes = Routes("admin")

_READ, _WRITE = ["admin:read:reports"], ["admin:write:reports"]


class ReportsParams(PageParams, frozen=True, kw_only=True):
    limit: Annotated[int, at_most(100, 200)] = 100
    resolved: bool = False
    account_id: LooseId | None = None
    target_account_id: LooseId | None = None
    by_target_domain: str = ""


class ReportChangeParams(Struct, frozen=True, kw_only=True):
    category: Literal["spam", "legal", "violation", "other"] | None = None
    rule_ids: Annotated[list[int], Meta(max_length=100)] | None = None


@routes.get("/api/v1/admin/reports", scopes=_READ, answer=list[wire.AdminReport])
async def listed(call: Call, wanted: ReportsParams) -> bytes:
    """Open or closed reports."""
    found = await reports.listed(
        await call.db(),
        call.viewer,
        page_of(wanted),
        is_closed=wanted.resolved,
        by_id=wanted.account_id or 0,
        about_id=wanted.target_account_id or 0,
    )
    if wanted.by_target_domain:
        found = []
    link_page(call, wanted, [one.id for one in found])
    return b"[%b]" % b",".join(await present.reports(call, found))


@routes.get("/api/v1/admin/reports/{id}", scopes=_READ, answer=wire.AdminReport)
async def one(call: Call) -> bytes:
    """One report."""
    return await _one(call)


@routes.put("/api/v1/admin/reports/{id}", scopes=_WRITE, answer=wire.AdminReport)
async def change(call: Call, given: ReportChangeParams) -> bytes:
    """Set the category of a report and the rules it is about."""
    await reports.change(
        await call.db(), call.viewer, call.id, category=given.category, rule_numbers=given.rule_ids
    )
    return await _one(call)


@routes.post("/api/v1/admin/reports/{id}/assign_to_self", scopes=_WRITE, answer=wire.AdminReport)
async def take_on(call: Call) -> bytes:
    """Assign a report to yourself."""
    await reports.assign(await call.db(), call.viewer, call.id, call.viewer.person_id)
    return await _one(call)


@routes.post("/api/v1/admin/reports/{id}/unassign", scopes=_WRITE, answer=wire.AdminReport)
async def let_go(call: Call) -> bytes:
    """Unassign a report."""
    await reports.assign(await call.db(), call.viewer, call.id, None)
    return await _one(call)


@routes.post("/api/v1/admin/reports/{id}/resolve", scopes=_WRITE, answer=wire.AdminReport)
async def resolve(call: Call) -> bytes:
    """Close a report."""
    await reports.close(await call.db(), call.viewer, call.id)
    return await _one(call)


@routes.post("/api/v1/admin/reports/{id}/reopen", scopes=_WRITE, answer=wire.AdminReport)
async def reopen(call: Call) -> bytes:
    """Reopen a report."""
    await reports.open_again(await call.db(), call.viewer, call.id)
    return await _one(call)


async def _one(call: Call) -> bytes:
    """Raises Forbidden and NotFound."""
    (shown_one,) = await present.reports(call, [await reports.one(await call.db(), call.viewer, call.id)])
    return shown_one
