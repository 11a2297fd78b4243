"""In which encoding a text is, by how it begins."""

import codecs
from typing import Final


def encoding_of(begin: bytes) -> str:
    """By the byte order mark, else by where the NULs of plain signs stand."""
    for mark, encoding in _ORDER_MARKS:
        if begin.startswith(mark):
            return encoding
    if begin[1:2] == b"\x00" and begin[:1] != b"\x00":
        return "utf-32-le" if begin[2:4] == b"\x00\x00" else "utf-16-le"
    if begin[:1] == b"\x00":
        return "utf-32-be" if begin[:3] == b"\x00\x00\x00" else "utf-16-be"
    return "utf-8"


_ORDER_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
OTHER: Final = "weetwie-or-windows-1252"


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are no UTF-8 are what Windows wrote; two of them have no sign."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error(OTHER, _as_windows)
