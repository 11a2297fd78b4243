"""Questions and answers of Stack Overflow and its kin: Posts.xml and Users.xml of a dump; JSON of Stack Internal by its API.

A question and its answers are a thread; a comment answers what it stands under.
"""

import html
import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, Final

from weetwie.errors import Invalid, _
from weetwie.imports.box import OpenArchive
from weetwie.imports.plain import plain
from weetwie.imports.sources import beside
from weetwie.imports.sources.checked import dict_of, dicts_of, list_of, no_time, passed, text_of, time_of
from weetwie.imports.sources.files import Files
from weetwie.imports.sources.form import Asked, Author, Channel, Export, LeftOut, Message, Record, Trouble
from weetwie.imports.sources.json_objects import JsonObject, objects
from weetwie.imports.sources.xml_files import Row, rows
from weetwie.text.signs import bare_address, visible

NO_POSTS: Final = _("There's no Posts.xml in it, and no questions as JSON.")
UNPACK: Final = _("Unpack this file first (it's a 7z archive) and use the folder.")
_SEVEN_Z: Final = b"7z\xbc\xaf\x27\x1c"
_TAGS: Final = re.compile(r"[^<>|\s]{1,100}")
_CHANNEL: Final = "questions"
_LISTS: Final = ("items", "questions", "answers", "comments", "users", "posts")
_KINDS: Final = {"1": "question", "2": "answer"}
_STACK: Final = "Community"
"""What the software itself is called, with the number -1."""

Json = Mapping[str, Any]


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
        records = _Pages(files, asked).records(names)
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
    yield Channel(_CHANNEL, name, link=asked.address)
    yield from records


def _body(written: str) -> str:
    return plain(written, code=True)


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
            return LeftOut("deleted")
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
                channel=_CHANNEL,
                author=author,
                at=at,
                text=_body(row.get("Body", "")),
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
                channel=_CHANNEL,
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


