"""Boards of Discourse are read, from their backup, from JSON and from CSV; messages between people never."""

import gzip
import json
import tarfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given as for_any, settings, strategies as st

from tests.imports.sources.reading import given, put, sound
from tests.imports.sources.test_stack import anything
from weetwie.errors import Invalid
from weetwie.imports.sources import discourse
from weetwie.imports.sources.form import Asked

SECRET = "canary-in-private"
WEB = Asked(address="https://forum.example.org")


def copied(table: str, columns: str, *rows: str) -> str:
    return f"COPY public.{table} ({columns}) FROM stdin;\n" + "".join(f"{row}\n" for row in rows) + "\\.\n\n"


POST = "id, user_id, topic_id, post_number, raw, cooked, created_at, reply_to_post_number, deleted_at, post_type, hidden, user_deleted"


def post(
    id: int,
    topic: int,
    number: int,
    cooked: str,
    user: int = 1,
    after: str = "\\N",
    deleted: str = "\\N",
    kind: int = 1,
) -> str:
    return f"{id}\t{user}\t{topic}\t{number}\traw\t{cooked}\t2024-01-01 10:00:0{number}\t{after}\t{deleted}\t{kind}\tf\tf"


SQL = (
    "--\n-- PostgreSQL database dump\n--\n"
    + copied("categories", "id, name, slug, read_restricted, parent_category_id", "5\tPumps\tpumps\tf\t\\N", "6\tStaff\tstaff\tt\t\\N", "7\tBelow\tbelow\tf\t6", "8\tSeals\tseals\tf\t5")
    + copied("posts", POST,
             post(101, 1, 1, "<p>Which?</p>\\n<p>One\\ttab \\\\\\\\ x</p>"), post(102, 1, 2, "<aside class=\"quote\"><p>Which?</p></aside><p>Blue.</p>", 2),
             post(103, 1, 3, "<p>Thanks.</p>", after="2"), post(104, 1, 4, SECRET, kind=4), post(105, 1, 5, "closed", kind=3),
             post(106, 1, 6, "deleted", deleted="2024-01-02 10:00:00"), post(107, 2, 1, SECRET), post(108, 3, 1, SECRET), post(109, 4, 1, SECRET),
             post(110, 5, 1, "x", user=-1), post(111, 6, 1, "<p>In seals.</p>"), post(112, 7, 1, SECRET))
    + copied("tags", "id, name", "1\tseal")
    + copied("topic_custom_fields", "id, topic_id, name, value", "1\t1\taccepted_answer_post_id\t102")
    + copied("topic_tags", "id, topic_id, tag_id", "1\t1\t1")
    + copied("topics", "id, title, category_id, archetype, deleted_at, visible", "1\tWhich seal\t5\tregular\t\\N\tt",
             "2\tSecret\t\\N\tprivate_message\t\\N\tt", "3\tStaff\t6\tregular\t\\N\tt", "4\tBelow\t7\tregular\t\\N\tt", "5\tWelcome\t5\tregular\t\\N\tt",
             "6\tSeals\t8\tregular\t\\N\tt", "7\tGone\t5\tregular\t2024-01-02 10:00:00\tt")
    + copied("user_emails", "id, user_id, email, \"primary\"", "1\t1\tann@x.example\tt", "2\t1\told@x.example\tf")
    + copied("users", "id, username, name", "1\tann\tAnn Bee", "2\tbo\t\\N", "-1\tsystem\tsystem")
)  # fmt: skip


def backup(path: Path) -> Path:
    content = gzip.compress(SQL.encode())
    with tarfile.open(path, "w:gz") as archive:
        entry = tarfile.TarInfo("dump.sql.gz")
        entry.size = len(content)
        archive.addfile(entry, BytesIO(content))
    return path


def test_a_backup_gives_threads_and_nothing_that_is_not_for_everybody(tmp_path: Path) -> None:
    found = given(discourse, backup(tmp_path / "forum-2024-01-01-100000-v20240101000000.tar.gz"))
    first, second, third, seals = found.messages
    assert found.name == "forum" and [one.name for one in found.channels if one.is_open] == [
        "Pumps",
        "Pumps / Seals",
    ]
    assert [(one.key, one.name) for one in found.channels if not one.is_open] == [("6", ""), ("7", "")]
    assert (first.key, first.title, first.text, first.tags) == (
        "1/1",
        "Which seal",
        "Which?\n\nOne tab \\\\ x",
        ("seal",),
    )
    assert (first.accepted, first.is_question, first.author.address, first.author.name) == (
        "1/2",
        True,
        "ann@x.example",
        "Ann Bee",
    )
    assert (second.text, second.reply_to, second.thread, second.author.key) == ("Blue.", "1/1", "1/1", "bo")
    assert (third.reply_to, seals.channel) == ("1/2", "8")
    assert found.left == {"private": 3, "notice": 1, "deleted": 2, "direct": 1, "program": 1}
    assert [one.key for one in found.removed] == ["1/4", "1/6", "2/1", "3/1", "4/1", "7/1"]
    assert SECRET not in str(found.records)


