"""What a person has written, taken out as an archive: whole, for nobody else, and the same when it is brought in again."""

import asyncio
import io
import json
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from tests.api.house import House, opened
from tests.imports.archive.making import picture
from tests.imports.archive.test_bring import HOME, bring, of
from tests.world import Someone, World
from weetwie.access.enums import Ring, Visibility
from weetwie.context import Context
from weetwie.flows.exports.archive import ExportReport, export
from weetwie.flows.imports import archive as archives
from weetwie.imports.archive.mastodon import PUBLIC
from weetwie.imports.box import opened as opened_box

NASTY = [
    "One\n\n\n\nfour lines below",
    "  blanks around  ",
    "<script>alert(1)</script> & &amp; \u21a9 \U0001f469\u200d\U0001f680",
    "@bo see https://example.org/a_(b)?c=d&e#f and #Tag_one, nobody@example.org",
    "=1+1\t\r\nlast",
    "Ein Satz auf Deutsch, der lang genug ist, um erkannt zu werden.",
    "- a\n- b\n\n```\ncode  with   blanks\n```",
]


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        yield house


async def taken(house: House, who: Someone) -> tuple[ExportReport, bytes]:
    out = io.BytesIO()
    world = house.world
    return await export(
        world.database, await world.viewer(who), world.store, replace(world.site, base_url=HOME), out
    ), out.getvalue()


def read(archive: bytes, name: str) -> Any:
    with zipfile.ZipFile(io.BytesIO(archive)) as box:
        return json.loads(box.read(name))


def told(posts: list[Any]) -> list[Any]:
    """What of posts does not depend on their ids, with what they answer in words."""
    contents = {post["id"]: post["content"] for post in posts}
    names = ("created_at", "visibility", "spoiler_text", "sensitive", "language", "audience")
    return [
        {
            **{name: post[name] for name in names},
            "tags": sorted(tag["name"] for tag in post["tags"]),
            "answers": contents.get(post["in_reply_to_id"]),
            "files": [(one["type"], one["description"]) for one in post["media_attachments"]],
        }
        for post in posts
    ]


async def texts_of(house: House) -> list[str]:
    rows = await house.world.connection.fetch(
        "select text from post_texts t join posts p on p.id = t.post_id order by p.id"
    )
    return [row["text"] for row in rows]


async def test_what_is_taken_out_comes_in_as_it_was(house: House, tmp_path: Path) -> None:
    world = house.world
    await world.policy(widest_ring=Ring.world)
    ada = await world.member("ada")
    await world.member("bo")
    posts = []
    for number, text in enumerate(NASTY):
        audience = ("colleagues", "network", "world")[number % 3]
        given = {"status": text, "audience": audience, "spoiler_text": "CW" * (number % 2)}
        if number % 2:
            given["visibility"] = "unlisted"
        posts.append(await house.good(ada, "POST", "/api/v1/statuses", data=given))
    answer = {"status": "And more", "in_reply_to_id": posts[-1]["id"]}
    second = await house.good(ada, "POST", "/api/v1/statuses", data=answer)
    media = await house.good(
        ada, "POST", "/api/v2/media", files={"file": ("a.png", picture())}, data={"description": "A square"}
    )
    more = {"status": "", "in_reply_to_id": second["id"], "media_ids[]": media["id"]}
    await house.good(ada, "POST", "/api/v1/statuses", data=more)
    await house.good(ada, "PUT", f"/api/v1/statuses/{second['id']}", data={"status": "And more of it"})
    before = await of(house, ada, ada)
    words = await texts_of(house)
    for visibility in ("private", "direct"):
        await house.good(ada, "POST", "/api/v1/statuses", data={"status": "@bo", "visibility": visibility})

    summary, archive = await taken(house, ada)
    assert (summary.posts, summary.files, summary.lost_files) == (len(NASTY) + 4, 1, 0)
    (tmp_path / "mine.zip").write_bytes(archive)
    outlook, report = await bring(house, ada, tmp_path / "mine.zip")
    assert (outlook.posts, report.new) == (0, 0), "what is here stays once"
    await world.connection.execute("delete from media")
    await world.connection.execute("delete from posts")
    outlook, report = await bring(house, ada, tmp_path / "mine.zip")
    assert outlook.skipped == {"for followers only": 1, "direct messages": 1}
    assert (report.new, report.files) == (len(NASTY) + 2, 1)
    assert told(await of(house, ada, ada)) == told(before)
    assert await texts_of(house) == words


async def test_what_was_for_some_is_not_public_to_other_programs(house: House) -> None:
    ada = await house.world.member("ada")
    await house.good(ada, "POST", "/api/v1/statuses", data={"status": "Secret", "audience": "colleagues"})
    _, archive = await taken(house, ada)
    (item,) = read(archive, "outbox.json")["orderedItems"]
    for one in (item, item["object"]):
        assert PUBLIC not in one["to"] + one["cc"]


