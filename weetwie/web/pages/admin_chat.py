"""For administrators: from which chats people ask, and the secrets by which these are known."""

import msgspec
from starlette.responses import Response

from weetwie.database.pool import Db
from weetwie.domain.chat import chats, rules
from weetwie.errors import Refusal
from weetwie.web import reading
from weetwie.web.pages.chat import PRODUCTS
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit


async def show(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        return await _all(visit, db)


async def add(visit: Visit) -> Response:
    given = dict(await visit.form())
    try:
        chat = rules.check(
            given.get("product", ""),
            given.get("name", ""),
            given.get("secrets", ""),
            given.get("bot_token", ""),
            is_new=True,
        )
        async with visit.site.database.transaction() as db:
            await chats.add(db, visit.viewer, chat)
    except Refusal as refusal:
        async with visit.site.database.reading() as db:
            return await _all(visit, db, 422, error=refusal, given=given)
    return visit.go("/admin/connections/chat?saved=1")


async def show_one(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        return await _one(visit, db)


async def change(visit: Visit) -> Response:
    given, id = dict(await visit.form()), visit.request.path_params["id"]
    try:
        async with visit.site.database.transaction() as db:
            product = await chats.product_of(db, visit.viewer, id)
            told = (given.get(name, "") for name in ("name", "secrets", "bot_token"))
            await chats.change(db, visit.viewer, id, rules.check(product, *told, is_new=False))
    except Refusal as refusal:
        async with visit.site.database.reading() as db:
            return await _one(visit, db, 422, error=refusal, given=given)
    return visit.go("/admin/connections/chat?saved=1")


async def remove(visit: Visit) -> Response:
    await visit.form()
    async with visit.site.database.transaction() as db:
        await chats.remove(db, visit.viewer, visit.request.path_params["id"])
    return visit.go("/admin/connections/chat?saved=1")


async def _all(visit: Visit, db: Db, status: int = 200, /, **more: Shown) -> Response:
    base_url = visit.site.base_url
    return await reading.show(
        visit,
        db,
        "admin_chat.html",
        status,
        chats=await chats.listed(db, visit.viewer),
        products=PRODUCTS,
        addresses=[(name, called, f"{base_url}/chat/{name}") for name, called in PRODUCTS.items()],
        manifest=_manifest(base_url),
        is_saved="saved" in visit.request.query_params,
        **({"given": {}, "error": None} | more),
    )


async def _one(visit: Visit, db: Db, status: int = 200, /, **more: Shown) -> Response:
    own = await chats.listed_chat(db, visit.viewer, visit.request.path_params["id"])
    return await reading.show(
        visit,
        db,
        "admin_chat_one.html",
        status,
        own=own,
        products=PRODUCTS,
        **({"given": {}, "error": None} | more),
    )


def _manifest(base_url: str) -> str:
    """Of an app for Slack, as in docs/chat.md (https://docs.slack.dev/reference/app-manifest)."""
    address = f"{base_url}/chat/slack"
    command = {
        "command": "/who",
        "url": address,
        "description": "Find out who knows something",
        "usage_hint": "frequency converters",
        "should_escape": False,
    }
    manifest = {
        "display_information": {"name": "Weetwie", "description": "Who knows what?"},
        "features": {
            "bot_user": {"display_name": "weetwie", "always_online": True},
            "slash_commands": [command],
        },
        "oauth_config": {"scopes": {"bot": ["commands", "app_mentions:read", "chat:write"]}},
        "settings": {
            "event_subscriptions": {"request_url": address, "bot_events": ["app_mention"]},
            "interactivity": {"is_enabled": True, "request_url": address},
        },
    }
    return msgspec.json.format(msgspec.json.encode(manifest), indent=2).decode()
