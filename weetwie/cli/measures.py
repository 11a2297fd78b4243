"""How good a ranking is against judgements, and how sure one is of that. Pure."""

import math
from collections.abc import Mapping, Sequence
from random import Random
from typing import Final

MEASURES: Final = ("MAP", "MRR", "P@5", "NDCG@10", "R@10")
_DRAWS: Final = 1000


def measure(ranking: Sequence[str], grades: Mapping[str, int]) -> dict[str, float]:
    """Of one question. Somebody relevant who is not ranked counts as never found."""
    relevant = {person for person, grade in grades.items() if grade > 0}
    hits = [place for place, person in enumerate(ranking, 1) if person in relevant]
    gain = sum((2 ** grades.get(one, 0) - 1) / math.log2(at + 1) for at, one in enumerate(ranking[:10], 1))
    best = sorted(grades.values(), reverse=True)[:10]
    ideal = sum((2**grade - 1) / math.log2(at + 1) for at, grade in enumerate(best, 1))
    top = sum(place <= 10 for place in hits)
    return {
        "MAP": sum(number / place for number, place in enumerate(hits, 1)) / len(relevant),
        "MRR": 1 / hits[0] if hits else 0.0,
        "P@5": sum(place <= 5 for place in hits) / 5,
        "NDCG@10": gain / ideal if ideal else 0.0,
        "R@10": top / len(relevant),
    }


def mean(of: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: sum(one[name] for one in of) / len(of) for name in MEASURES}


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Between which the mean lies with 95 %, by the bootstrap; the same each time."""
    dice = Random(1)  # noqa: S311  no secret
    size = len(values)
    means = sorted(sum(dice.choices(values, k=size)) / size for _ in range(_DRAWS))
    return means[int(_DRAWS * 0.025)], means[int(_DRAWS * 0.975) - 1]
