"""What emails say: plain and as HTML, in the language of whoever gets them. Pure."""

from collections.abc import Sequence

import msgspec

from weetwie.domain.mail.form import as_html
from weetwie.errors import _
from weetwie.text.language import translate


class WrittenEmail(msgspec.Struct, frozen=True):
    subject: str
    text: str
    html: str
    reply_to: str = ""
    """Where a reply to it comes in; empty where none does."""


def farewell(language: str, place: str, handle: str, link: str) -> WrittenEmail:
    """To an address of their own: the mailbox at work is usually closed by then."""
    return letter(
        language,
        _("Stay in touch"),
        [
            _(
                "You've left {place}. Thank you for your time here! Your account @{handle} is paused: nobody can find or ask you."
            ),
            _("You can stay as an alum, with your username, your posts and the people you follow."),
        ],
        _("Choose"),
        link,
        [_("The link works once, for sixty days. If you do nothing, nothing changes.")],
        handle=handle,
        place=place,
    )


def invitation(language: str, place: str, link: str, *, inviter: str = "", words: str = "") -> WrittenEmail:
    """From somebody who is in, with their own words; or, without an inviter, to whoever asked to be let in."""
    before = (
        [_("{inviter} invites you to {place}, where colleagues share what they know.")]
        if inviter
        else [_("You can join {place}, where colleagues share what they know.")]
    )
    return letter(
        language,
        _("You're invited") if inviter else _("Join"),
        [*before, *([_("{inviter} writes: {words}")] if inviter and words else [])],
        _("Join"),
        link,
        [
            _("The link works for one person, for two weeks."),
            _("Not for you? Ignore this e-mail."),
        ],
        place=place,
        inviter=inviter,
        words=words,
    )


def imported_invitation(
    language: str, place: str, link: str, *, inviter: str, words: str, by_provider: bool
) -> WrittenEmail:
    """To somebody whose messages came in from elsewhere; `link` logs them in where a provider says who they are, else lets
    them join."""
    return letter(
        language,
        _("Colleagues are looking for what you know"),
        [
            _("{inviter} invites you to {place}, where colleagues share what they know."),
            *([_("{inviter} writes: {words}")] if words else []),
            _(
                "Messages that you wrote to colleagues elsewhere have been imported. When you log in, you see which ones, and you can publish, hide or delete them all with one click."
            ),
        ],
        _("Log in") if by_provider else _("Join"),
        link,
        [
            _("Log in with your account at the organisation.")
            if by_provider
            else _("The link works for one person, for two weeks."),
            _("Not for you? Ignore this e-mail."),
        ],
        place=place,
        inviter=inviter,
        words=words,
    )


def still_in_touch(language: str, place: str, handle: str, link: str) -> WrittenEmail:
    """To an alumnus, once a year."""
    return letter(
        language,
        _("Still in touch?"),
        [_("You're an alum of {place} as @{handle}. Would you like to stay one?")],
        _("Choose"),
        link,
        [_("If you do nothing, nothing changes. We'll ask again in a year.")],
        handle=handle,
        place=place,
    )


def decided(language: str, place: str, handle: str, kind: str, words: str, link: str) -> WrittenEmail:
    """What moderators decided about somebody, with their words."""
    done = {
        "warn": _("The moderators of {place} have warned you, @{handle}."),
        "limit": _(
            "The moderators of {place} have limited your account @{handle}: only your followers see your posts."
        ),
        "suspend": _("The moderators of {place} have suspended your account @{handle}."),
    }
    return letter(
        language,
        _("A decision about your account"),
        [done[kind], _("They write: {words}")] if words else [done[kind]],
        _("Read or object"),
        link,
        [_("You can object once. Someone will read it and decide again. The link works for sixty days.")],
        handle=handle,
        place=place,
        words=words,
    )


def guest_ends(language: str, place: str, guest: str, day: str, link: str) -> WrittenEmail:
    """To who answers for a guest."""
    return letter(
        language,
        _("Your guest's access ends on {day}"),
        [_("Access for {guest}, your guest at {place}, ends on {day}.")],
        _("See your guests"),
        link,
        [
            _("You can extend it there with one click."),
            _("If you do nothing, their account is paused from that day. What they posted stays."),
        ],
        place=place,
        guest=guest,
        day=day,
    )


def export_is_ready(language: str, place: str, handle: str, link: str) -> WrittenEmail:
    return letter(
        language,
        _("Your data is ready"),
        [_("Everything {place} has about @{handle} is in one file for you.")],
        _("Download"),
        link,
        [_("You can download it for a week after logging in. Only you can.")],
        handle=handle,
        place=place,
    )


def asked(language: str, place: str, handle: str, asker: str, question: str, link: str) -> WrittenEmail:
    """`asker` is the name of who asks; `question` what."""
    return letter(
        language,
        _("{asker} would like to hear from you"),
        [_("Hello @{handle}, a question at {place} is waiting for you:")],
        _("See the question"),
        link,
        [
            _(
                "Not for you? Choose Not now there, or name someone who knows. How often you're asked is up to you: see Settings, Questions."
            )
        ],
        items=[(asker, question)],
        asker=asker,
        place=place,
        handle=handle,
    )


def letter(
    language: str,
    subject: str,
    before: list[str],
    button: str,
    link: str,
    after: list[str],
    *,
    items: Sequence[tuple[str, str]] = (),
    **values: str,
) -> WrittenEmail:
    """`items` are who said what."""

    def say(sentence: str) -> str:
        return translate(sentence, language, **values)

    place, heading = values["place"], say(subject)
    above, below = [say(one) for one in before], [say(one) for one in after]
    said = [f"{who}: {what}" for who, what in items]
    text = "\n\n".join([*above, *said, f"{say(button)}:\n{link}", *below, f"-- \n{place}"])
    html = as_html(language, place, heading, above, items, say(button), link, below)
    return WrittenEmail(f"{heading} · {place}", f"{text}\n", html)
