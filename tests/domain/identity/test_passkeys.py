"""Passkeys: an answer is good for once, for what this browser was asked, from somebody who may come in."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tests.world import Someone, World
from weetwie.access.authenticate import Memory
from weetwie.domain.identity import passkeys
from weetwie.domain.identity.passkeys import RelyingParty
from weetwie.errors import Forbidden, Invalid, NotFound
from weetwie.http.webpush import encoded
from weetwie.runtime import clock

HERE = RelyingParty("house.example", "https://house.example", "House")
BROWSER = "a browser"


@dataclass
class Device:
    """Does what an authenticator does (WebAuthn level 3, sections 6.1 and 6.5), with a finger on it or without."""

    has_finger: bool = True
    origin: str = HERE.origin
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    count: int = 0

    @property
    def id(self) -> bytes:
        return hashlib.sha256(str(id(self.key)).encode()).digest()

    def make(self, asked: dict[str, Any]) -> str:
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        attested = bytes(16) + len(self.id).to_bytes(2) + self.id + cbor2.dumps(cose)
        statement = {"fmt": "none", "attStmt": {}, "authData": self._data(asked["rp"]["id"], 0x40) + attested}
        return self._answer("webauthn.create", asked, attestationObject=encoded(cbor2.dumps(statement)))

    def show(self, asked: dict[str, Any]) -> str:
        data, said = self._data(asked["rpId"], 0), self._said("webauthn.get", asked)
        signed = self.key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer("webauthn.get", asked, authenticatorData=encoded(data), signature=encoded(signed))

    def _data(self, host: str, flags: int) -> bytes:
        self.count += 1
        flags |= 1 | (4 if self.has_finger else 0)
        return hashlib.sha256(host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4)

    def _said(self, kind: str, asked: dict[str, Any]) -> bytes:
        return json.dumps({"type": kind, "challenge": asked["challenge"], "origin": self.origin}).encode()

    def _answer(self, kind: str, asked: dict[str, Any], **response: str) -> str:
        name = encoded(self.id)
        response["clientDataJSON"] = encoded(self._said(kind, asked))
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})


async def added(world: World, someone: Someone, device: Device | None = None) -> Device:
    device, viewer = device or Device(), await world.viewer(someone)
    asked = await passkeys.begin_adding(world.db, viewer, HERE, BROWSER)
    await passkeys.add(world.db, viewer, HERE, BROWSER, device.make(asked), "phone")
    return device


async def enter(world: World, answer: str, browser: str = BROWSER) -> int:
    person_id, token = await passkeys.enter(world.db, Memory(), HERE, browser, answer, "agent")
    assert (await Memory().recognise(world.db, session=token)) is not None
    return person_id


async def asked(world: World, browser: str = BROWSER) -> dict[str, Any]:
    return await passkeys.begin_sign_in(world.db, HERE, browser)


async def test_a_device_says_who_it_is_and_is_let_in(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    phone, laptop = await added(world, ada), await added(world, bo)
    assert await enter(world, phone.show(await asked(world))) == ada.id
    assert await enter(world, laptop.show(await asked(world))) == bo.id
    (listed,) = await passkeys.listed(world.db, await world.viewer(ada))
    assert listed.name == "phone" and listed.used_at is not None


async def test_an_answer_is_good_for_once_and_in_the_browser_that_was_asked(world: World) -> None:
    phone = await added(world, await world.member("ada"))
    answer = phone.show(await asked(world))
    with pytest.raises(Invalid):
        await enter(world, answer, "another browser")
    await enter(world, answer)
    with pytest.raises(Invalid):
        await enter(world, answer)


async def test_an_answer_comes_in_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = await added(world, await world.member("ada"))
    answer = phone.show(await asked(world))
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=6))
    with pytest.raises(Invalid):
        await enter(world, answer)


@pytest.mark.parametrize("wrong", ["no finger", "another place", "another key", "an older count", "unknown"])
async def test_what_is_wrong_is_refused(world: World, wrong: str) -> None:
    ada = await world.member("ada")
    phone = await added(world, ada) if wrong != "unknown" else Device()
    match wrong:
        case "no finger":
            phone.has_finger = False
        case "another place":
            phone.origin = "https://evil.example"
        case "another key":
            known, phone.key = phone.id, ec.generate_private_key(ec.SECP256R1())
            await world.connection.execute("update passkeys set credential_id = $1", phone.id)
            assert known != phone.id
        case "an older count":
            await world.connection.execute("update passkeys set sign_count = 1000")
    with pytest.raises(Invalid):
        await enter(world, phone.show(await asked(world)))


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"response": 1}', '{"response": {"clientDataJSON": "e30"}}', "x" * 100]
)
async def test_nonsense_is_refused(world: World, text: str) -> None:
    with pytest.raises(Invalid):
        await enter(world, text)
    with pytest.raises(Invalid):
        await passkeys.add(world.db, await world.viewer(await world.member("ada")), HERE, BROWSER, text, "")


async def test_nobody_adds_a_passkey_for_somebody_else(world: World) -> None:
    ada, bo = [await world.viewer(await world.member(handle)) for handle in ("ada", "bo")]
    asked_of_bo = await passkeys.begin_adding(world.db, bo, HERE, BROWSER)
    with pytest.raises(Invalid):
        await passkeys.add(world.db, ada, HERE, BROWSER, Device().make(asked_of_bo), "")


async def test_whoever_is_not_here_or_comes_by_a_provider_alone_is_not_let_in(world: World) -> None:
    ada, al = await world.member("ada"), await world.alumnus("al")
    phone, other = await added(world, ada), await added(world, al)
    await world.policy(sign_in="sso")
    with pytest.raises(Forbidden):
        await enter(world, phone.show(await asked(world)))
    assert await enter(world, other.show(await asked(world))) == al.id
    await world.suspend(al)
    with pytest.raises(Forbidden):
        await enter(world, other.show(await asked(world)))


async def test_passkeys_are_named_and_removed_by_their_owner_alone(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    phone = await added(world, ada)
    mine, other = await world.viewer(ada), await world.viewer(bo)
    (listed,) = await passkeys.listed(world.db, mine)
    for act in (
        passkeys.remove(world.db, other, listed.id),
        passkeys.rename(world.db, other, listed.id, "x"),
    ):
        with pytest.raises(NotFound):
            await act
    await passkeys.rename(world.db, mine, listed.id, "my phone")
    assert [one.name for one in await passkeys.listed(world.db, mine)] == ["my phone"]
    await passkeys.remove(world.db, mine, listed.id)
    with pytest.raises(Invalid):
        await enter(world, phone.show(await asked(world)))
