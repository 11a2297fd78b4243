"""Live: what reaches whom, in which order, and when a stream ends."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from tests.world import Someone, World
from weetwie import reactions
from weetwie.access.authenticate import Memory
from weetwie.access.enums import Ring, Visibility
from weetwie.access.viewer import system
from weetwie.api.mastodon.render import Renderer
from weetwie.api.mastodon.streamed import Streaming
from weetwie.api.mastodon.streaming import events
from weetwie.domain.announcements import announcements
from weetwie.domain.filters import filters
from weetwie.domain.filters.filters import FilterChange, KeywordChange
from weetwie.domain.identity import tokens
from weetwie.domain.lists import lists, members
from weetwie.domain.people import leave as leaving
from weetwie.domain.posts import boost, edit, publish, remove
from weetwie.domain.posts.edit import PostChange
from weetwie.domain.posts.rules import Draft
from weetwie.domain.relations import follow, mute
from weetwie.domain.relations.block import block
from weetwie.domain.relations.rules import FollowOptions
from weetwie.domain.timelines.listeners import LONGEST_QUEUE, MOST_STREAMS, Stream
from weetwie.domain.timelines.live import Live
from weetwie.domain.timelines.stream_news import (
    DIRECT,
    HOME,
    NOTIFICATIONS,
    PUBLIC,
    PUBLIC_MEDIA,
    AnnouncementArrived,
    AnnouncementGone,
    AnnouncementReacted,
    Arrived,
    Channel,
    Edited,
    FiltersAreOthers,
    Gone,
    Notified,
    SpokenIn,
    StreamEnding,
    of_list,
    tagged,
)
from weetwie.errors import TooMany
from weetwie.events import PostPublished
from weetwie.runtime import clock
from weetwie.worker import MOST_ATTEMPTS, Worker, drain, given_up


class House:
    """A company whose facts are committed, as streams read only those."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.database = reactions.attach(world.database)
        self.live = Live(self.database, Memory())

    async def act(self, verb: Any, someone: Someone, *given: Any, **more: Any) -> Any:
        async with self.database.transaction() as db:
            return await verb(db, await Memory().person(db, someone.id), *given, **more)

    async def publish(self, author: Someone, text: str, **draft: Any) -> int:
        post: int = await self.act(publish.publish, author, Draft(text=text, **draft))
        return post

    async def open(self, someone: Someone, *channels: Channel) -> Stream:
        stream = self.live.open(await self.world.viewer(someone), channels or (HOME, NOTIFICATIONS))
        await self.live.turn()
        return stream

    async def heard(self, stream: Stream) -> list[Any]:
        """What has come since, without the posts themselves."""
        while await self.live.turn():
            pass
        heard: list[Any] = []
        while (news := await stream.next(0.01)) is not None:
            heard.append((type(news), news.post.id if isinstance(news, Arrived | Edited) else news))
        return heard


@pytest.fixture
async def house(dsn: str) -> AsyncIterator[House]:
    world = await World.open(dsn, is_kept=True)
    try:
        yield House(world)
    finally:
        await world.close()


async def test_a_post_reaches_those_in_whose_home_it_stands_in_order(house: House) -> None:
    ada = await house.world.member("ada")
    bo = await house.world.member("bo", follows=[ada])
    cy = await house.world.member("cy")
    al = await house.world.alumnus("al", follows=[ada])
    streams = {person.handle: await house.open(person) for person in (ada, bo, cy, al)}
    first = await house.publish(ada, "one")
    second = await house.publish(ada, "two", ring=Ring.network)
    both = [(Arrived, first), (Arrived, second)]
    assert await house.heard(streams["bo"]) == both
    assert await house.heard(streams["ada"]) == both
    assert await house.heard(streams["cy"]) == []
    assert await house.heard(streams["al"]) == [(Arrived, second)]


