"""The sample company in a real database: it comes once, lives like any other, and leaves nothing behind."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from tests.imports.bringing import acting
from tests.world import World
from weetwie.access.authenticate import Memory
from weetwie.access.enums import Standing
from weetwie.access.viewer import Viewer
from weetwie.database.paging import Page
from weetwie.domain.identity import passwords
from weetwie.domain.imports import imported, ledger
from weetwie.domain.media import files
from weetwie.domain.posts.boost import boost
from weetwie.domain.posts.mark import favourite
from weetwie.domain.posts.publish import publish
from weetwie.domain.posts.rules import Draft
from weetwie.domain.relations.follow import follow
from weetwie.domain.relations.rules import FollowOptions
from weetwie.domain.timelines.home import home
from weetwie.domain.timelines.public import public
from weetwie.errors import Conflict, NotFound
from weetwie.flows.imports.clear import clear
from weetwie.flows.imports.remove import remove
from weetwie.flows.imports.sample import SOURCE, SampleReport, fill
from weetwie.imports.sample.company import Company, company
from weetwie.runtime import clock
from weetwie.serve import sample as samples
from weetwie.serve.sample import GUIDE, put_up

_TRAILS = ("audit", "events", "alembic_version", "keys", "evidence", "known_words")
"""What tells that something was, and not what is."""


@pytest.fixture
async def world(dsn: str) -> AsyncIterator[World]:
    world = await World.open(dsn, is_kept=True)
    yield world
    await world.close()


@pytest.fixture
def _is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what was written first: enough where it does not matter how much there is."""
    monkeypatch.setattr(samples, "company", small)


def small(now: datetime) -> Company:
    whole = company(now)
    people = [msgspec.structs.replace(one, bookmarks=()) for one in whole.people]
    return msgspec.structs.replace(whole, people=people, posts=whole.posts[:90], at=whole.at[:90])


async def filled(world: World) -> tuple[Company, SampleReport]:
    sample = company(clock.now())
    return sample, await fill(world.database, await acting(world.database), world.store, sample)


async def as_sample(world: World, handle: str) -> Viewer:
    async with world.database.reading() as db:
        person_id = (await imported.people(db, SOURCE, [handle]))[handle]
        viewer = await Memory().person(db, person_id)
    assert viewer is not None
    return viewer


async def rows_of_all_tables(world: World) -> dict[str, Any]:
    tables = await world.connection.fetch("select tablename from pg_tables where schemaname = 'public'")
    return {
        name: await world.connection.fetchval(f'select count(*) from "{name}"')
        for name in sorted(row["tablename"] for row in tables)
        if name not in _TRAILS
    }


async def files_of(world: World) -> int:
    return sum(
        [len(names) for folder in (files.FOLDER, files.FACES) async for names in world.store.names(folder)]
    )


async def test_it_lives_like_any_other_company(world: World) -> None:
    sample, done = await filled(world)
    assert (done.people, done.posts) == (40, len(sample.posts))
    guide = await as_sample(world, GUIDE)
    async with world.database.reading() as db:
        at_home = await home(db, guide, Page(40))
        in_public = await public(db, guide, Page(40))
    assert len(at_home) == len(in_public) == 40
    assert len({post.author.id for post in at_home}) > 8
    for one in sample.people:
        viewer = await as_sample(world, one.handle)
        async with world.database.reading() as db:
            assert len(await home(db, viewer, Page(5))) == 5, one.handle
    newest = await world.connection.fetchval("select max(id) >> 16 from posts")
    assert clock.now().timestamp() - newest / 1000 < timedelta(hours=1).total_seconds()
    answered = await world.connection.fetchval(
        "select count(*) from posts q join posts a on a.id = q.answer_id where q.is_question and a.root_id = q.root_id"
    )
    assert answered == len(sample.accepted()) > 50
    assert await world.connection.fetchval("select count(*) from post_words") == len(sample.posts)
    assert await world.connection.fetchval("select count(*) from marks where bookmark is not null") > 5
    assert await world.connection.fetchval("select count(*) from list_members") > 10
    for table in ("marks", "follows", "tag_follows", "mentions", "media", "faces", "polls", "votes", "notifications", "post_words"):  # fmt: skip
        assert await world.connection.fetchval(f"select count(*) from {table}") > 15 or table == "polls", (
            table
        )
    assert await wrongly_counted(world) == []


