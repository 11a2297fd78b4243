"""What webhooks are to be told is sent, with no connection held meanwhile, and what became of it is written down."""

from typing import Final

from weetwie.context import Site, of_system
from weetwie.database.pool import Database
from weetwie.domain.webhooks import deliveries, rules
from weetwie.domain.webhooks.deliveries import ClaimedDelivery
from weetwie.errors import _
from weetwie.flows import webhooks as flow_webhooks
from weetwie.http.send import DeliveryFailed, WebhookSender
from weetwie.runtime import clock

NO_SECRET: Final = _("its secret can't be read any more; make a new one")


async def claim(database: Database, site: Site) -> tuple[ClaimedDelivery, bytes] | None:
    """What is due next, with what it says."""
    async with database.transaction() as db:
        claimed = await deliveries.claim(db)
        if claimed is None:
            return None
        return claimed, await flow_webhooks.said(await of_system(db, site), claimed)


async def deliver(
    database: Database, site: Site, sender: WebhookSender, taken: tuple[ClaimedDelivery, bytes]
) -> None:
    """Nothing of the database is held while it is sent."""
    claimed, said = taken
    if not said:
        return
    headers = rules.sign(claimed.secrets, f"msg_{claimed.id}", clock.now(), said)
    try:
        if not claimed.secrets:
            raise DeliveryFailed(NO_SECRET)
        status = await sender.send(claimed.url, headers, said)
    except DeliveryFailed as failed:
        async with database.transaction() as db:
            await flow_webhooks.failed(await of_system(db, site), claimed, failed.status, str(failed))
        return
    async with database.transaction() as db:
        await deliveries.delivered(db, claimed, status)
