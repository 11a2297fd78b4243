"""Webhooks: what is sent is what their owner sees at that moment, signed, tried again, and switched off with a notice."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from tests.hooks.test_hooks import bot
from tests.loopback import Quiet, served_by
from tests.site import act, form_of
from tests.world import Someone, World
from weetwie.access.enums import Ring, Visibility
from weetwie.access.viewer import system
from weetwie.context import Context
from weetwie.domain.identity import passwords
from weetwie.domain.people import assistant
from weetwie.domain.people.leave import leave
from weetwie.domain.webhooks import deliveries, delivery_log, rules, webhooks
from weetwie.errors import Forbidden, Invalid
from weetwie.events import PostPublished
from weetwie.flows import deliver, webhooks as flow
from weetwie.flows.deliver import NO_SECRET
from weetwie.http.send import UNREACHABLE, WebhookSender
from weetwie.runtime import clock
from weetwie.security import sealing
from weetwie.serve.keys import SEALED


@pytest.fixture(autouse=True)
async def _switched_on(world: World) -> None:
    await world.policy(connections=["webhooks", "bots"], widest_ring=Ring.world)


class Program:
    """A program of somebody's, on loopback: keeps what it was sent and answers as it is told."""

    def __init__(self) -> None:
        self.status = 204
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.url = ""


@contextmanager
def _program() -> Iterator[Program]:
    program = Program()

    class Handler(Quiet, BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            program.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(program.status)
            if program.status == 302:
                self.send_header("location", program.url)
            self.send_header("content-length", "0")
            self.end_headers()

    with served_by(Handler) as address:
        program.url = f"{address}/hook"
        yield program


@pytest.fixture
def program() -> Iterator[Program]:
    with _program() as one:
        yield one


@pytest.fixture
async def sender() -> AsyncIterator[WebhookSender]:
    one = WebhookSender("tests", allows=lambda _address: True)
    yield one
    await one.close()


async def hook(world: World, by: Someone, url: str, kind: str = "all", about: str = "") -> tuple[int, str]:
    async with world.database.transaction() as db:
        return await flow.make(Context(db, await world.viewer(by), world.site), url, kind, about)


async def tell(world: World, *posts: int) -> None:
    """As the worker does after a post."""
    async with world.database.transaction() as db:
        await deliveries.queue(db, await world.viewer(), [PostPublished(post) for post in posts])


async def send(world: World, sender: WebhookSender) -> int:
    """What is due, one after the other; how many."""
    sent = 0
    while (taken := await deliver.claim(world.database, world.site)) is not None:
        await deliver.deliver(world.database, world.site, sender, taken)
        sent += 1
    return sent


async def kept(world: World) -> list[Any]:
    return list(await world.connection.fetch("select * from webhook_deliveries order by id"))


async def test_a_library_for_standard_webhooks_takes_what_is_sent(
    world: World, ada: Someone, program: Program, sender: WebhookSender
) -> None:
    _id, secret = await hook(world, ada, program.url)
    post = await world.post(ada, "Hello #pumps", tags=["pumps"])
    await tell(world, post)
    assert await send(world, sender) == 1
    ((headers, body),) = program.got
    payload = Webhook(secret).verify(body, headers)
    assert payload["type"] == "post.published" and payload["data"]["text"] == "Hello #pumps"
    assert payload["data"]["url"] == f"https://house.example/@ada/{post}"
    assert payload["data"]["author"]["handle"] == "ada" and payload["data"]["audience"] == "colleagues"
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body + b" ", headers)
    old = dict(headers, **{"webhook-timestamp": str(int(headers["webhook-timestamp"]) - 3600)})
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body, old)
    (row,) = await kept(world)
    assert (row["state"], row["status"]) == (1, 204)


