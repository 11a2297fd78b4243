"""Others by whom this installation lives: the directory, a proxy, whoever hands mail in. (Single sign-on: `sign_on.py`.)"""

import ipaddress
import json
import re
from collections.abc import Mapping
from typing import Final, Literal
from urllib.parse import urlsplit

import msgspec

from weetwie.settings.sign_on import SignOnSource, converted
from weetwie.settings.values import Given


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


def directory(value: Given) -> Directory:
    given = json.loads(value) if isinstance(value, str) else value
    if not isinstance(given, Mapping):
        raise TypeError
    found: Directory = converted({**_USUAL[str(given.get("kind", ""))], **given}, Directory)
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
    found: RemoteUser = converted(value, RemoteUser)
    for proxy in found.proxies:
        ipaddress.ip_network(proxy, strict=False)
    is_named = all(re.fullmatch(r"[a-z0-9-]{1,60}", header) for header in found.headers)
    if not found.proxies or not found.header or not found.name or not is_named or found.leaves_claim:
        raise ValueError
    if found.headers and {"authorization", "cookie", "host", "x-forwarded-for"} & set(found.headers):
        raise ValueError
    return found


def mail_in(value: Given) -> MailIn:
    found: MailIn = converted(value, MailIn)
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
