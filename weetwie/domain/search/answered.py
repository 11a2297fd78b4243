"""Questions that have been answered, like one that is asked now."""

from collections.abc import Sequence

from weetwie.access.viewer import Viewer
from weetwie.database.paging import Page
from weetwie.database.pool import Db
from weetwie.domain.search.posts import search
from weetwie.domain.search.query import SearchQuery, Sign, Term

_ENOUGH = 2
"""Words: a question that has so many of those that say most is like the one that is asked."""


async def answered(
    db: Db, viewer: Viewer, words: Sequence[str], limit: int, *, is_answered: bool = True
) -> list[int]:
    """The ids of such questions. `words` of what is asked now, those that say most first."""
    found: list[int] = []
    for some in (words, words[:_ENOUGH]) if len(words) > _ENOUGH else (words,):
        if some and not found:
            asked = SearchQuery(
                terms=[Term(word) for word in some], signs=[Sign("question")], is_answered=is_answered
            )
            found = await search(db, viewer, asked, Page(limit))
    return found
