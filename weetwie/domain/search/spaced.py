"""Text as the index reads it: where words have no spaces between them, each sign is a word, and a word is a phrase of signs."""

from typing import Any, Final

from sqlalchemy import func, literal

from weetwie.kit.scripts import WITHOUT_SPACES_IN_SQL

_SIGN: Final = f"([{WITHOUT_SPACES_IN_SQL}])"


def spaced(text: Any) -> Any:
    """In SQL."""
    return func.regexp_replace(text, literal(_SIGN), literal(r" \1 "), literal("g"))
