"""Questions and answers of Stack Overflow and its kin: Posts.xml and Users.xml of a dump; JSON of Stack Internal by its API.

A question and its answers are a thread; a comment answers what it stands under.
"""

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from itertools import chain
from typing import Final

from weetwie.errors import Invalid, _
from weetwie.imports.box import OpenArchive
from weetwie.imports.sources import beside
from weetwie.imports.sources.checked import no_time, passed, time_of
from weetwie.imports.sources.files import Files
from weetwie.imports.sources.form import (
    Asked,
    Author,
    Channel,
    Export,
    LeftOut,
    Message,
    Record,
    Removed,
    Trouble,
)
from weetwie.imports.sources.stack_pages import CHANNEL, Pages, body_of
from weetwie.imports.sources.xml_files import Row, rows
from weetwie.text.signs import visible

NO_POSTS: Final = _("There's no Posts.xml in it, and no questions as JSON.")
UNPACK: Final = _("Unpack this file first (it's a 7z archive) and use the folder.")
_SEVEN_Z: Final = b"7z\xbc\xaf\x27\x1c"
_TAGS: Final = re.compile(r"[^<>|\s]{1,100}")
_KINDS: Final = {"1": "question", "2": "answer"}


def read(box: OpenArchive, asked: Asked) -> Export:
    """Raises Invalid."""
    posts = _called(box, "posts.xml")
    if posts:
        users, comments = _called(box, "users.xml"), _called(box, "comments.xml")
        files = Files(box, [*users, *posts, *comments])
        records = _Dump(files, asked).records(users, posts, comments)
    else:
        names = sorted(
            name
            for name in beside.readable(box)
            if name.lower().endswith((".json", ".jsonl", ".ndjson", ".json.gz"))
        )
        files = Files(box, names, times=2)
        _check(box, files, names or list(box.sizes)[:1], bool(names))
        records = Pages(files, asked).records(names)
    name = asked.address.partition("://")[2].strip("/") or _stem(box.name)
    return Export(
        name,
        chain(beside.troubles(box), _with_channel(records, name, asked)),
        files.position,
        max(files.size, 1),
    )


def _called(box: OpenArchive, name: str) -> list[str]:
    """One of each folder that holds such a file."""
    return sorted(one for one in beside.readable(box) if one.lower().rpartition("/")[2] == name)


def _check(box: OpenArchive, files: Files, names: list[str], are_json: bool) -> None:
    begin = files.begin(names[0], 1 << 16) if names else b""
    if begin.startswith(_SEVEN_Z):
        raise Invalid(UNPACK, field="file")
    if not are_json or not any(_looks_right(files.begin(name, 1 << 16)) for name in names):
        raise Invalid(beside.instead(box) or NO_POSTS, field="file")


def _looks_right(begin: bytes) -> bool:
    """By words that questions have in each of the forms."""
    signs = (b'"question_id"', b'"questionId"', b'"acceptedAnswerId"', b'"hasAcceptedAnswer"', b'"isAnswered"', b'"is_answered"',
             b'"postType"', b'"post_type"', b'"answerCount"', b'"answer_count"', b'"answer_id"')  # fmt: skip
    return any(sign in begin for sign in signs)


def _stem(name: str) -> str:
    return re.sub(r"\.(?:zip|tar|gz|tgz|json|xml|7z)\b", "", name, flags=re.IGNORECASE) or "stack"


def _with_channel(records: Iterator[Record], name: str, asked: Asked) -> Iterator[Record]:
    yield Channel(CHANNEL, name, link=asked.address)
    yield from records


