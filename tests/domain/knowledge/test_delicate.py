"""Topics that are never inferred are known in three languages, and plain words of work are not among them."""

import pytest

from weetwie.domain.knowledge.delicate import TOPICS, is_delicate, without


@pytest.mark.parametrize(
    "text",
    [
        "her burnout", "Depressionen", "kankerpati\u00ebnt", "Diabetes type 1", "ziekteverzuim", "Schwangerschaft",
        "my religion", "moskeebezoek", "katholische Kirche", "the Jewish holidays",
        "trade unions", "vakbondslid", "Gewerkschaftsmitglied", "IG Metall",
        "political party", "politieke voorkeur", "Parteimitgliedschaft", "the far-right",
        "sexual orientation", "homoseksualiteit", "gender identity", "Geschlechtsidentit\u00e4t", "LGBTQ",
        "criminal record", "strafblad", "Vorstrafen", "F\u00fchrungszeugnis",
    ],
)  # fmt: skip
def test_what_is_delicate_is_known(text: str) -> None:
    assert is_delicate(text)


@pytest.mark.parametrize(
    "text",
    [
        "union types in TypeScript", "health check of the pump", "party of the contract", "conviction of the team",
        "socialising the plan", "FNV hash", "political", "Christian Bauer", "kafka broker", "water hammer", "Krankenwagen"[:4] + "e",
        "orientation of the flange", "record of the measurements", "waterslag", "Druckbeh\u00e4lter", "release candidate", "parity",
    ],
)  # fmt: skip
def test_what_is_work_is_not(text: str) -> None:
    assert not is_delicate(text)


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("広告", "これは広告です"),
        ("うつ病", "彼はうつ病だ"),
        ("โฆษณา", "นี่คือโฆษณาครับ"),
        ("광고", "이것은 광고입니다"),
    ],
)
def test_where_words_have_no_spaces_they_are_known_within_others(word: str, text: str) -> None:
    assert is_delicate(text, (word,)) and not is_delicate(text)
    assert word not in without(text, (word,))[0]


def test_an_organisation_adds_words_phrases_and_beginnings() -> None:
    more = ("salaris*", "project lynx")
    assert is_delicate("Salarisschaal", more) and is_delicate("about Project Lynx", more)
    assert not is_delicate("a project", more) and not is_delicate("Salarisschaal")


def test_only_the_delicate_words_are_taken_out() -> None:
    assert without("Who knows the vakbond website?") == ("Who knows the   website?", ["vakbond"])
    assert without("plain words") == ("plain words", [])


def test_every_subject_has_words() -> None:
    assert set(TOPICS) == {"health", "belief", "union", "politics", "sexuality", "criminal record"}
    assert all(len(words.split(",")) > 15 for words in TOPICS.values())
