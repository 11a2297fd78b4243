"""Change what one has written, or tell those who look after the place that something is wrong with a post or a person."""

from typing import Final

from starlette.responses import Response

from weetwie.domain.moderation.reporting import report
from weetwie.domain.people.lookup import lookup
from weetwie.domain.posts import edit, media
from weetwie.errors import Refusal
from weetwie.text.signs import whole_number
from weetwie.views import posts as seen_posts
from weetwie.web import reading
from weetwie.web.visit import Visit

CATEGORIES: Final = ("spam", "violation", "legal", "other")


async def show_edit(
    visit: Visit, error: Refusal | None = None, text: str = "", warning: str = ""
) -> Response:
    """Raises NotFound and Forbidden for what is not one's own."""
    async with visit.site.database.reading() as db:
        before = await edit.own(db, visit.viewer, visit.request.path_params["id"])
        post = await visit.site.presenter.post(db, visit.viewer, before["id"])
        given = {"text": text, "warning": warning} if error else dict(before)
        return await reading.show(
            visit, db, "edit.html", 422 if error else 200, post=post, given=given, error=error
        )


async def save_edit(visit: Visit, given: dict[str, str]) -> Response:
    """Pictures and poll stay as they are."""
    text, warning = given.get("text", "").replace("\r\n", "\n"), given.get("warning", "").strip()
    try:
        async with visit.site.database.transaction() as db:
            before = await edit.own(db, visit.viewer, visit.request.path_params["id"])
            shown = await visit.site.presenter.post(db, visit.viewer, before["id"])
            change = edit.PostChange(
                text=text,
                warning=warning,
                is_sensitive=shown.is_sensitive,
                language=shown.language or None,
                media_ids=await media.shown(db, shown.id),
                has_poll=shown.poll is not None,
            )
            await edit.edit(db, visit.viewer, shown.id, change)
    except Refusal as refusal:
        return await show_edit(visit, refusal, text, warning)
    return visit.go(shown.address)


async def show_report(visit: Visit) -> Response:
    """About a post where the address has its number, else about a person."""
    async with visit.site.database.reading() as db:
        given = visit.request.path_params
        if "id" in given:
            post = await visit.site.presenter.post(db, visit.viewer, given["id"])
            return await reading.show(visit, db, "report.html", post=post, person=post.author)
        person_id = await lookup(db, visit.viewer, given["handle"])
        person = await visit.site.presenter.person(db, visit.viewer, person_id)
        return await reading.show(visit, db, "report.html", post=None, person=person)


async def send_report(visit: Visit, given: dict[str, str]) -> Response:
    category, path = given.get("category", ""), visit.request.path_params
    rules = [rule for one in visit.several.get("rule", []) if (rule := whole_number(one, 3)) is not None]
    async with visit.site.database.transaction() as db:
        seen = await seen_posts.post(db, visit.viewer, path["id"]) if "id" in path else None
        person_id = seen.author.id if seen else await lookup(db, visit.viewer, path["handle"])
        await report(
            db,
            visit.viewer,
            person_id,
            post_ids=[seen.post_id] if seen else (),
            comment=given.get("comment", "").strip(),
            category=category if category in CATEGORIES[:1] + CATEGORIES[2:] else "other",
            rule_numbers=rules,
        )
    async with visit.site.database.reading() as db:
        return await reading.show(visit, db, "reported.html")
