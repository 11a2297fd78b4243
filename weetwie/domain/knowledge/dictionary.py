"""The word list: what is called how in English, Dutch and German. Its form is told in `weetwie/dictionary/README.md`.

Run as a program, it lists what is wrong with the files.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, NamedTuple

FOLDER: Final = Path(__file__).parents[2] / "dictionary"
LANGUAGES: Final = ("en", "nl", "de")
MOST_WORDS: Final = 6
"""In one language of one concept."""
LONGEST: Final = 60


class DictionaryWord(NamedTuple):
    text: str
    is_ambiguous: bool
    """Whether it means something else as well."""


class Concept(NamedTuple):
    """What means the same; the commonest word of a language first."""

    en: tuple[DictionaryWord, ...]
    nl: tuple[DictionaryWord, ...]
    de: tuple[DictionaryWord, ...]


@cache
def concepts() -> tuple[Concept, ...]:
    return tuple(concept for _place, concept in _lines())


def read(line: str) -> Concept:
    """One line of a file. Raises ValueError with what is wrong."""
    cells = line.split("|")
    if len(cells) != len(LANGUAGES):
        raise ValueError(f"has {len(cells)} languages instead of {len(LANGUAGES)}")
    return Concept(*map(_words, cells))


def by_field() -> Iterator[tuple[str, str]]:
    """Each line with the name of its file."""
    return ((place.partition(".")[0], line) for place, line in _written())


@lru_cache(maxsize=4096)
def quickly(line: str) -> Concept:
    """A line that is known to be right."""
    return Concept(
        *(
            tuple(
                DictionaryWord(text.removesuffix("*"), text.endswith("*"))
                for text in map(str.strip, cell.split(","))
            )
            for cell in line.split("|")
        )
    )


def faults() -> Iterator[str]:
    """What is wrong with the files, a line each."""
    seen: dict[tuple[str, str], list[tuple[str, bool]]] = defaultdict(list)
    for place, line in _written():
        try:
            concept = read(line)
        except ValueError as error:
            yield f"{place}: {error}"
            continue
        for language, words in zip(LANGUAGES, concept, strict=True):
            for word in words:
                seen[language, word.text.casefold()].append((place, word.is_ambiguous))
    for (language, text), places in seen.items():
        if len(places) > 1 and not all(is_ambiguous for _place, is_ambiguous in places):
            where = ", ".join(place for place, _is_ambiguous in places)
            yield f"{where}: {text} ({language}) stands in several lines: join them, or mark it in each as ambiguous"


def _words(cell: str) -> tuple[DictionaryWord, ...]:
    written = [word.strip() for word in cell.split(",")]
    if not all(written) or len(written) > MOST_WORDS:
        raise ValueError(
            f"a language has one to {MOST_WORDS} words, and none of them is empty: {cell.strip()}"
        )
    words = tuple(DictionaryWord(word.removesuffix("*"), word.endswith("*")) for word in written)
    if len({word.text.casefold() for word in words}) < len(words):
        raise ValueError(f"the same word twice: {cell.strip()}")
    for one in words:
        _check_spelling(one.text)
    return words


def _check_spelling(word: str) -> None:
    if len(word) > LONGEST or "  " in word or any(sign in word for sign in '*()[]{};:"\t'):
        raise ValueError(f"not a word as a dictionary has it: {word}")
    if not any(letter.isalpha() for letter in word):
        raise ValueError(f"not a word: {word}")


def _lines() -> Iterator[tuple[str, Concept]]:
    return ((place, read(line)) for place, line in _written())


def _written() -> Iterator[tuple[str, str]]:
    """Each line with where it stands."""
    for file in sorted(FOLDER.glob("*.txt")):
        for number, line in enumerate(_text(file), 1):
            if line and not line.startswith("#"):
                yield f"{file.name}:{number}", line


def _text(file: Path) -> Sequence[str]:
    return [line.strip() for line in file.read_text("utf-8").splitlines()]


if __name__ == "__main__":
    found = list(faults())
    print(*found, f"{len(list(_written()))} concepts, {len(found)} faults", sep="\n")  # noqa: T201
