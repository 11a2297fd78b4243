"""Names that a person decides, addresses that are forgotten, what people decide about theirs, and the first picture."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from tests.imports.bringing import Told, acting
from tests.imports.test_evidence import bring, came
from tests.imports.written import ADA, BO, GENERAL, NAMED, OUT, message, reader
from tests.patience import PATIENCE
from tests.world import Someone, World
from weetwie.access.enums import Ring
from weetwie.context import of_system
from weetwie.domain.passages.choices import OwnChoice
from weetwie.domain.people.claim import claim
from weetwie.domain.people.rules import Newcomer
from weetwie.errors import Forbidden, NotFound
from weetwie.flows import own_passages, retain
from weetwie.flows.imports import as_posts
from weetwie.flows.imports.evidence import bring_in
from weetwie.flows.imports.evidence_report import EvidenceTerms
from weetwie.flows.imports.forget import forget
from weetwie.flows.imports.names import decide, undecided
from weetwie.flows.imports.picture import first_picture
from weetwie.imports.sources.form import Author, Channel, Export, Record
from weetwie.imports.sources.people_map import parsed

MINE: list[Record] = [
    GENERAL,
    message(1, "Pumps run dry", ADA),
    message(2, "So they do", NAMED),
    message(3, "Yes", OUT),
]


@pytest.fixture
async def world(dsn: str) -> AsyncIterator[World]:
    world = await World.open(dsn, is_kept=True)
    await world.policy(sign_up_domains=["house.example"])
    yield world
    await world.close()


async def joined(world: World, handle: str) -> Someone:
    async with world.database.transaction() as db:
        person_id = await db.connection.fetchval("select id from people where handle = $1", handle)
        await claim(db, await acting(world.database), person_id, Newcomer(handle=handle))
    someone = Someone(person_id, handle)
    await world.token(someone)
    return someone


async def test_a_name_that_is_decided_is_a_person_at_once_and_from_then_on(world: World) -> None:
    nils = await world.member("nils", name="Nils Nobody")
    report = await bring(world, MINE)
    import_id = report.import_id or 0
    async with world.database.reading() as db:
        open_names = {one.name: one for one in await undecided(db, import_id)}
    assert open_names["Nils Nobody"].suggestion == "nils" and open_names["Olga Outside"].suggestion == ""
    table = f"key,person\n{open_names['Nils Nobody'].token},@nils\nslack:U9,@gone\n".encode()
    done = await decide(world.database, await acting(world.database), import_id, parsed(table))
    assert (done.decided, done.passages, done.not_found) == (1, 1, ["@gone"])
    assert (await came(world.database))[1]["author"] == nils.handle
    await bring(world, [*MINE, message(4, "Again", NAMED)])
    assert [row["author"] for row in await came(world.database)] == ["ada", "nils", None, "nils"]


async def test_names_of_an_import_that_is_not_there_are_not_found(world: World) -> None:
    async with world.database.reading() as db:
        with pytest.raises(NotFound):
            await undecided(db, 7)


@pytest.mark.parametrize(
    ("address", "text"), [("ada@house.example", "Pumps run dry"), ("Olga@Elsewhere.example", "Yes")]
)
async def test_an_address_is_forgotten_with_all_under_it_for_good(
    world: World, address: str, text: str
) -> None:
    await bring(world, MINE)
    report = await forget(world.database, await acting(world.database), address)
    assert report.passages == 1
    assert text not in [row["text"] for row in await came(world.database)]
    async with world.database.reading() as db:
        assert await db.connection.fetchval("select count(*) from people where handle = 'ada'") == (
            0 if "house" in address else 1
        )
    again = await bring(world, MINE)
    assert again.left_out == {"forgotten": 1} and again.people_new == 0
    assert len(await came(world.database)) == 2


async def test_what_somebody_hides_is_theirs_alone_and_stays_so(world: World) -> None:
    await bring(world, MINE)
    ada = await joined(world, "ada")
    viewer = await world.viewer(ada)
    assert await own_passages.decide(world.database, viewer, OwnChoice.hidden) == 1
    first = (await came(world.database))[0]
    assert first["is_hidden"] and first["is_gone"]
    await bring(world, [*MINE, message(4, "Newer", ADA)])
    assert [row["is_hidden"] for row in await came(world.database)] == [True, False, False, True]
    await own_passages.decide(world.database, viewer, OwnChoice.published)
    assert not any(row["is_hidden"] or row["is_gone"] for row in await came(world.database))


async def test_what_somebody_deletes_does_not_come_in_again(world: World) -> None:
    await bring(world, [*MINE, message(4, "Newer", ADA)])
    viewer = await world.viewer(await joined(world, "ada"))
    async with world.database.reading() as db:
        one = await db.connection.fetchval("select id from passages where key = 'm4'")
        foreign = await db.connection.fetchval("select id from passages where key = 'm2'")
    await own_passages.decide_one(world.database, viewer, one, OwnChoice.deleted)
    await own_passages.decide_one(world.database, viewer, foreign, OwnChoice.deleted)
    await bring(world, [*MINE, message(4, "Newer", ADA)])
    assert [row["key"] for row in await came(world.database)] == ["m1", "m2", "m3"]
    await own_passages.decide(world.database, viewer, OwnChoice.deleted)
    await bring(world, [*MINE, message(5, "Newest", ADA)])
    assert [row["key"] for row in await came(world.database)] == ["m2", "m3"]


async def while_it_comes_in(world: World, act: Callable[[], Awaitable[object]]) -> list[str]:
    """What others see of a long export, in the middle of which somebody does this: the keys."""
    loop = asyncio.get_running_loop()

    async def acts() -> None:
        await act()

    def records() -> Iterator[Record]:
        yield GENERAL
        for number in range(1, 104):
            if number == 102:  # the first hundred stand
                asyncio.run_coroutine_threadsafe(acts(), loop).result(timeout=PATIENCE)
            yield message(number, f"Pump number {number}", OUT if number == 1 else ADA)
        yield message(104, "So it is", OUT)

    await bring_in(
        world.database,
        await acting(world.database),
        Path(__file__),
        EvidenceTerms(kind="slack"),
        reader=lambda _box, _asked: Export("acme", records(), lambda: 0, 104),
    )
    return [row["key"] for row in await came(world.database) if not row["is_hidden"]]


@pytest.mark.parametrize("choice", [OwnChoice.hidden, OwnChoice.deleted])
async def test_what_somebody_decides_while_an_import_runs_holds_for_what_comes_after(
    world: World, choice: OwnChoice
) -> None:
    await bring(world, MINE)
    viewer = await world.viewer(await joined(world, "ada"))
    seen = await while_it_comes_in(world, lambda: own_passages.decide(world.database, viewer, choice))
    assert seen == ["m1", "m104"]


@pytest.mark.parametrize("address", ["olga@elsewhere.example", "ada@house.example"])
async def test_who_is_forgotten_while_an_import_runs_does_not_come_in_again(
    world: World, address: str
) -> None:
    await bring(world, MINE)
    system = await acting(world.database)
    seen = await while_it_comes_in(world, lambda: forget(world.database, system, address))
    assert {"m1", "m104"}.isdisjoint(seen) if "olga" in address else seen == ["m1", "m104"]


async def test_who_is_suspended_decides_nothing_about_theirs(world: World) -> None:
    await bring(world, MINE)
    ada = await joined(world, "ada")
    await world.connection.execute("update people set suspended_at = now() where id = $1", ada.id)
    with pytest.raises(Forbidden):
        await own_passages.decide(world.database, await world.viewer(ada), OwnChoice.deleted)
    assert len(await came(world.database)) == 3


async def test_retention_lets_passages_go_by_their_ring_and_a_hold_keeps_them(world: World) -> None:
    await bring(world, MINE)
    await world.policy(keeps_colleagues_days=10)
    ada = await joined(world, "ada")
    await world._insert("holds", person_id=ada.id, reason="2026/1")
    async with world.database.transaction() as db:
        assert await retain.let_passages_go(await of_system(db, world.site)) > 0
    assert [row["key"] for row in await came(world.database)] == ["m1"]


async def test_the_first_picture_tells_of_many_and_of_nobody(world: World) -> None:
    several = [Author(f"W{number}", f"Writer {number}") for number in range(12)]
    records: list[Record] = [GENERAL]
    for number, author in enumerate(several):
        records.append(message(number, "The tensiometer is calibrated", author))
    records += [message(100 + number, "My zeppelins fly", several[0]) for number in range(3)]
    report = await bring(world, records)
    async with world.database.reading() as db:
        seen = await first_picture(db, await acting(world.database), report.import_id or 0)
    assert (seen.passages, seen.people) == (15, 12)
    assert "tensiometer" in {one.name for one in seen.topics}
    assert seen.of_one_alone >= 1
    assert all(one.people >= 10 for one in seen.topics)


async def test_the_names_of_those_who_write_are_no_topics(world: World) -> None:
    several = [Author(f"W{number}", f"Writer{number} Zwaluwstaart") for number in range(12)]
    records: list[Record] = [GENERAL]
    for number, author in enumerate(several):
        records.append(message(number, "Ask Zwaluwstaart how the tensiometer is calibrated", author))
    report = await bring(world, records)
    async with world.database.reading() as db:
        seen = await first_picture(db, await acting(world.database), report.import_id or 0)
    assert "tensiometer" in {one.name for one in seen.topics}
    assert "zwaluwstaart" not in {one.name for one in seen.topics}


async def test_few_people_leave_no_picture(world: World) -> None:
    report = await bring(world, [GENERAL, *(message(number, "My zeppelins fly", BO) for number in range(5))])
    async with world.database.reading() as db:
        seen = await first_picture(db, await acting(world.database), report.import_id or 0)
    assert seen.topics == [] and seen.of_one_alone == 0


async def test_the_same_comes_in_as_posts_where_somebody_says_so(world: World) -> None:
    records = [*MINE, Channel("C2", "board", is_open=False), message(7, "Secret canary", ADA, channel="C2")]
    report = await as_posts.bring_in(
        world.database,
        await acting(world.database),
        Path(__file__),
        EvidenceTerms(kind="slack", audience=Ring.network),
        Told(),
        reader=reader(records),
    )
    assert report.posts_new == 3
    async with world.database.reading() as db:
        texts = [row[0] for row in await db.connection.fetch("select text from post_texts")]
        assert sorted(texts) == ["Pumps run dry", "So they do", "Yes"]
        assert await db.connection.fetchval("select count(*) from passages") == 0
