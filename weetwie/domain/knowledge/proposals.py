"""Pairs for the glossary from the posts and profiles that somebody sees: worked out while they look, kept nowhere."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Text, case, column, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import permissions, visibility
from weetwie.access.enums import Ring, Standing, Visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, Query, columns, param
from weetwie.domain.knowledge import delicate, glossary, learning, words
from weetwie.domain.knowledge.dictionary import LANGUAGES
from weetwie.domain.knowledge.learning import LearnedText, Pair
from weetwie.domain.knowledge.topic_rules import TopicChoice
from weetwie.runtime import clock
from weetwie.tables.knowledge import Topic
from weetwie.tables.people import Person
from weetwie.tables.posts import Post, PostText

MOST: Final = 8
MOST_PROOFS: Final = 3
_NEWEST: Final = 3000
"""So many posts are read."""
_LOOKED_AT: Final = 60


class TopicProposal(msgspec.Struct, frozen=True):
    words: dict[str, list[str]]
    ring: int
    """The widest that it may be for."""
    post_ids: tuple[int, ...]


async def proposals(db: Db, viewer: Viewer) -> list[TopicProposal]:
    """For who may write entries; nothing that the glossary or the word list says already."""
    if viewer.standing != Standing.member or not permissions.act(viewer, clock.now()):
        return []
    said = [LearnedText(*row) for row in (*await _POSTS.rows(db, viewer), *await _TOPICS.rows(db, viewer))]
    found = (await asyncio.to_thread(learning.pairs, said))[:_LOOKED_AT]
    terms = [
        form
        for pair in found
        for _code, text in pair.words
        for word in words.tokens(text)
        for form in words.forms(word)
    ]
    ours = await glossary.of_terms(db, viewer, terms)
    found = await _no_names(db, found)
    never = viewer.policy.never_inferred
    return await asyncio.to_thread(_new, found, ours, never)


async def _no_names(db: Db, found: Sequence[Pair]) -> list[Pair]:
    """Who is named in brackets is no word for anything."""
    texts = list({text.casefold() for pair in found for _code, text in pair.words})
    names = set(columns(await db.rows(_NAMES, said=texts), "said"))
    return [pair for pair in found if names.isdisjoint(text.casefold() for _code, text in pair.words)]


def _new(
    found: Sequence[Pair], ours: Sequence[dict[str, list[str]]], never: Sequence[str]
) -> list[TopicProposal]:
    known = [{word.casefold() for own in one.values() for word in own} for one in ours]
    new = []
    for pair in found:
        texts = [text for _code, text in pair.words]
        if any(delicate.is_delicate(text, never) for text in texts) or _is_listed(pair):
            continue
        if not any({text.casefold() for text in texts} <= one for one in known):
            given = {code: [text for own, text in pair.words if own == code] for code in LANGUAGES}
            mine = {code: own for code, own in given.items() if own}
            new.append(TopicProposal(mine, pair.ring, pair.post_ids[:MOST_PROOFS]))
    return new[:MOST]


def _is_listed(pair: Pair) -> bool:
    from weetwie.domain.knowledge import twins

    (_code, one), (_other, other) = pair.words
    found = twins.find(one, words.ask(one), pair.words[0][0])
    return any(twin.text.casefold() == other.casefold() for twin in found)


def _posts(viewer_sql: ViewerSql) -> Any:
    return (
        select(
            Post.id,
            Post.root_id,
            func.least(Post.ring, viewer_sql.widest),
            func.left(func.coalesce(PostText.language, ""), 2),
            PostText.text,
        )
        .join(PostText, PostText.post_id == Post.id)
        .join(Person, Person.id == Post.author_id)
        .where(
            Post.boost_of_id.is_(None),
            Post.visibility <= int(Visibility.unlisted),
            Person.is_bot.is_(False),
            visibility.post(viewer_sql, Post),
        )
        .order_by(Post.id.desc())
        .limit(_NEWEST)
    )


_POSTS = VisibleQuery(_posts)


def _topics(viewer_sql: ViewerSql) -> Any:
    """A profile is for its own ring, so what stands there is proposed for colleagues alone."""
    return (
        select(
            literal(0),
            literal(0),
            literal(int(Ring.colleagues)),
            func.coalesce(Person.default_language, ""),
            Topic.name,
        )
        .join(Person, Person.id == Topic.person_id)
        .where(
            Topic.choice == int(TopicChoice.knows),
            Person.is_bot.is_(False),
            Person.suspended_at.is_(None),
            Person.erased_at.is_(None),
            case((Topic.name.like("%(%"), True), (Topic.name.like("%/%"), True), else_=False),
            visibility.detail(viewer_sql, Person) > visibility.CARD,
        )
        .order_by(Topic.person_id, Topic.key)
        .limit(_NEWEST)
    )


_TOPICS = VisibleQuery(_topics)


def _names() -> Any:
    said = func.unnest(param("said", ARRAY(Text))).table_valued(column("said", Text)).render_derived()
    words_of_name = func.string_to_array(func.lower(Person.name), " ")
    is_name = or_(
        func.folded(Person.handle) == func.folded(said.c.said), said.c.said == func.any(words_of_name)
    )
    return select(said.c.said).where(exists().where(is_name))


_NAMES = Query(_names)
