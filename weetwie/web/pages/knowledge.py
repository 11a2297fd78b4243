"""What one says that one knows, what could be inferred, and the one switch out of it."""

from typing import Final

from starlette.responses import Response

from weetwie.database.pool import Db
from weetwie.domain.knowledge import delicate, inferred, lately, not_about, topics, vouch, watched
from weetwie.domain.knowledge.inferred import Inferred
from weetwie.domain.knowledge.topic_rules import TopicChoice
from weetwie.domain.people.ranking import choose_near, choose_ranking, finds_near, is_ranked
from weetwie.errors import Invalid, NotFound
from weetwie.text.signs import whole_number
from weetwie.views import posts as seen_posts
from weetwie.web import reading
from weetwie.web.shown import Shown
from weetwie.web.view_models import Post
from weetwie.web.visit import Visit

_HERE: Final = "/settings/knowledge"


async def show(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        return await _page(visit, db)


async def save(visit: Visit) -> Response:
    """One form, one act: a topic chosen or taken back, a vouch declined, the switch."""
    given = dict(await visit.form())
    try:
        async with visit.site.database.transaction() as db:
            await _act(visit, db, given)
    except Invalid as refusal:
        async with visit.site.database.reading() as db:
            return await _page(visit, db, 422, error=refusal, given=given)
    return visit.back(_HERE)


async def _act(visit: Visit, db: Db, given: dict[str, str]) -> None:
    act, name, id = given.get("act", ""), given.get("name", ""), whole_number(given.get("id"))
    if act in TopicChoice.__members__:
        await topics.choose(db, visit.viewer, name, TopicChoice[act])
    elif act == "take_back":
        await topics.take_back(db, visit.viewer, name)
    elif act == "decline" and id is not None:
        await vouch.decline(db, visit.viewer, id)
    elif act == "show_again" and id is not None:
        await not_about.show_again(db, visit.viewer, id)
    elif act == "stop" and id is not None:
        await watched.stop(db, visit.viewer, id)
    elif act == "lately":
        await lately.publish(db, visit.viewer, visit.several.get("words", []), renews="renews" in given)
    elif act == "lately_off":
        await lately.take_back(db, visit.viewer)
    elif act in ("in", "out"):
        await choose_ranking(db, visit.viewer, may_rank=act == "in")
    elif act in ("near", "far"):
        await choose_near(db, visit.viewer, finds_near=act == "near")
    else:
        raise NotFound


async def _page(visit: Visit, db: Db, status: int = 200, /, **more: Shown) -> Response:
    viewer = visit.viewer
    found = await inferred.inferred(db, viewer)
    given = await vouch.about_me(db, viewer)
    hidden = await not_about.own(db, viewer)
    waiting = await watched.own(db, viewer)
    wanted = {id for one in found for id in one.post_ids} | {one.told_post_id or 0 for one in waiting}
    wanted |= {one.post_id for one in given} | {one.post_id for one in hidden}
    posts = {
        post.id: post
        for post in await visit.site.presenter.posts(db, viewer, await seen_posts.posts(db, viewer, wanted))
    }
    people = await visit.site.presenter.cards(db, viewer, {one.by_id for one in given})
    own = await topics.own(db, viewer)
    proposed = [one for one in found if one.choice is None][: inferred.MOST_PROPOSED]
    values: dict[str, Shown] = {
        "is_ranked": await is_ranked(db, viewer),
        "finds_near": await finds_near(db, viewer),
        "own": {choice.name: [one for one in own if one.choice is choice] for choice in TopicChoice},
        "proposed": [(one, _proofs(one, posts)[: inferred.MOST_PROOFS]) for one in proposed],
        "inferred": [(one, _proofs(one, posts)) for one in found],
        "vouches": [
            (one, people[one.by_id], posts[one.post_id])
            for one in given
            if one.by_id in people and one.post_id in posts
        ],
        "not_about": [(one, posts[one.post_id]) for one in hidden if one.post_id in posts],
        "watched": [(one, posts.get(one.told_post_id or 0)) for one in waiting],
        "lately": await lately.own(db, viewer),
        "lately_proposed": await lately.proposed(db, viewer),
        "never": [*delicate.TOPICS],
        "never_here": viewer.policy.never_inferred,
        "given": {"name": visit.request.query_params.get("name", "")[:60]},
    }
    return await reading.show(visit, db, "knowledge.html", status, **{**values, **more})


def _proofs(one: Inferred, posts: dict[int, Post]) -> list[Post]:
    return [posts[id] for id in one.post_ids if id in posts]