class _Pages:
    """Pages of results of the API, of version 2 (snake_case) or 3 (camelCase), and lists of posts and users."""

    def __init__(self, files: Files, asked: Asked) -> None:
        self._files = files
        self._asked = asked
        self._users: dict[str, Json] = {}
        self._accepted: dict[str, str] = {}
        self._seen: set[str] = set()

    def records(self, names: list[str]) -> Iterator[Record]:
        """Twice through them: who wrote, and which answer was accepted, may stand behind what was written."""
        for name in names:
            for found in objects(self._files, name, _LISTS):
                if isinstance(found, JsonObject):
                    self._learn(found)
        for name in names:
            for found in objects(self._files, name, _LISTS):
                if isinstance(found, Trouble):
                    yield found
                else:
                    yield from self._of(found.value, name, found.place, found.list)

    def _learn(self, found: JsonObject) -> None:
        value = found.value
        if _is_user(value, found.list):
            self._users[_id(value, "user_id", "userId", "id")] = value
        for answer in (value, *dicts_of(value.get("answers"))):
            if answer.get("isAccepted") is True or answer.get("is_accepted") is True:
                question = _id(answer, "questionId", "question_id", "parentId", "parent_id") or _id(
                    value, "question_id", "id"
                )
                self._accepted[question] = _id(answer, "answer_id", "answerId", "id")

    def _of(self, value: Json, name: str, place: str, within: str) -> Iterator[Record]:
        kind = _kind(value, within)
        if kind == "question":
            question = _id(value, "question_id", "questionId", "post_id", "id")
            yield from self._given("question", value, question, "", name, place)
            for answer in dicts_of(value.get("answers")):
                yield from self._given("answer", answer, question, question, name, place)
        elif kind in ("answer", "comment"):
            question = _id(value, "questionId", "question_id", "parentId", "parent_id")
            post = question if kind == "answer" else _id(value, "postId", "post_id") or question
            yield from self._given(kind, value, question, post, name, place)

    def _given(
        self, kind: str, value: Json, question: str, above: str, name: str, place: str
    ) -> Iterator[Record]:
        own = {
            "question": ("question_id", "questionId"),
            "answer": ("answer_id", "answerId"),
            "comment": ("comment_id", "commentId"),
        }[kind]
        number = _id(value, *own, "post_id", "id")
        key = f"c{number}" if kind == "comment" else number
        yield self._one(kind, value, key, question, above, name, place)
        for comment in dicts_of(value.get("comments")):
            yield from self._given("comment", comment, question, number, name, place)

    def _one(
        self, kind: str, value: Json, key: str, question: str, above: str, name: str, place: str
    ) -> Record:
        if value.get("isDeleted") is True or value.get("deletionDate") or value.get("deletion_date"):
            return LeftOut("deleted")
        if _is_private(value):
            return LeftOut("private")
        at = time_of(_first(value, "creation_date", "creationDate", "createdAt"))
        if at is None or not key.removeprefix("c"):
            return no_time(name, place, _first(value, "creation_date", "creationDate", "createdAt"))
        if key in self._seen:
            return LeftOut("copy")
        self._seen.add(key)
        author = self._author(value)
        if author.is_program:
            return LeftOut("program")
        written = text_of(_first(value, "body", "bodyHtml"))
        marked = text_of(_first(value, "body_markdown", "bodyMarkdown"))
        is_question = kind == "question"
        accepted = _id(value, "accepted_answer_id", "acceptedAnswerId") or self._accepted.get(key, "")
        return passed(
            Message(
                key=key,
                channel=_CHANNEL,
                author=author,
                at=at,
                text=_body(written) if written else html.unescape(marked),
                title=html.unescape(visible(text_of(value.get("title")))) if is_question else "",
                reply_to=above,
                thread="" if is_question else question,
                accepted=accepted if is_question else "",
                is_question=is_question,
                tags=tuple(
                    filter(
                        None, (text_of(dict_of(tag).get("name") or tag) for tag in list_of(value.get("tags")))
                    )
                ),
                link=text_of(_first(value, "link", "webUrl", "shareUrl", "shareLink")),
                edited_at=time_of(_first(value, "last_edit_date", "lastEditDate")),
                file=name,
                place=place,
            ),
            self._asked,
        )

    def _author(self, value: Json) -> Author:
        owner = dict_of(_first(value, "owner", "author", "creator", "user"))
        number = _id(owner, "user_id", "userId", "id") or _id(
            value, "ownerUserId", "owner_user_id", "creatorUserId", "userId"
        )
        known = {**self._users.get(number, {}), **{key: given for key, given in owner.items() if given}}
        name = visible(
            html.unescape(text_of(_first(known, "display_name", "displayName", "realName", "name")))
        )
        is_gone = known.get("user_type") == "does_not_exist"
        return Author(
            key=number or name.casefold(),
            name="" if is_gone else name,
            address=bare_address(text_of(known.get("email"))) if known.get("email") else "",
            is_program=number == "-1" or (name == _STACK and not number),
        )


def _first(value: Json, *names: str) -> Any:
    return next((given for name in names if (given := value.get(name)) not in (None, "")), None)


def _id(value: Json, *names: str) -> str:
    return text_of(_first(value, *names))


def _is_user(value: Json, within: str) -> bool:
    is_named = any(name in value for name in ("display_name", "displayName", "realName", "name"))
    return is_named and (
        within == "users" or not {"body", "title", "bodyMarkdown", "owner", "questionId"} & set(value)
    )


def _kind(value: Json, within: str) -> str:
    said = text_of(_first(value, "postType", "post_type")).lower()
    if said in ("question", "answer"):
        return said
    if "comment_id" in value or "commentId" in value or within == "comments":
        return "comment"
    if "answer_id" in value or within == "answers" or ("questionId" in value and "title" not in value):
        return "answer"
    return "question" if "title" in value and (within != "users") else ""


def _is_private(value: Json) -> bool:
    """A team of its own within the site, as far as the export says."""
    return bool(
        value.get("team")
        or value.get("teamId")
        or value.get("isPrivate")
        or value.get("visibility") == "private"
    )
