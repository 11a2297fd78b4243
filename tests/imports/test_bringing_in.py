"""Imports into a real database: what comes in, twice is once, a kill loses nothing, and all of it can be taken out."""

import asyncio
import gzip
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.imports.bringing import DATA, Told, acting, kept, world_as_it_is
from tests.imports.test_readers import repository  # noqa: F401
from tests.world import World
from weetwie.access.enums import Ring
from weetwie.database.pool import Database
from weetwie.domain.identity import addresses
from weetwie.domain.imports import ledger
from weetwie.domain.people.claim import claim, claimable
from weetwie.domain.people.rules import Newcomer
from weetwie.errors import Conflict, NotFound
from weetwie.flows.imports.bring import bring_commits, bring_people, bring_posts
from weetwie.flows.imports.remove import remove
from weetwie.flows.imports.run import ImportReport, Terms

SHARED = Path(os.environ.get("WEETWIE_TEST_DATA", "../shared/data")) / "whoknows-dev"


@pytest.fixture
async def world(dsn: str) -> AsyncIterator[World]:
    world = await World.open(dsn, is_kept=True)
    yield world
    await world.close()


async def both(
    database: Database, terms: Terms | None = None, told: Told | None = None
) -> tuple[ImportReport, ImportReport]:
    viewer = await acting(database)
    terms, told = terms or Terms(), told or Told()
    people = await bring_people(database, viewer, DATA / "people.csv", terms, told)
    return people, await bring_posts(database, viewer, DATA / "posts.jsonl", terms, told)


async def of(world: World, text: str) -> dict[str, Any]:
    posts, _ = await world_as_it_is(world.database)
    (post,) = (post for post in posts if post["text"].startswith(text))
    return post  # type: ignore[no-any-return]


async def test_what_a_file_holds_comes_in_and_each_bad_line_is_told(world: World) -> None:
    told = Told()
    people, posts = await both(world.database, told=told)
    assert (people.people_new, people.bad) == (4, 0)
    assert (posts.posts_new, posts.people_new, posts.bad) == (9, 3, 8)
    assert [bad.number for bad in told.bads] == [9, 10, 11, 12, 13, 14, 15, 16]
    assert "--set" in told.bads[-1].reason
    assert posts.replies_without_target == 1


async def test_posts_come_with_their_own_time_their_thread_and_all_that_is_said_of_them(world: World) -> None:
    await both(world.database)
    question = await of(world, "Register spills")
    assert question["ms"] == 1_600_000_000_000 and question["is_question"] and question["author"] == "ada"
    assert question["answer"].startswith("The loop is unrolled") and question["tags"] == ["regalloc"]
    assert question["replies_in_ring"] == [2, 0, 0]
    answer = await of(world, "The loop is unrolled")
    assert (
        answer["reply_to"] == question["text"]
        and answer["tags"] == ["regalloc"]
        and not answer["is_question"]
    )
    assert answer["endorsements"] == ["imported ada", "imported bo"]
    assert (await of(world, "Look at"))["mentions"] == ["ada"]
    thanks = await of(world, "Thank you")
    assert thanks["root"] == question["text"] and thanks["ms"] == 1_600_000_300_500
    assert (await of(world, "net/loop"))["endorsements"] == [
        "coauthored bo", "imported Cy_Example", "imported dee.e", "imported reviewer"
    ]  # fmt: skip
    assert (await of(world, "By an address"))["endorsements"] == ["imported ada"]
    assert (await of(world, "A reply to nobody"))["reply_to"] is None
    assert (await of(world, "I answer"))["root"].startswith("I answer")


