"""Push: what a device is told, encrypted for it alone, against a push service on loopback."""

import base64
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

import http_ece
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

from tests.loopback import Quiet, served_by
from tests.world import Someone, World
from weetwie import reactions
from weetwie.access.authenticate import Memory
from weetwie.access.enums import Ring, Visibility
from weetwie.access.viewer import system
from weetwie.domain.identity import tokens
from weetwie.domain.notifications import notify, push, push_out
from weetwie.domain.people.leave import leave
from weetwie.domain.posts.remove import remove
from weetwie.errors import Invalid
from weetwie.events import PeopleNotified, PostPublished
from weetwie.http import webpush
from weetwie.http.webpush import Device, Sender
from weetwie.runtime import clock
from weetwie.serve import doctor

SEED = bytes(range(32))
EVERYTHING = ["mention", "favourite", "follow"]


@dataclass
class Service:
    """A push service that answers as it is told to."""

    address: str = ""
    status: int = 201
    headers: dict[str, str] = field(default_factory=dict)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def service() -> Iterator[Service]:
    found = Service()

    class Handler(Quiet, BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            headers = {name.lower(): value for name, value in self.headers.items()}
            found.got.append((headers, self.rfile.read(length)))
            self.send_response(found.status)
            for name, value in found.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", "0")
            self.end_headers()

    with served_by(Handler) as found.address:
        yield found


class Phone:
    """Its own keys, and how it reads what is meant for it."""

    def __init__(self, address: str, *, is_standard: bool = True) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.device = Device(f"{address}/p/1", point, b"0123456789abcdef", is_standard)

    def read(self, headers: dict[str, str], body: bytes) -> dict[str, Any]:
        more: dict[str, Any] = {}
        version = headers["content-encoding"]
        if version == "aesgcm":
            salt = re.fullmatch(r"salt=([\w-]+)", headers["encryption"])
            ours = re.match(r"dh=([\w-]+);", headers["crypto-key"])
            assert salt and ours
            more = {"salt": webpush.decoded(salt[1]), "dh": webpush.decoded(ours[1])}
        read: dict[str, Any] = msgspec.json.decode(
            http_ece.decrypt(
                body, private_key=self._key, auth_secret=self.device.auth, version=version, **more
            )
        )
        return read


@pytest.fixture
async def sender() -> AsyncIterator[Sender]:
    sender = Sender(SEED, "mailto:a@house.example", "Weetwie", allows=lambda _: True, only_https=False)
    yield sender
    await sender.close()


@pytest.fixture
async def world(dsn: str) -> AsyncIterator[World]:
    world = await World.open(dsn, is_kept=True)
    reactions.attach(world.database)
    yield world
    await world.close()


async def subscribed(
    world: World, someone: Someone, device: Device, *, policy: str = "all", kinds: list[str] | None = None
) -> None:
    sealed = webpush.seal(SEED, someone.token)
    viewer = await world.viewer(someone)
    await push.subscribe(world.db, viewer, device, kinds or EVERYTHING, policy, sealed, only_https=False)


async def mention(world: World, author: Someone, told: Someone, **more: Any) -> int:
    """Somebody is told, and it is queued for their devices."""
    post = await world.post(author, more.pop("text", "Look at this"), mentions=[told], **more)
    viewer = system((await world.viewer()).policy)
    await notify.mentioned(world.db, viewer, [PostPublished(post)])
    ids = [
        row["id"]
        for row in await world.connection.fetch("select id from notifications where post_id = $1", post)
    ]
    for _twice in range(2):
        await push_out.queue(world.db, viewer, [PeopleNotified(ids)])
    return post


async def send(world: World, sender: Sender) -> int:
    """All that is due; returns how many messages were taken up."""
    count = 0
    while claimed := await push_out.claim(world.database, Memory(), sender, "https://house.example"):
        await push_out.deliver(world.database, sender, claimed)
        count += 1
    return count


@pytest.mark.parametrize("is_standard", [True, False])
async def test_a_device_alone_can_read_what_it_is_told_and_sees_who_says_it(
    world: World, sender: Sender, is_standard: bool
) -> None:
    ada, bo = await world.member("ada", name="Ada"), await world.member("bo", default_language="nl")
    with service() as there:
        phone = Phone(there.address, is_standard=is_standard)
        await subscribed(world, bo, phone.device)
        await mention(world, ada, bo)
        assert await send(world, sender) == 1
        ((headers, body),) = there.got
    read = phone.read(headers, body)
    assert (read["access_token"], read["notification_type"]) == (bo.token, "mention")
    assert "Ada" in read["title"] and read["body"] == "Look at this" and read["preferred_locale"] == "nl"
    assert set(read) == {
        "access_token", "preferred_locale", "notification_id", "notification_type", "icon", "title", "body",
    }  # fmt: skip
    assert b"Look" not in body and int(headers["ttl"]) > 0 and headers["urgency"] == "high"
    check_signature(headers, there.address, is_standard=is_standard)


def check_signature(headers: dict[str, str], audience: str, *, is_standard: bool) -> None:
    """RFC 8292: a token that the key beside it has signed, for this service and a while."""
    if is_standard:
        found = re.fullmatch(r"vapid t=([\w.-]+), k=([\w-]+)", headers["authorization"])
        assert found
        token, key = found.groups()
    else:
        token = headers["authorization"].removeprefix("WebPush ")
        key = headers["crypto-key"].partition("p256ecdsa=")[2]
    assert key == webpush.public_key(SEED)
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), webpush.decoded(key))
    claims = jwt.decode(token, ECKey.import_key(point)).claims
    assert claims["aud"] == audience and claims["sub"] == "mailto:a@house.example"
    assert 0 < claims["exp"] - clock.now().timestamp() <= 24 * 3600