async def test_only_what_its_owner_sees_is_sent_and_of_the_rest_nothing_stays(
    world: World, ada: Someone, program: Program, sender: WebhookSender
) -> None:
    bo, cy = await world.member("bo"), await world.member("cy")
    await world.block(cy, ada)
    await world.follow(ada, bo)
    id, _secret = await hook(world, ada, program.url)
    seen = await world.post(bo, "For all of us")
    unseen = [
        await world.post(cy, "By one who blocks her"),
        await world.post(bo, "For followers", visibility=Visibility.private),
        await world.post(bo, "Psst", visibility=Visibility.direct, mentions=[ada]),
    ]
    gone = await world.post(bo, "Deleted before it is sent")
    await tell(world, seen, *unseen, gone)
    await world.delete(gone)
    await send(world, sender)
    assert [b"For all of us" in body for _headers, body in program.got] == [True]
    assert [row["post_id"] for row in await kept(world)] == [seen]
    shown = await delivery_log.listed(world.db, await world.viewer(ada), id)
    assert [one.post_id for one in shown] == [seen]


@pytest.mark.parametrize(
    "change",
    ["suspend", "leave", "off", "switched off"],
)
async def test_nothing_is_sent_to_whoever_has_no_access_any_more(
    world: World, ada: Someone, program: Program, sender: WebhookSender, change: str
) -> None:
    bo = await world.member("bo")
    id, _secret = await hook(world, ada, program.url)
    await tell(world, await world.post(bo, "For colleagues"))
    if change == "suspend":
        await world.suspend(ada)
    elif change == "leave":
        await world.leave(ada, dormant=False)
    elif change == "off":
        await world.policy(connections=[])
    else:
        async with world.database.transaction() as db:
            await webhooks.switch(db, await world.viewer(ada), id, is_on=False)
    await send(world, sender)
    assert program.got == [] and await kept(world) == []
    if change in ("off", "switched off"):
        await tell(world, await world.post(bo, "Another"))
        assert await kept(world) == []


async def test_webhooks_end_with_leaving_and_with_a_new_password(world: World, ada: Someone) -> None:
    await hook(world, ada, "https://a.example/")
    async with world.database.transaction() as db:
        hashed = await passwords.hashed("another four words")
        await passwords.put(db, await world.viewer(ada), ada.id, hashed)
    assert await webhooks.own(world.db, await world.viewer(ada)) == []
    await hook(world, ada, "https://a.example/")
    async with world.database.transaction() as db:
        await leave(db, system((await world.viewer()).policy), ada.id)
    assert await world.connection.fetchval("select count(*) from webhooks") == 0


async def test_each_kind_hears_of_its_own(
    world: World, ada: Someone, program: Program, sender: WebhookSender
) -> None:
    bo = await world.member("bo")
    await world.post(bo, "x", ring=Ring.world)
    ci = Someone(await bot(world, ada), "ci")
    posts = {
        "mentions": await world.post(bo, "@ada look", mentions=[ada]),
        "bot": await world.post(bo, "@ci build", mentions=[ci]),
        "questions": await world.post(bo, "Why?", is_question=True),
        "topic": await world.post(bo, "x #pumps", tags=["pumps"]),
        "person": await world.post(ada, "By herself"),
    }
    heard = {}
    for kind, about in (("mentions", ""), ("questions", ""), ("topic", "#Pumps"), ("person", "@ada")):
        id, _secret = await hook(world, ada, program.url, kind, about)
        await tell(world, *posts.values())
        heard[kind] = sorted(row["post_id"] for row in await kept(world) if row["webhook_id"] == id)
    assert heard == {
        "mentions": [posts["mentions"], posts["bot"]],
        "questions": [posts["questions"]],
        "topic": [posts["topic"]],
        "person": [posts["person"]],
    }


async def test_what_fails_is_tried_again_with_the_same_id_later_each_time(
    world: World, ada: Someone, program: Program, sender: WebhookSender
) -> None:
    _id, secret = await hook(world, ada, program.url)
    await tell(world, await world.post(ada, "Hello"))
    program.status = 500
    waits = []
    for _time in range(3):
        await world.connection.execute("update webhook_deliveries set next_at = now()")
        assert await send(world, sender) == 1
        waits.append(await world.connection.fetchval("select next_at - now() from webhook_deliveries"))
    assert waits[0] < waits[1] < waits[2]
    program.status = 200
    await world.connection.execute("update webhook_deliveries set next_at = now()")
    await send(world, sender)
    assert len({headers["webhook-id"] for headers, _body in program.got}) == 1
    for headers, body in program.got:
        Webhook(secret).verify(body, headers)
    assert await world.connection.fetchval("select failing_since from webhooks") is None
    assert await send(world, sender) == 0, "what arrived is sent once"


