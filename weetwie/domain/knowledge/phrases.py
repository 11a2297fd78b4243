"""What somebody's posts are about, in their own words: tags, words and short phrases with the posts they stand in. Pure."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec
import regex

from weetwie.domain.knowledge import words
from weetwie.domain.knowledge.topic_rules import Signature, signature

LEAST_POSTS: Final = 3
LEAST_POSTS_OF_A_PLAIN_WORD: Final = 4
LEAST_POSTS_OF_A_TAG: Final = 2
LONGEST: Final = 3
"""Words in a phrase."""
_SAID = regex.compile(
    r"[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:[-/.+][\p{L}\p{N}][\p{L}\p{M}\p{N}]*)*|[^\p{L}\p{N}\s]+|\n"
)
_SAYS_LITTLE: Final = frozenset(
    (
        "one two three four five six seven eight nine ten eleven twelve hundred thousand first second third last next half double"
        " second seconds minute minutes hour hours day days week weeks month months year years today yesterday tomorrow morning evening night"
        " monday tuesday wednesday thursday friday saturday sunday january february march april june july august september october november december"
        " people person man woman everybody everyone nobody nothing something anything thing things word words question questions answer answers"
        " line lines part parts place way ways time times case kind state level number numbers list name names side end start back front"
        " new old good better best bad great nice big small long short high low full empty right wrong true false same different ready sure"
        " know show shows showed say says said tell told call called ask asked explain explained make makes made take takes took give gave get got go goes went gone"
        " come comes came see saw seen look looks looked find found think thought want wanted need needs needed use used put keep kept let work works worked"
        " record never always often still again already only even really quite perhaps maybe here now soon later thanks thank hello hi dear colleagues"
        " blind point change problem idea reason without within against like much many less least two-hour"
        " een twee drie vier vijf zes zeven acht negen tien elf twaalf honderd duizend eerste tweede derde laatste volgende half minuut minuten uur"
        " dag dagen week weken maand maanden jaar jaren vandaag gisteren morgen ochtend avond maandag dinsdag woensdag donderdag vrijdag zaterdag zondag"
        " mensen iedereen niemand niets iets ding dingen woord woorden vraag vragen antwoord antwoorden keer plek manier tijd nieuw oud goed goede beter beste"
        " slecht groot grote klein kleine lang lange kort hoog laag maken maakt gemaakt doen doet gedaan gaan gaat komen komt zien ziet zeggen zegt gezegd"
        " vragen nemen geven staat staan weten altijd nooit weer alweer eigenlijk misschien hier daar nu straks later bedankt hallo collega collega's zonder tegen"
        " eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf hundert tausend erste zweite dritte letzte nächste halb minute minuten stunde stunden"
        " tag tage woche wochen monat monate jahr jahre heute gestern morgen abend montag dienstag mittwoch donnerstag freitag samstag sonntag"
        " leute menschen jeder alle niemand nichts etwas ding dinge wort wörter frage fragen antwort antworten mal platz weg zeit neu neue alt gut gute besser beste"
        " schlecht groß große klein kleine lang lange kurz hoch machen macht gemacht tun geht gehen kommt kommen sehen sieht sagen sagt gesagt fragen nehmen geben"
        " steht stehen wissen immer nie wieder eigentlich vielleicht hier dort jetzt später danke hallo kollegen ohne gegen schon mehr sehr"
    ).split()
)
"""Words of every day, which mark nobody whatever the count."""
_SAME: Final = 0.7
"""A word that stands in so much of its posts within a longer phrase is not a topic by itself."""


class WrittenPost(msgspec.Struct, frozen=True):
    """A post of somebody's."""

    post_id: int
    text: str
    tags: Sequence[str] = ()
    language: str | None = None


class Candidate(msgspec.Struct):
    name: str
    """As they mostly write it."""
    is_tag: bool
    forms: Signature
    post_ids: list[int]
    """Newest first; what says the same stands there once."""

    @property
    def is_name(self) -> bool:
        """Written like a name: with capitals or numbers within a sentence, or as a tag."""
        return self.is_tag or not self.name.islower()


def candidates(posts: Iterable[WrittenPost]) -> list[Candidate]:
    """What stands in several of these posts; which of it marks their author is not known yet."""
    spelled: dict[Signature, Counter[str]] = defaultdict(Counter)
    stands: dict[Signature, list[int]] = defaultdict(list)
    tags: set[Signature] = set()
    seen: set[str] = set()
    for post in posts:
        said = " ".join(post.text.casefold().split())
        if said in seen:
            continue
        seen.add(said)
        found = dict[Signature, str]()
        for name, is_tag in (
            *((tag, True) for tag in post.tags),
            *((one, False) for one in _phrases(post.text)),
        ):
            if forms := signature(name):
                found.setdefault(forms, name)
                if is_tag:
                    tags.add(forms)
        for forms, name in found.items():
            spelled[forms][name] += 1
            stands[forms].append(post.post_id)
    every = [
        Candidate(spelled[forms].most_common(1)[0][0], forms in tags, forms, ids)
        for forms, ids in stands.items()
        if len(ids) >= _least(spelled[forms], len(forms), is_tag=forms in tags)
    ]
    return _without_parts(every)


def _least(spelled: Counter[str], number: int, *, is_tag: bool) -> int:
    if is_tag:
        return LEAST_POSTS_OF_A_TAG
    is_plain = number == 1 and spelled.most_common(1)[0][0].islower()
    return LEAST_POSTS_OF_A_PLAIN_WORD if is_plain else LEAST_POSTS


def mark(own: int, of_own: int, others: int, of_others: int) -> float:
    """How surely a topic in `own` of somebody's posts and `others` of everybody else's marks them (Dunning 1993).

    0 where they write of it no more than others do.
    """
    whole = of_own + of_others
    rate = (own + others) / whole if whole else 0.0
    if not of_own or own / of_own <= rate:
        return 0.0
    parts = ((own, of_own), (others, of_others))
    return 2 * sum(_weight(some, of, rate) + _weight(of - some, of, 1 - rate) for some, of in parts if of)


def _weight(some: int, of: int, rate: float) -> float:
    return some * math.log(some / (of * rate)) if some > 0 and rate > 0 else 0.0


def _without_parts(every: list[Candidate]) -> list[Candidate]:
    longer = [one for one in every if len(one.forms) > 1]
    return [
        one
        for one in every
        if one.is_tag
        or not any(
            len(other.forms) > len(one.forms)
            and set(one.forms) <= set(other.forms)
            and len(set(one.post_ids) & set(other.post_ids)) >= _SAME * len(one.post_ids)
            for other in longer
        )
    ]


def _phrases(text: str) -> Iterator[str]:
    """Words, and words that stand side by side, none of them a stop word; what names people and places is left out."""
    run: list[str] = []
    for match in _SAID.finditer(words.plain(text)):
        word = match[0]
        if not word[0].isalnum() or word.casefold() in words.EMPTY:
            run = []
            continue
        run = [*run, word][-LONGEST:]
        for length in range(1, len(run) + 1):
            phrase = run[-length:]
            if _may_be_one(phrase):
                yield " ".join(phrase)


def _may_be_one(phrase: Sequence[str]) -> bool:
    if any(word.isdigit() or word.casefold() in _SAYS_LITTLE for word in (phrase[0], phrase[-1])):
        return False
    return len(phrase) > 1 or len(phrase[0]) > 3 or (len(phrase[0]) > 1 and phrase[0].isupper())
