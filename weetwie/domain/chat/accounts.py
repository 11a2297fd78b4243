"""Accounts in chats that are linked with people: by a link that was shown there, until either side ends it or access ends."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import BigInteger, DateTime, LargeBinary, Text, delete, func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access.authenticate import credential_hash
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.chat.rules import LINK_LASTS
from weetwie.errors import NotFound, or_not_found
from weetwie.events import AccountChanged, PersonErased, PersonLeft, PersonSuspended
from weetwie.runtime import clock
from weetwie.tables.chat import Chat, ChatAccount, ChatLink
from weetwie.tables.identity import AccountEvent

_SHUT_OUT: Final = ("password.set", "access.end")
_AT = DateTime(timezone=True)
_PERSON = ChatAccount.person_id == param("person_id", BigInteger)
_CHAT, _ACCOUNT = param("chat_id", BigInteger), param("account", Text)
_HASH = param("hash", LargeBinary)

_FIND = Query(
    select(ChatAccount.id, ChatAccount.person_id).where(
        ChatAccount.chat_id == _CHAT, ChatAccount.account == _ACCOUNT
    )
)
_OWN = Query(
    select(ChatAccount.id, Chat.product, Chat.name.label("chat"), ChatAccount.name, ChatAccount.created_at)
    .join(Chat, Chat.id == ChatAccount.chat_id)
    .where(_PERSON)
    .order_by(ChatAccount.id)
)
_UNLINK = Query(delete(ChatAccount).where(_PERSON, ChatAccount.id == param("id", BigInteger)))
_offer = insert(ChatLink).values(
    chat_id=_CHAT,
    account=_ACCOUNT,
    name=param("name", Text),
    token_hash=_HASH,
    expires_at=param("expires_at", _AT),
)
_OFFER = Query(
    _offer.on_conflict_do_update(
        index_elements=[ChatLink.chat_id, ChatLink.account],
        set_={name: _offer.excluded[name] for name in ("name", "token_hash", "expires_at")},
    )
)
_OFFERED = Query(
    select(ChatLink.chat_id, Chat.product, Chat.name.label("chat"), ChatLink.account, ChatLink.name)
    .join(Chat, Chat.id == ChatLink.chat_id)
    .where(ChatLink.token_hash == _HASH, ChatLink.expires_at > param("now", _AT))
)
_USE = Query(
    delete(ChatLink)
    .where(ChatLink.token_hash == _HASH, ChatLink.expires_at > param("now", _AT))
    .returning(ChatLink.chat_id, ChatLink.account, ChatLink.name)
)
_TAKE = Query(
    delete(ChatAccount)
    .where(ChatAccount.chat_id == _CHAT, ChatAccount.account == _ACCOUNT)
    .returning(ChatAccount.person_id)
)
_LINK = Query(
    insert(ChatAccount)
    .values(
        chat_id=_CHAT, account=_ACCOUNT, name=param("name", Text), person_id=param("person_id", BigInteger)
    )
    .returning(ChatAccount.id)
)
_END = Query(delete(ChatAccount).where(ChatAccount.person_id == func.any(param("ids", ARRAY(BigInteger)))))
_END_OF_ACCOUNT = Query(
    delete(ChatAccount).where(
        ChatAccount.person_id.in_(
            select(AccountEvent.person_id).where(
                AccountEvent.id == func.any(param("ids", ARRAY(BigInteger))),
                AccountEvent.act == func.any(param("acts", ARRAY(Text))),
            )
        )
    )
)
_FORGET = Query(delete(ChatLink).where(ChatLink.expires_at < param("now", _AT)))


class LinkedAccount(NamedTuple):
    id: int
    person_id: int


class OwnAccount(NamedTuple):
    id: int
    product: str
    chat: str
    name: str
    created_at: datetime


class OfferedLink(NamedTuple):
    """Which account would be linked."""

    chat_id: int
    product: str
    chat: str
    account: str
    name: str


async def find(db: Db, chat_id: int, account: str) -> LinkedAccount | None:
    row = await db.row(_FIND, chat_id=chat_id, account=account)
    return None if row is None else LinkedAccount(*row)


async def offer(db: Db, chat_id: int, account: str, name: str) -> str:
    """What the link ends with, which is shown to that account alone; the one before is good no more."""
    token = secrets.token_urlsafe(32)
    await db.run(
        _OFFER,
        chat_id=chat_id,
        account=account,
        name=name,
        hash=credential_hash(token),
        expires_at=clock.now() + LINK_LASTS,
    )
    return token


async def offered(db: Db, token: str) -> OfferedLink:
    """Raises NotFound where it was used or its time is over."""
    row = or_not_found(await db.row(_OFFERED, hash=credential_hash(token), now=clock.now()))
    return OfferedLink(*row)


async def decline(db: Db, token: str) -> None:
    await db.run(_USE, hash=credential_hash(token), now=clock.now())


async def link(db: Db, viewer: Viewer, token: str) -> tuple[int, int | None]:
    """The account and whose it was until now, if it was somebody else's. Raises NotFound where it was used or its time is over."""
    row = or_not_found(await db.row(_USE, hash=credential_hash(token), now=clock.now()))
    given = {"chat_id": row["chat_id"], "account": row["account"]}
    before = await db.value(_TAKE, **given)
    id = await db.value(_LINK, **given, name=row["name"], person_id=viewer.person_id)
    return int(id), None if before in (None, viewer.person_id) else int(before)


async def own(db: Db, viewer: Viewer) -> list[OwnAccount]:
    return [OwnAccount(*row) for row in await db.rows(_OWN, person_id=viewer.person_id)]


async def unlink(db: Db, viewer: Viewer, id: int) -> None:
    """From the next question on it is nobody's. Raises NotFound."""
    if not await db.run(_UNLINK, person_id=viewer.person_id, id=id):
        raise NotFound


async def ended(
    db: Db, _viewer: Viewer, facts: Sequence[PersonLeft | PersonErased | PersonSuspended]
) -> None:
    await db.run(_END, ids=[fact.person_id for fact in facts])


async def shut_out(db: Db, _viewer: Viewer, facts: Sequence[AccountChanged]) -> None:
    """Whoever sets a new password shuts out whatever was set up before."""
    await db.run(_END_OF_ACCOUNT, ids=[fact.event_id for fact in facts], acts=list(_SHUT_OUT))


async def sweep(db: Db) -> int:
    return await db.run(_FORGET, now=clock.now())
