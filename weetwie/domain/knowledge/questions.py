"""What the service account is asked: a question out of a post, an answer as text, and which of both have had their time."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import msgspec
from sqlalchemy import BigInteger, Executable, exists, func, insert, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from weetwie.access.enums import Visibility
from weetwie.database.pool import Db, Query, columns, param
from weetwie.domain.knowledge.answer import ExpertAnswer, Level
from weetwie.errors import _
from weetwie.runtime import clock
from weetwie.runtime.ids import id_at
from weetwie.tables.declared import aliased
from weetwie.tables.knowledge import AskedQuestion
from weetwie.tables.people import Person
from weetwie.tables.posts import Mention, Post, PostText
from weetwie.text import language, text as texts

LASTS: Final = timedelta(days=30)
MOST_PEOPLE: Final = 5
_LONGEST: Final = 60

_FORMS: Final = {
    "en": (
        r"who (?:here )?(?:knows|understands)(?: (?:anything|something|more|a lot|all))?(?: about| of| how to)? (?P<about>.+)",
        r"who can help(?: me| us)?(?: with| on)? (?P<about>.+)",
        r"who (?:is|are)(?: an?| the)? experts? (?:on|in|for|at) (?P<about>.+)",
        r"(?:does )?any(?:one|body)(?: here)? know(?:s)?(?: anything| something)?(?: about| of| how to)? (?P<about>.+)",
    ),
    "nl": (
        r"wie weet(?: er)?(?: iets| meer| alles| veel)?(?: af)?(?: van| over)? (?P<about>.+)",
        r"wie kent (?P<about>.+)",
        r"wie (?:heeft|hebben)(?: er)? verstand van (?P<about>.+)",
        r"wie kan(?: mij| me| ons)? helpen(?: met| bij)? (?P<about>.+)",
        r"(?:weet|kent) (?:er )?iemand(?: iets| meer)?(?: van| over)? (?P<about>.+)",
    ),
    "de": (
        r"wer kennt sich (?:mit |in |bei )?(?P<about>.+?) aus",
        r"kennt sich jemand (?:mit |in |bei )?(?P<about>.+?) aus",
        r"wer (?:weiß|weiss)(?: etwas| was| mehr)?(?: über| von| zu)? (?P<about>.+)",
        r"wer kann(?: mir| uns)? (?:bei |mit )?(?P<about>.+?) helfen",
        r"wer kennt (?P<about>.+)",
        r"(?:weiß|weiss|kennt) jemand(?: etwas| was)?(?: über| von)? (?P<about>.+)",
    ),
}
_READ: Final = [
    (code, re.compile(form, re.IGNORECASE | re.DOTALL)) for code, forms in _FORMS.items() for form in forms
]

_KNOW: Final = _("Ask them about {topic}:")
_NOBODY: Final = _(
    "Nobody you can see has written about {topic}. Ask everyone with a post: someone may know."
)
_INSTEAD: Final = _("Nobody you can see has written about {word}. This is about {instead}.")
_HELP: Final = _("Ask me who knows about something, in a few words. Only you see my answer.")


class ReadQuestion(msgspec.Struct, frozen=True):
    about: str
    """Empty where nothing was asked."""
    language: str | None
    """That of the form in which it was asked."""


class WaitingQuestion(msgspec.Struct, frozen=True):
    post_id: int
    asker_id: int
    asker_handle: str
    asker_language: str | None
    text: str
    language: str | None
    is_direct: bool


class NamedExpert(msgspec.Struct, frozen=True):
    """Of a person who knows, what the answer names."""

    name: str
    address: str
    level: Level
    proofs: Sequence[tuple[str, str]] = ()
    """The passage and the address of its post."""


def read(text: str) -> ReadQuestion:
    for piece in reversed(texts.pieces(text)):
        if piece.kind != "tag":
            text = f"{text[: piece.start]} {text[piece.end :]}"
    said = " ".join(text.split()).strip(" ?!.,:;-\N{RIGHT SINGLE QUOTATION MARK}\"'")
    for code, form in _READ:
        if match := form.search(said):
            return ReadQuestion(match["about"].strip(" ?!.,:;\"'"), code)
    return ReadQuestion(said, None)


def is_for_us(waiting: WaitingQuestion, question: ReadQuestion) -> bool:
    """Who mentions the account before others and asks nothing gets no answer; who writes to it alone does."""
    return waiting.is_direct or question.language is not None


def told(
    waiting: WaitingQuestion,
    question: ReadQuestion,
    answer: ExpertAnswer,
    people: Sequence[NamedExpert],
    most: int,
) -> str:
    """The answer in the asker's language; people by their links, so that they are not told of it."""
    speak = language.first_of((question.language, waiting.asker_language, waiting.language))
    begin = f"@{waiting.asker_handle} "
    if not question.about:
        return begin + language.translate(_HELP, speak)
    topic = _plain(question.about)[:_LONGEST]
    lines = [
        language.translate(_INSTEAD, speak, word=_plain(one.word), instead=_plain(one.instead))
        for one in answer.nearest[:1]
    ]
    lines.append(language.translate(_KNOW if people else _NOBODY, speak, topic=topic))
    text = begin + "\n".join(lines)
    for one in people:
        why = language.translate(one.level.sentence, speak)
        quotes = [f"“{_plain(passage)}” {address}" for passage, address in one.proofs]
        more = "\n\n" + "\n".join([f"{_plain(one.name)}: {why}", *(quotes or [one.address])])
        if texts.length(text + more) > most:
            break
        text += more
    return text


