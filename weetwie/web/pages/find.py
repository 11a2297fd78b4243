"""The one box that answers with people who know, the posts that prove it, names, topics and posts."""

from typing import Any

import msgspec
from markupsafe import Markup, escape
from starlette.responses import Response

from weetwie.domain.knowledge.answer import Answer, Expert, shown_posts
from weetwie.domain.knowledge.experts import who_knows
from weetwie.domain.knowledge.passages import Passage, passage_of
from weetwie.domain.people.search import search as search_people
from weetwie.domain.relations.tags import tags_like
from weetwie.domain.search.posts import search as search_posts
from weetwie.domain.search.query import read
from weetwie.kit.db import Db
from weetwie.kit.paging import Page
from weetwie.kit.text import tag_key
from weetwie.seen import posts as seen_posts
from weetwie.seen import tags as seen_tags
from weetwie.web import reading
from weetwie.web.shown import Person, Post
from weetwie.web.visit import Visit

_PEOPLE, _TAGS, _EXPERTS = 6, 6, 6


async def show(visit: Visit) -> Response:
    reading.check_signed_in(visit)
    words = visit.request.query_params.get("q", "").strip()[:1000]
    async with visit.house.database.reading() as db:
        found: dict[str, Any] = {
            "people": [],
            "tags": [],
            "posts": [],
            "older": "",
            "experts": [],
            "nearest": (),
            "unknown": (),
            "not_inferred": (),
        }
        if words:
            found = await _found(visit, db, words)
        return await reading.show(visit, db, "search.html", words=words, **found)


async def _found(visit: Visit, db: Db, words: str) -> dict[str, Any]:
    """Raises Invalid for operators that cannot be understood."""
    asked, viewer, shower = read(words), visit.viewer, visit.house.shower
    offset = _offset(visit)
    people_ids: list[int] = []
    answer = Answer((), 0)
    tag_ids: list[int] = []
    if not asked.has_operators and not offset:
        people_ids = await search_people(db, viewer, words, limit=_PEOPLE)
        answer = await who_knows(db, viewer, words, limit=_EXPERTS)
        tag_ids = await tags_like(db, viewer, tag_key(words.removeprefix("#")), limit=_TAGS)
    ids = await search_posts(db, viewer, asked, Page(reading.LENGTH), offset=offset)
    posts = await shower.posts(db, viewer, await seen_posts.posts(db, viewer, ids))
    more = offset + reading.LENGTH if len(ids) == reading.LENGTH else 0
    return {
        "experts": await experts(visit, db, answer),
        "nearest": answer.nearest,
        "unknown": answer.unknown,
        "not_inferred": answer.not_inferred,
        "people": await shower.people(db, viewer, people_ids),
        "tags": await seen_tags.tags(db, viewer, tag_ids),
        "posts": posts,
        "older": str(visit.request.url.include_query_params(offset=more)).partition(visit.request.url.netloc)[
            2
        ]
        if more
        else "",
    }


class Shown(msgspec.Struct, frozen=True):
    """A proof as it stands on a page."""

    post: Post
    passage: Markup
    answers: Markup
    """The line that it answers; empty where it says by itself what was asked."""


async def experts(visit: Visit, db: Db, answer: Answer) -> list[tuple[Person, Expert, list[Shown]]]:
    """Each with the posts that prove it."""
    shower, viewer = visit.house.shower, visit.viewer
    people = {
        one.id: one for one in await shower.people(db, viewer, [one.person_id for one in answer.people])
    }
    seen = await seen_posts.posts(db, viewer, shown_posts(answer))
    posts = {post.id: post for post in await shower.posts(db, viewer, seen)}
    passages = {id: _marked(passage_of(one.text, one.warning, answer.wanted)) for id, one in posts.items()}
    return [
        (
            people[one.person_id],
            one,
            [
                Shown(
                    posts[proof.post_id],
                    passages[proof.post_id],
                    passages.get(proof.answers_id or 0, Markup()),
                )
                for proof in one.proofs
                if proof.post_id in posts
            ],
        )
        for one in answer.people
        if one.person_id in people
    ]


def _marked(passage: Passage) -> Markup:
    """As HTML."""
    pieces, at = list[Markup](), 0
    for start, end in passage.marks:
        pieces += [escape(passage.text[at:start]), Markup("<mark>{}</mark>").format(passage.text[start:end])]
        at = end
    return Markup("").join([*pieces, escape(passage.text[at:])])


def _offset(visit: Visit) -> int:
    given = visit.request.query_params.get("offset", "")
    return min(int(given), 10_000) if given.isascii() and given.isdigit() and len(given) < 6 else 0
