"""A question that waits for its person to confirm it: it travels sealed in the button itself, and is kept nowhere."""

import base64
import binascii
import secrets
from datetime import datetime, timedelta
from typing import Final

import msgspec

from weetwie.access.enums import Ring
from weetwie.errors import Conflict, _
from weetwie.security import sealing
from weetwie.security.sealing import CannotOpen

LASTS: Final = timedelta(minutes=30)
_PLACE: Final = "chat.question"


class UnconfirmedQuestion(msgspec.Struct, frozen=True):
    text: str
    ring: int
    key: str
    """The same button twice is the same question."""
    until: datetime


def sealed(account_id: int, text: str, ring: Ring, now: datetime) -> str:
    """For the account that it was shown to, and no other."""
    waiting = UnconfirmedQuestion(text, int(ring), secrets.token_urlsafe(12), now + LASTS)
    return base64.urlsafe_b64encode(sealing.seal(_PLACE, account_id, msgspec.json.encode(waiting))).decode()


def opened(account_id: int, value: str, now: datetime) -> UnconfirmedQuestion:
    """Raises Conflict for what was sealed for another account, or too long ago."""
    try:
        content = sealing.opened(_PLACE, account_id, base64.urlsafe_b64decode(value))
        waiting = msgspec.json.decode(content, type=UnconfirmedQuestion)
    except (CannotOpen, binascii.Error, ValueError) as error:
        raise Conflict(_("This can't be confirmed any more. Ask again.")) from error
    if waiting.until < now:
        raise Conflict(_("This can't be confirmed any more. Ask again."))
    return waiting
