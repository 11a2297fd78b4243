"""Moderators decide about somebody, who is told and may object once; who looks after that answers. The same from everywhere."""

from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.context import Context
from weetwie.domain.identity import links
from weetwie.domain.identity.asked import reached_at
from weetwie.domain.inspections import inspections
from weetwie.domain.mail import emails, write
from weetwie.domain.moderation import decisions, reports
from weetwie.domain.moderation.decisions import Kind
from weetwie.domain.people import assistant, suspend
from weetwie.domain.people.limit import limit
from weetwie.domain.posts.publish import publish
from weetwie.domain.posts.rules import Draft
from weetwie.errors import Conflict, NotFound, Refusal, _
from weetwie.text import language

_INSPECTED = _(
    "Compliance at {place} is reading your posts for case {reason}, until {day}. Two people opened the review together, and every reading is logged."
)


async def decide(
    context: Context, person_id: int, kind: Kind, words: str, report_id: int | None = None
) -> None:
    """Does it, writes it down, and tells the person: by email, with a link to object by, and by a direct post of the service
    account. Closes the report that it was about. Raises NotFound for a report about somebody else."""
    db, viewer = context.db, context.viewer
    person = await context.person(person_id)
    if report_id is not None and (await reports.one(db, viewer, report_id)).about_id != person_id:
        raise NotFound
    await decisions.decide(db, viewer, person_id, kind, words, report_id)
    if kind == "limit":
        await limit(db, viewer, person_id)
    if kind == "suspend":
        await suspend.make_sure(db, viewer, person_id)  # which ends all links that were sent before
    address = await reached_at(db, person_id) if context.site.sends_mail else None
    if address is not None:
        link = context.address(f"appeal/{await links.make(db, 'appeal', person_id)}")
        written = write.decided(person.language, person.policy.name, person.handle, kind, words.strip(), link)
        await emails.put(db, person_id, address, written, links.LASTS["appeal"])
    if kind != "suspend":
        await _say(context, person, words.strip())
    if report_id is not None:
        await reports.close(db, viewer, report_id)


async def suspend_now(context: Context, person_id: int) -> None:
    """Without a report and without words: a decision like any other, so the person is told and may object. Raises Conflict."""
    if (await context.person(person_id)).is_suspended:
        raise Conflict(_("This person is already suspended."))
    await decide(context, person_id, "suspend", "")


async def object_by_link(context: Context, token: str, words: str) -> None:
    """To the newest decision: a link is sent with each, and an older one is no longer good. Raises NotFound and Invalid."""
    link = await links.use(context.db, "appeal", token)
    person = await context.person(link.person_id or 0)
    found = await decisions.about(context.db, person.person_id)
    await decisions.appeal(context.db, person, found[0].id if found else 0, words)


async def answer(context: Context, decision_id: int, *, is_granted: bool) -> None:
    """An objection is granted, and what was decided is lifted; or it stays."""
    db, viewer = context.db, context.viewer
    person_id, kind = await decisions.answer(db, viewer, decision_id, is_granted=is_granted)
    if is_granted and kind == "suspend":
        await suspend.unsuspend(db, viewer, person_id)
    if is_granted and kind == "limit":
        await limit(db, viewer, person_id, is_limited=False)


async def begin_inspection(context: Context, inspection_id: int, spoken: str) -> None:
    """The second of two agrees that what somebody wrote is read. They are told, unless the law forbids it."""
    begun = await inspections.confirm(context.db, context.viewer, inspection_id)
    person = await context.find_person(begun.person_id)
    if begun.is_silent or person is None or begun.ends_at is None:
        return
    day = begun.ends_at.date().isoformat()
    place = person.policy.name
    await _say(
        context, person, language.translate(_INSPECTED, spoken, place=place, reason=begun.reason, day=day)
    )


async def _say(context: Context, person: Viewer, words: str) -> None:
    """By a direct post of the installation's own account; it stands on a page of theirs all the same."""
    ours_id = await assistant.person_id(context.db)
    ours = await context.find_person(ours_id) if ours_id else None
    if ours is None:
        return
    text = f"@{person.handle} {words[: ours.policy.longest_post - 200]}".rstrip()
    draft = Draft(
        text=f"{text}\n\n{context.address('decisions')}", visibility=Visibility.direct, is_question=False
    )
    try:
        async with context.db.savepoint():
            await publish(context.db, ours, draft)
    except Refusal:
        return  # they have blocked it
