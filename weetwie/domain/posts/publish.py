"""Publish a post."""

import hashlib
from collections.abc import Sequence
from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Executable,
    FromClause,
    LargeBinary,
    SmallInteger,
    Text,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert as insert_or_not

from weetwie.access import permissions
from weetwie.access.enums import QuoteState, Ring, Visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import VIEWER
from weetwie.database.pool import Db, Query, Record, param
from weetwie.database.sql import ColumnSql
from weetwie.domain.posts import counts, media, rules
from weetwie.domain.posts.audience import Audience, decide
from weetwie.domain.posts.quote import Quoted
from weetwie.domain.posts.rules import Draft, Parent
from weetwie.errors import Forbidden, Invalid, _
from weetwie.events import PostPublished, PostQuoted, record
from weetwie.runtime import clock
from weetwie.tables.people import Person
from weetwie.tables.posts import MEDIA, POLL, Mention, Post, PostKey, PostTag, PostText, Tag
from weetwie.text import text as texts

PostId = int


async def usual_visibility(db: Db, viewer: Viewer) -> Visibility:
    """What somebody's posts have where nothing else is said."""
    usual = await db.row(_DEFAULTS, person_id=viewer.person_id)
    return Visibility(usual["default_visibility"]) if usual else Visibility.public


async def publish(db: Db, viewer: Viewer, draft: Draft) -> PostId:
    """Raises Forbidden, Invalid, and NotFound for a parent that the viewer does not see."""
    if not permissions.act(viewer, clock.now()):
        raise Forbidden(_("This account can't post."))
    if draft.key and (before := await _sent_before(db, viewer, draft.key)):
        return before
    draft = rules.take_ring_from_text(draft)
    rules.check(draft, viewer.policy)
    await media.check(db, viewer, draft.media_ids)
    usual = await db.row(_DEFAULTS, person_id=viewer.person_id)
    assert usual is not None, "an active person has a row"
    audience = await decide(db, viewer, draft, Visibility(usual["default_visibility"]))
    _check_allowed(viewer, draft, audience)
    parent, quoted, ring = audience.parent, audience.quoted, audience.ring
    post_id = await _insert(db, viewer, draft, audience, usual)
    await name(db, post_id, audience.people)
    await tag(db, post_id, draft.text)
    if audience.visibility <= Visibility.unlisted:
        await _count(db, viewer, post_id, parent, quoted, ring)
    else:
        await counts.hold(db, viewer.person_id)
    if draft.key:
        await db.run(_KEEP_KEY, person_id=viewer.person_id, key_hash=_key_hash(draft.key), post_id=post_id)
    await record(db, viewer, PostPublished(post_id, list(draft.media_ids) or None))
    if quoted is not None:
        await record(db, viewer, PostQuoted(post_id, quoted.id))
    return post_id


class UnexpectedMentions(Invalid):
    """Somebody is named whom the app did not expect to be."""

    default = _("This post would go to people your app didn't expect.")

    def __init__(self, people: Sequence[int]) -> None:
        super().__init__(field="allowed_mentions")
        self.people = people


def _check_allowed(viewer: Viewer, draft: Draft, audience: Audience) -> None:
    if draft.allowed_mentions is not None:
        allowed = {*draft.allowed_mentions, viewer.person_id}
        if others := [id for id in audience.people if id not in allowed]:
            raise UnexpectedMentions(others)


async def _sent_before(db: Db, viewer: Viewer, key: str) -> PostId | None:
    """Waits for another request with the same key, so that of two at once one posts and the other gets its post."""
    key_hash = _key_hash(key)
    lock = int.from_bytes(key_hash[:8], signed=True) ^ viewer.person_id
    await db.run(_WAIT_FOR_KEY, lock=lock)
    return await db.value(_BY_KEY, person_id=viewer.person_id, key_hash=key_hash)  # type: ignore[no-any-return]


