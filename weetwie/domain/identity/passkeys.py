"""Passkeys (WebAuthn level 3): keys of one's devices, which sign one in without a name or a password.

The device asks for a finger, a face or a number each time, so a passkey is two proofs in one, and no code is asked for.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import BigInteger, DateTime, LargeBinary, Text, delete, insert, select, update

from weetwie.access import viewer as viewers
from weetwie.access.authenticate import Memory, credential_hash
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.database.rows import structs
from weetwie.domain.identity import account, sessions, sign_in
from weetwie.errors import Conflict, Forbidden, Invalid, NotFound, _
from weetwie.events import audit
from weetwie.runtime import clock
from weetwie.runtime.json import Json
from weetwie.tables.identity import Passkey, PasskeyChallenge

MOST: Final = 20
LONGEST_NAME: Final = 80
_LASTS: Final = timedelta(minutes=5)

_WRONG: Final = _("This passkey couldn't be checked. Try again, or log in another way.")
_UNKNOWN: Final = _("This passkey isn't known here. Log in another way, then add it in your settings.")
_NOT_ACTIVE: Final = _("This account isn't active right now. Ask an administrator.")

_ID, _PERSON = param("id", BigInteger), Passkey.person_id == param("person_id", BigInteger)
_BEGIN = Query(
    insert(PasskeyChallenge).values(
        challenge_hash=param("hash", LargeBinary),
        browser_hash=param("browser", LargeBinary),
        person_id=param("person_id", BigInteger),
        expires_at=param("expires_at", DateTime(timezone=True)),
    )
)
_TAKE = Query(
    delete(PasskeyChallenge)
    .where(
        PasskeyChallenge.challenge_hash == param("hash", LargeBinary),
        PasskeyChallenge.browser_hash == param("browser", LargeBinary),
    )
    .returning(PasskeyChallenge.person_id, PasskeyChallenge.expires_at)
)
_SWEEP = Query(
    delete(PasskeyChallenge).where(PasskeyChallenge.expires_at < param("now", DateTime(timezone=True)))
)
_LISTED = Query(
    select(Passkey.id, Passkey.name, Passkey.created_at, Passkey.used_at).where(_PERSON).order_by(Passkey.id)
)
_CREDENTIALS = Query(select(Passkey.credential_id).where(_PERSON))
_ADD = Query(
    insert(Passkey).values(
        person_id=param("person_id", BigInteger),
        credential_id=param("credential_id", LargeBinary),
        public_key=param("public_key", LargeBinary),
        sign_count=param("sign_count", BigInteger),
        name=param("name", Text),
    )
)
_KNOWN = Query(
    select(Passkey.id, Passkey.person_id, Passkey.public_key, Passkey.sign_count)
    .where(Passkey.credential_id == param("credential_id", LargeBinary))
    .with_for_update()
)
_USED = Query(
    update(Passkey)
    .where(Passkey.id == _ID)
    .values(used_at=param("now", DateTime(timezone=True)), sign_count=param("sign_count", BigInteger))
)
_RENAME = Query(update(Passkey).where(Passkey.id == _ID, _PERSON).values(name=param("name", Text)))
_REMOVE = Query(delete(Passkey).where(Passkey.id == _ID, _PERSON))


class RelyingParty(msgspec.Struct, frozen=True):
    """For whom a passkey is good."""

    host: str
    origin: str
    name: str


class OwnPasskey(msgspec.Struct, frozen=True):
    id: int
    name: str
    created_at: datetime
    used_at: datetime | None


async def listed(db: Db, viewer: Viewer) -> list[OwnPasskey]:
    return structs(OwnPasskey, await db.rows(_LISTED, person_id=viewer.person_id))


async def begin_adding(db: Db, viewer: Viewer, site: RelyingParty, browser: str) -> dict[str, Json]:
    """What the device is to be asked, once and within five minutes. Raises Forbidden, Conflict."""
    import webauthn
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    sign_in.check_own_means(viewer)
    known = await db.rows(_CREDENTIALS, person_id=viewer.person_id)
    if len(known) >= MOST:
        raise Conflict(_("You already have {most} passkeys. Remove one first."), most=MOST)
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        user_id=str(viewer.person_id).encode(),
        user_name=viewer.handle,
        user_display_name=viewer.handle,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=bytes(one["credential_id"])) for one in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    await _begin(db, options.challenge, browser, viewer.person_id)
    asked: dict[str, Json] = json.loads(webauthn.options_to_json(options))
    return asked


async def add(db: Db, viewer: Viewer, site: RelyingParty, browser: str, credential: str, name: str) -> None:
    """Raises Invalid for an answer that is not to what was asked."""
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    sign_in.check_own_means(viewer)
    given = _read(credential)
    challenge = await _take(db, given, browser, viewer.person_id)
    try:
        found = webauthn.verify_registration_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise Invalid(_WRONG) from error
    if await db.row(_KNOWN, credential_id=found.credential_id) is not None:
        raise Invalid(_WRONG)
    await db.run(
        _ADD,
        person_id=viewer.person_id,
        credential_id=found.credential_id,
        public_key=found.credential_public_key,
        sign_count=found.sign_count,
        name=name.strip()[:LONGEST_NAME],
    )
    await account.changed(db, viewer, "passkey.add", viewer.person_id)


async def rename(db: Db, viewer: Viewer, passkey_id: int, name: str) -> None:
    """Raises NotFound."""
    done = await db.run(_RENAME, id=passkey_id, person_id=viewer.person_id, name=name.strip()[:LONGEST_NAME])
    if not done:
        raise NotFound


async def remove(db: Db, viewer: Viewer, passkey_id: int) -> None:
    """Raises NotFound."""
    if not await db.run(_REMOVE, id=passkey_id, person_id=viewer.person_id):
        raise NotFound
    await account.changed(db, viewer, "passkey.remove", viewer.person_id)


async def begin_sign_in(db: Db, site: RelyingParty, browser: str) -> dict[str, Json]:
    """The same for everybody: the device says who it is."""
    import webauthn
    from webauthn.helpers.structs import UserVerificationRequirement

    options = webauthn.generate_authentication_options(
        rp_id=site.host, user_verification=UserVerificationRequirement.REQUIRED
    )
    await _begin(db, options.challenge, browser, None)
    asked: dict[str, Json] = json.loads(webauthn.options_to_json(options))
    return asked


async def enter(
    db: Db, memory: Memory, site: RelyingParty, browser: str, credential: str, agent: str
) -> tuple[int, str]:
    """Whose passkey it is, and the token of their new session. Raises Invalid, and Forbidden for who may not come in so."""
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    given = _read(credential)
    challenge = await _take(db, given, browser, None)
    known = await db.row(_KNOWN, credential_id=_bytes(given.get("rawId")))
    if known is None:
        raise Invalid(_UNKNOWN)
    try:
        found = webauthn.verify_authentication_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=bytes(known["public_key"]),
            credential_current_sign_count=known["sign_count"],
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise Invalid(_WRONG) from error
    viewer = await memory.person(db, known["person_id"])
    if viewer is None or not viewers.is_active(viewer, clock.now()):
        raise Forbidden(_NOT_ACTIVE)
    sign_in.check_own_means(viewer)
    await db.run(_USED, id=known["id"], sign_count=found.new_sign_count, now=clock.now())
    await audit(db, viewer, "session.begin", viewer.person_id)
    return viewer.person_id, await sessions.begin(db, viewer.person_id, agent)


async def sweep(db: Db) -> int:
    """For the schedule: what was asked and never answered."""
    return await db.run(_SWEEP, now=clock.now())


async def _begin(db: Db, challenge: bytes, browser: str, person_id: int | None) -> None:
    await db.run(
        _BEGIN,
        hash=credential_hash(challenge.hex()),
        browser=credential_hash(browser),
        person_id=person_id,
        expires_at=clock.now() + _LASTS,
    )


async def _take(db: Db, given: Mapping[str, Json], browser: str, person_id: int | None) -> bytes:
    """What this browser was asked; good for once. Raises Invalid."""
    response = given.get("response")
    said = _bytes(response.get("clientDataJSON")) if isinstance(response, Mapping) else b""
    try:
        told = json.loads(said or b"{}")
    except ValueError:
        told = {}
    challenge = _bytes(told.get("challenge")) if isinstance(told, dict) else b""
    row = await db.row(_TAKE, hash=credential_hash(challenge.hex()), browser=credential_hash(browser))
    if row is None or row["expires_at"] <= clock.now() or row["person_id"] != person_id:
        raise Invalid(_WRONG)
    return challenge


def _read(credential: str) -> dict[str, Json]:
    try:
        given = json.loads(credential)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise Invalid(_WRONG)
    return given


def _bytes(text: Json) -> bytes:
    """Of base64url; empty for anything else."""
    from weetwie.http.webpush import decoded

    try:
        return decoded(text) if isinstance(text, str) else b""
    except ValueError:
        return b""
