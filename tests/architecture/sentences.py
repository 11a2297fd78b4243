"""Every sentence that people may be told, gathered from code and templates.

Run as a program (`python -m tests.architecture.sentences`), it brings the catalogues up to date: new sentences are added
without a translation, those that are gone are taken out.
"""

from functools import cache
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from weetwie.text.language import CATALOGUES

SOURCE: Final = CATALOGUES.parent
LANGUAGES: Final = ("nl", "de")
_METHODS: Final = [("**/templates/**.html", "jinja2.ext.babel_extract"), ("**.py", "python")]


@cache
def sentences() -> dict[str, list[str]]:
    """Each sentence and the files that it stands in, without their line numbers: those change with every edit."""
    found: dict[str, list[str]] = {}
    for file, _line, sentence, _comments, _context in extract_from_dir(
        SOURCE, _METHODS, keywords={"_": None, "plain": None}
    ):
        if isinstance(sentence, str) and sentence:
            places = found.setdefault(sentence, [])
            if file not in places:
                places.append(file)
    return {sentence: sorted(places) for sentence, places in sorted(found.items())}


def catalogue_file(language: str) -> Path:
    return CATALOGUES / language / "LC_MESSAGES" / "weetwie.po"


def update(language: str) -> None:
    file = catalogue_file(language)
    before = read_po(file.open("rb"), locale=language) if file.exists() else Catalog(locale=language)
    after = Catalog(locale=language, project="Weetwie", fuzzy=False)
    for sentence, places in sentences().items():
        known = before.get(sentence)
        translation = known.string if known and not known.fuzzy else ""
        after.add(sentence, translation, locations=[(place, 1) for place in places])
    file.parent.mkdir(parents=True, exist_ok=True)
    after.header_comment = "# What Weetwie says, in one of its languages."
    with file.open("wb") as out:
        write_po(out, after, width=120, omit_header=True, include_lineno=False)


if __name__ == "__main__":
    for language in LANGUAGES:
        update(language)
