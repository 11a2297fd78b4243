"""What one does on a page with what is there: mark, follow, vote. Each is a form, and leads back to where it stood."""

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.responses import Response

from weetwie.access.viewer import Viewer
from weetwie.context import Context
from weetwie.database.pool import Db
from weetwie.domain.announcements import announcements
from weetwie.domain.knowledge import vouch as vouching
from weetwie.domain.people.lookup import lookup
from weetwie.domain.polls import vote
from weetwie.domain.posts import answer, boost, mark, remove
from weetwie.domain.relations import block, feature, follow, mute, note, requests
from weetwie.domain.relations.rules import FollowOptions
from weetwie.errors import NotFound
from weetwie.flows import profile
from weetwie.views import posts as seen_posts
from weetwie.web import reading
from weetwie.web.pages import change
from weetwie.web.pages.drafts import form_id
from weetwie.web.visit import Visit

Verb = Callable[[Db, Viewer, int], Awaitable[int | None]]


async def show_post(visit: Visit) -> Response:
    """The forms to change, report or delete it, which asks whether one really means it; anything else leads to the post."""
    match visit.request.path_params["verb"]:
        case "edit":
            return await change.show_edit(visit)
        case "report":
            return await change.show_report(visit)
    async with visit.site.database.reading() as db:
        shown = await visit.site.presenter.post(db, visit.viewer, visit.request.path_params["id"])
        if visit.request.path_params["verb"] == "delete" and shown.is_mine:
            return await reading.show(visit, db, "delete.html", post=shown)
    return visit.go(shown.address)


async def on_post(visit: Visit) -> Response:
    given = await visit.form()
    verb, post_id = visit.request.path_params["verb"], visit.request.path_params["id"]
    if verb == "edit":
        return await change.save_edit(visit, dict(given))
    if verb == "report":
        return await change.send_report(visit, dict(given))
    if verb in ("delete", "unboost"):
        visit.count("delete")
    async with visit.site.database.transaction() as db:
        if verb == "vote":
            choices = [int(one) for one in visit.several.get("choice", []) if one.isdigit()]
            await vote.vote(db, visit.viewer, post_id, choices)
        elif verb == "answer":
            await answer.accept(db, visit.viewer, post_id, form_id(given.get("answer", "")))
        elif verb == "vouch":
            author = (await seen_posts.post(db, visit.viewer, post_id)).author
            await vouching.vouch(db, visit.viewer, author.id, given.get("topic", ""), post_id)
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


async def on_announcement(visit: Visit) -> Response:
    """Puts it away."""
    await visit.form()
    if visit.request.path_params["verb"] != "read":
        raise NotFound
    async with visit.site.database.transaction() as db:
        await announcements.put_away(db, visit.viewer, visit.request.path_params["id"])
    return visit.back()


async def show_person(visit: Visit) -> Response:
    if visit.request.path_params["verb"] == "report":
        reading.check_signed_in(visit)
        return await change.show_report(visit)
    return visit.go(f"/@{visit.request.path_params['handle']}")


async def on_person(visit: Visit) -> Response:
    given = await visit.form()
    verb, handle = visit.request.path_params["verb"], visit.request.path_params["handle"]
    if verb == "report":
        return await change.send_report(visit, dict(given))
    async with visit.site.database.transaction() as db:
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
    "accept": requests.accept,
    "reject": requests.reject,
    "unfollow_me": follow.remove_follower,
}


async def show_tag(visit: Visit) -> Response:
    return visit.go(f"/tags/{visit.request.path_params['tag']}")


async def on_tag(visit: Visit) -> Response:
    await visit.form()
    verb, name = visit.request.path_params["verb"], visit.request.path_params["tag"]
    async with visit.site.database.transaction() as db:
        if verb not in _ON_TAGS:
            raise NotFound
        await _ON_TAGS[verb](visit.context(db), name)
    return visit.back(f"/tags/{name}")


_ON_TAGS: Final[dict[str, Callable[[Context, str], Awaitable[None]]]] = {
    "follow": profile.follow_tag,
    "unfollow": profile.unfollow_tag,
    "feature": profile.feature_tag,
    "unfeature": profile.unfeature_tag,
}
