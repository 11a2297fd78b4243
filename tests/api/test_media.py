"""Media through the door: uploaded, posted, fetched, described, taken out, gone."""

import asyncio
import io
import re
import zlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from PIL import Image

from tests.api.house import House, opened
from tests.media.recordings import ogg
from tests.patience import PATIENCE
from tests.world import Someone
from weetwie.access.enums import Ring, Visibility
from weetwie.domain.media import remove
from weetwie.domain.people.erase import erase
from weetwie.media import blob

HOME = "https://house.example"


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        yield house


def picture(size: tuple[int, int] = (80, 60), kind: str = "PNG", colour: str = "teal", **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **more)
    return out.getvalue()


def with_a_place() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[2] = (52.0, 22.0, 12.0)
    return picture((80, 40), "JPEG", exif=exif)


def moving(kind: str = "GIF") -> bytes:
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "green", "blue")]
    out = io.BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=100, loop=0)
    return out.getvalue()


async def upload(house: House, who: Someone, content: bytes, at: str = "/api/v2/media", **data: str) -> Any:
    return await house.ask(who, "POST", at, files={"file": ("a", content)}, data=data)


async def uploaded(house: House, who: Someone, content: bytes | None = None, **data: str) -> dict[str, Any]:
    answer = await upload(house, who, content or picture(), **data)
    assert answer.status_code == 200, answer.text
    media: dict[str, Any] = answer.json()
    return media


async def posted(house: House, who: Someone, *media: dict[str, Any], **more: Any) -> dict[str, Any]:
    given = {"status": "look", "media_ids": [one["id"] for one in media], **more}
    status: dict[str, Any] = await house.good(who, "POST", "/api/v1/statuses", json=given)
    return status


async def fetch(house: House, address: str, **headers: str) -> Any:
    """As a browser fetches what a page shows: without a token."""
    return await house.site.get(address.removeprefix(HOME), headers=headers)


