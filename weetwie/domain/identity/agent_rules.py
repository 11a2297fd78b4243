"""What is right for agents: their scopes, addresses to return to, and the document at their own address. Pure."""

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from weetwie.domain.identity import rules
from weetwie.errors import Invalid, _
from weetwie.text.text import is_longer

KNOWLEDGE: Final = "read:knowledge"
"""People and what they know, profiles, posts that are public or unlisted; as far as the person sees them."""
PRIVATE: Final = "read:private"
"""Posts for followers and direct ones, too. Never asked for by default."""
QUESTIONS: Final = "write:questions"
SCOPES: Final = (KNOWLEDGE, QUESTIONS, PRIVATE)
USUAL: Final = (KNOWLEDGE, QUESTIONS)
"""What an agent is told to ask for."""

LARGEST_DOCUMENT: Final = 16 * 1024
_LONGEST_ADDRESS: Final = 500
_LOOPBACK: Final = ("http://localhost", "http://127.0.0.1", "http://[::1]")
_WITHOUT_SECRET: Final = ("none", None)


class ClientDocument(msgspec.Struct, frozen=True):
    """What a client says of itself (RFC 7591), as far as it is of use here."""

    client_name: str
    redirect_uris: list[str]
    client_uri: str | None = None


class _Sent(msgspec.Struct, frozen=True):
    client_id: str | None = None
    client_name: str = ""
    redirect_uris: list[str] = []
    client_uri: str | None = None
    token_endpoint_auth_method: str | None = None
    client_secret: Any = None


def scopes(text: str) -> list[str]:
    """Those of the asked ones that there are; what others know by other names is passed over. Reading is always among them."""
    asked = set(text.split())
    return [one for one in SCOPES if one in asked or one == KNOWLEDGE]


def is_address(client_id: str) -> bool:
    """Whether the id of a client is the address of the document that describes it."""
    if not client_id.startswith("https://") or len(client_id) > _LONGEST_ADDRESS or not client_id.isascii():
        return False
    try:
        parts = urlsplit(client_id)
        port_is_right = parts.port is None or parts.port > 0
    except ValueError:
        return False
    steps = parts.path.split("/")
    return (
        bool(parts.hostname)
        and port_is_right
        and len(parts.path) > 1
        and "@" not in parts.netloc
        and "#" not in client_id
        and "." not in steps
        and ".." not in steps
        and not any(ord(letter) <= 32 or letter in '\\"<>' for letter in client_id)
    )


def read_document(client_id: str, content: bytes) -> ClientDocument:
    """The document found at a client's address. Raises Invalid."""
    sent = _decoded(content)
    if sent.client_id != client_id:
        raise Invalid(_("The agent's description is of another agent."), field="client_id")
    if sent.client_secret is not None or sent.token_endpoint_auth_method not in _WITHOUT_SECRET:
        raise Invalid(
            _("This agent identifies itself in a way that isn't supported here."), field="client_id"
        )
    return checked(sent.client_name, sent.redirect_uris, sent.client_uri)


def _decoded(content: bytes) -> _Sent:
    try:
        return msgspec.json.decode(content, type=_Sent)
    except (msgspec.DecodeError, RecursionError):  # what is of the wrong type is a DecodeError too
        raise Invalid(_("The agent's description can't be read."), field="client_id") from None


def checked(name: str, redirect_uris: Sequence[str], website: str | None) -> ClientDocument:
    """What a client says of itself, wherever it says so. Raises Invalid."""
    name = " ".join(name.split())
    if not name.isprintable() or not name or is_longer(name, rules.LONGEST_APP_NAME):
        raise Invalid(
            _("An app name has 1 to {limit} characters."),
            field="client_name",
            limit=rules.LONGEST_APP_NAME,
        )
    redirects = list(dict.fromkeys(redirect_uris))
    if not redirects or len(redirects) > rules.MOST_REDIRECTS:
        raise Invalid(
            _("An app needs 1 to {limit} redirect addresses."),
            field="redirect_uris",
            limit=rules.MOST_REDIRECTS,
        )
    if not all(is_redirect(one) for one in redirects):
        raise Invalid(
            _("A redirect address of an agent must be https, or http on the person's own computer."),
            field="redirect_uris",
        )
    is_right = website and website.startswith("https://") and len(website) <= rules.LONGEST_REDIRECT
    return ClientDocument(name, redirects, website if is_right else None)


def is_redirect(redirect: str) -> bool:
    return redirect.startswith(("https://", "http://")) and rules.is_redirect(redirect)


def is_registered(redirect: str, registered: Sequence[str]) -> bool:
    """Letter by letter; on the person's own computer whatever the port, which programs there are given anew each time
    (RFC 8252, 7.3)."""
    if redirect in registered:
        return True
    return is_local(redirect) and _without_port(redirect) in {
        _without_port(one) for one in registered if is_local(one)
    }


def is_local(redirect: str) -> bool:
    """Whether it leads to the person's own computer, where any program may listen."""
    return any(redirect == one or redirect.startswith((f"{one}/", f"{one}:", f"{one}?")) for one in _LOOPBACK)


def _without_port(redirect: str) -> tuple[str | None, str, str]:
    parts = urlsplit(redirect)
    return parts.hostname, parts.path, parts.query


def is_resource(given: str, resource: str) -> bool:
    """Whether an address means the one that agents ask at: schemes and hosts are the same in any case (RFC 3986)."""
    try:
        one, other = urlsplit(given), urlsplit(resource)
    except ValueError:
        return False
    return (
        (one.scheme.lower(), one.netloc.lower()) == (other.scheme.lower(), other.netloc.lower())
        and one.path.rstrip("/") == other.path.rstrip("/")
        and not one.query
        and "#" not in given
    )
