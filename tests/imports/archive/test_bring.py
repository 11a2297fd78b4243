"""Archives in a real database: where the posts stand and where they do not, twice is once, and all of it can be taken out."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.api.house import House, opened
from tests.imports.archive.making import (
    ACTOR,
    ADA,
    FOLLOWERS,
    PUBLIC,
    note,
    outbox,
    picture,
    script,
    tweet,
    zipped,
)
from tests.world import Someone
from weetwie.access.enums import Ring
from weetwie.access.viewer import Viewer, system
from weetwie.context import Context
from weetwie.domain.imports import ledger
from weetwie.domain.people.erase import erase
from weetwie.errors import Conflict, Forbidden
from weetwie.flows.imports import archive as archives, remove as removing
from weetwie.flows.imports.archive import ArchivePreview, ArchiveReport
from weetwie.flows.imports.remove import remove
from weetwie.imports.archive.remembered import Network
from weetwie.imports.box import opened as opened_box
from weetwie.runtime import clock

HOME = "http://weetwie.example"


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        yield house


async def bring(
    house: House, who: Someone, path: Path, network: Network = "mastodon", audience: Ring | None = None
) -> tuple[ArchivePreview, ArchiveReport]:
    return await bring_as(house, await house.world.viewer(who), path, network, audience)


async def bring_as(
    house: House, viewer: Viewer, path: Path, network: Network = "mastodon", audience: Ring | None = None
) -> tuple[ArchivePreview, ArchiveReport]:
    world = house.world
    with opened_box(path) as box:
        async with world.database.reading() as db:
            story = await archives.read(Context(db, viewer, replace(world.site, base_url=HOME)), box, network)
            outlook = await archives.look(db, viewer, story)
        return outlook, await archives.bring(world.database, viewer, world.store, box, story, audience)


async def of(house: House, who: Someone | None, author: Someone) -> list[Any]:
    found = await house.good(who, "GET", f"/api/v1/accounts/{author.id}/statuses")
    assert isinstance(found, list)
    return found


def archive(folder: Path, *items: Any, **files: bytes) -> Path:
    return zipped(folder / "archive.zip", {"outbox.json": outbox(*items), "actor.json": ACTOR, **files})


async def test_posts_stand_on_the_profile_with_their_time_and_where_they_are_from(
    house: House, tmp_path: Path
) -> None:
    ada = await house.world.member("ada")
    attachment = {"url": "/media_attachments/files/1.png", "name": "A square"}
    path = archive(
        tmp_path,
        note(
            1, "<p>Guten <b>Morgen</b> #Kaffee</p>", contentMap={"de": "<p>Guten <b>Morgen</b> #Kaffee</p>"}
        ),
        note(2, "<p>And more</p>", inReplyTo=f"{ADA}/statuses/1", summary="Tea", attachment=[attachment]),
        note(3, to=[FOLLOWERS]),
        note(4, to=[FOLLOWERS], cc=[PUBLIC]),
        **{"media_attachments/files/1.png": picture()},
    )
    outlook, report = await bring(house, ada, path)
    assert (outlook.posts, outlook.new, outlook.threads, outlook.files) == (3, 3, 1, 1)
    assert outlook.first and outlook.last and (outlook.first.day, outlook.last.day) == (1, 4)
    assert (report.new, report.files, report.bad_files) == (3, 1, 0)
    unlisted, second, first = await of(house, ada, ada)
    assert (unlisted["visibility"], first["visibility"]) == ("unlisted", "public")
    assert first["created_at"] == "2023-01-01T09:00:00.000Z"
    assert first["application"] == {"name": "Imported from Mastodon", "website": None}
    assert (first["language"], first["tags"][0]["name"], first["replies_count"]) == ("de", "Kaffee", 1)
    assert (second["in_reply_to_id"], second["spoiler_text"]) == (first["id"], "Tea")
    (shown,) = second["media_attachments"]
    assert (shown["type"], shown["description"]) == ("image", "A square")
    assert (await house.ask(ada, "GET", shown["url"])).status_code == 200
    account = await house.good(ada, "GET", f"/api/v1/accounts/{ada.id}")
    assert account["statuses_count"] == 3


async def test_they_stand_in_no_timeline_and_nobody_hears_of_them(house: House, tmp_path: Path) -> None:
    world = house.world
    ada = await world.member("ada")
    bo = await world.member("bo")
    await world.follow(bo, ada, notifies=True)
    await world.follow_tag(bo, "kafka")
    facts = await world.connection.fetchval("select count(*) from events")
    await bring(house, ada, archive(tmp_path, note(1, "<p>@bo on #kafka</p>")))
    assert await world.connection.fetchval("select count(*) from events") == facts
    await house.settle()
    made = await house.good(bo, "POST", "/api/v1/lists", data={"title": "Team"})
    await house.good(bo, "POST", f"/api/v1/lists/{made['id']}/accounts", data={"account_ids[]": str(ada.id)})
    for at in (
        "home",
        "public",
        "public?only_media=true",
        "tag/kafka",
        "tag/kafka?any[]=x",
        f"list/{made['id']}",
    ):
        assert await house.good(bo, "GET", f"/api/v1/timelines/{at}") == [], at
    assert await house.good(bo, "GET", "/api/v1/notifications") == []
    (post,) = await of(house, bo, ada)
    assert post["mentions"] == [] and "@bo@social.example on" in post["content"]
    carl = await world.member("carl")
    await house.good(carl, "POST", f"/api/v1/accounts/{ada.id}/follow")
    await house.good(carl, "POST", "/api/v1/tags/kafka/follow")
    assert await house.good(carl, "GET", "/api/v1/timelines/home") == []


async def test_editing_one_here_names_and_tells_nobody(house: House, tmp_path: Path) -> None:
    world = house.world
    ada, bo = await world.member("ada"), await world.member("bo")
    path = archive(tmp_path, note(1, "<p>@bo hi</p>"))
    await bring(house, ada, path)
    (post,) = await of(house, ada, ada)
    await house.good(ada, "PUT", f"/api/v1/statuses/{post['id']}", data={"status": "@bo hello"})
    await house.settle()
    assert await house.good(bo, "GET", "/api/v1/notifications") == []
    _, report = await bring(house, ada, path)
    assert (report.new, report.renewed) == (0, 0)
    (post,) = await of(house, ada, ada)
    assert "@bo hello" in post["content"] and post["mentions"] == []


async def test_only_whom_they_are_for_sees_them(house: House, tmp_path: Path) -> None:
    world = house.world
    ada = await world.member("ada")
    alum = await world.alumnus("al", follows=[ada])
    await world.change(ada, profile_ring=int(Ring.network))
    await bring(house, ada, archive(tmp_path, note(1)))
    assert len(await of(house, ada, ada)) == 1
    assert await of(house, alum, ada) == []
    own = zipped(tmp_path / "b.zip", {"outbox.json": outbox(note(2))})
    await bring(house, alum, own)
    assert [post["audience"] for post in await of(house, ada, alum)] == ["network"]
    with pytest.raises(Forbidden):
        await bring(house, alum, own, audience=Ring.colleagues)
    await world.suspend(ada)
    with pytest.raises(Forbidden):
        await bring(house, ada, own)


async def test_twice_is_once_and_a_newer_archive_adds_and_mends(house: House, tmp_path: Path) -> None:
    ada = await house.world.member("ada")
    path = archive(tmp_path, note(1), note(2, "<p>Frist #old</p>"))
    await bring(house, ada, path)
    again, report = await bring(house, ada, path)
    assert (again.new, report.new, report.known, report.renewed) == (0, 0, 2, 0)
    mended = note(2, "<p>First #new</p>", updated="2023-05-01T00:00:00Z")
    newer = archive(tmp_path, note(1), mended, note(3, inReplyTo=f"{ADA}/statuses/1"))
    _, report = await bring(house, ada, newer)
    assert (report.new, report.known, report.renewed) == (1, 2, 1)
    third, second, first = await of(house, ada, ada)
    assert third["in_reply_to_id"] == first["id"]
    assert "First" in second["content"] and second["edited_at"] == "2023-05-01T00:00:00.000Z"
    assert [tag["name"] for tag in second["tags"]] == ["new"]


async def test_they_are_found_in_search(house: House, tmp_path: Path) -> None:
    world = house.world
    ada, bo = await world.member("ada"), await world.member("bo")
    guest = await world.guest("gus", sponsor=bo)

    async def found(who: Someone, words: str) -> int:
        answer = await house.good(who, "GET", "/api/v2/search", params={"q": words, "type": "statuses"})
        return len(answer["statuses"])

    bob = {"type": "Mention", "href": "https://other.example/@bo", "name": "@bo@other.example"}
    _, report = await bring(
        house, ada, archive(tmp_path, note(1, "<p>Brewing kombucha with @bo</p>", tag=[bob]))
    )
    assert (await found(bo, "kombucha"), await found(bo, "from:ada brew"), await found(bo, "to:bo")) == (
        1,
        1,
        0,
    )
    assert await found(guest, "kombucha") == 0
    newer = archive(tmp_path, note(1, "<p>Brewing tempeh</p>", updated="2023-05-01T00:00:00Z"))
    await bring(house, ada, newer)
    assert (await found(bo, "kombucha"), await found(bo, "tempeh")) == (0, 1)
    await remove(world.database, await world.viewer(ada), report.import_id, lambda _removed: None)
    assert await found(bo, "tempeh") == 0


async def test_what_was_deleted_here_does_not_come_back(house: House, tmp_path: Path) -> None:
    ada = await house.world.member("ada")
    path = archive(tmp_path, note(1), note(2))
    await bring(house, ada, path)
    newest, _ = await of(house, ada, ada)
    await house.good(ada, "DELETE", f"/api/v1/statuses/{newest['id']}")
    await bring(house, ada, path)
    assert len(await of(house, ada, ada)) == 1
    # Long after, when the tombstone has been swept.
    await house.world.connection.execute("delete from posts where deleted_at is not null")
    _, report = await bring(house, ada, path)
    assert (report.new, len(await of(house, ada, ada))) == (0, 1)


async def test_an_archive_is_taken_out_in_one_go_with_its_files(house: House, tmp_path: Path) -> None:
    world = house.world
    ada = await world.member("ada")
    await world.post(ada, "Written here")
    attachment = {"url": "/media_attachments/files/1.png"}
    path = archive(
        tmp_path,
        note(1, attachment=[attachment]),
        note(2),
        **{"media_attachments/files/1.png": picture()},
    )
    _, report = await bring(house, ada, path)
    viewer = await world.viewer(ada)
    assert (await remove(world.database, viewer, report.import_id, lambda _removed: None)).posts == 2
    assert len(await of(house, ada, ada)) == 1
    account = await house.good(ada, "GET", f"/api/v1/accounts/{ada.id}")
    assert account["statuses_count"] == 1
    assert await world.connection.fetchval("select count(*) from media where gone_at is null") == 0
    _, report = await bring(house, ada, path)
    assert report.new == 2


async def test_with_their_owner_they_go_even_where_what_was_written_here_stays(
    house: House, tmp_path: Path
) -> None:
    world = house.world
    ada = await world.member("ada")
    await world.post(ada, "Written here")
    await bring(house, ada, archive(tmp_path, note(1), note(2)))
    async with world.database.transaction() as db:
        await erase(db, system((await world.viewer(ada)).policy), ada.id, keeps_posts=True)
    await house.settle()
    assert await world.connection.fetch("select text from post_texts where text <> ''") == [("Written here",)]
    async with world.database.reading() as db:
        assert await ledger.imports(db) == []


async def test_two_people_may_bring_the_same_archive(house: House, tmp_path: Path) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    path = archive(tmp_path, note(1))
    for who in (ada, bo):
        _, report = await bring(house, who, path)
        assert report.new == 1
        (post,) = await of(house, ada, who)
        assert post["account"]["id"] == str(who.id)


async def test_files_that_are_no_good_are_left_out_and_the_post_comes(house: House, tmp_path: Path) -> None:
    ada = await house.world.member("ada")
    names = ["1.png", "2.png", "3.svg", "4.png"]
    listed = [{"url": f"/media_attachments/files/{name}"} for name in names]
    path = archive(
        tmp_path,
        note(1, attachment=[*listed, {"url": "/media_attachments/files/gone.png"}]),
        **{
            "media_attachments/files/1.png": picture(),
            "media_attachments/files/2.png": b"\x89PNG\r\n\x1a\n broken",
            "media_attachments/files/3.svg": b"<svg onload='alert(1)'/>",
            "media_attachments/files/4.png": picture(2500),
        },
    )
    outlook, report = await bring(house, ada, path)
    assert (outlook.files, outlook.lost_files) == (4, 1)
    assert (report.files, report.bad_files) == (2, 2)
    (post,) = await of(house, ada, ada)
    assert [one["type"] for one in post["media_attachments"]] == ["image", "image"]


async def test_tweets_come_as_such(house: House, tmp_path: Path) -> None:
    ada = await house.world.member("ada")
    files = {"data/tweets.js": script("tweets", tweet(1), tweet(2, "More", in_reply_to_status_id_str="1"))}
    _, report = await bring(house, ada, zipped(tmp_path / "t.zip", files), "twitter")
    second, first = await of(house, ada, ada)
    assert second["application"]["name"] == "Imported from Twitter"
    assert second["in_reply_to_id"] == first["id"] and report.new == 2


async def test_a_run_that_was_stopped_goes_on(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = house.world
    ada = await world.member("ada")
    monkeypatch.setattr(archives, "_BATCH", 3)
    path = archive(tmp_path, *(note(day) for day in range(1, 11)))
    viewer = await world.viewer(ada)

    class Stopped(Exception):
        pass

    def stop(done: int, _whole: int) -> None:
        if done >= 6:
            raise Stopped

    with opened_box(path) as box:
        async with world.database.reading() as db:
            story = await archives.read(
                Context(db, viewer, replace(world.site, base_url=HOME)), box, "mastodon"
            )
        with pytest.raises(Stopped):
            await archives.bring(world.database, viewer, world.store, box, story, None, stop)
    assert len(await of(house, ada, ada)) == 6
    _, report = await bring(house, ada, path)
    assert (report.new, report.known) == (4, 0)
    assert len(await of(house, ada, ada)) == 10


async def test_two_runs_at_once_bring_each_post_once(house: House, tmp_path: Path) -> None:
    ada = await house.world.member("ada")
    path = archive(tmp_path, *(note(day) for day in range(1, 21)))
    viewer = await house.world.viewer(ada)
    runs = (bring_as(house, viewer, path) for _ in range(2))
    done = await asyncio.gather(*runs, return_exceptions=True)
    assert all(isinstance(one, Conflict | tuple) for one in done), done
    assert len(await of(house, ada, ada)) == 20


async def test_what_came_along_these_days_makes_no_tag_busy(house: House, tmp_path: Path) -> None:
    ada = await house.world.member("ada")
    recent = (clock.now() - timedelta(hours=1)).isoformat()
    await bring(house, ada, archive(tmp_path, note(1, "<p>#kafka</p>", published=recent)))
    tag = await house.good(ada, "GET", "/api/v1/tags/kafka")
    assert {day["uses"] for day in tag["history"]} == {"0"}


async def test_what_a_stopped_removal_took_out_may_come_in_again(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = house.world
    ada = await world.member("ada")
    path = archive(tmp_path, *(note(day) for day in range(1, 5)))
    _, report = await bring(house, ada, path)
    monkeypatch.setattr(removing, "_POSTS", 2)

    def stop(_removed: object) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        await remove(world.database, await world.viewer(ada), report.import_id, stop)
    assert len(await of(house, ada, ada)) == 2
    _, report = await bring(house, ada, path)
    assert (report.new, report.known) == (2, 2)
