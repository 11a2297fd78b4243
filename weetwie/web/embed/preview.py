"""For administrators: each kind as it would look in a page, with the line that puts it there; and whether it would work."""

from urllib.parse import urlsplit

from markupsafe import Markup
from starlette.responses import Response

from weetwie.context import Site
from weetwie.database.pool import Database, Db
from weetwie.domain.people.directory import choices
from weetwie.errors import Invalid, Unavailable, _
from weetwie.web import reading
from weetwie.web.embed import KINDS, WITH_VALUE, check_on
from weetwie.web.visit import Visit

_LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1"))


async def show(visit: Visit) -> Response:
    """One kind at a time, really embedded: by the same script, in this page of ours."""
    check_on(visit.viewer.policy)
    visit.framed_by, visit.shows_frames = (), True
    query = visit.request.query_params
    kind = query.get("kind", "")
    kind = kind if kind in KINDS else "who-knows"
    async with visit.site.database.reading() as db:
        value = query.get("value", "").strip()[:200] or await _example(visit, db, kind)
        about = Markup(' data-value="{}"').format(value) if kind in WITH_VALUE else ""
        line = f'<script async src="{visit.site.base_url}/embed.js" data-weetwie="{kind}"{about}></script>'
        return await reading.show(
            visit,
            db,
            "embed_preview.html",
            kinds=KINDS,
            kind=kind,
            value=value,
            needs_value=kind in WITH_VALUE,
            line=line,
        )


async def _example(visit: Visit, db: Db, kind: str) -> str:
    match kind:
        case "person":
            return visit.viewer.handle
        case "people":
            return next(iter((await choices(db, visit.viewer))["unit"]), "")
        case "topic":
            return "welcome"
        case _other:
            return ""


async def check(database: Database, site: Site) -> str:
    """What works, as a sentence. Raises Unavailable, Invalid with what is missing."""
    parts = urlsplit(site.base_url)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        raise Unavailable(
            _("Other sites show frames over https alone, and this installation has no https address.")
        )
    async with database.reading() as db:
        policy = await site.memory.policy(db)
    if not policy.framed_by:
        raise Invalid(_("No site is listed yet, so nothing is shown anywhere."))
    return _("Works on the sites listed. The preview shows how it looks.")
