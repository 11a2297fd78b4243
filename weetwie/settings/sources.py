"""Others by whom this installation lives: providers of single sign-on, the directory, a proxy, and whoever hands mail in."""

import ipaddress
import json
import re
from collections.abc import Mapping
from typing import Any, Final, Literal, TypeVar
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


class Directory(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The organisation's own directory, asked by LDAP. What is said of single attributes begins with what its kind usually has."""

    urls: tuple[str, ...]
    """`ldaps://HOST`, or `ldap://HOST` with StartTLS; the first that answers is asked."""
    kind: Literal["ldap", "active-directory"]
    people_base: str
    bind_dn: str
    name: str = "LDAP"
    ca_file: str = ""
    people_filter: str
    groups_base: str = ""
    groups_filter: str
    id_attribute: str
    login_attribute: str
    name_attribute: str = "displayName"
    email_attribute: str = "mail"
    own_email_attribute: str = ""
    """A private address, for the time after leaving."""
    unit_attribute: str
    place_attribute: str = "l"
    manager_attribute: str = "manager"
    photo_attribute: str
    language_attribute: str = "preferredLanguage"
    end_attribute: str
    allowed_groups: tuple[str, ...] = ()
    admin_groups: tuple[str, ...] = ()
    people_admin_groups: tuple[str, ...] = ()
    moderator_groups: tuple[str, ...] = ()
    """Distinguished names; who is in a group within them is in them too."""
    grace_days: int = 3
    """For so long somebody who is gone from the directory stays a member."""
    minutes_between: int = 15
    """Between looks at what has changed; once a day everything is compared."""

    @property
    def issuer(self) -> str:
        """By which identities are known that it vouches for."""
        return "ldap:directory"

    @property
    def groups(self) -> tuple[str, ...]:
        """Those that mean something here."""
        every = self.allowed_groups, self.admin_groups, self.people_admin_groups, self.moderator_groups
        return tuple(dict.fromkeys(group for groups in every for group in groups))


class RemoteUser(SignOnSource, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A proxy that has recognised people itself (Kerberos, certificates), and says who it is in a header."""

    key: str = "proxy"
    name: str = "SSO"
    proxies: tuple[str, ...]
    """Addresses and networks that are believed; from all others the header is taken away."""
    header: str = "X-Remote-User"
    name_header: str = ""
    email_header: str = ""
    realms: tuple[str, ...] = ()
    """Whose people are those of the directory: `ann@EXAMPLE.ORG` and `EXAMPLE\\ann` are its `ann`."""
    trusts_email: bool = True

    @property
    def issuer(self) -> str:
        return "remote-user:proxy"

    @property
    def headers(self) -> tuple[str, ...]:
        """All that nobody but the proxies may send, in small letters."""
        return tuple(name.lower() for name in (self.header, self.name_header, self.email_header) if name)


class MailIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How replies to our emails come back: handed over by a mail server, or out of a mailbox."""

    address: str
    """`reply@example.org`: mail to `reply+…@example.org` has to come here."""
    lmtp: str = ""
    """HOST:PORT where a mail server hands it over."""
    imap: str = ""
    """`imaps://USER:PASSWORD@HOST/FOLDER`: the mailbox that it is fetched from."""
    done_folder: str = ""
    """Where it is moved to afterwards; empty: it is deleted."""
    checked_by: str = ""
    """How the receiving mail server calls itself in `Authentication-Results`; what it did not find genuine is not posted."""

    @property
    def lmtp_at(self) -> tuple[str, int] | None:
        host, _colon, port = self.lmtp.rpartition(":")
        return (host.strip("[]"), int(port)) if self.lmtp else None

    def at(self, token: str) -> str:
        """The address with this token."""
        local, _at, domain = self.address.rpartition("@")
        return f"{local}+{token}@{domain}"

    def token_in(self, address: str) -> str:
        """Of an address of ours; empty where it is none."""
        local, _at, domain = self.address.lower().rpartition("@")
        beginning, end = f"{local}+", f"@{domain}"
        given = address.strip().lower()
        is_ours = given.startswith(beginning) and given.endswith(end)
        return given[len(beginning) : -len(end)] if is_ours else ""


_USUAL: Final[dict[str, dict[str, str]]] = {
    "ldap": {
        "people_filter": "(objectClass=inetOrgPerson)",
        "groups_filter": "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup))",
        "id_attribute": "entryUUID",
        "login_attribute": "uid",
        "unit_attribute": "ou",
        "photo_attribute": "jpegPhoto",
        "end_attribute": "shadowExpire",
    },
    "active-directory": {
        "people_filter": "(&(objectCategory=person)(objectClass=user))",
        "groups_filter": "(objectClass=group)",
        "id_attribute": "objectGUID",
        "login_attribute": "sAMAccountName",
        "unit_attribute": "department",
        "photo_attribute": "thumbnailPhoto",
        "end_attribute": "accountExpires",
    },
}


def providers(value: Given) -> tuple[Provider, ...]:
    found: tuple[Provider, ...] = _converted(value, tuple[Provider, ...])
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
    found: tuple[SamlProvider, ...] = _converted(value, tuple[SamlProvider, ...])
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


def directory(value: Given) -> Directory:
    given = json.loads(value) if isinstance(value, str) else value
    if not isinstance(given, Mapping):
        raise TypeError
    found: Directory = _converted({**_USUAL[str(given.get("kind", ""))], **given}, Directory)
    for url in found.urls:
        parts = urlsplit(url)
        if parts.scheme not in ("ldap", "ldaps") or not parts.hostname or parts.path.strip("/"):
            raise ValueError
        _ = parts.port
    if not (found.urls and found.people_base and found.bind_dn and found.name):
        raise ValueError
    if not (0 <= found.grace_days <= 365 and 1 <= found.minutes_between <= 1440):
        raise ValueError
    return found


def remote_user(value: Given) -> RemoteUser:
    found: RemoteUser = _converted(value, RemoteUser)
    for proxy in found.proxies:
        ipaddress.ip_network(proxy, strict=False)
    is_named = all(re.fullmatch(r"[a-z0-9-]{1,60}", header) for header in found.headers)
    if not found.proxies or not found.header or not found.name or not is_named or found.leaves_claim:
        raise ValueError
    if found.headers and {"authorization", "cookie", "host", "x-forwarded-for"} & set(found.headers):
        raise ValueError
    return found


def mail_in(value: Given) -> MailIn:
    found: MailIn = _converted(value, MailIn)
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,10}@[A-Za-z0-9.-]{1,190}", found.address):
        raise ValueError  # with a token it must not be longer than 64 signs before the @
    if found.lmtp:
        _host, _colon, port = found.lmtp.rpartition(":")
        if not _host or not 1 <= int(port) <= 65535:
            raise ValueError
    if found.imap:
        parts = urlsplit(found.imap)
        is_near = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if parts.scheme != "imaps" and not (parts.scheme == "imap" and is_near):
            raise ValueError
        if not (parts.hostname and parts.username and parts.password):
            raise ValueError
        _ = parts.port
    if not (found.lmtp or found.imap):
        raise ValueError
    return found


def _converted(value: Given, type_: type[Kind]) -> Kind:
    try:
        return msgspec.convert(json.loads(value) if isinstance(value, str) else value, type_)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error
