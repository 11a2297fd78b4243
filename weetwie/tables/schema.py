"""What all tables share: the base they are declared on and the kinds of column that recur."""

from datetime import date, datetime
from typing import Annotated, Any, ClassVar

from sqlalchemy import BigInteger, Boolean, Date, DateTime, ForeignKey, LargeBinary, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from weetwie.runtime.json import Json
from weetwie.tables.declared import Declared, mapped_column

NEW_ID = text("new_id()")
"""64 bits: milliseconds since 1970 above, a running number in the 16 below; so ids are in the order of time."""


class Row(Declared):
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        int: BigInteger,
        bool: Boolean,
        date: Date,
        str: Text,
        bytes: LargeBinary,
        datetime: DateTime(timezone=True),
        dict[str, Json]: JSONB,
        list[dict[str, Json]]: JSONB,
        list[str]: ARRAY(Text),
        list[int]: ARRAY(BigInteger),
    }


Id = Annotated[int, mapped_column(BigInteger, primary_key=True, server_default=NEW_ID)]
Number = Annotated[int, mapped_column(BigInteger, server_default=NEW_ID)]
"""An id that is not the key: what lists of relations page over."""
Rank = Annotated[int, mapped_column(SmallInteger)]
"""A ring, a visibility, a standing: small numbers named in `access/enums.py`."""
Count = Annotated[int, mapped_column(BigInteger, server_default="0")]
Flag = Annotated[bool, mapped_column(server_default="false")]
Words = Annotated[str, mapped_column(Text, server_default="")]
Moment = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=text("now()"))]


def to(
    target: str,
    *,
    ondelete: str = "CASCADE",
    onupdate: str | None = None,
    primary_key: bool = False,
    index: bool = False,
) -> Any:
    """A column that points at another table's row and, unless said otherwise, goes with it."""
    return mapped_column(
        BigInteger,
        ForeignKey(target, ondelete=ondelete, onupdate=onupdate),
        primary_key=primary_key,
        index=index,
    )
