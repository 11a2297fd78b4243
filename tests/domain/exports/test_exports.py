"""Everything about oneself: complete, for oneself alone, without the secrets and the private matters of others."""

import io
import json
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from tests.site import act, browser, give_password, sign_in, text_of
from tests.world import Someone, World
from weetwie import reactions
from weetwie.domain.exports import everything, exports
from weetwie.domain.people.erase import erase
from weetwie.domain.relations.block import block
from weetwie.errors import Conflict
from weetwie.flows.exports.make import make_next
from weetwie.runtime import clock
from weetwie.tables import whole

HOME = "https://house.example"


@pytest.fixture
async def world(dsn: str) -> AsyncIterator[World]:
    world = await World.open(dsn, is_kept=True)
    reactions.attach(world.database)
    yield world
    await world.close()


@pytest.fixture
async def ada(world: World) -> Someone:
    ada = await world.member("ada", name="Ada", bio="I balance turbines")
    await give_password(world, ada)
    return ada


@pytest.fixture
async def site(world: World, ada: Someone) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(world) as site:
        await sign_in(site, "ada")
        yield site


async def taken(world: World, site: httpx.AsyncClient) -> zipfile.ZipFile:
    """Asks, lets the worker make it, fetches it."""
    assert (await act(site, "/settings/export")).status_code == 303
    waiting = await site.get("/settings/export")
    assert "<progress" in waiting.text and waiting.headers["refresh"] == "3"
    assert (await site.get("/settings/export/file")).status_code == 404
    while await make_next(world.database, replace(world.site, sends_mail=True), world.store):
        pass
    assert "Prepare again" in text_of(await site.get("/settings/export"))
    answer = await site.get("/settings/export/file")
    assert answer.headers["content-type"] == "application/zip"
    return zipfile.ZipFile(io.BytesIO(answer.content))


async def test_it_holds_posts_ties_settings_and_a_page_to_begin_with(
    world: World, ada: Someone, site: httpx.AsyncClient
) -> None:
    bo = await world.member("bo")
    await world.follow(ada, bo)
    await world.post(ada, "Turbine four hums")
    box = await taken(world, site)
    outbox = json.loads(box.read("outbox.json"))
    assert "Turbine four hums" in json.dumps(outbox)
    assert b"bo@" in box.read("csv/follows.csv") or b"@bo" in box.read("csv/follows.csv")
    (person,) = json.loads(box.read("data/person.json"))
    assert (person["handle"], person["bio"]) == ("ada", "I balance turbines")
    (follow,) = json.loads(box.read("data/follows.json"))
    assert follow["followed_id"] == bo.id
    page = box.read("index.html").decode()
    assert "@ada" in page and 'href="data/person.json"' in page
    assert box.testzip() is None


async def test_no_secret_and_nothing_that_others_keep_for_themselves_is_in_it(
    world: World, ada: Someone, site: httpx.AsyncClient
) -> None:
    bo = await world.member("bo")
    async with world.database.transaction() as db:
        await block(db, await world.viewer(bo), ada.id)
    await world.post(bo, "Bo's own words about pumps")
    secrets = [
        await world.connection.fetchval(
            f"select encode({column}, 'hex') from {table} where {column} is not null limit 1"
        )
        for table, column in (("sessions", "token_hash"), ("tokens", "token_hash"))
    ]
    hash = await world.connection.fetchval("select hash from passwords where person_id = $1", ada.id)
    box = await taken(world, site)
    everything_in_it = b"\n".join(box.read(name) for name in box.namelist()).decode("utf-8", "replace")
    for secret in (*secrets, hash, "Bo's own words"):
        assert secret and secret not in everything_in_it
    assert str(bo.id) not in everything_in_it


