"""Somebody comes in whom a proxy has recognised: by the same rules as with a provider of single sign-on."""

from weetwie.context import Context
from weetwie.domain.directory import entries
from weetwie.domain.identity import claims, identities
from weetwie.flows import sign_on as entering
from weetwie.security.oidc import SignedIn
from weetwie.security.remote_user import NamedUser
from weetwie.settings import RemoteUser


async def enter(context: Context, told: RemoteUser, named: NamedUser, agent: str, before: str | None) -> str:
    """The session, in place of the one `before`. Whoever the directory has under this name is them. A ticket shows that a machine is
    theirs, and not that they sit before it: it is no fresh proof for what asks for one. Raises Forbidden, Conflict."""
    db, subject = context.db, named.user.lower()
    login = named.login(told.realms)
    if (
        context.site.directory is not None
        and login
        and await identities.owner(db, told.issuer, subject) is None
    ):
        person_id = await entries.called(db, login)
        if person_id is not None:
            await identities.connect(
                db, context.by_system.viewer, person_id, told.issuer, subject, is_first=True
            )
    said = {
        "sub": subject,
        told.handle_claim: login or named.user,
        told.name_claim: named.name,
        told.email_claim: named.address,
    }
    claimed = claims.read(told, said)
    token, _is_new = await entering.enter(
        context, told, told.issuer, SignedIn(said, ""), claimed, agent, before
    )
    return token
