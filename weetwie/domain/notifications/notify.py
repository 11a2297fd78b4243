"""After a fact: those whom it concerns are told, if they see it and want to hear of it.

One statement a kind (`insertion.py`), which looks at the world as it is now: twice is once, and late does no harm.
"""

from collections.abc import Sequence

from sqlalchemy import BigInteger, and_, func, literal, null, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import visibility
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, param
from weetwie.domain.notifications.insertion import (
    WRITTEN_HERE,
    given_rows,
    hears_of_thread,
    insertion,
    once,
    tell,
)
from weetwie.events import (
    FollowRequested,
    PersonFollowed,
    PollEnded,
    PostBoosted,
    PostEdited,
    PostFavourited,
    PostPublished,
    PostQuoted,
)
from weetwie.tables.declared import aliased
from weetwie.tables.people import Person
from weetwie.tables.polls import Vote
from weetwie.tables.posts import Mark, Mention, Post
from weetwie.tables.relations import Follow, FollowRequest

_POSTS = func.any(param("posts", ARRAY(BigInteger)))


async def mentioned(db: Db, viewer: Viewer, facts: Sequence[PostPublished | PostEdited]) -> None:
    """An edit may mention more people; those who were told before are not told again."""
    await tell(db, viewer, _MENTIONED, posts=[fact.post_id for fact in facts])


async def published(db: Db, viewer: Viewer, facts: Sequence[PostPublished]) -> None:
    """Followers who asked to hear of everything that this person writes."""
    await tell(db, viewer, _PUBLISHED, posts=[fact.post_id for fact in facts])


async def edited(db: Db, viewer: Viewer, facts: Sequence[PostEdited]) -> None:
    """Those who boosted what now reads otherwise."""
    await tell(db, viewer, _EDITED, posts=[fact.post_id for fact in facts])


async def boosted(db: Db, viewer: Viewer, facts: Sequence[PostBoosted]) -> None:
    await tell(db, viewer, _BOOSTED, posts=[fact.post_id for fact in facts])


async def favourited(db: Db, viewer: Viewer, facts: Sequence[PostFavourited]) -> None:
    given = once((fact.post_id, fact.person_id) for fact in facts)
    await tell(db, viewer, _FAVOURITED, posts=[post for post, _ in given], people=[who for _, who in given])


async def poll_ended(db: Db, viewer: Viewer, facts: Sequence[PollEnded]) -> None:
    """Its author, and those who voted."""
    await tell(db, viewer, _POLL_ENDED, posts=[fact.post_id for fact in facts])


async def quoted(db: Db, viewer: Viewer, facts: Sequence[PostQuoted]) -> None:
    await tell(db, viewer, _QUOTED, posts=[fact.post_id for fact in facts])


async def followed(db: Db, viewer: Viewer, facts: Sequence[PersonFollowed]) -> None:
    await tell(db, viewer, _FOLLOWED, **_pairs(facts))


async def requested(db: Db, viewer: Viewer, facts: Sequence[FollowRequested]) -> None:
    await tell(db, viewer, _REQUESTED, **_pairs(facts))


def _pairs(facts: Sequence[PersonFollowed] | Sequence[FollowRequested]) -> dict[str, list[int]]:
    given = once((fact.follower_id, fact.followed_id) for fact in facts)
    return {"followers": [follower for follower, _ in given], "followed": [followed for _, followed in given]}


_told = aliased(Person, name="told")
_post = aliased(Post, name="post")
_original = aliased(Post, name="original")
_eye = visibility.of(_told)

_MENTIONED = insertion(
    "mention",
    _told,
    _post.author_id,
    _post.id,
    lambda rows: (
        rows.select_from(_post)
        .join(Mention, Mention.post_id == _post.id)
        .join(_told, _told.id == Mention.person_id)
        .where(
            _post.id == _POSTS,
            Mention.post_id == _POSTS,
            _post.origin == WRITTEN_HERE,
            hears_of_thread(_told.id, _post),
            visibility.parent(_eye, _post),
        )
    ),
)

_mention_of_told = select(literal(1)).where(Mention.post_id == _post.id, Mention.person_id == _told.id)

