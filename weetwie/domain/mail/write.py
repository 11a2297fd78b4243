"""What letters say: plain and as HTML, in the language of whoever gets them. Pure."""

from collections.abc import Sequence
from html import escape
from typing import Final

import msgspec

from weetwie.errors import _
from weetwie.text.language import translate

_STYLE: Final = "font-family:system-ui,sans-serif;font-size:16px;line-height:1.5;color:#1e2430"
_BUTTON: Final = (
    "display:inline-block;padding:10px 18px;border-radius:10px;background:#1f5f5b;color:#fffefb;"
    "text-decoration:none"
)


class Written(msgspec.Struct, frozen=True):
    subject: str
    text: str
    html: str


def new_password(language: str, place: str, handle: str, link: str) -> Written:
    return _letter(
        language,
        _("Choose a new password"),
        [_("Somebody, probably you, asked for a new password for @{handle} at {place}.")],
        _("Choose a new password"),
        link,
        [
            _("The link is good once, and for an hour."),
            _("If it was not you, do nothing: your password stays as it is."),
        ],
        handle=handle,
        place=place,
    )


def link_by_others(language: str, place: str, handle: str, maker: str, link: str) -> Written:
    """An administrator lets somebody choose a password; nobody but this somebody gets the link."""
    return _letter(
        language,
        _("Choose your password"),
        [_("{maker} sends you a link to choose a password for @{handle} at {place}.")],
        _("Choose a password"),
        link,
        [
            _("The link is good once, and for three days. Nobody else has it."),
            _("If you did not ask for it, do nothing, and tell the administrators."),
        ],
        handle=handle,
        place=place,
        maker=maker,
    )


def account_changed(language: str, place: str, handle: str, what: str, by: str, link: str) -> Written:
    """Something was done to how somebody signs in; `by` is empty where they did it themselves."""
    return _letter(
        language,
        _("A change to how you sign in"),
        ["{what}", _("It is about @{handle} at {place}.")] + ([_("It was done by {by}.")] if by else []),
        _("See how you sign in"),
        link,
        [
            _(
                "If you know of it, there is nothing to do. If not, choose another password and tell the administrators."
            )
        ],
        handle=handle,
        place=place,
        what=translate(what, language),
        by=by,
    )


def sign_in_link(language: str, place: str, handle: str, link: str) -> Written:
    return _letter(
        language,
        _("Your link to sign in"),
        [_("Somebody, probably you, asked for a link that signs in as @{handle} at {place}.")],
        _("Sign in"),
        link,
        [
            _("The link is good once, and for a quarter of an hour."),
            _("If it was not you, do nothing: nobody is signed in without this letter."),
        ],
        handle=handle,
        place=place,
    )


def farewell(language: str, place: str, handle: str, link: str) -> Written:
    """To an address of their own: the mailbox at work is usually closed by then."""
    return _letter(
        language,
        _("Stay in touch"),
        [
            _(
                "You have left {place}. Thank you for your time here! Your account @{handle} sleeps: nobody can find or ask you."
            ),
            _("If you like, you go on as an alumnus, with your handle, what you wrote and whom you follow."),
        ],
        _("Choose how to go on"),
        link,
        [
            _(
                "The link is good for one answer, and for sixty days. If you do nothing, everything stays as it is."
            )
        ],
        handle=handle,
        place=place,
    )


def invitation(language: str, place: str, link: str, *, inviter: str = "", words: str = "") -> Written:
    """From somebody who is in, with their own words; or, without an inviter, to whoever asked to be let in."""
    before = (
        [
            _(
                "{inviter} invites you to {place}, where people who work together tell one another what they know."
            )
        ]
        if inviter
        else [
            _("You can come in to {place}, where people who work together tell one another what they know.")
        ]
    )
    return _letter(
        language,
        _("You are invited") if inviter else _("Come in"),
        [*before, *([_("{inviter} writes: {words}")] if inviter and words else [])],
        _("Come in"),
        link,
        [
            _("The link is good for one person, and for two weeks."),
            _("If this is not for you, do nothing: without you nothing is made of it."),
        ],
        place=place,
        inviter=inviter,
        words=words,
    )


def confirm_address(language: str, place: str, handle: str, link: str) -> Written:
    return _letter(
        language,
        _("Is this address yours?"),
        [_("Somebody, probably you, gave this address as theirs for @{handle} at {place}.")],
        _("Confirm the address"),
        link,
        [_("If it was not you, do nothing: the address then counts for nobody.")],
        handle=handle,
        place=place,
    )


