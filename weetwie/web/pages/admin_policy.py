"""What holds here: read, changed after one has seen what that changes for whom; works-council mode; the signed statement."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

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
from weetwie.domain.policy import preview, proposals, statement
from weetwie.domain.policy.choose import choose, held
from weetwie.domain.policy.preview import Preview
from weetwie.domain.policy.proposals import Proposal
from weetwie.errors import Conflict, NotFound, Refusal, _
from weetwie.events import audit
from weetwie.runtime import clock
from weetwie.text.signs import whole_number
from weetwie.views.people import Profile
from weetwie.web import reading
from weetwie.web.pages.admin import profiles
from weetwie.web.pages.policy_choices import choices
from weetwie.web.pages.question_settings import ZONES
from weetwie.web.shown import Shown
from weetwie.web.visit import Visit

_READS: Final = "compliance_reads"
_LATELY: Final = timedelta(days=30)
_SHOWN: Final = 4


async def show(visit: Visit) -> Response:
    async with visit.site.database.reading() as db:
        return await _page(visit, db)


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
        reading_proposer=await proposer_of(visit, db, more_reading),
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


async def proposer_of(visit: Visit, db: Db, waiting: Proposal | None) -> str:
    found = await profiles(db, visit.viewer, [waiting.proposer_id]) if waiting else []
    return next((one.name or one.handle for one in found), "")


async def save(visit: Visit) -> Response:
    """What would change is shown first; the same form says then for which version of the policy one is sure."""
    given = dict(await visit.form())
    if "again" in given:
        async with visit.site.database.reading() as db:
            return await _page(visit, db, given=given)
    try:
        changes = choices(given)
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
