"""Accounts in chats that are linked with whoever is signed in: linked by a link that the chat showed them, and ended."""

from typing import Final

from starlette.responses import Response

from weetwie.access import viewer as viewers
from weetwie.access.enums import Ring
from weetwie.domain.chat import accounts
from weetwie.errors import Invalid, NotFound, _
from weetwie.flows import chat as flow
from weetwie.runtime import clock
from weetwie.web import reading
from weetwie.web.visit import Visit

PRODUCTS: Final = {"slack": "Slack", "mattermost": "Mattermost", "teams": "Microsoft Teams"}
_SEES: Final = {
    Ring.colleagues: _("People and posts you can see, including posts only for colleagues"),
    Ring.network: _("People and posts you can see, including posts for colleagues, alumni and guests"),
    Ring.world: _("Posts that anyone can see"),
}
_GONE: Final = _("This link has expired or was already used. Type “link” in the chat to get a new one.")


async def show(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        return await reading.show(
            visit,
            db,
            "settings_chat.html",
            accounts=await accounts.own(db, visit.viewer),
            products=PRODUCTS,
            is_saved="saved" in visit.request.query_params,
        )


async def unlink(visit: Visit) -> Response:
    await visit.form()
    async with visit.site.database.transaction() as db:
        await flow.unlink(visit.context(db), visit.request.path_params["id"])
    return visit.go("/settings/chat?saved=1")


async def consent(visit: Visit) -> Response:
    """Which account of which chat would see what."""
    async with visit.site.database.reading() as db:
        try:
            offered = await accounts.offered(db, visit.request.path_params["token"])
        except NotFound:
            raise Invalid(_GONE) from None
        return await reading.show(
            visit,
            db,
            "link_chat.html",
            offered=offered,
            product=PRODUCTS[offered.product],
            sees=_SEES[viewers.ring(visit.viewer, clock.now())],
        )


async def decide(visit: Visit) -> Response:
    given, token = await visit.form(), visit.request.path_params["token"]
    async with visit.site.database.transaction() as db:
        if given.get("decision") != "link":
            await accounts.decline(db, token)
            return visit.go("/settings/chat")
        try:
            await flow.link(visit.context(db), token)
        except NotFound:
            raise Invalid(_GONE) from None
    return visit.go("/settings/chat?saved=1")
