"""People who know, as they stand on a page: each with the passages that prove it."""

import asyncio
from collections.abc import Mapping, Sequence

import msgspec
from markupsafe import Markup, escape

from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db
from weetwie.domain.knowledge.answer import Expert, ExpertAnswer, Proof, shown_passages, shown_posts
from weetwie.domain.knowledge.passages import Passage, passage_of
from weetwie.views import passages as seen_passages, posts as seen_posts
from weetwie.views.passages import SeenPassage
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
    passages: Sequence["ShownPassage"] = ()
    """What they wrote elsewhere."""


class ShownPassage(msgspec.Struct, frozen=True):
    """What was written elsewhere, with the part of it that says what was asked."""

    passage: SeenPassage
    marked: Markup
    answers: Markup = Markup()
    answers_to: str = ""


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
    written = await _written(viewer, db, answer)
    return [
        ShownExpert(
            people[one.person_id], one, _proofs(one, posts, passages), _elsewhere(one.passages, written)
        )
        for one in answer.people
        if one.person_id in people
    ]


async def written_elsewhere(visit: Visit, db: Db, answer: ExpertAnswer) -> list[ShownPassage]:
    """The best of it, whoever wrote it."""
    return _elsewhere(answer.passages, await _written(visit.viewer, db, answer))


async def _written(viewer: Viewer, db: Db, answer: ExpertAnswer) -> dict[int, ShownPassage]:
    ids = shown_passages(answer)
    seen = await seen_passages.passages(db, viewer, ids) if ids else []
    return await asyncio.to_thread(_marked_passages, seen, answer) if seen else {}


def _marked_passages(seen: Sequence[SeenPassage], answer: ExpertAnswer) -> dict[int, ShownPassage]:
    return {
        one.id: ShownPassage(one, marked(passage_of(one.words, "", answer.wanted, answer.stand_ins)))
        for one in seen
    }


def _elsewhere(proofs: Sequence[Proof], written: Mapping[int, ShownPassage]) -> list[ShownPassage]:
    found = []
    for proof in proofs:
        if (one := written.get(proof.post_id)) is not None:
            asked = written.get(proof.answers_id or 0)
            found.append(
                ShownPassage(one.passage, one.marked, asked.marked, asked.passage.author_name)
                if asked
                else one
            )
    return found


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
