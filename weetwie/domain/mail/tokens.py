"""Tokens in addresses of ours: to whom an email went and what it was about, signed, so that nothing of it is kept. Pure."""

import base64
import binascii
import hashlib
import hmac
import struct
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

import msgspec

Kind = Literal["reply", "bounce"]
LASTS: Final = timedelta(days=30)
KEY: Final = "mail-in"
"""The name of the key of this installation that signs them."""
_KINDS: Final[tuple[Kind, ...]] = ("reply", "bounce")
_FORM: Final = struct.Struct(">BqqH")
_PROOF: Final = 14
"""Bytes: with all else what fits before the @ of an address, where 64 signs may stand."""
_DAY: Final = 86_400


class MailToken(msgspec.Struct, frozen=True):
    kind: Kind
    person_id: int
    about: int
    """The post that a reply answers; of a bounce, the beginning of the address's hash."""
    until: datetime


def make(key: bytes, kind: Kind, person_id: int, about: int, now: datetime) -> str:
    day = int((now + LASTS).timestamp()) // _DAY + 1
    said = _FORM.pack(_KINDS.index(kind), person_id, about, day)
    return base64.b32encode(said + _proof(key, said)).decode().rstrip("=").lower()


def read(key: bytes, token: str) -> MailToken | None:
    """None for one that was not made with this key. Whether it is still good is for others to say."""
    padded = token.upper() + "=" * (-len(token) % 8)
    try:
        given = base64.b32decode(padded.encode("ascii"))
    except (binascii.Error, UnicodeEncodeError, ValueError):
        return None
    said, proof = given[: _FORM.size], given[_FORM.size :]
    if len(said) < _FORM.size or not hmac.compare_digest(_proof(key, said), proof):
        return None
    kind, person_id, about, day = _FORM.unpack(said)
    return MailToken(_KINDS[kind], person_id, about, datetime.fromtimestamp(day * _DAY, UTC))


def _proof(key: bytes, said: bytes) -> bytes:
    return hmac.digest(key, said, hashlib.sha256)[:_PROOF]