_PUBLISHED = insertion(
    "status",
    _told,
    _post.author_id,
    _post.id,
    lambda rows: (
        rows.select_from(_post)
        .join(Follow, and_(Follow.followed_id == _post.author_id, Follow.notifies))
        .join(_told, _told.id == Follow.follower_id)
        .where(
            _post.id == _POSTS,
            _post.origin == WRITTEN_HERE,
            _post.boost_of_id.is_(None),
            or_(_post.reply_to_id.is_(None), _post.reply_to_person_id == _post.author_id),
            # Whoever is mentioned is told so, and not a second time.
            ~_mention_of_told.correlate(_post, _told).exists(),
            visibility.parent(_eye, _post),
        )
    ),
)

_boost = aliased(Post, name="boost")

_EDITED = insertion(
    "update",
    _told,
    _post.author_id,
    _post.id,
    lambda rows: (
        rows.select_from(_post)
        .join(_boost, and_(_boost.boost_of_id == _post.id, _boost.deleted_at.is_(None)))
        .join(_told, _told.id == _boost.author_id)
        .where(_post.id == _POSTS, hears_of_thread(_told.id, _post), visibility.parent(_eye, _post))
    ),
)

_BOOSTED = insertion(
    "reblog",
    _told,
    _boost.author_id,
    _original.id,
    lambda rows: (
        rows.select_from(_boost)
        .join(_original, _original.id == _boost.boost_of_id)
        .join(_told, _told.id == _original.author_id)
        .where(
            _boost.id == _POSTS,
            _boost.origin == WRITTEN_HERE,
            hears_of_thread(_told.id, _original),
            visibility.post(_eye, _boost, _original),
        )
    ),
    act_id=_boost.id,
)


_marked = given_rows("posts", "people")
_from = aliased(Person, name="sender")

_FAVOURITED = insertion(
    "favourite",
    _told,
    _from.id,
    _post.id,
    lambda rows: (
        rows.select_from(_marked)
        .join(_post, _post.id == _marked.c.posts)
        .join(_from, _from.id == _marked.c.people)
        .join(
            Mark,
            and_(Mark.post_id == _post.id, Mark.person_id == _from.id, Mark.favourite.is_not(None)),
        )
        .join(_told, _told.id == _post.author_id)
        .where(
            hears_of_thread(_told.id, _post), visibility.parent(_eye, _post), visibility.person(_eye, _from)
        )
    ),
    act_id=Mark.favourite,
)

_quoted = aliased(Post, name="quoted")
_QUOTED = insertion(
    "quote",
    _told,
    _post.author_id,
    _post.id,
    lambda rows: (
        rows.select_from(_post)
        .join(_quoted, _quoted.id == _post.quote_of_id)
        .join(_told, _told.id == _quoted.author_id)
        .where(_post.id == _POSTS, hears_of_thread(_told.id, _quoted), visibility.parent(_eye, _post))
    ),
)
_poll_of = aliased(Post, name="poll_of")
_POLL_ENDED = insertion(
    "poll",
    _told,
    _poll_of.author_id,
    _poll_of.id,
    lambda rows: (
        rows.select_from(_poll_of)
        .join(
            _told,
            or_(
                _told.id == _poll_of.author_id,
                _told.id.in_(select(Vote.person_id).where(Vote.post_id == _poll_of.id)),
            ),
        )
        .where(_poll_of.id == _POSTS, hears_of_thread(_told.id, _poll_of), visibility.parent(_eye, _poll_of))
    ),
    of_oneself=True,
)

_pair = given_rows("followers", "followed")


def _of_relation(kind: str, relation: type[Follow] | type[FollowRequest]) -> Query:
    return insertion(
        kind,
        _told,
        _from.id,
        null(),
        lambda rows: (
            rows.select_from(_pair)
            .join(
                relation,
                and_(relation.follower_id == _pair.c.followers, relation.followed_id == _pair.c.followed),
            )
            .join(_from, _from.id == relation.follower_id)
            .join(_told, _told.id == relation.followed_id)
            .where(visibility.person(_eye, _from))
        ),
        act_id=relation.number,
    )


_FOLLOWED = _of_relation("follow", Follow)
_REQUESTED = _of_relation("follow_request", FollowRequest)
