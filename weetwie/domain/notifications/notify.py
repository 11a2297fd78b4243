"""After a fact: those whom it concerns are told, if they see it and want to hear of it.

One statement a kind, for any number of facts. Each looks at the world as it is now and inserts what is not there yet, so
that twice is once and late does no harm. Whether the thing is still to be seen is decided again when the list is read.

A follow, a request, a favourite or a boost that was taken back and given again has a new number. It is told anew, in place
of the one before; but devices hear of the same thing from the same person at most once in five minutes.
"""

from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Executable,
    FromClause,
    Select,
    and_,
    case,
    column,
    func,
    literal,
    null,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, Insert, insert

from weetwie.access import visibility
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db, Query, Value, columns, param
from weetwie.database.sql import IdSql, IntSql
from weetwie.domain.notifications.policy import DROP, HOLD, decision
from weetwie.events import (
    FollowRequested,
    PeopleNotified,
    PersonFollowed,
    PollEnded,
    PostBoosted,
    PostEdited,
    PostFavourited,
    PostPublished,
    PostQuoted,
    record,
)
from weetwie.tables.declared import aliased
from weetwie.tables.notifications import Notification
from weetwie.tables.people import Person
from weetwie.tables.polls import Vote
from weetwie.tables.posts import Mark, Mention, Post
from weetwie.tables.relations import Block, Follow, FollowRequest, Mute

_POSTS = func.any(param("posts", ARRAY(BigInteger)))
_QUIET_SECONDS = 300
WRITTEN_HERE = 0
"""`posts.origin`: of what is imported nobody is told."""


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


async def tell(db: Db, viewer: Viewer, query: Query, **given: Value) -> None:
    """Writes the notifications, and that they are there: so open streams hear of them."""
    told = columns(await db.rows(query, **given, **visibility.today(viewer)), "id")
    if told:
        await record(db, viewer, PeopleNotified(told))


def _pairs(facts: Sequence[PersonFollowed] | Sequence[FollowRequested]) -> dict[str, list[int]]:
    given = once((fact.follower_id, fact.followed_id) for fact in facts)
    return {"followers": [follower for follower, _ in given], "followed": [followed for _, followed in given]}


def once(pairs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """One statement tells nothing twice, also where something was given, taken back and given within one batch."""
    return list(dict.fromkeys(pairs))


NotificationRows = Select[int, str, int, int | None, bool, int | None]


def insertion(
    kind: str,
    told: type[Person],
    from_id: IntSql,
    post_id: IdSql,
    make: Callable[[NotificationRows], NotificationRows],
    *,
    act_id: IdSql | None = None,
    of_oneself: bool = False,
) -> Query:
    """`make` joins and narrows a selection that begins with the rows to be inserted; `told` is the people to tell, of what
    they did themselves only where that is said. `act_id` is the number of what can be taken back and given again."""

    def statement() -> Executable:
        sender = aliased(Person)
        decided = decision(kind, told.id, sender, post_id)
        act = null() if act_id is None else act_id
        rows = make(select(told.id, literal(kind), from_id, post_id, (decided == HOLD).label("is_held"), act))
        rows = rows.join(sender, sender.id == from_id).where(
            true() if of_oneself else told.id != from_id,
            told.has_joined,
            _wants_to_hear(told.id, from_id),
            decided < DROP,
        )
        made = insert(Notification).from_select(
            ["person_id", "kind", "from_id", "post_id", "is_held", "act_id"], rows.order_by(told.id)
        )
        made = made.on_conflict_do_nothing() if act_id is None else _told_anew(made)
        return made.returning(Notification.id)

    return Query(statement)


def _told_anew(made: Insert) -> Insert:
    """Each once; what was told before acts had numbers has none, and is younger than its act."""
    old, new = Notification, made.excluded
    heard_as = func.coalesce(old.pushed_as, old.id)
    is_soon = heard_as > (func.extract("epoch", func.now()).cast(BigInteger) - _QUIET_SECONDS) * 1000 * 65536
    return made.on_conflict_do_update(
        index_elements=[old.person_id, old.kind, old.from_id, func.coalesce(old.post_id, text("0"))],
        set_={
            "id": new.id,
            "act_id": new.act_id,
            "is_held": new.is_held,
            "pushed_as": case((is_soon, heard_as), else_=null()),
        },
        where=func.coalesce(old.act_id, old.id) < new.act_id,
    )


def _wants_to_hear(person_id: IntSql, from_id: IntSql) -> ColumnElement[bool]:
    """Neither has blocked the other, and the one has not muted the other's notifications."""
    mute, block = aliased(Mute), aliased(Block)
    is_muted = select(literal(1)).where(
        mute.muter_id == person_id,
        mute.muted_id == from_id,
        mute.hides_notifications,
        or_(mute.expires_at.is_(None), mute.expires_at > func.now()),
    )
    is_blocked = select(literal(1)).where(
        or_(
            and_(block.blocker_id == person_id, block.blocked_id == from_id),
            and_(block.blocker_id == from_id, block.blocked_id == person_id),
        )
    )
    return and_(~is_muted.correlate_except(mute).exists(), ~is_blocked.correlate_except(block).exists())


def hears_of_thread(person_id: IntSql, post: type[Post]) -> ColumnElement[bool]:
    mark = aliased(Mark)
    is_muted = select(literal(1)).where(
        mark.person_id == person_id, mark.post_id == post.root_id, mark.is_muted
    )
    return ~is_muted.correlate_except(mark).exists()


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


def given_rows(*names: str) -> FromClause:
    """The rows of several parameters that belong together."""
    given = func.unnest(*(param(name, ARRAY(BigInteger)) for name in names))
    return given.table_valued(*(column(name, BigInteger) for name in names)).render_derived(name="given")


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
