"""Timelines: an index that finds a home page fast. What it may show is decided when it is read."""

from sqlalchemy import Index, text

from weetwie.tables.declared import Mapped, mapped_column
from weetwie.tables.schema import Count, Row, to


class HomeEntry(Row):
    """A post that may stand in somebody's home. It goes with the post and with the person, by a trigger: checking two
    references for each entry would cost more than writing it."""

    __tablename__ = "home_entries"

    person_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    post_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    boost_of_id: Mapped[int | None]

    __table_args__ = (
        Index("home_entries_by_post", "post_id"),
        Index(
            "home_entries_boosts",
            "person_id",
            "boost_of_id",
            "post_id",
            postgresql_where=text("boost_of_id is not null"),
        ),
    )


class HomeFloor(Row):
    """From here on upwards (by post id) the index of a person is complete. No row: it is complete from the beginning."""

    __tablename__ = "home_floors"

    person_id: Mapped[int] = to("people.id", primary_key=True)
    floor: Mapped[Count]
