"""Conversations: the threads in which a person has written or been written to directly."""

from sqlalchemy import Index

from weetwie.tables.declared import Mapped
from weetwie.tables.schema import Count, Id, Row, to


class Conversation(Row):
    """One person's side of it. What is said in it is what they see of the thread; this only says that there is one."""

    __tablename__ = "conversations"

    id: Mapped[Id]
    person_id: Mapped[int] = to("people.id")
    root_id: Mapped[int] = to("posts.id", index=True)
    read_up_to: Mapped[Count]
    """The last post in it that they have read."""

    __table_args__ = (Index("conversations_of_person", "person_id", "root_id", unique=True),)
