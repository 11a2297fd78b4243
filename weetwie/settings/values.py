"""What may be set, and how each value is read from text or from TOML; a wrong one raises ValueError or TypeError."""

import base64
import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, time
from pathlib import Path
from typing import NamedTuple, TypeAlias, Union
from urllib.parse import urlsplit


class Address(NamedTuple):
    """Where to listen."""

    host: str
    port: int


Given: TypeAlias = Union[str, int, float, bool, date, time, "Sequence[Given]", "Mapping[str, Given]"]
"""What was set: text in the environment, in a file what TOML has."""


def text(value: Given) -> str:
    if not isinstance(value, str) or not value.strip():
        raise TypeError
    return value.strip()


def folder(value: Given) -> Path:
    return Path(text(value)).expanduser().absolute()


def number(lowest: int, highest: int) -> Callable[[Given], int]:
    def parse(value: Given) -> int:
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise TypeError
        found = int(value)
        if not lowest <= found <= highest:
            raise ValueError
        return found

    return parse


def switch(value: Given) -> bool:
    if isinstance(value, bool):
        return value
    return {"on": True, "off": False}[text(value).lower()]


def one_of(*words: str) -> Callable[[Given], str]:
    return lambda value: words[words.index(text(value).lower())]


def networks(value: Given) -> tuple[str, ...]:
    return tuple(str(ipaddress.ip_network(part, strict=False)) for part in _several(value))


def host_name(value: Given) -> str:
    host = text(value).strip("[]")
    if not re.fullmatch(r"[0-9A-Za-z.:_-]+", host):
        raise ValueError
    return host


def listening(value: Given) -> Address | None:
    set_to = text(value)
    if set_to.lower() == "off":
        return None
    host, _colon, port = set_to.rpartition(":")
    return Address(host_name(host), number(1, 65535)(port))


def origin(value: Given) -> str:
    parts = urlsplit(text(value))
    is_bare = parts.path in ("", "/") and not (parts.query or parts.fragment or "@" in parts.netloc)
    if parts.scheme not in ("http", "https") or not parts.hostname or not is_bare:
        raise ValueError
    _ = parts.port
    return f"{parts.scheme}://{parts.netloc.lower()}"


def postgres(value: Given) -> str:
    url = text(value)
    if not url.startswith(("postgresql://", "postgres://")):
        raise ValueError
    return url


def secret_keys(value: Given) -> tuple[bytes, ...]:
    found = tuple(base64.urlsafe_b64decode(word) for word in _several(value))
    if not found or any(len(key) != 32 for key in found):
        raise ValueError
    return found


def bucket(value: Given) -> str:
    address = text(value)
    if not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w./-]*)?", address):
        raise ValueError
    return address


def mail_server(value: Given) -> str:
    parts = urlsplit(text(value))
    if parts.scheme not in ("smtp", "smtps", "smtp+plain") or not parts.hostname or parts.path.strip("/"):
        raise ValueError
    _ = parts.port
    return text(value)


def mail_address(value: Given) -> str:
    address = text(value)
    if not re.fullmatch(r"[^\s@<>,;:\"]{1,64}@[A-Za-z0-9.-]{1,190}", address):
        raise ValueError
    return address


def memory_size(value: Given) -> str:
    size = text(value)
    if not re.fullmatch(r"[1-9][0-9]{0,6}(kB|MB|GB)", size):
        raise ValueError
    return size


def _several(value: Given) -> list[str]:
    """A list, or text with commas between."""
    if isinstance(value, str):
        return [text(part) for part in value.split(",")]
    if not isinstance(value, Sequence):
        raise TypeError
    return [text(part) for part in value]
