"""Replies by mail: where a reply to an email comes in, and what comes in is posted as if it had been written on the page."""

import re
from collections.abc import Sequence
from datetime import timedelta
from enum import Enum
from typing import Final

import msgspec

from weetwie.access import permissions
from weetwie.access.enums import Visibility
from weetwie.access.viewer import Viewer
from weetwie.context import Context, Site, of_system
from weetwie.database.pool import Database, Db
from weetwie.domain.identity import addresses
from weetwie.domain.identity.asked import reached_at
from weetwie.domain.identity.keys import key
from weetwie.domain.mail import emails, returned, sending, taken, tokens
from weetwie.domain.mail.taken import IncomingMail
from weetwie.domain.mail.tokens import MailToken
from weetwie.domain.media import upload
from weetwie.domain.media.upload import Prepared
from weetwie.domain.posts.rules import Draft
from weetwie.errors import Forbidden, Invalid, NotFound, Refusal, _
from weetwie.flows import mail_pictures, messages, publish
from weetwie.runtime import clock
from weetwie.text import language
from weetwie.views import posts as seen_posts, texts as seen_words

_RETURN_LASTS: Final = timedelta(days=2)
_LONGEST_RETURNED: Final = 20_000
_GONE: Final = _("The post you answered was deleted, or you can't see it any more.")
_TOO_OLD: Final = _("Replies by e-mail work for 30 days. Answer on the page instead.")
_EMPTY: Final = _("There was no text above the quoted message. Write your answer at the top.")
_NOT_YOURS: Final = _(
    "It came from an address that isn't in your account. Reply from the address this e-mail went to."
)
_NOT_GENUINE: Final = _(
    "Your mail server couldn't confirm that it came from you. Reply from your usual mail program."
)


class Taken(Enum):
    """What became of a mail."""

    posted = "posted"
    returned = "returned"
    """Not posted; its writer was told why, or nobody had to be."""
    dropped = "dropped"
    """Automatic, or here already."""
    bounced = "bounced"
    unreadable = "unreadable"
    unknown = "unknown"
    """To an address of nobody."""


def is_on(context: Context) -> bool:
    return context.site.mail_in is not None and "mail_in" in context.viewer.policy.connections


async def reply_address(context: Context, person_id: int, post_id: int) -> str:
    """Where this person's reply to this post comes in; empty where replies by mail are off."""
    if context.site.mail_in is None or not is_on(context):
        return ""
    own = await key(context.db, tokens.KEY)
    return context.site.mail_in.at(tokens.make(own, "reply", person_id, post_id, clock.now()))


def returns(site: Site) -> sending.Returns | None:
    """Where an email that cannot be delivered is reported, where mail comes in at all."""
    mail_in = site.mail_in
    if mail_in is None:
        return None

    async def address(db: Db, person_id: int, to: str) -> str:
        policy = await site.memory.policy(db)
        if "mail_in" not in policy.connections:
            return ""
        number = await addresses.number_of(db, to)
        return mail_in.at(tokens.make(await key(db, tokens.KEY), "bounce", person_id, number, clock.now()))

    return address


async def receive(database: Database, site: Site, mail: IncomingMail) -> Taken:
    """Pictures are made ready before, and only of a mail that is likely to be posted: that takes long, and no transaction waits for it."""
    ready, left_out = await mail_pictures.made_ready(
        database, site, mail, await _who_sent(database, site, mail)
    )
    async with database.transaction() as db:
        mail = msgspec.structs.replace(mail, has_files=mail.has_files or left_out)
        return await take(await of_system(db, site), mail, ready)


async def _who_sent(database: Database, site: Site, mail: IncomingMail) -> Viewer | None:
    """Of a mail with pictures: who it is from, if it comes from them and would be posted."""
    if not mail.pictures or mail.is_automatic or not mail.is_genuine or not mail.sender:
        return None
    async with database.transaction() as db:
        context = await of_system(db, site)
        token = tokens.read(await key(db, tokens.KEY), mail.token)
        if token is None or token.kind == "bounce" or token.until < clock.now() or not is_on(context):
            return None
        person = await context.find_person(token.person_id)
        is_theirs = await addresses.verified_owner(db, mail.sender) == token.person_id
        return person if is_theirs and person is not None and permissions.act(person, clock.now()) else None