TOPIC: dict[str, Any] = {
    "id": 1, "title": "Which seal", "category_id": 5, "archetype": "regular", "tags": ["seal"],
    "post_stream": {"posts": [
        {"id": 101, "user_id": 1, "username": "ann", "name": "Ann Bee", "post_number": 1, "topic_id": 1, "post_type": 1, "cooked": "<p>Which?</p>",
         "created_at": "2024-01-01T10:00:00.000Z"},
        {"id": 102, "user_id": 2, "username": "bo", "post_number": 2, "topic_id": 1, "post_type": 1, "cooked": "<p>Blue.</p>", "accepted_answer": True,
         "created_at": "2024-01-01T11:00:00.000Z"},
    ]},
}  # fmt: skip
CLOSED = {
    **TOPIC,
    "id": 2,
    "category_id": 6,
    "post_stream": {"posts": [{**TOPIC["post_stream"]["posts"][0], "topic_id": 2, "cooked": SECRET}]},
}
DIRECT = {**CLOSED, "id": 3, "category_id": None, "archetype": "private_message",
          "post_stream": {"posts": [{**CLOSED["post_stream"]["posts"][0], "topic_id": 3}]}}  # fmt: skip
CATEGORIES = {
    "category_list": {
        "categories": [
            {"id": 5, "name": "Pumps", "slug": "pumps", "read_restricted": False},
            {"id": 6, "name": "Staff", "read_restricted": True},
        ]
    }
}


def test_topics_as_json_are_read(tmp_path: Path) -> None:
    files = {"t/1.json": TOPIC, "t/2.json": CLOSED, "t/3.json": DIRECT, "categories.json": CATEGORIES,
             "posts.json": {"latest_posts": [{**TOPIC["post_stream"]["posts"][0], "post_number": 9, "topic_id": 7, "cooked": SECRET}]}}  # fmt: skip
    found = given(discourse, put(tmp_path, {name: json.dumps(value) for name, value in files.items()}), WEB)
    assert [(one.key, one.accepted, one.link) for one in found.messages] == [
        ("1/1", "1/2", "https://forum.example.org/t/1/1"),
        ("1/2", "", "https://forum.example.org/t/1/2"),
    ]
    assert (found.name, found.channels[1].name, found.channels[1].link) == (
        "forum.example.org",
        "Pumps",
        "https://forum.example.org/c/pumps/5",
    )
    assert found.left == {"private": 2, "direct": 1} and SECRET not in str(found.records)


def test_what_a_person_downloads_of_their_own_is_read(tmp_path: Path) -> None:
    head = "topic_title,categories,is_pm,post_raw,post_cooked,url,created_at\n"
    rows = ('Which seal,Pumps,No,"[quote=""ann""]\nWhich?\n[/quote]\nBlue, ""that"" one.",,https://forum.example.org/t/which-seal/1/2,2024-01-01 10:00:00 UTC\n'
            f"Secret,-,Yes,{SECRET},,https://forum.example.org/t/x/2/1,2024-01-01 10:00:00 UTC\n")  # fmt: skip
    found = given(discourse, put(tmp_path, {"user_archive-bo-240101-100000.csv": head + rows}))
    assert [(one.key, one.text, one.author.key, one.reply_to) for one in found.messages] == [
        ("1/2", 'Blue, "that" one.', "bo", "1/1")
    ]
    assert found.left == {"direct": 1} and SECRET not in str(found.records)


def test_what_is_no_board_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="no Discourse backup"):
        given(discourse, put(tmp_path, {"a.json": "{}"}))


KEYS = ["id", "title", "category_id", "archetype", "tags", "post_stream"]
OF_POSTS = [
    *TOPIC["post_stream"]["posts"][0],
    "deleted_at",
    "reply_to_post_number",
    "accepted_answer",
    "hidden",
]


@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=50)
@for_any(
    st.dictionaries(st.sampled_from(KEYS), anything, max_size=3),
    st.lists(st.dictionaries(st.sampled_from(OF_POSTS), anything, max_size=4), max_size=3),
)
def test_whatever_a_topic_holds_is_read_or_told(
    tmp_path: Path, about: dict[str, Any], posts: list[dict[str, Any]]
) -> None:
    changed = [{**TOPIC["post_stream"]["posts"][0], **one} for one in posts]
    topic = {**TOPIC, "post_stream": {"posts": changed}, **about}
    sound(discourse, put(tmp_path, {"1.json": json.dumps(topic), "categories.json": json.dumps(CATEGORIES)}))


@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=40)
@for_any(st.data())
def test_damage_to_a_dump_shows_nothing_that_is_private(tmp_path: Path, data: st.DataObject) -> None:
    """Where bytes are lost in the posts themselves; what topics and categories say of them is whole."""
    whole = bytearray(SQL.encode())
    begin, end = SQL.index("COPY public.posts"), SQL.index("COPY public.tags")
    at = data.draw(st.integers(begin + 200, end - 1))
    del whole[at : at + data.draw(st.integers(1, 30))]
    found = sound(discourse, put(tmp_path, {"dump.sql": bytes(whole)}))
    assert SECRET not in str([one.text for one in found.messages] if found else "")
