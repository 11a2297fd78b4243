"""What an organisation wrote elsewhere comes in from a page: handed in, looked at, imported by the worker, removed again."""

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from tests.site import browser, form_of, give_password, sign_in, text_of
from tests.world import Someone, World
from weetwie.domain.imports import requests, working
from weetwie.flows.imports import requested
from weetwie.runtime import clock

CANARY = "zqsalaries"


def export() -> bytes:
    """A workspace of two, with an open channel and a private one."""
    users = [
        {
            "id": f"U{at}",
            "name": name,
            "real_name": name.title(),
            "profile": {"email": f"{name}@corp.example"},
        }
        for at, name in enumerate(("ann", "carl"))
    ]
    channels = [
        {"id": "C1", "name": "pumps", "is_private": False},
        {"id": "C2", "name": "board", "is_private": True},
    ]
    said = {"pumps": "The seal leaks when the coupling is not aligned", "board": CANARY}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as box:
        box.writestr("users.json", json.dumps(users))
        box.writestr("channels.json", json.dumps(channels))
        for name, text in said.items():
            lines = [
                {
                    "type": "message",
                    "user": f"U{at % 2}",
                    "text": f"{text} {at}",
                    "ts": f"170000{at:04}.000100",
                }
                for at in range(4)
            ]
            box.writestr(f"{name}/2023-11-14.json", json.dumps(lines))
    return file.getvalue()


@pytest.fixture
async def root(world: World) -> Someone:
    root = await world.member("root", is_admin=True)
    await give_password(world, root)
    return root


async def hand_in(site: httpx.AsyncClient, content: bytes | None = None, **fields: str) -> httpx.Response:
    page = await site.get("/admin/import")
    files = {"file": ("export.zip", content)} if content is not None else None
    return await site.post(
        "/admin/import/sources", data=form_of(page) | {"kind": "slack"} | fields, files=files
    )


async def act(site: httpx.AsyncClient, at: str, verb: str, **fields: str) -> httpx.Response:
    return await site.post(f"{at}/{verb}", data=form_of(await site.get(at)) | fields)


async def work(world: World) -> bool:
    return await requested.work(world.database, world.site, world.store)


async def passages(world: World) -> int:
    return int(await world.connection.fetchval("select count(*) from passages"))


async def test_an_export_is_looked_at_then_imported_then_removed(world: World, root: Someone) -> None:
    async with browser(world) as site:
        await sign_in(site, "root")
        at = (await hand_in(site, export())).headers["location"]
        waiting = await site.get(at)
        assert "It starts in a moment" in text_of(waiting) and waiting.headers["refresh"] == "2"
        assert await work(world)
        looked = text_of(await site.get(at))
        assert "Nothing has been changed yet" in looked and "Import 4 messages" in looked
        assert "pumps" in looked and "a channel that isn't for everyone" in looked and CANARY not in looked
        assert await passages(world) == 0
        await act(site, at, "start", channel="C1", audience="colleagues")
        assert await work(world)
        told = await site.get(at)
        assert "messages imported" in text_of(told) and "refresh" not in told.headers
        assert await passages(world) == 4
        stored = await world.connection.fetch("select text from passages")
        assert not any(CANARY in row["text"] for row in stored)
        assert "Imported" in text_of(await site.get("/admin/import"))
        await act(site, at, "remove")
        assert await work(world)
        assert await passages(world) == 0 and "is gone" in text_of(await site.get(at))
        assert not await work(world)


async def test_only_what_was_chosen_comes_in(world: World, root: Someone) -> None:
    async with browser(world) as site:
        await sign_in(site, "root")
        at = (await hand_in(site, export())).headers["location"]
        await work(world)
        assert (await act(site, at, "start", audience="colleagues")).status_code == 422
        wide = await act(site, at, "start", channel="C1", audience="world")
        assert wide.status_code == 422 and "wider than your organisation allows" in text_of(wide)
        assert not await work(world) and await passages(world) == 0


@pytest.mark.parametrize(
    ("content", "fields", "said"),
    [
        (None, {}, "Choose a file first"),
        (b"x", {"kind": "telepathy"}, "Choose where the file is from"),
        (b"x", {"since": "yesterday"}, "2026-03-31"),
        (None, {"on_server": "../../etc/passwd"}, "Choose a file first"),
    ],
)
async def test_what_is_missing_or_wrong_is_said_on_the_form(
    world: World, root: Someone, content: bytes | None, fields: dict[str, str], said: str
) -> None:
    async with browser(world) as site:
        await sign_in(site, "root")
        answer = await hand_in(site, content, **fields)
        assert answer.status_code == 422 and said in text_of(answer)
    assert not await work(world)


async def test_a_file_that_is_no_export_is_told_and_can_be_tried_again(world: World, root: Someone) -> None:
    async with browser(world) as site:
        await sign_in(site, "root")
        at = (await hand_in(site, b"no zip at all")).headers["location"]
        await work(world)
        assert "It didn't work" in text_of(await site.get(at))
        await act(site, at, "again")
        assert await work(world)


