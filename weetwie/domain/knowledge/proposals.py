"""Pairs for the glossary from the posts and profiles that somebody sees: worked out while they look, kept nowhere."""

import asyncio
import string
from collections.abc import Sequence
from typing import Final

import msgspec
import regex
from sqlalchemy import Executable, Text, case, column, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access import permissions, visibility
from weetwie.access.enums import Ring, Standing, Visibility
from weetwie.access.viewer import Viewer
from weetwie.access.visibility import ViewerSql, VisibleQuery
from weetwie.database.pool import Db, columns, param
from weetwie.domain.knowledge import delicate, glossary, learning, twins, words
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
_MOST_KNOWN: Final = 20_000
"""So many entries are held against them."""
_TOKEN: Final = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_SIGNS: Final = string.punctuation + "\t\n\u00a0\u00b7\u2010\u2011\u2012\u2013\u2014\u2018\u2019\u201c\u201d"
"""What stands between the words of a name."""


class GlossaryProposal(msgspec.Struct, frozen=True):
    words: dict[str, list[str]]
    ring: Ring
    """The widest that it may be for."""
    post_ids: tuple[int, ...]


async def proposals(db: Db, viewer: Viewer) -> list[GlossaryProposal]:
    """For who may write entries; nothing that the glossary or the word list says already."""
    may_add = viewer.standing == Standing.member and permissions.act(viewer, clock.now())
    if not may_add or not viewer.policy.translates:
        return []
    said = [LearnedText(*row) for row in (*await _POSTS.rows(db, viewer), *await _TOPICS.rows(db, viewer))]
    found = await _no_names(db, viewer, await asyncio.to_thread(learning.pairs, said))
    terms = {
        form
        for pair in found
        for _code, text in pair.words
        for word in words.tokens(text)
        for form in words.forms(word)
    }
    ours = await glossary.of_terms(db, viewer, list(terms), _MOST_KNOWN)
    return await asyncio.to_thread(_new, found, ours, viewer.policy.never_inferred)


async def _no_names(db: Db, viewer: Viewer, found: Sequence[Pair]) -> list[Pair]:
    """Who or what is called so here is no word for anything: people whom one sees, their places and units."""
    said = {pair: {token for _code, text in pair.words for token in _tokens(text)} for pair in found}
    every = list(set[str]().union(*said.values()))
    names = set(columns(await _NAMES.rows(db, viewer, said=every), "said")) if every else set[str]()
    return [pair for pair in found if names.isdisjoint(said[pair])]


def _tokens(text: str) -> list[str]:
    every = (token.casefold() for token in _TOKEN.findall(text))
    return [token for token in every if len(token) > 1 and token not in words.EMPTY]


def _new(
    found: Sequence[Pair], ours: Sequence[dict[str, list[str]]], never: Sequence[str]
) -> list[GlossaryProposal]:
    known = [{word.casefold() for own in one.values() for word in own} for one in ours]
    new = list[GlossaryProposal]()
    for pair in found:
        texts = {text.casefold() for _code, text in pair.words}
        if len(new) == MOST:
            break
        if any(delicate.is_delicate(text, never) for text in texts) or any(texts <= one for one in known):
            continue
        if not _is_listed(pair):
            given = {code: [text for own, text in pair.words if own == code] for code in LANGUAGES}
            mine = {code: own for code, own in given.items() if own}
            new.append(GlossaryProposal(mine, Ring(pair.ring), pair.post_ids[:MOST_PROOFS]))
    return new


def _is_listed(pair: Pair) -> bool:
    (_code, one), (_other, other) = pair.words
    found = twins.find(one, words.ask(one), pair.words[0][0])
    return any(twin.text.casefold() == other.casefold() for twin in found)


def _posts(viewer_sql: ViewerSql) -> Executable:
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


def _topics(viewer_sql: ViewerSql) -> Executable:
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


def _names(viewer_sql: ViewerSql) -> Executable:
    said = func.unnest(param("said", ARRAY(Text))).table_valued(column("said", Text)).render_derived()
    called = func.concat_ws(" ", Person.handle, Person.name, Person.place, Person.unit)
    spaced = func.translate(func.plain(called), _SIGNS, " " * len(_SIGNS))
    each = select(func.string_to_table(spaced, " ").label("name")).where(visibility.card(viewer_sql, Person))
    names = each.distinct().subquery()
    return select(said.c.said).join(names, names.c.name == func.plain(said.c.said))


_NAMES = VisibleQuery(_names)
