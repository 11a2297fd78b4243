"""The chats that administrators have set up, and the secrets by which what comes from there is known."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import BigInteger, LargeBinary, Text, delete, func, insert, select, update

from weetwie.access import allowed, permissions
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.chat import rules
from weetwie.domain.chat.rules import GivenChat
from weetwie.errors import NotFound, TooMany, _, or_not_found
from weetwie.events import audit
from weetwie.security import sealing
from weetwie.security.sealing import CannotOpen
from weetwie.tables.chat import Chat, ChatAccount

SECRETS, BOT_TOKEN = "chats.secrets", "chats.bot_token"
_ID: Final = param("id", BigInteger)
_NEXT_ID = Query(select(func.new_id()))
_COUNT = Query(select(func.count()).select_from(Chat))
_ALL = Query(
    select(
        Chat.id,
        Chat.product,
        Chat.name,
        (func.length(Chat.bot_token) > 0).label("has_bot_token"),
        Chat.created_at,
        select(func.count(ChatAccount.person_id.distinct()))
        .where(ChatAccount.chat_id == Chat.id)
        .scalar_subquery()
        .label("people"),
    ).order_by(Chat.id)
)
_OF_PRODUCT = Query(
    select(Chat.id, Chat.product, Chat.name, Chat.secrets, Chat.bot_token)
    .where(Chat.product == param("product", Text))
    .order_by(Chat.id)
)
_ADD = Query(
    insert(Chat).values(
        id=_ID,
        product=param("product", Text),
        name=param("name", Text),
        secrets=param("secrets", LargeBinary),
        bot_token=param("bot_token", LargeBinary),
    )
)
_PRODUCT = Query(select(Chat.product).where(Chat.id == _ID).with_for_update())
_NAME = Query(update(Chat).where(Chat.id == _ID).values(name=param("name", Text)))
_NEW_SECRETS = Query(update(Chat).where(Chat.id == _ID).values(secrets=param("secrets", LargeBinary)))
_NEW_BOT_TOKEN = Query(update(Chat).where(Chat.id == _ID).values(bot_token=param("bot_token", LargeBinary)))
_REMOVE = Query(delete(Chat).where(Chat.id == _ID))


class ListedChat(NamedTuple):
    id: int
    product: str
    name: str
    has_bot_token: bool
    created_at: datetime
    people: int
    """With how many people accounts there are linked; few are no number in works-council mode."""


@dataclass(frozen=True)
class KnownChat:
    """One whose secrets are open, to know what comes from there. No log shows them."""

    id: int
    product: str
    name: str
    secrets: Sequence[str] = field(repr=False)
    bot_token: str = field(repr=False)


async def listed(db: Db, viewer: Viewer) -> list[ListedChat]:
    """Raises Forbidden."""
    allowed.check(viewer, permissions.administer)
    chats = [ListedChat(*row) for row in await db.rows(_ALL)]
    return [one._replace(people=viewer.policy.told(one.people)) for one in chats]


async def listed_chat(db: Db, viewer: Viewer, id: int) -> ListedChat:
    """Raises Forbidden, NotFound."""
    return or_not_found(next((one for one in await listed(db, viewer) if one.id == id), None))


async def add(db: Db, viewer: Viewer, given: GivenChat) -> int:
    """Its id. Raises Forbidden, TooMany."""
    allowed.check(viewer, permissions.administer)
    if await db.value(_COUNT) >= rules.MOST:
        raise TooMany(_("You already have {most} chats."), most=rules.MOST)
    id = int(await db.value(_NEXT_ID))
    await db.run(
        _ADD,
        id=id,
        product=given.product,
        name=given.name,
        secrets=_sealed_secrets(id, given.secrets),
        bot_token=_sealed_token(id, given.bot_token),
    )
    await audit(db, viewer, "chats.add", chat_id=id)
    return id


async def product_of(db: Db, viewer: Viewer, id: int) -> str:
    """Raises Forbidden, NotFound."""
    allowed.check(viewer, permissions.administer)
    product = or_not_found(await db.value(_PRODUCT, id=id))
    return str(product)


async def change(db: Db, viewer: Viewer, id: int, given: GivenChat) -> None:
    """What is left empty stays as it was. Raises Forbidden."""
    allowed.check(viewer, permissions.administer)
    await db.run(_NAME, id=id, name=given.name)
    if given.secrets:
        await db.run(_NEW_SECRETS, id=id, secrets=_sealed_secrets(id, given.secrets))
    if given.bot_token:
        await db.run(_NEW_BOT_TOKEN, id=id, bot_token=_sealed_token(id, given.bot_token))
    await audit(db, viewer, "chats.change", chat_id=id)


async def remove(db: Db, viewer: Viewer, id: int) -> None:
    """And all that is linked there. Raises Forbidden, NotFound."""
    allowed.check(viewer, permissions.administer)
    if not await db.run(_REMOVE, id=id):
        raise NotFound
    await audit(db, viewer, "chats.remove", chat_id=id)


async def of_product(db: Db, product: str) -> list[KnownChat]:
    """Those whose secrets can be opened; after the key was lost, an administrator enters them again."""
    return [
        KnownChat(
            row["id"],
            row["product"],
            row["name"],
            (_opened(SECRETS, row["id"], row["secrets"]) or "").split(),
            _opened(BOT_TOKEN, row["id"], row["bot_token"]) or "",
        )
        for row in await db.rows(_OF_PRODUCT, product=product)
    ]


def _sealed_secrets(id: int, secrets: Sequence[str]) -> bytes:
    return sealing.seal(SECRETS, id, "\n".join(secrets).encode())


def _sealed_token(id: int, token: str) -> bytes:
    return sealing.seal(BOT_TOKEN, id, token.encode()) if token else b""


def _opened(place: str, id: int, sealed: bytes) -> str | None:
    try:
        return sealing.opened(place, id, bytes(sealed)).decode() if sealed else None
    except CannotOpen:
        return None
