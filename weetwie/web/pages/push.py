"""Being told on this device, by the browser: the subscription belongs to the session and ends with it."""

import msgspec
from starlette.responses import Response

from weetwie.database.pool import Db
from weetwie.domain.identity import tokens
from weetwie.domain.identity.keys import key
from weetwie.domain.notifications import push
from weetwie.errors import Invalid, _
from weetwie.flows import push as pushes
from weetwie.http import webpush
from weetwie.http.webpush import Device
from weetwie.web import reading
from weetwie.web.visit import Visit

KINDS = ("mention", "follow", "follow_request", "reblog", "favourite", "poll", "update", "quote")


async def is_on(visit: Visit, db: Db) -> bool:
    token_id = await tokens.of_browser(db, visit.viewer)
    return token_id is not None and await _subscription(visit, db, token_id)


async def _subscription(visit: Visit, db: Db, token_id: int) -> bool:
    viewer = msgspec.structs.replace(visit.viewer, token_id=token_id)
    return await push.subscription(db, viewer) is not None


async def server_key(db: Db) -> str:
    return webpush.public_key(await key(db, push.SEED))


async def begin(visit: Visit) -> Response:
    """What the browser has agreed with its push service."""
    reading.check_signed_in(visit)
    given = await visit.form()
    try:
        p256dh, auth = webpush.decoded(given.get("p256dh", "")), webpush.decoded(given.get("auth", ""))
    except ValueError:
        raise Invalid(_("These aren't the keys of a subscription.")) from None
    async with visit.site.database.transaction() as db:
        device = Device(given.get("endpoint", ""), p256dh, auth, True)
        await pushes.subscribe_browser(visit.context(db), device, KINDS)
    return visit.go("/settings/notifications?saved=1")


async def end(visit: Visit) -> Response:
    reading.check_signed_in(visit)
    await visit.form()
    async with visit.site.database.transaction() as db:
        await tokens.end_of_browser(db, visit.viewer)
    return visit.go("/settings/notifications?saved=1")
