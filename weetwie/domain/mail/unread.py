"""What was written to somebody and they have not read, as one email. Pure."""

from collections.abc import Sequence
from typing import Final

import msgspec

from weetwie.domain.mail.form import as_html, section
from weetwie.domain.mail.write import WrittenEmail
from weetwie.errors import Filling, _
from weetwie.text.language import translate

_TITLES: Final = {
    "direct": _("Messages"),
    "answer": _("Answers to your questions"),
    "mention": _("Mentions and replies"),
}
_SAYS: Final = {
    "direct": _("Message from {name}"),
    "answer": _("{name} answered your question"),
    "heard": _("{name} answered a question you follow"),
    "reply": _("{name} replied to you"),
    "mention": _("{name} mentioned you"),
}


class UnreadItem(msgspec.Struct, frozen=True):
    kind: str
    """As in `_TITLES`, in whose order they stand."""
    matter: str
    """As in `_SAYS`."""
    who: str
    what: str
    """Empty where its words do not go by mail."""
    link: str


class Unread(msgspec.Struct, frozen=True):
    language: str
    place: str
    items: Sequence[UnreadItem]
    notifications: str
    """The page with all of them."""
    settings: str
    stop: str
    reply_to: str = ""
    """Where a reply to it comes in."""


def write(unread: Unread) -> WrittenEmail:
    def say(sentence: str, **values: Filling) -> str:
        return translate(sentence, unread.language, **values)

    hidden = say(_("Open it to read it."))
    items = [one for kind in _TITLES for one in unread.items if one.kind == kind]
    first = items[0]
    is_one = all((one.matter, one.who) == (first.matter, first.who) for one in items)
    heading = (
        say(_SAYS[first.matter], name=first.who)
        if is_one
        else say(_("{count} unread notifications"), count=len(items))
    )
    link = first.link if len(items) == 1 else unread.notifications
    button = say(_("Open {place}"), place=unread.place)
    below = [
        say(
            _("You haven't read this for half an hour. Stop these e-mails: {stop}"),
            stop=unread.stop,
        ),
        say(_("Change what you get: {settings}"), settings=unread.settings),
    ]
    if unread.reply_to:
        below.insert(0, say(_("Reply to this e-mail to answer {name}."), name=items[-1].who))
    parts = {} if is_one else {say(title): kind for kind, title in _TITLES.items()}
    titled = [(title, [one for one in items if one.kind == kind]) for title, kind in parts.items()]
    groups = [("", items)] if is_one else [(title, found) for title, found in titled if found]
    shown = [
        (title, [(one.who, "", one.what or hidden, one.link) for one in found]) for title, found in groups
    ]
    text = [heading]
    for title, rows in shown:
        text += [title.upper()] if title else []
        text += ["\n".join(filter(None, row)) for row in rows]
    text += [f"{button}:\n{link}", *below, f"-- \n{unread.place}"]
    sections = "".join(section(title, rows) for title, rows in shown)
    html = as_html(unread.language, unread.place, heading, [], [], button, link, below, sections)
    return WrittenEmail(f"{heading} · {unread.place}", "\n\n".join(text) + "\n", html, unread.reply_to)
