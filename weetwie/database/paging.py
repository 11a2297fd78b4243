"""A stretch of a list that is ordered by a number, newest first."""

import msgspec

BEGINNING = 0
END = 2**63 - 1


class Page(msgspec.Struct, frozen=True):
    """Bounds are outside the stretch. `is_upward` asks for those next above `above` (answered newest first all the same)."""

    limit: int
    below: int = END
    above: int = BEGINNING
    is_upward: bool = False


def page(
    limit: int, max_id: int | None = None, since_id: int | None = None, min_id: int | None = None
) -> Page:
    """As the client API asks for it: older than max_id; newer than since_id; or next above min_id."""
    below = END if max_id is None else min(max_id, END)
    if min_id is not None:
        return Page(limit, below, min_id, is_upward=True)
    return Page(limit, below, BEGINNING if since_id is None else since_id)
