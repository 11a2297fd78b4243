"""Somebody arrives: the one way in for a person, from wherever they come. Whoever looks after people makes them by `add`; those who
were invited (`onboard.py`), the directory (`directory.py`) and sign-on (`sign_on.py`) come by the same `come`."""

from typing import Final

import msgspec

from weetwie.context import Context
from weetwie.domain.identity import addresses, passwords
from weetwie.domain.people.claim import claim, claimable
from weetwie.domain.people.create import create
from weetwie.domain.people.profile import change
from weetwie.domain.people.rules import Changes, Newcomer
from weetwie.errors import Conflict

_MOST_NAMESAKES: Final = 200
_NOTHING: Final = Changes()


async def known_by(context: Context, address: str) -> int | None:
    """Who came with an import under this address and has not joined yet."""
    secret = await addresses.hash_key(context.db)
    return await claimable(context.db, addresses.hashed(secret, address)) if address else None


async def come(
    context: Context, newcomer: Newcomer, imported: int | None = None, *, is_numbered: bool = False
) -> int:
    """Somebody new, or who came with an import and takes over what was brought in as theirs. Where handles are made by a
    machine, the first has the handle itself, namesakes a number behind it. Raises Conflict for a handle that is taken."""
    for number in range(1, _MOST_NAMESAKES if is_numbered else 2):
        handle = newcomer.handle if number == 1 else f"{newcomer.handle}{number}"
        one = msgspec.structs.replace(newcomer, handle=handle)
        try:
            if imported is None:
                return await create(context.db, context.viewer, one)
            return await claim(context.db, context.viewer, imported, one)
        except Conflict:
            if not is_numbered:
                raise
    raise Conflict


async def add(
    context: Context,
    newcomer: Newcomer,
    address: str,
    password_hash: str | None = None,
    told: Changes = _NOTHING,
) -> int:
    """By whoever looks after people; the address counts as theirs from now on. `told` is what else is known of them."""
    person_id = await come(context, newcomer, await known_by(context, address))
    if told != _NOTHING:
        await change(context.db, context.viewer, person_id, told)
    await addresses.add(context.db, person_id, address, is_verified=True)
    if password_hash is not None:
        await passwords.put(context.db, context.viewer, person_id, password_hash, notifies=False)
    return person_id
