"""People, for those who look after them or moderate: who is here, and what is done about it."""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from weetwie.access import allowed, permissions
from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import entities as wire
from weetwie.api.mastodon.accounts import page_of
from weetwie.api.mastodon.admin import present
from weetwie.api.mastodon.paging import link_page
from weetwie.api.parameters import Id, LooseId, PageParams, at_most
from weetwie.domain.identity import addresses
from weetwie.domain.moderation import reports
from weetwie.domain.moderation.decisions import Kind
from weetwie.domain.people import erase, farewell, register, suspend
from weetwie.domain.people.limit import limit
from weetwie.domain.people.register import RegisterFilter as Asked, State
from weetwie.errors import Conflict, Forbidden, Invalid, NotFound, _
from weetwie.flows import moderate

routes = Routes("admin")

_READ, _WRITE = ["admin:read:accounts"], ["admin:write:accounts"]


class Names(PageParams, frozen=True, kw_only=True):
    limit: Annotated[int, at_most(100, 200)] = 100
    username: str = ""
    display_name: str = ""
    by_domain: str = ""
    email: str = ""
    ip: str = ""


class WantedOfOld(Names, frozen=True, kw_only=True):
    local: bool = False
    remote: bool = False
    active: bool = False
    pending: bool = False
    disabled: bool = False
    silenced: bool = False
    suspended: bool = False
    sensitized: bool = False
    staff: bool = False


class AccountsFilterParams(Names, frozen=True, kw_only=True):
    origin: Literal["local", "remote"] | None = None
    status: Literal["active", "pending", "disabled", "silenced", "suspended"] | None = None
    permissions: Literal["staff"] | None = None
    role_ids: tuple[str, ...] = ()
    invited_by: LooseId | None = None


_KINDS: Final[dict[str, Kind]] = {"silence": "limit", "suspend": "suspend"}


class Action(Struct, frozen=True, kw_only=True):
    type: Literal["none", "sensitive", "disable", "silence", "suspend"] = "none"
    report_id: Id | None = None
    warning_preset_id: str | None = None
    text: Annotated[str, Meta(max_length=5000)] = ""
    send_email_notification: bool = False


@routes.get("/api/v1/admin/accounts", scopes=_READ, answer=list[wire.AdminAccount])
async def listed_of_old(call: Call, wanted: WantedOfOld) -> bytes:
    """List people by filters."""
    states: list[State] = [
        state for state in ("active", "pending", "disabled", "suspended") if getattr(wanted, state)
    ]
    states += ["limited"] if wanted.silenced else []
    has_none = wanted.remote or wanted.sensitized or len(states) > 1
    return await _listed(
        call, wanted, Asked(state=states[0] if states else "", has_role=wanted.staff), has_none=has_none
    )


@routes.get("/api/v2/admin/accounts", scopes=_READ, answer=list[wire.AdminAccount])
async def listed(call: Call, wanted: AccountsFilterParams) -> bytes:
    """List people by filters; `pending` are people who left and wait to be approved as alumni."""
    state: State = "limited" if wanted.status == "silenced" else wanted.status or ""
    asked = Asked(
        state=state,
        has_role=wanted.permissions is not None or bool(wanted.role_ids),
        sponsor_id=wanted.invited_by or 0,
    )
    has_none = wanted.origin == "remote"
    return await _listed(call, wanted, asked, has_none=has_none)


async def _listed(call: Call, wanted: Names, asked: Asked, *, has_none: bool) -> bytes:
    """Nobody is remote or known by a network."""
    db = await call.db()
    only: list[int] | None = [] if has_none or wanted.by_domain or wanted.ip else None
    if wanted.email and only is None:
        owner = await _owner(call, wanted.email)
        only = [owner] if owner else []
    asked = Asked(
        state=asked.state,
        has_role=asked.has_role,
        sponsor_id=asked.sponsor_id,
        handle=wanted.username.removeprefix("@"),
        name=wanted.display_name,
        only=only,
    )
    ids = await register.register(db, call.viewer, asked, page_of(wanted))
    link_page(call, wanted, ids)
    found = await present.accounts(call, ids)
    return b"[%b]" % b",".join(found[id] for id in ids if id in found)