async def test_people_come_as_not_joined_with_nothing_of_their_address_but_a_hash(world: World) -> None:
    await both(world.database)
    _, people = await world_as_it_is(world.database)
    by_handle = {one["handle"]: one for one in people}
    assert set(by_handle) == {"ada", "bo", "Cy_Example", "dee.e", "newcomer", "person", "reviewer"}
    assert not any(one["has_joined"] or one["may_rank"] for one in people)
    assert [by_handle[handle]["manager"] for handle in ("ada", "bo", "Cy_Example", "dee.e")] == [
        None,
        "ada",
        "ada",
        "bo",
    ]
    assert by_handle["ada"]["languages"] == ["en", "nl"] and by_handle["bo"]["name"] == 'Bo "B" Example'
    assert by_handle["ada"]["addresses"] == 1 and by_handle["person"]["addresses"] == 1
    for table in ("people", "addresses", "imported_people", "imports"):
        rows = await world.connection.fetch(f"select t::text from {table} t")
        assert not [row for row in rows if "@example" in row["t"]], table


async def test_those_who_follow_find_the_posts_in_their_home_and_nobody_is_told(world: World) -> None:
    viewer = await acting(world.database)
    await bring_people(world.database, viewer, DATA / "people.csv", Terms(), Told())
    ada = await world.connection.fetchval("select id from people where handle = 'ada'")
    tag = await world.connection.fetchval(
        "insert into tags (key, name) values ('regalloc', 'RegAlloc') returning id"
    )
    fan, tagger, late = await world.member("fan"), await world.member("tagger"), await world.member("late")
    await world.connection.executemany(
        "insert into follows (follower_id, followed_id) values ($1, $2)", [(fan.id, ada), (late.id, ada)]
    )
    await world.connection.execute(
        "insert into tag_follows (person_id, tag_id) values ($1, $2)", tagger.id, tag
    )
    await world.connection.execute(
        "insert into home_floors values ($1, $2)", late.id, 1_600_000_100_000 << 16
    )
    await bring_posts(world.database, viewer, DATA / "posts.jsonl", Terms(), Told())
    assert (await of(world, "Register spills"))["homes"] == ["ada", "fan", "tagger"]
    assert (await of(world, "Thank you"))["homes"] == ["ada", "fan", "late"]
    assert (await of(world, "The loop is"))["homes"] == ["dee.e", "tagger"]
    told_of = "select (select count(*) from events) + (select count(*) from notifications)"
    assert await world.connection.fetchval(told_of) == 0


async def test_who_begins_to_follow_while_a_batch_is_written_finds_it_too(world: World) -> None:
    from datetime import timedelta

    from weetwie.domain.timelines import import_ as homes
    from weetwie.runtime import clock

    await both(world.database)
    ada = await world.connection.fetchval("select id from people where handle = 'ada'")
    fan = await world.member("fan")
    await world.connection.execute(
        "insert into follows (follower_id, followed_id) values ($1, $2)", fan.id, ada
    )
    ids = [row["id"] for row in await world.connection.fetch("select id from posts")]
    async with world.database.transaction() as db:
        assert await homes.catch_up(db, ids, clock.now() - timedelta(seconds=10)) == 2
        assert await homes.catch_up(db, ids, clock.now() + timedelta(seconds=10)) == 0


async def test_twice_is_once(world: World) -> None:
    await both(world.database)
    before = await world_as_it_is(world.database)
    people, posts = await both(world.database)
    assert (people.people_new, people.people_known, posts.posts_new, posts.posts_known) == (0, 4, 0, 9)
    assert await world_as_it_is(world.database) == before
    assert [(one.posts, one.people) for one in await listed(world)] == [(0, 4), (9, 3)]


async def listed(world: World) -> list[ledger.ImportEntry]:
    async with world.database.reading() as db:
        return await ledger.imports(db)


