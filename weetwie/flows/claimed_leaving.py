"""Whoever is not in the organisation any more, by a claim of single sign-on, leaves as by SCIM: after a time of grace, and many at once
only when an administrator has confirmed it.
"""

from collections.abc import Sequence
from datetime import timedelta

from weetwie.access import allowed, permissions
from weetwie.context import Context
from weetwie.domain.directory import leavers
from weetwie.domain.identity import claimed_leavers
from weetwie.flows import directory
from weetwie.flows.directory import MOST_LEAVERS, Leaver
from weetwie.settings import Provider, SamlProvider
from weetwie.views import people as seen_people


async def leave_due(context: Context) -> None:
    """Who has been noted for as long as their provider's time of grace. Nobody leaves by a provider that is switched off."""
    for source in sources(context):
        await _leave_due(context, source)


async def _leave_due(context: Context, source: Provider | SamlProvider) -> None:
    db, issuer = context.db, source.issuer
    due = await claimed_leavers.due(db, issuer, timedelta(days=source.grace_days))
    if not due:
        return
    lately, here = await claimed_leavers.left_lately(db, issuer), await claimed_leavers.count_here(db, issuer)
    leaving, _waiting = leavers.braked(due, lately, here)
    for one in leaving:
        async with context.apart("somebody who is gone by a claim could not leave", one.person_id):
            await directory.end(context, one.person_id)
            await claimed_leavers.left(db, one.person_id)


def sources(context: Context) -> Sequence[Provider | SamlProvider]:
    """Those that say who has left, and are on."""
    policy, site = context.viewer.policy, context.site
    if policy.sign_in == "local":
        return []
    every: list[Provider | SamlProvider] = [*site.sso, *(site.saml if "saml" in policy.connections else ())]
    return [source for source in every if source.leaves_claim]


async def standing(context: Context, most: int = MOST_LEAVERS) -> list[Leaver]:
    """Who is noted and still here, for administrators. Raises Forbidden."""
    allowed.check(context.viewer, permissions.administer)
    issuers = [source.issuer for source in sources(context)]
    noted = await claimed_leavers.noted(context.db, issuers, most)
    ids = [one.person_id for one in noted]
    people = {one.id: one for one in await seen_people.records(context.db, context.by_system.viewer, ids)}
    return [
        Leaver(str(one.person_id), people[one.person_id], one.since, one.confirmed_at)
        for one in noted
        if one.person_id in people
    ]


async def confirm(context: Context, ids: Sequence[int]) -> int:
    """These have really left: they go once their time of grace is over, if it is not said otherwise by then. Raises Forbidden."""
    return await claimed_leavers.confirm(context.db, context.viewer, ids)
