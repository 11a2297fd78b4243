"""Coming in: somebody who was invited chooses a name and a password; somebody who was not asks to be let in."""

from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response

from weetwie.access.enums import Standing
from weetwie.access.viewer import Viewer, system
from weetwie.database.pool import Db
from weetwie.domain.identity import addresses, asked, links, passwords, sessions, sign_in
from weetwie.domain.invitations import ask as asking
from weetwie.domain.invitations import invite
from weetwie.domain.invitations.invite import Invited
from weetwie.domain.invitations.rules import LASTS
from weetwie.domain.mail import emails, write
from weetwie.domain.people import guests
from weetwie.domain.people.claim import claim, claimable
from weetwie.domain.people.create import create
from weetwie.domain.people.rules import Newcomer
from weetwie.domain.relations import follow
from weetwie.domain.relations.rules import FollowOptions
from weetwie.errors import Conflict, NotFound, Refusal, TooMany
from weetwie.security.client_address import place_of
from weetwie.text.signs import bare_address, visible
from weetwie.web.visit import Visit

FIELDS: Final = ("name", "handle", "address")


async def show(visit: Visit) -> Response:
    _check_open(visit)
    return visit.show("join.html", given={}, is_asked=False)


async def ask(visit: Visit) -> Response:
    """The answer is the same whether the address is somebody's here or nobody's."""
    _check_open(visit)
    given = await visit.form()
    site, policy = visit.site, visit.viewer.policy
    address = bare_address(given.get("address", ""))
    try:
        async with site.database.transaction() as db:
            await asked.check_place(db, visit.client_address)
        async with site.database.transaction() as db:
            token = await asking.ask(db, policy, address, given.get("words", "").strip())
            if token is not None:
                await send(visit, db, address, token, language=visit.language)
    except Refusal as refusal:
        status = 429 if isinstance(refusal, TooMany) else 422
        return visit.show("join.html", status, given=given, is_asked=False, error=refusal)
    return visit.show("join.html", given=given, is_asked=True)


async def send(
    visit: Visit, db: Db, address: str, token: str, *, language: str, inviter: str = "", words: str = ""
) -> None:
    link, place = f"{visit.site.base_url}/join/{token}", visit.viewer.policy.name
    await emails.put(
        db, None, address, write.invitation(language, place, link, inviter=inviter, words=words), LASTS
    )


async def show_door(visit: Visit) -> Response:
    async with visit.site.database.transaction() as db:
        invited = await invite.look(db, visit.request.path_params["token"])
        return await _door(visit, db, invited)


async def _door(visit: Visit, db: Db, invited: Invited, status: int = 200, **more: Any) -> Response:
    """With who invites: their name is what the letter says too."""
    inviter = await visit.site.memory.person(db, invited.inviter_id) if invited.inviter_id else None
    shown = await visit.site.shower.person(db, inviter, inviter.person_id) if inviter else None
    values: dict[str, Any] = {"given": {}} | more
    return visit.show(
        "come.html", status, invited=invited, inviter=shown, last_day=guests.last_day(invited.until), **values
    )


async def come(visit: Visit) -> Response:
    """Whatever is refused leaves the invitation as good as before. Trying handle after handle is slowed down like guessing."""
    given = await visit.form()
    token = visit.request.path_params["token"]
    site = visit.site
    async with site.database.transaction_in_turn(place_of(visit.client_address)) as db:
        invited = await invite.look(db, token)
        attempt = await sign_in.knock(db, f"invitation {invited.id}", visit.client_address)
    try:
        hash = await passwords.hashed(given.get("password", ""))
        async with site.database.transaction() as db:
            session = await _come(visit, db, token, given, hash)
            await sign_in.take_back(db, attempt)
    except Refusal as refusal:
        if isinstance(refusal, NotFound):
            raise
        async with site.database.transaction() as db:
            if not isinstance(refusal, Conflict):
                await sign_in.take_back(db, attempt)
            return await _door(visit, db, invited, 422, error=refusal, given=given)
    visit.begin_session(session)
    return visit.go("/begin")


async def _come(visit: Visit, db: Db, token: str, given: Mapping[str, str], hash: str) -> str:
    """The new session."""
    maker = system(visit.viewer.policy)
    invited = await invite.look(db, token)
    person_id = await _make(db, maker, invited, given)
    await invite.use(db, maker, invited, person_id)
    await passwords.put(db, maker, person_id, hash, is_first=True)
    newcomer = await visit.site.memory.person(db, person_id)
    assert newcomer is not None, "whoever has just come is there"
    if not invited.is_proven:
        await _ask_proof(visit, db, newcomer, invited.address or given.get("address", ""))
    if invited.inviter_id is not None:
        await follow.follow(db, newcomer, invited.inviter_id, FollowOptions())
    return await sessions.begin(db, person_id, visit.agent)


async def _make(db: Db, maker: Viewer, invited: Invited, given: Mapping[str, str]) -> int:
    """Whoever came with an import under this address takes over what was brought in as theirs."""
    is_guest = invited.standing == Standing.guest
    newcomer = Newcomer(
        handle=visible(given.get("handle", "")).removeprefix("@"),
        name=given.get("name", "").strip(),
        standing=Standing(invited.standing),
        sponsor_id=invited.inviter_id if is_guest else None,
        until=invited.until if is_guest else None,
    )
    if not invited.is_proven or invited.address is None:
        return await create(db, maker, newcomer)
    imported = await claimable(db, addresses.hashed(await addresses.hash_key(db), invited.address))
    person_id = (
        await create(db, maker, newcomer) if imported is None else await claim(db, maker, imported, newcomer)
    )
    await addresses.add(db, person_id, invited.address, is_verified=True)
    return person_id


async def _ask_proof(visit: Visit, db: Db, newcomer: Viewer, address: str) -> None:
    """A letter to an address that nobody has shown to be theirs; it counts from then on."""
    address = bare_address(address)
    if not address or not visit.site.sends_mail:
        return
    token = await links.make(db, "address", newcomer.person_id, address=address)
    link = f"{visit.site.base_url}/auth/address/{token}"
    written = write.confirm_address(visit.language, newcomer.policy.name, newcomer.handle, link)
    await emails.put(db, newcomer.person_id, address, written, links.LASTS["address"])


def _check_open(visit: Visit) -> None:
    """Raises NotFound where nobody comes in without being invited, or no letters are sent."""
    if not visit.site.sends_mail or not asking.is_possible(visit.viewer.policy):
        raise NotFound