def test_every_table_that_speaks_of_people_is_in_it_or_left_out_for_a_reason() -> None:
    left_out = {
        "articles of other people's": {"endorsements", "mentions", "list_members", "collection_items"},
        "how the house works": {
            "home_entries", "home_floors", "events", "imports", "imported_people", "post_keys", "field_checks", "grants", "sign_ons",
            "import_requests",
            "passkey_challenges", "sign_in_links", "taken_mails", "exports", "media", "faces",
        },
        "what is kept for a court": {"holds", "inspections", "policy_proposals"},
        "told without what is others'": {"asked_people", "meetings"},
        "told of the bots that one answers for": {"incoming_webhooks", "read_feeds"},
            "secrets": {"passwords", "one_time", "letters"},
    }  # fmt: skip
    told = {column.table.name for column in everything.OWN.values()}
    of_people = {
        table.name
        for table in whole().tables.values()
        if any(key.column.table.name == "people" for key in table.foreign_keys) or table.name == "people"
    }
    assert of_people - told - set().union(*left_out.values()) == set()


async def test_it_tells_of_programs_and_bots_and_of_others_questions_no_more_than_was_said_of_them(
    world: World, ada: Someone
) -> None:
    bo, bot = await world.member("bo"), await world.member("newsbot")
    question = await world.post(bo, "Who balances turbines?", is_question=True)
    for statement, *given in (
        ("update people set is_bot = true, responsible_id = $1 where id = $2", ada.id, bot.id),
        ("insert into incoming_webhooks (bot_id, name, secret_hash) values ($1, 'build', 'x')", bot.id),
        ("insert into read_feeds (bot_id, url) values ($1, 'https://news.example/feed')", bot.id),
        (
            "insert into webhooks (owner_id, url, kind, secret, old_secret) values ($1, 'https://p.example', 'all', 'x', '')",
            ada.id,
        ),
        (
            "insert into questions (post_id, asker_id, added, confirmed_by_id, confirmed_at) values ($1, $2, 2, $3, now())",
            question,
            bo.id,
            ada.id,
        ),
    ):
        await world.connection.execute(statement, *given)
    viewer = await world.viewer(ada)
    told = {name: await everything.of(world.db, viewer, name) for name in everything.NAMES}
    assert told["bots_you_answer_for"][0]["handle"] == "newsbot"
    assert told["addresses_of_your_bots"][0]["name"] == "build"
    assert told["feeds_of_your_bots"][0]["url"] == "https://news.example/feed"
    assert told["webhooks"][0]["url"] == "https://p.example" and "secret" not in told["webhooks"][0]
    assert set(told["answers_you_confirmed"][0]) == {"post_id", "confirmed_at", "is_outdated"}


async def test_it_is_for_its_owner_alone_and_there_for_a_week(
    world: World, ada: Someone, site: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await taken(world, site)
    bo = await world.member("bo")
    await give_password(world, bo)
    async with browser(world) as other:
        assert (await other.get("/settings/export/file")).status_code == 303
        await sign_in(other, "bo")
        assert (await other.get("/settings/export/file")).status_code == 404
    with pytest.raises(Conflict):
        async with world.database.transaction() as db:
            await exports.ask(db, await world.viewer(ada))
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=8))
    assert (await site.get("/settings/export/file")).status_code == 404
    await exports.sweep(world.database, world.store)
    assert [name async for files in world.store.names("exports") for name, _at in files] == []


async def test_whoever_is_erased_or_has_left_leaves_no_export_behind(
    world: World, ada: Someone, site: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await taken(world, site)
    chief = await world.viewer(await world.member("chief", is_admin=True))
    async with world.database.transaction() as db:
        await erase(db, chief, ada.id)
    assert await world.connection.fetchval("select count(*) from exports") == 0
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=1))
    await exports.sweep_strays(world.database, world.store)
    assert [name async for files in world.store.names("exports") for name, _at in files] == []


async def test_single_tables_come_at_once(site: httpx.AsyncClient) -> None:
    answer = await site.get("/settings/export/follows.csv")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/csv")
    assert (await site.get("/settings/export/secrets.csv")).status_code == 404
