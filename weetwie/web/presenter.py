"""From seen posts and people to the view models of the templates. All that a page needs is loaded at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Final

import msgspec
from markupsafe import Markup

from weetwie.access import profile_words, visibility
from weetwie.access.enums import Ring, Standing, Visibility
from weetwie.access.viewer import Viewer
from weetwie.database.pool import Db
from weetwie.domain.media.addresses import named
from weetwie.errors import NotFound
from weetwie.hydration.hydrate import Hydrator
from weetwie.hydration.views import PollView, PostView
from weetwie.runtime.ids import moment_of
from weetwie.views import media as seen_media, people as seen_people, posts as seen_posts
from weetwie.views.cards import SeenCard
from weetwie.views.media import SeenMedia
from weetwie.views.people import Profile, SeenPerson
from weetwie.views.posts import SeenPost
from weetwie.views.texts import BROUGHT_FROM, Words
from weetwie.web.emoji import pictured
from weetwie.web.view_models import Option, Person, Picture, Poll, Post, as_markup

FACES: Final = 12
_KEPT: Final = 2000
"""Versions of posts, and of people, that are kept: both say by their version when they changed."""
_IMAGE, _VIDEO, _AUDIO = 1, 2, 3
_READY: Final = 1


class Content(msgspec.Struct, frozen=True):
    """Of one version of a post, what all viewers see alike."""

    words: Words
    content: Markup
    media: Sequence[SeenMedia]
    card: SeenCard | None

    @classmethod
    def of(cls, words: Words, media: Sequence[SeenMedia], card: SeenCard | None) -> "Content":
        return cls(words, as_markup(words.text, words.mentions), media, card)


class Presenter:
    """Makes what is shown for one installation. `asset` says where a file of the pages is."""

    def __init__(self, base_url: str, asset: Callable[[str], str]) -> None:
        self._base_url = base_url
        self._asset = asset
        self._hydrator: Hydrator[Content, Profile] = Hydrator(
            base_url, Content.of, lambda profile: profile, _KEPT, names_quotes_in_quotes=False
        )

    async def people(self, db: Db, viewer: Viewer, ids: Iterable[int]) -> list[Person]:
        """Those whom the viewer sees, in this order."""
        return await self.seen(db, await seen_people.people(db, viewer, ids))

    async def cards(self, db: Db, viewer: Viewer, ids: Iterable[int]) -> dict[int, Person]:
        """Also those whom the viewer sees as authors alone."""
        return {one.id: one for one in await self.seen(db, await seen_people.cards(db, viewer, ids))}

    async def person(self, db: Db, viewer: Viewer, person_id: int) -> Person:
        """Raises NotFound."""
        (person,) = await self.seen(db, [await seen_people.person(db, viewer, person_id)])
        return person

    async def seen(self, db: Db, people: Sequence[SeenPerson]) -> list[Person]:
        await self._hydrator.people(db, people)
        return [self._person(one, self._hydrator.person(one)) for one in people]

    async def posts(
        self, db: Db, viewer: Viewer, posts: Sequence[SeenPost], context: str = "", always: int = 0
    ) -> list[Post]:
        """Through the reader's own filters that hold in this context (one of `rules.CONTEXTS`), but for the post that they
        asked for by itself. What was deleted since it was found is left out."""
        if not posts:
            return []
        hydrated = await self._hydrator.posts(db, viewer, posts)
        people = await self._people_of(db, viewer, [*posts, *hydrated.quotes.values()])
        return [
            self._post(view, people, viewer, view.folded_by(context) if view.seen.post_id != always else "")
            for view in self._hydrator.views(posts, hydrated)
            if view.seen.post_id == always or not view.is_hidden(context)
        ]

    async def posts_by_id(self, db: Db, viewer: Viewer, posts: Sequence[SeenPost]) -> dict[int, Post]:
        return {post.id: post for post in await self.posts(db, viewer, posts)}

    async def post(self, db: Db, viewer: Viewer, post_id: int) -> Post:
        """Raises NotFound."""
        (post,) = await self.posts(db, viewer, [await seen_posts.post(db, viewer, post_id)])
        return post

    async def files(self, db: Db, viewer: Viewer, ids: Iterable[int]) -> list[tuple[int, Picture]]:
        """Of the viewer's own, uploaded and in no post yet; without those that are gone."""
        found = []
        for id in ids:
            with suppress(NotFound):
                found.append(await seen_media.one(db, viewer, id))
        if found:
            await self._hydrator.load_addresses(db)
        return [(one.id, self._picture(one, viewer.person_id or 0)) for one in found]

    async def _people_of(self, db: Db, viewer: Viewer, posts: Sequence[SeenPost]) -> dict[int, Person]:
        """Who wrote and who boosted these posts, and whom they answer."""
        people = {one.key: one for post in posts for one in (post.author, post.booster) if one is not None}
        there = {one.id for one in people.values()}
        answered = {post.reply_to_person_id for post in posts if post.reply_to_id and post.reply_to_person_id}
        others = await seen_people.cards(db, viewer, answered - there) if answered - there else []
        return {one.id: one for one in await self.seen(db, [*people.values(), *others])}

    def _person(self, seen: SeenPerson, profile: Profile) -> Person:
        return Person(
            id=profile.id,
            handle=profile.handle,
            name=profile.name,
            face=self.face(profile),
            face_description=profile.face_description if profile.face else "",
            standing=Standing(profile.standing).name,
            is_suspended=profile.suspended_at is not None,
            is_card=profile.detail == visibility.CARD,
            is_bot=profile.is_bot,
            about=profile.bio,
            header=f"/faces/{profile.header}" if profile.header else "",
            unit=profile.unit,
            place=profile.place,
            words=[(word.label, said) for word in profile_words.OWN if (said := getattr(profile, word.name))],
            languages=profile.languages,
            lines=profile.fields,
            is_locked=profile.is_locked,
            joined_at=profile.joined_at,
            left_at=profile.left_at,
            until=profile.until,
            posts_count=seen.posts_count,
            followers_count=seen.followers_count,
            following_count=seen.following_count,
            knows=profile.knows,
            learning=profile.learning,
            lately=profile.lately,
            manager_id=profile.manager_id,
            has_joined=profile.has_joined,
            is_dormant=profile.is_dormant,
        )

    def face(self, profile: Profile) -> str:
        if profile.face:
            return f"/faces/{profile.face}"
        return self._asset(f"face-{profile.id % FACES}.png")

    def _post(
        self, view: PostView[Content], people: Mapping[int, Person], viewer: Viewer, folded_by: str = ""
    ) -> Post:
        seen, words, is_own = view.seen, view.content.words, view.is_own
        quoted = view.quote.post if view.quote else None
        return Post(
            key=seen.key,
            id=seen.post_id,
            author=people[seen.author.id],
            booster=people[seen.booster.id] if seen.booster else None,
            written_at=moment_of(seen.post_id),
            edited_at=words.edited_at,
            content=pictured(view.content.content, viewer.policy),
            text=words.text,
            warning=words.warning,
            is_sensitive=words.is_sensitive,
            language=words.language or "",
            ring=Ring(seen.ring).name,
            visibility=Visibility(seen.post_visibility).name,
            replies=seen.replies_count,
            boosts=seen.boosts_count,
            favourites=seen.favourites_count,
            is_favourite=seen.is_favourite,
            is_boosted=seen.is_boosted,
            is_bookmark=seen.is_bookmark,
            is_pinned=seen.is_pinned,
            is_muted=seen.is_muted,
            is_mine=is_own,
            may_boost=seen.post_visibility <= Visibility.unlisted
            or (is_own and seen.post_visibility == Visibility.private),
            may_quote=seen.may_quote,
            is_question=words.is_question,
            answer_id=seen.answer_id,
            reply_to_id=seen.reply_to_id,
            reply_to=people.get(seen.reply_to_person_id or 0) if seen.reply_to_id else None,
            source=BROUGHT_FROM.get(words.origin, ""),
            pictures=[self._picture(one, view.media_for) for one in view.content.media],
            poll=_poll(view.poll) if view.poll else None,
            card=view.content.card,
            quote=self._post(quoted, people, viewer) if quoted else None,
            quote_is_gone=view.quote is not None and quoted is None,
            filtered_by=folded_by,
        )

    def _picture(self, media: SeenMedia, person_id: int) -> Picture:
        stem = self._hydrator.addresses.stem(media.id, person_id).removeprefix(self._base_url)
        original = stem + named("original", media.content_type) if media.state == _READY else ""
        small = (
            stem + named(f"small-{media.version}", media.meta.get("small_type", ""))
            if media.has_small
            else original
        )
        size = media.meta.get("small") or media.meta.get("original") or {"width": 0, "height": 0}
        kind = {_IMAGE: "image", _VIDEO: "video", _AUDIO: "audio"}.get(media.kind, "file")
        return Picture(kind, original, small, media.description, size["width"], size["height"])


def _poll(view: PollView) -> Poll:
    poll = view.seen
    whole, mine = max(1, sum(poll.counts)), poll.choices or []
    options = [
        Option(
            place,
            title,
            count if view.shows_counts else None,
            round(100 * count / whole) if view.shows_counts else 0,
            place in mine,
        )
        for place, (title, count) in enumerate(zip(poll.options, poll.counts, strict=True))
    ]
    return Poll(options, poll.voters_count, poll.ends_at, view.is_over, poll.is_multiple, view.may_vote)
