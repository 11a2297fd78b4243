"""Report a person, or posts of theirs."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import BigInteger, Boolean, Text, insert
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from weetwie.access import permissions
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.moderation.reports import COLUMNS, Reported, check_rules
from weetwie.errors import Forbidden, Invalid, NotFound, _
from weetwie.runtime import clock
from weetwie.runtime.json import Json
from weetwie.tables.moderation import Report
from weetwie.text.text import is_longer
from weetwie.views import people as seen_people, posts as seen_posts, texts as seen_words

CATEGORIES: Final = ("spam", "legal", "violation", "other")
LONGEST: Final = 1000
MOST_POSTS: Final = 100


async def report(
    db: Db,
    viewer: Viewer,
    person_id: int,
    *,
    post_ids: Sequence[int] = (),
    comment: str = "",
    category: str = "other",
    rule_numbers: Sequence[int] = (),
    forwards: bool = False,
) -> Reported:
    """Raises NotFound for a person, or a post of theirs, that the viewer does not see; Forbidden; Invalid."""
    if not viewer.is_person or not permissions.act(viewer, clock.now()):
        raise Forbidden()
    if viewer.person_id == person_id:
        raise Invalid(_("That's you. Choose someone else."), field="account_id")
    if is_longer(comment, LONGEST):
        raise Invalid(_("A comment can have at most {most} characters."), field="comment", most=LONGEST)
    if len(post_ids) > MOST_POSTS:
        raise Invalid(
            _("You can report at most {most} posts at a time."), field="status_ids", most=MOST_POSTS
        )
    check_rules(viewer, rule_numbers)
    await seen_people.person(db, viewer, person_id)
    row = await db.row(
        _REPORT,
        by_id=viewer.person_id,
        about_id=person_id,
        category="violation" if rule_numbers else category,
        comment=comment,
        rule_numbers=list(rule_numbers),
        posts=await _copied(db, viewer, person_id, post_ids),
        forwards=forwards,
    )
    assert row is not None, "an insert returns its row"
    return Reported(*row)


async def _copied(db: Db, viewer: Viewer, person_id: int, post_ids: Sequence[int]) -> list[dict[str, Json]]:
    """The words of now: what is edited or deleted later has been reported as it was."""
    wanted = dict.fromkeys(post_ids)
    seen = await seen_posts.posts(db, viewer, wanted)
    if len(seen) < len(wanted) or any(post.author.id != person_id or post.is_boost for post in seen):
        raise NotFound()
    return [
        {"id": str(words.id), "warning": words.warning, "text": words.text}
        for words in await seen_words.words(db, seen)
    ]


_REPORT = Query(
    insert(Report)
    .values(
        by_id=param("by_id", BigInteger),
        about_id=param("about_id", BigInteger),
        category=param("category", Text),
        comment=param("comment", Text),
        rule_numbers=param("rule_numbers", ARRAY(BigInteger)),
        posts=param("posts", JSONB),
        forwards=param("forwards", Boolean),
    )
    .returning(*COLUMNS)
)
