"""Boards of Discourse: its backup (the dump of its database), topics and lists of posts as JSON, and tables of posts as CSV.

A topic is a thread, a category a channel. Messages between people, restricted categories and what staff whisper never come in; of a
post that does not say which category it is in, nobody can tell, so it stays out too.
"""

import re
from array import array
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from weetwie.errors import Invalid, _
from weetwie.imports.box import OpenArchive
from weetwie.imports.plain import plain
from weetwie.imports.sources import beside
from weetwie.imports.sources.checked import dict_of, dicts_of, list_of, no_time, passed, text_of, time_of
from weetwie.imports.sources.discourse_rows import board_rows
from weetwie.imports.sources.files import Files
from weetwie.imports.sources.form import (
    Asked,
    Author,
    Channel,
    Export,
    LeftOut,
    Message,
    Reason,
    Record,
    Removed,
    Trouble,
)
from weetwie.text.signs import bare_address, visible

NO_FORUM: Final = _("There's no Discourse backup in it, and no topics or posts as JSON or CSV.")
_OF_TOPICS: Final = (
    "title",
    "category_id",
    "archetype",
    "tags",
    "visible",
    "deleted_at",
    "allowed_users",
    "allowed_groups",
)
_DATED: Final = re.compile(r"(?:-\d{4}-\d\d-\d\d-\d{6})?(?:-v\d+)?(?:\.(?:tar|gz|tgz|zip|sql|json|csv))*$")
_QUOTE: Final = re.compile(r"\[/?quote\b[^\]]{0,300}\]", re.IGNORECASE)
_UPLOAD: Final = re.compile(r"!?\[([^\]|]{0,200})[^\]]{0,100}\]\(upload://[^)]{0,200}\)")
_TRUE: Final = frozenset(("t", "true", "yes", "1", "ja"))

Json = Mapping[str, Any]


def read(box: OpenArchive, asked: Asked) -> Export:
    """Raises Invalid."""
    there = beside.readable(box)
    dumps = [name for name in there if name.lower().endswith(("dump.sql", "dump.sql.gz", ".sql", ".sql.gz"))][
        :1
    ]
    names = dumps or sorted(
        name for name in there if name.lower().endswith((".json", ".jsonl", ".ndjson", ".csv"))
    )
    files = Files(box, names, times=2)
    if not any(_looks_right(files.begin(name, 1 << 16).replace(b"\x00", b"")) for name in names[:2000]):
        raise Invalid(beside.instead(box) or NO_FORUM, field="file")
    host = (urlsplit(asked.address).hostname or "") if "://" in asked.address else asked.address
    forum = _Forum(files, asked)
    return Export(
        host or _DATED.sub("", box.name) or "discourse",
        forum.records(names),
        files.position,
        max(files.size, 1),
    )


def _looks_right(begin: bytes) -> bool:
    signs = (b"COPY ", b"PostgreSQL database dump", b'"post_stream"', b'"cooked"', b'"post_number"', b'"topic_list"', b'"category_list"',
             b"post_raw", b"post_number", b"cooked")  # fmt: skip
    return any(sign in begin for sign in signs)


def _some(row: Json, names: Collection[str]) -> Json:
    return {name: given for name in names if (given := row.get(name)) not in (None, [], "")}


def _is(value: object) -> bool:
    return (
        value is True
        or (isinstance(value, str) and value.lower() in _TRUE)
        or (isinstance(value, int) and value == 1)
    )


