"""What one does on a page: publish, mark, follow. Each is a form, and leads back to where it stood."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from starlette.responses import JSONResponse, Response

from weetwie.access.viewer import Viewer
from weetwie.access.words import Ring, Visibility
from weetwie.domain.media import upload
from weetwie.domain.people.lookup import lookup
from weetwie.domain.polls import polls, vote
from weetwie.domain.polls.rules import Ballot
from weetwie.domain.posts import answer, boost, mark, remove
from weetwie.domain.posts import publish as publishing
from weetwie.domain.posts import tags as names
from weetwie.domain.posts.rules import Draft
from weetwie.domain.relations import block, feature, featured_tags, follow, mute, note, tags
from weetwie.domain.relations.rules import FollowOptions
from weetwie.errors import Invalid, NotFound, Refusal, Unavailable, _
from weetwie.kit.db import Db
from weetwie.seen import posts as seen_posts
from weetwie.web import reading
from weetwie.web.pages import home, post
from weetwie.web.visit import Visit

Verb = Callable[[Db, Viewer, int], Awaitable[Any]]


async def publish(visit: Visit) -> Response:
    """A post, or a reply; what cannot be published comes back with all that was written and the reason."""
    reading.check_signed_in(visit)
    given = dict(await visit.form())
    reply_to = _id(given.get("reply_to", ""))
    try:
        media_ids = await _uploaded(visit)
        async with visit.house.database.transaction() as db:
            post_id = await _publish(visit, db, given, media_ids, reply_to)
    except Refusal as refusal:
        if visit.is_from_script:
            return JSONResponse({"error": _told(visit, refusal)}, 422)
        async with visit.house.database.reading() as db:
            draft = {"text": "", "warning": "", "audience": "", **given, "error": refusal}
            if reply_to is not None:
                return await post.page(visit, db, reply_to, 422, **draft)
            return await home.page(visit, db, 422, **draft)
    if visit.is_from_script:
        return await _rendered(visit, post_id)
    return visit.back()


async def _publish(
    visit: Visit, db: Db, given: dict[str, str], media_ids: Sequence[int], reply_to: int | None
) -> int:
    options = [option.strip() for option in visit.several.get("option", []) if option.strip()]
    draft = Draft(
        text=given.get("text", "").replace("\r\n", "\n"),
        warning=given.get("warning", "").strip(),
        language=given.get("language") or None,
        reply_to_id=reply_to,
        quote_of_id=_id(given.get("quote_of", "")),
        media_ids=media_ids,
        has_poll=bool(options),
        **_AUDIENCES.get(given.get("audience", ""), {}),
    )
    post_id = await publishing.publish(db, visit.viewer, draft)
    if options:
        lasts = _id(given.get("lasts", "")) or 86_400
        ballot = Ballot(options=options, lasts=lasts, is_multiple="is_multiple" in given)
        await polls.put(db, visit.viewer, post_id, ballot, has_media=bool(media_ids))
    return int(post_id)


_AUDIENCES: Final[dict[str, dict[str, Any]]] = {
    "colleagues": {"ring": Ring.colleagues, "visibility": Visibility.public},
    "network": {"ring": Ring.network, "visibility": Visibility.public},
    "world": {"ring": Ring.world, "visibility": Visibility.public},
    "followers": {"visibility": Visibility.private},
    "direct": {"visibility": Visibility.direct},
}
"""In the words of the composer; anything else is left to what one prefers."""


async def _uploaded(visit: Visit) -> list[int]:
    files = visit.files.get("file", [])
    if not files:
        return []
    if visit.house.store is None:
        raise Unavailable
    described = visit.several.get("description", [])
    ids = []
    for place, file in enumerate(files):
        async with visit.house.database.transaction() as db:
            media_id = await upload.number(db, visit.viewer)
        description = described[place] if place < len(described) else ""
        prepared = await upload.prepare(visit.house.store, media_id, file, description=description)
        async with visit.house.database.transaction() as db:
            ids.append(await upload.upload(db, visit.viewer, prepared))
    return ids


async def _rendered(visit: Visit, post_id: int) -> Response:
    """The new post, as it stands in a timeline."""
    async with visit.house.database.reading() as db:
        shown = await visit.house.shower.post(db, visit.viewer, post_id)
    return visit.show("parts/one_post.html", post=shown)


def _told(visit: Visit, refusal: Refusal) -> str:
    from weetwie.kit import language

    return language.translate(refusal.sentence, visit.language, **refusal.values)


async def show_post(visit: Visit) -> Response:
    """Asks whether one really means it, where it cannot be undone; anything else leads to the post."""
    reading.check_signed_in(visit)
    async with visit.house.database.reading() as db:
        shown = await visit.house.shower.post(db, visit.viewer, visit.request.path_params["id"])
        if visit.request.path_params["verb"] == "delete" and shown.is_mine:
            return await reading.show(visit, db, "delete.html", post=shown)
    return visit.go(shown.address)


async def on_post(visit: Visit) -> Response:
    reading.check_signed_in(visit)
    given = await visit.form()
    verb, post_id = visit.request.path_params["verb"], visit.request.path_params["id"]
    async with visit.house.database.transaction() as db:
        if verb == "vote":
            choices = [int(one) for one in visit.several.get("choice", []) if one.isdigit()]
            await vote.vote(db, visit.viewer, post_id, choices)
        elif verb == "answer":
            await answer.accept(db, visit.viewer, post_id, _id(given.get("answer", "")))
        elif verb in _ON_POSTS:
            await _ON_POSTS[verb](db, visit.viewer, post_id)
        else:
            raise NotFound
    return visit.back("/" if verb == "delete" else f"/posts/{post_id}/show")


async def _mute_thread(db: Db, viewer: Viewer, post_id: int) -> None:
    await mark.mute_thread(db, viewer, post_id, is_muted=True)


async def _unmute_thread(db: Db, viewer: Viewer, post_id: int) -> None:
    await mark.mute_thread(db, viewer, post_id, is_muted=False)


async def _take_back(db: Db, viewer: Viewer, post_id: int) -> None:
    seen = await seen_posts.post(db, viewer, post_id)
    await remove.remove(db, viewer, seen.post_id)


_ON_POSTS: Final[dict[str, Verb]] = {
    "favourite": mark.favourite,
    "unfavourite": mark.unfavourite,
    "boost": boost.boost,
    "unboost": boost.unboost,
    "bookmark": mark.bookmark,
    "unbookmark": mark.unbookmark,
    "pin": mark.pin,
    "unpin": mark.unpin,
    "mute": _mute_thread,
    "unmute": _unmute_thread,
    "delete": _take_back,
}


async def show_person(visit: Visit) -> Response:
    return visit.go(f"/@{visit.request.path_params['handle']}")


async def on_person(visit: Visit) -> Response:
    reading.check_signed_in(visit)
    given = await visit.form()
    verb, handle = visit.request.path_params["verb"], visit.request.path_params["handle"]
    async with visit.house.database.transaction() as db:
        person_id = await lookup(db, visit.viewer, handle)
        if verb == "note":
            await note.note(db, visit.viewer, person_id, given.get("note", ""))
        elif verb == "follow":
            await follow.follow(db, visit.viewer, person_id, FollowOptions())
        elif verb in _ON_PEOPLE:
            await _ON_PEOPLE[verb](db, visit.viewer, person_id)
        else:
            raise NotFound
    return visit.back(f"/@{handle}")


_ON_PEOPLE: Final[dict[str, Verb]] = {
    "unfollow": follow.unfollow,
    "mute": mute.mute,
    "unmute": mute.unmute,
    "block": block.block,
    "unblock": block.unblock,
    "feature": feature.feature,
    "unfeature": feature.unfeature,
}


async def show_tag(visit: Visit) -> Response:
    return visit.go(f"/tags/{visit.request.path_params['tag']}")


async def on_tag(visit: Visit) -> Response:
    reading.check_signed_in(visit)
    await visit.form()
    verb, name = visit.request.path_params["verb"], visit.request.path_params["tag"]
    async with visit.house.database.transaction() as db:
        tag_id = await names.known(db, name)
        match verb:
            case "follow":
                await tags.follow_tag(db, visit.viewer, tag_id)
            case "unfollow":
                await tags.unfollow_tag(db, visit.viewer, tag_id)
            case "feature":
                await featured_tags.feature(db, visit.viewer, tag_id, name)
            case "unfeature":
                await featured_tags.unfeature(db, visit.viewer, tag_id)
            case _other:
                raise NotFound
    return visit.back(f"/tags/{name}")


def _id(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Invalid(_("This form has been changed on the way. Please reload the page and try again."))
    return int(text)