async def test_a_line_that_is_mended_comes_in_with_the_next_run(world: World, tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    lines = (DATA / "posts.jsonl").read_bytes().split(b"\n")
    file.write_bytes(b"\n".join(lines))
    viewer = await acting(world.database)
    await bring_posts(world.database, viewer, file, Terms(), Told())
    lines[8] = b'{"id":"m","author":"1","time":1600000400,"text":"Mended"}'
    file.write_bytes(b"\n".join(lines))
    again = await bring_posts(world.database, viewer, file, Terms(), Told())
    assert (again.posts_new, again.posts_known) == (1, 9)


async def test_a_dry_run_counts_and_changes_nothing(world: World) -> None:
    before = await world_as_it_is(world.database)
    people, posts = await both(world.database, Terms(is_dry=True))
    assert (people.people_new, posts.posts_new, posts.people_new, posts.bad) == (4, 9, 9, 8)
    assert await world_as_it_is(world.database) == before and await listed(world) == []


async def test_members_are_found_by_handle_and_by_verified_address_and_stay_as_they_are(world: World) -> None:
    ada, bo, cy = (
        await world.member("Ada", name="Ada herself"),
        await world.member("b"),
        await world.member("c"),
    )
    async with world.database.transaction() as db:
        await addresses.add(db, bo.id, "BO@example.org", is_verified=True)
        await addresses.add(db, cy.id, "cy@example.org", is_verified=False)
    people, _ = await both(world.database)
    assert people.people_new == 2
    assert (await of(world, "Register spills"))["author"] == "Ada"
    assert (await of(world, "Look at"))["author"] == "b"
    # An address that nobody has shown to be theirs does not make them the author of what others wrote.
    assert (await of(world, "I answer"))["author"] == "Cy_Example"
    name = await world.connection.fetchval("select name from people where id = $1", ada.id)
    assert name == "Ada herself"


async def test_the_same_ids_in_another_set_are_other_people_and_posts(world: World) -> None:
    await both(world.database)
    people, posts = await both(world.database, Terms(space="other"))
    assert (people.people_new, posts.posts_new) == (1, 9)
    # Three of four have the same addresses, so they are the same people in both sets.


LATE = {"id": "late", "author": "1", "time": 1_620_000_000, "text": "Late reply", "reply_to": "q1"}


async def test_the_audience_is_the_administrators_choice_and_replies_are_never_wider(
    world: World, tmp_path: Path
) -> None:
    await both(world.database)
    file = tmp_path / "late.jsonl"
    own = {**LATE, "id": "own", "text": "On its own", "reply_to": None}
    file.write_text(json.dumps(LATE) + "\n" + json.dumps(own))
    await bring_posts(
        world.database, await acting(world.database), file, Terms(audience=Ring.network), Told()
    )
    assert ((await of(world, "Late reply"))["ring"], (await of(world, "On its own"))["ring"]) == (0, 1)


async def test_an_import_can_be_taken_out_in_one_go(world: World) -> None:
    before = await world_as_it_is(world.database)
    fan = await world.member("fan")
    with_fan = await world_as_it_is(world.database)
    await both(world.database)
    people, posts = await listed(world)
    ada = await world.connection.fetchval("select id from people where handle = 'ada'")
    await world.connection.execute(
        "insert into follows (follower_id, followed_id) values ($1, $2)", fan.id, ada
    )
    await world.connection.execute("update people set following_count = 1 where id = $1", fan.id)
    viewer = await acting(world.database)
    first = await remove(world.database, viewer, people.id, lambda _: None)
    assert first.people == 0, "they are needed by the posts"
    removed = await remove(world.database, viewer, posts.id, lambda _: None)
    assert (removed.posts, removed.people) == (9, 7)
    assert await world_as_it_is(world.database) == with_fan != before
    assert await world.connection.fetchval("select following_count from people where id = $1", fan.id) == 0
    assert await world.connection.fetchval("select count(*) from home_entries") == 0
    with pytest.raises(NotFound):
        await remove(world.database, viewer, posts.id, lambda _: None)
    again, _ = await both(world.database)
    assert again.people_new == 4


async def test_taking_out_mends_the_counts_of_what_stays(world: World, tmp_path: Path) -> None:
    await both(world.database)
    before = await world_as_it_is(world.database)
    viewer = await acting(world.database)
    file = tmp_path / "late.jsonl"
    file.write_text(json.dumps(LATE))
    report = await bring_posts(world.database, viewer, file, Terms(), Told())
    assert (await of(world, "Register spills"))["replies_in_ring"] == [3, 0, 0]
    assert report.import_id is not None
    await remove(world.database, viewer, report.import_id, lambda _: None)
    assert await world_as_it_is(world.database) == before


async def handles(world: World) -> set[str]:
    return {row["handle"] for row in await world.connection.fetch("select handle from people")}


async def test_whoever_shows_that_an_address_is_theirs_takes_over_what_was_brought_in(world: World) -> None:
    await both(world.database)
    viewer = await acting(world.database)
    async with world.database.transaction() as db:
        digest = addresses.hashed(await addresses.hash_key(db), "Ada@Example.org")
        ada = await claimable(db, digest)
        assert ada is not None
        with pytest.raises(Conflict):
            await claim(db, viewer, ada, Newcomer(handle=(await handles(world) - {"ada"}).pop()))
        assert await claim(db, viewer, ada, Newcomer(handle="ada")) == ada
        await addresses.add(db, ada, "Ada@Example.org", is_verified=True)
        assert await kept(db, ada) == "Ada@Example.org"
        assert await claimable(db, digest) is None
        with pytest.raises(NotFound):
            await claim(db, viewer, ada, Newcomer(handle="ada"))
    for entry in await listed(world):
        await remove(world.database, viewer, entry.id, lambda _: None)
    _, people = await world_as_it_is(world.database)
    assert [(one["handle"], one["has_joined"]) for one in people] == [("ada", True)]


async def test_two_runs_of_one_import_do_not_go_on_side_by_side(world: World) -> None:
    await both(world.database)
    people, _ = await listed(world)
    async with world.database.transaction() as db:
        with pytest.raises(Conflict):
            await ledger.advance(db, people.id, people.done + 5, people.done + 6)


async def test_commits_are_posts_by_their_authors_and_reviewers_endorse_them(
    world: World,
    repository: Path,  # noqa: F811
) -> None:
    viewer = await acting(world.database)
    told = Told()
    report = await bring_commits(world.database, viewer, repository, Terms(), told)
    assert (report.posts_new, report.people_new, report.bad) == (3, 4, 1)
    assert (await of(world, "net/loop"))["endorsements"] == [
        "coauthored Dee_Example",
        "imported Bo_Example",
        "imported Cy_Example",
    ]
    before = await world_as_it_is(world.database)
    again = await bring_commits(world.database, viewer, repository, Terms(), Told())
    assert (again.posts_new, again.posts_known) == (0, 3)
    assert await world_as_it_is(world.database) == before
    for table in ("post_texts", "people", "addresses", "imported_people"):
        rows = await world.connection.fetch(f"select t::text from {table} t")
        assert not [row for row in rows if "@example" in row["t"]], table


# Killed in the middle


_PROGRAM = """
import asyncio, sys
from pathlib import Path
from tests.imports.bringing import Told, acting
from weetwie.flows.imports.bring import bring_posts
from weetwie.flows.imports.run import Terms
from weetwie.database.pool import Database

async def main() -> None:
    database = await Database.open(sys.argv[1], size=2)
    told = Told()
    told.moved = lambda *_: print("moved", flush=True)
    print(await bring_posts(database, await acting(database), Path(sys.argv[2]), Terms(), told))
    await database.close()

asyncio.run(main())
"""


def made_up(count: int) -> bytes:
    """Posts with people, endorsers, replies and mentions that come up while they are read."""
    lines = []
    for n in range(count):
        post: dict[str, Any] = {
            "id": f"k{n}",
            "author": f"a{n % 97}",
            "time": 1_500_000_000 + n // 3,
            "text": f"Post {n} #t{n % 11} @a{n % 131}",
        }
        post |= {"endorsers": [f"e{n % 41}"]} if n % 4 == 0 else {}
        post |= {"reply_to": f"k{n - n % 17}"} if n % 3 == 0 else {}
        post |= {"reply_to": f"k{n + 5}"} if n % 29 == 0 else {}
        lines.append(json.dumps(post) if n % 50 else "bad")
    return "\n".join(lines).encode()


async def test_a_run_that_is_killed_goes_on_and_ends_as_if_it_had_not_been(
    world: World, dsn: str, tmp_path: Path
) -> None:
    file = tmp_path / "posts.jsonl.gz"
    file.write_bytes(gzip.compress(made_up(6000)))
    viewer = await acting(world.database)
    whole = await bring_posts(world.database, viewer, file, Terms(), Told())
    expected = await world_as_it_is(world.database)
    assert whole.import_id is not None
    await remove(world.database, viewer, whole.import_id, lambda _: None)
    for _ in range(3):
        await run_and_kill(dsn, file)
    last = await bring_posts(world.database, viewer, file, Terms(), Told())
    assert 0 < last.continued_after < 6000
    posts, people = await world_as_it_is(world.database)
    assert len(posts) == len(expected[0]) == whole.posts_new
    assert posts == expected[0]
    assert people == expected[1]


async def run_and_kill(dsn: str, file: Path) -> None:
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _PROGRAM,
        dsn,
        str(file),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": "."},
    )
    assert program.stdout is not None
    await program.stdout.readline()
    program.send_signal(signal.SIGKILL)
    assert await program.wait() == -signal.SIGKILL, "it was killed in the middle"


