"""Topics of one person that mean the same in several languages are one, in the words of the reader's language. Pure, and beside the event loop."""

from collections.abc import Sequence
from functools import lru_cache

from weetwie.domain.knowledge import twins
from weetwie.domain.knowledge.words import ask


def merged(names: Sequence[str], language: str) -> list[str]:
    """In their own words: of those that mean the same the one that is of this language, or else the first."""
    return list(_merged(tuple(names), language)) if len(names) > 1 else list(names)


@lru_cache(maxsize=4096)
def _merged(names: tuple[str, ...], language: str) -> tuple[str, ...]:
    means, codes = dict[str, set[str]](), dict[str, str]()
    for name in names:
        asked = ask(name)
        whole = set(range(len(asked)))
        found = [twin for twin in twins.find(name, asked, "") if twin.is_sure and whole <= set(twin.of)]
        means[name] = {twin.text.casefold() for twin in found if not twin.is_made}
        codes |= {twin.text.casefold(): twin.code for twin in found}
    kept = list[str]()
    for name in names:
        twin = next((one for one in kept if _same(one, name, means)), None)
        if twin is None:
            kept.append(name)
        elif codes.get(name.casefold()) == language != codes.get(twin.casefold()):
            kept[kept.index(twin)] = name
    return tuple(kept)


def _same(one: str, other: str, means: dict[str, set[str]]) -> bool:
    return other.casefold() in means[one] or one.casefold() in means[other]
