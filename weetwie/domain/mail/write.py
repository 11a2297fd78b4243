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


def new_password(language: str, place: str, handle: str, link: str) -> WrittenEmail:
    return _letter(
        language,
        _("Choose a new password"),
        [_("Someone, probably you, asked for a new password for @{handle} at {place}.")],
        _("Choose a new password"),
        link,
        [
            _("The link works once, for one hour."),
            _("Wasn't you? Ignore this e-mail, and your password stays the same."),
        ],
        handle=handle,
        place=place,
    )


def link_by_others(language: str, place: str, handle: str, maker: str, link: str) -> WrittenEmail:
    """An administrator lets somebody choose a password; nobody but this somebody gets the link."""
    return _letter(
        language,
        _("Choose your password"),
        [_("{maker} sent you a link to choose a password for @{handle} at {place}.")],
        _("Choose a password"),
        link,
        [
            _("The link works once, for three days. Nobody else has it."),
            _("Didn't ask for this? Don't use the link, and contact an administrator."),
        ],
        handle=handle,
        place=place,
        maker=maker,
    )


def account_changed(language: str, place: str, handle: str, what: str, by: str, link: str) -> WrittenEmail:
    """Something was done to how somebody signs in; `by` is empty where they did it themselves."""
    return _letter(
        language,
        _("A change to how you log in"),
        ["{what}", _("This is about @{handle} at {place}.")] + ([_("Done by {by}.")] if by else []),
        _("See how you log in"),
        link,
        [
            _(
                "Was it you? Then there's nothing to do. If not, change your password and contact an administrator."
            )
        ],
        handle=handle,
        place=place,
        what=translate(what, language),
        by=by,
    )


def sign_in_link(language: str, place: str, handle: str, link: str) -> WrittenEmail:
    return _letter(
        language,
        _("Your login link"),
        [_("Someone, probably you, asked for a login link for @{handle} at {place}.")],
        _("Log in"),
        link,
        [
            _("The link works once, for 15 minutes."),
            _("Wasn't you? Ignore this e-mail. Without the link, nobody can log in."),
        ],
        handle=handle,
        place=place,
    )


def farewell(language: str, place: str, handle: str, link: str) -> WrittenEmail:
    """To an address of their own: the mailbox at work is usually closed by then."""
    return _letter(
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
    return _letter(
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
    return _letter(
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


def confirm_address(language: str, place: str, handle: str, link: str) -> WrittenEmail:
    return _letter(
        language,
        _("Is this address yours?"),
        [_("Someone, probably you, entered this address for @{handle} at {place}.")],
        _("Confirm address"),
        link,
        [_("Wasn't you? Ignore this e-mail, and the address won't be used.")],
        handle=handle,
        place=place,
    )


def still_in_touch(language: str, place: str, handle: str, link: str) -> WrittenEmail:
    """To an alumnus, once a year."""
    return _letter(
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
    return _letter(
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
    return _letter(
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
    return _letter(
        language,
        _("Your data is ready"),
        [_("Everything {place} has about @{handle} is in one file for you.")],
        _("Download"),
        link,
        [_("You can download it for a week after logging in. Only you can.")],
        handle=handle,
        place=place,
    )


def address_changed(language: str, place: str, handle: str, address: str, link: str) -> WrittenEmail:
    """To the address before and to the one now; `address` is empty where there is none now."""
    return _letter(
        language,
        _("Your work address has changed"),
        [_("Your organisation changed the address of @{handle} at {place} to {address}.")]
        if address
        else [_("Your organisation removed this address from @{handle} at {place}.")],
        _("See how you log in"),
        link,
        [_("Not right? Ask an administrator.")],
        handle=handle,
        place=place,
        address=address,
    )


def new_device(language: str, place: str, handle: str, agent: str, link: str) -> WrittenEmail:
    return _letter(
        language,
        _("New login to your account"),
        [
            _("New login to @{handle} at {place} from a browser you haven't used before: {agent}"),
        ],
        _("See where you're logged in"),
        link,
        [_("Was it you? Then there's nothing to do. If not, log that browser out and change your password.")],
        handle=handle,
        place=place,
        agent=agent[:200],
    )


def asked(language: str, place: str, handle: str, asker: str, question: str, link: str) -> WrittenEmail:
    """`asker` is the name of who asks; `question` what."""
    return _letter(
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


def _letter(
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
