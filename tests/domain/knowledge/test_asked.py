"""Which words of a question say what is asked."""

import pytest

from weetwie.domain.knowledge import asked


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("who can help me with travel expenses?", ["travel", "expenses"]),
        ("Is there anybody who knows about the forklift licence?", ["forklift", "licence"]),
        ("whom can I ask about the works council", ["works", "council"]),
        ("wie kan me helpen met vakantiedagen aanvragen", ["vakantiedagen", "aanvragen"]),
        ("weet iemand iets van frequentieregelaars?", ["frequentieregelaars"]),
        ("wie weet hoe je een pomp ontlucht", ["pomp", "ontlucht"]),
        ("kennt sich jemand mit Gleitringdichtungen aus?", ["gleitringdichtungen"]),
        ("Wer kann mir bei der Steuererklärung helfen", ["steuererklärung"]),
        ("wen kann ich zu Reisekosten fragen?", ["reisekosten"]),
        ("who speaks Polish?", ["polish"]),
        ("who sits in Lingen", ["lingen"]),
        ("How are the years of a Jahresabschluss counted", ["years", "jahresabschluss", "counted"]),
        ("SPS", ["sps"]),
    ],
)
def test_what_is_asked_is_what_is_left_without_the_asking(question: str, says: list[str]) -> None:
    assert [one.word for one in asked.read(question)] == says


def test_words_that_say_nothing_count_where_there_is_nothing_else() -> None:
    assert [one.word for one in asked.read("wie spreekt er")] == ["spreekt"]


@pytest.mark.parametrize(
    ("question", "words", "written"),
    [
        ("who knows quantum computing?", ["computing", "quantum"], "quantum computing"),
        ("quantum theory and quantum computing", ["quantum", "computing"], "quantum computing"),
        ("Quantum theory of computing", ["quantum", "computing"], "Quantum, computing"),
        ("the party of modern art", ["art"], "art"),
        ("SPS-Programmierung", ["sps/programmierung", "programmierung"], "SPS-Programmierung"),
        ("low-code and code", ["code"], "code"),
        ("low-code platform", ["low", "code"], "low-code"),
        ("wer macht die Größenmaße", ["grössenmasse"], "Größenmaße"),
        ("the looseChange of pumps", ["loose"], "loose"),
        ("pumps, seals", ["pumps", "seals"], "pumps, seals"),
        ("pumps", ["valves"], "valves"),
        ("pumps", [], ""),
    ],
)
def test_words_of_a_question_are_repeated_as_it_has_them(
    question: str, words: list[str], written: str
) -> None:
    assert asked.as_written(question, words) == written