@pytest.mark.skipif(
    not SHARED.exists(), reason=f"there is no {SHARED}: WEETWIE_TEST_DATA says where the shared data is"
)
async def test_a_real_community_comes_in_whole_in_short_transactions(world: World) -> None:
    viewer = await acting(world.database)
    told = Told()
    people = await bring_people(world.database, viewer, SHARED / "people.jsonl", Terms(may_rank=True), told)
    posts = await bring_posts(world.database, viewer, SHARED / "posts.jsonl.gz", Terms(), told)
    assert (people.people_new, posts.posts_new, posts.people_new, told.bads) == (1471, 45_205, 0, [])
    counted = "select (select count(*) from posts), (select count(*) from home_entries), (select sum(posts_in_ring[1]) from people)"
    assert tuple(await world.connection.fetchrow(counted)) == (45_205, 45_205, 45_205)
    assert await world.connection.fetchval("select bool_and(may_rank and not has_joined) from people")
    # How fast it goes is the bench's to judge; that no transaction is long is what keeps others writing meanwhile.
    assert posts.longest_transaction < 5.0


async def test_programs_are_marked_as_bots_and_never_among_those_who_know(
    world: World, tmp_path: Path
) -> None:
    import subprocess

    from tests.imports.test_readers import commit
    from weetwie.domain.knowledge.experts import who_knows

    folder = tmp_path / "repository"
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    bots = (
        "dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>",
        "Build <ci@corp.example>",
        "token <project_7_bot_0a1b@noreply.git.example>",
    )
    for number, author in enumerate([*bots, "Ben Bot <ben.bot@corp.example>"]):
        commit(
            folder,
            b"Bump the pump library\n\nReviewed-by: R <renovate[bot]@x.example>",
            1_600_000_000 + number,
            author,
        )
    viewer, terms = await acting(world.database), Terms(may_rank=True)
    await bring_commits(world.database, viewer, folder, terms, Told())
    read = "select name, is_bot, may_rank from people order by id"
    assert [tuple(row) for row in await world.connection.fetch(read)] == [
        ("dependabot[bot]", True, False),
        ("Build", True, False),
        ("token", True, False),
        ("Ben Bot", False, True),
    ]
    cy = await world.member("cy")
    ben = await world.connection.fetchval("select id from people where name = 'Ben Bot'")
    answer = await who_knows(world.db, await world.viewer(cy), "pump library")
    assert [expert.person_id for expert in answer.people] == [ben]
    await world.connection.execute("update people set is_bot = false, may_rank = true where id <> $1", cy.id)
    await bring_commits(world.database, viewer, folder, terms, Told())
    assert await world.connection.fetchval("select count(*) from people where is_bot") == 3


async def test_programs_of_a_file_of_posts_are_bots_too(world: World, tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    lines = [
        {"id": str(number), "author": author, "time": 1_600_000_000, "text": "Hello"}
        for number, author in enumerate(("slackbot", "renovate[bot]", "ci@corp.example", "talbot"))
    ]
    file.write_text("\n".join(map(json.dumps, lines)))
    await bring_posts(world.database, await acting(world.database), file, Terms(), Told())
    rows = await world.connection.fetch("select is_bot from people order by id")
    assert [row["is_bot"] for row in rows] == [True, True, True, False]
