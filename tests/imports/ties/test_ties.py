"""Ties out of one account and into another, under the law."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from tests.api.house import House, opened
from tests.world import Someone
from weetwie.context import Context
from weetwie.errors import Forbidden, Invalid
from weetwie.flows.exports.ties import Exported, export
from weetwie.flows.imports.ties import Mode, TiesReport, bring, plan
from weetwie.imports.ties.forms import KINDS, Kind

HOME = "http://weetwie.example"


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        yield house


async def taken(house: House, who: Someone, kind: Exported) -> str:
    viewer = await house.world.viewer(who)
    async with house.world.database.reading() as db:
        return (await export(Context(db, viewer, replace(house.world.site, base_url=HOME)), kind)).decode()


async def brought(house: House, who: Someone, kind: Kind, text: str, mode: Mode = "merge") -> TiesReport:
    viewer = await house.world.viewer(who)
    async with house.world.database.reading() as db:
        planned = await plan(
            Context(db, viewer, replace(house.world.site, base_url=HOME)), kind, text.encode()
        )
    return await bring(house.world.database, viewer, planned, mode)


def told(report: TiesReport) -> list[tuple[int, str]]:
    return [(one.number, str(one.why)) for one in report.skipped]


async def company(house: House) -> dict[str, Someone]:
    return {handle: await house.world.member(handle) for handle in ("ada", "bo", "cleo", "dan", "eve", "new")}


async def test_what_one_takes_along_is_what_the_other_gets(house: House) -> None:
    world = house.world
    people = await company(house)
    ada, bo, cleo, dan, eve, new = people.values()
    await world.follow(ada, bo, shows_boosts=False, notifies=True, languages=["en", "nl"])
    await world.follow(ada, cleo)
    await world.follow(cleo, ada)
    await world.mute(ada, dan, hides_notifications=False)
    await house.good(ada, "POST", f"/api/v1/accounts/{bo.id}/mute", data={"duration": "3600"})
    await world.block(ada, eve)
    for title, members in (("=Team", [bo, cleo]), ("'+x, y", [cleo])):
        made = await house.good(ada, "POST", "/api/v1/lists", data={"title": title})
        for one in members:
            await house.good(
                ada, "POST", f"/api/v1/lists/{made['id']}/accounts", data={"account_ids[]": str(one.id)}
            )
    for author in (bo, cleo):
        post = await world.post(author)
        await house.good(ada, "POST", f"/api/v1/statuses/{post}/bookmark")

    assert await taken(house, ada, "followers") == "cleo@weetwie.example\n"
    files: dict[Kind, str] = {kind: await taken(house, ada, kind) for kind in KINDS}
    assert files["follows"] == (
        "Account address,Show boosts,Notify on new posts,Languages\n"
        'cleo@weetwie.example,true,false,\nbo@weetwie.example,false,true,"en, nl"\n'
    )
    assert files["mutes"] == "Account address,Hide notifications\ndan@weetwie.example,false\n"
    assert files["blocks"] == "eve@weetwie.example\n"
    assert files["lists"] == (
        "'=Team,cleo@weetwie.example\n'=Team,bo@weetwie.example\n\"''+x, y\",cleo@weetwie.example\n"
    )
    for kind in KINDS:
        report = await brought(house, new, kind, files[kind])
        assert report.skipped == [] and report.new > 0, kind
        again = await brought(house, new, kind, files[kind])
        assert (again.new, again.skipped) == (0, []), kind
        assert sorted(await lines(house, new, kind)) == sorted(files[kind].splitlines()), kind
    assert await lines(house, new, "bookmarks") == files["bookmarks"].splitlines()
    assert await lines(house, new, "follows") == files["follows"].splitlines()


async def lines(house: House, who: Someone, kind: Exported) -> list[str]:
    return (await taken(house, who, kind)).splitlines()


async def test_only_whom_one_may_see_and_nothing_half_done(house: House) -> None:
    world = house.world
    ada, bo = await world.member("ada"), await world.member("bo")
    guest = await world.guest("gus", sponsor=bo)
    report = await brought(house, guest, "follows", "ada\nbo\nnobody\ngus\n@ada@other.example\n")
    assert (report.new, [line for line, _ in told(report)]) == (1, [1, 3, 4, 5])
    unknown = [why for line, why in told(report) if line in (1, 3)]
    assert len(set(unknown)) == 1, "whom one does not see is as one who is not there"
    assert await lines(house, guest, "follows") == [
        "Account address,Show boosts,Notify on new posts,Languages",
        "bo@weetwie.example,true,false,",
    ]
    secret = await world.post(ada)
    report = await brought(house, guest, "bookmarks", f"{HOME}/@ada/{secret}\n{HOME}/@ada/99\n")
    assert len({why for _, why in told(report)}) == 1 and report.new == 0
    await world.block(ada, bo)
    report = await brought(house, bo, "follows", "ada\n")
    assert report.new == 0 and len(report.skipped) == 1
    await world.suspend(bo)
    with pytest.raises(Forbidden):
        await brought(house, bo, "follows", "ada\n")


async def test_who_is_locked_is_asked(house: House) -> None:
    world = house.world
    ada = await world.member("ada")
    locked = await world.member("lou", is_locked=True)
    report = await brought(house, ada, "follows", "lou\n")
    assert (report.new, report.asked) == (0, 1)
    report = await brought(house, ada, "lists", "Team,lou\n")
    assert told(report)[0][0] == 1 and report.new == 0
    assert await taken(house, ada, "lists") == ""
    requests = await house.good(locked, "GET", "/api/v1/follow_requests")
    assert [one["id"] for one in requests] == [str(ada.id)]


async def test_who_is_put_on_a_list_is_followed(house: House) -> None:
    people = await company(house)
    report = await brought(house, people["ada"], "lists", "Team,bo\nTeam,cleo\nTeam,ada\nOther,bo\n,dan\n")
    assert (report.new, told(report)) == (4, [(5, "Give the list a title.")])
    assert len(await lines(house, people["ada"], "follows")) == 3
    assert len(await house.good(people["ada"], "GET", "/api/v1/lists")) == 2


@pytest.mark.parametrize("kind", KINDS)
async def test_overwriting_leaves_what_the_file_holds(house: House, kind: Kind) -> None:
    people = await company(house)
    ada = people["ada"]
    posts = {handle: await house.world.post(one) for handle, one in people.items()}

    def file(*handles: str) -> str:
        rows: dict[Kind, Any] = {
            "lists": lambda one: f"List of {one[0]},{one}",
            "bookmarks": lambda one: f"{HOME}/@{one}/{posts[one]}",
        }
        return "".join(rows.get(kind, str)(one) + "\n" for one in handles)

    await brought(house, ada, kind, file("bo", "cleo"))
    both = await lines(house, ada, kind)
    report = await brought(house, ada, kind, file("cleo", "dan"), "overwrite")
    assert (report.new, report.known, report.removed) == (1, 1, 1)
    after = await lines(house, ada, kind)
    assert len(after) == len(both) and after != both
    with pytest.raises(Invalid):
        await brought(
            house, ada, kind, "nobody@other.example\n" if kind != "lists" else "x,nobody\n", "overwrite"
        )
    assert await lines(house, ada, kind) == after
