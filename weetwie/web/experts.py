"""People who know, as they stand on a page: each with the passages that prove it."""

import asyncio
from collections.abc import Mapping, Sequence

import msgspec
from markupsafe import Markup, escape

from weetwie.database.pool import Db
from weetwie.domain.knowledge.answer import Expert, ExpertAnswer, shown_posts
from weetwie.domain.knowledge.passages import Passage, passage_of
from weetwie.views import posts as seen_posts
from weetwie.web.view_models import Person, Post
from weetwie.web.visit import Visit


class ShownProof(msgspec.Struct, frozen=True):
    post: Post
    passage: Markup
    answers: Markup
    """The line that it answers; empty where it says by itself what was asked."""
    answers_to: str
    """Who wrote that line."""
    translated: Mapping[str, str] = {}
    """Marked words, and what was asked that they stand for."""


class ShownExpert(msgspec.Struct, frozen=True):
    person: Person
    expert: Expert
    proofs: Sequence[ShownProof]


def _passages(posts: Mapping[int, Post], answer: ExpertAnswer) -> dict[int, Passage]:
    """Takes the words of all these posts apart: beside the event loop."""
    return {
        id: passage_of(one.line, one.warning, answer.wanted, answer.stand_ins) for id, one in posts.items()
    }


async def experts(visit: Visit, db: Db, answer: ExpertAnswer) -> list[ShownExpert]:
    presenter, viewer = visit.site.presenter, visit.viewer
    ids = [one.person_id for one in answer.people]
    people = {one.id: one for one in await presenter.people(db, viewer, ids)}
    seen = await seen_posts.posts(db, viewer, shown_posts(answer))
    posts = await presenter.posts_by_id(db, viewer, seen)
    passages = await asyncio.to_thread(_passages, posts, answer)
    return [
        ShownExpert(people[one.person_id], one, _proofs(one, posts, passages))
        for one in answer.people
        if one.person_id in people
    ]


def _proofs(expert: Expert, posts: dict[int, Post], passages: dict[int, Passage]) -> list[ShownProof]:
    found = []
    for proof in expert.proofs:
        if (post := posts.get(proof.post_id)) is not None:
            root = posts.get(proof.answers_id or 0)
            asked, who = (marked(passages[root.id]), root.author.called) if root else (Markup(), "")
            both = [passages[post.id], *([passages[root.id]] if root else [])]
            translated = {word: stands for one in both for word, stands in one.translated.items()}
            found.append(ShownProof(post, marked(passages[post.id]), asked, who, translated))
    return found


def marked(passage: Passage) -> Markup:
    """As HTML."""
    pieces, at = list[Markup](), 0
    stands_for = passage.stands_for or ("",) * len(passage.marks)
    for (start, end), asked in zip(passage.marks, stands_for, strict=True):
        mark = Markup('<mark title="{1}">{0}</mark>') if asked else Markup("<mark>{0}</mark>")
        pieces += [escape(passage.text[at:start]), mark.format(passage.text[start:end], asked)]
        at = end
    return Markup("").join([*pieces, escape(passage.text[at:])])