async def test_what_a_process_left_halfway_another_takes_over(world: World, root: Someone) -> None:
    async with browser(world) as site:
        await sign_in(site, "root")
        at = (await hand_in(site, export())).headers["location"]
        async with world.database.transaction() as db:
            assert await working.claim(db) is not None
        assert not await work(world)
        await world.connection.execute(
            "update import_requests set claimed_at = $1", clock.now() - requests.HELD - timedelta(seconds=1)
        )
        assert await work(world)
        assert "Nothing has been changed yet" in text_of(await site.get(at))


async def test_what_stops_every_process_is_given_up_and_said(world: World, root: Someone) -> None:
    async with browser(world) as site:
        await sign_in(site, "root")
        at = (await hand_in(site, export())).headers["location"]
        silent = clock.now() - requests.HELD - timedelta(seconds=1)
        for _attempt in range(requests.MOST_ATTEMPTS):
            async with world.database.transaction() as db:
                assert await working.claim(db) is not None
            await world.connection.execute("update import_requests set claimed_at = $1", silent)
        assert await work(world)
        assert "stopped three times" in text_of(await site.get(at))
        assert not await work(world)
        await act(site, at, "again")
        assert await work(world)
        assert "Nothing has been changed yet" in text_of(await site.get(at))


async def test_one_that_is_stopped_is_not_worked_on(world: World, root: Someone) -> None:
    async with browser(world) as site:
        await sign_in(site, "root")
        at = (await hand_in(site, export())).headers["location"]
        await act(site, at, "stop")
        assert not await work(world)
        await act(site, at, "again")
        assert await work(world)


async def test_whoever_is_no_administrator_any_more_imports_nothing(world: World, root: Someone) -> None:
    async with browser(world) as site:
        await sign_in(site, "root")
        await hand_in(site, export())
        await world.connection.execute(
            "update people set is_admin = false, version = version + 1 where id = $1", root.id
        )
        assert await work(world)
        state, why = await world.connection.fetchrow("select state, why from import_requests")
        assert state == requests.Stage.failed and "no longer an administrator" in why


async def test_others_find_nothing_there(world: World, root: Someone, site: httpx.AsyncClient) -> None:
    async with browser(world) as own:
        await sign_in(own, "root")
        at = (await hand_in(own, export())).headers["location"]
    assert (await site.get(at)).status_code == 404
    form = form_of(await site.get("/"))
    for verb in ("start", "stop", "remove", "forget"):
        assert (await site.post(f"{at}/{verb}", data=form)).status_code == 404
    assert (await site.post("/admin/import/sources", data=form | {"kind": "slack"})).status_code == 404


async def test_what_lies_in_the_import_folder_can_be_chosen(
    world: World, root: Someone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "big.zip").write_bytes(export())
    (tmp_path / "away").symlink_to("/etc")
    monkeypatch.setattr(requested, "folder", lambda _site: tmp_path)
    async with browser(world) as site:
        await sign_in(site, "root")
        offered = await site.get("/admin/import")
        assert "big.zip" in offered.text and "away" not in requested.in_folder(world.site)
        at = (await hand_in(site, on_server="big.zip")).headers["location"]
        await work(world)
        assert "Import 4 messages" in text_of(await site.get(at))


async def test_files_that_have_had_their_time_go(
    world: World, root: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with browser(world) as site:
        await sign_in(site, "root")
        await hand_in(site, export())
        await work(world)
    later = clock.now() + requests.LASTS + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    await working.sweep(world.database, world.store)
    left = [name async for files in world.store.names(requests.FOLDER) for name, _at in files]
    assert left == []


async def test_a_name_is_given_to_whom_it_means_and_what_nobody_has_is_told(
    world: World, root: Someone
) -> None:
    bo = await world.member("bo")
    async with browser(world) as site:
        await sign_in(site, "root")
        at = (await hand_in(site, export())).headers["location"]
        await work(world)
        await act(site, at, "start", channel="C1", audience="colleagues")
        await work(world)
        told = await site.get(at)
        assert "Who are they?" in text_of(told) and "Ann" in text_of(told)
        keys = [
            row["author_key"]
            for row in await world.connection.fetch("select distinct author_key from passages order by 1")
        ]
        form = form_of(told)
        wrong = await site.post(f"{at}/names", data=form | {"key": keys[:1], "person": ["nobody9"]})
        assert wrong.status_code == 422 and "Nobody here is called nobody9" in text_of(wrong)
        answer = await site.post(f"{at}/names", data=form | {"key": keys, "person": ["bo", ""]})
        assert answer.status_code == 303
    count = "select count(*) from passages where author_id = $1"
    assert await world.connection.fetchval(count, bo.id) == 2
