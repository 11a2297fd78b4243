"""What was written elsewhere comes in as evidence: whose it is, what changes, what goes, and that a second run comes to the same."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.imports.bringing import acting
from tests.imports.written import (
    ADA,
    BEGINNING,
    BO,
    BOT,
    BROKEN_FILE,
    GENERAL,
    NAMED,
    OUT,
    Killed,
    message,
    reader,
)
from tests.world import World
from weetwie.access.enums import Ring
from weetwie.database.pool import Database
from weetwie.errors import Invalid
from weetwie.flows.imports.evidence import bring_in
from weetwie.flows.imports.evidence_report import EvidenceReport, EvidenceTerms
from weetwie.flows.imports.remove import remove
from weetwie.imports.sources.form import Channel, LeftOut, Record, Removed
from weetwie.imports.sources.people_map import parsed

QUESTION = message(1, "Who knows why the pump drinks water?", BO, is_question=True, accepted="m2")
ANSWER = message(2, "The shaft seal of the pump is worn", thread="m1", reply_to="m1")
PLAIN: list[Record] = [GENERAL, QUESTION, ANSWER, message(3, "Lunch is at noon", NAMED)]


@pytest.fixture
async def world(dsn: str) -> AsyncIterator[World]:
    world = await World.open(dsn, is_kept=True)
    await world.policy(sign_up_domains=["house.example"])
    yield world
    await world.close()


async def bring(
    world: World,
    records: Iterable[Record],
    *,
    stops_after: int | None = None,
    table: bytes = b"",
    **more: Any,
) -> EvidenceReport:
    return await bring_in(
        world.database,
        await acting(world.database),
        Path(__file__),
        EvidenceTerms(kind="slack", **more),
        parsed(table) if table else None,
        reader=reader(records, stops_after=stops_after),
    )


_WHAT_CAME = """
    select p.key, c.name channel, a.handle author, p.author_name, p.thread_key, r.key root, p.text, p.title, p.ring,
        p.is_question, p.is_hidden, p.id >> 16 ms, p.accepted_key, e.is_gone, e.is_accepted, e.root_id = p.id is_first,
        (select handle from people where id = e.author_id) speaks_for, w.words is not null is_found
    from passages p join channels c on c.id = p.channel_id left join people a on a.id = p.author_id
    left join passages r on r.id = p.root_id left join evidence e on e.post_id = p.id
    left join passage_words w on w.passage_id = p.id order by p.key
