"""Whether people here speak of what is asked: against the language at large, and by how much of it a post says."""

import pytest

from tests.domain.knowledge.test_experts import ask, people
from tests.world import World
from weetwie.domain.knowledge import about, background, evidence, function_words, topics
from weetwie.domain.knowledge.answer import Level
from weetwie.domain.knowledge.nearest import is_a_slip
from weetwie.domain.knowledge.topic_rules import TopicChoice


def test_a_word_of_every_day_is_more_usual_than_one_of_a_trade_in_each_language() -> None:
    for language, daily, special in (
        ("en", "problem", "lemma"),
        ("nl", "probleem", "waaier"),
        ("de", "Problem", "Laufrad"),
    ):
        one, other = background.usual([daily.casefold(), special.casefold()], language)
        assert one > 20 * other, language
    assert background.usual(["probleem"], "")[0] == background.usual(["probleem"], "nl")[0]
    assert background.usual(["probleem"], "ia")[0] == background.usual(["probleem"], "nl")[0]


def test_words_that_say_what_is_asked_are_no_function_words() -> None:
    assert {"the", "please", "how"} <= function_words.of("en") and "empty" not in function_words.of("en")
    assert {"weet", "helpen", "graag"} <= function_words.of("nl")
    assert {"kennt", "weiß", "bitte"} <= function_words.of("de")
    assert not {"jahr", "tag", "zeit", "gut"} & function_words.of("de")


def test_the_longer_a_question_the_less_of_it_one_post_must_say() -> None:
    shares = [about.least(breadth) for breadth in (1, 2, 3, 4, 8, 12, 40)]
    assert shares == sorted(shares, reverse=True) and shares[0] > 0.5 and shares[-1] > 0


@pytest.mark.parametrize(
    ("written", "meant", "is_one"),
    [
        ("kuberntes", "kubernetes", True),
        ("hamers", "hammers", True),
        ("pmups", "pumps", True),
        ("polish", "polite", False),
        ("hammer", "jammer", False),
        ("sps", "sap", False),
        ("bread", "brake", False),
    ],
)
def test_a_word_of_its_own_is_no_slip_of_another(written: str, meant: str, is_one: bool) -> None:
    assert is_a_slip(written, meant) is is_one


async def test_a_long_question_of_another_trade_names_nobody(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    for number in range(12):
        await world.post(
            ada,
            f"The broker of plant {number} rebalances its consumers when a partition moves to another node",
        )
        await world.post(
            ada, f"I want to try a good way to keep lunch {number} warm before the long meeting starts"
        )
    own = "Why does our broker rebalance all consumers of a partition whenever one node of the plant is slow to answer?"
    other = (
        "My hydrangeas have not bloomed for two summers although I pruned them hard and want to try a good way to keep"
        " the clay soil warm before the long frost starts; should I lime the bed or move the shrubs into half shade?"
    )
    (named,) = (await ask(world, bo, own)).people
    assert named.person_id == ada.id and named.is_named
    answer = await ask(world, bo, other)
    assert people(answer) == [] and not answer.is_named and answer.unknown


async def test_one_word_said_in_passing_is_a_mention_and_twice_is_more(world: World) -> None:
    ada, bo = await world.member("ada"), await world.member("bo")
    passing = (
        "Yesterday on the way to the harbour we walked along the old wall, bought bread and cheese, met the twins and their"
        " uncle, talked of falconry, lunch, boats and weather, and were home before the rain came down again"
    )
    await world.post(ada, passing)
    assert [one.level for one in (await ask(world, bo, "falconry")).people] == [Level.mentioned]
    await world.post(ada, "Falconry at the weekend again")
    assert [one.level for one in (await ask(world, bo, "falconry")).people] == [Level.writes]


async def test_usual_words_of_a_question_are_not_what_it_is_about(world: World) -> None:
    ada, bo, cy = [await world.member(name) for name in ("ada", "bo", "cy")]
    manual = await world.post(
        ada, "Do I write main or mains in a manual of so long a list?", is_question=True
    )
    await world.post(bo, "The main thing is that it is not long", reply_to=manual)
    await world.post(cy, "Nitrate against H2S: dose it by the hours that the water stands still in there")
    for number in range(9):
        await world.post(ada, f"Note {number} on commas: a long one, the main heading and the index")
    answer = await ask(world, await world.member("dee"), "H2S in a long pressure main")
    assert people(answer)[0] == cy.id and {one.person_id for one in answer.people if one.is_named} <= {cy.id}
    assert answer.unknown == ("pressure",)


async def test_an_accepted_answer_may_bring_the_word_that_the_question_lacks(world: World) -> None:
    ada, bo, cy, dee = [await world.member(name) for name in ("ada", "bo", "cy", "dee")]
    question = await world.post(
        ada, "The valve slams when the pump stops. What do I overlook?", is_question=True
    )
    explained = await world.post(
        bo,
        "That is no valve, that is a waterhammer: the pump stops at once, the column wants to go on, comes back and shuts the"
        " flap; let the converter run out in eight seconds instead of one, and see whether there is a weight on the lever",
        reply_to=question,
    )
    await world.post(cy, "Word of the week: waterhammer")
    await world.connection.execute("update posts set answer_id = $1 where id = $2", explained, question)
    await evidence.bring_in(world.db, [explained])
    answer = await ask(world, dee, "waterhammer")
    assert [(one.person_id, one.level) for one in answer.people] == [
        (bo.id, Level.answered),
        (cy.id, Level.writes),
    ]


async def test_who_lists_what_is_asked_comes_before_one_passing_post(world: World) -> None:
    ada, bo, cy = [await world.member(name) for name in ("ada", "bo", "cy")]
    await world.post(
        ada, "Visitors: they asked how one knows that a pump has a good seal and none is leaking"
    )
    for number in range(30):
        await world.post(bo, f"Drawing {number} of the casing is done")
    await topics.choose(world.db, await world.viewer(bo), "seals", TopicChoice.knows)
    answer = await ask(world, cy, "pump seal leaking")
    assert [(one.person_id, one.level) for one in answer.people] == [
        (bo.id, Level.lists),
        (ada.id, Level.writes),
    ]
