"""A timeline out of several lists of posts, each by its own index.

Taken together, the lists have no order that an index could give. So the newest ids of all of them are merged first, a stretch at a
time and without the law, which reads little more of each index than the page needs; the stretch is then loaded under the
law, and where that leaves too little, the next one follows.
"""

from collections.abc import Callable

import msgspec
from sqlalchemy import BigInteger, Executable

from weetwie.access.authenticate import check
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.paging import Page
from weetwie.database.pool import Db, Value, columns, param
from weetwie.views.posts import Finding, SeenPost

SPARE = 20
"""How many more than the page are merged at first, for what law and taste leave out."""
LONGEST = 2_000
SIZE = param("size", BigInteger)


class MergedFinding:
    """`stretch(viewer_sql, upward)` selects the `SIZE` next ids as `id`, in order, between `BELOW` and `ABOVE`;
    `finding` loads the posts of the parameter `ids`."""

    def __init__(self, stretch: Callable[[ViewerSql, bool], Executable], finding: Finding) -> None:
        self._down = VisibleQuery(lambda viewer_sql: stretch(viewer_sql, False))
        self._up = VisibleQuery(lambda viewer_sql: stretch(viewer_sql, True))
        self._finding = finding

    async def page(self, db: Db, viewer: Viewer, page: Page, **given: Value) -> list[SeenPost]:
        """Newest first. Raises StaleViewer when the viewer was remembered and is no longer so."""
        query = self._up if page.is_upward else self._down
        kept: list[SeenPost] = []
        size = page.limit + SPARE
        while True:
            rows = await query.rows(db, viewer, below=page.below, above=page.above, size=size, **given)
            ids = columns(rows, "id")
            wanted = msgspec.structs.replace(page, limit=page.limit - len(kept))
            if ids:
                found = await self._finding.page(db, viewer, wanted, ids=ids, **given)
                kept = found + kept if page.is_upward else kept + found
                wanted = msgspec.structs.replace(wanted, limit=page.limit - len(kept))
            elif not kept:
                await check(db, viewer)
            if wanted.limit == 0 or len(ids) < size:
                return kept
            bound = {"above": ids[-1]} if page.is_upward else {"below": ids[-1]}
            page = msgspec.structs.replace(page, **bound)
            size = min(size * 2, LONGEST)
