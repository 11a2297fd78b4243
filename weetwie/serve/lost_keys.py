"""A key that is lost for good: what goes with it, and what is made anew; also after a backup was brought back."""

from typing import Final

import msgspec

from weetwie.access.authenticate import Memory
from weetwie.access.viewer import system
from weetwie.database.pool import Db, prepare_connection
from weetwie.domain.identity import addresses
from weetwie.events import audit
from weetwie.security import sealing
from weetwie.security.sealing import Keys
from weetwie.serve.keys import (
    alone,
    check_of,
    connected,
    new,
    opens,
    place,
    put_check,
    read,
    ready,
    seal_all,
    write,
)
from weetwie.settings import Settings


class LostKeys(msgspec.Struct, frozen=True):
    """What goes with a key that is lost."""

    people: list[str]
    """Who has one-time codes that no longer fit: they need a recovery code, or an administrator who resets them."""
    devices: int
    """That were told by push, and have to be switched on again."""
    sessions: int
    """That began with a provider, and are no longer signed out there."""
    addresses: int
    """Of people who have not joined, and that were kept as a hash alone: they are not recognised any more."""


async def is_lost(settings: Settings, dsn: str) -> bool:
    """Whether no key that is here opens what the database holds."""
    async with connected(dsn) as connection:
        check = await check_of(connection)
    found = read(settings)
    return check is not None and not (found and opens(Keys(found), check))


async def take_over(settings: Settings, dsn: str, given: list[bytes]) -> LostKeys | None:
    """After a backup was brought back; `given` are the keys of where it was made. None where nothing was lost."""
    found = read(settings)
    if given and not found:
        write(place(settings), found := given)
    async with connected(dsn) as connection:
        check = await check_of(connection)
        keys = Keys([*found, *given]) if found or given else None
        if check is not None and not (keys and opens(keys, check)):
            return await lost(settings, dsn)
        if check is not None and keys and not keys.are_newest_in(check):
            async with alone(connection):
                await seal_all(connection, keys, keys.open)
    await ready(settings, dsn)
    return None


async def lost(settings: Settings, dsn: str) -> LostKeys:
    """Makes anew what can be made anew, with the key that is here or a new one. Nobody's second factor is taken away."""
    found = read(settings)
    if not found:
        write(place(settings), found := [new()])
    keys = Keys(found, lambda: read(settings) or found)
    sealing.hold(keys)
    async with connected(dsn) as connection, alone(connection):
        told = LostKeys(
            [row[0] for row in await connection.fetch(_PEOPLE)],
            await connection.fetchval("select count(*) from push_subscriptions"),
            await connection.fetchval("select count(*) from sessions where identity_id is not null"),
            await connection.fetchval("select count(*) from addresses where address is null"),
        )
        for statement in _FORGET:
            await connection.execute(statement)
        await prepare_connection(connection)
        db = Db(connection)
        await addresses.hash_again(db)
        await audit(db, system(await Memory(0).policy(db)), "key.lost")
        await put_check(connection, keys)
    return told


_PEOPLE: Final = """
    select handle from people join one_time on person_id = people.id where confirmed_at is not null order by handle
"""
_FORGET: Final = (
    "delete from secrets",
    "delete from one_time where confirmed_at is null",
    "delete from push_subscriptions",
    "delete from sign_ons",
    "delete from audit_keys",
    "update sessions set id_token = ''",
    # Their owners make new secrets; those of before sign nothing any more.
    "update webhooks set off_at = coalesce(off_at, now()), old_secret = '', old_until = null",
)
