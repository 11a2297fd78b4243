"""What somebody asks for, read from the one line that they write: words, phrases, and operators such as `from:ada`."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal

import msgspec

from weetwie.errors import Invalid, _
from weetwie.text.text import is_longer, tag_key

LONGEST: Final = 1000
MOST_TERMS: Final = 30

Order = Literal["relevance", "time"]
SOURCES: Final = frozenset(
    ("elsewhere", "slack", "mattermost", "teams", "zulip", "mbox", "discourse", "stack", "jira", "confluence")
)
"""Where something may have been written but here: `in:slack`, `in:slack/general`."""


class Term(msgspec.Struct, frozen=True):
    """A word or a phrase that a post must have, or must not."""

    text: str
    is_phrase: bool = False
    begins: bool = False
    """It may go on: `pump*`."""
    is_last: bool = False
    """Perhaps somebody is still typing it: where hardly anything has the whole word, it may go on, too."""
    is_out: bool = False


class Sign(msgspec.Struct, frozen=True):
    """Something about a post that stands in the index beside its words, such as `tag=tea`."""

    text: str
    is_out: bool = False


class NamedPerson(msgspec.Struct, frozen=True):
    """A person who is named by their handle: as the author, or as the one who is spoken to."""

    handle: str
    is_out: bool = False


class Others(msgspec.Struct, frozen=True):
    """What stands for some of the terms in another language."""

    start: int
    end: int
    """Of which terms, those that follow one another."""
    texts: tuple[str, ...]


class SearchQuery(msgspec.Struct, kw_only=True):
    """All of it. Of the truths, None asks nothing."""

    terms: list[Term] = []
    others: list[Others] = []
    """Beside the terms themselves; none of them within another."""
    translates: bool = True
    """Whether what means the same in another language is asked for as well."""
    signs: list[Sign] = []
    authors: list[NamedPerson] = []
    spoken_to: list[NamedPerson] = []
    after: datetime | None = None
    """From this moment on."""
    before: datetime | None = None
    """Until just before this moment."""
    is_reply: bool | None = None
    is_answered: bool | None = None
    has_quote: bool | None = None
    place: Literal["all", "public", "library", "bookmarks", "favourites"] = "all"
    source: str = ""
    """Where else it was written: `slack`, `slack/general`, `elsewhere`; then no posts are asked for."""
    order: Order | None = None

    @property
    def has_conditions(self) -> bool:
        """Whether something is asked that no sign in the index decides, but what else the viewer sees or has marked."""
        return bool(
            self.place != "all"
            or self.spoken_to
            or self.is_reply is not None
            or self.is_answered is not None
            or self.has_quote is not None
        )

    @property
    def has_operators(self) -> bool:
        return self != SearchQuery(terms=self.terms, others=self.others) or any(
            term.is_phrase or term.is_out for term in self.terms
        )


_TOKEN = re.compile(
    r"""(?P<out>-)?(?:
        (?P<name>from|to|has|is|in|before|after|during|tag|language|lang|order|translate):(?:"(?P<quoted>[^"]*)"|(?P<value>\S*))
        | [#＃](?P<tag>[^\s"]+)
        | ["“„](?P<phrase>[^"”“]*)["”“]?
        | (?P<word>[^\s"]+)
    )""",
    re.VERBOSE | re.IGNORECASE,
)


def read(line: str) -> SearchQuery:
    """Raises Invalid, with a sentence, for an operator whose value means nothing; one without a value asks nothing."""
    if is_longer(line, LONGEST):
        raise Invalid(_("Keep it shorter: at most {most} characters."), field="q", most=LONGEST)
    asked = SearchQuery()
    tokens = list(_TOKEN.finditer(line.replace("\x00", " ")))
    if len(tokens) > MOST_TERMS:
        raise Invalid(_("Use fewer words: at most {most}."), field="q", most=MOST_TERMS)
    for token in tokens:
        is_out = bool(token["out"])
        if token["name"]:
            value = (token["quoted"] if token["quoted"] is not None else token["value"]).strip()
            if value:
                _OPERATORS[token["name"].lower()](asked, value, is_out)
        elif token["tag"]:
            _tag(asked, token["tag"], is_out)
        elif token["phrase"] is not None:
            _phrase(asked, token["phrase"], is_out)
        else:
            _word(asked, token["word"], is_out)
    asked.terms = _with_the_last_going_on(asked.terms)
    return asked


def _phrase(asked: SearchQuery, text: str, is_out: bool) -> None:
    if text.strip():
        asked.terms.append(Term(text.strip(), is_phrase=True, is_out=is_out))


def _word(asked: SearchQuery, text: str, is_out: bool) -> None:
    if word := text.rstrip("*"):
        asked.terms.append(Term(word, begins=text.endswith("*"), is_out=is_out))


def _with_the_last_going_on(terms: list[Term]) -> list[Term]:
    last = terms[-1] if terms else Term("")
    if last.begins or last.is_phrase or last.is_out or len(last.text) < _ENOUGH_TO_GO_ON:
        return terms
    return [*terms[:-1], msgspec.structs.replace(last, is_last=True)]


_ENOUGH_TO_GO_ON: Final = 3
_LONGEST_SPAN: Final = 3


def spans(asked: SearchQuery) -> list[tuple[int, int]]:
    """Which terms may mean something together, the longest first: plain words that follow one another."""
    plain = [not (term.is_phrase or term.begins or term.is_out) for term in asked.terms]
    return [
        (start, start + length)
        for length in range(_LONGEST_SPAN, 0, -1)
        for start in range(len(plain) - length + 1)
        if all(plain[start : start + length])
    ]


def said(asked: SearchQuery, span: tuple[int, int]) -> str:
    return " ".join(term.text for term in asked.terms[span[0] : span[1]])


def translated(asked: SearchQuery, given: Mapping[str, Sequence[str]]) -> SearchQuery:
    """With what stands for its words: `given` by the words of a span."""
    others, taken = list[Others](), set[int]()
    for start, end in spans(asked):
        texts = tuple(given.get(said(asked, (start, end)), ()))
        if texts and taken.isdisjoint(range(start, end)):
            others.append(Others(start, end, texts))
            taken.update(range(start, end))
    return msgspec.structs.replace(asked, others=others)


def _from(asked: SearchQuery, value: str, is_out: bool) -> None:
    asked.authors.append(NamedPerson(_handle(value), is_out))


def _to(asked: SearchQuery, value: str, is_out: bool) -> None:
    asked.spoken_to.append(NamedPerson(_handle(value), is_out))


def _handle(value: str) -> str:
    return value.removeprefix("@").lower()


def _tag(asked: SearchQuery, value: str, is_out: bool) -> None:
    asked.signs.append(Sign(f"tag={tag_key(value.lstrip('#＃'))}", is_out))


def _language(asked: SearchQuery, value: str, is_out: bool) -> None:
    asked.signs.append(Sign(f"language={value.lower().partition('-')[0]}", is_out))


_ATTACHED: Final = {
    "media": "media",
    "image": "image",
    "images": "image",
    "picture": "image",
    "video": "video",
    "audio": "audio",
    "file": "file",
    "poll": "poll",
    "link": "link",
    "embed": "link",
}


def _has(asked: SearchQuery, value: str, is_out: bool) -> None:
    if value.lower() == "quote":
        asked.has_quote = not is_out
        return
    what = _ATTACHED.get(value.lower())
    if what is None:
        raise Invalid(
            _("“has:” takes media, image, video, audio, file, poll, link or quote, not “{value}”."),
            field="q",
            value=value,
        )
    asked.signs.append(Sign(f"has={what}", is_out))


def _is(asked: SearchQuery, value: str, is_out: bool) -> None:
    match value.lower():
        case "question":
            asked.signs.append(Sign("question", is_out))
        case "sensitive":
            asked.signs.append(Sign("sensitive", is_out))
        case "answered":
            asked.is_answered = not is_out
        case "reply":
            asked.is_reply = not is_out
        case "mine":
            asked.authors.append(NamedPerson("me", is_out))
        case _:
            raise Invalid(
                _("“is:” takes question, answered, reply, sensitive or mine, not “{value}”."),
                field="q",
                value=value,
            )


def _in(asked: SearchQuery, value: str, is_out: bool) -> None:
    match value.lower():
        case "all" | "public" | "library" | "bookmarks" | "favourites" as place if not is_out:
            asked.place = place
        case source if not is_out and source.partition("/")[0] in SOURCES:
            asked.source = source.replace("/#", "/")
            asked.signs.append(Sign(f"in={asked.source}"))
        case _:
            raise Invalid(
                _(
                    "“in:” takes all, public, library, bookmarks, favourites, elsewhere or a source such as slack, "
                    "not “{value}”."
                ),
                field="q",
                value=value,
            )


def _order(asked: SearchQuery, value: str, is_out: bool) -> None:
    match value.lower():
        case "time" | "relevance" as order if not is_out:
            asked.order = order
        case _:
            raise Invalid(_("“order:” takes time or relevance, not “{value}”."), field="q", value=value)


def _translate(asked: SearchQuery, value: str, is_out: bool) -> None:
    match value.lower():
        case "off" | "on" if not is_out:
            asked.translates = value.lower() == "on"
        case _:
            raise Invalid(_("“translate:” is on or off, not “{value}”."), field="q", value=value)


def _after(asked: SearchQuery, value: str, is_out: bool) -> None:
    _first, end = _span(value)
    if is_out:
        _end_at(asked, end)
    else:
        _begin_at(asked, end)


def _before(asked: SearchQuery, value: str, is_out: bool) -> None:
    first, _end = _span(value)
    if is_out:
        _begin_at(asked, first)
    else:
        _end_at(asked, first)


def _during(asked: SearchQuery, value: str, is_out: bool) -> None:
    if is_out:
        raise Invalid(_("Instead of “-during:”, use “before:” or “after:”."), field="q")
    first, end = _span(value)
    _begin_at(asked, first)
    _end_at(asked, end)


def _begin_at(asked: SearchQuery, moment: datetime) -> None:
    asked.after = max(asked.after or moment, moment)


def _end_at(asked: SearchQuery, moment: datetime) -> None:
    asked.before = min(asked.before or moment, moment)


_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:T.*)?")


def _span(value: str) -> tuple[datetime, datetime]:
    """The beginning and the end of a year, a month or a day, in UTC."""
    found = _DAY.fullmatch(value)
    try:
        if found is None:
            raise ValueError(value)
        year, month, day = (int(part) if part else None for part in found.groups())
        assert year is not None
        first = date(year, month or 1, day or 1)
        if day:
            end = first + timedelta(days=1)
        elif month:
            end = date(year + month // 12, month % 12 + 1, 1)
        else:
            end = date(year + 1, 1, 1)
        return _midnight(first), _midnight(end)
    except (ValueError, OverflowError):
        raise Invalid(
            _("“{value}” isn't a date. Write it like 2026-03-31, 2026-03 or 2026."), field="q", value=value
        ) from None


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


_OPERATORS: Final[dict[str, Callable[[SearchQuery, str, bool], None]]] = {
    "from": _from,
    "to": _to,
    "has": _has,
    "is": _is,
    "in": _in,
    "before": _before,
    "after": _after,
    "during": _during,
    "tag": _tag,
    "language": _language,
    "lang": _language,
    "order": _order,
    "translate": _translate,
}
