"""A connection is switched on or off: on only once everything it needs is set up."""

from collections.abc import Iterable
from typing import Final

from weetwie.context import Context
from weetwie.domain.identity import keys
from weetwie.domain.policy.choose import choose, held
from weetwie.errors import Invalid, Unavailable, _
from weetwie.flows.directory_sync import PASSWORD

_NO_DIRECTORY: Final = _(
    "No directory is set up. Add [directory] to the settings file of the server, or set WEETWIE_DIRECTORY, and restart it."
)
_NO_PASSWORD: Final = _(
    "The password of {account} is missing. Enter it under State, preview and settings, or with: weetwie directory password"
)
_NO_SAML: Final = _(
    "No SAML provider is set up. Add [[saml]] to the settings file of the server, or set WEETWIE_SAML, and restart it."
)
_NO_PROXY: Final = _(
    "No proxy is set up. Add [remote_user] to the settings file of the server, or set WEETWIE_REMOTE_USER, and restart it."
)
_NO_MAILBOX: Final = _(
    "There's no address for replies. Add [mail_in] to the settings file of the server, or set WEETWIE_MAIL_IN, and restart it."
)
_NO_MAIL: Final = _(
    "This server sends no e-mail, so nobody can reply to one. Add smtp_url to its settings file, or set WEETWIE_SMTP_URL, and restart it."
)


async def switch(context: Context, name: str, is_on: bool) -> None:
    """Raises Invalid with what is missing for one that is to be on, and Forbidden."""
    policy = await held(context.db, context.viewer)
    if is_on:
        await check(context, [name])
    others = [one for one in policy.connections if one != name]
    await choose(context.db, context.viewer, {"connections": [*others, name] if is_on else others})


async def check(context: Context, names: Iterable[str]) -> None:
    """Raises Invalid where one of these cannot be on yet."""
    for name in names:
        if found := await missing(context, name):
            raise found


async def missing(context: Context, name: str) -> Invalid | None:
    """What this connection still needs, and where that is set; None where nothing is missing."""
    site = context.site
    if name == "directory":
        if site.directory is None:
            return Invalid(_NO_DIRECTORY)
        return None if await _has_password(context) else Invalid(_NO_PASSWORD, account=site.directory.bind_dn)
    if name == "saml":
        return None if site.saml else Invalid(_NO_SAML)
    if name == "remote_user":
        return None if site.remote_user is not None else Invalid(_NO_PROXY)
    if name == "mail_in":
        if site.mail_in is None:
            return Invalid(_NO_MAILBOX)
        return None if site.sends_mail else Invalid(_NO_MAIL)
    return None


async def _has_password(context: Context) -> bool:
    """One that can't be read any more is none."""
    try:
        return bool(await keys.given(context.db, PASSWORD))
    except Unavailable:
        return False
