"""Whoever is erased is nowhere: their marker words are looked for in every table and every file."""

import io
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from tests.api.house import House, opened
from tests.world import Someone
from weetwie.access import profile_words
from weetwie.domain.exports import exports
from weetwie.domain.identity import addresses
from weetwie.domain.knowledge import known_words
from weetwie.domain.mail import emails
from weetwie.domain.mail.write import WrittenEmail
from weetwie.domain.media import remove as media
from weetwie.domain.people.erase import erase
from weetwie.flows.exports.make import make_next
from weetwie.runtime import clock

MARK = "zqmarker"


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    async with opened(dsn) as house:
        yield house


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(file, "PNG")
    return file.getvalue()


async def lived(house: House) -> tuple[Someone, Someone]:
    """Somebody with traces in whatever can hold one."""
    world = house.world
    words = dict.fromkeys(profile_words.NAMES, MARK)
    ada = await world.member("ada", name=f"Ada {MARK}", bio=MARK, **words)
    bo = await world.member("bo")
    await addresses.add(world.db, ada.id, f"{MARK}@house.example", is_verified=True)

    async def does(method: str, at: str, **more: Any) -> Any:
        return await house.good(ada, method, at, **more)

    upload = await house.ask(
        ada, "POST", "/api/v2/media", files={"file": ("a.png", picture())}, data={"description": MARK}
    )
    text = f"{MARK} hums #{MARK}tag"
    post = await does(
        "POST",
        "/api/v1/statuses",
        json={"status": text, "media_ids": [upload.json()["id"]], "spoiler_text": MARK},
    )
    await does("PUT", f"/api/v1/statuses/{post['id']}", json={"status": f"{text} again"})
    poll = {"options": [MARK, "no"], "expires_in": 3600}
    await does("POST", "/api/v1/statuses", json={"status": f"A poll {MARK}", "poll": poll})
    later = (clock.now() + timedelta(hours=2)).isoformat()
    await does("POST", "/api/v1/statuses", json={"status": MARK, "scheduled_at": later})
    await does("POST", "/api/v1/lists", json={"title": MARK})
    await does(
        "POST",
        "/api/v2/filters",
        json={"title": MARK, "context": ["home"], "keywords_attributes": [{"keyword": MARK}]},
    )
    await does("POST", f"/api/v1/accounts/{bo.id}/note", json={"comment": MARK})
    await does(
        "PATCH",
        "/api/v1/accounts/update_credentials",
        data={"fields_attributes[0][name]": MARK, "fields_attributes[0][value]": MARK},
    )
    await does("PUT", "/api/weetwie/v1/me/topics", json={"name": MARK, "choice": "knows"})
    await house.good(bo, "POST", f"/api/v1/accounts/{ada.id}/follow")
    await house.good(bo, "POST", f"/api/v1/statuses/{post['id']}/favourite")
    await house.good(bo, "POST", f"/api/v1/statuses/{post['id']}/reblog")
    await emails.put(
        world.db, ada.id, f"{MARK}@house.example", WrittenEmail(MARK, MARK, MARK), timedelta(days=1)
    )
    await world.connection.execute(
        "insert into scim_resources (kind, person_id, name, document) values ('User', $1, $2, jsonb_build_object('userName', $2::text))",
        ada.id,
        MARK,
    )
    async with world.database.transaction() as db:
        await exports.ask(db, await world.viewer(ada))
    await make_next(world.database, world.site, world.store)
    await house.settle()
    return ada, bo


async def places(house: House) -> list[str]:
    """Where the marker stands: tables and columns, and files of the store."""
    connection = house.world.connection
    columns = await connection.fetch(
        "select table_name, column_name from information_schema.columns where table_schema = 'public'"
        " and table_name in (select tablename from pg_tables where schemaname = 'public')"
    )
    found = []
    for table, column in columns:
        hits = await connection.fetchval(
            f'select count(*) from "{table}" where strpos(lower("{column}"::text), $1) > 0'
            f" or strpos(\"{column}\"::text, encode($1::bytea, 'hex')) > 0",
            MARK,
        )
        found += [f"{table}.{column}"] * bool(hits)
    async for files in house.world.store.names(""):
        for name, _at in files:
            content = await house.world.store.whole(name)
            found += [name] * (MARK.encode() in content or name.startswith(("media/", "exports/")))
    return found


@pytest.mark.parametrize("with_posts", [True, False], ids=["with their posts", "posts stay without a name"])
async def test_no_trace_is_left_of_whoever_is_erased(
    house: House, with_posts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, _bo = await lived(house)
    before = await places(house)
    assert len(before) > 15, before
    chief = await house.world.viewer(await house.world.member("chief", is_admin=True))
    async with house.world.database.transaction() as db:
        await erase(db, chief, ada.id, keeps_posts=not with_posts)
    await house.settle()
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=2))
    await exports.sweep_strays(house.world.database, house.world.store)
    await media.sweep(house.world.database, house.world.store)
    async with house.world.database.transaction() as db:
        await known_words.forget_unused(db)
    left = await places(house)
    if with_posts:
        assert left == []
    else:
        kept = (
            "posts",
            "post_",
            "tags",
            "polls",
            "media",
            "search",
            "evidence",
            "known_words",
            "readings",
            "words",
        )
        assert [one for one in left if not one.startswith(kept)] == []
