"""People and reports as those who run the place get them."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from weetwie.access.viewer import system
from weetwie.api.call import Call
from weetwie.api.mastodon import entities as wire, render_relations as render
from weetwie.domain.identity import addresses
from weetwie.domain.moderation.reports import Reported
from weetwie.domain.people import register
from weetwie.domain.people.register import RegisterEntry
from weetwie.views import people as seen_people, posts as seen_posts
from weetwie.views.people import Profile

_encode: Final = msgspec.json.encode


async def accounts(call: Call, ids: Iterable[int]) -> dict[int, bytes]:
    """By person. Raises Forbidden."""
    db, wanted = await call.db(), list(dict.fromkeys(ids))
    behind = await register.behind(db, call.viewer, wanted)
    seen = await seen_people.people(db, call.viewer, wanted)
    profiles = {one.id: one for one in await seen_people.records(db, system(call.viewer.policy), wanted)}
    mails = await addresses.of_people(db, call.viewer, wanted)
    await call.renderer.hydrator.people(db, seen)
    return {
        one.id: _account(call.renderer.account(one), profiles[one.id], behind[one.id], mails.get(one.id, ""))
        for one in seen
    }


def _account(account: bytes, profile: Profile, behind: RegisterEntry, mail: str) -> bytes:
    own: dict[str, Any] = {
        "id": str(profile.id),
        "username": profile.handle,
        "domain": None,
        "created_at": wire.date_time(profile.joined_at) if profile.joined_at else None,
        "email": mail,
        "ip": None,
        "ips": [],
        "locale": behind.language,
        "invite_request": None,
        "role": render.role(profile),
        "confirmed": profile.has_joined,
        "approved": not behind.waits,
        "disabled": profile.is_dormant,
        "silenced": profile.is_limited,
        "suspended": profile.suspended_at is not None,
        "sensitized": False,
    }
    if behind.sponsor_id is not None:
        own["invited_by_account_id"] = str(behind.sponsor_id)
    return b'%b,"account":%b}' % (_encode(own)[:-1], account)


async def reports(call: Call, found: Sequence[Reported]) -> list[bytes]:
    people = [
        id for one in found for id in (one.by_id, one.about_id, one.assigned_to_id, one.closed_by_id) if id
    ]
    known = await accounts(call, people)
    db = await call.db()
    ids = [int(post["id"]) for one in found for post in one.posts]
    posts = await seen_posts.posts(db, call.viewer, dict.fromkeys(ids))
    hydrated = await call.renderer.hydrator.posts(db, call.viewer, posts)
    statuses = {post.id: call.renderer.statuses([post], hydrated)[1:-1] for post in posts}
    return [_report(one, known, statuses, call.viewer.policy.rules) for one in found]


def _report(
    one: Reported, people: dict[int, bytes], statuses: dict[int, bytes], rules: Sequence[str]
) -> bytes:
    told = {
        "id": str(one.id),
        "action_taken": one.closed_at is not None,
        "action_taken_at": wire.date_time(one.closed_at) if one.closed_at else None,
        "category": one.category,
        "comment": one.comment,
        "forwarded": False,
        "created_at": wire.date_time(one.created_at),
        "updated_at": wire.date_time(one.updated_at),
        "rules": [
            wire.Rule(id=str(number), text=rules[number - 1], hint="", translations={})
            for number in one.rule_numbers
            if number <= len(rules)
        ],
        "reported": one.posts,
    }
    shown_posts = [status for post in one.posts if (status := statuses.get(int(post["id"])))]
    return (
        b'%b,"account":%b,"target_account":%b,"assigned_account":%b,"action_taken_by_account":%b,"statuses":[%b]}'
        % (
            _encode(told)[:-1],
            *(
                people.get(id or 0, b"null")
                for id in (one.by_id, one.about_id, one.assigned_to_id, one.closed_by_id)
            ),
            b",".join(shown_posts),
        )
    )
