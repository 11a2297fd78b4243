"""Text as the index reads it: where words have no spaces between them, each sign is a word, and a word is a phrase of signs."""

from typing import Final

from sqlalchemy import ColumnElement, func, literal

from weetwie.database.sql import TextSql
from weetwie.text.scripts import WITHOUT_SPACES_IN_SQL

_SIGN: Final = f"([{WITHOUT_SPACES_IN_SQL}])"


def spaced(text: TextSql) -> ColumnElement[str]:
    """In SQL. The parser of words folds letters as the locale of the database does, and locales differ in this one letter."""
    return func.regexp_replace(
        func.translate(text, literal("Iİ"), literal("ii")), literal(_SIGN), literal(r" \1 "), literal("g")
    )
