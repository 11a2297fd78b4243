"""What an entry says of a person: values as directories write them, made plain. Pure."""

import hashlib
import re
import uuid
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from weetwie.ldap.connection import LdapEntry
from weetwie.ldap.names import escaped, escaped_bytes, plain
from weetwie.settings import Directory

CHANGED: Final = {"ldap": "modifyTimestamp", "active-directory": "uSNChanged"}
_OFF: Final = 2
"""Of `userAccountControl`: ACCOUNTDISABLE."""
_LOCKS: Final = ("userAccountControl", "nsAccountLock", "pwdAccountLockedTime")
_FIRST_FILETIME: Final = datetime(1601, 1, 1, tzinfo=UTC)
_FIRST_DAY: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FAR: Final = 3_000_000
"""Days from 1601; what is later is never."""


class DirectoryPerson(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    """The same however the entry is renamed or moved."""
    dn: str
    login: str
    name: str
    address: str
    own_address: str
    unit: str
    place: str
    language: str
    manager_dn: str
    photo_digest: bytes
    is_enabled: bool
    ends_at: datetime | None
    groups: tuple[str, ...] = ()
    """Of those that mean something here, as they are set."""

    @property
    def known_as(self) -> str:
        return plain(self.dn)


def attributes(told: Directory) -> list[str]:
    given = (
        told.id_attribute,
        told.login_attribute,
        told.name_attribute,
        "cn",
        told.email_attribute,
        told.own_email_attribute,
        told.unit_attribute,
        told.place_attribute,
        told.manager_attribute,
        told.photo_attribute,
        told.language_attribute,
        told.end_attribute,
        CHANGED[told.kind],
        *_LOCKS,
    )
    return list(dict.fromkeys(name for name in given if name))


def person(told: Directory, entry: LdapEntry) -> DirectoryPerson | None:
    """None where it has no id or no name to log in with: such an entry is nobody."""
    id, login = identifier(told, entry.bytes(told.id_attribute)), entry.text(told.login_attribute)
    if not id or not login:
        return None
    photo = entry.bytes(told.photo_attribute)
    return DirectoryPerson(
        id=id,
        dn=entry.dn,
        login=login,
        name=entry.text(told.name_attribute) or entry.text("cn"),
        address=entry.text(told.email_attribute, 254),
        own_address=entry.text(told.own_email_attribute, 254),
        unit=entry.text(told.unit_attribute),
        place=entry.text(told.place_attribute),
        language=entry.text(told.language_attribute, 35),
        manager_dn=entry.text(told.manager_attribute, 2000),
        photo_digest=hashlib.sha256(photo).digest() if photo else b"",
        is_enabled=_is_enabled(entry),
        ends_at=moment(entry.text(told.end_attribute)),
    )


def identifier(told: Directory, value: bytes) -> str:
    """The 16 bytes of an objectGUID as they are usually written; text as it is."""
    if _is_guid(told) and len(value) == 16:
        return str(uuid.UUID(bytes_le=value))
    return value.decode("utf-8", "replace").strip()[:100]


def wanted(told: Directory, id: str) -> str:
    """The filter for the entry with this id."""
    value = escaped(id)
    if _is_guid(told):
        # One that is none was stored when another attribute was set.
        with suppress(ValueError):
            value = escaped_bytes(uuid.UUID(id).bytes_le)
    return f"({told.id_attribute}={value})"


def _is_guid(told: Directory) -> bool:
    return told.id_attribute.lower() == "objectguid"


def _is_enabled(entry: LdapEntry) -> bool:
    if (_number(entry.text("userAccountControl")) or 0) & _OFF:
        return False
    return entry.text("nsAccountLock").lower() != "true" and not entry.text(
        "pwdAccountLockedTime"
    ).startswith("0000")


def moment(written: str) -> datetime | None:
    """An end as directories write it: days (shadowExpire), ticks (accountExpires), GeneralizedTime, or a date. None is never."""
    number = _number(written)
    try:
        if number is not None and len(written) not in (14, 8):
            return _counted(number)
        digits = written.partition(".")[0].rstrip("Z").replace("-", "")
        form = {14: "%Y%m%d%H%M%S", 12: "%Y%m%d%H%M", 8: "%Y%m%d"}.get(len(digits))
        return datetime.strptime(digits, form).replace(tzinfo=UTC) if form else None
    except (ValueError, OverflowError):
        return None


def _number(written: str) -> int | None:
    return int(written) if re.fullmatch(r"-?[0-9]+", written) else None


def _counted(number: int) -> datetime | None:
    if number <= 0:
        return None
    if number < 1_000_000:
        return _FIRST_DAY + timedelta(days=number)
    days = number // 10_000_000 // 86400
    return _FIRST_FILETIME + timedelta(microseconds=number // 10) if days < _FAR else None
