"""Coming in: somebody who was invited chooses a name and a password; somebody who was not asks to be let in."""

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from weetwie.database.pool import Db
from weetwie.domain.identity import asked, passwords, sign_in
from weetwie.domain.invitations import ask as asking, invite
from weetwie.domain.invitations.invite import InvitedPerson
from weetwie.domain.people import guests
from weetwie.errors import Conflict, NotFound, Refusal, TooMany
from weetwie.flows import onboard
from weetwie.flows.onboard import Guest
from weetwie.security.client_address import place_of
from weetwie.text.signs import bare_address
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit

FIELDS: Final = ("name", "handle", "address")


async def show(visit: Visit) -> Response:
    _check_open(visit)
    return visit.show("join.html", given={}, is_asked=False)


async def ask(visit: Visit) -> Response:
    """The answer is the same whether the address is somebody's here or nobody's."""
    _check_open(visit)
    given = await visit.form()
    site = visit.site
    address = bare_address(given.get("address", ""))
    try:
        async with site.database.transaction() as db:
            await asked.check_place(db, visit.client_address)
        async with site.database.transaction() as db:
            words = given.get("words", "").strip()
            await onboard.ask_in(visit.context(db), address, words, visit.language)
    except Refusal as refusal:
        status = 429 if isinstance(refusal, TooMany) else 422
        return visit.show("join.html", status, given=given, is_asked=False, error=refusal)
    return visit.show("join.html", given=given, is_asked=True)


async def show_door(visit: Visit) -> Response:
    async with visit.site.database.transaction() as db:
        invited = await invite.look(db, visit.request.path_params["token"])
        return await _door(visit, db, invited)


async def _door(
    visit: Visit, db: Db, invited: InvitedPerson, status: int = 200, /, **more: Shown
) -> Response:
    """With who invites: their name is what the email says too."""
    inviter = await visit.site.memory.person(db, invited.inviter_id) if invited.inviter_id else None
    shown = await visit.site.presenter.person(db, inviter, inviter.person_id) if inviter else None
    values: dict[str, Shown] = {"given": {}} | more
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
            session = await onboard.accept_invitation(visit.context(db), token, _guest(visit, given, hash))
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


def _guest(visit: Visit, given: Mapping[str, str], hash: str) -> Guest:
    return Guest(
        handle=given.get("handle", ""),
        name=given.get("name", ""),
        address=given.get("address", ""),
        password_hash=hash,
        language=visit.language,
        agent=visit.agent,
    )


def _check_open(visit: Visit) -> None:
    """Raises NotFound where nobody comes in without being invited, or no emails are sent."""
    if not visit.site.sends_mail or not asking.is_possible(visit.viewer.policy):
        raise NotFound
