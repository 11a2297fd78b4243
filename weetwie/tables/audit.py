"""The audit trail: who did what to whom, when, from where, for acts that somebody may have to answer for."""

from datetime import date, datetime

from sqlalchemy import Index, text

from weetwie.runtime.json import Json
from weetwie.tables.declared import Mapped, mapped_column
from weetwie.tables.schema import Id, Moment, Row


class Audit(Row):
    """Ids only, never text, a name or a handle. The database lets nobody change or remove a row but the retention cut."""

    __tablename__ = "audit"

    id: Mapped[Id]
    actor_id: Mapped[int | None]
    act: Mapped[str]
    subject_id: Mapped[int | None]
    ids: Mapped[dict[str, Json]]
    door: Mapped[str]
    address: Mapped[bytes | None]
    """Where it came from, sealed with the key of its day."""
    at: Mapped[Moment]
    number: Mapped[int | None] = mapped_column(unique=True)
    """Its place in the chain, given soon after it was committed."""
    hash: Mapped[bytes | None]
    """Of the row before and of this one."""

    __table_args__ = (
        Index("audit_unsealed", "id", postgresql_where=text("number is null")),
        Index("audit_by_actor", "actor_id", "id"),
        Index("audit_by_subject", "subject_id", "id"),
        Index("audit_by_act", "act", "id"),
        Index("audit_by_time", "at"),
    )


class AuditCheckpoint(Row):
    """Up to here the trail was cut: the chain goes on from this hash. Signed by the installation."""

    __tablename__ = "audit_checkpoints"

    number: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[bytes]
    made_at: Mapped[datetime]
    signature: Mapped[bytes]


class AuditKey(Row):
    """Opens the addresses of one day; goes after thirty, and with it what it opens."""

    __tablename__ = "audit_keys"

    day: Mapped[date] = mapped_column(primary_key=True)
    key: Mapped[bytes]
    """Sealed itself."""
