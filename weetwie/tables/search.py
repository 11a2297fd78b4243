"""Search: for each post the words by which it is found."""

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import TSVECTOR

from weetwie.tables.declared import Mapped, mapped_column
from weetwie.tables.schema import Row, to


class PostWords(Row):
    """The words of a post as they are written, their stems in its language, and signs (`:tag=tea`) for what else one asks by.

    A post that is deleted has no row. Boosts have none.
    """

    __tablename__ = "post_words"

    post_id: Mapped[int] = to("posts.id", primary_key=True)
    words: Mapped[str] = mapped_column(TSVECTOR)

    __table_args__ = (
        Index("post_words_words", "words", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
    )


class PassageWords(Row):
    """The same of passages, for themselves: they are asked for apart, and never slow down a search for posts."""

    __tablename__ = "passage_words"

    passage_id: Mapped[int] = to("passages.id", primary_key=True)
    words: Mapped[str] = mapped_column(TSVECTOR)

    __table_args__ = (
        Index("passage_words_words", "words", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
    )
