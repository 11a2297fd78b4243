"""The directory of people, and whom one might want to follow."""

from typing import Annotated, Literal

from msgspec import Struct

from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import entities as wire, render_relations as render
from weetwie.api.mastodon.accounts import people
from weetwie.api.parameters import at_most, skipped
from weetwie.domain.people.directory import directory
from weetwie.domain.relations import suggestions as suggesting
from weetwie.views import people as seen_people

routes = Routes("directory")


class DirectoryChoice(Struct, frozen=True, kw_only=True):
    order: Literal["active", "new"] = "active"
    local: bool = False
    offset: Annotated[int, skipped()] = 0
    limit: Annotated[int, at_most(40, 80)] = 40


class HowMany(Struct, frozen=True, kw_only=True):
    limit: Annotated[int, at_most(40, 80)] = 40


@routes.get("/api/v1/directory", answer=list[wire.Account])
async def listed(call: Call, wanted: DirectoryChoice) -> bytes:
    """The directory of people who want to be found."""
    ids = await directory(await call.db(), call.viewer, wanted.order, wanted.offset, wanted.limit)
    return await people(call, ids)


@routes.get("/api/v2/suggestions", scopes=["read"], answer=list[wire.Suggestion])
async def suggestions(call: Call, wanted: HowMany) -> bytes:
    """Suggestions of people to follow, and why."""
    db = await call.db()
    found = await suggesting.suggestions(db, call.viewer, wanted.limit)
    people = await seen_people.people(db, call.viewer, [one.person_id for one in found])
    await call.renderer.hydrator.people(db, people)
    accounts = {person.id: call.renderer.account(person) for person in people}
    return b"[%b]" % b",".join(
        render.suggestion(one, accounts[one.person_id]) for one in found if one.person_id in accounts
    )


@routes.get("/api/v1/suggestions", scopes=["read"], answer=list[wire.Account], deprecated=True)
async def suggested(call: Call, wanted: HowMany) -> bytes:
    """Suggestions of people to follow, in the older format."""
    found = await suggesting.suggestions(await call.db(), call.viewer, wanted.limit)
    return await people(call, [one.person_id for one in found])


@routes.delete("/api/v1/suggestions/{id}", scopes=["read"])
async def unwanted(call: Call) -> wire.Empty:
    """Don't suggest this person again."""
    await suggesting.unwanted(await call.db(), call.viewer, call.id)
    return wire.Empty()
