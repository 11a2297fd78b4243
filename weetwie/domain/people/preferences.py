"""How a person likes to write: what their apps begin with."""

import msgspec
from sqlalchemy import BigInteger, select

from weetwie.access.enums import QuotePolicy, Ring, Visibility
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.errors import or_not_found
from weetwie.tables.people import Person

_PREFERENCES = Query(
    select(
        Person.default_visibility,
        Person.default_sensitive,
        Person.default_language,
        Person.default_quote_policy,
        Person.default_ring,
        Person.profile_ring,
        Person.pages_language,
        Person.theme,
        Person.density,
        Person.has_single_keys,
        Person.attribution_domains,
    ).where(Person.id == param("id", BigInteger))
)


class Preferred(msgspec.Struct, frozen=True):
    visibility: Visibility
    is_sensitive: bool
    language: str | None
    quote_policy: QuotePolicy
    ring: Ring | None
    """None is as the organisation has it."""
    profile_ring: Ring
    pages_language: str | None
    theme: str
    density: str
    has_single_keys: bool
    attribution_domains: list[str]


async def preferences(db: Db, viewer: Viewer) -> Preferred:
    row = or_not_found(await db.row(_PREFERENCES, id=viewer.person_id))
    return Preferred(
        Visibility(row["default_visibility"]),
        row["default_sensitive"],
        row["default_language"],
        QuotePolicy(row["default_quote_policy"]),
        None if row["default_ring"] is None else Ring(row["default_ring"]),
        Ring(row["profile_ring"]),
        row["pages_language"],
        row["theme"],
        row["density"],
        row["has_single_keys"],
        list(row["attribution_domains"]),
    )
