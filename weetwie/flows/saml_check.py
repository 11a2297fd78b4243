"""What an administrator is shown of providers that speak SAML: what to enter there, and whether they can be reached and believed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from weetwie.context import Site
from weetwie.database.pool import Database
from weetwie.errors import Forbidden, Invalid, NotFound, Unavailable, _
from weetwie.flows.saml import SamlSignOn, own_keys
from weetwie.runtime import clock

_NONE_SET: Final = _("No SAML provider is set. See saml.md in the documentation.")
_ENDED: Final = _("All certificates of {provider} have expired.")
_WORKS: Final = _("Works: the metadata of every provider can be read.")


class ShownProvider(msgspec.Struct, frozen=True, kw_only=True):
    """One provider, with all that it has to be told."""

    name: str
    entity_id: str
    addresses: Sequence[tuple[str, str]]
    """What each is called (a sentence of ours), and the address."""
    ends: Sequence[datetime] = ()
    """Of its certificates."""
    has_logout: bool = False
    why_not: str = ""
    """Why it cannot be read."""


class ShownKey(msgspec.Struct, frozen=True):
    """One of ours."""

    ends_at: datetime
    signs: bool


async def test(database: Database, site: Site) -> str:
    """For the page of connections. Raises NotFound, Unavailable, Forbidden, Invalid."""
    if not site.saml:
        raise NotFound(_NONE_SET)
    for told in site.saml:
        found = await SamlSignOn(told, database, site).newest()
        if all(one < clock.now() for one in found.ends):
            raise Invalid(_ENDED, provider=told.name)
    await own_keys(database, site)
    return _WORKS


async def shown(database: Database, site: Site) -> tuple[Sequence[ShownProvider], Sequence[ShownKey]]:
    if not site.saml:
        return [], []
    kept = await own_keys(database, site)
    keys = [ShownKey(one.ends_at, one is kept.keys[0]) for one in kept.keys]
    return [await _shown(SamlSignOn(told, database, site)) for told in site.saml], keys


async def _shown(provider: SamlSignOn) -> ShownProvider:
    us, told = await provider.ourselves(), provider.told
    addresses = (
        (_("Metadata (entity ID)"), us.entity_id),
        (_("Answers (ACS)"), us.answers),
        (_("Logout (SLO)"), us.logout),
    )
    try:
        found = await provider.trusted()
    except (Unavailable, Forbidden) as refusal:
        return ShownProvider(
            name=told.name, entity_id=told.entity_id, addresses=addresses, why_not=str(refusal)
        )
    return ShownProvider(
        name=told.name,
        entity_id=told.entity_id,
        addresses=addresses,
        ends=found.ends,
        has_logout=bool(found.logout),
    )
