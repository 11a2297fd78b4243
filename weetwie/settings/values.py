"""What may be set, and how each value is read from text or from TOML; a wrong one raises ValueError or TypeError."""

import base64
import ipaddress
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec


class Address(NamedTuple):
    """Where to listen."""

    host: str
    port: int


class Provider(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody with whom people sign in (OpenID Connect), and what its claims mean here. Claims may be nested: `a.b`."""

    key: str
    """Stands in the address that the provider sends people back to."""
    name: str
    issuer: str
    client_id: str
    client_secret: str = ""
    scopes: str = "openid profile email"
    parameters: dict[str, str] = {}
    """More that the provider is asked with, such as `prompt` or `hd`."""
    handle_claim: str = "preferred_username"
    name_claim: str = "name"
    email_claim: str = "email"
    unit_claim: str = ""
    manager_claim: str = ""
    picture_claim: str = "picture"
    language_claim: str = "locale"
    groups_claim: str = ""
    allowed_groups: tuple[str, ...] = ()
    """Who may sign in; empty: all that the provider lets in."""
    admin_groups: tuple[str, ...] = ()
    """Who is an administrator here, as long as they are in one of them."""
    people_admin_groups: tuple[str, ...] = ()
    moderator_groups: tuple[str, ...] = ()
    creates_people: bool = True
    trusts_email: bool = False
    """Every address that it tells is its owner's, also without `email_verified`."""
    connects_by_email: bool = False
    """A verified address connects to the person who has it here; else they do so themselves in their settings."""
    signs_out: bool = True
    """Whoever signs out here signs out there too."""


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


def providers(value: Any) -> tuple[Provider, ...]:
    try:
        found = msgspec.convert(json.loads(value) if isinstance(value, str) else value, tuple[Provider, ...])
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error
    if len({one.key for one in found}) < len(found):
        raise ValueError
    for one in found:
        parts = urlsplit(one.issuer)
        is_near = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if not re.fullmatch(r"[a-z0-9-]{1,32}", one.key) or not (
            one.name and one.client_id and parts.hostname
        ):
            raise ValueError
        if parts.scheme != "https" and not (parts.scheme == "http" and is_near):
            raise ValueError
    return found
