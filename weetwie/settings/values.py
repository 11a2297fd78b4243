"""What may be set, and how each value is read from text or from TOML; a wrong one raises ValueError or TypeError."""

import base64
import ipaddress
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit


class Address(NamedTuple):
    """Where to listen."""

    host: str
    port: int


Parse = Callable[[Any], Any]
"""Makes a value of what was set, which is text in the environment; raises ValueError or TypeError for a wrong one."""


def text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise TypeError
    return value.strip()


def folder(value: Any) -> Path:
    return Path(text(value)).expanduser().absolute()


def number(lowest: int, highest: int) -> Parse:
    def parse(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise TypeError
        found = int(value)
        if not lowest <= found <= highest:
            raise ValueError
        return found

    return parse


def switch(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    return {"on": True, "off": False}[text(value).lower()]


def one_of(*words: str) -> Parse:
    return lambda value: words[words.index(text(value).lower())]


def networks(value: Any) -> tuple[str, ...]:
    parts = [part.strip() for part in value.split(",")] if isinstance(value, str) else list(value)
    return tuple(str(ipaddress.ip_network(text(part), strict=False)) for part in parts)


def host_name(value: Any) -> str:
    host = text(value).strip("[]")
    if not re.fullmatch(r"[0-9A-Za-z.:_-]+", host):
        raise ValueError
    return host


def listening(value: Any) -> Address | None:
    set_to = text(value)
    if set_to.lower() == "off":
        return None
    host, _colon, port = set_to.rpartition(":")
    return Address(host_name(host), number(1, 65535)(port))


def origin(value: Any) -> str:
    parts = urlsplit(text(value))
    is_bare = parts.path in ("", "/") and not (parts.query or parts.fragment or "@" in parts.netloc)
    if parts.scheme not in ("http", "https") or not parts.hostname or not is_bare:
        raise ValueError
    _ = parts.port
    return f"{parts.scheme}://{parts.netloc.lower()}"


def postgres(value: Any) -> str:
    url = text(value)
    if not url.startswith(("postgresql://", "postgres://")):
        raise ValueError
    return url


def secret_keys(value: Any) -> tuple[bytes, ...]:
    words = value.split(",") if isinstance(value, str) else list(value)
    found = tuple(base64.urlsafe_b64decode(text(word)) for word in words)
    if not found or any(len(key) != 32 for key in found):
        raise ValueError
    return found


def bucket(value: Any) -> str:
    address = text(value)
    if not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w./-]*)?", address):
        raise ValueError
    return address


def mail_server(value: Any) -> str:
    parts = urlsplit(text(value))
    if parts.scheme not in ("smtp", "smtps", "smtp+plain") or not parts.hostname or parts.path.strip("/"):
        raise ValueError
    _ = parts.port
    return text(value)


def mail_address(value: Any) -> str:
    address = text(value)
    if not re.fullmatch(r"[^\s@<>,;:\"]{1,64}@[A-Za-z0-9.-]{1,190}", address):
        raise ValueError
    return address


def memory_size(value: Any) -> str:
    size = text(value)
    if not re.fullmatch(r"[1-9][0-9]{0,6}(kB|MB|GB)", size):
        raise ValueError
    return size
