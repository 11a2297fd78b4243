"""Devices that are told by push: one for each token, and of what it wants to hear."""

from collections.abc import Sequence
from typing import Final

import msgspec
from sqlalchemy import BigInteger, Boolean, LargeBinary, Text, delete, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.errors import Invalid, _
from weetwie.events import PersonErased, PersonLeft, PersonSuspended, TokenRevoked
from weetwie.http import webpush
from weetwie.http.webpush import Device
from weetwie.security import sealing
from weetwie.tables.notifications import PushSubscription

SEED: Final = "push"
"""The name of the key that everything is signed with."""
AUTH: Final = "push_subscriptions.auth"
POLICIES: Final = ("all", "followed", "follower", "none")

_TOKEN = PushSubscription.token_id == param("token_id", BigInteger)
_OF_TOKEN = Query(
    select(
        PushSubscription.token_id,
        PushSubscription.endpoint,
        PushSubscription.is_standard,
        PushSubscription.kinds,
        PushSubscription.policy,
    ).where(_TOKEN)
)
_new = insert(PushSubscription).values(
    token_id=param("token_id", BigInteger),
    person_id=param("person_id", BigInteger),
    endpoint=param("endpoint", Text),
    p256dh=param("p256dh", LargeBinary),
    auth=param("auth", LargeBinary),
    is_standard=param("is_standard", Boolean),
    kinds=param("kinds", ARRAY(Text)),
    policy=param("policy", Text),
    sealed_token=param("sealed_token", LargeBinary),
)
_PUT = Query(
    _new.on_conflict_do_update(
        index_elements=[PushSubscription.token_id],
        set_={
            name: _new.excluded[name]
            for name in ("endpoint", "p256dh", "auth", "is_standard", "kinds", "policy", "sealed_token")
        }
        | {"failures": 0, "resting_until": None},
    )
)
_CHANGE = Query(
    update(PushSubscription)
    .where(_TOKEN)
    .values(kinds=param("kinds", ARRAY(Text)), policy=param("policy", Text))
)
_END = Query(delete(PushSubscription).where(_TOKEN))
_END_ALL = Query(
    delete(PushSubscription).where(PushSubscription.person_id == func.any(param("people", ARRAY(BigInteger))))
)


class Subscription(msgspec.Struct, frozen=True):
    token_id: int
    endpoint: str
    is_standard: bool
    kinds: list[str]
    policy: str


async def subscription(db: Db, viewer: Viewer) -> Subscription | None:
    row = await db.row(_OF_TOKEN, token_id=viewer.token_id)
    return Subscription(*row) if row else None


async def subscribe(
    db: Db,
    viewer: Viewer,
    device: Device,
    kinds: Sequence[str],
    policy: str,
    sealed_token: bytes,
    *,
    only_https: bool = True,
) -> None:
    """In place of the one that the token had. Raises Invalid."""
    if not webpush.is_endpoint(device.endpoint, only_https=only_https):
        raise Invalid(
            _("The endpoint must be a public https address."),
            field="subscription[endpoint]",
        )
    if not webpush.is_point(device.p256dh) or len(device.auth) != 16:
        raise Invalid(_("These aren't the keys of a subscription."), field="subscription[keys]")
    await db.run(
        _PUT,
        token_id=viewer.token_id,
        person_id=viewer.person_id,
        kinds=list(kinds),
        policy=_checked(policy),
        sealed_token=sealed_token,
        **msgspec.structs.asdict(device) | {"auth": sealing.seal(AUTH, viewer.token_id, device.auth)},
    )


async def change(db: Db, viewer: Viewer, kinds: Sequence[str], policy: str) -> None:
    """Raises Invalid."""
    await db.run(_CHANGE, token_id=viewer.token_id, kinds=list(kinds), policy=_checked(policy))


async def end(db: Db, viewer: Viewer) -> None:
    await db.run(_END, token_id=viewer.token_id)


async def revoked(db: Db, _viewer: Viewer, facts: Sequence[TokenRevoked]) -> None:
    for fact in facts:
        await db.run(_END, token_id=fact.token_id)


async def left(db: Db, _viewer: Viewer, facts: Sequence[PersonLeft | PersonSuspended | PersonErased]) -> None:
    """Whoever is not here is told nothing any more, on no device."""
    await db.run(_END_ALL, people=[fact.person_id for fact in facts])


def _checked(policy: str) -> str:
    if policy not in POLICIES:
        raise Invalid(
            _("Choose one of these policies: {choices}."), field="policy", choices=", ".join(POLICIES)
        )
    return policy