async def test_one_that_is_moved_is_not_followed_and_private_addresses_are_refused(
    world: World, ada: Someone, program: Program, sender: WebhookSender
) -> None:
    await hook(world, ada, program.url)
    await tell(world, await world.post(ada, "Hello"))
    program.status = 302
    await send(world, sender)
    ((row),) = await kept(world)
    assert len(program.got) == 1 and (row["status"], row["error"]) == (302, "")
    guarded = WebhookSender("tests")
    await world.connection.execute("update webhook_deliveries set next_at = now()")
    await send(world, guarded)
    await guarded.close()
    ((row),) = await kept(world)
    assert len(program.got) == 1 and (row["status"], row["error"]) == (0, UNREACHABLE)


async def test_after_a_week_of_failures_it_is_switched_off_and_its_owner_is_told(
    world: World, ada: Someone, program: Program, sender: WebhookSender, site: httpx.AsyncClient
) -> None:
    async with world.database.transaction() as db:
        await assistant.stand_ready(db, (await world.viewer()).policy)
    id, _secret = await hook(world, ada, program.url)
    await tell(world, await world.post(ada, "Hello"))
    program.status = 500
    await send(world, sender)
    await world.connection.execute("update webhooks set failing_since = now() - interval '8 days'")
    await world.connection.execute("update webhook_deliveries set next_at = now()")
    await send(world, sender)
    (own,) = await webhooks.own(world.db, await world.viewer(ada))
    assert own.off_at is not None
    told = await world.connection.fetchval(
        "select text from post_texts where text like '@ada%' and text like '%switched off%'"
    )
    assert told and f"/settings/webhooks/{id}" in told
    assert "Off since" in (await site.get(f"/settings/webhooks/{id}")).text
    await act(site, f"/settings/webhooks/{id}/on")
    (own,) = await webhooks.own(world.db, await world.viewer(ada))
    assert own.off_at is None and own.failing_since is None


async def test_one_that_says_it_is_gone_is_switched_off_at_once(
    world: World, ada: Someone, program: Program, sender: WebhookSender
) -> None:
    await hook(world, ada, program.url)
    await tell(world, await world.post(ada, "Hello"))
    program.status = 410
    await send(world, sender)
    (own,) = await webhooks.own(world.db, await world.viewer(ada))
    assert own.off_at is not None


async def test_a_new_secret_signs_beside_the_old_one_for_a_day(
    world: World, ada: Someone, program: Program, sender: WebhookSender
) -> None:
    id, old = await hook(world, ada, program.url)
    async with world.database.transaction() as db:
        new = await webhooks.rotate(db, await world.viewer(ada), id)
    await tell(world, await world.post(ada, "Hello"))
    await send(world, sender)
    headers, body = program.got[-1]
    for secret in (old, new):
        Webhook(secret).verify(body, headers)
    clock.stop(clock.now() + rules.OLD_SECRET_LASTS + timedelta(minutes=1))
    try:
        await tell(world, await world.post(ada, "Later"))
        await send(world, sender)
    finally:
        clock.stop(None)
    headers, body = program.got[-1]
    assert headers["webhook-signature"].count("v1,") == 1