async def _owner(call: Call, address: str) -> int | None:
    """Addresses are for those who look after people."""
    allowed.check(call.viewer, permissions.look_after_people)
    return await addresses.owner(await call.db(), address)


@routes.get("/api/v1/admin/accounts/{id}", scopes=_READ, answer=wire.AdminAccount)
async def one(call: Call) -> bytes:
    """One person."""
    return await _one(call)


@routes.post("/api/v1/admin/accounts/{id}/approve", scopes=_WRITE, answer=wire.AdminAccount)
async def approve(call: Call) -> bytes:
    """Approve someone who left and wants to stay in touch as an alum."""
    await farewell.approve(await call.db(), call.viewer, call.id)
    return await _one(call)


@routes.post("/api/v1/admin/accounts/{id}/reject", scopes=_WRITE, answer=wire.AdminAccount)
async def reject(call: Call) -> bytes:
    """Decline their request; nothing else changes."""
    db = await call.db()
    allowed.check(call.viewer, permissions.look_after_people)
    found = await present.accounts(call, [call.id])
    behind = await register.behind(db, call.viewer, [call.id])
    if call.id not in found or not behind[call.id].waits:
        raise Conflict(_("This person has no open access request."))
    await farewell.over(db, call.id)
    return await _one(call)


@routes.delete("/api/v1/admin/accounts/{id}", scopes=_WRITE, answer=wire.AdminAccount)
async def delete(call: Call) -> bytes:
    """Permanently delete a suspended person and all their posts. This cannot be undone."""
    before = await _one(call)
    if b'"suspended":true,"sensitized"' not in before:
        raise Forbidden(_("Suspend the account before you delete it permanently."))
    await erase.erase(await call.db(), call.viewer, call.id)
    return before


@routes.post("/api/v1/admin/accounts/{id}/action", scopes=_WRITE)
async def act(call: Call, given: Action) -> wire.Empty:
    """Warn (with a text), limit or suspend a person, or do nothing; closes the report it was about. They are notified
    as from the page: by email, with a link to object by."""
    db = await call.db()
    await _one(call)
    if given.type in ("sensitive", "disable"):
        raise Invalid(_("You can warn, limit or suspend people here."), field="type")
    report = await reports.one(db, call.viewer, given.report_id) if given.report_id else None
    if report is not None and report.about_id != call.id:
        raise NotFound
    kind = _KINDS.get(given.type, "warn")
    if given.text.strip() or kind != "warn":
        await moderate.decide(await call.context(), call.id, kind, given.text, given.report_id)
    elif report is not None:
        await reports.close(db, call.viewer, report.id)
    return wire.Empty()


@routes.post("/api/v1/admin/accounts/{id}/unsuspend", scopes=_WRITE, answer=wire.AdminAccount)
async def unsuspend(call: Call) -> bytes:
    """Lift a suspension."""
    await suspend.unsuspend(await call.db(), call.viewer, call.id)
    return await _one(call)


@routes.post("/api/v1/admin/accounts/{id}/enable", scopes=_WRITE, answer=wire.AdminAccount)
async def enable(call: Call) -> bytes:
    """Always refused: accounts are not disabled this way."""
    return await _one(call)


@routes.post("/api/v1/admin/accounts/{id}/unsilence", scopes=_WRITE, answer=wire.AdminAccount)
async def unsilence(call: Call) -> bytes:
    """Remove a limit: their posts reach everyone again."""
    await limit(await call.db(), call.viewer, call.id, is_limited=False)
    return await _one(call)


@routes.post("/api/v1/admin/accounts/{id}/unsensitive", scopes=_WRITE, answer=wire.AdminAccount)
async def unsensitive(call: Call) -> bytes:
    """Always refused: accounts are not marked as sensitive here."""
    return await _one(call)


async def _one(call: Call) -> bytes:
    """Raises Forbidden and NotFound."""
    found = await present.accounts(call, [call.id])
    if call.id not in found:
        raise NotFound
    return found[call.id]
