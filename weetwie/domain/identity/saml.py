"""Signing in by SAML: the provider answers by a form of its own, with which no cookie of ours comes. So what it says is sealed and
kept for a moment, until the browser that began comes with its cookie and takes it.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import DateTime, LargeBinary, Text, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from weetwie.access.authenticate import credential_hash
from weetwie.database.pool import Db, Query, param
from weetwie.domain.identity import sign_on
from weetwie.domain.identity.sign_on import StartedSignOn
from weetwie.errors import Invalid, _
from weetwie.runtime import clock
from weetwie.security import sealing
from weetwie.security.oidc import SignedIn
from weetwie.tables.identity import SamlMessage, SamlMetadata, SignOn

_ASKED_OF: Final = "saml:"
_ANSWERED_BY: Final = "saml answer:"
_TAKEN_WITHIN: Final = timedelta(minutes=2)

_TWICE: Final = _("This login was used before. Start again from the login page.")

_AT = DateTime(timezone=True)
_STATE = SignOn.state_hash == param("state_hash", LargeBinary)
_IS_ASKED = (_STATE, SignOn.provider == param("provider", Text), SignOn.expires_at > param("now", _AT))
_ASKED = Query(select(SignOn.nonce).where(*_IS_ASKED))
_ANSWER = Query(
    update(SignOn)
    .where(*_IS_ASKED)
    .values(
        state_hash=param("code_hash", LargeBinary),
        provider=param("answered_by", Text),
        verifier=param("said", LargeBinary),
        expires_at=param("until", _AT),
    )
)
_FIRST_TIME = Query(
    upsert(SamlMessage)
    .values(digest=param("digest", LargeBinary), expires_at=param("until", _AT))
    .on_conflict_do_nothing()
)
_FORGET = Query(delete(SamlMessage).where(SamlMessage.expires_at < param("now", _AT)))

_METADATA = Query(select(SamlMetadata.document).where(SamlMetadata.key == param("key", Text)))
_kept = upsert(SamlMetadata).values(key=param("key", Text), document=param("document", LargeBinary))
_KEEP = Query(
    _kept.on_conflict_do_update(
        index_elements=["key"], set_={"document": _kept.excluded.document, "read_at": func.now()}
    )
)


async def begin(db: Db, key: str, browser: str, go_on: str, person_id: int | None = None) -> tuple[str, str]:
    """What comes back beside the answer (RelayState), and the id of the request."""
    state, begun = await sign_on.begin(db, f"{_ASKED_OF}{key}", browser, go_on, person_id)
    return state, _id(begun.nonce)


async def asked(db: Db, key: str, state: str) -> str:
    """The id of the request that was made with this. Raises Invalid where there is none (any more)."""
    nonce = await db.value(
        _ASKED, state_hash=credential_hash(state), provider=f"{_ASKED_OF}{key}", now=clock.now()
    )
    if nonce is None:
        raise Invalid(sign_on.NOT_HERE)
    return _id(nonce)


async def answered(db: Db, key: str, state: str, said: SignedIn, assertion_id: str, until: float) -> str:
    """Keeps what was said for the browser that asked; gives the code by which that takes it. Raises Invalid for what was said before."""
    if not await is_new(db, key, assertion_id, until):
        raise Invalid(_TWICE)
    code = sign_on.new_state()
    code_hash = credential_hash(code)
    kept = await db.run(
        _ANSWER,
        state_hash=credential_hash(state),
        provider=f"{_ASKED_OF}{key}",
        now=clock.now(),
        code_hash=code_hash,
        answered_by=f"{_ANSWERED_BY}{key}",
        said=sealing.seal(sign_on.VERIFIER, code_hash, msgspec.json.encode(said)),
        until=clock.now() + _TAKEN_WITHIN,
    )
    if not kept:
        raise Invalid(sign_on.NOT_HERE)
    return code


async def take(db: Db, key: str, browser: str, code: str) -> tuple[StartedSignOn, SignedIn]:
    """What was said to this browser, once. Raises Invalid."""
    begun = await sign_on.take(db, f"{_ANSWERED_BY}{key}", browser, code)
    return begun, msgspec.json.decode(begun.verifier, type=SignedIn)


async def is_new(db: Db, key: str, id: str, until: float) -> bool:
    """Whether this message of a provider has not come before; it is remembered for as long as it is good."""
    digest = credential_hash(f"{key} {id}")
    return bool(await db.run(_FIRST_TIME, digest=digest, until=datetime.fromtimestamp(until, UTC)))


async def metadata(db: Db, key: str) -> bytes:
    """What a provider said of itself the last time; empty where it never has."""
    return bytes(await db.value(_METADATA, key=key) or b"")


async def keep_metadata(db: Db, key: str, document: bytes) -> None:
    await db.run(_KEEP, key=key, document=document)


async def sweep(db: Db) -> int:
    """For the schedule."""
    return await db.run(_FORGET, now=clock.now() - timedelta(minutes=5))


def _id(nonce: str) -> str:
    """Names in XML begin with a letter or this."""
    return f"_{nonce}"
