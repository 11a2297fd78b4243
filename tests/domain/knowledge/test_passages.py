"""A proof is shown by the passage that says what was asked."""

from weetwie.domain.knowledge import asked
from weetwie.domain.knowledge.passages import LONGEST, Passage, passage, passage_of


def wanted(question: str) -> dict[int, float]:
    return {term: 1.0 for one in asked.read(question) for term in one.terms}


def marked(found: Passage) -> list[str]:
    return [found.text[start:end] for start, end in found.marks]


def test_words_are_marked_in_all_their_forms() -> None:
    found = passage("Die Pumpen leckten; all pumps leak, a pump leaked.", wanted("pump leaking"))
    assert marked(found) == ["Pumpen", "pumps", "leak", "pump", "leaked"]


def test_of_a_long_text_the_part_is_shown_that_says_it() -> None:
    text = "We talked of lunch and of chairs. " * 30 + "The kafka broker rebalances. " + "Then we left. " * 30
    found = passage(text, wanted("kafka broker"))
    assert marked(found) == ["kafka", "broker"] and len(found.text) <= LONGEST + 4
    assert found.text.startswith("… The kafka broker")


def test_what_says_more_is_shown_before_what_comes_first() -> None:
    text = "A broker of houses. " + "Lunch was good today. " * 20 + "The kafka broker rebalances."
    assert "kafka" in marked(passage(text, wanted("kafka broker")))


def test_joined_words_and_signs_are_marked_as_they_stand() -> None:
    assert marked(passage("net/mlx5: fix 🦄 KafkaStreams", wanted("mlx5 streams"))) == [
        "mlx5",
        "KafkaStreams",
    ]


def test_what_stands_behind_a_warning_stays_behind_it() -> None:
    found = passage_of("The kafka broker died", "About accidents", wanted("kafka"))
    assert found == Passage("About accidents", ())
