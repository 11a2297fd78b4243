"""What a viewer sees of posts and people, as agents are given it."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from weetwie.access.enums import Ring, Standing, Visibility
from weetwie.access.viewer import Viewer
from weetwie.agents.quoting import line, plain
from weetwie.agents.shapes import QuotedPost, ToldExpert, ToldPerson, ToldProfile, ToldProof
from weetwie.database.pool import Db
from weetwie.domain.filters import filters as own_filters, posts as filter_posts
from weetwie.domain.identity import agent_rules
from weetwie.domain.knowledge.answer import ExpertAnswer, Proof, shown_posts
from weetwie.domain.knowledge.passages import passage_of
from weetwie.hydration.filters import compiled, matches
from weetwie.runtime import clock
from weetwie.runtime.ids import moment_of
from weetwie.views import people as seen_people, posts as seen_posts, texts as seen_words
from weetwie.views.people import Profile as SeenProfile, SeenPerson
from weetwie.views.posts import SeenPost
from weetwie.views.texts import Words

_STANDING: Final = {Standing.member: "colleague", Standing.alumnus: "alumnus", Standing.guest: "guest"}
_AUDIENCE: Final = {
    Ring.colleagues: "colleagues",
    Ring.network: "colleagues, alumni and guests",
    Ring.world: "everyone",
}


class Presenting:
    """For one viewer and one answer."""

    def __init__(self, db: Db, viewer: Viewer, base_url: str) -> None:
        self._db, self._viewer, self._base_url = db, viewer, base_url

    def at(self, path: str) -> str:
        return f"{self._base_url}/{path}"

    def may_pass_on(self, post: SeenPost) -> bool:
        """What is for followers or direct, only where the person said so when they let the agent in."""
        widest = max(post.visibility, post.post_visibility)
        return widest <= Visibility.unlisted or agent_rules.PRIVATE in self._viewer.scopes

    async def posts(self, found: Sequence[SeenPost], always: int = 0) -> list[QuotedPost]:
        """In their order; without what the viewer's filters hide."""
        posts = [post for post in found if self.may_pass_on(post)]
        words = {one.id: one for one in await seen_words.words(self._db, posts)}
        hidden = await self._hidden(posts, words)
        shown = [
            post
            for post in posts
            if post.post_id in words and (post.post_id not in hidden or post.post_id == always)
        ]
        authors = await self.authors([post.author for post in shown])
        links = {
            post.post_id: self.at(f"@{words[post.post_id].author_handle}/{post.post_id}") for post in shown
        }
        return [
            QuotedPost(
                by=authors[post.author.id],
                quoted_text=plain(words[post.post_id].text),
                warning=line(words[post.post_id].warning),
                written=moment(post.post_id),
                audience=_audience(post),
                link=links[post.post_id],
                is_question=words[post.post_id].is_question,
                is_answered=post.answer_id is not None,
                answers=links.get(post.reply_to_id or 0),
            )
            for post in shown
            if post.author.id in authors
        ]

    async def _hidden(self, posts: Sequence[SeenPost], words: Mapping[int, Words]) -> set[int]:
        if not self._viewer.filters_version:
            return set()
        filters = compiled(
            await own_filters.filters(self._db, self._viewer),
            await filter_posts.all_posts(self._db, self._viewer),
        )
        now = clock.now()
        return {
            post.post_id
            for post in posts
            if post.post_id in words
            and post.author.id != self._viewer.person_id
            and any(
                match.filter.hides_in("public")
                for match in matches(filters, (post.id, post.post_id), words[post.post_id].text, now)
            )
        }

    async def authors(self, people: Iterable[SeenPerson]) -> dict[int, ToldPerson]:
        unique = list({one.key: one for one in people}.values())
        return {one.id: self._author(one) for one in await seen_people.profiles(self._db, unique)}

    def _author(self, profile: SeenProfile) -> ToldPerson:
        return ToldPerson(
            line(profile.name) or profile.handle,
            profile.handle,
            "program" if profile.is_bot else _STANDING[Standing(profile.standing)],
            self.at(f"@{profile.handle}"),
        )

    async def experts(self, answer: ExpertAnswer) -> list[ToldExpert]:
        seen = await seen_people.cards(self._db, self._viewer, [one.person_id for one in answer.people])
        people = await self.authors(seen)
        posts = await seen_posts.posts(self._db, self._viewer, shown_posts(answer))
        posts = [post for post in posts if self.may_pass_on(post)]
        words = await seen_words.words(self._db, posts)
        proofs = await asyncio.to_thread(self._proofs, words, answer)
        return [
            ToldExpert(
                people[one.person_id],
                one.level.sentence,
                one.is_named,
                line(one.says),
                [_with_question(proof, proofs) for proof in one.proofs if proof.post_id in proofs],
            )
            for one in answer.people
            if one.person_id in people
        ]

    def _proofs(self, words: Iterable[Words], answer: ExpertAnswer) -> dict[int, ToldProof]:
        """By post. Takes the words of all of them apart: beside the event loop."""
        return {
            one.id: ToldProof(
                plain(passage_of(one.text, one.warning, answer.wanted, answer.stand_ins).text),
                "",
                moment(one.id) if self._viewer.policy.tells_activity else "",
                self.at(f"@{one.author_handle}/{one.id}"),
            )
            for one in words
        }

    async def profile(self, person_id: int) -> ToldProfile:
        """Raises NotFound."""
        seen = await seen_people.person(self._db, self._viewer, person_id)
        (one,) = await seen_people.profiles(self._db, [seen])
        manager = await seen_people.people(self._db, self._viewer, [one.manager_id] if one.manager_id else [])
        return ToldProfile(
            self._author(one),
            line(one.unit),
            line(one.place),
            line(one.pronouns),
            list(one.languages),
            plain(one.bio),
            [line(topic) for topic in one.knows],
            [line(topic) for topic in one.learning],
            next(iter((await self.authors(manager)).values()), None),
        )


def _with_question(proof: Proof, proofs: Mapping[int, ToldProof]) -> ToldProof:
    question = proofs.get(proof.answers_id or 0)
    told = proofs[proof.post_id]
    return replace(told, quoted_question=question.quoted_passage) if question else told


def moment(post_id: int) -> str:
    """When it was written, from its number."""
    return moment_of(post_id).isoformat(timespec="minutes")


def _audience(post: SeenPost) -> str:
    match Visibility(post.post_visibility):
        case Visibility.direct:
            return "those named in it"
        case Visibility.private:
            return f"followers, {_AUDIENCE[Ring(post.ring)]}"
        case _open:
            return _AUDIENCE[Ring(post.ring)]
