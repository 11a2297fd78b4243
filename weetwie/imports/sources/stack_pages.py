"""Questions and answers as the API of Stack Internal gives them. Pure."""

import html
from collections.abc import Iterator, Mapping
from typing import Any, Final

from weetwie.imports.plain import plain
from weetwie.imports.sources.checked import dict_of, dicts_of, list_of, no_time, passed, text_of, time_of
from weetwie.imports.sources.files import Files
from weetwie.imports.sources.form import Asked, Author, LeftOut, Message, Record, Removed, Trouble
from weetwie.imports.sources.json_objects import JsonObject, objects
from weetwie.text.signs import bare_address, visible

CHANNEL: Final = "questions"
_LISTS: Final = ("items", "questions", "answers", "comments", "users", "posts")
_STACK: Final = "Community"
"""What the software itself is called, with the number -1."""

Json = Mapping[str, Any]


def body_of(written: str) -> str:
    return plain(written, code=True)


class Pages:
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
            return Removed(key)
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
                channel=CHANNEL,
                author=author,
                at=at,
                text=body_of(written) if written else html.unescape(marked),
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