class _Dump:
    """Files of rows, as large as they may be: of each user the name is remembered, of each post its number and its question's."""

    def __init__(self, files: Files, asked: Asked) -> None:
        self._files = files
        self._asked = asked
        self._names: dict[str, str] = {}
        self._posts = array("q")
        self._questions = array("q")

    def records(self, users: list[str], posts: list[str], comments: list[str]) -> Iterator[Record]:
        for name in users:
            for row in rows(self._files, name, "row"):
                if isinstance(row, Trouble):
                    yield row
                else:
                    self._names[row.get("Id", "")] = visible(row.get("DisplayName", ""))
        for name in posts:
            for row in rows(self._files, name, "row"):
                yield row if isinstance(row, Trouble) else self._post(name, row)
        self._sort()
        for name in comments:
            for row in rows(self._files, name, "row"):
                yield row if isinstance(row, Trouble) else self._comment(name, row)

    def _post(self, name: str, row: Row) -> Record:
        kind, number = _KINDS.get(row.get("PostTypeId", "")), row.get("Id", "")
        question = row.get("ParentId", "") if kind == "answer" else number
        if kind is None:
            return LeftOut("notice")
        if row.get("DeletionDate"):
            return Removed(number)
        at = time_of(row.get("CreationDate", ""))
        if at is None or not number:
            return no_time(name, f"line {row.line}", row.get("CreationDate", ""))
        if number.isdecimal() and question.isdecimal() and len(number) < 18 and len(question) < 18:
            self._posts.append(int(number))
            self._questions.append(int(question))
        author = self._author(row.get("OwnerUserId", ""), row.get("OwnerDisplayName", ""))
        if author.is_program:
            return LeftOut("program")
        return passed(
            Message(
                key=number,
                channel=CHANNEL,
                author=author,
                at=at,
                text=body_of(row.get("Body", "")),
                title=visible(row.get("Title", "")) if kind == "question" else "",
                reply_to=question if kind == "answer" else "",
                thread=question if kind == "answer" else "",
                accepted=row.get("AcceptedAnswerId", ""),
                is_question=kind == "question",
                tags=tuple(_TAGS.findall(row.get("Tags", ""))),
                link=self._link("q" if kind == "question" else "a", number),
                edited_at=time_of(row.get("LastEditDate", "")),
                file=name,
                place=f"line {row.line}",
            ),
            self._asked,
        )

    def _comment(self, name: str, row: Row) -> Record:
        at, post = time_of(row.get("CreationDate", "")), row.get("PostId", "")
        if at is None or not row.get("Id"):
            return no_time(name, f"line {row.line}", row.get("CreationDate", ""))
        question = self._question_of(post)
        if not question:
            return LeftOut("deleted")
        return passed(
            Message(
                key=f"c{row['Id']}",
                channel=CHANNEL,
                author=self._author(row.get("UserId", ""), row.get("UserDisplayName", "")),
                at=at,
                text=row.get("Text", ""),
                reply_to=post,
                thread=question,
                is_question=False,
                link=f"{self._link('q', question)}#comment{row['Id']}_{post}" if self._asked.address else "",
                file=name,
                place=f"line {row.line}",
            ),
            self._asked,
        )

    def _sort(self) -> None:
        """Dumps are in the order of the numbers; where one is not, it is brought into it."""
        if any(self._posts[at] > self._posts[at + 1] for at in range(len(self._posts) - 1)):
            pairs = sorted(zip(self._posts, self._questions, strict=True))
            self._posts = array("q", (pair[0] for pair in pairs))
            self._questions = array("q", (pair[1] for pair in pairs))

    def _question_of(self, post: str) -> str:
        if not post.isdecimal() or len(post) > 17:
            return ""
        at = bisect_left(self._posts, int(post))
        is_there = at < len(self._posts) and self._posts[at] == int(post)
        return str(self._questions[at]) if is_there else ""

    def _author(self, number: str, name: str) -> Author:
        shown = self._names.get(number) or visible(name)
        return Author(key=number or shown.casefold(), name=shown, is_program=number == "-1")

    def _link(self, kind: str, number: str) -> str:
        return f"{self._asked.address.rstrip('/')}/{kind}/{number}" if self._asked.address else ""