async def test_a_public_stream_carries_what_its_listener_sees_of_the_public_timeline(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    al = await house.world.alumnus("al")
    member, alumnus = await house.open(bo, PUBLIC), await house.open(al, PUBLIC)
    media = await house.open(bo, PUBLIC_MEDIA)
    inside = await house.publish(ada, "inside")
    wide = await house.publish(ada, "wide", ring=Ring.network)
    for narrow in (Visibility.unlisted, Visibility.private, Visibility.direct):
        await house.publish(ada, "hello @bo", visibility=narrow)
    await house.act(boost.boost, ada, wide)
    assert await house.heard(member) == [(Arrived, inside), (Arrived, wide)]
    assert await house.heard(alumnus) == [(Arrived, wide)]
    assert await house.heard(media) == []
    await house.act(remove.remove, ada, inside)
    assert await house.heard(member) == [(Gone, Gone(PUBLIC, post_id=inside))]
    assert await house.heard(alumnus) == []


async def test_a_tag_is_heard_of_though_it_was_never_used_before(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    stream, other = await house.open(bo, tagged("kafka")), await house.open(bo, tagged("bread"))
    await house.publish(ada, "Without")
    post = await house.publish(ada, "Who knows #Kafka?")
    assert await house.heard(stream) == [(Arrived, post)]
    await house.act(remove.remove, ada, post)
    assert await house.heard(stream) == [(Gone, Gone(tagged("kafka"), post_id=post))]
    assert await house.heard(other) == []


async def test_a_list_is_heard_by_its_owner_alone_each_list_by_itself(house: House) -> None:
    ada, bo, cy = [await house.world.member(handle) for handle in ("ada", "bo", "cy")]
    for followed in (ada, cy):
        await house.act(follow.follow, bo, followed.id, FollowOptions())
    one, other = [await house.act(lists.make, bo, title, 1, is_exclusive=False) for title in ("one", "other")]
    await house.act(members.add, bo, one, [ada.id])
    await house.act(members.add, bo, other, [ada.id, cy.id])
    theirs = [await house.open(bo, of_list(list_id)) for list_id in (one, other)]
    stranger = await house.open(cy, of_list(one))
    first, second = await house.publish(ada, "one"), await house.publish(cy, "two")
    third = await house.publish(ada, "three")
    assert await house.heard(theirs[0]) == [(Arrived, first), (Arrived, third)]
    assert await house.heard(theirs[1]) == [(Arrived, first), (Arrived, second), (Arrived, third)]
    await house.act(remove.remove, cy, second)
    assert await house.heard(theirs[0]) == []
    assert await house.heard(theirs[1]) == [(Gone, Gone(of_list(other), post_id=second))]
    assert await house.heard(stranger) == []


async def test_a_conversation_is_told_to_those_in_it(house: House) -> None:
    ada, bo, cy = [await house.world.member(handle) for handle in ("ada", "bo", "cy")]
    streams = [await house.open(person, DIRECT) for person in (ada, bo, cy)]
    await house.publish(ada, "hello @bo", visibility=Visibility.direct)
    await house.publish(ada, "hello @bo")
    heard = [[kind for kind, _news in await house.heard(stream)] for stream in streams]
    assert heard == [[SpokenIn], [SpokenIn], []]


async def test_an_announcement_is_told_to_those_whom_it_is_for(house: House) -> None:
    ada, al = await house.world.member("ada", is_admin=True), await house.world.alumnus("al")
    member, alumnus = await house.open(ada), await house.open(al)
    made = await house.act(announcements.announce, ada, "We move", ring=Ring.colleagues)
    assert await house.heard(member) == [
        (AnnouncementArrived, AnnouncementArrived(HOME, announcement_id=made))
    ]
    await house.act(announcements.react, ada, made, "\N{PARTY POPPER}")
    await house.act(announcements.take_back, ada, made, "\N{PARTY POPPER}")
    await house.act(announcements.withdraw, ada, made)
    kinds = [kind for kind, _news in await house.heard(member)]
    assert kinds == [AnnouncementReacted, AnnouncementArrived, AnnouncementGone]
    assert await house.heard(alumnus) == []


async def test_whom_one_mutes_meanwhile_is_no_longer_heard(house: House) -> None:
    ada = await house.world.member("ada")
    bo = await house.world.member("bo", follows=[ada])
    stream = await house.open(bo, HOME, PUBLIC, tagged("tea"))
    await house.act(mute.mute, bo, ada.id)
    await house.publish(ada, "More #tea")
    assert await house.heard(stream) == []


async def test_what_one_hears_no_longer_is_not_heard(house: House) -> None:
    ada = await house.world.member("ada")
    stream = await house.open(ada, HOME, PUBLIC)
    house.live.unlisten(stream, PUBLIC)
    post = await house.publish(ada, "one")
    assert await house.heard(stream) == [(Arrived, post)]


async def test_a_look_that_fails_is_done_again_and_nothing_is_said_twice(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await house.world.member("ada")
    stream = await house.open(ada, HOME, PUBLIC)
    post = await house.publish(ada, "one")

    async def fail(*_given: Any) -> Any:
        raise OSError("the database is gone")

    with monkeypatch.context() as patch:
        patch.setattr(house.live, "prepare", fail)
        with pytest.raises(OSError, match="gone"):
            await house.live.turn()
    assert await house.heard(stream) == [(Arrived, post)] * 2
    assert await house.heard(stream) == []


async def test_nobody_opens_streams_without_end(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    streams = [await house.open(ada) for _place in range(MOST_STREAMS)]
    with pytest.raises(TooMany):
        await house.open(ada)
    await house.open(bo)
    house.live.forget(streams[0])
    await house.open(ada)


async def test_many_listeners_cost_as_many_statements_as_one(house: House) -> None:
    """Of one person each, on every kind of channel, with a quote to look at."""
    ada = await house.world.member("ada")
    Streaming(house.live, house.database, Memory(), Renderer("http://weetwie.test"))
    channels = (HOME, NOTIFICATIONS, PUBLIC, PUBLIC_MEDIA, DIRECT, tagged("tea"))
    quoted = await house.publish(ada, "first")
    asked: list[int] = []
    for number in (1, 1, 20):
        for place in range(number):
            bo = await house.world.member(f"bo{len(asked)}x{place}", follows=[ada])
            await house.open(bo, *channels, of_list(place + 1))
        await house.publish(ada, "plain #tea")
        await house.publish(ada, "quoting", quote_of_id=quoted)
        asked.append(await _statements(house))
    assert asked[1] == asked[2] > 5, "the first time fills what is kept"


async def _statements(house: House) -> int:
    pool = house.database.pool
    asked: list[Any] = []
    connections = [await pool.acquire() for _place in range(pool.get_max_size())]
    for connection in connections:
        connection.add_query_logger(asked.append)
    for connection in connections:
        await pool.release(connection)
    assert await house.live.turn()
    await asyncio.sleep(0)  # the driver logs a statement at the loop's next turn
    return len(asked)


async def test_what_was_said_before_somebody_listened_is_not_said_again(house: House) -> None:
    ada = await house.world.member("ada")
    await house.publish(ada, "before")
    stream = await house.open(ada)
    after = await house.publish(ada, "after")
    assert await house.heard(stream) == [(Arrived, after)]


async def test_an_edit_and_a_delete_reach_those_who_saw_it(house: House) -> None:
    ada = await house.world.member("ada")
    bo = await house.world.member("bo", follows=[ada])
    al = await house.world.alumnus("al", follows=[ada])
    theirs, outside = await house.open(bo), await house.open(al)
    post = await house.publish(ada, "one")
    await house.act(edit.edit, ada, post, PostChange(text="won"))
    assert await house.heard(theirs) == [(Arrived, post), (Edited, post)]
    await house.act(remove.remove, ada, post)
    assert [kind for kind, _news in await house.heard(theirs)] == [Gone]
    assert await house.heard(outside) == []


async def test_who_changes_filters_hears_of_it_and_gets_what_follows_with_them(house: House) -> None:
    ada = await house.world.member("ada")
    bo = await house.world.member("bo", follows=[ada])
    streaming = Streaming(house.live, house.database, Memory(), Renderer("http://weetwie.test"))
    stream, other = await house.open(bo), await house.open(ada)
    keywords = [KeywordChange(keyword="tea")]
    wanted = FilterChange(title="No tea", contexts=["home"], keywords=keywords)
    await house.act(filters.make, bo, wanted)
    while await house.live.turn():
        pass
    news = await stream.next(0.01)
    assert news == FiltersAreOthers()
    assert await other.next(0.01) is None
    assert await streaming.messages(stream.viewer, news) == (("filters_changed", b""),)
    await house.publish(ada, "More tea")
    while await house.live.turn():
        pass
    arrived = await stream.next(0.01)
    assert arrived is not None
    ((event, payload),) = await streaming.messages(stream.viewer, arrived)
    assert event == "update"
    assert b'"keyword_matches":["tea"]' in payload


async def test_a_boost_arrives_as_a_boost(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    cy = await house.world.member("cy", follows=[bo])
    post = await house.publish(ada, "look")
    stream = await house.open(cy)
    made = await house.act(boost.boost, bo, post)
    assert await house.heard(stream) == [(Arrived, made)]


async def test_a_notification_reaches_the_one_it_is_for(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    theirs, mine = await house.open(bo), await house.open(ada)
    await house.publish(ada, "hello @bo", visibility=Visibility.direct)
    await drain(Worker(house.database, house.world.site))
    assert [kind for kind, _news in await house.heard(theirs)] == [Notified]
    assert [kind for kind, _news in await house.heard(mine)] == [Arrived]


async def test_a_stream_ends_when_its_owner_leaves_or_is_parted_by_a_block(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    streams = [await house.open(person) for person in (ada, bo)]
    await house.act(block, ada, bo.id)
    await house.live.turn()
    assert [stream.is_open for stream in streams] == [False, False]
    cy = await house.world.member("cy", follows=[ada])
    stream = await house.open(cy)
    await house.publish(ada, "queued and never heard")
    async with house.database.transaction() as db:
        await leaving.leave(db, system(await Memory().policy(db)), cy.id)
    assert await house.heard(stream) == []
    assert not stream.is_open


async def test_a_stream_ends_with_its_token(house: House) -> None:
    ada = await house.world.member("ada")
    stream = await house.open(ada)
    async with house.database.transaction() as db:
        viewer = await house.world.viewer(ada)
        await tokens.revoke_one(db, viewer, viewer.token_id)
    await house.live.turn()
    assert not stream.is_open


async def test_a_guests_stream_ends_with_their_time_though_nothing_happens(house: House) -> None:
    ada = await house.world.member("ada")
    gus = await house.world.guest("gus", sponsor=ada)
    stream = await house.open(gus)
    clock.stop(clock.now() + timedelta(days=2))
    await house.live.turn()
    assert not stream.is_open


async def test_a_reader_who_does_not_read_is_dropped_and_harms_nobody(house: House) -> None:
    ada = await house.world.member("ada")
    slow, quick = await house.open(ada), await house.open(ada)
    for number in range(LONGEST_QUEUE + 1):
        slow.put(Gone(post_id=number))
    post = await house.publish(ada, "still here")
    assert await house.heard(quick) == [(Arrived, post)]
    assert slow.ending is StreamEnding.slow


async def test_a_stream_that_opens_just_after_its_token_was_given_back_ends(house: House) -> None:
    ada, bo = await house.world.member("ada"), await house.world.member("bo")
    await house.open(bo)
    recognised = await house.world.viewer(ada)
    async with house.database.transaction() as db:
        await tokens.revoke_one(db, recognised, recognised.token_id)
    await house.live.turn()
    stream = house.live.open(recognised)
    await house.publish(ada, "never heard")
    assert await house.heard(stream) == []
    assert not stream.is_open


async def test_a_fact_of_another_version_holds_nothing_up(house: House) -> None:
    ada = await house.world.member("ada")
    stream = await house.open(ada)
    add = "insert into events (kind, ids) values ($1, $2)"
    await house.world.connection.execute(add, "PersonTeleported", {"person_id": 1})
    await house.world.connection.execute(add, "PostPublished", {"number": 1})
    post = await house.publish(ada, "hello @ada")
    assert await house.heard(stream) == [(Arrived, post)]
    await drain(Worker(house.database, house.world.site))
    waiting = await house.world.connection.fetch(
        "select kind from events where finished_at is null order by id"
    )
    assert [row["kind"] for row in waiting] == ["PersonTeleported", "PostPublished"]


@pytest.mark.parametrize(
    ("scope", "names"), [("read:statuses", ["update"]), ("read:notifications", ["notification"])]
)
async def test_a_stream_tells_only_what_its_token_may_read(
    house: House, scope: str, names: list[str]
) -> None:
    ada = await house.world.member("ada")
    bo = await house.world.member("bo", follows=[ada])
    await house.world.connection.execute("update tokens set scopes = $1 where person_id = $2", [scope], bo.id)
    streaming = Streaming(house.live, house.database, Memory(), Renderer("http://here.test"))
    stream = await house.open(bo)
    await house.publish(ada, "hello @bo")
    await drain(Worker(house.database, house.world.site))
    while await house.live.turn():
        pass
    heard: list[Any] = []
    while (news := await stream.next(0.01)) is not None:
        heard += await streaming.messages(stream.viewer, news)
    assert [message.event for message in heard] == names


async def test_a_reaction_that_fails_is_put_off_and_holds_nothing_else_up(house: House) -> None:
    ada = await house.world.member("ada")
    bad, good = await house.publish(ada, "one"), await house.publish(ada, "two")
    told: list[int] = []

    async def tell(db: Any, viewer: Any, facts: Any) -> None:
        told.extend(fact.post_id for fact in facts if fact.post_id != bad)
        if any(fact.post_id == bad for fact in facts):
            raise ValueError("of its own making")

    worker = Worker(house.database, house.world.site, {PostPublished: [tell]}, {})
    for _ in range(MOST_ATTEMPTS):
        told.clear()
        await drain(worker)
        clock.stop(clock.now() + timedelta(days=1))
    async with house.database.reading() as db:
        assert await given_up(db) == 1
    done = await house.world.connection.fetch("select ids from events where finished_at is not null")
    assert {"post_id": good} in [row["ids"] for row in done]


async def test_an_answer_that_nobody_reads_opens_no_stream(house: House) -> None:
    ada = await house.world.member("ada")
    streaming = Streaming(house.live, house.database, Memory(), Renderer("http://here.test"))
    unread = events(streaming, await house.world.viewer(ada), (HOME, NOTIFICATIONS))
    assert house.live.open_streams == 0
    read = events(streaming, await house.world.viewer(ada), (HOME, NOTIFICATIONS))
    assert await anext(read) == b":)\n\n"
    assert house.live.open_streams == 1
    for each in (unread, read):
        await each.aclose()
    assert house.live.open_streams == 0
