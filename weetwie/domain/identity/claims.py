"""What the claims of a provider mean here. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

import msgspec

from weetwie.access.enums import Role
from weetwie.domain.identity import rules
from weetwie.errors import Forbidden, Invalid, _
from weetwie.runtime.json import Json
from weetwie.settings import SignOnSource
from weetwie.text.signs import bare_address, normal

_NOT_IN: Final = _("Your {provider} account isn't in a group that can log in here. Ask an administrator.")
_NOT_PLAIN = re.compile(r"[^a-z0-9_]+")


class ClaimedPerson(msgspec.Struct, frozen=True, kw_only=True):
    """A person as their provider tells of them; empty is what it does not say."""

    handle: str
    name: str
    address: str
    is_verified: bool
    unit: str | None
    """None where no claim is set for it."""
    manager: str | None
    picture: str
    language: str
    roles: Mapping[Role, bool]
    """Those that a group decides."""
    has_left: bool = False
    """Whether it says that they are not in the organisation any more."""


def read(provider: SignOnSource, claims: Mapping[str, Json]) -> ClaimedPerson:
    """Raises Forbidden for who is in none of the groups that may come in."""
    groups = _words(_claim(claims, provider.groups_claim))
    if provider.allowed_groups and groups.isdisjoint(provider.allowed_groups):
        raise Forbidden(_NOT_IN, provider=provider.name)
    address = bare_address(_text(claims, provider.email_claim, 254))
    name = _text(claims, provider.name_claim, 80)
    wanted = _text(claims, provider.handle_claim, 254) or address or name
    return ClaimedPerson(
        handle=handle_of(wanted),
        name=name,
        address=address if _is_address(address) else "",
        is_verified=provider.trusts_email or str(claims.get("email_verified")).lower() == "true",
        unit=_text(claims, provider.unit_claim, 255) if provider.unit_claim else None,
        manager=_text(claims, provider.manager_claim, 255) if provider.manager_claim else None,
        picture=_text(claims, provider.picture_claim, 2000),
        language=_text(claims, provider.language_claim, 35).replace("_", "-").split("-")[0].lower(),
        roles={role: not groups.isdisjoint(named) for role, named in _deciding(provider).items() if named},
        has_left=_has_left(provider, claims),
    )


def _has_left(provider: SignOnSource, claims: Mapping[str, Json]) -> bool:
    """Whoever is something else as well (a former student who works here now) has not."""
    found = _claim(claims, provider.leaves_claim)
    each = found if isinstance(found, list) else [found]
    said = {str(one).casefold() for one in each if isinstance(one, str | bool | int)}
    return bool(said) and said <= {value.casefold() for value in provider.leaves_values}


def _deciding(provider: SignOnSource) -> dict[Role, tuple[str, ...]]:
    return {
        Role.administrator: provider.admin_groups,
        Role.people_admin: provider.people_admin_groups,
        Role.moderator: provider.moderator_groups,
    }


def handle_of(text: str) -> str:
    """A handle that resembles a name or an address: `Zoë.Smit@house.example` is zoe_smit."""
    local = text.partition("@")[0]
    plain = "".join(letter for letter in normal("NFKD", local) if not unicodedata.combining(letter))
    return _NOT_PLAIN.sub("_", plain.lower()).strip("_")[:30].strip("_") or "person"


def _claim(claims: Mapping[str, Json], path: str) -> Json:
    """By its whole name first, for names may have dots in them; then step by step."""
    if not path or path in claims:
        return claims.get(path) if path else None
    found: Json = claims
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _text(claims: Mapping[str, Json], path: str, longest: int) -> str:
    found = _claim(claims, path)
    return found.replace("\x00", "").strip()[:longest] if isinstance(found, str) else ""


def _words(found: Json) -> set[str]:
    if isinstance(found, str):
        return {found}
    return {one for one in found if isinstance(one, str)} if isinstance(found, list) else set()


def _is_address(address: str) -> bool:
    try:
        rules.check_address(address)
    except Invalid:
        return False
    return True