async def take(context: Context, mail: IncomingMail, ready: Sequence[Prepared] = ()) -> Taken:
    """Whatever is refused is told to the person the address was made for, and to nobody else. `ready` are its pictures."""
    token = tokens.read(await key(context.db, tokens.KEY), mail.token)
    if token is None or not is_on(context):
        return Taken.unknown
    if token.kind == "bounce":
        return await _bounced(context, token, mail)
    person = await context.find_person(token.person_id)
    if person is None or not permissions.act(person, clock.now()):
        return Taken.unknown
    if mail.is_automatic or not await taken.is_first(context.db, token.person_id, mail):
        return Taken.dropped
    return await _reply(context.by(person), token.about, mail, ready, is_late=token.until < clock.now())


async def _bounced(context: Context, token: MailToken, mail: IncomingMail) -> Taken:
    if mail.bounce is None or token.until < clock.now():
        return Taken.dropped
    if mail.bounce.is_final:
        await addresses.came_back(context.db, token.person_id, token.about)
    return Taken.bounced


async def _reply(
    context: Context, post_id: int, mail: IncomingMail, ready: Sequence[Prepared], *, is_late: bool
) -> Taken:
    db, person = context.db, context.viewer
    is_theirs = await addresses.verified_owner(db, mail.sender) == person.person_id if mail.sender else False
    if not is_theirs:
        # Not their words, as far as we know: so these do not go to them.
        return await _return(context, mail, Forbidden(_NOT_YOURS), "", post_id, to=None)
    if not mail.is_genuine:
        return await _return(context, mail, Forbidden(_NOT_GENUINE), "", post_id, to=None)
    try:
        async with db.savepoint():
            await _post(context, post_id, mail.text, ready, is_late=is_late)
    except Refusal as refusal:
        return await _return(context, mail, refusal, mail.text, post_id, to=mail.sender)
    if mail.has_files and await taken.may_return(db, person.person_id, mail):
        written = returned.posted_without_files(*await _for(context, post_id), has_pictures=bool(ready))
        await emails.put(db, person.person_id, mail.sender, written, _RETURN_LASTS)
    return Taken.posted


async def _post(
    context: Context, post_id: int, text: str, ready: Sequence[Prepared], *, is_late: bool
) -> None:
    """As the page posts an answer: for whom it is follows from what it answers. Raises Refusal."""
    db, viewer = context.db, context.viewer
    if is_late:
        raise Forbidden(_TOO_OLD)
    if not text.strip() and not ready:
        raise Invalid(_EMPTY)
    try:
        post = await seen_posts.post(db, viewer, post_id)
    except NotFound as error:
        raise NotFound(_GONE) from error
    media_ids = [await upload.upload(db, viewer, one) for one in ready]
    if post.post_visibility == int(Visibility.direct):
        await messages.write(context, post.post_id, text, media_ids)
        return
    (words,) = await seen_words.words(db, [post])
    if post.author.id != viewer.person_id and not _names(text, words.author_handle):
        text = f"@{words.author_handle} {text}".strip()
    await publish.publish(context, Draft(text=text, reply_to_id=post.post_id, media_ids=media_ids))


def _names(text: str, handle: str) -> bool:
    return re.search(rf"@{re.escape(handle)}(?![\w-])", text, re.IGNORECASE) is not None


async def _return(
    context: Context, mail: IncomingMail, why: Refusal, words: str, post_id: int, to: str | None
) -> Taken:
    """One email to the person, at an address that is theirs."""
    db, person_id = context.db, context.viewer.person_id
    address = to or await reached_at(db, person_id)
    if address and await taken.may_return(db, person_id, mail):
        speaks, place, link = await _for(context, post_id)
        written = returned.not_posted(speaks, place, why, words[:_LONGEST_RETURNED], link)
        await emails.put(db, person_id, address, written, _RETURN_LASTS)
    return Taken.returned


async def _for(context: Context, post_id: int) -> tuple[str, str, str]:
    """In which language, for which place, and where they go on."""
    viewer: Viewer = context.viewer
    speaks = language.best(viewer.pages_language or viewer.language)
    posts = await seen_posts.posts(context.db, viewer, [post_id])
    words = await seen_words.words(context.db, posts)
    page = f"@{words[0].author_handle}/{post_id}" if words else ""
    return speaks, viewer.policy.name, context.address(page)
