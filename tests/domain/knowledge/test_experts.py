"""Who knows what: people with proof, under the law, at once."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.world import SOME_DAY, Someone, World
from weetwie.access.enums import Ring, Visibility
from weetwie.domain.knowledge import evidence, seal, vouch
from weetwie.domain.knowledge.answer import ExpertAnswer, Filters, Level
from weetwie.domain.knowledge.experts import who_knows
from weetwie.errors import Invalid
from weetwie.runtime import clock


async def ask(
    world: World, who: Someone | None, question: str, order: str = "knows", **more: Any
) -> ExpertAnswer:
    return await who_knows(world.db, await world.viewer(who), question, order, **more)


def people(answer: ExpertAnswer) -> list[int]:
    return [expert.person_id for expert in answer.people]


async def company(world: World) -> tuple[Someone, Someone, Someone]:
    ada, bo, cy = [await world.member(name) for name in ("ada", "bo", "cy")]
    for number in range(3):
        await world.post(
            ada, f"The kafka broker of plant {number} rebalances when a consumer leaves the group"
        )
    await world.post(
        bo, "Kafka was mentioned in the meeting about lunch, tea, cake, chairs and everything else"
    )
    for number in range(6):
        await world.post(bo, f"Lunch number {number} is soup")
    return ada, bo, cy


async def test_who_wrote_most_squarely_about_it_comes_first_with_proof(world: World) -> None:
    ada, bo, cy = await company(world)
    answer = await ask(world, cy, "Who knows about Kafka brokers?")
    assert people(answer)[0] == ada.id
    first = answer.people[0]
    assert 1 <= len(first.proofs) <= 3 and first.share > 0.5
    assert people(await ask(world, cy, "soup")) == [bo.id]


async def test_the_asker_and_the_excluded_are_no_answer(world: World) -> None:
    ada, bo, cy = await company(world)
    assert people(await ask(world, ada, "kafka")) == [bo.id]
    assert people(await ask(world, cy, "kafka", exclude=[ada.id])) == [bo.id]


async def test_posts_outside_the_ring_change_nothing_not_even_a_number(world: World) -> None:
    ada, bo, cy = await company(world)
    clock.stop(clock.now())
    zoe = await world.alumnus("zoe")
    await world.post(bo, "kafka streams for the network", ring=Ring.network)
    await world.post(bo, "another word about weather for the network", ring=Ring.network)
    before = await ask(world, zoe, "kafka streams")
    assert people(before) == [bo.id]
    for number in range(5):
        await world.post(ada, f"kafka streams inside, number {number}, kafka streams", ring=Ring.colleagues)
        await world.post(bo, f"streams of kafka inside {number}", ring=Ring.colleagues)
        await world.post(cy, f"kafka direct {number}", visibility=Visibility.direct, ring=Ring.network)
    assert await ask(world, zoe, "kafka streams") == before


async def test_of_the_blocked_no_person_and_no_proof_appears_in_either_direction(world: World) -> None:
    ada, _bo, cy = await company(world)
    await world.block(ada, cy)
    assert ada.id not in people(await ask(world, cy, "kafka"))
    answer = await ask(world, ada, "kafka")
    assert cy.id not in people(answer)


async def test_what_followers_or_the_named_alone_see_is_no_evidence(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    await world.post(ada, "My knitting pattern", visibility=Visibility.private)
    await world.post(ada, "My knitting yarn", visibility=Visibility.direct, mentions=[bo])
    assert people(await ask(world, bo, "knitting")) == []


@pytest.mark.parametrize("is_sealed", [False, True])
@pytest.mark.parametrize(
    "end",
    [
        pytest.param(lambda world, ada, post: world.delete(post), id="deleted"),
        pytest.param(lambda world, ada, post: world.suspend(ada), id="author suspended"),
        pytest.param(lambda world, ada, post: world.change(ada, may_rank=False), id="opted out"),
        pytest.param(lambda world, ada, post: world.change(ada, is_bot=True), id="a bot"),
        pytest.param(lambda world, ada, post: world.erase(ada, with_posts=True), id="erased"),
        pytest.param(
            lambda world, ada, post: world.connection.execute("delete from posts where id = $1", post),
            id="taken out",
        ),
    ],
)
async def test_it_stops_counting_at_once(
    world: World, end: Callable[[World, Someone, int], Awaitable[object]], is_sealed: bool
) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    post = await world.post(ada, "How the turbine is balanced")
    if is_sealed:
        await _seal(world)
    assert people(await ask(world, bo, "turbine")) == [ada.id]
    await end(world, ada, post)
    assert people(await ask(world, bo, "turbine")) == []


async def _seal(world: World) -> None:
    """In a transaction nothing of its own is at rest."""
    await world.connection.execute("update evidence set written_in = '3'::xid8")
    assert await seal.seal(world.db, is_all=True)


async def test_sealed_or_not_the_answer_is_the_same(world: World) -> None:
    _, _, cy = await company(world)
    question = await world.post(cy, "Why does the kafka consumer leave?", is_question=True)
    await world.post(await world.member("dee"), "Set the session timeout", reply_to=question)
    before = await ask(world, await world.member("eve"), "kafka consumer")
    await _seal(world)
    assert await world.connection.fetchval("select count(*) from evidence") == 0
    after = await ask(world, await world.member("fay"), "kafka consumer")
    assert people(after) == people(before) and len(before.people) == 3
    await world.post(await world.member("gus"), "kafka consumer")
    assert len(people(await ask(world, await world.member("hal"), "kafka consumer"))) == 4


async def test_what_is_edited_away_counts_no_more(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    post = await world.post(ada, "All about turbines")
    await _seal(world)
    await world.connection.execute(
        "update post_texts set text = 'All about gardens' where post_id = $1", post
    )
    await evidence.bring_in(world.db, [post])
    assert people(await ask(world, bo, "turbines")) == []
    assert people(await ask(world, bo, "gardens")) == [ada.id]


async def test_a_reply_counts_for_what_its_thread_is_about_unless_one_does_not_see_its_beginning(
    world: World,
) -> None:
    ada, bo, cy = [await world.member(name) for name in ("ada", "bo", "cy")]
    question = await world.post(ada, "How is a turbine balanced?", is_question=True)
    await world.post(bo, "With small weights on the rim", reply_to=question)
    assert people(await ask(world, cy, "turbine")) == [bo.id], "who asked shows nothing by that"
    await world.block(cy, ada)
    assert people(await ask(world, cy, "turbine")) == []


async def test_the_accepted_answer_counts_more_at_once(world: World) -> None:
    ada, bo, cy, dee = [await world.member(name) for name in ("ada", "bo", "cy", "dee")]
    question = await world.post(ada, "How is a turbine balanced?", is_question=True)
    await world.post(bo, "A turbine with weights", reply_to=question)
    answer = await world.post(cy, "A turbine with weights, too", reply_to=question)
    before = {one.person_id: one.score for one in (await ask(world, dee, "turbine")).people}
    await world.connection.execute("update posts set answer_id = $1 where id = $2", answer, question)
    await evidence.bring_in(world.db, [answer])
    after = {one.person_id: one.score for one in (await ask(world, dee, "turbine")).people}
    assert after[cy.id] > before[cy.id] * 1.2 and after[bo.id] == pytest.approx(before[bo.id])


async def test_the_same_text_again_counts_once(world: World) -> None:
    ada, bo, cy = [await world.member(name) for name in ("ada", "bo", "cy")]
    text = "The turbine of plant two needs its bearings greased every second month"
    await world.post(ada, text)
    await world.post(await world.member("zed"), "Weather")
    before = await ask(world, cy, "turbine bearings")
    for _ in range(5):
        await world.post(bo, text)
    assert people(await ask(world, cy, "turbine bearings")) == people(before) == [ada.id]


async def test_who_left_counts_on_and_who_opted_in_again_counts_again(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    await world.post(ada, "How the turbine is balanced")
    await world.leave(ada)
    assert people(await ask(world, bo, "turbine")) == [], "found only by their own yes"
    await world.change(ada, is_dormant=False)
    assert people(await ask(world, bo, "turbine")) == [ada.id]
    await world.change(ada, may_rank=False)
    await world.change(ada, may_rank=True)
    assert people(await ask(world, bo, "turbine")) == [ada.id]


async def test_a_day_in_the_past_limits_the_posts(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    old = int((SOME_DAY - timedelta(days=900)).timestamp() * 1000) << 16
    await world.post(ada, "turbine", id=old)
    await world.post(bo, "turbine today")
    cy = await world.member("cy")
    assert people(await ask(world, cy, "turbine", as_of=SOME_DAY - timedelta(days=800))) == [ada.id]
    assert people(await ask(world, cy, "turbine", as_of=SOME_DAY - timedelta(days=1000))) == []


async def test_who_is_there_now_comes_first_when_asked_who_would_act(world: World) -> None:
    ada, bo, cy = [await world.member(name) for name in ("ada", "bo", "cy")]
    now = clock.now()
    for days in range(2000, 2010):
        await world.post(
            ada, f"turbine {days}", id=int((now - timedelta(days=days)).timestamp() * 1000) << 16
        )
    for days in range(3, 33):
        await world.post(bo, f"turbine {days}", id=int((now - timedelta(days=days)).timestamp() * 1000) << 16)
        await world.post(
            bo, f"weather {days}", id=(int((now - timedelta(days=days)).timestamp() * 1000) << 16) + 1
        )
    assert people(await ask(world, cy, "turbine", "acts"))[0] == bo.id


async def test_for_words_that_nobody_used_the_nearest_that_somebody_did(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    await world.post(ada, "Our kubernetes cluster")
    answer = await ask(world, bo, "kuberntes")
    assert people(answer) == [ada.id]
    nearest = answer.nearest[0]
    assert (nearest.word, nearest.instead, nearest.people) == ("kuberntes", "kubernetes", 1)
    zoe = await world.alumnus("zoe")
    hidden = await ask(world, zoe, "kuberntes")
    assert people(hidden) == [] and hidden.nearest == () and hidden.unknown == ("kuberntes",)


async def test_words_are_split_where_people_write_them_together(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    await world.post(ada, "net/mlx5: use the KafkaStreams_builder")
    for question in ("mlx5", "streams", "builder", "kafka", "net/mlx5"):
        assert people(await ask(world, bo, question)) == [ada.id], question


async def test_filters_hold_for_what_the_viewer_sees_of_people(world: World) -> None:
    ada = await world.member("ada", unit="Pumps", place="Ghent", languages=["nl"])
    bo, zoe = await world.member("bo"), await world.alumnus("zoe")
    await world.post(ada, "turbine", ring=Ring.network)
    for fits in (Filters(unit="pumps"), Filters(place="ghent"), Filters(language="nl"), Filters(standing=0)):
        assert people(await ask(world, bo, "turbine", filters=fits)) == [ada.id]
    for fails in (Filters(unit="Tea"), Filters(standing=1), Filters(language="de")):
        assert people(await ask(world, bo, "turbine", filters=fails)) == []
    assert people(await ask(world, zoe, "turbine", filters=Filters(unit="Pumps"))) == []
    assert people(await ask(world, zoe, "turbine")) == [ada.id]


@pytest.mark.parametrize(
    "question",
    [
        "",
        "   ",
        "who is the of",
        "';drop table people;--",
        "🦄🦄",
        "\x00",
        "日本語の質問",
        "مرحبا",
        "a" * 20_000,
        "#",
        "@ada",
    ],
)
async def test_odd_questions_get_an_answer(world: World, question: str) -> None:
    _, _, cy = await company(world)
    answer = await ask(world, cy, question)
    assert isinstance(answer, ExpertAnswer)


async def test_a_hundred_thousand_characters_are_bounded_work_and_more_are_refused(world: World) -> None:
    ada, _, cy = await company(world)
    long = "kafka broker rebalances, consumer leaves group " + "lorem " * 15_000
    assert ada.id in people(await ask(world, cy, long))
    with pytest.raises(Invalid):
        await ask(world, cy, "x" * 100_001)


async def test_other_scripts_are_found(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    await world.post(ada, "東京本社のサーバー設定について", language="ja")
    assert people(await ask(world, bo, "サーバー設定")) == [ada.id]


async def test_a_word_that_only_looks_alike_is_no_suggestion(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    await world.post(ada, "Wat jammer van het water in de kelder", language="nl")
    answer = await ask(world, bo, "water hammer")
    assert people(answer) == [] and answer.nearest == () and answer.unknown == ("hammer",)
    await world.post(ada, "The hammers are in the cellar")
    assert [one.instead for one in (await ask(world, bo, "hamers")).nearest] == ["hammers"]


async def test_a_proof_says_what_is_asked_or_is_shown_with_the_line_that_it_answers(world: World) -> None:
    ada, bo, cy, dee = [await world.member(name) for name in ("ada", "bo", "cy", "dee")]
    root = await world.post(ada, "Kafka kafka kafka, who knows kafka?", is_question=True)
    for number in range(4):
        await world.post(bo, f"Restart the broker number {number} before the consumers", reply_to=root)
    await world.post(dee, "Me! Me! Me!", reply_to=root)
    naming = await world.post(bo, "Long ago I wrote something about a kafka cluster among many other things")
    found = {one.person_id: one for one in (await ask(world, cy, "kafka")).people}
    assert [proof.post_id for proof in found[bo.id].proofs] == [naming]
    assert dee.id not in found or not found[dee.id].proofs
    await world.delete(naming)
    found = {one.person_id: one for one in (await ask(world, cy, "kafka")).people}
    assert [proof.answers_id for proof in found[bo.id].proofs] == [root] * 3
    assert found[bo.id].level is Level.answered


AT_LENGTH = (
    "After the restart our kafka broker rebalances the consumers of every group, the lag of each partition grows,"
    " the coordinator logs a timeout of the session, offsets are committed twice and the producer retries its batches"
)


async def answered_both(world: World) -> tuple[Someone, Someone, Someone]:
    """Ada and bo wrote the same much about it; bo has answered cy before."""
    ada, bo, cy = [await world.member(name) for name in ("ada", "bo", "cy")]
    for one in (ada, bo):
        await world.post(one, f"I am {one.handle}: {AT_LENGTH} {one.handle}")
    for number in range(6):
        other = await world.post(
            await world.member(f"eve{number}"), f"Who has a chair number {number}?", is_question=True
        )
        await world.post(ada, f"I have a chair, it is number {number}", reply_to=other)
        asked = await world.post(cy, f"Who has a table number {number}?", is_question=True)
        await world.post(bo, f"I have a table, it is number {number}", reply_to=asked)
    return ada, bo, cy


async def test_at_length_who_answered_the_asker_before_comes_first(world: World) -> None:
    _ada, bo, cy = await answered_both(world)
    assert people(await ask(world, cy, AT_LENGTH))[0] == bo.id
    scores = {one.person_id: one.score for one in (await ask(world, cy, "kafka broker")).people}
    assert scores[bo.id] == pytest.approx(scores[_ada.id], rel=0.1), "a few words ask for who knows"


async def test_ties_are_not_looked_at_where_one_does_not_want_it_or_activity_is_not_told(
    world: World,
) -> None:
    ada, bo, cy = await answered_both(world)

    async def ratio() -> float:
        scores = {one.person_id: one.score for one in (await ask(world, cy, AT_LENGTH)).people}
        return scores[bo.id] / scores[ada.id]

    assert await ratio() > 2
    await world.change(cy, finds_near=False)
    assert await ratio() == pytest.approx(1, rel=0.1)
    await world.change(cy, finds_near=True)
    await world.policy(works_council=True)
    assert await ratio() == pytest.approx(1, rel=0.1)


async def test_questions_of_other_trades_name_nobody_and_say_which_words_nobody_used(world: World) -> None:
    _ada, _bo, cy = await company(world)
    for question in (
        "quantum computing",
        "wie kan me helpen met vakantiedagen aanvragen",
        "how do I bake bread for tea",
    ):
        answer = await ask(world, cy, question)
        assert not answer.is_named, question
    assert (await ask(world, cy, "weet iemand iets van vakantiedagen")).unknown == ("vakantiedagen",)


async def test_languages_places_and_roles_are_found_where_the_profile_reaches(world: World) -> None:
    role = [{"name": "Role", "value": "Head of engineering"}]
    ada = await world.member("ada", languages=["pl"], place="Lingen", unit="Engineering", fields=role)
    bo, zoe = await world.member("bo"), await world.alumnus("zoe")
    for question, says in (
        ("who speaks Polish?", "Polish"),
        ("wer spricht Polnisch?", "Polnisch"),
        ("wie spreekt er Pools", "Pools"),
        ("who sits in Lingen", "Lingen"),
        ("who is head of engineering", "Head of engineering"),
    ):
        (found,) = (await ask(world, bo, question)).people
        assert (found.person_id, found.level, found.says) == (ada.id, Level.lists, says), question
        assert people(await ask(world, zoe, question)) == [], question
    assert people(await ask(world, bo, "who bakes cakes in Lingen")) == []
    await world.change(ada, may_rank=False)
    assert people(await ask(world, bo, "who speaks Polish?")) == []


async def test_in_works_council_mode_a_level_has_no_age_and_tells_nothing_of_how_often(world: World) -> None:
    ada, _bo, cy = await company(world)
    first = (await ask(world, cy, "kafka broker")).people[0]
    assert (first.person_id, first.level) == (ada.id, Level.often) and first.level_at
    await world.policy(works_council=True)
    first = (await ask(world, cy, "kafka broker")).people[0]
    assert (first.level, first.level_at, first.last_at) == (Level.writes, None, None)


async def test_among_few_people_all_that_somebody_wrote_says_who_knows_most(world: World) -> None:
    ada, bo, cy, dee = [await world.member(name) for name in ("ada", "bo", "cy", "dee")]
    await world.post(ada, "Turbine bearings")
    for number in range(40):
        await world.post(ada, f"Lunch number {number} is soup with bread and a long walk in the afternoon")
    for number in range(4):
        await world.post(
            bo, f"Plant {number}: the turbine stands still, its bearings hum and were greased again"
        )
    few = await ask(world, cy, "turbine bearings", among=[ada.id, bo.id, dee.id])
    open_to_all = await ask(world, cy, "turbine bearings")
    scores = [{one.person_id: one.score for one in answer.people} for answer in (few, open_to_all)]
    assert people(few)[0] == bo.id
    assert scores[0][ada.id] / scores[0][bo.id] < 0.8 * scores[1][ada.id] / scores[1][bo.id]


async def test_who_only_asked_about_it_is_not_named_and_their_question_is_no_proof(world: World) -> None:
    ada, bo, cy, dee = [await world.member(name) for name in ("ada", "bo", "cy", "dee")]
    question = await world.post(ada, "How is a turbine balanced on the turbine shaft?", is_question=True)
    await world.post(cy, "Where is the turbine? Is the turbine in hall 3?", is_question=True)
    await world.post(bo, "A turbine is balanced with weights on the rim", reply_to=question)
    answer = await ask(world, dee, "turbine")
    assert people(answer) == [bo.id]
    explained = await world.post(ada, "I balanced the turbine: weights on the rim, turbine cold")
    answer = await ask(world, dee, "turbine")
    assert set(people(answer)) == {ada.id, bo.id}
    shown = {proof.post_id for expert in answer.people for proof in expert.proofs}
    assert explained in shown and question not in shown


async def test_an_explanation_in_the_thread_of_ones_own_question_counts(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    question = await world.post(ada, "How is a turbine balanced?", is_question=True)
    found = await world.post(ada, "Found it: a turbine wants turbine weights on its rim", reply_to=question)
    (expert,) = (await ask(world, bo, "turbine")).people
    assert expert.person_id == ada.id and [proof.post_id for proof in expert.proofs] == [found]


async def test_a_question_by_which_a_colleague_vouches_is_a_proof(world: World) -> None:
    ada, bo, cy = [await world.member(name) for name in ("ada", "bo", "cy")]
    question = await world.post(ada, "Is a turbine balanced best by turbine weights?", is_question=True)
    assert people(await ask(world, cy, "turbine")) == []
    await vouch.vouch(world.db, await world.viewer(bo), ada.id, "turbine", question)
    (expert,) = (await ask(world, cy, "turbine")).people
    assert expert.person_id == ada.id and [proof.post_id for proof in expert.proofs] == [question]
