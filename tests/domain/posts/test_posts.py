"""What becomes of a post: published, edited, boosted, marked, answered, deleted."""

from typing import Any

import pytest

from tests.world import Someone, World
from weetwie import reactions
from weetwie.access.enums import Ring, Visibility
from weetwie.access.policy import Policy
from weetwie.access.viewer import system
from weetwie.database.paging import Page
from weetwie.database.pool import Db
from weetwie.domain.posts import answer, boost, edit, mark, publish, redraft, remove, renamed
from weetwie.domain.posts.edit import PostChange
from weetwie.domain.posts.rules import Draft
from weetwie.domain.timelines import home
from weetwie.errors import Forbidden, Invalid, NotFound
from weetwie.events import PersonErased
from weetwie.views import posts as seen, texts as seen_words


class House:
    """Acts in the name of people, with all that goes with an act."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.db = Db(world.connection, reactions.AT_ONCE)

    async def publish(self, author: Someone, text: str, **draft: Any) -> int:
        return await publish.publish(self.db, await self.world.viewer(author), Draft(text=text, **draft))

    async def act(self, verb: Any, someone: Someone, *given: Any, **more: Any) -> Any:
        return await verb(self.db, await self.world.viewer(someone), *given, **more)

    async def see(self, someone: Someone, post_id: int) -> seen.SeenPost:
        return await seen.post(self.db, await self.world.viewer(someone), post_id)

    async def words(self, someone: Someone, post_id: int) -> seen_words.Words:
        return (await seen_words.words(self.db, [await self.see(someone, post_id)]))[0]

    async def home(self, someone: Someone) -> list[int]:
        viewer = await self.world.viewer(someone)
        return [post.id for post in await home.home(self.db, viewer, Page(limit=40))]

    async def facts(self) -> list[str]:
        return [
            row["kind"] for row in await self.world.connection.fetch("select kind from events order by id")
        ]


@pytest.fixture
def house(world: World) -> House:
    return House(world)


async def test_a_post_stands_in_the_home_of_author_and_followers_at_once(world: World, house: House) -> None:
    ada = await world.member("ada")
    bo = await world.member("bo", follows=[ada])
    cy = await world.member("cy")
    post = await house.publish(ada, "Good morning")
    assert (await house.home(ada), await house.home(bo), await house.home(cy)) == ([post], [post], [])


async def test_names_and_tags_are_kept_as_written(world: World, house: House) -> None:
    ada, _bo = await world.member("ada"), await world.member("bo")
    post = await house.publish(ada, "Ask @Bo about #KafkaStreams, not @nobody")
    words = await house.words(ada, post)
    assert [handle for _id, handle in words.mentions] == ["bo"]
    assert words.tags == [["kafkastreams", "KafkaStreams"]]


async def test_a_name_outside_the_audience_is_refused_and_nothing_is_written(
    world: World, house: House
) -> None:
    ada = await world.member("ada")
    await world.guest("gus", sponsor=ada)
    with pytest.raises(Invalid, match="@gus"):
        await house.publish(ada, "Hello @gus")
    assert await house.facts() == []
    post = await house.publish(ada, "!network Hello @gus")
    assert (await house.see(ada, post)).ring == Ring.network
    assert (await house.words(ada, post)).text == "Hello @gus"


async def test_a_direct_post_widens_by_itself_to_those_it_names(world: World, house: House) -> None:
    ada = await world.member("ada")
    gus = await world.guest("gus", sponsor=ada)
    post = await house.publish(ada, "Hello @gus", visibility=Visibility.direct)
    assert (await house.see(gus, post)).ring == Ring.network


async def test_somebody_whom_the_writer_does_not_see_cannot_be_named(world: World, house: House) -> None:
    ada = await world.member("ada")
    await world.member("secret")
    gus = await world.guest("gus", sponsor=ada)
    post = await house.publish(gus, "Hello @secret and @ada")
    assert [handle for _id, handle in (await house.words(gus, post)).mentions] == ["ada"]


async def test_a_guest_cannot_write_for_colleagues(world: World, house: House) -> None:
    ada = await world.member("ada")
    gus = await world.guest("gus", sponsor=ada)
    with pytest.raises(Forbidden):
        await house.publish(gus, "hi", ring=Ring.colleagues)
    assert (await house.see(gus, await house.publish(gus, "hi"))).ring == Ring.network


@pytest.mark.parametrize("shut_out", ["dormant", "suspended"])
async def test_who_does_not_stand_in_the_house_cannot_write(
    world: World, house: House, shut_out: str
) -> None:
    al = await world.alumnus("al", dormant=shut_out == "dormant")
    if shut_out == "suspended":
        await world.suspend(al)
    with pytest.raises(Forbidden):
        await house.publish(al, "hi", ring=Ring.world)


async def test_a_reply_to_what_one_does_not_see_is_a_reply_to_nothing(world: World, house: House) -> None:
    ada = await world.member("ada")
    al = await world.alumnus("al")
    post = await house.publish(ada, "for colleagues")
    with pytest.raises(NotFound):
        await house.publish(al, "really?", reply_to_id=post)


async def test_replies_are_counted_for_those_who_may_read_them(world: World, house: House) -> None:
    ada = await world.member("ada")
    al = await world.alumnus("al")
    post = await house.publish(ada, "for all", ring=Ring.network)
    await house.publish(ada, "open", reply_to_id=post)
    reply = await house.publish(ada, "inside", reply_to_id=post, ring=Ring.colleagues)
    await house.publish(ada, "quiet", reply_to_id=post, visibility=Visibility.private)
    assert (await house.see(ada, post)).replies_count == 2
    assert (await house.see(al, post)).replies_count == 1
    await house.act(remove.remove, ada, reply)
    assert (await house.see(ada, post)).replies_count == 1


async def test_the_same_key_within_the_hour_is_the_same_post(world: World, house: House) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    first = await house.publish(ada, "once", key="k")
    assert await house.publish(ada, "once", key="k") == first
    assert await house.publish(bo, "once", key="k") != first
    await world.connection.execute("update post_keys set created_at = now() - interval '61 minutes'")
    assert await house.publish(ada, "once", key="k") != first


async def test_an_edit_keeps_what_was_said_and_changes_tags(world: World, house: House) -> None:
    ada = await world.member("ada")
    post = await house.publish(ada, "I know #kafka")
    before = await house.see(ada, post)
    await house.act(edit.edit, ada, post, PostChange(text="I know #kafka and #flink", warning="work"))
    after, words = await house.see(ada, post), await house.words(ada, post)
    assert after.version > before.version
    assert words.is_sensitive
    assert sorted(key for key, _name in words.tags) == ["flink", "kafka"]
    assert [version.text for version in await seen_words.edits(house.db, after)] == ["I know #kafka"]
    await house.act(edit.edit, ada, post, PostChange(text="I know #flink"))
    assert [key for key, _name in (await house.words(ada, post)).tags] == ["flink"]


async def test_an_edit_that_changes_nothing_is_none(world: World, house: House) -> None:
    ada = await world.member("ada")
    post = await house.publish(ada, "same")
    await house.act(edit.edit, ada, post, PostChange(text="same"))
    assert (await house.see(ada, post)).version == 0
    assert await house.facts() == ["PostPublished"]


async def test_an_edit_may_name_more_people_inside_the_ring_and_takes_nobody_away(
    world: World, house: House
) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    await world.alumnus("al")
    post = await house.publish(ada, "for @bo", visibility=Visibility.direct)
    with pytest.raises(Invalid, match="@al"):
        await house.act(edit.edit, ada, post, PostChange(text="for @bo and @al"))
    await house.act(edit.edit, ada, post, PostChange(text="for nobody"))
    assert (await house.see(bo, post)).id == post


async def test_only_the_author_edits_and_deletes(world: World, house: House) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    al = await world.alumnus("al")
    post = await house.publish(ada, "mine")
    for verb, given in ((edit.edit, (post, PostChange(text="yours"))), (remove.remove, (post,))):
        with pytest.raises(Forbidden):
            await house.act(verb, bo, *given)
        with pytest.raises(NotFound):
            await house.act(verb, al, *given)


async def test_a_deleted_post_is_gone_with_its_words_its_boosts_and_its_count(
    world: World, house: House
) -> None:
    ada = await world.member("ada")
    bo = await world.member("bo", follows=[ada])
    post = await house.publish(ada, "secret #word")
    await house.act(edit.edit, ada, post, PostChange(text="secret #word again"))
    await house.act(boost.boost, bo, post)
    await house.act(remove.remove, ada, post)
    assert await house.home(bo) == []
    with pytest.raises(NotFound):
        await house.see(ada, post)
    left = await world.connection.fetch(
        "select text from post_texts where text <> '' union all select text from post_edits "
        "union all select name from post_tags"
    )
    assert left == []
    counts = await world.connection.fetch("select posts_in_ring, last_post_in_ring from people order by id")
    assert [list(row) for row in counts] == [[[0, 0, 0], [0, 0, 0]]] * 2


async def test_boosting_twice_is_boosting_once_and_a_boost_of_a_boost_is_one_of_the_original(
    world: World, house: House
) -> None:
    ada, bo, cy = await world.member("ada"), await world.member("bo"), await world.member("cy")
    post = await house.publish(ada, "look")
    first = await house.act(boost.boost, bo, post)
    assert await house.act(boost.boost, bo, first) == first
    second = await house.act(boost.boost, cy, first)
    assert (await house.see(cy, second)).post_id == post
    assert (await house.see(cy, post)).boosts_count == 2
    await house.act(boost.unboost, bo, post)
    seen_again = await house.see(bo, post)
    assert (seen_again.boosts_count, seen_again.is_boosted) == (1, False)
    assert await house.act(boost.boost, bo, post) != first


async def test_a_boost_is_taken_back_by_who_made_it_alone_and_answering_it_answers_the_original(
    world: World, house: House
) -> None:
    ada, bo, cy = await world.member("ada"), await world.member("bo"), await world.member("cy")
    post = await house.publish(ada, "look")
    theirs = await house.see(cy, await house.act(boost.boost, bo, post))
    await house.act(boost.boost, cy, post)
    with pytest.raises(Forbidden):
        await house.act(boost.take_back, cy, theirs)
    assert (await house.see(cy, post)).is_boosted
    reply = await house.publish(cy, "I see", reply_to_id=theirs.id)
    assert (await house.see(cy, reply)).reply_to_id == post
    await house.act(boost.take_back, bo, theirs)
    with pytest.raises(NotFound):
        await house.see(cy, theirs.id)


async def test_only_open_posts_and_ones_own_private_ones_can_be_boosted(world: World, house: House) -> None:
    ada = await world.member("ada")
    bo = await world.member("bo", follows=[ada])
    private = await house.publish(ada, "for followers", visibility=Visibility.private)
    with pytest.raises(Forbidden):
        await house.act(boost.boost, bo, private)
    mine = await house.see(ada, await house.act(boost.boost, ada, private))
    assert mine.visibility == Visibility.private
    direct = await house.publish(ada, "@bo", visibility=Visibility.direct)
    with pytest.raises(Forbidden):
        await house.act(boost.boost, bo, direct)


async def test_marks_are_ones_own_and_count_once(world: World, house: House) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    post = await house.publish(ada, "well said")
    for _again in range(2):
        await house.act(mark.favourite, bo, post)
        await house.act(mark.bookmark, bo, post)
    theirs, mine = await house.see(bo, post), await house.see(ada, post)
    assert (theirs.is_favourite, theirs.is_bookmark, theirs.favourites_count) == (True, True, 1)
    assert (mine.is_favourite, mine.is_bookmark, mine.favourites_count) == (False, False, 1)
    assert [found.id for found in await house.act(mark.favourites, bo, Page(limit=5))] == [post]
    for _again in range(2):
        await house.act(mark.unfavourite, bo, post)
    assert (await house.see(bo, post)).favourites_count == 0
    assert await house.act(mark.favourites, bo, Page(limit=5)) == []


async def test_marks_are_listed_in_the_order_of_marking(world: World, house: House) -> None:
    ada = await world.member("ada")
    first, second = await house.publish(ada, "1"), await house.publish(ada, "2")
    await house.act(mark.bookmark, ada, second)
    await house.act(mark.bookmark, ada, first)
    listed = await house.act(mark.bookmarks, ada, Page(limit=5))
    assert [found.id for found in listed] == [first, second]
    rest = await house.act(mark.bookmarks, ada, Page(limit=5, below=listed[0].key))
    assert [found.id for found in rest] == [second]


async def test_a_mark_on_what_is_no_longer_seen_is_kept_and_comes_back(world: World, house: House) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    post = await house.publish(ada, "for colleagues")
    await house.act(mark.bookmark, bo, post)
    await world.leave(bo, dormant=False)
    assert await house.act(mark.bookmarks, bo, Page(limit=5)) == []
    await world.rejoin(bo)
    assert [found.id for found in await house.act(mark.bookmarks, bo, Page(limit=5))] == [post]


async def test_only_ones_own_posts_are_pinned_and_not_too_many(world: World, house: House) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    posts = [await house.publish(ada, str(number)) for number in range(mark.MOST_PINS + 1)]
    with pytest.raises(Forbidden):
        await house.act(mark.pin, bo, posts[0])
    for post in posts[:-1]:
        await house.act(mark.pin, ada, post)
    with pytest.raises(Invalid, match=str(mark.MOST_PINS)):
        await house.act(mark.pin, ada, posts[-1])
    await house.act(mark.pin, ada, posts[0])


async def test_the_asker_says_which_reply_was_the_answer(world: World, house: House) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    question = await house.publish(ada, "Who knows Kafka?")
    reply = await house.publish(bo, "I do", reply_to_id=question)
    other = await house.publish(bo, "Something else")
    with pytest.raises(Forbidden):
        await house.act(answer.accept, bo, question, reply)
    with pytest.raises(Invalid):
        await house.act(answer.accept, ada, question, other)
    await house.act(answer.accept, ada, question, reply)
    assert (await house.see(bo, question)).answer_id == reply
    await house.act(answer.accept, ada, question, None)
    assert (await house.see(bo, question)).answer_id is None


async def test_an_answer_that_one_does_not_see_is_none(world: World, house: House) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    al = await world.alumnus("al")
    question = await house.publish(ada, "Who knows Kafka?", ring=Ring.network)
    reply = await house.publish(bo, "I do", reply_to_id=question, ring=Ring.colleagues)
    await house.act(answer.accept, ada, question, reply)
    assert (await house.see(al, question)).answer_id is None


async def test_a_pin_on_a_deleted_post_takes_no_place(world: World, house: House) -> None:
    ada = await world.member("ada")
    posts = [await house.publish(ada, str(number)) for number in range(mark.MOST_PINS + 1)]
    for post in posts[:-1]:
        await house.act(mark.pin, ada, post)
    await house.act(remove.remove, ada, posts[0])
    await house.act(mark.pin, ada, posts[-1])


async def test_who_left_the_ring_after_being_named_does_not_keep_a_mistake_in_the_text(
    world: World, house: House
) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    post = await house.publish(ada, "thnaks @bo")
    await world.leave(bo, dormant=False)
    await house.act(edit.edit, ada, post, PostChange(text="thanks @bo"))
    assert (await house.words(ada, post)).text == "thanks @bo"


async def test_an_edit_does_not_tell_who_is_part_of_a_post_that_is_hidden_by_now(
    world: World, house: House
) -> None:
    ada, al = await world.member("ada"), await world.alumnus("al")
    await world.member("cy")
    question = await house.publish(ada, "what?", ring=Ring.network)
    reply = await house.publish(al, "that", reply_to_id=question)
    await world.block(ada, al)
    await house.act(edit.edit, ada, question, PostChange(text="what, @cy?"))
    await house.act(edit.edit, al, reply, PostChange(text="that, @cy and @ada"))
    assert (await house.words(al, reply)).mentions == []


@pytest.mark.parametrize(
    ("ring", "draft", "text"),
    [
        (None, {}, "secret"),
        (Ring.network, {}, "!colleagues secret"),
        (Ring.network, {"ring": Ring.network}, "secret"),
        (Ring.network, {"visibility": Visibility.direct, "text": "@ada secret"}, "@ada secret"),
    ],
)
async def test_what_is_written_anew_comes_back_in_its_own_ring(
    world: World, house: House, ring: Ring | None, draft: dict[str, Any], text: str
) -> None:
    ada = await world.member("ada")
    draft = dict(draft)
    written = str(draft.pop("text", "secret"))
    post = await house.publish(ada, written, **({"ring": Ring.colleagues} | draft))
    await world.change(ada, default_ring=None if ring is None else int(ring))
    viewer = await world.viewer(ada)
    assert await redraft.text_of(house.db, viewer, await house.see(ada, post), written, []) == text


async def test_a_reply_is_written_anew_for_its_own_ring(world: World, house: House) -> None:
    ada = await world.member("ada")
    parent = await house.publish(ada, "one", ring=Ring.network)
    for ring, text in ((Ring.network, "two"), (Ring.colleagues, "!colleagues two")):
        post = await house.publish(ada, "two", ring=ring, reply_to_id=parent)
        seen_post = await house.see(ada, post)
        assert await redraft.text_of(house.db, await world.viewer(ada), seen_post, "two", []) == text


async def test_what_bears_the_handle_of_somebody_erased_is_encoded_anew(world: World, house: House) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    own, naming = await house.publish(bo, "mine"), await house.publish(ada, "hello @bo")
    other = await house.publish(ada, "hello")
    await world.erase(bo)
    await renamed.show_anew(house.db, system(Policy()), [PersonErased(bo.id)])
    versions = [(await house.see(ada, post)).version for post in (own, naming, other)]
    assert versions == [1, 1, 0]


# Whom a direct post goes to

DIRECT: dict[str, Any] = {"visibility": Visibility.direct}


async def told(house: House, who: Someone, post_id: int) -> list[str]:
    return sorted(handle for _id, handle in (await house.words(who, post_id)).mentions)


@pytest.mark.parametrize("said", [DIRECT, {}], ids=["direct", "nothing said"])
async def test_an_answer_in_a_conversation_goes_to_the_others_of_it(
    world: World, house: House, said: dict[str, Any]
) -> None:
    ada, bo, cy, dee = [await world.member(handle) for handle in ("ada", "bo", "cy", "dee")]
    first = await house.publish(ada, "@bo @cy psst", **DIRECT)
    more = await house.publish(ada, "one thing more", reply_to_id=first, **said)
    assert await told(house, bo, more) == ["bo", "cy"]
    answer = await house.publish(bo, "yes", reply_to_id=more, **said)
    assert await told(house, cy, answer) == ["ada", "cy"]
    aside = await house.publish(bo, "@ada between us", reply_to_id=more, **DIRECT)
    assert await told(house, ada, await house.publish(ada, "fine", reply_to_id=aside, **said)) == ["bo"]
    with pytest.raises(NotFound):
        await house.see(dee, more)


async def test_who_is_named_beside_a_conversation_joins_it_unless_it_is_said_to_be_for_them_alone(
    world: World, house: House
) -> None:
    ada, bo, _dee = [await world.member(handle) for handle in ("ada", "bo", "dee")]
    first = await house.publish(ada, "@bo psst", **DIRECT)
    both = await house.publish(ada, "and @dee?", reply_to_id=first)
    assert await told(house, bo, both) == ["bo", "dee"]
    alone = await house.publish(ada, "@dee only you", reply_to_id=first, **DIRECT)
    assert await told(house, ada, alone) == ["dee"]


async def test_an_answer_to_a_post_that_went_to_nobody_goes_to_who_was_there_before(
    world: World, house: House
) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    first = await house.publish(ada, "@bo psst", **DIRECT)
    lost = await world.post(ada, "lost", reply_to=first, **DIRECT)
    again = await house.publish(ada, "did you get this?", reply_to_id=lost, **DIRECT)
    assert await told(house, bo, again) == ["bo"]


async def test_a_direct_post_that_addresses_nobody_is_refused(world: World, house: House) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    own = await house.publish(ada, "for all")
    for draft in ({"text": "hello"}, {"text": "@nobody hello"}, {"text": "and", "reply_to_id": own}):
        with pytest.raises(Invalid):
            await house.publish(ada, **draft, **DIRECT)
    note = await house.publish(ada, "@ada buy bolts", **DIRECT)
    assert await told(house, ada, await house.publish(ada, "and nuts @ada", reply_to_id=note)) == ["ada"]
    theirs = await house.publish(bo, "for all")
    assert await told(house, bo, await house.publish(ada, "psst", reply_to_id=theirs, **DIRECT)) == ["bo"]


async def test_only_those_of_a_conversation_who_would_see_it_are_addressed(
    world: World, house: House
) -> None:
    ada, bo, cy = [await world.member(handle) for handle in ("ada", "bo", "cy")]
    gus = await world.guest("gus", sponsor=ada)
    first = await house.publish(ada, "@bo @cy @gus psst", **DIRECT)
    await world.suspend(cy)
    await world.block(bo, ada)
    answer = await house.publish(ada, "well?", reply_to_id=first, **DIRECT)
    assert await told(house, gus, answer) == ["gus"]
    await world.change(gus, is_dormant=True)
    with pytest.raises(Invalid, match="Nobody"):
        await house.publish(ada, "hello?", reply_to_id=answer, **DIRECT)
    with pytest.raises(Invalid, match="Nobody"):
        await house.publish(ada, "@bo hello?", **DIRECT)


async def test_what_went_to_people_it_does_not_name_names_them_when_it_is_written_anew(
    world: World, house: House
) -> None:
    ada, _bo = await world.member("ada"), await world.member("bo")
    first = await house.publish(ada, "@bo psst", **DIRECT)
    more = await house.publish(ada, "more", reply_to_id=first, **DIRECT)
    seen_post, words = await house.see(ada, more), await house.words(ada, more)
    text = await redraft.text_of(house.db, await world.viewer(ada), seen_post, words.text, words.mentions)
    assert text == "@bo more"
