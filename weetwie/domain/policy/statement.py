"""What holds here, as a file that anybody can keep and check: signed with a key that only this installation has.

The signature is Ed25519 (RFC 8032) over `statement` as JSON with its names in order, without spaces, in UTF-8; the public
key stands beside it. So whoever noted that key needs nothing of ours to check a statement.
"""

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from weetwie.access import allowed, permissions
from weetwie.access.policy import FEWEST, Policy
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db
from weetwie.domain.policy import council
from weetwie.errors import Invalid, _
from weetwie.runtime import clock
from weetwie.runtime.json import Json

SEED: Final = "policy statement"
"""The name of the key that statements are signed with."""
LARGEST: Final = 1024 * 1024

_BROKEN: Final = _("This isn't a Weetwie statement, or it was changed: the signature doesn't match.")


class VerifiedStatement(msgspec.Struct, frozen=True):
    """A statement that was signed here, and whether what it says still holds."""

    is_of_now: bool
    made_at: str
    version: int
    works_council: bool
    differs: list[str]
    """The choices that are others by now."""


async def statement(db: Db, viewer: Viewer, seed: bytes, base_url: str, program: str) -> bytes:
    """The file. Raises Forbidden."""
    allowed.check(viewer, permissions.administer)
    told = _told(viewer.policy, await council.since(db), base_url, program)
    key = Ed25519PrivateKey.from_private_bytes(seed)
    signed = {
        "statement": told,
        "public_key": public_key(seed),
        "signature": base64.b64encode(key.sign(_canonical(told))).decode(),
    }
    return msgspec.json.format(msgspec.json.encode(signed), indent=2) + b"\n"


def public_key(seed: bytes) -> str:
    return base64.b64encode(
        Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    ).decode()


def verify(viewer: Viewer, content: bytes, seed: bytes) -> VerifiedStatement:
    """Raises Forbidden, and Invalid for what was not signed here, or was changed since."""
    allowed.check(viewer, permissions.administer)
    told = _opened(content, Ed25519PrivateKey.from_private_bytes(seed).public_key())
    now = _choices(viewer.policy)
    then: dict[str, Json] = told["choices"]
    differs = sorted(name for name in now.keys() | then.keys() if now.get(name) != then.get(name))
    return VerifiedStatement(
        not differs, told["made_at"], told["version"], told["works_council"]["is_on"], differs
    )


def _opened(content: bytes, key: Ed25519PublicKey) -> dict[str, Any]:
    try:
        given = msgspec.json.decode(content[:LARGEST])
        told: dict[str, Any] = given["statement"]
        key.verify(base64.b64decode(given["signature"], validate=True), _canonical(told))
    except (msgspec.DecodeError, KeyError, TypeError, ValueError, InvalidSignature):
        raise Invalid(_BROKEN, field="file") from None
    return told


def _told(policy: Policy, since: datetime | None, base_url: str, program: str) -> dict[str, Json]:
    is_on = policy.works_council
    return {
        "kind": "weetwie policy statement 1",
        "house": base_url,
        "program": program,
        "made_at": clock.now().isoformat(timespec="seconds"),
        "version": policy.version,
        "works_council": {
            "is_on": is_on,
            "since": since.isoformat(timespec="seconds") if since else None,
            "per_person_statistics": not is_on,
            "last_activity_is_told": not is_on,
            "orders_by_activity": not is_on,
            "statistics_for_administrators": not is_on,
            "sign_ins_of_others_in_the_audit_trail": not is_on,
            "fewest_people_behind_a_number": FEWEST if is_on else 1,
            "switched_by": "two administrators",
        },
        "choices": _choices(policy),
    }


def _choices(policy: Policy) -> dict[str, Json]:
    """All of them, those that are as they came too. Pictures are left out: they change nothing for anybody."""
    plain: dict[str, Json] = msgspec.json.decode(msgspec.json.encode(policy))
    return {name: value for name, value in plain.items() if name not in ("version", "emojis", "logo")}


def _canonical(told: Mapping[str, Json]) -> bytes:
    return msgspec.json.encode(told, order="sorted")