async def test_a_picture_is_uploaded_posted_and_seen_by_who_sees_the_post(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    media = await uploaded(house, ada, description="A teal wall", focus="0.5,-0.25")
    assert (media["type"], media["description"], len(media["blurhash"]) > 10) == (
        "image",
        "A teal wall",
        True,
    )
    assert media["meta"]["original"]["size"] == "80x60"
    assert media["meta"]["focus"] == {"x": 0.5, "y": -0.25}
    status = await posted(house, ada, media)
    seen = (await house.good(bo, "GET", f"/api/v1/statuses/{status['id']}"))["media_attachments"][0]
    assert (seen["id"], seen["description"]) == (media["id"], "A teal wall")
    assert seen["url"] != status["media_attachments"][0]["url"], "each viewer has an address of their own"
    for address in (seen["url"], seen["preview_url"]):
        file = await fetch(house, address)
        assert file.status_code == 200
        assert Image.open(io.BytesIO(file.content)).size == (80, 60)


async def test_an_address_that_got_about_stops_working_when_its_viewer_may_no_longer_see_the_post(
    house: House,
) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    status = await posted(house, ada, await uploaded(house, ada))
    address = (await house.good(bo, "GET", f"/api/v1/statuses/{status['id']}"))["media_attachments"][0]["url"]
    assert str(bo.id) not in address
    assert (await fetch(house, address)).status_code == 200
    await house.world.leave(bo)
    assert (await fetch(house, address)).status_code == 404
    await house.world.rejoin(bo)
    assert (await fetch(house, address)).status_code == 200
    await house.world.block(ada, bo)
    assert (await fetch(house, address)).status_code == 404


async def test_no_address_can_be_made_up(house: House) -> None:
    ada = await house.world.member("ada")
    one, other = await uploaded(house, ada), await uploaded(house, ada)
    plain = f"/media/{one['id']}/original.png"
    key = one["url"].split("/")[-2]
    assert (await fetch(house, plain)).status_code == 404
    assert (await fetch(house, f"/media/{other['id']}/{key}/original.png")).status_code == 404
    wrong = key[:-1] + ("A" if key[-1] != "A" else "B")
    assert (await fetch(house, f"/media/{one['id']}/{wrong}/original.png")).status_code == 404
    assert (await fetch(house, f"/media/{one['id']}/x/original.png")).status_code == 404
    assert (await fetch(house, one["url"].replace("original.png", "raw"))).status_code == 404
    assert (await fetch(house, one["url"])).status_code == 200


async def test_what_is_for_the_world_has_a_plain_address(house: House) -> None:
    await house.world.policy(widest_ring=Ring.world)
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    media = await uploaded(house, ada)
    status = await posted(house, ada, media, audience="world")
    seen = (await house.good(bo, "GET", f"/api/v1/statuses/{status['id']}"))["media_attachments"][0]
    assert seen["url"] == f"{HOME}/media/{media['id']}/original.png"
    assert (await fetch(house, seen["url"])).status_code == 200
    await house.world.policy(widest_ring=Ring.network)
    assert (await fetch(house, seen["url"])).status_code == 404


async def test_an_upload_is_its_uploaders_alone_until_it_is_posted(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    media = await uploaded(house, ada)
    for method, given in (("GET", {}), ("PUT", {"json": {"description": "mine"}}), ("DELETE", {})):
        answer = await house.ask(bo, method, f"/api/v1/media/{media['id']}", **given)
        assert answer.status_code == 404, method
    answer = await house.ask(bo, "POST", "/api/v1/statuses", json={"status": "x", "media_ids": [media["id"]]})
    assert answer.status_code == 422
    assert (await house.ask(ada, "DELETE", f"/api/v1/media/{media['id']}")).status_code == 200
    assert (await fetch(house, media["url"])).status_code == 404


async def test_what_the_camera_tells_is_not_passed_on_and_the_picture_stands_upright(house: House) -> None:
    ada = await house.world.member("ada")
    content = with_a_place()
    assert b"SecretCamera" in content
    media = await uploaded(house, ada, content)
    assert media["meta"]["original"]["size"] == "40x80"
    for address in (media["url"], media["preview_url"]):
        file = (await fetch(house, address)).content
        assert b"SecretCamera" not in file
        assert not Image.open(io.BytesIO(file)).getexif()


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
async def test_what_moves_goes_on_moving(house: House, kind: str) -> None:
    ada = await house.world.member("ada")
    answer = await upload(house, ada, moving(kind) + b"<script>trailing()</script>")
    assert answer.status_code == 202
    assert answer.json()["url"] is None
    media = answer.json()
    again = await house.ask(ada, "GET", f"/api/v1/media/{media['id']}")
    assert again.status_code == 206
    refused = await house.ask(
        ada, "POST", "/api/v1/statuses", json={"status": "x", "media_ids": [media["id"]]}
    )
    assert refused.status_code == 422
    await house.settle()
    ready = await house.good(ada, "GET", f"/api/v1/media/{media['id']}")
    file = (await fetch(house, ready["url"])).content
    assert getattr(Image.open(io.BytesIO(file)), "n_frames", 1) == 3
    assert b"script" not in file
    still = (await fetch(house, ready["preview_url"])).content
    assert getattr(Image.open(io.BytesIO(still)), "n_frames", 1) == 1


async def test_a_large_picture_is_made_ready_by_the_worker_and_made_smaller(house: House) -> None:
    ada = await house.world.member("ada")
    answer = await upload(house, ada, picture((4800, 3200), "JPEG"))
    assert answer.status_code == 202
    await house.settle()
    ready = await house.good(ada, "GET", f"/api/v1/media/{answer.json()['id']}")
    size = ready["meta"]["original"]
    assert size["width"] * size["height"] <= 3840 * 2160
    assert abs(size["aspect"] - 1.5) < 0.01
    assert ready["meta"]["small"]["width"] * ready["meta"]["small"]["height"] <= 640 * 360


def bomb() -> bytes:
    """A small file that says it has 1.6 billion points."""
    content = bytearray(picture((8, 8)))
    content[16:24] = (40_000).to_bytes(4) * 2
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4)
    return bytes(content)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
BAD = {
    "a bomb": bomb(),
    "cut off": picture((300, 200))[:-60],
    "a cut off photograph": picture((300, 200), "JPEG")[:300],
    "a drawing with a script": SVG,
    "a page": b"<!doctype html><script>alert(1)</script>",
    "a program": b"MZ" + bytes(500),
    "words": b"good morning",
    "nothing": b"",
    "only a beginning": b"\x89PNG\r\n\x1a\n",
    "a beginning and a page": b"GIF89a<script>alert(1)</script>",
}


@pytest.mark.parametrize("name", BAD)
async def test_what_is_no_picture_is_refused_with_a_reason(house: House, name: str) -> None:
    ada = await house.world.member("ada")
    answer = await upload(house, ada, BAD[name])
    if answer.status_code == 202:
        await house.settle()
        answer = await house.ask(ada, "GET", f"/api/v1/media/{answer.json()['id']}")
    assert answer.status_code == 422, answer.text
    assert len(answer.json()["error"]) > 10


async def test_a_picture_that_is_a_page_as_well_comes_back_as_a_picture_alone(house: House) -> None:
    ada = await house.world.member("ada")
    media = await uploaded(house, ada, picture((30, 30), "JPEG", comment=b"<script>1</script>") + SVG)
    file = await fetch(house, media["url"])
    assert b"script" not in file.content
    assert file.headers["content-type"] == "image/jpeg"


async def test_a_file_that_is_too_large_is_refused(house: House) -> None:
    ada = await house.world.member("ada")
    answer = await upload(house, ada, b"%PDF-1.7\n" + bytes(40 * 1024 * 1024))
    assert answer.status_code == 422
    answer = await upload(house, ada, b"%PDF-1.7\n" + bytes(42 * 1024 * 1024))
    assert answer.status_code == 413


async def test_no_browser_runs_what_comes_from_a_media_address(house: House) -> None:
    ada = await house.world.member("ada")
    for content, kind, is_download in (
        (picture(), "image/png", False),
        (b"%PDF-1.7\nwith <script>", "application/pdf", True),
        (ogg(), "audio/ogg", False),
    ):
        file = await fetch(house, (await uploaded(house, ada, content))["url"])
        assert file.headers["content-type"] == kind
        assert file.headers["x-content-type-options"] == "nosniff"
        assert file.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert file.headers["cache-control"] == "private, max-age=60"
        assert ("attachment" in file.headers.get("content-disposition", "")) is is_download


async def test_a_sound_can_be_heard_from_anywhere_in_it(house: House) -> None:
    ada = await house.world.member("ada")
    wav = b"RIFF\0\0\0\0WAVEfmt " + bytes([16, 0, 0, 0, 1, 0, 1, 0, 64, 31, 0, 0, 64, 31, 0, 0, 1, 0, 8, 0])
    content = wav + b"data" + (16000).to_bytes(4, "little") + bytes(range(250)) * 64
    media = await uploaded(house, ada, content)
    assert (media["type"], media["meta"]["duration"], media["meta"]["length"]) == ("audio", 2.0, "0:00:02.00")
    whole = await fetch(house, media["url"])
    assert (whole.status_code, whole.content) == (200, content)
    etag = whole.headers["etag"]
    for asked, expected in (
        ("bytes=10-19", content[10:20]),
        ("bytes=-5", content[-5:]),
        ("bytes=16000-", content[16000:]),
    ):
        part = await fetch(house, media["url"], range=asked)
        assert (part.status_code, part.content) == (206, expected), asked
        assert part.headers["content-range"].endswith(f"/{len(content)}")
        assert int(part.headers["content-length"]) == len(expected)
    assert (await fetch(house, media["url"], range="bytes=99999-")).status_code == 416
    assert (await fetch(house, media["url"], range="bytes=nonsense")).status_code == 200
    same = await fetch(house, media["url"], range="bytes=0-3", **{"if-range": etag})
    other = await fetch(house, media["url"], range="bytes=0-3", **{"if-range": '"another"'})
    assert (same.status_code, other.status_code) == (206, 200)
    assert (await fetch(house, media["url"], **{"if-none-match": etag})).status_code == 304
    head = await house.site.head(media["url"].removeprefix(HOME))
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(content)))


