"""Secrets as they are kept: encrypted with the key of the installation, which is not in the database, and bound to their place.

A value that was moved to another row or column does not open. The first of the keys seals; any of them opens, so that
a key can be changed. A process holds its keys from its start on (`hold`).
"""

import hashlib
import os
from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

LENGTH: Final = 32
"""Bytes of a key."""
_FORM: Final = b"\x01"
_NAME, _NONCE = 4, 12

RowKey = int | str | bytes | date
"""What a row is known by."""


class CannotOpen(Exception):
    """It was sealed with another key, or for another place, or was changed."""


class Keys:
    def __init__(self, keys: Sequence[bytes], again: Callable[[], Sequence[bytes]] | None = None) -> None:
        """`again` reads the keys anew, where one is asked for that was not there at the start."""
        self._again = again
        self._take(keys)

    def _take(self, keys: Sequence[bytes]) -> None:
        if not keys or any(len(key) != LENGTH for key in keys):
            raise ValueError("each key is 32 bytes, and there is at least one")
        self._ciphers = {name_of(key): AESGCM(key) for key in reversed(keys)}
        self.names = [name_of(key) for key in keys]

    def seal(self, place: str, row: RowKey, secret: bytes) -> bytes:
        """For one column of one row: `place` is `table.column`, `row` what the row is known by."""
        nonce = os.urandom(_NONCE)
        sealed = self._ciphers[self.names[0]].encrypt(nonce, secret, _bound(place, row))
        return _FORM + self.names[0] + nonce + sealed

    def open(self, place: str, row: RowKey, sealed: bytes) -> bytes:
        """Raises CannotOpen."""
        cipher = self._cipher(sealed)
        begin = len(_FORM) + _NAME
        try:
            if cipher is None or not sealed.startswith(_FORM):
                raise CannotOpen
            nonce, rest = sealed[begin : begin + _NONCE], sealed[begin + _NONCE :]
            return cipher.decrypt(nonce, rest, _bound(place, row))
        except (InvalidTag, ValueError) as error:
            raise CannotOpen from error

    def _cipher(self, sealed: bytes) -> AESGCM | None:
        name = sealed[len(_FORM) : len(_FORM) + _NAME]
        if name not in self._ciphers and self._again is not None:
            self._take(self._again())
        return self._ciphers.get(name)

    def are_newest_in(self, sealed: bytes) -> bool:
        """Whether the first of the keys sealed it."""
        return sealed.startswith(_FORM + self.names[0])


def name_of(key: bytes) -> bytes:
    """By which a sealed value says what opens it; tells nothing of the key."""
    return hashlib.sha256(b"weetwie key" + key).digest()[:_NAME]


def _bound(place: str, row: RowKey) -> bytes:
    match row:
        case bytes():
            row = row.hex()
        case date():
            row = row.isoformat()
    return f"{place}:{row}".encode()


_held: list[Keys] = []


def hold(keys: Keys) -> None:
    """What this process seals and opens with from now on."""
    _held[:] = [keys]


def seal(place: str, row: RowKey, secret: bytes) -> bytes:
    return _held[0].seal(place, row, secret)


def opened(place: str, row: RowKey, sealed: bytes) -> bytes:
    """Raises CannotOpen."""
    return _held[0].open(place, row, sealed)
