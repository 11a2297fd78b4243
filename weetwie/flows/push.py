"""Where somebody is told of what happens: on a phone, in a browser."""

from collections.abc import Sequence

import msgspec

from weetwie.context import Context
from weetwie.domain.identity import tokens
from weetwie.domain.identity.keys import key
from weetwie.domain.notifications import push
from weetwie.http import webpush
from weetwie.http.webpush import Device


async def subscribe(context: Context, device: Device, token: str, kinds: Sequence[str], whose: str) -> None:
    """The device of whoever has this token, in place of where it was told before."""
    await push.subscribe(
        context.db,
        context.viewer,
        device,
        kinds,
        whose,
        webpush.seal(await key(context.db, push.SEED), token),
        only_https=context.site.base_url.startswith("https:"),
    )


async def subscribe_browser(context: Context, device: Device, kinds: Sequence[str]) -> None:
    """The one that the session is in; the subscription ends with it."""
    issued = await tokens.for_browser(context.db, context.viewer)
    viewer = msgspec.structs.replace(context.viewer, token_id=issued.id)
    await subscribe(context.by(viewer), device, issued.token, kinds, "all")
