"""Long texts, cut short."""

from typing import Final

import regex

_LOOSE_END: Final = regex.compile(r"[\s\p{Ps}\p{Pi}\p{Pd},;:.…、，；：。]+\Z")
"""What looks wrong before an ellipsis: a comma, a full stop, an opening bracket."""


def shorten(text: str, most: int) -> str:
    """At most `most` characters, the ellipsis included, cut after a whole word unless that leaves less than half."""
    if len(text) <= most:
        return text
    end = max(text.rfind(" ", 0, most), text.rfind("\n", 0, most))
    cut = text[:end] if end > most // 2 else text[: most - 1]
    return f"{_LOOSE_END.sub('', cut)}…"
