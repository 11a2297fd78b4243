"""Events: what happened, for those who react."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.types import UserDefinedType

from weetwie.runtime.json import Json
from weetwie.tables.declared import Mapped, mapped_column
from weetwie.tables.schema import Count, Id, Moment, Row


class Xid8(UserDefinedType[int]):
    """The number of a transaction (PostgreSQL's xid8)."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "xid8"


class Snapshot(UserDefinedType[str]):
    """Which transactions one saw as finished (PostgreSQL's pg_snapshot)."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "pg_snapshot"


class Event(Row):
    """A fact, written in the transaction of the act. It holds ids, never text."""

    __tablename__ = "events"

    id: Mapped[Id]
    kind: Mapped[str]
    ids: Mapped[dict[str, Json]]
    actor_id: Mapped[int | None]
    transaction: Mapped[int] = mapped_column(Xid8, server_default=text("pg_current_xact_id()"))
    created_at: Mapped[Moment]
    done: Mapped[list[str]] = mapped_column(server_default="{}")
    """The reactions that have run."""
    finished_at: Mapped[datetime | None]
    attempts: Mapped[Count]
    due_at: Mapped[Moment]
    gave_up_at: Mapped[datetime | None]

    __table_args__ = (
        Index("events_to_do", "id", postgresql_where=text("finished_at is null and gave_up_at is null")),
        Index("events_in_order", "transaction", "id"),
        Index("events_by_age", "created_at"),
    )
