"""What one has been told, in groups. Whoever looks at the first page has read it."""

from starlette.responses import Response

from weetwie.domain.notifications import groups, markers, requests
from weetwie.views import posts as seen_posts
from weetwie.web import reading
from weetwie.web.visit import Visit


async def show(visit: Visit) -> Response:
    reading.check_signed_in(visit)
    shower = visit.site.shower
    async with visit.site.database.transaction() as db:
        found = await groups.groups(db, visit.viewer, reading.asked(visit))
        read = await markers.markers(db, visit.viewer, ["notifications"])
        if found and not visit.request.query_params.get("max_id"):
            await markers.mark(db, visit.viewer, "notifications", found[0].newest.id)
        wanted = {one.newest.post_id for one in found if one.newest.post_id}
        seen = await seen_posts.posts(db, visit.viewer, wanted)
        posts = {post.id: post for post in await shower.posts(db, visit.viewer, seen)}
        people = await shower.cards(db, visit.viewer, {id for one in found for id in one.senders})
        told = [
            (
                one.newest.kind,
                [people[id] for id in one.senders if id in people],
                one.count,
                posts.get(one.newest.post_id or 0),
                one.newest.id > (read[0].last_read_id if read else 0),
            )
            for one in found
        ]
        key = found[-1].newest.id if len(found) == reading.LENGTH else 0
        shown = [one for one in told if one[1]]
        asking, _held = await requests.totals(db, visit.viewer)
        return await reading.show(
            visit, db, "notifications.html", told=shown, asking=asking, older=reading.older(visit, key)
        )
