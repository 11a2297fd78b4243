"""Small operations on arrays. Pure."""

from typing import Any

from weetwie.runtime.later import NDArray, np

Ints = NDArray[Any]


def distinct(numbers: Ints) -> Ints:
    """Each once, in order: several times faster than `np.unique` on these sizes."""
    ordered = np.sort(numbers)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])] if len(ordered) else ordered


def stretches(begins: Ints, ends: Ints) -> Ints:
    """The numbers from each beginning to its end, one stretch after the other."""
    many = ends - begins
    before = np.cumsum(many) - many
    rows: Ints = np.repeat(begins - before, many) + np.arange(many.sum())
    return rows


def best_first(scores: Ints, ids: Ints) -> Ints:
    """The order in which the highest come first, and of those that are the same the lowest id."""
    order: Ints = np.argsort(-scores)
    ordered = scores[order]
    if (ordered[1:] == ordered[:-1]).any():
        return np.lexsort((ids, -scores))
    return order


def longer(numbers: Ints, size: int) -> Ints:
    longer = np.zeros(size, numbers.dtype)
    longer[: len(numbers)] = numbers
    return longer
