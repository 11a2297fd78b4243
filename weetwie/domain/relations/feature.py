"""Put people forward on one's profile: some of those whom one follows."""

from sqlalchemy import BigInteger, Select, and_, delete, literal, select
from sqlalchemy.dialects.postgresql import insert

from weetwie.access import visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql
from weetwie.database.paging import Page
from weetwie.database.pool import Db, Query, param
from weetwie.domain.relations import pair
from weetwie.errors import Invalid, _
from weetwie.tables.declared import aliased
from weetwie.tables.people import Person
from weetwie.tables.relations import FeaturedPerson, Follow
from weetwie.views.numbered import Numbered, NumberedList

_PERSON, _FEATURED = param("person_id", BigInteger), param("featured_id", BigInteger)
_FOLLOWS = Query(
    select(literal(1)).where(Follow.follower_id == _PERSON, Follow.followed_id == _FEATURED).limit(1)
)
_FEATURE = Query(
    insert(FeaturedPerson).values(person_id=_PERSON, featured_id=_FEATURED).on_conflict_do_nothing()
)
_UNFEATURE = Query(
    delete(FeaturedPerson).where(FeaturedPerson.person_id == _PERSON, FeaturedPerson.featured_id == _FEATURED)
)


def _shown(viewer_sql: ViewerSql) -> Select[int, int]:
    """As long as the follow is there, for everybody who sees both people."""
    subject = aliased(Person)
    return (
        select(FeaturedPerson.number, FeaturedPerson.featured_id.label("id"))
        .join(
            Follow,
            and_(
                Follow.follower_id == FeaturedPerson.person_id,
                Follow.followed_id == FeaturedPerson.featured_id,
            ),
        )
        .join(Person, Person.id == FeaturedPerson.featured_id)
        .where(
            FeaturedPerson.person_id == _PERSON,
            visibility.person(viewer_sql),
            Person.suspended_at.is_(None),
            visibility.there_is(subject, subject.id == _PERSON, visibility.person(viewer_sql, subject)),
        )
    )


_SHOWN = NumberedList(_shown)


async def feature(db: Db, viewer: Viewer, person_id: int) -> None:
    """Raises NotFound for whom the viewer does not see, and Invalid for whom they do not follow."""
    await pair.hold(db, viewer, person_id)
    if not await db.value(_FOLLOWS, person_id=viewer.person_id, featured_id=person_id):
        raise Invalid(_("Follow this person first: you can only feature people you follow."))
    await db.run(_FEATURE, person_id=viewer.person_id, featured_id=person_id)


async def unfeature(db: Db, viewer: Viewer, person_id: int) -> None:
    """Raises NotFound for whom the viewer does not see."""
    await pair.hold(db, viewer, person_id)
    await db.run(_UNFEATURE, person_id=viewer.person_id, featured_id=person_id)


async def featured(db: Db, viewer: Viewer, person_id: int, page: Page) -> list[Numbered]:
    """Whom a person puts forward, as far as the viewer sees both."""
    return await _SHOWN.page(db, viewer, page, person_id=person_id)