async def test_a_device_hears_of_what_it_wants_from_whom_it_wants_and_once(
    world: World, sender: Sender
) -> None:
    ada, bo, cy, di = [await world.member(handle) for handle in ("ada", "bo", "cy", "di")]
    await world.follow(bo, ada)
    with service() as there:
        await subscribed(world, bo, Phone(there.address).device, policy="followed")
        await subscribed(world, cy, Phone(there.address).device, kinds=["favourite"])
        await subscribed(world, di, Phone(there.address).device, policy="none")
        await mention(world, ada, bo)
        for told in (bo, di):
            await mention(world, cy, told)
        await mention(world, ada, cy)
        assert await send(world, sender) == 1
        assert await send(world, sender) == 0
        assert len(there.got) == 1


async def test_what_is_no_longer_to_be_seen_when_it_is_sent_is_not_sent(world: World, sender: Sender) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    with service() as there:
        await subscribed(world, bo, Phone(there.address).device)
        gone = await mention(world, ada, bo)
        await remove(world.db, await world.viewer(ada), gone)
        hidden = await mention(world, ada, bo, ring=Ring.colleagues, visibility=Visibility.public)
        await world.block(ada, bo)
        assert hidden
        await send(world, sender)
        assert there.got == []
        assert await world.connection.fetchval("select count(*) from push_messages") == 0


async def test_whoever_leaves_or_takes_a_token_back_is_told_nothing_more_on_that_device(
    world: World, sender: Sender
) -> None:
    ada, bo, cy = [await world.member(handle) for handle in ("ada", "bo", "cy")]
    chief = await world.viewer(await world.member("chief", is_admin=True))
    with service() as there:
        for someone in (bo, cy):
            await subscribed(world, someone, Phone(there.address).device)
            await mention(world, ada, someone)
        theirs = await world.viewer(cy)
        async with world.database.transaction() as db:
            await leave(db, chief, bo.id)
            await tokens.revoke_one(db, theirs, theirs.token_id)
        assert await send(world, sender) == 0 and there.got == []
        assert await world.connection.fetchval("select count(*) from push_subscriptions") == 0


async def test_a_service_that_knows_nobody_ends_the_subscription(world: World, sender: Sender) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    with service() as there:
        there.status = 410
        await subscribed(world, bo, Phone(there.address).device)
        await mention(world, ada, bo)
        assert await send(world, sender) == 1
        assert await push.subscription(world.db, await world.viewer(bo)) is None


