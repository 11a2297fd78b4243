"""Handing over: what somebody lets their unit know that they know."""

from sqlalchemy import BigInteger
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from weetwie.tables.schema import Moment, Row, to


class HandoverTopic(Row):
    """A topic that its owner shares with their unit, with the posts that show it, as they were when it was shared."""

    __tablename__ = "handover_topics"

    person_id: Mapped[int] = to("people.id", primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    post_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default="{}")
    shared_at: Mapped[Moment]
