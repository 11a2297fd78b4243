"""Who is asked a question is told: at once, and by e-mail if they have not looked for a day."""

from typing import Final

import msgspec

from weetwie.context import Context
from weetwie.domain.identity.asked import reached_at
from weetwie.domain.mail import emails, write
from weetwie.domain.notifications import questions as notified
from weetwie.domain.questions import rules, telling
from weetwie.flows import mail_in
from weetwie.text.shorten import shorten
from weetwie.views import people as seen_people, posts as seen_posts, texts as seen_words

_EMAIL_LASTS = rules.WEEK
_IN_EMAIL: Final = 300


async def tell(context: Context, most: int) -> int:
    """As notifications."""
    due = await telling.due(context.db, most)
    if due:
        await notified.asked(context.db, context.viewer, [(one.post_id, one.person_id) for one in due])
        await telling.told(context.db, due)
    return len(due)


async def mail(context: Context, most: int) -> int:
    """To who has not looked for a day."""
    due = await telling.to_mail(context.db, most)
    if due:
        for one in due if context.site.sends_mail else ():
            async with context.apart("an email could not be written", one.person_id):
                await _write(context, one)
        await telling.mailed(context.db, due)
    return len(due)


async def _write(context: Context, one: telling.ToNotify) -> None:
    db, person = context.db, await context.find_person(one.person_id)
    address = await reached_at(db, one.person_id)
    if person is None or address is None or not await telling.is_unseen(db, person, one.post_id):
        return
    post = await seen_posts.post(db, person, one.post_id)
    (words,) = await seen_words.words(db, [post])
    profiles = await seen_people.profiles(db, [post.author])
    asker = next((profile.name or f"@{profile.handle}" for profile in profiles), words.author_handle)
    written = write.asked(
        person.language,
        person.policy.name,
        person.handle,
        asker,
        shorten(" ".join((words.warning or words.text).split()), _IN_EMAIL),
        context.address(f"@{words.author_handle}/{one.post_id}"),
    )
    reply_to = await mail_in.reply_address(context.by(person), one.person_id, one.post_id)
    written = msgspec.structs.replace(written, reply_to=reply_to)
    await emails.put(db, one.person_id, address, written, _EMAIL_LASTS)
