"""The signed statement: what was signed here is known again, and nothing else."""

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.world import World
from weetwie.access.viewer import Viewer, system
from weetwie.domain.policy import statement
from weetwie.errors import Forbidden, Invalid

SEED, OTHER = bytes(range(32)), bytes(32)


async def house(world: World) -> Viewer:
    return system((await world.viewer()).policy)


async def made(world: World, seed: bytes = SEED) -> bytes:
    return await statement.statement(world.db, await house(world), seed, "https://house.example", "1.0")


async def test_a_statement_says_what_holds_and_whether_it_still_does(world: World) -> None:
    await world.policy(works_council=True, name="Hafen ☃")
    content = await made(world)
    found = statement.verify(await house(world), content, SEED)
    assert (found.is_of_now, found.works_council, found.differs) == (True, True, [])
    council = json.loads(content)["statement"]["works_council"]
    assert council["is_on"] is True and council["fewest_people_behind_a_number"] == 10
    assert not any(council[name] for name in council if name.endswith(("statistics", "told", "activity")))
    await world.policy(works_council=False)
    found = statement.verify(await house(world), content, SEED)
    assert (found.is_of_now, found.works_council, found.differs) == (False, True, ["works_council"])


async def test_it_can_be_checked_without_anything_of_ours(world: World) -> None:
    await world.policy(name='Hafen ☃ "ß"')
    given = json.loads(await made(world))
    signed = json.dumps(
        given["statement"], sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode()
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(given["public_key"]))
    key.verify(base64.b64decode(given["signature"]), signed)
    assert given["public_key"] == statement.public_key(SEED)


async def test_what_was_changed_or_signed_elsewhere_is_none(world: World) -> None:
    content = await made(world)
    changed = json.loads(content)
    changed["statement"]["works_council"]["is_on"] = True
    unsigned = {**json.loads(content), "signature": "AAAA"}
    for wrong in (
        json.dumps(changed).encode(),
        json.dumps(unsigned).encode(),
        await made(world, OTHER),
        b"",
        b"[]",
        b'{"statement":1}',
        b"\xff",
        content[:-20],
    ):
        with pytest.raises(Invalid):
            statement.verify(await house(world), wrong, SEED)


async def test_it_is_for_administrators(world: World) -> None:
    bo = await world.viewer(await world.member("bo"))
    with pytest.raises(Forbidden):
        await statement.statement(world.db, bo, SEED, "https://house.example", "1.0")
