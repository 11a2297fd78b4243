"""Large and small letters are the same letter: one folding for the program and the database, whatever the database's language is.

The database's own `lower()` follows its locale (in Turkish, `I` becomes a letter that is no `i`); `folded()` in the database is made
from the same pairs as here (`migrations/`), and a test compares the two.
"""

from typing import Final

_SCRIPTS: Final = (
    range(0xC0, 0x250),  # Latin with accents
    range(0x370, 0x530),  # Greek, Cyrillic
    range(0x531, 0x557),  # Armenian
    range(0x1E00, 0x1F00),  # Latin of Vietnamese and others
)
_SPECIAL: Final = {"İ": "i", "ẞ": "ß"}


def _pairs() -> dict[str, str]:
    letters = [chr(code) for script in _SCRIPTS for code in script]
    small = {one: one.lower() for one in letters if one.lower() != one and len(one.lower()) == 1}
    return small | _SPECIAL


PAIRS: Final = _pairs()
_TABLE: Final = str.maketrans(PAIRS | {chr(code): chr(code + 32) for code in range(65, 91)})


def folded(text: str) -> str:
    return text.translate(_TABLE)
