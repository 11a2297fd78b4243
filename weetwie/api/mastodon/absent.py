"""What Mastodon has and this server has not: answered in the ways that apps know for that."""

from msgspec import Struct

from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import entities as wire
from weetwie.api.mastodon.instance import ExtendedDescription
from weetwie.errors import Forbidden, NotFound, _
from weetwie.views import posts as seen_posts

routes = Routes("not offered")


class Language(Struct, frozen=True, kw_only=True):
    lang: str | None = None


@routes.post("/api/v1/accounts", scopes=["write:accounts"], access="app", rate="sign_up")
async def sign_up(call: Call) -> wire.Token:
    """Always refused: people join by invitation."""
    raise Forbidden(_("You can't sign up here. The organisation invites people."))


@routes.post("/api/v1/emails/confirmations", scopes=["write:accounts"])
async def confirm(call: Call) -> wire.Empty:
    """Always refused: addresses are not confirmed in apps."""
    raise Forbidden(_("There's no address to confirm."))


@routes.post("/api/v1/statuses/{id}/translate", scopes=["read:statuses"], access="app")
async def translate(call: Call, wanted: Language) -> wire.Translation:
    """Always refused: posts are not translated, as `configuration.translation` says."""
    await seen_posts.post(await call.db(), call.viewer, call.id)
    raise NotFound(_("Posts can't be translated here."))


@routes.get("/api/v1/instance/terms_of_service/{date}")
async def terms_of_a_day(call: Call) -> ExtendedDescription:
    """Always empty: there are no earlier terms."""
    raise NotFound


@routes.get("/api/v1/annual_reports", scopes=["read:accounts"])
async def annual_reports(call: Call) -> wire.AnnualReports:
    """Always empty: there are no annual reports."""
    return wire.AnnualReports(annual_reports=[], accounts=[], statuses=[])


@routes.get("/api/v1/annual_reports/{year}", scopes=["read:accounts"])
async def annual_report(call: Call) -> wire.AnnualReports:
    """Always empty: there are no annual reports."""
    raise NotFound


@routes.get("/api/v1/annual_reports/{year}/state", scopes=["read:accounts"])
async def annual_report_state(call: Call) -> wire.AnnualReportState:
    """Always empty: there are no annual reports."""
    return wire.AnnualReportState(state="ineligible")


@routes.post("/api/v1/annual_reports/{year}/read", scopes=["write:accounts"])
async def read_annual_report(call: Call) -> wire.Empty:
    """Does nothing: there are no annual reports."""
    raise NotFound


@routes.post("/api/v1/annual_reports/{year}/generate", scopes=["write:accounts"])
async def make_annual_report(call: Call) -> wire.Empty:
    """Does nothing: there are no annual reports."""
    return wire.Empty()


@routes.get("/api/v1_alpha/async_refreshes/{key}", scopes=["read"])
async def async_refresh(call: Call) -> wire.WrappedAsyncRefresh:
    """Always 404: responses are never completed later."""
    raise NotFound
