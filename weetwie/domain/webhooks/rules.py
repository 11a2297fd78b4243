"""How what is sent is signed, when it is tried again, and what may be asked for. Pure.

The form is that of Standard Webhooks (https://www.standardwebhooks.com).
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from weetwie.errors import Invalid, _

KINDS: Final = ("mentions", "questions", "topic", "person", "all")
MOST: Final = 20
GIVES_UP_AFTER: Final = timedelta(days=7)
"""So long nothing but failures, and the webhook is switched off."""
OLD_SECRET_LASTS: Final = timedelta(days=1)
SECRET_BYTES: Final = 32
_WAITS: Final = tuple(
    timedelta(seconds=seconds) for seconds in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
GONE: Final = 410


def wait(attempts: int, chance: float) -> timedelta | None:
    """Until the next try after so many; None where that was the last. `chance` (0 to 1) keeps many from coming at once."""
    if attempts > len(_WAITS):
        return None
    return _WAITS[attempts - 1] * (1 + chance / 5)


def sign(secrets: Sequence[bytes], id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers; with a signature by each secret."""
    timestamp = str(int(at.timestamp()))
    signed = f"{id}.{timestamp}.".encode() + body
    signatures = (
        base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode() for secret in secrets
    )
    return {
        "webhook-id": id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{one}" for one in signatures),
    }


def shown(secret: bytes) -> str:
    """As it is pasted into a program."""
    return f"whsec_{base64.b64encode(secret).decode()}"


def check(url: str, kind: str, about: str) -> tuple[str, str]:
    """Address and `about` as they are kept. Raises Invalid."""
    url, about = url.strip(), " ".join(about.split())
    if kind not in KINDS:
        raise Invalid(_("Choose which posts it gets."), field="kind")
    if kind not in ("topic", "person"):
        about = ""
    elif not about or len(about) > 200:
        raise Invalid(_("Enter a topic or a person."), field="about")
    try:
        parts = urlsplit(url)
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username
        _port = parts.port
    except ValueError:
        is_good = False
    if not is_good or len(url) > 2048 or any(ord(sign) < 33 for sign in url):
        raise Invalid(_("Enter the address of a program: https://…"), field="url")
    return url, about
