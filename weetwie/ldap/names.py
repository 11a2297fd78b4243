"""Names and values as they stand in filters, and distinguished names brought to one form. Pure."""

import re
from typing import Final

_SPECIAL: Final = re.compile(r"[\x00-\x1f()*\\\x7f]")
_AROUND: Final = re.compile(r"\s*([,=+])\s*")
_HEX: Final = re.compile(r"((?:\\[0-9a-fA-F]{2})+)")


def escaped(value: str) -> str:
    """As it may stand in a filter (RFC 4515, section 3), whatever it holds."""
    return _SPECIAL.sub(lambda found: f"\\{ord(found[0]):02x}", value.encode("utf-8", "replace").decode())


def escaped_bytes(value: bytes) -> str:
    return "".join(f"\\{byte:02x}" for byte in value)


def plain(dn: str) -> str:
    """The same for names that mean the same entry: in small letters, without blanks around signs, escapes written in one way."""
    parts = re.split(r"(?<!\\),", _HEX.sub(_letters, dn))
    return ",".join(_AROUND.sub(r"\1", part.strip()) for part in parts).lower()


def _letters(found: re.Match[str]) -> str:
    """`\\c3\\ab` is a letter; what means something in a name stays escaped."""
    raw = bytes.fromhex(found[0].replace("\\", ""))
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return found[0].lower()
    return "".join(f"\\{letter}" if letter in ',+"\\<>;=#' else letter for letter in text)
