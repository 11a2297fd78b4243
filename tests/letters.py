"""Letters that wait to be sent, with their texts opened."""

import msgspec

from tests.world import World
from weetwie.security import sealing


class Waiting(msgspec.Struct, frozen=True):
    address: str
    subject: str
    text: str


async def waiting(world: World) -> list[Waiting]:
    """In the order in which they were written."""
    rows = await world.connection.fetch("select address, subject, text from letters order by id")
    return [
        Waiting(one["address"], one["subject"], _text(one["address"], bytes(one["text"]))) for one in rows
    ]


def _text(address: str, sealed: bytes) -> str:
    return sealing.opened("letters.text", address, sealed).decode() if sealed else ""


async def taken(world: World) -> list[Waiting]:
    """The same, and they are gone afterwards."""
    found = await waiting(world)
    await world.connection.execute("delete from letters")
    return found
