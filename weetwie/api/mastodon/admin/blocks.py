"""Who is kept out: addresses are; other servers, mail servers and networks are no matter of this server."""

from typing import Annotated, Final

from msgspec import Struct

from weetwie.access import allowed, permissions
from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import entities as wire
from weetwie.api.mastodon.accounts import page_of
from weetwie.api.mastodon.paging import link_page
from weetwie.api.parameters import PageParams, at_most
from weetwie.domain.moderation import address_blocks
from weetwie.domain.moderation.address_blocks import BlockedAddress
from weetwie.errors import Invalid, NotFound, _

routes = Routes("admin")

_READ, _WRITE = ["admin:read:canonical_email_blocks"], ["admin:write:canonical_email_blocks"]
_NO_OTHERS: Final = _("This server doesn't connect to other servers.")
_NOT_HERE: Final = _("Mail servers and networks are blocked outside Weetwie.")


class BlocksParams(PageParams, frozen=True, kw_only=True):
    limit: Annotated[int, at_most(100, 200)] = 100


class EmailParams(Struct, frozen=True, kw_only=True):
    email: str


class EmailBlockParams(Struct, frozen=True, kw_only=True):
    email: str | None = None
    canonical_email_hash: str | None = None


@routes.get("/api/v1/admin/canonical_email_blocks", scopes=_READ)
async def listed(call: Call, wanted: BlocksParams) -> list[wire.AdminCanonicalEmailBlock]:
    """Blocked e-mail addresses, as hashes."""
    found = await address_blocks.blocks(await call.db(), call.viewer, page_of(wanted))
    link_page(call, wanted, [one.id for one in found])
    return [_wire(one) for one in found]


@routes.get("/api/v1/admin/canonical_email_blocks/{id}", scopes=_READ)
async def one(call: Call) -> wire.AdminCanonicalEmailBlock:
    """One of them."""
    return _wire(await address_blocks.one(await call.db(), call.viewer, call.id))


@routes.post("/api/v1/admin/canonical_email_blocks/test", scopes=_READ)
async def test(call: Call, given: EmailParams) -> list[wire.AdminCanonicalEmailBlock]:
    """Blocks that match this address."""
    return [_wire(one) for one in await address_blocks.matching(await call.db(), call.viewer, given.email)]


@routes.post("/api/v1/admin/canonical_email_blocks", scopes=_WRITE)
async def block(call: Call, given: EmailBlockParams) -> wire.AdminCanonicalEmailBlock:
    """Block an e-mail address, however it is spelled; an account that already has it is not affected."""
    if given.email:
        hash = address_blocks.hashed(given.email)
    elif given.canonical_email_hash:
        hash = address_blocks.read(given.canonical_email_hash)
    else:
        raise Invalid(_("Give an address or its hash."), field="email")
    return _wire(await address_blocks.block(await call.db(), call.viewer, hash))


@routes.delete("/api/v1/admin/canonical_email_blocks/{id}", scopes=_WRITE)
async def unblock(call: Call) -> wire.Empty:
    """Unblock an address."""
    await address_blocks.unblock(await call.db(), call.viewer, call.id)
    return wire.Empty()


def _wire(one: BlockedAddress) -> wire.AdminCanonicalEmailBlock:
    return wire.AdminCanonicalEmailBlock(id=str(one.id), canonical_email_hash=one.hash.hex())


def _never_any(name: str, kind: type, sentence: str, *, has_put: bool = False) -> None:
    """The endpoints of what there is none of: an empty list, nothing by any id, and no way to add to it."""
    path, read, write = f"/api/v1/admin/{name}", [f"admin:read:{name}"], [f"admin:write:{name}"]
    what = name.replace("_", " ")

    async def listed(call: Call) -> list[object]:
        allowed.check(call.viewer, permissions.look_behind)
        return []

    async def none(call: Call) -> None:
        allowed.check(call.viewer, permissions.look_behind)
        raise NotFound

    async def refuse(call: Call) -> None:
        allowed.check(call.viewer, permissions.look_behind)
        raise Invalid(sentence)

    for endpoint, summary in (
        (listed, f"There are no {what}."),
        (none, f"There are no {what}."),
        (refuse, f"There are no {what} here: always refused."),
    ):
        endpoint.__doc__ = summary
    routes.get(path, scopes=read, answer=list[kind])(listed)  # type: ignore[valid-type]
    routes.post(path, scopes=write, answer=kind)(refuse)
    routes.get(f"{path}/{{id}}", scopes=read, answer=kind)(none)
    routes.delete(f"{path}/{{id}}", scopes=write, answer=wire.Empty)(none)
    if has_put:
        routes.put(f"{path}/{{id}}", scopes=write, answer=kind)(none)


_never_any("domain_allows", wire.AdminDomain, _NO_OTHERS)
_never_any("domain_blocks", wire.AdminDomainBlock, _NO_OTHERS, has_put=True)
_never_any("email_domain_blocks", wire.AdminEmailDomainBlock, _NOT_HERE)
_never_any("ip_blocks", wire.AdminIpBlock, _NOT_HERE, has_put=True)
