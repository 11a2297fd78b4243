"""Push to phones and browsers: the one subscription that belongs to a token."""

import msgspec

from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import entities as wire
from weetwie.database.pool import Db
from weetwie.domain.identity.keys import key
from weetwie.domain.notifications import push
from weetwie.domain.notifications.push import Subscription
from weetwie.errors import Invalid, _, or_not_found
from weetwie.flows import push as pushes
from weetwie.http import webpush
from weetwie.http.webpush import Device

routes = Routes("push")


class KeysParams(msgspec.Struct, kw_only=True, frozen=True):
    p256dh: str = ""
    auth: str = ""


class DeviceParams(msgspec.Struct, kw_only=True, frozen=True):
    endpoint: str
    keys: KeysParams = KeysParams()
    standard: bool = False


class AlertsParams(msgspec.Struct, kw_only=True, frozen=True):
    mention: bool = False
    status: bool = False
    reblog: bool = False
    follow: bool = False
    follow_request: bool = False
    favourite: bool = False
    poll: bool = False
    update: bool = False
    quote: bool = False
    quoted_update: bool = False
    admin_sign_up: bool = msgspec.field(name="admin.sign_up", default=False)
    admin_report: bool = msgspec.field(name="admin.report", default=False)


class DataParams(msgspec.Struct, kw_only=True, frozen=True):
    alerts: AlertsParams = AlertsParams()
    policy: str | None = None


class PushChangeParams(msgspec.Struct, kw_only=True, frozen=True):
    data: DataParams = DataParams()
    policy: str | None = None


class SubscribeParams(PushChangeParams, kw_only=True, frozen=True):
    subscription: DeviceParams


@routes.post("/api/v1/push/subscription", scopes=["push"])
async def subscribe(call: Call, given: SubscribeParams) -> wire.WebPushSubscription:
    """Subscribe this device to push notifications, replacing the token's earlier subscription."""
    asked, db = given.subscription, await call.db()
    try:
        p256dh, auth = webpush.decoded(asked.keys.p256dh), webpush.decoded(asked.keys.auth)
    except ValueError:
        raise Invalid(_("These aren't the keys of a subscription."), field="subscription[keys]") from None
    token = call.header("authorization").partition(" ")[2].strip()
    device = Device(asked.endpoint, p256dh, auth, asked.standard)
    policy = given.data.policy or given.policy or "all"
    await pushes.subscribe(await call.context(), device, token, _kinds(given), policy)
    return await _shown(call, db)


@routes.get("/api/v1/push/subscription", scopes=["push"])
async def subscription(call: Call) -> wire.WebPushSubscription:
    """The push subscription of this token."""
    return await _shown(call, await call.db())


@routes.put("/api/v1/push/subscription", scopes=["push"])
async def change(call: Call, given: PushChangeParams) -> wire.WebPushSubscription:
    """Choose what to push; the endpoint stays the same."""
    db = await call.db()
    before = or_not_found(await push.subscription(db, call.viewer))
    await push.change(db, call.viewer, _kinds(given), given.data.policy or given.policy or before.policy)
    return await _shown(call, db)


@routes.delete("/api/v1/push/subscription", scopes=["push"])
async def unsubscribe(call: Call) -> wire.Empty:
    """End the push subscription of this token, if any."""
    await push.end(await call.db(), call.viewer)
    return wire.Empty()


async def public_key(db: Db) -> str:
    """By which push services know this installation."""
    return webpush.public_key(await key(db, push.SEED))


def _kinds(given: PushChangeParams) -> list[str]:
    return [name for name, is_wanted in msgspec.to_builtins(given.data.alerts).items() if is_wanted]


async def _shown(call: Call, db: Db) -> wire.WebPushSubscription:
    found = or_not_found(await push.subscription(db, call.viewer))
    return _entity(found, await public_key(db))


def _entity(found: Subscription, server_key: str) -> wire.WebPushSubscription:
    alerts = {name: name in found.kinds for name in wire.PushAlerts.__struct_encode_fields__}
    return wire.WebPushSubscription(
        id=found.token_id % 2**31 or 1,  # apps decode it into 32 bit; nobody asks for a subscription by it
        endpoint=found.endpoint,
        standard=found.is_standard,
        server_key=server_key,
        alerts=msgspec.convert(alerts, wire.PushAlerts),
        policy=found.policy,  # type: ignore[arg-type]
    )
