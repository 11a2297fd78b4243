"""The answers of the tools as text, for agents that read no structure: what is ours in plain lines, what others wrote behind marks."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from weetwie.agents.quoting import NOTICE, line, quoted
from weetwie.agents.shapes import (
    AskedQuestion,
    QuotedPost,
    QuotedPosts,
    QuotedThread,
    ToldExpert,
    ToldExperts,
    ToldPerson,
    ToldProfile,
)


def told(answer: Struct) -> str:
    return "\n".join(_lines(answer))


def _lines(answer: Struct) -> Iterator[str]:
    match answer:
        case ToldExperts():
            return _experts(answer)
        case QuotedPosts():
            return _posts(answer)
        case QuotedThread():
            return _thread(answer)
        case ToldProfile():
            return _profile(answer)
        case AskedQuestion():
            return _asked(answer)
        case _other:
            raise TypeError(f"no words for {type(answer).__name__}")


def _experts(answer: ToldExperts) -> Iterator[str]:
    yield NOTICE
    yield ""
    if not answer.people:
        yield "Nobody the person can see has dealt with this."
    elif not answer.is_named:
        yield "Nobody is known to know this. These people mentioned it:"
    for number, one in enumerate(answer.people, 1):
        yield from _expert(number, one)
    if answer.unknown:
        yield f"Words that nobody wrote: {', '.join(line(word) for word in answer.unknown)}"
    if answer.not_inferred:
        yield f"Nobody is found by these words: {', '.join(line(word) for word in answer.not_inferred)}"
    yield f"The same on a page: {answer.link}"


def _expert(number: int, one: ToldExpert) -> Iterator[str]:
    listed = f' ("{one.listed}")' if one.listed else ""
    yield f"{number}. {_who(one.person)}: {one.says}{listed}"
    for proof in one.proofs:
        yield f"{proof.written}, {proof.link}" if proof.written else proof.link
        if proof.quoted_question:
            yield "In answer to:"
            yield quoted(proof.quoted_question)
            yield "Said:"
        yield quoted(proof.quoted_passage)
    yield ""


def _posts(answer: QuotedPosts) -> Iterator[str]:
    yield NOTICE
    yield ""
    if not answer.posts:
        yield "There is nothing that the person can see."
    yield from _each(answer.posts)
    if answer.has_more:
        yield "There is more."
    yield f"The same on a page: {answer.link}"


def _thread(answer: QuotedThread) -> Iterator[str]:
    yield NOTICE
    yield ""
    if answer.above:
        yield "What it answers, the oldest first:"
        yield from _each(answer.above)
    yield "The post:"
    yield from _each([answer.asked])
    if answer.accepted:
        yield f"The accepted answer: {answer.accepted}"
    if answer.below:
        yield "What answers it:"
        yield from _each(answer.below)
    if answer.has_more:
        yield f"There is more: {answer.link}"


def _each(posts: Iterable[QuotedPost]) -> Iterator[str]:
    for one in posts:
        kind = "asks (answered)" if one.is_answered else "asks" if one.is_question else "writes"
        answers = f", in answer to {one.answers}" if one.answers else ""
        yield f"{_who(one.by)} {kind}, for {one.audience}, {one.written}{answers}. {one.link}"
        if one.warning:
            yield quoted(f"Content warning: {one.warning}")
        yield quoted(one.quoted_text)
        yield ""


def _profile(one: ToldProfile) -> Iterator[str]:
    yield NOTICE
    yield ""
    yield _who(one.person)
    named = (
        ("Department", one.unit),
        ("Location", one.place),
        ("Pronouns", one.pronouns),
        ("Languages", ", ".join(one.languages)),
        ("Knows", ", ".join(one.knows)),
        ("Learning", ", ".join(one.learning)),
        ("Manager", _who(one.manager) if one.manager else ""),
    )
    yield from (f"{name}: {value}" for name, value in named if value)
    if one.quoted_bio:
        yield quoted(one.quoted_bio)


def _asked(answer: AskedQuestion) -> Iterator[str]:
    if answer.is_posted:
        yield f"The question is posted: {answer.link}"
    else:
        yield f"Nothing was posted. The person can post it here: {answer.link}"


def _who(person: ToldPerson) -> str:
    return f"{line(person.name)} (@{person.handle}, {person.standing}, {person.link})"
