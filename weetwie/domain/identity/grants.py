"""Grants: a yes at the consent page, told to the app as a code that it changes into a token once, and soon."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import BigInteger, DateTime, LargeBinary, Text, delete, insert, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import allowed, permissions
from weetwie.access.authenticate import credential_hash
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.identity import account, agent_rules, agent_tokens, agents, rules, tokens
from weetwie.domain.identity.apps import RegisteredApp
from weetwie.domain.identity.tokens import IssuedToken
from weetwie.errors import Invalid, _
from weetwie.runtime import clock
from weetwie.tables.identity import Grant

LASTS: Final = timedelta(minutes=5)

_GRANT = Query(
    insert(Grant).values(
        code_hash=param("hash", LargeBinary),
        app_id=param("app_id", BigInteger),
        person_id=param("person_id", BigInteger),
        redirect_uri=param("redirect_uri", Text),
        scopes=param("scopes", ARRAY(Text)),
        code_challenge=param("code_challenge", Text),
        expires_at=param("expires_at", DateTime(timezone=True)),
    )
)
_OF_CODE = Query(
    select(
        Grant.person_id,
        Grant.redirect_uri,
        Grant.scopes,
        Grant.code_challenge,
        Grant.expires_at,
        Grant.used_at,
        Grant.token_id,
    )
    .where(Grant.code_hash == param("hash", LargeBinary), Grant.app_id == param("app_id", BigInteger))
    .with_for_update()
)
_USED = Query(
    update(Grant)
    .where(Grant.code_hash == param("hash", LargeBinary))
    .values(used_at=param("at", DateTime(timezone=True)), token_id=param("token_id", BigInteger))
)
_SWEEP = Query(delete(Grant).where(Grant.expires_at < param("before", DateTime(timezone=True))))


def check(app: RegisteredApp, redirect_uri: str, scopes: Sequence[str]) -> None:
    """Raises Invalid for what the app did not register."""
    # Some were registered when more schemes were let pass.
    is_registered = redirect_uri in app.redirect_uris or (
        app.is_agent and agent_rules.is_registered(redirect_uri, app.redirect_uris)
    )
    if not is_registered or not rules.is_redirect(redirect_uri):
        raise Invalid(_("The app didn't register this redirect address."), field="redirect_uri")
    if not rules.within(scopes, app.scopes):
        raise Invalid(_("The app asks for more than it registered."), field="scope")


async def grant(
    db: Db,
    viewer: Viewer,
    app: RegisteredApp,
    redirect_uri: str,
    scopes: Sequence[str],
    code_challenge: str | None = None,
) -> str:
    """The code. Raises Invalid for what the app did not register."""
    allowed.check(viewer, permissions.act)
    check(app, redirect_uri, scopes)
    code = secrets.token_urlsafe(32)
    await db.run(
        _GRANT,
        hash=credential_hash(code),
        app_id=app.id,
        person_id=viewer.person_id,
        redirect_uri=redirect_uri,
        scopes=list(scopes),
        code_challenge=code_challenge,
        expires_at=clock.now() + LASTS,
    )
    is_wide = app.is_agent or rules.is_wide(scopes)
    await account.changed(db, viewer, "grant", viewer.person_id, is_mailed=is_wide, app_id=app.id)
    if app.is_agent:
        await agents.is_used(db, app)
    return code


async def exchange(
    db: Db,
    viewer: Viewer,
    app: RegisteredApp,
    code: str,
    redirect_uri: str,
    verifier: str | None,
    resource: str,
) -> IssuedToken | None:
    """The token for a code, where an agent asks one for this resource. None when the code is not, or no longer, good for this app; nothing is raised, so that what
    a code that came again leads to is kept: somebody else may have it, so the token that it gave is revoked.
    """
    digest = credential_hash(code)
    row = await db.row(_OF_CODE, hash=digest, app_id=app.id)
    if row is None:
        return None
    if row["used_at"] is not None:
        await tokens.revoke_one(db, viewer, row["token_id"])
        return None
    is_good = (
        row["expires_at"] > clock.now()
        and row["redirect_uri"] == redirect_uri
        and rules.answers(row["code_challenge"], verifier)
    )
    if not is_good:
        return None
    if app.is_agent:
        issued = await agent_tokens.begin(db, app, row["person_id"], row["scopes"], resource)
    else:
        issued = await tokens.issue(db, app.id, row["person_id"], row["scopes"])
    await db.run(_USED, hash=digest, at=clock.now(), token_id=issued.id)
    return issued


async def sweep(db: Db) -> int:
    """For the schedule. A used code is known for a day, so that it is noticed when it comes again."""
    return await db.run(_SWEEP, before=clock.now() - timedelta(days=1))
