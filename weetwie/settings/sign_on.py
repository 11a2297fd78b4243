"""Providers of single sign-on, by OpenID Connect and by SAML 2.0."""

import json
import re
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from weetwie.settings.values import Given

Kind = TypeVar("Kind")


class SignOnSource(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the claims (or attributes) of somebody mean here. Claims may be nested: `a.b`."""

    key: str
    """Stands in the address that the provider sends people back to."""
    name: str
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
    leaves_claim: str = ""
    leaves_values: tuple[str, ...] = ()
    """Somebody of whom the claim says one of these, and nothing else, is not in the organisation any more."""
    grace_days: int = 7
    """For so long they stay a member."""


class Provider(SignOnSource, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody with whom people sign in by OpenID Connect."""

    issuer: str
    client_id: str
    client_secret: str = ""
    scopes: str = "openid profile email"
    parameters: dict[str, str] = {}
    """More that the provider is asked with, such as `prompt` or `hd`."""


class SamlProvider(SignOnSource, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody with whom people sign in by SAML 2.0. Attributes have the names that the usual providers give them; see saml.md."""

    entity_id: str
    """What it calls itself."""
    metadata_url: str = ""
    metadata_file: str = ""
    """Where it says what it is; one of the two."""
    subject_attribute: str = ""
    """By which people are known for good, where the name (NameID) changes."""
    groups_claim: str = "groups"
    begins_there: bool = False
    """People may come from a page of the provider; they are then asked for again from here."""

    @property
    def issuer(self) -> str:
        """By which identities are known that it vouches for: apart from those of OpenID Connect, which may be called the same."""
        return f"saml:{self.entity_id}"


def providers(value: Given) -> tuple[Provider, ...]:
    found: tuple[Provider, ...] = converted(value, tuple[Provider, ...])
    if len({one.key for one in found}) < len(found):
        raise ValueError
    for one in found:
        if not re.fullmatch(r"[a-z0-9-]{1,32}", one.key) or not (one.name and one.client_id):
            raise ValueError
        _check_address(one.issuer)
        _check_leaving(one)
    return found


def _check_leaving(source: SignOnSource) -> None:
    if bool(source.leaves_claim) != bool(source.leaves_values) or not all(source.leaves_values):
        raise ValueError
    if not 0 <= source.grace_days <= 365:
        raise ValueError


def _check_address(address: str) -> None:
    """Encrypted, but on this machine itself."""
    parts = urlsplit(address)
    is_near = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and is_near)):
        raise ValueError


def saml(value: Any) -> tuple[SamlProvider, ...]:
    found: tuple[SamlProvider, ...] = converted(value, tuple[SamlProvider, ...])
    if len({one.key for one in found}) < len(found) or len({one.entity_id for one in found}) < len(found):
        raise ValueError
    for one in found:
        if not re.fullmatch(r"[a-z0-9-]{1,32}", one.key) or not (one.name and one.entity_id):
            raise ValueError
        if bool(one.metadata_url) == bool(one.metadata_file):
            raise ValueError
        if one.metadata_url:
            _check_address(one.metadata_url)
        _check_leaving(one)
    return found


def converted(value: Given, type_: type[Kind]) -> Kind:
    try:
        return msgspec.convert(json.loads(value) if isinstance(value, str) else value, type_)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error
