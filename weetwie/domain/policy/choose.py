"""The organisation chooses anew: its name, its rules, how wide people may write."""

from typing import Any

import msgspec
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import JSONB

from weetwie.access import may
from weetwie.access.policy import Policy, from_choices
from weetwie.access.viewer import Viewer
from weetwie.errors import Forbidden, Invalid, _
from weetwie.events import audit
from weetwie.kit import clock
from weetwie.kit.db import Db, Query, param
from weetwie.tables.policy import PolicyRow

_HOLD = Query(select(PolicyRow.version, PolicyRow.choices).with_for_update())
_CHOOSE = Query(update(PolicyRow).values(version=PolicyRow.version + 1, choices=param("choices", JSONB)))


async def held(db: Db, viewer: Viewer) -> Policy:
    """What is chosen now; nobody else changes it until the transaction ends. Raises Forbidden."""
    if not may.administer(viewer, clock.now()):
        raise Forbidden
    row = await db.row(_HOLD)
    assert row is not None, "there is always one policy"
    return from_choices(row["version"], row["choices"])


async def choose(db: Db, viewer: Viewer, changes: dict[str, Any]) -> Policy:
    """The other choices stay. Raises Forbidden, and Invalid for what cannot be chosen or not like this."""
    before = await held(db, viewer)
    unknown = changes.keys() - set(Policy.__struct_fields__) | changes.keys() & {"version"}
    if unknown:
        raise Invalid(_("There is no such choice: {name}."), name=min(unknown))
    plain = msgspec.to_builtins(before) | changes
    version = plain.pop("version")
    try:
        after = from_choices(version + 1, plain)
    except msgspec.ValidationError as error:
        raise Invalid(_("This cannot be chosen: {why}."), why=str(error)) from None
    defaults = msgspec.to_builtins(Policy())
    choices = {name: value for name, value in msgspec.to_builtins(after).items() if value != defaults[name]}
    choices.pop("version", None)
    await db.run(_CHOOSE, choices=choices)
    await audit(db, viewer, "policy.choose")
    return after
