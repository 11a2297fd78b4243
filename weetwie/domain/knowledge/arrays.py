"""Small operations on arrays. Pure."""

from typing import TYPE_CHECKING, TypeVar

from weetwie.runtime.later import NDArray, np

if TYPE_CHECKING:
    Ints = NDArray[np.integer]
    Floats = NDArray[np.floating]
    Bools = NDArray[np.bool_]
    Numbers = Ints | Floats
else:
    Ints = Floats = Bools = Numbers = NDArray  # what is in arrays is known without loading what makes them
Kind = TypeVar("Kind", bound="np.generic")


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


def best_first(scores: Floats, ids: Ints) -> Ints:
    """The order in which the highest come first, and of those that are the same the lowest id."""
    order: Ints = np.argsort(-scores)
    ordered = scores[order]
    if (ordered[1:] == ordered[:-1]).any():
        return np.lexsort((ids, -scores))
    return order


def summed(at: Ints, weights: Numbers, size: int) -> Floats:
    """What falls to each place, weighed."""
    return np.asarray(np.bincount(at, weights, minlength=size), np.float64)


def longer(numbers: NDArray[Kind], size: int) -> NDArray[Kind]:
    longer = np.zeros(size, numbers.dtype)
    longer[: len(numbers)] = numbers
    return longer
