"""What a viewer sees of what was written elsewhere. The rules are those of docs/law.md; posts have theirs in `visibility`."""

from sqlalchemy import Select, and_, false, func, or_, select, true

from weetwie.access import visibility
from weetwie.access.enums import Ring
from weetwie.access.visibility import MEMBER, ViewerSql
from weetwie.database.sql import BoolSql
from weetwie.tables.declared import aliased
from weetwie.tables.passages import SourcePassage
from weetwie.tables.people import Person
from weetwie.tables.relations import Follow


def passage(viewer_sql: ViewerSql, of_passage: type[SourcePassage] = SourcePassage) -> BoolSql:
    """Which passages one sees."""
    author_id = of_passage.author_id
    is_nobody = author_id.is_(None)
    return and_(
        _reaches(viewer_sql, of_passage),
        or_(of_passage.is_hidden.is_(False), func.coalesce(author_id == viewer_sql.id, false())),
        or_(
            is_nobody,
            and_(author_id.not_in(visibility.hidden_authors(viewer_sql)), author_id.not_in(_erased())),
        ),
        _is_in_circle(viewer_sql, of_passage),
    )


def _reaches(viewer_sql: ViewerSql, of_passage: type[SourcePassage]) -> BoolSql:
    if viewer_sql is MEMBER:
        return true()
    return func.least(of_passage.ring, viewer_sql.widest) >= viewer_sql.ring


def _erased() -> Select[int]:
    """Theirs go in the moment they do, also where their posts stay; until then nobody reads them."""
    gone = aliased(Person)
    return select(gone.id).where(gone.erased_at.is_not(None)).correlate_except(gone)


def _is_in_circle(viewer_sql: ViewerSql, of_passage: type[SourcePassage]) -> BoolSql:
    """What a guest sees of what is for the network."""
    if viewer_sql is MEMBER:
        return true()
    author_id, follow = of_passage.author_id, aliased(Follow)
    follows = visibility.there_is(
        follow, follow.follower_id == viewer_sql.id, follow.followed_id == author_id
    )
    is_near = or_(author_id == viewer_sql.id, author_id == viewer_sql.sponsor_id, follows)
    return or_(
        ~viewer_sql.is_circled,
        func.least(of_passage.ring, viewer_sql.widest) == int(Ring.world),
        and_(author_id.is_not(None), is_near),
    )