def _key_hash(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


async def _insert(
    db: Db,
    viewer: Viewer,
    draft: Draft,
    audience: Audience,
    usual: Record,
) -> PostId:
    parent, quoted = audience.parent, audience.quoted
    language = draft.language or texts.language_of(draft.text) or usual["default_language"]
    sensitive = draft.is_sensitive if draft.is_sensitive is not None else usual["default_sensitive"]
    policy = draft.quote_policy if draft.quote_policy is not None else usual["default_quote_policy"]
    is_question = draft.is_question if draft.is_question is not None else texts.is_question(draft.text)
    return await db.value(  # type: ignore[no-any-return]
        _INSERT,
        author_id=viewer.person_id,
        reply_to_id=parent.id if parent else None,
        reply_to_person_id=parent.author_id if parent else None,
        root_id=parent.root_id if parent else None,
        quote_of_id=quoted.id if quoted else None,
        quote_state=int(QuoteState.accepted) if quoted else 0,
        quote_policy=int(policy),
        ring=int(audience.ring),
        visibility=int(audience.visibility),
        is_question=is_question,
        is_sensitive=sensitive or bool(draft.warning),
        text=draft.text,
        warning=draft.warning,
        language=language,
        app_id=draft.app_id,
        attached=(MEDIA if draft.media_ids else 0) | (POLL if draft.has_poll else 0),
    )


async def name(db: Db, post_id: PostId, people: Sequence[int]) -> None:
    """Writes down who is named; who was named before stays."""
    if people:
        await db.run(_MENTION, post_id=post_id, people=list(people))


async def tag(db: Db, post_id: PostId, text: str) -> None:
    """Writes down the tags of a text, each once, as first spelled in it."""
    names: dict[str, str] = {}
    for piece in texts.pieces(text):
        if piece.kind == "tag":
            names.setdefault(texts.tag_key(piece.target), piece.target)
    if names:
        keys, spelled = list(names), list(names.values())
        if await db.run(_TAG, post_id=post_id, keys=keys, names=spelled) < len(keys):
            # It had some of them before, or somebody else wrote with a new one at the same moment: by now it is known.
            await db.run(_TAG, post_id=post_id, keys=keys, names=spelled)


async def _count(
    db: Db, viewer: Viewer, post_id: PostId, parent: Parent | None, quoted: Quoted | None, ring: Ring
) -> None:
    await counts.post(db, viewer.person_id, post_id, ring)
    if parent:
        await counts.reply(db, parent.id, ring, by=1)
    if quoted:
        await counts.quote(db, quoted.id, ring, by=1)


_WAIT_FOR_KEY = Query(select(func.pg_advisory_xact_lock(param("lock", BigInteger))))
_BY_KEY = Query(
    select(PostKey.post_id).where(
        PostKey.person_id == param("person_id", BigInteger),
        PostKey.key_hash == param("key_hash", LargeBinary),
        PostKey.created_at > func.now() - func.make_interval(0, 0, 0, 0, 1),
    )
)
_KEEP_KEY = Query(
    lambda: (
        made := insert_or_not(PostKey).values(
            person_id=param("person_id", BigInteger),
            key_hash=param("key_hash", LargeBinary),
            post_id=param("post_id", BigInteger),
        )
    ).on_conflict_do_update(
        index_elements=[PostKey.person_id, PostKey.key_hash],
        set_={"post_id": made.excluded.post_id, "created_at": func.now()},
    )
)


_DEFAULTS = Query(
    select(
        Person.default_visibility,
        Person.default_sensitive,
        Person.default_language,
        Person.default_quote_policy,
    ).where(Person.id == param("person_id", BigInteger))
)

USUAL = select(Person.default_visibility).where(Person.id == VIEWER.id).scalar_subquery()
"""What `usual_visibility` answers."""
ONE_AT_A_TIME = 7_305_194
"""An advisory lock that those who publish hold until they commit: ids then appear in their order, and a reader who asks for
what came after the newest they know misses nothing."""


_GIVEN: Final = {
    "author_id": BigInteger,
    "reply_to_id": BigInteger,
    "reply_to_person_id": BigInteger,
    "ring": SmallInteger,
    "visibility": SmallInteger,
    "is_question": Boolean,
    "is_sensitive": Boolean,
    "attached": SmallInteger,
    "quote_of_id": BigInteger,
    "quote_state": SmallInteger,
    "quote_policy": SmallInteger,
}


def _insert_both() -> Executable:
    turn = (
        select(func.pg_advisory_xact_lock(literal(ONE_AT_A_TIME, BigInteger)))
        .cte("turn")
        .prefix_with("materialized")
    )
    number = select(func.new_id().label("id")).select_from(turn).cte("number").prefix_with("materialized")
    given: dict[str, ColumnSql] = {
        "id": number.c.id,
        "root_id": func.coalesce(param("root_id", BigInteger), number.c.id),
        **{name: param(name, kind) for name, kind in _GIVEN.items()},
    }
    post = (
        insert(Post)
        .from_select(list(given), select(*given.values()), include_defaults=False)
        .returning(Post.id)
        .cte("post")
    )
    return (
        insert(PostText)
        .from_select(
            ["post_id", "text", "warning", "language", "app_id"],
            select(
                post.c.id,
                param("text", Text),
                param("warning", Text),
                param("language", Text),
                param("app_id", BigInteger),
            ),
        )
        .returning(PostText.post_id)
    )


_INSERT = Query(_insert_both)

_MENTION = Query(
    insert_or_not(Mention)
    .from_select(
        ["post_id", "person_id"],
        select(param("post_id", BigInteger), func.unnest(param("people", ARRAY(BigInteger)))),
    )
    .on_conflict_do_nothing()
)


def _spelled() -> FromClause:
    return (
        func.unnest(param("keys", ARRAY(Text)), param("names", ARRAY(Text)))
        .table_valued("key", "name")
        .render_derived()
    )


def _tag() -> Executable:
    """Tags that nobody wrote before are made, in one order, so that of two who make the same none waits for the other."""
    new, spelled = _spelled(), _spelled()
    is_known = select(literal(1)).where(Tag.key == new.c.key).exists()
    made = (
        insert_or_not(Tag)
        .from_select(["key", "name"], select(new.c.key, new.c.name).where(~is_known).order_by(new.c.key))
        .on_conflict_do_nothing()
        .returning(Tag.id, Tag.key)
        .cte("made")
    )
    known = select(Tag.id, Tag.key).where(Tag.key == func.any(param("keys", ARRAY(Text))))
    every = known.union_all(select(made.c.id, made.c.key)).subquery()
    return (
        insert_or_not(PostTag)
        .from_select(
            ["tag_id", "post_id", "name"],
            select(every.c.id, param("post_id", BigInteger), spelled.c.name)
            .select_from(spelled)
            .join(every, every.c.key == spelled.c.key),
        )
        .on_conflict_do_nothing()
    )


_TAG = Query(_tag)
