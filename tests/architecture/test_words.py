"""No page, error, e-mail, command or heading uses a word that people do not say there."""

import re
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.sentences import sentences
from tests.architecture.words import LISTS, OF_MASTODON, faults
from weetwie.cli.reference import reference
from weetwie.text import language as languages

DOCS: Final = Path(__file__).parents[2] / "docs"


def _shown() -> list[str]:
    return [sentence for sentence in sentences() if sentence not in OF_MASTODON]


@pytest.mark.parametrize("language", LISTS)
def test_no_sentence_says_what_people_do_not_say(language: str) -> None:
    catalogue = languages.catalogue(language)
    assert [
        fault for sentence in _shown() for fault in faults(catalogue.get(sentence, sentence), language)
    ] == []


def test_no_command_says_it() -> None:
    names = r"^#.*$|`[^`]*`|--\w+|\b[A-Z]{2,}\b|\bface\b(?=,)"
    lines = re.sub(names, "_", reference(), flags=re.MULTILINE).splitlines()
    assert [fault for line in lines for fault in faults(line, "en")] == []


def test_no_heading_of_the_documents_says_it() -> None:
    headings = [
        (file.name, heading)
        for file in sorted(DOCS.glob("*.md"))
        for heading in re.findall(r"^#+ (.+)$", file.read_text("utf-8"), re.MULTILINE)
        if file.name != "commands.md"
    ]
    assert [(name, fault) for name, heading in headings for fault in faults(heading, "en")] == []


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "A letter is on its way."),
        ("en", "Bring somebody in"),
        ("en", "Keep"),
        ("en", "Held back: {count}"),
        ("en", "People whom you follow"),
        ("en", "Sign in"),
        ("en", "{count} file(s)"),
        ("nl", "Er is een brief onderweg."),
        ("nl", "Wilt u dit?"),
        ("nl", "Haal je collega’s erbij"),
        ("de", "Versuchen Sie es noch einmal."),
        ("de", "Das ist Ihre Adresse."),
        ("de", "Sie können das ändern."),
        ("de", "Ein Brief ist unterwegs."),
    ],
)
def test_a_bad_sentence_is_caught(language: str, sentence: str) -> None:
    assert list(faults(sentence, language))


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Content warning"),
        ("en", "Keep editing"),
        ("en", "Check system status"),
        ("en", "Their posts are under legal hold."),
        ("en", "Letters, digits and underscores"),
        ("en", "Follow {whom}"),
        ("nl", "Gebruikersnaam"),
        ("de", "Die Datei ist zu groß. Sie wurde nicht gelesen."),
        ("de", "Ihr folgt euch gegenseitig"),
    ],
)
def test_the_same_word_in_its_place_is_not(language: str, sentence: str) -> None:
    assert list(faults(sentence, language)) == []