async def test_four_pictures_or_one_sound(house: House) -> None:
    ada = await house.world.member("ada")
    pictures = [await uploaded(house, ada) for _number in range(5)]
    sound = await uploaded(house, ada, ogg())
    for chosen in (pictures, [pictures[0], sound], [pictures[0], pictures[0]]):
        given = {"status": "x", "media_ids": [one["id"] for one in chosen]}
        answer = await house.ask(ada, "POST", "/api/v1/statuses", json=given)
        assert answer.status_code == 422
        assert "media_ids" in answer.json()["details"]
    status = await posted(house, ada, *reversed(pictures[:4]), status="")
    assert [one["id"] for one in status["media_attachments"]] == [one["id"] for one in reversed(pictures[:4])]
    taken = await house.ask(
        ada, "POST", "/api/v1/statuses", json={"status": "x", "media_ids": [pictures[0]["id"]]}
    )
    assert taken.status_code == 422, "it is in another post"


async def test_the_same_post_sent_twice_is_one_post_with_its_picture(house: House) -> None:
    ada = await house.world.member("ada")
    media = await uploaded(house, ada)
    given = {"status": "x", "media_ids": [media["id"]]}
    headers = {"authorization": f"Bearer {ada.token}", "idempotency-key": "once"}
    ids = {
        (await house.site.post("/api/v1/statuses", json=given, headers=headers)).json()["id"] for _ in "ab"
    }
    assert len(ids) == 1


