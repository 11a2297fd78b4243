"""What is asked: the words of a question that say what, without those that only ask. Pure."""

from collections.abc import Sequence
from itertools import takewhile
from typing import Final

import regex

from weetwie.domain.knowledge import function_words, words
from weetwie.domain.knowledge.words import AskedWord

_ASKS: Final = frozenset(
    (
        "who whom whose anyone anybody someone somebody"
        " wie wiens iemand"
        " wer wen wem wessen jemand jemanden jemandem irgendwer"
    ).split()
)
"""Who asks for people says one of these."""
_OF_ASKING: Final = {
    "en": "ask help helps know knows knowledge experience experienced familiar good expert experts expertise speak speaks talk"
    " sit sits based live lives contact explain understand understands best right person people handle"
    " handles responsible charge deal deals dealt looking idea tips advice tried colleague colleagues does makes arranges looks"
    " takes care organises organizes runs sets buys checks plans measures writes builds leads maintains",
    "nl": "helpen vragen weten kennen ervaring verstand expert experts deskundige spreekt spreken zit zitten werkt werken woont"
    " raad terecht bekend goed beste verantwoordelijk regelt gaat benaderen bellen mensen collega gewerkt zoek"
    " collega's doet maakt verzorgt beheert organiseert koopt controleert plant meet schrijft bouwt leidt onderhoudt",
    "de": "helfen fragen auskennen auskennt ahnung erfahrung erfahrungen experte expertin experten expertise spricht sprechen"
    " sitzt sitzen arbeitet arbeiten wohnt beste zuständig verantwortlich ansprechpartner ansprechpartnerin kümmert bescheid"
    " wende wenden gut kollege kollegin kollegen kolleginnen suche suchen"
    " macht betreut organisiert regelt erledigt bearbeitet richtet kauft prüft plant misst schreibt baut leitet pflegt",
}
"""What stands around it, at the beginning or the end of a sentence. Anywhere else it may be what is asked."""
_SENTENCE: Final = regex.compile(r"[^.!?\n]+(?:[.!?](?=\S)[^.!?\n]*)*[.!?\n]*")
_WORD: Final = regex.compile(r"(?<![\w/.\-+#@'’])\p{L}[\p{L}\p{M}'’]*(?![\w/\-+])")
_BETWEEN: Final = regex.compile(r"[\s/_\-+]+")


def language_of(question: str) -> str:
    """Empty for one that is of words alone."""
    return function_words.language_of(match[0].casefold() for match in _WORD.finditer(question))


def read(question: str) -> list[AskedWord]:
    """Words that say nothing by themselves count where there is nothing else."""
    language = language_of(question)
    if not language:
        return words.ask(question)
    said = "".join(_saying(match[0], language) for match in _SENTENCE.finditer(question))
    return words.ask(said) or words.ask(question)


def _saying(sentence: str, language: str) -> str:
    """The sentence without its words that say nothing."""
    found = list(_WORD.finditer(sentence))
    empty = [_is_empty(match[0], language) for match in found]
    if any(match[0].casefold() in _ASKS for match in found):
        asking = frozenset(_OF_ASKING[language].split())
        spoken = [match[0].casefold() for match in found]
        may_go = [
            empty[at] or word in asking or (word == "works" and at > 0 and spoken[at - 1] in _ASKS)
            for at, word in enumerate(spoken)
        ]
        for order in (range(len(found)), range(len(found) - 1, -1, -1)):
            for at in takewhile(may_go.__getitem__, order):
                empty[at] = True
    for match in (
        match for match, is_empty in zip(reversed(found), reversed(empty), strict=True) if is_empty
    ):
        sentence = f"{sentence[: match.start()]} {sentence[match.end() :]}"
    return sentence


def _is_empty(word: str, language: str) -> bool:
    """An abbreviation is none: `IT`, `WHO`."""
    is_short_for = len(word) > 1 and word.isupper()
    return word.casefold() in function_words.of(language) and not is_short_for


def as_written(question: str, said: Sequence[str]) -> str:
    """These words of a question as it has them: "quantum computing" where they stand side by side, else with a comma."""
    spans = list[tuple[int, int]]()
    for start, end in sorted({place for word in said for place in _places(question, word)}):
        first, last = spans[-1] if spans else (start, start)
        if spans and (start < last or _BETWEEN.fullmatch(question, last, start)):
            spans[-1] = (first, max(end, last))
        else:
            spans.append((start, end))
    written = [" ".join(question[start:end].split()) for start, end in spans]
    written += [word for word in said if not _places(question, word)]
    each = list({text.casefold(): text for text in written}.values())
    return ", ".join(text for text in each if not any(text != one and _whole(one, text) for one in each))


def _places(question: str, word: str) -> list[tuple[int, int]]:
    """Where it stands as a word of its own or, if nowhere, as a part of one."""
    return _whole(question, word) or _found(question, _spelled(word))


def _whole(text: str, word: str) -> list[tuple[int, int]]:
    return _found(text, rf"(?<![\p{{L}}\p{{M}}\p{{N}}]){_spelled(word)}(?![\p{{L}}\p{{M}}\p{{N}}])")


def _spelled(word: str) -> str:
    return r"[/_.\-+]".join(map(regex.escape, word.split("/")))


def _found(text: str, form: str) -> list[tuple[int, int]]:
    return [match.span() for match in regex.finditer(form, text, regex.IGNORECASE | regex.FULLCASE)]