class _Forum:
    """What categories, topics and people there are is learned in a first reading; in the second the posts are given."""

    def __init__(self, files: Files, asked: Asked) -> None:
        self._files = files
        self._asked = asked
        self._categories: dict[str, Json] = {}
        self._topics: dict[str, Json] = {}
        self._users: dict[str, Json] = {}
        self._addresses: dict[str, str] = {}
        self._accepted: dict[str, str] = {}
        """The number of the accepted answer, by topic."""
        self._solutions: dict[str, str] = {}
        """The id of the post that is it, by topic."""
        self._ids, self._numbers = array("q"), array("q")
        self._tags: dict[str, str] = {}
        self._tags_of: dict[str, list[str]] = {}
        self._is_dump = False
        """It has all categories; one that is missing was damaged."""
        self._opened: set[str] = set()
        self._seen: set[int] = set()

    def records(self, names: list[str]) -> Iterator[Record]:
        self._is_dump = any(name.lower().endswith((".sql", ".gz")) for name in names)
        for name in names:
            for one in board_rows(self._files, name, with_posts_only=False):
                if not isinstance(one, Trouble):
                    self._learn(*one[1:])
        self._find_solutions()
        for category in self._categories:
            if self._is_restricted(category):
                yield Channel(category, "", is_open=False)
        for name in names:
            for one in board_rows(self._files, name, with_posts_only=True):
                if isinstance(one, Trouble):
                    yield one
                elif one[1] == "posts":
                    yield from self._post(one[2], name, one[0])

    def _learn(self, table: str, row: Json) -> None:
        key = text_of(row.get("id"))
        topic = text_of(row.get("topic_id"))
        if table == "posts":
            self._learn_post(row, key, topic)
        elif table == "categories" and key:
            self._categories[key] = {**self._categories.get(key, {}), **row}
            for inner in dicts_of(row.get("subcategory_list")):
                self._learn("categories", inner)
        elif table == "topics" and key:
            self._topics[key] = {**self._topics.get(key, {}), **_some(row, _OF_TOPICS)}
        elif table == "users" and key:
            self._users[key] = _some(row, ("username", "name", "email"))
        elif table == "user_emails" and row.get("primary") != "f":
            self._addresses[text_of(row.get("user_id"))] = text_of(row.get("email"))
        elif table == "topic_custom_fields" and row.get("name") == "accepted_answer_post_id":
            self._solutions[topic] = text_of(row.get("value"))
        elif table == "discourse_solved_solved_topics":
            self._solutions[topic] = text_of(row.get("answer_post_id"))
        elif table == "tags":
            self._tags[key] = text_of(row.get("name"))
        elif table == "topic_tags":
            self._tags_of.setdefault(topic, []).append(text_of(row.get("tag_id")))

    def _learn_post(self, row: Json, key: str, topic: str) -> None:
        number = text_of(row.get("post_number"))
        if _is(row.get("accepted_answer")):
            self._accepted[topic] = number
        if key.isdecimal() and number.isdecimal() and len(key) < 18 and len(number) < 18:
            self._ids.append(int(key))
            self._numbers.append(int(number))

    def _find_solutions(self) -> None:
        wanted = {post: topic for topic, post in self._solutions.items()}
        if wanted:
            for place, key in enumerate(self._ids):
                if (topic := wanted.get(str(key))) is not None:
                    self._accepted[topic] = str(self._numbers[place])
        self._ids, self._numbers = array("q"), array("q")

    def _post(self, row: Json, name: str, place: str) -> Iterator[Record]:
        topic = text_of(row.get("topic_id"))
        number = text_of(row.get("post_number")) or "1"
        about = self._topics.get(topic, {})
        category = (
            text_of(about.get("category_id"))
            or text_of(row.get("category_id"))
            or text_of(row.get("category"))
        )
        author = self._author(row)
        reason = self._why_not(row, about, category) or ("program" if author.is_program else None)
        if reason:
            yield LeftOut(reason)
            if reason in ("deleted", "private", "direct") and topic:
                yield Removed(f"{topic}/{number}")
            return
        at = time_of(_zoned(row.get("created_at")))
        if at is None or not topic:
            yield no_time(name, place, row.get("created_at"))
            return
        mark = hash((topic, number))
        if mark in self._seen:
            yield LeftOut("copy")
            return
        self._seen.add(mark)
        if category not in self._opened:
            self._opened.add(category)
            yield self._channel(category)
        yield passed(self._message(row, about, author, Message(
            key=f"{topic}/{number}", channel=category, author=author, at=at, text="", file=name, place=place,
        )), self._asked)  # fmt: skip

    def _message(self, row: Json, about: Json, author: Author, begun: Message) -> Message:
        topic, _slash, number = begun.key.partition("/")
        is_first = number == "1"
        answered = text_of(row.get("reply_to_post_number"))
        accepted = self._accepted.get(topic, "") if is_first else ""
        edited = (
            time_of(_zoned(row.get("updated_at"))) if text_of(row.get("version")) not in ("", "1") else None
        )
        title = text_of(about.get("title") or row.get("topic_title") or row.get("title"))
        tags = [*list_of(about.get("tags")), *(self._tags.get(tag) for tag in self._tags_of.get(topic, ()))]
        return Message(
            key=begun.key,
            channel=begun.channel,
            author=author,
            at=begun.at,
            text=_written(row),
            title=visible(title) if is_first else "",
            reply_to=f"{topic}/{answered}" if answered else "" if is_first else f"{topic}/1",
            thread="" if is_first else f"{topic}/1",
            accepted=f"{topic}/{accepted}" if accepted else "",
            is_question=True if accepted else None if is_first else False,
            tags=tuple(text_of(dict_of(tag).get("name") or tag) for tag in tags) if is_first else (),
            link=self._link(topic, number),
            edited_at=edited,
            file=begun.file,
            place=begun.place,
        )

    def _why_not(self, row: Json, about: Json, category: str) -> Reason | None:
        archetype = text_of(about.get("archetype") or row.get("archetype") or row.get("topic_archetype"))
        if (
            archetype == "private_message"
            or _is(row.get("is_pm"))
            or about.get("allowed_users")
            or about.get("allowed_groups")
        ):
            return "direct"
        if (
            text_of(row.get("post_type")) == "4"
            or self._is_restricted(category)
            or about.get("visible") in (False, "f")
        ):
            return "private"
        if _is(row.get("read_restricted")):
            return "private"
        if text_of(row.get("post_type")) not in ("", "1") or row.get("action_code"):
            return "notice"
        if (
            row.get("deleted_at")
            or about.get("deleted_at")
            or _is(row.get("user_deleted"))
            or _is(row.get("hidden"))
        ):
            return "deleted"
        return None

    def _is_restricted(self, category: str, deep: int = 0) -> bool:
        """Also where a category above it is; and where it is in none."""
        about = self._categories.get(category, {})
        groups = [text_of(one.get("group_name")) for one in dicts_of(about.get("group_permissions"))]
        above = text_of(about.get("parent_category_id"))
        is_lost = self._is_dump and not about
        if (
            not category
            or is_lost
            or _is(about.get("read_restricted"))
            or (groups and "everyone" not in groups)
        ):
            return True
        return bool(above) and deep < 5 and self._is_restricted(above, deep + 1)

    def _channel(self, category: str) -> Channel:
        about = self._categories.get(category, {})
        above = self._categories.get(text_of(about.get("parent_category_id")), {})
        names = [visible(text_of(one.get("name"))) for one in (above, about)]
        slug = text_of(about.get("slug"))
        link = (
            f"{self._asked.address.rstrip('/')}/c/{slug}/{category}" if self._asked.address and slug else ""
        )
        return Channel(category, " / ".join(filter(None, names)) or category, link=link)

    def _author(self, row: Json) -> Author:
        number = text_of(row.get("user_id"))
        about = self._users.get(number, {})
        handle = text_of(about.get("username") or row.get("username"))
        name = visible(text_of(about.get("name") or row.get("name") or row.get("display_username")))
        address = text_of(self._addresses.get(number) or about.get("email") or row.get("email"))
        return Author(
            key=handle.lower() or number,
            name=name or handle,
            address=bare_address(address) if "@" in address else "",
            handle=handle,
            is_program=number.startswith("-") or handle in ("system", "discobot"),
        )

    def _link(self, topic: str, number: str) -> str:
        return f"{self._asked.address.rstrip('/')}/t/{topic}/{number}" if self._asked.address else ""


def _written(row: Json) -> str:
    """Without what is quoted of others, and without what stands behind links."""
    cooked = text_of(row.get("cooked"))
    if cooked:
        return plain(cooked, code=True, without=("aside", "svg"))
    return _without_quotes(_UPLOAD.sub(r"\1", text_of(row.get("raw"))))


def _without_quotes(raw: str) -> str:
    kept, depth, at = [], 0, 0
    for found in _QUOTE.finditer(raw):
        if depth == 0:
            kept.append(raw[at : found.start()])
        depth = max(depth + (-1 if found[0].startswith("[/") else 1), 0)
        at = found.end()
    return "".join([*kept, raw[at:] if depth == 0 else ""])


def _zoned(value: object) -> object:
    """Times there are UTC; a table may write it behind them."""
    return value.removesuffix(" UTC") if isinstance(value, str) else value
