"""Whatever people are told is told in each language of ours."""

import re
from string import Formatter

import pytest

from tests.architecture.sentences import LANGUAGES, SOURCE, sentences
from weetwie.text import language as languages

pytestmark = pytest.mark.xdist_group("architecture")

TEMPLATES = sorted(
    path for path in (SOURCE / "web" / "templates").rglob("*.html") if path.name != "styleguide.html"
)
"""All but the page that only those see who build the pages."""
SENT = re.compile(r'(<(?:option|button|input type="(?:hidden|checkbox|radio)")\b[^>]*?)\bvalue="[^"]*"')
"""What forms send; nobody reads it. What programs read stands in `<code>`."""


def values_in(sentence: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated_and_none_is_left_over(language: str) -> None:
    """When this fails: `python -m tests.architecture.sentences`, then translate what is new."""
    catalogue = languages.catalogue(language)
    assert sorted(set(sentences()) - set(catalogue)) == []
    assert sorted(set(catalogue) - set(sentences())) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_values_of_its_sentence(language: str) -> None:
    for sentence, translation in languages.catalogue(language).items():
        assert values_in(translation) == values_in(sentence), translation


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_text_of_a_template_stands_outside_the_catalogues(template: object) -> None:
    source = template.read_text("utf-8")  # type: ignore[attr-defined]
    source = re.sub(r"<code>.*?</code>", "", source)
    shown = SENT.sub(r"\1", re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", source, flags=re.DOTALL))
    for _name, text in re.findall(r'\b(alt|title|placeholder|aria-label|value)="([^"]*)"', shown):
        assert not re.search(r"[^\W\d_]{2}", text), text
    assert re.findall(r"[^\W\d_]{2,}", re.sub(r"<[^>]*>|&\w+;", "", shown)) == []


def test_the_best_language_is_found_as_browsers_ask_for_it() -> None:
    assert languages.best("nl-BE, en;q=0.8") == "nl"
    assert languages.best("fr, en;q=0.2, de;q=0.9") == "de"
    assert languages.best("nl;q=0, de;q=0.1") == "de"
    assert languages.best("") == languages.best("tlh, *") == languages.best("x" * 9999) == "en"
    assert languages.first_of([None, "fr", "de", "nl"]) == "de"


def test_a_sentence_without_translation_stays_english() -> None:
    assert languages.translate("No such sentence {number}.", "nl", number=3) == "No such sentence 3."
    assert languages.translate("{field} is missing.", "xx", field="a") == "a is missing."
