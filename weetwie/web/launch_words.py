"""The launch kit in words: texts to send and to say, questions that people ask, what stands on the poster and the slides."""

from collections.abc import Callable
from typing import Final

import msgspec

from weetwie.errors import _


class Text(msgspec.Struct, frozen=True):
    key: str
    title: str
    hint: str
    paragraphs: tuple[str, ...]


class Question(msgspec.Struct, frozen=True):
    question: str
    answer: str
    address: str = ""
    link: str = ""


class Slide(msgspec.Struct, frozen=True):
    title: str
    lines: tuple[str, ...]


TEXTS: Final = (
    Text(
        "mail",
        _("E-mail to everyone"),
        _("Send it in your own name, on a Tuesday morning."),
        (
            _("Subject: Who here knows …?"),
            _("Hello,"),
            _(
                "somewhere in this organisation is the person who solved your problem last year. Until now you had to know them. From today you can ask: {address}"
            ),
            _(
                "Do one thing today: ask something you really want to know. Your question goes to the two or three colleagues who have dealt with it."
            ),
            _(
                "It takes two minutes a day. You choose who you follow and who reads what you write. Nobody counts your posts."
            ),
            _("Why we're doing this: {address}/about/why"),
        ),
    ),
    Text(
        "intranet",
        _("Post for the intranet"),
        _("Short enough for the start page."),
        (
            _("Someone here knows."),
            _(
                "Who can still read the old controller? Who has met this customer before? Who likes to explain spreadsheets?"
            ),
            _("Ask on {name}, in your own words. You get people, and what they wrote about it. {address}"),
        ),
    ),
    Text(
        "town-hall",
        _("Two minutes at the town hall"),
        _("To say, not to read out."),
        (
            _("Hands up: who looked for something this month that a colleague has known all along?"),
            _(
                "That's why we have {name}. You ask in your own words, and it finds the two or three of us who have dealt with it."
            ),
            _(
                "And then something nice happens. You read what people are working on who you'd never meet at lunch."
            ),
            _("It's no second inbox, and nobody keeps score. You decide who reads what you write."),
            _("I have one wish: ask one real question this week. I've asked mine."),
        ),
    ),
)

QUESTIONS: Final = (
    Question(
        _("Is this for watching people?"),
        _(
            "No. There is no score, no ranking and no view for managers. In works council mode nobody sees how much or when others write. Switching it off takes two administrators, and everyone is notified."
        ),
        "/about#privacy",
        _("Who sees what"),
    ),
    Question(
        _("What do administrators see?"),
        _(
            "Posts like every colleague, accounts, reports and the audit log. No direct messages. Reading what a person wrote for a case takes two people and a policy that everyone can look up. Honestly: anyone with access to the server can read the database. No program changes that; contracts do."
        ),
        "/admin/policy#compliance",
        _("Policies"),
    ),
    Question(
        _("How does it know who knows what?"),
        _(
            "From posts you can see anyway, and from what people put on their profile. Each person sees it first and can hide a topic or rule it out. Health, belief, unions, politics, sexuality and criminal records are never inferred."
        ),
        "/settings/knowledge",
        _("What I know"),
    ),
    Question(
        _("Do I have to take part?"),
        _(
            "No. It helps people who only read and ask. How many questions reach you is up to you, down to none, and nobody sees that."
        ),
        "/settings/questions",
        _("Questions"),
    ),
    Question(
        _("We have chat and a wiki already. Why this?"),
        _(
            "Chat is for people you know. A wiki is for what's finished. This is for the question whose expert you don't know yet."
        ),
    ),
    Question(
        _("Not another tool?"),
        _(
            "Fair. It's two minutes a day, in the browser or in any Mastodon app. If it brings nothing after 100 days, the figures will say so, and you can take everything with you."
        ),
        "/admin/benefit",
        _("What it brings"),
    ),
    Question(
        _("What happens to my posts when I leave?"),
        _(
            "You can take all of it with you as a file, and stay in touch as an alum if you like. Your posts stay, so that others find the answers. An administrator can delete them along with your account."
        ),
        "/settings/export",
        _("Your data"),
    ),
    Question(
        _("What is it bad at?"),
        _(
            "The first weeks. It only knows what has been written, so import what you have and ask real questions. It can also be wrong about people. They see it first and put it right."
        ),
    ),
)

HEADLINE: Final = _("Someone here knows.")
LEAD: Final = _("Ask in your own words. Reach the colleague who has solved it before.")
EXAMPLES: Final = (
    _("“Who has repaired this before?”"),
    _("“Who knows this customer?”"),
    _("“Who can explain it to me?”"),
)
QR: Final = _("QR code that leads to {address}")
SLIDES: Final = (
    Slide(
        _("We solve things twice"),
        (
            _("Someone two floors up had your problem last year."),
            _("You don't know them. They don't know you're looking."),
            _("What they learned left with an e-mail, or with a colleague."),
        ),
    ),
    Slide(
        _("Ask, and reach people"),
        (
            _("Type it as you'd say it."),
            _("You see who has dealt with it, and what they wrote."),
            _("Two or three people are asked. Nobody else is disturbed."),
            _("The answer is there for the next one who looks."),
        ),
    ),
    Slide(
        _("Two minutes a day"),
        (
            _("Read what people you follow write."),
            _("Answer what you happen to know."),
            _("Write two lines when something worked, or didn't."),
        ),
    ),
    Slide(
        _("What it isn't"),
        (
            _("No second inbox: you decide how many questions reach you."),
            _("No score, no ranking, no report about anyone."),
            _("No surprise: you choose who reads what you write."),
        ),
    ),
)
LAST: Final = (_("Ask one real question this week"), _("Log in with the account you have."))


def said(paragraphs: tuple[str, ...], say: Callable[..., str], **values: str) -> str:
    """One text, ready to be sent."""
    return "\n\n".join(say(one, **values) for one in paragraphs)