async def wrongly_counted(world: World) -> list[Any]:
    return await world.connection.fetch(  # type: ignore[no-any-return]
        """
        select p.handle from people p where
            p.followers_count <> (select count(*) from follows where followed_id = p.id)
            or p.following_count <> (select count(*) from follows where follower_id = p.id)
            or (select sum(n) from unnest(p.posts_in_ring) n) <> (select count(*) from posts where author_id = p.id and visibility < 2)
            or (select max(n) from unnest(p.last_post_in_ring) n)
                <> (select coalesce(max(id), 0) from posts where author_id = p.id and visibility < 2)
        union all select p.id::text from posts p where
            p.favourites_count <> (select count(*) from marks where post_id = p.id and favourite is not null)
            or (select sum(n) from unnest(p.replies_in_ring) n) <> (select count(*) from posts where reply_to_id = p.id and visibility < 2)
            or (select sum(n) from unnest(p.boosts_in_ring) n) <> (select count(*) from posts where boost_of_id = p.id)
            or (select sum(n) from unnest(p.quotes_in_ring) n) <> (select count(*) from posts where quote_of_id = p.id)
        """
    )


@pytest.mark.usefixtures("_is_small")
async def test_twice_is_once_with_a_new_password(world: World) -> None:
    viewer = await acting(world.database)
    first = await put_up(world.database, viewer, world.store)
    before = await rows_of_all_tables(world)
    second = await put_up(world.database, viewer, world.store)
    assert first.filled and second.filled is None and first.handle == second.handle == GUIDE
    after = await rows_of_all_tables(world)
    assert after == before and after["account_events"] == 0, "nobody is greeted by a notice of the password"
    async with world.database.reading() as db:
        person_id = (await imported.people(db, SOURCE, [GUIDE]))[GUIDE]
        hash = await passwords.hash_of(db, person_id)
    assert await passwords.fits(hash, second.password) and not await passwords.fits(hash, first.password)
    with pytest.raises(Conflict, match="already here"):
        await fill(world.database, viewer, world.store, company(clock.now()))


@pytest.mark.usefixtures("_is_small")
async def test_it_does_not_come_among_what_people_wrote_unless_that_is_wanted(world: World) -> None:
    ada = await world.member(GUIDE)
    await world.post(ada, "Mine.")
    viewer = await acting(world.database)
    with pytest.raises(Conflict, match="--force"):
        await put_up(world.database, viewer, world.store)
    found = await put_up(world.database, viewer, world.store, beside_others=True)
    assert found.filled and found.handle == f"{GUIDE}_2"


@pytest.mark.usefixtures("_is_small")
async def test_nothing_of_it_stays_not_even_what_was_done_since(world: World) -> None:
    ada = await world.member("ada")
    mine = await world.post(ada, "Who is this?")
    before = await rows_of_all_tables(world)
    shown = await world.connection.fetchval("select count(*) from evidence where not is_gone")
    counted = "select followers_count, following_count, posts_in_ring from people"
    told = "select favourites_count, boosts_in_ring, replies_in_ring, quotes_in_ring from posts"
    people, posts = await world.connection.fetch(counted), await world.connection.fetch(told)
    viewer = await acting(world.database)
    await put_up(world.database, viewer, world.store, beside_others=True)
    guide = await as_sample(world, GUIDE)
    async with world.database.transaction() as db:
        await follow(db, guide, ada.id, FollowOptions())
        await favourite(db, guide, mine)
        await boost(db, guide, mine)
        await publish(db, guide, Draft(text="I am made up. #newtag", reply_to_id=mine))
        await publish(db, guide, Draft(text="Look", quote_of_id=mine))
        me = Viewer(person_id=ada.id, standing=Standing.member, policy=guide.policy)
        await follow(db, me, guide.person_id, FollowOptions())
    assert await files_of(world) > 60
    async with world.database.reading() as db:
        entry = await ledger.find(db, SOURCE)
    assert entry is not None
    with pytest.raises(Conflict, match="sample --remove"):
        await remove(world.database, viewer, entry.id, lambda _removed: None)
    await clear(world.database, viewer, world.store)
    assert await rows_of_all_tables(world) == before
    assert await world.connection.fetchval("select count(*) from evidence where not is_gone") == shown
    assert await world.connection.fetch(counted) == people
    assert await world.connection.fetch(told) == posts
    assert await files_of(world) == 0
    with pytest.raises(NotFound):
        await clear(world.database, viewer, world.store)
    await put_up(world.database, viewer, world.store, beside_others=True)