def still_in_touch(language: str, place: str, handle: str, link: str) -> Written:
    """To an alumnus, once a year."""
    return _letter(
        language,
        _("Still in touch?"),
        [_("You are an alumnus of {place} as @{handle}. Do you want to stay one?")],
        _("Say yes or no"),
        link,
        [_("If you do nothing, everything stays as it is, and we ask again in a year.")],
        handle=handle,
        place=place,
    )


def questions(
    language: str, place: str, handle: str, asked: Sequence[tuple[str, str]], link: str, stop: str
) -> Written:
    """Who asks, and what, to somebody who may know."""
    values = {f"question_{number}": f"{who}: {what}" for number, (who, what) in enumerate(asked)}
    return _letter(
        language,
        _("Do you know?"),
        [
            _("On your topics at {place} nobody has answered yet:"),
            *(f"{{question_{number}}}" for number in range(len(asked))),
        ],
        _("Look at the questions"),
        link,
        [_("You get this letter at most once a week, because you asked for it. No more of them: {stop}")],
        handle=handle,
        place=place,
        stop=stop,
        **values,
    )


def decided(language: str, place: str, handle: str, kind: str, words: str, link: str) -> Written:
    """What moderators decided about somebody, with their words."""
    done = {
        "warn": _("The moderators of {place} warn you, @{handle}."),
        "limit": _(
            "The moderators of {place} have limited your account @{handle}: what you write reaches your followers alone."
        ),
        "suspend": _("The moderators of {place} have suspended your account @{handle}."),
    }
    return _letter(
        language,
        _("A decision about you"),
        [done[kind], _("They say: {words}")],
        _("Read it, or object"),
        link,
        [_("You can object once; somebody reads it and decides anew. The link is good for sixty days.")],
        handle=handle,
        place=place,
        words=words,
    )


def guest_ends(language: str, place: str, guest: str, day: str, link: str) -> Written:
    """To who answers for a guest."""
    return _letter(
        language,
        _("A guest of yours stays until {day}"),
        [_("{guest}, for whom you answer at {place}, stays until {day}.")],
        _("Look at your guests"),
        link,
        [
            _("There you prolong it with one click."),
            _("If you do nothing, they sleep from then on, and what they wrote stays."),
        ],
        place=place,
        guest=guest,
        day=day,
    )


def export_is_ready(language: str, place: str, handle: str, link: str) -> Written:
    return _letter(
        language,
        _("Your data is ready"),
        [_("Everything that {place} holds about @{handle} is in one file for you.")],
        _("Fetch it"),
        link,
        [_("It is there for a week, for you alone: you are asked to sign in.")],
        handle=handle,
        place=place,
    )


def address_changed(language: str, place: str, handle: str, address: str, link: str) -> Written:
    """To the address before and to the one now; `address` is empty where there is none now."""
    return _letter(
        language,
        _("Your address at work has changed"),
        [_("Your organisation says that the address of @{handle} at {place} is {address} now.")]
        if address
        else [_("Your organisation says that this is no longer the address of @{handle} at {place}.")],
        _("See how you sign in"),
        link,
        [_("If this is not right, tell the administrators.")],
        handle=handle,
        place=place,
        address=address,
    )


def new_device(language: str, place: str, handle: str, agent: str, link: str) -> Written:
    return _letter(
        language,
        _("Somebody signed in as you"),
        [
            _("A browser that we have not seen before has signed in as @{handle} at {place}: {agent}"),
        ],
        _("Look where you are signed in"),
        link,
        [_("If it was you, there is nothing to do. If not, sign it out there and choose another password.")],
        handle=handle,
        place=place,
        agent=agent[:200],
    )


def _letter(
    language: str, subject: str, before: list[str], button: str, link: str, after: list[str], **values: str
) -> Written:
    def say(sentence: str) -> str:
        return translate(sentence, language, **values)

    above, below = [say(one) for one in before], [say(one) for one in after]
    text = "\n\n".join([*above, f"{say(button)}:\n{link}", *below, f"-- \n{values['place']}"])
    body = "".join(f"<p>{escape(one)}</p>" for one in above)
    body += f'<p><a style="{_BUTTON}" href="{escape(link)}">{escape(say(button))}</a></p>'
    body += "".join(f"<p>{escape(one)}</p>" for one in below)
    html = f'<!doctype html><html lang="{escape(language)}"><body style="{_STYLE}">{body}</body></html>'
    return Written(f"{say(subject)} · {values['place']}", f"{text}\n", html)
