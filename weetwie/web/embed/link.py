"""Where the plain link leads that stands where no frame can: to the page itself. An administrator is told first what is missing."""

from urllib.parse import quote, urlencode, urlsplit

from starlette.responses import Response

from weetwie.access import permissions
from weetwie.errors import NotFound
from weetwie.runtime import clock
from weetwie.web.embed import KINDS, LONGEST, check_on, origins
from weetwie.web.visit import Visit

_LONGEST_ORIGIN = 300


async def show(visit: Visit) -> Response:
    policy = visit.viewer.policy
    check_on(policy)
    visit.framed_by = ()
    query = visit.request.query_params
    kind, value = query.get("kind", ""), query.get("value", "")[:LONGEST]
    if kind not in KINDS:
        raise NotFound
    origin = _origin(query.get("from", ""))
    may_list = visit.is_signed_in and permissions.administer(visit.viewer, clock.now())
    if not may_list or not origin:
        return visit.go(leads_to(kind, value))
    return visit.show(
        "embed_link.html",
        origin=origin,
        is_listed=origin in origins(policy, visit.site.base_url),
        line=f"frame-src {visit.site.base_url}",
        leads_to=leads_to(kind, value),
    )


def leads_to(kind: str, value: str) -> str:
    """The page that shows the same."""
    match kind:
        case "who-knows":
            return f"/who-knows?{urlencode({'q': value})}" if value else "/who-knows"
        case "topic" if value.strip("#"):
            return f"/tags/{quote(value.strip('#'), safe='')}"
        case "person" if value.strip("@"):
            return f"/@{quote(value.strip('@'), safe='')}"
        case "people" if value:
            return f"/people?{urlencode({'unit': value})}"
        case "questions":
            return f"/questions?{urlencode({'tab': 'open', 'topic': value.strip('#')})}"
        case "people":
            return "/people"
        case _other:
            return "/"


def _origin(given: str) -> str:
    """Empty for what is none."""
    try:
        parts = urlsplit(given[:_LONGEST_ORIGIN])
    except ValueError:
        return ""
    is_one = (
        parts.scheme in ("http", "https") and parts.netloc and given == f"{parts.scheme}://{parts.netloc}"
    )
    return given if is_one and not set(given) & set("\"'<>;, ") else ""