def _plain(text: str) -> str:
    """Nothing in it names anybody or anything."""
    return re.sub(
        r"[@#\N{FULLWIDTH COMMERCIAL AT}\N{FULLWIDTH NUMBER SIGN}]|https?://", "", " ".join(text.split())
    )


async def waiting(db: Db, post_ids: Sequence[int]) -> list[WaitingQuestion]:
    """Which of these posts name the service account and have no answer yet."""
    return [WaitingQuestion(*row) for row in await db.rows(_WAITING, ids=list(post_ids))]


async def answered(db: Db, post_id: int, answer_id: int) -> None:
    await db.run(_ANSWERED, post_id=post_id, answer_id=answer_id)


async def outlived(db: Db) -> list[int]:
    """Answers whose time is over, and the questions in whose threads nobody else has a part."""
    before = id_at(clock.now() - LASTS)
    rows = await db.rows(_OUTLIVED, before=before)
    return [*columns(rows, "answer_id"), *(row["post_id"] for row in rows if not row["has_others"])]


_IDS = param("ids", ARRAY(BigInteger))


def _waiting() -> Executable:
    is_answered = exists().where(AskedQuestion.post_id == Post.id)
    service = aliased(Person)
    return (
        select(
            Post.id,
            Post.author_id,
            Person.handle,
            Person.default_language,
            PostText.text,
            PostText.language,
            Post.visibility == int(Visibility.direct),
        )
        .join(PostText, PostText.post_id == Post.id)
        .join(Person, Person.id == Post.author_id)
        .join(Mention, Mention.post_id == Post.id)
        .join(service, service.id == Mention.person_id)
        .where(
            Post.id == func.any(_IDS),
            service.is_service,
            Post.deleted_at.is_(None),
            ~Person.is_bot,
            ~is_answered,
        )
        .order_by(Post.id)
    )


_WAITING = Query(_waiting)
_ANSWERED = Query(
    insert(AskedQuestion).values(
        post_id=param("post_id", BigInteger), answer_id=param("answer_id", BigInteger)
    )
)


def _outlived() -> Executable:
    asked, beside, named = aliased(Post), aliased(Post), aliased(Mention)
    service = select(Person.id).where(Person.is_service)
    has_others = or_(
        exists().where(
            beside.root_id == asked.root_id,
            beside.author_id != asked.author_id,
            beside.author_id.not_in(service),
            beside.deleted_at.is_(None),
        ),
        exists().where(
            named.post_id == asked.id, named.person_id != asked.author_id, named.person_id.not_in(service)
        ),
    )
    return (
        select(AskedQuestion.post_id, AskedQuestion.answer_id, has_others.label("has_others"))
        .join(asked, asked.id == AskedQuestion.post_id)
        .where(AskedQuestion.post_id < param("before", BigInteger))
        .limit(1000)
    )


_OUTLIVED = Query(_outlived)
