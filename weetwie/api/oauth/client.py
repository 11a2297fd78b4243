"""Which app is asking: shown by its id and secret, in the body or in the header."""

import base64
import binascii
from urllib.parse import unquote_plus

from weetwie.api.call import Call
from weetwie.api.oauth.errors import InvalidClient, OAuthRefusal
from weetwie.domain.identity import apps
from weetwie.domain.identity.apps import RegisteredApp
from weetwie.errors import _


async def client(call: Call, client_id: str, client_secret: str) -> RegisteredApp:
    """The app, proven. Raises InvalidClient."""
    basic = _basic(call.header("authorization"))
    if basic is not None:
        if client_secret or client_id not in ("", basic[0]):
            raise OAuthRefusal(_("The app identifies itself in two ways at once."))
        client_id, client_secret = basic
    app = await apps.proven(await call.db(), client_id, client_secret)
    if app is None:
        raise InvalidClient
    return app


def _basic(header: str) -> tuple[str, str] | None:
    """Id and secret out of `Authorization: Basic`, each of them form-encoded first (RFC 6749, 2.3.1)."""
    kind, _space, credentials = header.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        text = base64.b64decode(credentials.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise InvalidClient from None
    name, _colon, secret = text.partition(":")
    return unquote_plus(name), unquote_plus(secret)
