"""The first picture after an import, for those who run the place."""

from weetwie.access import permissions
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db
from weetwie.domain.knowledge.overview import Overview, overview
from weetwie.errors import Forbidden
from weetwie.runtime import clock


async def first_picture(db: Db, viewer: Viewer, import_id: int) -> Overview:
    """How many wrote how much, what many of them wrote about, and how much only one did: never who. Raises Forbidden."""
    if viewer.is_person and not permissions.administer(viewer, clock.now()):
        raise Forbidden
    return await overview(db, import_id, viewer.policy.never_inferred)
