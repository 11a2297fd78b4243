"""Being told on this device, by the browser: the subscription belongs to the session and ends with it."""

from collections.abc import Sequence
from typing import Final

import msgspec
from starlette.responses import Response

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db
from weetwie.domain.identity import tokens
from weetwie.domain.identity.keys import key
from weetwie.domain.notifications import push
from weetwie.domain.notifications.policy import KINDS as CHOSEN
from weetwie.errors import Invalid, _
from weetwie.flows import push as pushes
from weetwie.http import webpush
from weetwie.http.webpush import Device
from weetwie.web.visit import Visit

KINDS: Final = (*CHOSEN, "follow_request")


async def kinds(visit: Visit, db: Db) -> list[str] | None:
    """Of what this browser is told; None where it is told of nothing."""
    viewer = await _as_browser(visit, db)
    found = await push.subscription(db, viewer) if viewer else None
    return found.kinds if found else None


async def choose(visit: Visit, db: Db, wanted: Sequence[str]) -> None:
    """Of these kinds, and always of who asks to follow."""
    viewer = await _as_browser(visit, db)
    if viewer and (found := await push.subscription(db, viewer)):
        kept = [kind for kind in KINDS if kind in wanted or kind not in CHOSEN]
        await push.change(db, viewer, kept, found.policy)


async def _as_browser(visit: Visit, db: Db) -> Viewer | None:
    token_id = await tokens.of_browser(db, visit.viewer)
    return None if token_id is None else msgspec.structs.replace(visit.viewer, token_id=token_id)


async def server_key(db: Db) -> str:
    return webpush.public_key(await key(db, push.SEED))


async def begin(visit: Visit) -> Response:
    """What the browser has agreed with its push service."""
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
    await visit.form()
    async with visit.site.database.transaction() as db:
        await tokens.end_of_browser(db, visit.viewer)
    return visit.go("/settings/notifications?saved=1")
