"""Report a person, or posts of theirs, to the administrators."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from weetwie.api.call import Call
from weetwie.api.endpoint import Routes
from weetwie.api.mastodon import entities as wire, present
from weetwie.api.parameters import Id
from weetwie.domain.moderation import reporting
from weetwie.domain.moderation.reporting import MOST_POSTS
from weetwie.views import people as seen_people

routes = Routes("reports")


class ReportGiven(Struct, frozen=True, kw_only=True):
    account_id: Id
    status_ids: Annotated[list[Id], Meta(max_length=MOST_POSTS)] = []
    comment: str = ""
    forward: bool = False
    category: Literal["spam", "legal", "violation", "other"] = "other"
    rule_ids: list[int] = []
    collection_ids: list[str] = []


@routes.post("/api/v1/reports", scopes=["write:reports"], answer=wire.Report)
async def report(call: Call, given: ReportGiven) -> bytes:
    """Report an account or its posts to the moderators."""
    db = await call.db()
    made = await reporting.report(
        db,
        call.viewer,
        given.account_id,
        post_ids=given.status_ids,
        comment=given.comment,
        category=given.category,
        rule_numbers=given.rule_ids,
        forwards=given.forward,
    )
    account = await present.account(call, await seen_people.person(db, call.viewer, made.about_id))
    told = {
        "id": str(made.id),
        "action_taken": False,
        "action_taken_at": None,
        "category": made.category,
        "comment": made.comment,
        "forwarded": False,
        "created_at": wire.date_time(made.created_at),
        "status_ids": [post["id"] for post in made.posts],
        "collection_ids": [],
        "rule_ids": [str(number) for number in made.rule_numbers],
    }
    return b'%b,"target_account":%b}' % (msgspec.json.encode(told)[:-1], account)
