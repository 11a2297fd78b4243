"""The word list has the form that it promises, and a fault in it would be noticed."""

from pathlib import Path

import pytest

from weetwie.domain.knowledge import dictionary


def test_the_word_list_has_no_fault() -> None:
    assert list(dictionary.faults()) == []
    assert len(dictionary.concepts()) >= 8000


def test_a_line_is_read_by_language_with_what_means_two_things() -> None:
    concept = dictionary.read("crane* | kraan*, hijskraan | Kran")
    assert [(word.text, word.is_ambiguous) for word in concept.nl] == [("kraan", True), ("hijskraan", False)]
    assert concept.en[0].is_ambiguous and not concept.de[0].is_ambiguous


@pytest.mark.parametrize(
    "line",
    [
        "pump | pomp",
        "pump | | Pumpe",
        "pump, Pump | pomp | Pumpe",
        "pump (for water) | pomp | Pumpe",
        "1 | 2 | 3",
        "a, b, c, d, e, f, g | pomp | Pumpe",
    ],
)
def test_a_line_that_is_none_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        dictionary.read(line)


def test_a_word_in_two_lines_must_be_marked_in_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("crane | hijskraan | Kran\ncrane* | kraanvogel | Kranich\n", "utf-8")
    monkeypatch.setattr(dictionary, "FOLDER", tmp_path)
    (fault,) = dictionary.faults()
    assert "a.txt:1, a.txt:2: crane (en)" in fault