async def test_a_member_makes_one_tests_it_and_sends_again(
    world: World, ada: Someone, program: Program, sender: WebhookSender, site: httpx.AsyncClient
) -> None:
    page = await site.get("/settings/webhooks")
    made = await site.post("/settings/webhooks", data=form_of(page) | {"url": program.url, "kind": "all"})
    secret = made.text.split('value="whsec_')[1].split('"')[0]
    assert "whsec_" not in (await site.get("/settings/webhooks")).text
    (own,) = await webhooks.own(world.db, await world.viewer(ada))
    await act(site, f"/settings/webhooks/{own.id}/test")
    await send(world, sender)
    headers, body = program.got[-1]
    assert Webhook(f"whsec_{secret}").verify(body, headers)["type"] == "test"
    shown = (await site.get(f"/settings/webhooks/{own.id}")).text
    assert "Delivered" in shown and "204" in shown
    (row,) = await kept(world)
    await act(site, f"/settings/webhooks/{own.id}/again", which=str(row["id"]))
    await send(world, sender)
    assert len(program.got) == 2 and program.got[0][0]["webhook-id"] == program.got[1][0]["webhook-id"]
    wrong = await act(site, "/settings/webhooks", url="ftp://a.example", kind="all")
    assert wrong.status_code == 422 and 'value="ftp://a.example"' in wrong.text
    assert (await act(site, f"/settings/webhooks/{own.id}/delete")).status_code == 303
    assert (await site.get(f"/settings/webhooks/{own.id}")).status_code == 404


async def test_nobody_reads_or_changes_the_webhook_of_another(
    world: World, ada: Someone, program: Program, site: httpx.AsyncClient
) -> None:
    bo = await world.member("bo")
    id, _secret = await hook(world, bo, program.url)
    assert (await site.get(f"/settings/webhooks/{id}")).status_code == 404
    for verb in ("rotate", "on", "off", "delete", "test", "again"):
        assert (await act(site, f"/settings/webhooks/{id}/{verb}")).status_code == 404
    assert await delivery_log.listed(world.db, await world.viewer(ada), id) == []


async def test_only_members_make_webhooks_and_only_with_an_address(world: World, ada: Someone) -> None:
    al = await world.alumnus("al")
    with pytest.raises(Forbidden):
        await hook(world, al, "https://a.example/")
    for url, kind, about in (
        ("a.example", "all", ""),
        ("https://u:p@a.example/", "all", ""),
        ("https://a.example:99999/", "all", ""),
        ("https://a.example/", "everything", ""),
        ("https://a.example/", "topic", " "),
        ("https://a.example/", "person", "nobody"),
    ):
        with pytest.raises(Invalid):
            await hook(world, ada, url, kind, about)


def test_tries_go_on_for_days_and_end() -> None:
    waits = [rules.wait(attempt, 0) for attempt in range(1, 12)]
    assert waits[-1] is None and waits[0] == timedelta(seconds=5)
    assert timedelta(days=2) < sum((one for one in waits if one), timedelta()) < timedelta(days=7)


async def test_a_webhook_whose_secret_no_key_opens_holds_up_no_other(
    world: World, ada: Someone, program: Program, sender: WebhookSender
) -> None:
    lost, _secret = await hook(world, ada, program.url)
    await hook(world, ada, program.url)
    await world.connection.execute("update webhooks set secret = 'sealed before' where id = $1", lost)
    await tell(world, await world.post(ada, "Pump four drips"))
    await send(world, sender)
    assert len(program.got) == 1
    assert sorted((row["state"], row["error"]) for row in await kept(world)) == [
        (0, NO_SECRET),
        (1, ""),
    ]
    async with world.database.transaction() as db:
        secret = await webhooks.rotate(db, await world.viewer(ada), lost)
    await world.connection.execute("update webhook_deliveries set next_at = now() - interval '1 day'")
    await send(world, sender)
    headers, body = program.got[-1]
    Webhook(secret).verify(body, headers)


async def test_a_new_key_of_the_installation_seals_secrets_of_webhooks_too(
    world: World, ada: Someone
) -> None:
    id, first = await hook(world, ada, "https://program.example")
    async with world.database.transaction() as db:
        second = await webhooks.rotate(db, await world.viewer(ada), id)
    row = await world.connection.fetchrow("select secret, old_secret from webhooks where id = $1", id)
    assert row is not None
    opened = [
        sealing.opened(f"{table}.{column}", id, bytes(row[column]))
        for table, column, known_by in SEALED
        if (table, known_by) == ("webhooks", "id")
    ]
    assert [rules.shown(one) for one in opened] == [second, first]
