"""What holds here: read, changed after one has seen what that changes for whom; works-council mode; the signed statement."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from starlette.responses import Response

from weetwie import __version__
from weetwie.access import plain_words
from weetwie.access.enums import Ring
from weetwie.access.policy import COMPLIANCE_READS
from weetwie.database.pool import Db
from weetwie.domain.audit import trail
from weetwie.domain.audit.trail import TrailEntry, TrailFilter
from weetwie.domain.identity.keys import key
from weetwie.domain.people.census import census
from weetwie.domain.policy import council, preview, proposals, statement
from weetwie.domain.policy.choose import choose, held
from weetwie.domain.policy.preview import Preview
from weetwie.domain.policy.proposals import Proposal
from weetwie.errors import Conflict, Invalid, NotFound, Refusal, _
from weetwie.events import audit
from weetwie.runtime import clock
from weetwie.runtime.json import Json
from weetwie.text.signs import whole_number
from weetwie.views.people import Profile
from weetwie.web import colour, reading
from weetwie.web.pages import question_policy
from weetwie.web.pages.admin import profiles
from weetwie.web.pages.question_settings import ZONES
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit

_READS: Final = "compliance_reads"
_LATELY: Final = timedelta(days=30)
_SHOWN: Final = 4
_LONGEST_WHY: Final = 4000


async def show(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        return await _page(visit, db)


async def show_council(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        return await _council_page(visit, db)


async def _council_page(visit: Visit, db: Db, status: int = 200, /, **more: Shown) -> Response:
    waiting = await council.proposal(db, visit.viewer)
    return await reading.show(
        visit,
        db,
        "admin_council.html",
        status,
        waiting=waiting,
        proposer=await _proposer(visit, db, waiting),
        since=await council.since(db),
        **more,
    )


async def refused(visit: Visit, refusal: Refusal) -> Response:
    async with visit.site.database.reading() as db:
        return await _page(visit, db, 422, error=refusal)


async def _page(visit: Visit, db: Db, status: int = 200, /, **more: Shown) -> Response:
    more_reading = await proposals.waiting(db, visit.viewer, _READS)
    recent = await _recent(visit, db)
    chosen = COMPLIANCE_READS.index(visit.viewer.policy.compliance_reads)
    return await reading.show(
        visit,
        db,
        "admin_policy.html",
        status,
        rings=list(Ring),
        zones=ZONES,
        is_saved="saved" in visit.request.query_params,
        count=await census(db, visit.viewer),
        recent=recent[:_SHOWN],
        changed={name: one for one in reversed(recent) for name in one[0].ids},
        more_reading=more_reading,
        reading_proposer=await _proposer(visit, db, more_reading),
        narrower=COMPLIANCE_READS[: chosen + 1],
        wider=COMPLIANCE_READS[chosen + 1 :],
        **({"given": {}} | more),
    )


async def _recent(visit: Visit, db: Db) -> list[tuple[TrailEntry, Profile | None]]:
    """Who changed something within a month."""
    asked = TrailFilter(act="policy.choose", since=clock.now() - _LATELY)
    found = await trail.entries(db, visit.viewer, asked)
    people = {
        one.id: one
        for one in await profiles(db, visit.viewer, [one.actor_id for one in found if one.actor_id])
    }
    return [(one, people.get(one.actor_id or 0)) for one in found]


async def _proposer(visit: Visit, db: Db, waiting: Proposal | None) -> str:
    found = await profiles(db, visit.viewer, [waiting.proposer_id]) if waiting else []
    return next((one.name or one.handle for one in found), "")


async def save(visit: Visit) -> Response:
    """What would change is shown first; the same form says then for which version of the policy one is sure."""
    given = dict(await visit.form())
    if "again" in given:
        async with visit.site.database.reading() as db:
            return await _page(visit, db, given=given)
    try:
        changes = _choices(given)
        async with visit.site.database.reading() as db:
            shown = await preview.preview(db, visit.viewer, changes)
            if shown.changes and given.get("sure") != str(shown.before.version):
                return await _preview(visit, db, shown, given)
        async with visit.site.database.transaction() as db:
            if shown.changes:
                if (await held(db, visit.viewer)).version != shown.before.version:
                    raise Conflict(_("Someone else has just changed the policies. Check them again."))
                await choose(db, visit.viewer, changes)
    except Refusal as refusal:
        async with visit.site.database.reading() as db:
            return await _page(visit, db, 422, error=refusal, given=given)
    return visit.go("/admin/policy?saved=1")


async def _preview(visit: Visit, db: Db, shown: Preview, given: dict[str, str]) -> Response:
    def say(words: str) -> str:
        return visit.say(words)

    told = [
        (
            plain_words.sentence(one.name, shown.before, say),
            plain_words.sentence(one.name, shown.after, say),
            [visit.say(effect.sentence, **effect.values) for effect in one.effects],
        )
        for one in shown.changes
    ]
    names = {one.name for one in shown.changes}
    return await reading.show(
        visit,
        db,
        "admin_policy_preview.html",
        told=told,
        version=shown.before.version,
        given={name: value for name, value in given.items() if name not in ("form", "sure", "again")},
        reach="everybody"
        if names & set(plain_words.CONCERN_EVERYBODY)
        else "colleagues"
        if names & set(plain_words.CONCERN_COLLEAGUES)
        else "",
    )


async def on_council(visit: Visit) -> Response:
    """Works-council mode: one administrator proposes, another one confirms."""
    return await reading.page_if_refused(visit, _decide_council(visit, await visit.form()), _council_page)


async def _decide_council(visit: Visit, given: Mapping[str, str]) -> Response:
    proposal_id = whole_number(given.get("proposal")) or 0
    async with visit.site.database.transaction() as db:
        match visit.request.path_params["verb"]:
            case "propose":
                await council.propose(db, visit.viewer, turns_on=not visit.viewer.policy.works_council)
            case "confirm":
                await council.confirm(db, visit.viewer, proposal_id)
            case "withdraw":
                await council.withdraw(db, visit.viewer, proposal_id)
            case _other:
                raise NotFound
    return visit.go("/admin/works-council")


async def on_compliance(visit: Visit) -> Response:
    """That compliance reads more: one administrator proposes, another one confirms."""
    return await reading.page_if_refused(visit, _decide_compliance(visit, await visit.form()), _page)


async def _decide_compliance(visit: Visit, given: Mapping[str, str]) -> Response:
    proposal_id = whole_number(given.get("proposal")) or 0
    async with visit.site.database.transaction() as db:
        match visit.request.path_params["verb"]:
            case "propose":
                await proposals.propose(db, visit.viewer, _READS, given.get("reads", ""))
            case "confirm":
                await proposals.confirm(db, visit.viewer, _READS, proposal_id)
            case "withdraw":
                await proposals.withdraw(db, visit.viewer, _READS, proposal_id)
            case _other:
                raise NotFound
    return visit.go("/admin/policy#compliance")


async def show_statement(visit: Visit) -> Response:
    """What holds here, signed, to be kept elsewhere."""
    async with visit.site.database.transaction() as db:
        seed = await key(db, statement.SEED)
        content = await statement.statement(db, visit.viewer, seed, visit.site.base_url, __version__)
        await audit(db, visit.viewer, "policy.statement")
    name = f"weetwie-policy-{visit.viewer.policy.version}.json"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="application/json", headers=headers)


def _choices(given: dict[str, str]) -> dict[str, Json]:
    """Raises Invalid."""
    name, longest = given.get("name", "").strip(), given.get("longest_post", "")
    if not 0 < len(name) <= 60:
        raise Invalid(_("A name has 1 to {most} characters."), field="name", most=60)
    if not (longest.isascii() and longest.isdigit() and 100 <= int(longest) <= 10_000):
        raise Invalid(_("Choose a length between 100 and 10,000 characters."), field="longest_post")
    rings = {
        field: int(given[field])
        for field in ("default_ring", "widest_ring", "default_profile_ring")
        if given.get(field, "") in {str(int(ring)) for ring in Ring}
    }
    return {
        "name": name,
        "description": given.get("description", "").strip()[:1000],
        "headline": given.get("headline", "").strip()[:80],
        "why": given.get("why", "").strip()[:_LONGEST_WHY],
        "contact_email": given.get("contact_email", "").strip()[:320],
        "longest_post": int(longest),
        "rules": [line.strip() for line in given.get("rules", "").splitlines() if line.strip()][:50],
        "accent": colour.checked(given.get("accent", "")),
        "framed_by": [_origin(line) for line in given.get("framed_by", "").split()][:20],
        "guests_see_only_their_circle": "guests_see_only_their_circle" in given,
        "fetches_links": "fetches_links" in given,
        "translates": "translates" in given,
        **question_policy.choices(given),
        **(
            {"compliance_reads": given["compliance_reads"]}
            if given.get("compliance_reads") in COMPLIANCE_READS
            else {}
        ),
        "handover": "unit" if "handover" in given else "own",
        "guests_invited_by": "members" if "guests_invited_by" in given else "administrators",
        "guests_stay_days": _days(given.get("guests_stay_days", "365")),
        "sign_up_domains": [
            _domain(one) for one in given.get("sign_up_domains", "").replace(",", " ").split()
        ][:50],
        "sign_up_by_approval": "sign_up_by_approval" in given,
        **rings,
    }


def _days(text: str) -> int:
    """Raises Invalid."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= 3650):
        raise Invalid(_("Guest access can last 1 to 3,650 days."), field="guests_stay_days")
    return int(text)


def _domain(text: str) -> str:
    """Raises Invalid for what no e-mail address ends with."""
    if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", text := text.lower().removeprefix("@")):
        raise Invalid(_("Write each e-mail domain like this: example.org"), field="sign_up_domains")
    return text


def _origin(address: str) -> str:
    """As browsers write it. Raises Invalid for what is more or less than a scheme and a host."""
    wrong = Invalid(_("Write each address like this: https://intranet.example.org"), field="framed_by")
    parts = urlsplit(address.rstrip("/"))
    usual = {"https": ":443", "http": ":80"}.get(parts.scheme)
    if usual is None or not re.fullmatch(r"[\w.-]+(:\d+)?", parts.netloc) or parts.path:
        raise wrong
    try:
        host = parts.netloc.lower().removesuffix(usual).encode("idna").decode()
    except UnicodeError:
        raise wrong from None
    return f"{parts.scheme}://{host}"