"""


async def came(database: Database) -> list[dict[str, Any]]:
    async with database.reading() as db:
        return [dict(row) for row in await db.connection.fetch(_WHAT_CAME)]


async def test_what_was_written_elsewhere_comes_in_as_it_stands_there(world: World) -> None:
    report = await bring(world, PLAIN)
    assert (report.new, report.by_address, report.by_name, report.people_new) == (3, 2, 1, 2)
    question, answer, lunch = await came(world.database)
    assert (question["author"], answer["author"], lunch["author"]) == ("bo", "ada", None)
    assert lunch["author_name"] == "Nils Nobody"
    assert answer["root"] == "m1" and answer["is_accepted"] and question["is_question"]
    assert {row["channel"] for row in (question, answer, lunch)} == {"general"}
    assert {row["ring"] for row in (question, answer, lunch)} == {Ring.colleagues}
    assert lunch["speaks_for"] is None and answer["speaks_for"] == "ada"
    assert all(row["is_found"] and not row["is_gone"] for row in (question, answer, lunch))


async def test_no_post_comes_of_it_and_nothing_is_counted(world: World) -> None:
    await bring(world, PLAIN)
    async with world.database.reading() as db:
        assert await db.connection.fetchval("select count(*) from posts") == 0
        assert await db.connection.fetchval("select count(*) from home_entries") == 0
        assert await db.connection.fetchval("select max(posts_in_ring[1]) from people") == 0
        assert await db.connection.fetchval("select count(*) from notifications") == 0


async def test_people_who_came_with_it_have_not_joined_and_are_not_ranked(world: World) -> None:
    await bring(world, PLAIN)
    async with world.database.reading() as db:
        rows = await db.connection.fetch("select has_joined, may_rank from people")
        kept = await db.connection.fetchval("select count(*) from addresses where address is not null")
    assert [tuple(row) for row in rows] == [(False, False)] * 2
    assert kept == 0


async def test_whoever_has_an_address_elsewhere_stays_a_name(world: World) -> None:
    report = await bring(world, [GENERAL, message(1, "Pumps run dry", OUT)])
    (passage,) = await came(world.database)
    assert passage["author"] is None and passage["author_name"] == "Olga Outside"
    assert (report.people_new, report.names) == (0, 1)


async def test_a_row_in_the_table_says_who_is_meant(world: World) -> None:
    ada = await world.member("vermeer")
    table = b"key,person\nU4,@vermeer\nU3,olga@elsewhere.example\n"
    report = await bring(
        world, [GENERAL, message(1, "Pumps run dry", NAMED), message(2, "So they do", OUT)], table=table
    )
    first, second = await came(world.database)
    assert first["author"] == ada.handle and second["author"] == "olga"
    assert report.by_map == 2
    again = await bring(world, [GENERAL, message(1, "Pumps run dry", NAMED)])
    assert again.by_address == 1, "remembered without the table"


async def test_a_username_that_nobody_has_is_told(world: World) -> None:
    report = await bring(world, [GENERAL, message(1, "Pumps", NAMED)], table=b"key,person\nU4,@nobody.here\n")
    assert report.not_found == ["@nobody.here"]
    assert (await came(world.database))[0]["author"] is None


async def test_one_address_is_one_person_whatever_the_source(world: World) -> None:
    await bring(world, [GENERAL, message(1, "Pumps run dry", ADA)])
    await bring_in(
        world.database,
        await acting(world.database),
        Path(__file__),
        EvidenceTerms(kind="zulip"),
        reader=reader([GENERAL, message(1, "In Zulip too", ADA)]),
    )
    async with world.database.reading() as db:
        assert await db.connection.fetchval("select count(distinct author_id) from passages") == 1
        assert await db.connection.fetchval("select count(*) from people") == 1


async def test_what_a_program_wrote_does_not_come_in(world: World) -> None:
    report = await bring(world, [GENERAL, message(1, "Build 7 failed", BOT)])
    assert report.left_out == {"program": 1} and await came(world.database) == []


async def test_nothing_of_a_channel_that_is_not_open_comes_in_whatever_is_asked(world: World) -> None:
    closed = Channel("C2", "board", is_open=False)
    records: list[Record] = [
        closed,
        message(1, "Secret canary", channel="C2"),
        message(2, "No channel", channel="C9"),
    ]
    report = await bring(world, records, audience=Ring.network, channels=("board",))
    assert await came(world.database) == []
    assert report.left_out == {"private": 2}


async def test_a_channel_that_is_closed_by_now_is_taken_out_whole(world: World) -> None:
    await bring(world, PLAIN)
    report = await bring(world, [Channel("C1", "general", is_open=False), LeftOut("private", 3)])
    assert report.removed == 3 and await came(world.database) == []


async def test_a_second_run_changes_nothing(world: World) -> None:
    await bring(world, PLAIN)
    before = await came(world.database)
    report = await bring(world, PLAIN)
    assert (report.new, report.changed, report.known, report.removed) == (0, 0, 3, 0)
    assert await came(world.database) == before


async def test_a_newer_export_adds_changes_and_removes(world: World) -> None:
    await bring(world, [*PLAIN, message(5, "Last")])
    changed = message(2, "The shaft seal is new", thread="m1")
    report = await bring(world, [GENERAL, QUESTION, changed, message(5, "Last"), message(6, "Newer")])
    assert (report.new, report.changed, report.known, report.removed) == (1, 1, 2, 1)
    assert [row["text"] for row in await came(world.database)] == [
        QUESTION.text,
        "The shaft seal is new",
        "Last",
        "Newer",
    ]


async def test_what_lies_outside_of_what_the_export_covers_stays(world: World) -> None:
    await bring(world, [GENERAL, *(message(number, "Pumps") for number in range(1, 6))])
    await bring(world, [GENERAL, message(2, "Pumps"), message(4, "Pumps")])
    assert [row["key"] for row in await came(world.database)] == ["m1", "m2", "m4", "m5"]


async def test_what_stands_in_a_file_that_cannot_be_read_is_not_taken_for_missing(world: World) -> None:
    await bring(world, PLAIN)
    report = await bring(world, [GENERAL, QUESTION, BROKEN_FILE, message(3, "Lunch is at noon", NAMED)])
    assert report.is_incomplete and report.removed == 0
    assert len(await came(world.database)) == 3


async def test_what_the_export_says_was_deleted_goes(world: World) -> None:
    await bring(world, PLAIN)
    report = await bring(world, [Removed("m3")])
    assert report.removed == 1 and len(await came(world.database)) == 2


async def test_an_answer_that_stands_above_its_question_hangs_on_it_in_the_end(world: World) -> None:
    await bring(world, [GENERAL, ANSWER, QUESTION])
    turned = await came(world.database)
    assert turned[1]["root"] == "m1" and turned[1]["is_accepted"] and not turned[1]["is_first"]


async def test_a_run_that_was_killed_is_gone_on_with(world: World) -> None:
    records: list[Record] = [GENERAL, *(message(number, f"Pump {number}") for number in range(250))]
    with pytest.raises(Killed):
        await bring(world, records, stops_after=180)
    assert 0 < len(await came(world.database)) < 250
    report = await bring(world, records)
    assert report.known > 0 and len(await came(world.database)) == 250


async def test_a_dry_run_tells_what_would_come_and_writes_nothing(world: World) -> None:
    await world.policy(keeps_colleagues_days=5000)
    old = message(1, "From long ago", at=BEGINNING - timedelta(days=9000))
    report = await bring(world, [*PLAIN[:1], old, *PLAIN[2:]], is_dry=True)
    assert (report.new, report.people_new, report.left_out) == (2, 1, {"retention": 1})
    assert report.channels[0].passages == 2 and report.import_id is None
    async with world.database.reading() as db:
        for table in ("passages", "people", "imports", "channels"):
            assert await db.connection.fetchval(f"select count(*) from {table}") == 0


async def test_the_ring_of_a_channel_holds_for_all_that_came_of_it(world: World) -> None:
    await bring(world, PLAIN)
    await bring(world, [GENERAL, message(9, "Newer")], audience=Ring.network)
    assert {row["ring"] for row in await came(world.database)} == {Ring.network}
    await bring(world, PLAIN)
    assert {row["ring"] for row in await came(world.database)} == {Ring.network}, "as it was"


async def test_an_audience_beyond_the_policy_is_refused(world: World) -> None:
    with pytest.raises(Invalid):
        await bring(world, PLAIN, audience=Ring.world)


async def test_ranking_whoever_has_not_joined_is_refused_in_works_council_mode(world: World) -> None:
    await world.policy(works_council=True)
    with pytest.raises(Invalid, match="works council"):
        await bring(world, PLAIN, may_rank=True)


async def test_an_address_is_kept_for_thirty_days_only_where_somebody_says_so(world: World) -> None:
    await bring(world, PLAIN, keeps_addresses=True)
    async with world.database.reading() as db:
        rows = await db.connection.fetch("select address, kept_until from addresses order by address")
    assert [row["address"] for row in rows] == ["ada@house.example", "bo@house.example"]
    assert all(row["kept_until"] is not None for row in rows)


async def test_all_of_it_can_be_taken_out_again(world: World) -> None:
    report = await bring(world, PLAIN)
    removed = await remove(
        world.database, await acting(world.database), report.import_id or 0, lambda _report: None
    )
    assert (removed.passages, removed.people) == (3, 2)
    async with world.database.reading() as db:
        for table in ("passages", "channels", "passage_words", "people", "imports", "addresses"):
            assert await db.connection.fetchval(f"select count(*) from {table}") == 0, table
        assert await db.connection.fetchval("select count(*) from evidence where not is_gone") == 0


async def test_of_two_runs_at_once_the_first_one_gives_way(world: World) -> None:
    records: list[Record] = [GENERAL, *(message(number, f"Pump {number}") for number in range(600))]
    both = await asyncio.gather(bring(world, records), bring(world, records), return_exceptions=True)
    assert sum(isinstance(one, EvidenceReport) for one in both) >= 1
    assert len(await came(world.database)) == 600
