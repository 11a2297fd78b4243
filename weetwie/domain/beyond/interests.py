"""What somebody cares for: the tags that they follow, and the topics that they say they know or learn."""

from sqlalchemy import BigInteger, literal, select, union_all

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.tables.knowledge import Topic
from weetwie.tables.posts import Tag
from weetwie.tables.relations import TagFollow

FOLLOWS, KNOWS, LEARNING = "follows", "knows", "learning"
_CHOICES = ((KNOWS, 0), (LEARNING, 1))
"""As in knowledge/topic_rules.py."""

_ID = param("person_id", BigInteger)
_OWN = Query(
    union_all(
        select(Tag.name.label("name"), literal(FOLLOWS).label("bond"))
        .join(TagFollow, TagFollow.tag_id == Tag.id)
        .where(TagFollow.person_id == _ID),
        *(
            select(Topic.name, literal(bond)).where(Topic.person_id == _ID, Topic.choice == choice)
            for bond, choice in _CHOICES
        ),
    )
)


async def interests(db: Db, viewer: Viewer) -> list[tuple[str, str]]:
    """Name and bond, in a fixed order; of one that is several of these the first."""
    found: dict[str, tuple[str, str]] = {}
    order = (FOLLOWS, KNOWS, LEARNING)
    rows = await db.rows(_OWN, person_id=viewer.person_id)
    for row in sorted(rows, key=lambda row: (order.index(row["bond"]), row["name"].casefold())):
        found.setdefault(row["name"].casefold(), (row["name"], row["bond"]))
    return list(found.values())
