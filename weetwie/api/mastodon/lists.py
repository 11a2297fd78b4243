"""Lists: people whom one reads together."""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import entities as wire
from weetwie.api.mastodon.accounts import numbered, page_of
from weetwie.api.parameters import Id, PageParams, at_most
from weetwie.domain.beyond.choice import choose
from weetwie.domain.beyond.rules import HowOften
from weetwie.domain.lists import lists as own, members
from weetwie.domain.lists.lists import OwnList
from weetwie.domain.lists.rules import MOST_MEMBERS
from weetwie.errors import Forbidden, _
from weetwie.flows import beyond
from weetwie.text.language import translate
from weetwie.views import people as seen_people

routes = Routes("lists")

RepliesPolicy = Literal["followed", "list", "none"]
_POLICIES: Final[tuple[RepliesPolicy, ...]] = ("followed", "list", "none")


class NewList(Struct, frozen=True, kw_only=True):
    title: str
    replies_policy: RepliesPolicy = "list"
    exclusive: bool = False


class ListParams(Struct, frozen=True, kw_only=True):
    title: str | None = None
    replies_policy: RepliesPolicy | None = None
    exclusive: bool | None = None


class MembersGiven(Struct, frozen=True, kw_only=True):
    account_ids: Annotated[list[Id], Meta(max_length=MOST_MEMBERS)]


class MembersWanted(PageParams, frozen=True, kw_only=True):
    limit: Annotated[int, at_most(40, 80, zero=MOST_MEMBERS)] = 40


@routes.get("/api/v1/lists", scopes=["read:lists"])
async def lists(call: Call) -> list[wire.List]:
    """Your lists; the last one is what you are shown from beyond your circle, once you have chosen to see it."""
    mine = [_wire(one) for one in await own.lists(await call.db(), call.viewer)]
    return [*mine, _beyond(call)] if await beyond.is_listed(await call.db(), call.viewer) else mine


@routes.post("/api/v1/lists", scopes=["write:lists"])
async def make(call: Call, given: NewList) -> wire.List:
    """Create a list."""
    db = await call.db()
    policy = _POLICIES.index(given.replies_policy)
    list_id = await own.make(db, call.viewer, given.title, policy, is_exclusive=given.exclusive)
    return _wire(await own.own_list(db, call.viewer, list_id))


@routes.get("/api/v1/lists/{id}", scopes=["read:lists"])
async def single(call: Call) -> wire.List:
    """One of your lists."""
    if call.id == beyond.LIST_ID:
        await beyond.check_on(await call.db(), call.viewer)
        return _beyond(call)
    return _wire(await own.own_list(await call.db(), call.viewer, call.id))


@routes.put("/api/v1/lists/{id}", scopes=["write:lists"])
async def change(call: Call, given: ListParams) -> wire.List:
    """Change a list; omitted fields stay as they are."""
    await _check_own(call)
    db = await call.db()
    await own.change(
        db,
        call.viewer,
        call.id,
        title=given.title,
        replies_policy=_POLICIES.index(given.replies_policy) if given.replies_policy else None,
        is_exclusive=given.exclusive,
    )
    return _wire(await own.own_list(db, call.viewer, call.id))


@routes.delete("/api/v1/lists/{id}", scopes=["write:lists"])
async def delete(call: Call) -> wire.Empty:
    """Delete a list; you still follow its people. Deleting the one from beyond your circle switches that off."""
    if call.id == beyond.LIST_ID:
        await beyond.check_on(await call.db(), call.viewer)
        await choose(await call.db(), call.viewer, HowOften.off)
        return wire.Empty()
    await own.remove(await call.db(), call.viewer, call.id)
    return wire.Empty()


@routes.get("/api/v1/lists/{id}/accounts", scopes=["read:lists"], answer=list[wire.Account])
async def accounts(call: Call, wanted: MembersWanted) -> bytes:
    """People on a list; a limit of 0 returns all."""
    if call.id == beyond.LIST_ID:
        await beyond.check_on(await call.db(), call.viewer)
        return b"[]"
    found = await members.members(await call.db(), call.viewer, call.id, page_of(wanted))
    return await numbered(call, wanted, found)


@routes.post("/api/v1/lists/{id}/accounts", scopes=["write:lists"])
async def add(call: Call, given: MembersGiven) -> wire.Empty:
    """Add accounts you follow to a list."""
    await _check_own(call)
    await members.add(await call.db(), call.viewer, call.id, given.account_ids)
    return wire.Empty()


@routes.delete("/api/v1/lists/{id}/accounts", scopes=["write:lists"])
async def take_off(call: Call, given: MembersGiven) -> wire.Empty:
    """Remove accounts from a list."""
    await _check_own(call)
    await members.take_off(await call.db(), call.viewer, call.id, given.account_ids)
    return wire.Empty()


@routes.get("/api/v1/accounts/{id}/lists", scopes=["read:lists"])
async def lists_with(call: Call) -> list[wire.List]:
    """Your lists that contain this account."""
    db = await call.db()
    await seen_people.person(db, call.viewer, call.id)
    return [_wire(one) for one in await own.lists_with(db, call.viewer, call.id)]


async def _check_own(call: Call) -> None:
    """Nobody puts people on the list from beyond their circle. Raises Forbidden."""
    if call.id == beyond.LIST_ID:
        await beyond.check_on(await call.db(), call.viewer)
        raise Forbidden(_("You can't change this list. Delete it to switch it off."))


def _beyond(call: Call) -> wire.List:
    return wire.List(
        id=str(beyond.LIST_ID),
        title=translate(beyond.LIST_TITLE, call.viewer.language),
        replies_policy="none",
        exclusive=False,
    )


def _wire(one: OwnList) -> wire.List:
    return wire.List(
        id=str(one.id),
        title=one.title,
        replies_policy=_POLICIES[one.replies_policy],
        exclusive=one.is_exclusive,
    )
