"""Chat: the workspaces, servers and teams from which people ask, and which accounts there are linked with whom."""

from datetime import datetime

from sqlalchemy import LargeBinary, UniqueConstraint

from weetwie.tables.declared import Mapped, mapped_column
from weetwie.tables.schema import Id, Moment, Row, Words, to


class Chat(Row):
    """A Slack workspace, a Mattermost server or a team in Teams, as an administrator has set it up."""

    __tablename__ = "chats"

    id: Mapped[Id]
    product: Mapped[str]
    """`slack`, `mattermost`, `teams`."""
    name: Mapped[str]
    secrets: Mapped[bytes]
    """By which what it sends is known to be from there, one a line; sealed."""
    bot_token: Mapped[bytes]
    """By which mentions in Slack are answered; sealed. Empty where there is none."""
    created_at: Mapped[Moment]


class ChatAccount(Row):
    """Somebody's account there, which from then on gets what they see."""

    __tablename__ = "chat_accounts"

    id: Mapped[Id]
    chat_id: Mapped[int] = to("chats.id")
    account: Mapped[str]
    """As the chat calls it."""
    name: Mapped[Words]
    """As it was called when it was linked."""
    person_id: Mapped[int] = to("people.id", index=True)
    created_at: Mapped[Moment]

    __table_args__ = (UniqueConstraint("chat_id", "account"),)


class ChatLink(Row):
    """A link that was shown to an account there: opened once, while logged in, it links the two."""

    __tablename__ = "chat_links"

    chat_id: Mapped[int] = to("chats.id", primary_key=True)
    account: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[Words]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    expires_at: Mapped[datetime]


class ChatRequest(Row):
    """What has come, by a digest: it is answered once."""

    __tablename__ = "chat_requests"

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    at: Mapped[Moment] = mapped_column(index=True)
