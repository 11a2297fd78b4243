"""Mail: emails that wait to be sent."""

from datetime import datetime

from sqlalchemy import Index, text as sql

from weetwie.tables.declared import Mapped, mapped_column
from weetwie.tables.schema import Count, Flag, Id, Moment, Row, to


class Email(Row):
    """Written in the transaction of the act that it tells of. Gone once the mail server has it; of one that cannot be
    sent only why stays, for a month."""

    __tablename__ = "letters"

    id: Mapped[Id]
    person_id: Mapped[int | None] = to("people.id", index=True)
    address: Mapped[str]
    subject: Mapped[str]
    text: Mapped[bytes]
    """Sealed, as the next: links that sign somebody in may stand in it."""
    html: Mapped[bytes]
    kind: Mapped[str] = mapped_column(server_default="")
    """Empty where the words stand here already; else what is to be written when it is sent: `week`, `unread`."""
    since: Mapped[datetime | None]
    """Of what is written when it is sent: it tells of what came after this."""
    stop: Mapped[str] = mapped_column(server_default="")
    """Where one ends emails of this kind with one click; empty where there is no end to them."""
    reply_to: Mapped[str] = mapped_column(server_default="")
    """Where a reply to it comes in; empty where none does."""
    created_at: Mapped[Moment]
    due_at: Mapped[Moment]
    ends_at: Mapped[datetime]
    """Later than this it is of no use to anybody."""
    attempts: Mapped[Count]
    failed_at: Mapped[datetime | None]
    why: Mapped[str] = mapped_column(server_default="")
    """Why it failed; of one that waits, what is wrong with this installation."""

    __table_args__ = (
        Index("letters_due", "due_at", postgresql_where=sql("failed_at is null")),
        Index(
            "letters_gathering",
            "person_id",
            unique=True,
            postgresql_where=sql("kind = 'unread' and attempts = 0"),
        ),
    )


class TakenMail(Row):
    """That a mail came in, so that the same one does nothing twice. Kept for as long as its token is good, and some days."""

    __tablename__ = "taken_mails"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    person_id: Mapped[int] = to("people.id", index=True)
    is_returned: Mapped[Flag]
    """Its writer was told why it was not posted."""
    at: Mapped[Moment]


class MailChoice(Row):
    """Of which notifications a person gets an email where they have not read them. Most people have no row."""

    __tablename__ = "mail_choices"

    person_id: Mapped[int] = to("people.id", primary_key=True)
    kinds: Mapped[list[str]]
    """See domain/mail/choices.py."""
    with_private: Mapped[Flag]
    """The email holds the words of direct messages and posts for followers too."""
    mailed_at: Mapped[datetime | None]
    """The last email told of what came before this."""