async def test_where_a_service_is_out_of_order_a_device_rests_and_others_do_not(
    world: World, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, bo, cy = [await world.member(handle) for handle in ("ada", "bo", "cy")]
    with service() as down, service() as there:
        down.status, down.headers = 503, {"retry-after": "120"}
        await subscribed(world, bo, Phone(down.address).device)
        await subscribed(world, cy, Phone(there.address).device)
        for _time in range(3):
            await mention(world, ada, bo)
        await mention(world, ada, cy)
        assert await send(world, sender) == 2, "one try for the one that is down, not three"
        assert (len(down.got), len(there.got)) == (1, 1)
        now = clock.now()
        monkeypatch.setattr(clock, "now", lambda: now + timedelta(seconds=100))
        assert await send(world, sender) == 0, "as long as it asked for"
        monkeypatch.setattr(clock, "now", lambda: now + timedelta(seconds=130))
        down.status = 201
        assert await send(world, sender) == 3
        monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=3))
        await mention(world, ada, bo)
        assert len(down.got) == 4


@pytest.mark.parametrize("status", [401, 403])
async def test_where_a_service_does_not_take_our_signature_no_device_is_given_up_and_it_is_told(
    world: World, sender: Sender, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    now = clock.now()
    with service() as there:
        there.status = status
        await subscribed(world, bo, Phone(there.address).device)
        await mention(world, ada, bo)
        for hour in range(25):
            monkeypatch.setattr(clock, "now", lambda hour=hour: now + timedelta(hours=hour, minutes=1))
            assert await send(world, sender) == 1
            assert await send(world, sender) == 0, "it rests"
        count, why = await push_out.stuck(world.db)
        assert count == 1 and str(status) in why
        found = [one async for one in doctor.inside(world.database)]
        assert "push" in [one.about for one in found if one.state == "wrong"]
        there.status = 201
        monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=26))
        assert await send(world, sender) == 1
        assert await push_out.stuck(world.db) == (0, "")


async def test_a_message_that_is_too_large_is_let_go_and_the_device_stays(
    world: World, sender: Sender
) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    with service() as there:
        there.status = 413
        await subscribed(world, bo, Phone(there.address).device)
        await mention(world, ada, bo)
        assert (await send(world, sender), await send(world, sender)) == (1, 0)
        there.status = 201
        await mention(world, ada, bo)
        assert await send(world, sender) == 1


async def test_a_service_may_say_a_moment_until_which_it_wants_to_rest(
    world: World, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    now = clock.now()
    with service() as there:
        there.status = 429
        there.headers = {"retry-after": format_datetime(now + timedelta(hours=3), usegmt=True)}
        await subscribed(world, bo, Phone(there.address).device)
        await mention(world, ada, bo)
        assert await send(world, sender) == 1
        there.status = 201
        monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=2, minutes=50))
        assert await send(world, sender) == 0
        monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=3, minutes=10))
        assert await send(world, sender) == 1


async def test_nothing_is_pushed_into_the_own_network_unless_that_is_wanted(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    careful = Sender(SEED, "mailto:a@house.example", "Weetwie", only_https=False)
    with service() as there:
        await subscribed(world, bo, Phone(there.address).device)
        await mention(world, ada, bo)
        assert await send(world, careful) == 1
        assert there.got == []
    await careful.close()


async def test_what_is_no_subscription_is_refused(world: World) -> None:
    bo = await world.viewer(await world.member("bo"))
    good = Phone("https://push.example").device
    bad = [
        msgspec.structs.replace(good, endpoint=endpoint)
        for endpoint in (
            "http://push.example/1",
            "https://127.0.0.1/1",
            "https://[::1]/1",
            "ftp://x",
            "",
            "https://u@x",
        )
    ]
    bad += [
        msgspec.structs.replace(good, p256dh=b"\4" + bytes(64)),
        msgspec.structs.replace(good, auth=b"short"),
    ]
    for device in bad:
        with pytest.raises(Invalid):
            await push.subscribe(world.db, bo, device, EVERYTHING, "all", b"")
    with pytest.raises(Invalid):
        await push.subscribe(world.db, bo, good, EVERYTHING, "sometimes", b"")
    await push.subscribe(world.db, bo, good, EVERYTHING, "all", b"")


def test_keys_are_read_in_either_alphabet_and_padded_or_not() -> None:
    content = bytes(range(250, 256)) * 3
    forms = {
        base64.b64encode(content).decode(),
        base64.urlsafe_b64encode(content).decode(),
        webpush.encoded(content),
    }
    assert len(forms) >= 2 and {webpush.decoded(form) for form in forms} == {content}