async def test_a_poll_comes_back_as_words(house: House, tmp_path: Path) -> None:
    ada = await house.world.member("ada")
    poll = {
        "status": "Tea?",
        "poll[options][]": ["Yes", "No"],
        "poll[expires_in]": "3600",
        "poll[hide_totals]": "true",
    }
    await house.good(ada, "POST", "/api/v1/statuses", data=poll)
    _, archive = await taken(house, ada)
    (item,) = read(archive, "outbox.json")["orderedItems"]
    assert item["object"]["type"] == "Question"
    assert [option["name"] for option in item["object"]["oneOf"]] == ["Yes", "No"]
    assert "totalItems" not in json.dumps(item)
    (tmp_path / "mine.zip").write_bytes(archive)
    await house.world.connection.execute("delete from posts")
    await bring(house, ada, tmp_path / "mine.zip")
    assert await texts_of(house) == ["Tea?\n\n- Yes\n- No"]


async def test_nothing_of_others_is_in_it(house: House) -> None:
    world = house.world
    ada, bo = await world.member("ada"), await world.member("bo", name="Bo the Builder")
    post = await world.post(bo, "Words of Bo")
    await world.post(bo, "To Ada alone", visibility=Visibility.direct, mentions=[ada])
    await house.good(ada, "POST", f"/api/v1/statuses/{post}/reblog")
    await house.good(ada, "POST", f"/api/v1/statuses/{post}/bookmark")
    await house.good(
        ada, "POST", "/api/v1/statuses", data={"status": "My answer", "in_reply_to_id": str(post)}
    )
    summary, archive = await taken(house, ada)
    assert (summary.posts, summary.boosts) == (1, 1)
    with zipfile.ZipFile(io.BytesIO(archive)) as box:
        whole = b"\n".join(box.read(name) for name in box.namelist())
    for secret in (b"Words of Bo", b"Builder", b"To Ada alone"):
        assert secret not in whole
    address = f"{HOME}/people/bo/posts/{post}"
    boost, answer = read(archive, "outbox.json")["orderedItems"]
    assert (answer["object"]["inReplyTo"], boost["object"]) == (address, address)
    assert read(archive, "bookmarks.json")["orderedItems"] == [address]
    # Whoever no longer sees what was answered learns nothing of it.
    await world.block(bo, ada)
    _, archive = await taken(house, ada)
    assert address.encode() not in archive and str(post) not in json.dumps(read(archive, "outbox.json"))


writings = st.lists(
    st.tuples(
        st.text(
            st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=80
        ).filter(str.strip),
        st.text("CW \n<&", max_size=5),
        st.sampled_from([Visibility.public, Visibility.unlisted]),
        st.sampled_from(list(Ring)),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(given=writings)
def test_whatever_was_written_comes_back_as_it_was(dsn: str, tmp_path: Path, given: list[Any]) -> None:
    async def story() -> None:
        world = await World.open(dsn)
        try:
            await world.policy(widest_ring=Ring.world)
            ada = await world.member("ada")
            viewer = await world.viewer(ada)
            ids: list[int] = []
            reach: list[tuple[Visibility, Ring]] = []
            for text, warning, visibility, ring, back in given:
                above = len(ids) - back if 0 < back <= len(ids) else None
                if above is not None:
                    visibility, ring = max(visibility, reach[above][0]), min(ring, reach[above][1])
                reach.append((visibility, ring))
                more: dict[str, Any] = {"warning": warning, "visibility": visibility, "ring": ring}
                ids.append(
                    await world.post(ada, text, reply_to=None if above is None else ids[above], **more)
                )
            before = await world.connection.fetch(_AS_IT_IS)
            out = io.BytesIO()
            await export(world.database, viewer, world.store, replace(world.site, base_url=HOME), out)
            await world.connection.execute("delete from posts")
            (tmp_path / "mine.zip").write_bytes(out.getvalue())
            with opened_box(tmp_path / "mine.zip") as box:
                found = await archives.read(
                    Context(world.db, viewer, replace(world.site, base_url=HOME)), box, "mastodon"
                )
                await archives.bring(world.database, viewer, world.store, box, found)
            after = await world.connection.fetch(_AS_IT_IS)
            assert [dict(row) for row in after] == [dict(row) for row in before]
        finally:
            await world.close()

    asyncio.run(story())


_AS_IT_IS = """
    select p.id >> 16 as ms, p.ring, p.visibility, t.text, t.warning, t.language, parent.text as above
    from posts p join post_texts t on t.post_id = p.id left join post_texts parent on parent.post_id = p.reply_to_id
    order by p.id >> 16, t.text collate "C", t.warning collate "C"
"""
