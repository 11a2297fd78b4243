"""Wrong answers, mended by people: a post that is not about what was asked.

The asker hides it for themselves alone, its author for everyone; nobody else does. What was asked is kept as numbers, one
for each of its words. It holds for every question that has all of these words.
"""

from collections.abc import Sequence

import msgspec
from sqlalchemy import BigInteger, Boolean, Select, and_, delete, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, insert

from weetwie.access import allowed, permissions
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.database.rows import structs
from weetwie.database.sql import IdSql
from weetwie.domain.knowledge import asked as asking
from weetwie.errors import Invalid, TooMany, _
from weetwie.events import PersonErased
from weetwie.tables.knowledge import NotAbout
from weetwie.views import posts as seen_posts

MOST = 2000
"""So many one person keeps."""


class KeptTopic(msgspec.Struct, frozen=True):
    id: int
    post_id: int
    is_for_all: bool


async def hide(db: Db, viewer: Viewer, post_id: int, question: str) -> KeptTopic:
    """Says that a post is not about what was asked. It holds for everyone where its author says so.

    Raises NotFound for a post that the viewer does not see, Invalid where nothing is asked.
    """
    allowed.check(viewer, permissions.act)
    post = await seen_posts.post(db, viewer, post_id)
    terms = sorted({one.terms[0] for one in asking.read(question) if one.terms})
    if not terms:
        raise Invalid(_("Say what the post isn't about."), field="q")
    is_for_all = post.author.id == viewer.person_id
    if await db.value(_COUNT, person_id=viewer.person_id) >= MOST:
        raise TooMany(_("You've hidden {most} posts from answers. Show some of them again first."), most=MOST)
    id = await db.value(
        _HIDE, person_id=viewer.person_id, post_id=post_id, terms=terms, is_for_all=is_for_all
    )
    return KeptTopic(int(id), post_id, is_for_all)


async def show_again(db: Db, viewer: Viewer, id: int) -> None:
    """One's own; any other id changes nothing."""
    await db.run(_SHOW, id=id, person_id=viewer.person_id)


async def own(db: Db, viewer: Viewer) -> list[KeptTopic]:
    """The newest first."""
    return structs(KeptTopic, await db.rows(_OWN, person_id=viewer.person_id))


async def erased(db: Db, viewer: Viewer, facts: Sequence[PersonErased]) -> None:
    await db.run(_FORGET, ids=[fact.person_id for fact in facts])


_HIDE = Query(
    insert(NotAbout)
    .values(
        person_id=param("person_id", BigInteger),
        post_id=param("post_id", BigInteger),
        terms=param("terms", ARRAY(BigInteger)),
        is_for_all=param("is_for_all", Boolean),
    )
    .on_conflict_do_update(
        index_elements=["person_id", "post_id", "terms"], set_={"is_for_all": param("is_for_all", Boolean)}
    )
    .returning(NotAbout.id)
)
_COUNT = Query(
    select(func.count()).select_from(NotAbout).where(NotAbout.person_id == param("person_id", BigInteger))
)
_SHOW = Query(
    delete(NotAbout).where(
        NotAbout.id == param("id", BigInteger), NotAbout.person_id == param("person_id", BigInteger)
    )
)
_FORGET = Query(delete(NotAbout).where(NotAbout.person_id == func.any(param("ids", ARRAY(BigInteger)))))
_OWN = Query(
    select(NotAbout.id, NotAbout.post_id, NotAbout.is_for_all)
    .where(NotAbout.person_id == param("person_id", BigInteger))
    .order_by(NotAbout.id.desc())
)
_TERMS = param("terms", ARRAY(BigInteger))


def hidden_from(person_id: IdSql) -> Select[int]:
    """Posts that are no evidence for this person where all of the `terms` are asked (in any of their forms)."""
    return select(NotAbout.post_id).where(
        or_(NotAbout.person_id == person_id, NotAbout.is_for_all),
        and_(NotAbout.terms.overlap(_TERMS), NotAbout.terms.contained_by(_TERMS)),
    )