async def test_an_edit_changes_what_is_shown_and_the_history_keeps_it(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    first, second = await uploaded(house, ada, description="first"), await uploaded(house, ada)
    status = await posted(house, ada, first)
    at = f"/api/v1/statuses/{status['id']}"
    await house.good(bo, "GET", at)
    change = {"status": "look", "media_ids": [second["id"]], "media_attributes": [{"id": second["id"], "description": "second"}]}  # fmt: skip
    await house.good(ada, "PUT", at, json=change)
    seen = await house.good(bo, "GET", at)
    assert [(one["id"], one["description"]) for one in seen["media_attachments"]] == [
        (second["id"], "second")
    ]
    versions = await house.good(bo, "GET", f"{at}/history")
    told = [[one["description"] for one in version["media_attachments"]] for version in versions]
    assert told == [["first"], ["second"]]
    assert (await fetch(house, versions[0]["media_attachments"][0]["url"])).status_code == 200


async def test_a_new_description_shows_at_once_to_all_who_see_the_post(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    media = await uploaded(house, ada)
    status = await posted(house, ada, media)
    at = f"/api/v1/statuses/{status['id']}"
    await house.good(bo, "GET", at)
    await house.good(
        ada, "PUT", f"/api/v1/media/{media['id']}", json={"description": "A door", "focus": "1,1"}
    )
    seen = (await house.good(bo, "GET", at))["media_attachments"][0]
    assert (seen["description"], seen["meta"]["focus"]) == ("A door", {"x": 1.0, "y": 1.0})


async def test_a_deleted_post_gives_its_files_back_for_a_day_and_then_they_are_gone(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    status = await posted(house, ada, await uploaded(house, ada))
    at = f"/api/v1/statuses/{status['id']}"
    theirs = (await house.good(bo, "GET", at))["media_attachments"][0]
    answered = await house.good(ada, "DELETE", at)
    assert (await fetch(house, theirs["url"])).status_code == 404
    again = await posted(house, ada, *answered["media_attachments"])
    await house.good(ada, "DELETE", f"/api/v1/statuses/{again['id']}", params={"delete_media": "true"})
    await house.settle()
    assert await names(house) == []


async def test_files_of_a_deleted_post_are_gone_for_everybody_but_their_author_signed_in(
    house: House,
) -> None:
    await house.world.policy(widest_ring=Ring.world)
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    media = await uploaded(house, ada)
    status = await posted(house, ada, media, audience="network")
    at = f"/api/v1/statuses/{status['id']}"
    mine = (await house.good(ada, "GET", at))["media_attachments"][0]["url"]
    theirs = (await house.good(bo, "GET", at))["media_attachments"][0]["preview_url"]
    plain = f"/media/{media['id']}/original.png"
    answered = await house.good(ada, "DELETE", at)
    for address in (mine, theirs, media["url"], media["preview_url"], plain):
        assert (await fetch(house, address)).status_code == 404, address
        assert (await house.ask(bo, "GET", address.removeprefix(HOME))).status_code == 404, address
    assert (await house.ask(ada, "GET", mine.removeprefix(HOME))).status_code == 200
    assert (await house.good(ada, "GET", f"/api/v1/media/{media['id']}"))["id"] == media["id"]
    assert (await house.ask(bo, "GET", f"/api/v1/media/{media['id']}")).status_code == 404
    await posted(house, ada, *answered["media_attachments"])
    assert (await fetch(house, mine)).status_code == 200, "it is in a post again"


async def test_every_file_of_a_suspended_person_is_closed_at_once(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    files = {"avatar": ("me.png", picture((900, 600))), "header": ("h.gif", moving())}
    account = await house.good(ada, "PATCH", "/api/v1/accounts/update_credentials", files=files)
    loose, shown = await uploaded(house, ada), await uploaded(house, ada)
    status = await posted(house, ada, shown)
    theirs = (await house.good(bo, "GET", f"/api/v1/statuses/{status['id']}"))["media_attachments"][0]
    addresses = [
        *(one[kind] for one in (loose, shown, theirs) for kind in ("url", "preview_url")),
        *(account[kind] for kind in ("avatar", "header", "header_static")),
    ]
    assert [(await fetch(house, address)).status_code for address in addresses] == [200] * 9
    await house.world.suspend(ada)
    assert [(await fetch(house, address)).status_code for address in addresses] == [404] * 9
    for who in (ada, bo):
        assert (await house.ask(who, "GET", loose["url"].removeprefix(HOME))).status_code in (403, 404)
    card = await house.good(bo, "GET", f"/api/v1/accounts/{ada.id}")
    assert "/static/" in card["avatar"] and "/static/" in card["header"]
    await house.world.suspend(ada, is_suspended=False)
    assert [(await fetch(house, address)).status_code for address in addresses] == [200] * 9


async def names(house: House) -> list[str]:
    return sorted([name async for some in house.world.store.names("") for name, _at in some])


async def test_what_nobody_posts_is_swept_after_a_day_and_what_is_posted_stays(house: House) -> None:
    ada = await house.world.member("ada")
    kept = await uploaded(house, ada)
    await posted(house, ada, kept)
    loose = await uploaded(house, ada)
    await remove.sweep(house.world.database, house.world.store)
    assert len(await names(house)) == 4
    await house.world.connection.execute("update media set touched_at = now() - interval '25 hours'")
    await remove.sweep(house.world.database, house.world.store)
    assert await names(house) == [f"posts/{kept['id']}/original", f"posts/{kept['id']}/small-0"]
    assert (await house.ask(ada, "GET", f"/api/v1/media/{loose['id']}")).status_code == 404


async def test_bytes_of_which_nobody_knows_are_swept(house: House) -> None:
    ada = await house.world.member("ada")
    kept = await uploaded(house, ada)
    await house.world.store.put("posts/77/original", b"left by a failure")
    await remove.sweep_strays(house.world.database, house.world.store)
    assert "posts/77/original" in await names(house), "it may be being uploaded just now"
    from datetime import UTC, datetime, timedelta

    from weetwie.runtime import clock

    clock.stop(datetime.now(UTC) + timedelta(days=2))
    await remove.sweep_strays(house.world.database, house.world.store)
    assert await names(house) == [f"posts/{kept['id']}/original", f"posts/{kept['id']}/small-0"]


async def test_only_media_lists_posts_with_files(house: House) -> None:
    ada = await house.world.member("ada")
    await house.good(ada, "POST", "/api/v1/statuses", json={"status": "words alone #open"})
    status = await posted(house, ada, await uploaded(house, ada), status="look #open")
    for at in (
        f"/api/v1/accounts/{ada.id}/statuses",
        "/api/v1/timelines/public",
        "/api/v1/timelines/tag/open",
    ):
        found = await house.good(ada, "GET", at, params={"only_media": "true"})
        assert [one["id"] for one in found] == [status["id"]], at


async def test_a_face_has_an_address_that_nobody_guesses_and_that_ends_with_it(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    at = "/api/v1/accounts/update_credentials"
    files = {"avatar": ("me.png", picture((900, 600))), "header": ("h.png", picture((900, 600)))}
    account = await house.good(ada, "PATCH", at, files=files, data={"avatar_description": "Me"})
    assert re.fullmatch(rf"{HOME}/faces/[\w-]{{24}}", account["avatar"])
    assert (await house.good(bo, "GET", f"/api/v1/accounts/{ada.id}"))["avatar"] == account["avatar"]
    assert account["avatar_description"] == "Me"
    face = await fetch(house, account["avatar"])
    assert Image.open(io.BytesIO(face.content)).size == (400, 400)
    other = await house.good(ada, "PATCH", at, files={"avatar": ("me.gif", moving())})
    assert other["avatar_static"] == other["avatar"] + "-still"
    assert (await fetch(house, account["avatar"])).status_code == 404
    for address, frames in ((other["avatar"], 3), (other["avatar_static"], 1)):
        content = (await fetch(house, address)).content
        assert getattr(Image.open(io.BytesIO(content)), "n_frames", 1) == frames
    bare = await house.good(ada, "DELETE", "/api/v1/profile/avatar")
    assert "/static/" in bare["avatar"]
    await house.good(ada, "DELETE", "/api/v1/profile/header")
    await house.world.connection.execute("update faces set created_at = now() - interval '1 hour'")
    await remove.sweep(house.world.database, house.world.store)
    assert await names(house) == []


class Down(blob.Store):
    """A store that is out of order."""

    def __init__(self) -> None:
        from obstore.store import S3Store

        store = S3Store("b", endpoint="http://127.0.0.1:9", access_key_id="a", secret_access_key="b", region="r",
                        client_options={"allow_http": True}, retry_config={"max_retries": 0})  # fmt: skip
        super().__init__(lambda: store)


async def test_a_store_that_is_down_is_said_and_nothing_is_lost(house: House) -> None:
    ada = await house.world.member("ada")
    media = await uploaded(house, ada)
    waiting = (await upload(house, ada, moving())).json()
    up, down = house.world.store._store, Down()._store
    house.world.store._store = down
    answer = await upload(house, ada, picture())
    assert answer.status_code == 503
    assert "retry-after" in answer.headers
    assert (await fetch(house, media["url"])).status_code == 503
    for _attempt in range(5):
        with pytest.raises(Exception, match="Files can't be saved"):
            await house.settle()
    house.world.store._store = up
    await house.settle()
    assert (await fetch(house, media["url"])).status_code == 200
    assert (await house.ask(ada, "GET", f"/api/v1/media/{waiting['id']}")).status_code == 200


async def test_what_belongs_to_followers_is_not_for_others(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    await house.world.follow(bo, ada)
    status = await posted(house, ada, await uploaded(house, ada), visibility=Visibility.private.name)
    address = (await house.good(bo, "GET", f"/api/v1/statuses/{status['id']}"))["media_attachments"][0]["url"]
    assert (await fetch(house, address)).status_code == 200
    await house.world.unfollow(bo, ada)
    assert (await fetch(house, address)).status_code == 404


async def test_uploads_at_once_do_not_disturb_one_another(house: House) -> None:
    ada = await house.world.member("ada")
    colours = ["red", "green", "blue", "black"]
    found = await asyncio.gather(*(uploaded(house, ada, picture(colour=colour)) for colour in colours))
    for colour, media in zip(colours, found, strict=True):
        content = (await fetch(house, media["url"])).content
        assert Image.open(io.BytesIO(content)).convert("RGB").getpixel((1, 1)) == Image.new("RGB", (1, 1), colour).getpixel((0, 0))  # fmt: skip


async def test_of_who_is_erased_with_their_posts_no_byte_stays(house: House) -> None:
    ada, bo = await house.world.member("ada", is_admin=True), await house.world.member("bo")
    await posted(house, bo, await uploaded(house, bo))
    await uploaded(house, bo)
    await house.good(
        bo, "PATCH", "/api/v1/accounts/update_credentials", files={"avatar": ("me.png", picture((90, 90)))}
    )
    assert len(await names(house)) == 5
    async with house.world.database.transaction() as db:
        await erase(db, await house.world.viewer(ada), bo.id)
    await house.settle()
    await house.world.connection.execute("update faces set created_at = now() - interval '1 hour'")
    await remove.sweep(house.world.database, house.world.store)
    assert await names(house) == []


async def test_what_stays_of_who_is_erased_without_their_posts_is_what_they_posted(house: House) -> None:
    ada, bo = await house.world.member("ada", is_admin=True), await house.world.member("bo")
    status = await posted(house, bo, await uploaded(house, bo))
    await uploaded(house, bo)
    async with house.world.database.transaction() as db:
        await erase(db, await house.world.viewer(ada), bo.id, keeps_posts=True)
    await house.settle()
    assert len(await names(house)) == 2
    seen = await house.good(ada, "GET", f"/api/v1/statuses/{status['id']}")
    assert (await fetch(house, seen["media_attachments"][0]["url"])).status_code == 200


async def test_a_file_that_is_long_on_its_way_holds_no_connection(house: House) -> None:
    """More uploads that do not end than there are connections; somebody else reads and writes meanwhile."""
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    goes_on = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield b'--x\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n'
        await goes_on.wait()
        yield picture() + b"\r\n--x--\r\n"

    headers = {"authorization": f"Bearer {ada.token}", "content-type": "multipart/form-data; boundary=x"}
    uploads = [
        asyncio.create_task(house.site.post("/api/v2/media", content=slowly(), headers=headers))
        for _number in range(8)
    ]
    await asyncio.sleep(0.2)
    async with asyncio.timeout(PATIENCE):
        await house.good(bo, "POST", "/api/v1/statuses", json={"status": "meanwhile"})
    goes_on.set()
    assert {(await one).status_code for one in uploads} == {200}
