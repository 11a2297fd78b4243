"""For whom a post is, as one control: what may be chosen with how many people that is, and who of those mentioned would miss it."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

import msgspec

from weetwie.access import viewer as viewers
from weetwie.access.enums import Ring, Visibility
from weetwie.access.policy import effective
from weetwie.database.pool import Db
from weetwie.domain.people.lookup import lookup
from weetwie.domain.posts import audience, publish, rules
from weetwie.domain.posts.audience_sizes import sizes
from weetwie.errors import NotFound, Refusal, _
from weetwie.runtime import clock
from weetwie.runtime.for_a_while import ForAWhile
from weetwie.views import posts as post_views
from weetwie.web.pages.drafts import choices, draft_of, form_id
from weetwie.web.there import around_timelines
from weetwie.web.visit import Visit

NAMES: Final = {
    "colleagues": _("Colleagues"),
    "network": _("Colleagues, alumni and guests"),
    "world": _("Public"),
    "followers": _("My followers"),
    "direct": _("Only people I mention"),
}
_HINTS: Final = {
    "colleagues": _("Everyone who works at {name}"),
    "network": _("Also people who left, and partners"),
    "world": _("Anyone on the web"),
    "followers": _("People who follow you"),
    "direct": _("Starts a conversation in Messages"),
}
ICONS: Final = {
    "colleagues": "building",
    "network": "network",
    "world": "globe",
    "followers": "people",
    "direct": "lock",
}
_MOST_NAMED: Final = 2


class AudienceChoice(msgspec.Struct, frozen=True):
    value: str
    """What the form says."""
    icon: str
    label: str
    """With how many people that is, where one knows."""
    hint: str


class Picker(msgspec.Struct, frozen=True):
    choices: Sequence[AudienceChoice]
    chosen: str
    label: str = ""
    """What the button says, where what is written says more than the choice: who is mentioned in a message."""
    problem: str = ""
    """Why it would not be published as it stands, or who would not see it."""
    widen: str = ""
    """The choice that everybody who is mentioned is in; empty where there is none, or nothing to widen."""


async def picker(visit: Visit, db: Db, given: Mapping[str, str]) -> Picker:
    """For a box that holds this draft."""
    if given.get("reply_to"):
        return await _of_reply(visit, db, given)
    offered = choices(visit.viewer)
    usual, ring = await _usual(visit, db)
    counts = await _sizes(visit, db, ring)
    shown = [_choice(visit, value, counts.get(value)) for value in offered]
    if usual == "":
        quiet = visit.say(_("Not shown under Everyone"))
        shown.insert(
            0, msgspec.structs.replace(_choice(visit, ring.name, counts.get(ring.name)), value="", hint=quiet)
        )
    chosen = given.get("audience") or usual
    chosen = chosen if chosen in {one.value for one in shown} else shown[0].value
    if not given.get("text") or given.get("error"):
        return Picker(shown, chosen)
    state = await now(visit, db, given)
    return Picker(
        shown, chosen, state["label"] if chosen == "direct" else "", state["problem"], state["widen"]
    )


class Sizes(ForAWhile[tuple[int, int, int, str, int], Mapping[str, int]]):
    """How many people each audience of somebody has, by person, their version, that of the policy, ring, and number of followers."""

    def __init__(self) -> None:
        super().__init__(1000, timedelta(minutes=1))


async def _sizes(visit: Visit, db: Db, ring: Ring) -> Mapping[str, int]:
    """All people are counted for it, so not at each page; what was counted by somebody who blocks or mutes is not shown again."""
    viewer = visit.viewer
    there = await around_timelines(visit, db)
    if not there["hides_nobody"]:
        return await sizes(db, viewer, ring)
    lately: Sizes = db.kept.setdefault(Sizes, Sizes())
    key = (viewer.person_id, viewer.version, viewer.policy.version, ring.name, there["followers"])
    found = lately.get(key)
    return lately.put(key, await sizes(db, viewer, ring)) if found is None else found


async def now(visit: Visit, db: Db, given: Mapping[str, str]) -> dict[str, str]:
    """Who would see what stands in the box: `label`, `problem`, `widen`, as in `Picker`."""
    viewer = visit.viewer
    given = await addressed(visit, db, given)
    try:
        draft = rules.take_ring_from_text(draft_of(given))
        rules.check_text(draft.text, draft.warning, viewer.policy, has_more=True)
        decided = await audience.decide(db, viewer, draft, await publish.usual_visibility(db, viewer))
    except Refusal as refusal:
        return {
            "icon": "",
            "label": "",
            **await _problem(visit, db, refusal, is_reply=bool(given.get("reply_to"))),
        }
    return {
        "icon": _icon(visit, decided),
        "label": await _label(visit, db, decided),
        "problem": "",
        "widen": "",
    }


async def addressed(visit: Visit, db: Db, given: Mapping[str, str]) -> Mapping[str, str]:
    """A reply reaches whom it answers: their name is put before it, where it is not in it. The page does not show it there."""
    reply_to = form_id(given.get("reply_to", ""))
    found = await post_views.posts(db, visit.viewer, [reply_to]) if reply_to else []
    parents = await visit.site.presenter.posts(db, visit.viewer, found)
    text = given.get("text", "")
    if not parents or parents[0].is_mine or _names(text, parents[0].author.handle):
        return given
    return {**given, "text": f"@{parents[0].author.handle} {text}"}


def _names(text: str, handle: str) -> bool:
    return re.search(rf"@{re.escape(handle)}(?![\w-])", text, re.IGNORECASE) is not None


def _icon(visit: Visit, decided: audience.Audience) -> str:
    if decided.visibility is Visibility.direct:
        return ICONS["direct"]
    if decided.visibility is Visibility.private:
        return ICONS["followers"]
    return ICONS[effective(decided.ring, visit.viewer.policy).name]


async def _of_reply(visit: Visit, db: Db, given: Mapping[str, str]) -> Picker:
    """As wide as what it answers, or for those alone who are mentioned."""
    state = await now(visit, db, given)
    label = state["label"] or visit.say(_("Same as the post"))
    same = AudienceChoice("", state["icon"] or "reply", label, visit.say(_("Same as the post you reply to")))
    return Picker([same, _choice(visit, "direct", None)], given.get("audience") or "", label, **_rest(state))


def _rest(state: Mapping[str, str]) -> dict[str, str]:
    return {name: state[name] for name in ("problem", "widen")}


async def _usual(visit: Visit, db: Db) -> tuple[str, Ring]:
    """What is chosen where nothing is, and the ring it is for; empty where no choice says the same."""
    viewer = visit.viewer
    usual = viewer.default_ring if viewer.default_ring is not None else viewer.policy.default_ring
    ring = effective(max(usual, viewers.ring(viewer, clock.now())), viewer.policy)
    visibility = Visibility((await around_timelines(visit, db))["usual"])
    names = {Visibility.public: ring.name, Visibility.private: "followers", Visibility.direct: "direct"}
    return names.get(visibility, ""), ring


def _choice(visit: Visit, value: str, count: int | None) -> AudienceChoice:
    hint = visit.say(_HINTS[value], name=visit.viewer.policy.name)
    return AudienceChoice(value, ICONS[value], _counted(visit, value, count), hint)


def _counted(visit: Visit, value: str, count: int | None) -> str:
    name = visit.say(NAMES[value])
    return name if count is None else f"{name} · {count}"


async def _label(visit: Visit, db: Db, decided: audience.Audience) -> str:
    viewer = visit.viewer
    if decided.visibility is Visibility.direct:
        return await _only(visit, db, decided)
    ring = effective(decided.ring, viewer.policy)
    if decided.visibility is Visibility.private:
        return _counted(visit, "followers", await audience.count(db, viewer, decided))
    return _counted(
        visit, ring.name, None if ring is Ring.world else await audience.count(db, viewer, decided)
    )


async def _only(visit: Visit, db: Db, decided: audience.Audience) -> str:
    others = set(decided.people) - {visit.viewer.person_id}
    named = await visit.site.presenter.cards(db, visit.viewer, others)
    names = [one.called for one in named.values()]
    if not names:
        return visit.say(_("Only you"))
    if len(names) > _MOST_NAMED:
        return visit.say(_("Only {name} and {count} more"), name=names[0], count=len(names) - 1)
    return visit.say(_("Only {names}"), names=", ".join(names))


async def _problem(visit: Visit, db: Db, refusal: Refusal, *, is_reply: bool) -> dict[str, str]:
    handles = str(refusal.values.get("names", "")).replace("@", "").split(", ")
    if refusal.values.get("ring") is None or not handles[0]:
        return {"problem": visit.say(refusal.sentence, **refusal.values), "widen": ""}
    names = [await _called(visit, db, handle) for handle in handles]
    problem = visit.say(_("{name} can't see this"), name=names[0])
    if len(names) > 1:
        problem = visit.say(_("{names} can't see this"), names=", ".join(names))
    wider = "network" if "network" in choices(visit.viewer) and not is_reply else ""
    return {"problem": problem, "widen": wider}


async def _called(visit: Visit, db: Db, handle: str) -> str:
    try:
        person_id = await lookup(db, visit.viewer, handle)
        return (await visit.site.presenter.person(db, visit.viewer, person_id)).first_name
    except NotFound:
        return f"@{handle}"
