"""Lists: people whom one reads together, known to their owner alone."""

from sqlalchemy import CheckConstraint, Index, text

from weetwie.tables.declared import Mapped, mapped_column
from weetwie.tables.schema import Flag, Id, Number, Rank, Row, to

FOLLOWED, LIST, NONE = 0, 1, 2
"""Whose posts a reply in a list may answer: those of anybody one follows, of the list's people, of nobody else."""


class List(Row):
    __tablename__ = "lists"

    id: Mapped[Id]
    owner_id: Mapped[int] = to("people.id")
    title: Mapped[str]
    replies_policy: Mapped[Rank] = mapped_column(server_default="1")
    is_exclusive: Mapped[Flag]
    """What its people write stands here and not in home."""

    __table_args__ = (
        Index("lists_by_owner", "owner_id", "id"),
        Index("lists_exclusive", "owner_id", "id", postgresql_where=text("is_exclusive")),
        CheckConstraint("replies_policy in (0, 1, 2)", name="lists_replies_policy"),
    )


class ListMember(Row):
    """Somebody whom the owner follows, or the owner."""

    __tablename__ = "list_members"

    list_id: Mapped[int] = to("lists.id", primary_key=True)
    person_id: Mapped[int] = to("people.id", primary_key=True)
    number: Mapped[Number]

    __table_args__ = (
        Index("list_members_list", "list_id", "number"),
        Index("list_members_by_person", "person_id", "list_id"),
    )
