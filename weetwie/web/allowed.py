"""Who may open a page, by its address."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from weetwie.access import permissions
from weetwie.access.enums import Standing
from weetwie.domain.identity import sessions
from weetwie.errors import NotFound
from weetwie.runtime import clock
from weetwie.web.bounds import UNCOUNTED
from weetwie.web.reading import SignInAgain, check_allowed, check_signed_in
from weetwie.web.visit import Visit

PROVED: Final = timedelta(hours=1)
OPEN: Final = UNCOUNTED | {
    "/",
    "/questions/{id:int}",
    "/elsewhere/{id:int}",
    "/@{handle}",
    "/@{handle}/{id:int}",
    "/embed/allow",
    "/embed/open",
    "/about",
    "/about/why",
    "/docs/api",
    "/docs/api/{group}",
    "/auth/sign_in",
    "/auth/sign_out",
    "/auth/passkey/{verb}",
    "/auth/link",
    "/auth/link/{token}",
    "/auth/proxy",
    "/auth/sso/{key}",
    "/auth/sso/{key}/callback",
    "/auth/sso/{key}/logout",
    "/auth/saml/{key}",
    "/auth/saml/{key}/acs",
    "/auth/saml/{key}/callback",
    "/auth/saml/{key}/logout",
    "/auth/saml/{key}/metadata",
    "/auth/password/{token}",
    "/auth/address/{token}",
    "/reset",
    "/appeal/{token}",
    "/stay/{token}",
    "/letters/stop/{token}",
    "/join",
    "/join/{token}",
    "/farewell/{token}",
    "/welcome/{token}",
    "/oauth/authorize",
}
"""Those that strangers may open; all other pages are for people who are signed in."""
ADMIN_RULES: Final = {
    "/admin": permissions.look_behind,
    "/admin/benefit": permissions.look_behind,
    "/admin/benefit.pdf": permissions.look_behind,
    "/admin/benefit.csv": permissions.look_behind,
    "/admin/people": permissions.look_after_people,
    "/admin/people.csv": permissions.look_after_people,
    "/admin/people/{handle}/{verb}": permissions.look_behind,
    "/admin/selected/{verb}": permissions.look_after_people,
    "/admin/reports": permissions.moderate,
    "/admin/reports/{id:int}/{verb}": permissions.moderate,
    "/admin/appeals/{id:int}/{verb}": permissions.moderate,
}
"""Who may open a page of the administration; all others are for administrators."""


def _is_member(visit: Visit) -> bool:
    return visit.viewer.standing is Standing.member


def _may_inspect(visit: Visit) -> bool:
    may = permissions.inspect(visit.viewer, clock.now())
    return may and visit.viewer.policy.compliance_reads != "nothing"


def _connects(visit: Visit, name: str) -> bool:
    return name in visit.viewer.policy.connections


IS_THERE: Final[dict[str, Callable[[Visit], bool]]] = {
    "/invitations": _is_member,
    "/inspections": _may_inspect,
    "/settings/bots": lambda visit: _connects(visit, "bots") and _is_member(visit),
    "/settings/webhooks": lambda visit: _connects(visit, "webhooks") and _is_member(visit),
    "/settings/feeds": lambda visit: _connects(visit, "feeds"),
    "/settings/chat": lambda visit: _connects(visit, "chat"),
    "/admin/directory/ldap": lambda visit: visit.site.directory is not None,
}
"""By how their addresses begin: pages that are not there for everybody, or not everywhere."""


async def check_may_open(visit: Visit, path: str) -> None:
    """Raises SignInFirst for strangers, and NotFound where there is no such page for somebody."""
    if path not in OPEN:
        check_signed_in(visit)
    if path.startswith(("/admin", "/inspections")):
        await _check_proved(visit)
    if path.startswith("/admin"):
        check_allowed(visit, ADMIN_RULES.get(path, permissions.administer))
    if not all(is_there(visit) for begin, is_there in IS_THERE.items() if path.startswith(begin)):
        raise NotFound


async def _check_proved(visit: Visit) -> None:
    """Whoever runs the place shows once an hour that it is them. What was filled in on a page that was opened in time is
    still taken an hour later. Raises SignInAgain."""
    now = clock.now()
    if not (permissions.look_behind(visit.viewer, now) or permissions.inspect(visit.viewer, now)):
        return
    within = PROVED if visit.request.method == "GET" else 2 * PROVED
    async with visit.site.database.reading() as db:
        if not await sessions.is_proved(db, visit.viewer, within):
            raise SignInAgain
