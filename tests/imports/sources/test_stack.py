"""Questions and answers of Stack are read, from a dump and from pages of the API."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import HealthCheck, given as for_any, settings, strategies as st

from tests.imports.sources.reading import given, put, sound
from weetwie.errors import Invalid
from weetwie.imports.sources import stack
from weetwie.imports.sources.form import Asked

SECRET = "canary-in-private"
WEB = Asked(address="https://stack.example.org")


def xml(root: str, *rows: dict[str, str]) -> str:
    lines = "".join(
        f"  <row {' '.join(f'{name}={quoteattr(value)}' for name, value in row.items())} />\n" for row in rows
    )
    return f'<?xml version="1.0" encoding="utf-8"?>\n<{root}>\n{lines}</{root}>\n'


QUESTION = {"Id": "1", "PostTypeId": "1", "AcceptedAnswerId": "3", "CreationDate": "2024-01-01T10:00:00.123", "OwnerUserId": "7",
            "Body": "<p>Which <code>seal</code>?</p><pre><code>a &lt; b\n</code></pre>", "Title": "Which seal", "Tags": "<pumps><seals>"}  # fmt: skip
ANSWER = {
    "Id": "3",
    "PostTypeId": "2",
    "ParentId": "1",
    "CreationDate": "2024-01-02T10:00:00",
    "OwnerDisplayName": "Bo",
    "Body": "<p>Blue.</p>",
}
DUMP = {
    "x/Users.xml": xml("users", {"Id": "7", "DisplayName": "Ann Bee"}, {"Id": "-1", "DisplayName": "Community"}),
    "x/Posts.xml": xml("posts", QUESTION, ANSWER,
                       {"Id": "4", "PostTypeId": "5", "Body": "wiki", "CreationDate": "2024-01-01T10:00:00"},
                       {"Id": "5", "PostTypeId": "2", "ParentId": "1", "OwnerUserId": "-1", "Body": "x", "CreationDate": "2024-01-01T10:00:00"},
                       {"Id": "6", "PostTypeId": "2", "ParentId": "1", "DeletionDate": "2024-01-03", "Body": SECRET, "CreationDate": "2024-01-01T10:00:00"},
                       {"Id": "8", "PostTypeId": "2", "ParentId": "1", "Body": "x", "CreationDate": "once"}),
    "x/Comments.xml": xml("comments", {"Id": "9", "PostId": "3", "Text": "Thanks, & well.", "UserId": "7", "CreationDate": "2024-01-03T10:00:00"},
                          {"Id": "10", "PostId": "99", "Text": "x", "CreationDate": "2024-01-03T10:00:00"}),
}  # fmt: skip


def test_a_dump_gives_threads_with_their_accepted_answers(tmp_path: Path) -> None:
    found = given(stack, put(tmp_path, DUMP), WEB)
    question, answer, comment = found.messages
    assert (question.title, question.is_question, question.accepted, question.tags) == (
        "Which seal",
        True,
        "3",
        ("pumps", "seals"),
    )
    assert question.text == "Which `seal`?\n\n```\na < b\n```"
    assert (question.author.key, question.author.name, question.at) == (
        "7",
        "Ann Bee",
        datetime(2024, 1, 1, 10, 0, 0, 123000, UTC),
    )
    assert (answer.key, answer.reply_to, answer.thread, answer.author.name, answer.is_question) == (
        "3",
        "1",
        "1",
        "Bo",
        False,
    )
    assert (comment.key, comment.reply_to, comment.thread, comment.text) == (
        "c9",
        "3",
        "1",
        "Thanks, & well.",
    )
    assert (question.link, answer.link) == ("https://stack.example.org/q/1", "https://stack.example.org/a/3")
    assert found.left == {"notice": 1, "program": 1, "deleted": 1} and SECRET not in str(found.records)
    assert [one.key for one in found.removed] == ["6"]
    assert [(one.file, one.place) for one in found.troubles] == [("x/Posts.xml", "line 8")]
    assert (found.name, found.channels[0].name) == ("stack.example.org", "stack.example.org")


def test_a_dump_that_is_torn_or_has_signs_that_xml_forbids_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    posts = (
        DUMP["x/Posts.xml"]
        .replace("Which seal", "Which\x02 se&#x1F;al")
        .encode()
        .replace(b"Blue", b"Bl\xffue")
    )
    torn = posts[: posts.index(b'Id="5"')]
    found = given(stack, put(tmp_path, {"Posts.xml": torn}))
    assert [one.title for one in found.messages] == ["Which seal", ""]
    assert [one.text for one in found.messages][1] == "Bl\ufffdue."
    assert [one.place for one in found.troubles] == ["line 5"]


def test_a_file_that_defines_entities_is_not_read(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE p [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><posts><row Id="1" PostTypeId="1" Body="&b;"/></posts>'
    found = given(stack, put(tmp_path, {"Posts.xml": bomb}))
    assert not found.messages and [one.reason for one in found.troubles] == [
        "This file defines entities of its own, so it wasn't read."
    ]


def test_what_is_no_dump_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="Unpack this file first"):
        given(stack, put(tmp_path, {"x.7z": b"7z\xbc\xaf\x27\x1cabc"}) / "x.7z")
    with pytest.raises(Invalid, match=r"no Posts\.xml"):
        given(stack, put(tmp_path / "b", {"x.json": '{"a": 1}'}))


OF_TWO = {"items": [{
    "question_id": 1, "title": "Which &amp; seal", "body": "<p>Which?</p>", "creation_date": 1704103200, "tags": ["pumps"], "is_answered": True,
    "accepted_answer_id": 3, "owner": {"user_id": 7, "display_name": "Ann &amp; Bee"}, "link": "https://s.example/q/1",
    "comments": [{"comment_id": 9, "body": "Why?", "creation_date": 1704103300, "owner": {"user_id": 8, "display_name": "Bo"}}],
    "answers": [{"answer_id": 3, "question_id": 1, "body_markdown": "Use `blue`.", "creation_date": 1704103400, "owner": {"user_type": "does_not_exist", "display_name": "user3"}}],
}, {"question_id": 2, "title": "t", "body": SECRET, "creation_date": 1704103200, "team": "hr", "owner": {}}]}  # fmt: skip
OF_THREE = {
    "questions.json": [{"id": 1, "title": "Which seal", "bodyMarkdown": "Which?", "creationDate": "2024-01-01T10:00:00Z", "isAnswered": True,
                        "tags": [{"id": 2, "name": "pumps"}], "owner": {"id": 7, "name": "Ann Bee"}, "webUrl": "https://s.example/q/1"},
                       {"id": 5, "title": "gone", "bodyMarkdown": SECRET, "creationDate": "2024-01-01T10:00:00Z", "isDeleted": True}],
    "answers.json": {"items": [{"id": 3, "questionId": 1, "body": "<p>Blue.</p>", "isAccepted": True, "creationDate": "2024-01-02T10:00:00Z",
                                "owner": {"id": 8, "name": "Bo"}}]},
    "users.json": [{"id": 7, "name": "Ann Bee", "email": "ann@x.example"}],
}  # fmt: skip


def test_pages_of_the_api_are_read_in_both_versions(tmp_path: Path) -> None:
    two = given(stack, put(tmp_path / "2", {"a.json": json.dumps(OF_TWO)}))
    assert [(one.key, one.reply_to, one.thread, one.accepted) for one in two.messages] == [
        ("1", "", "", "3"),
        ("c9", "1", "1", ""),
        ("3", "1", "1", ""),
    ]
    assert (two.messages[0].title, two.messages[0].author.name, two.messages[2].author.name) == (
        "Which & seal",
        "Ann & Bee",
        "",
    )
    assert two.left == {"private": 1} and SECRET not in str(two.records)
    three = given(stack, put(tmp_path / "3", {name: json.dumps(value) for name, value in OF_THREE.items()}))
    found = three.by_key()
    assert (found["1"].accepted, found["1"].tags, found["1"].author.address) == (
        "3",
        ("pumps",),
        "ann@x.example",
    )
    assert (found["3"].thread, found["3"].text) == ("1", "Blue.")
    assert [one.key for one in three.removed] == ["5"] and SECRET not in str(three.records)


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["1", "\x00", "2024-01-01T10:00:00Z", "\ud800"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "name", "items", "a"]), inner, max_size=3)
    ),
    max_leaves=5,
)
FIELDS = [
    "question_id",
    "title",
    "body",
    "creation_date",
    "tags",
    "owner",
    "answers",
    "comments",
    "accepted_answer_id",
    "postType",
    "answer_id",
]


@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=50)
@for_any(
    st.lists(st.dictionaries(st.sampled_from(FIELDS), anything, max_size=4), max_size=3),
    st.binary(max_size=20),
)
def test_whatever_pages_hold_is_read_or_told(
    tmp_path: Path, changes: list[dict[str, Any]], end: bytes
) -> None:
    items = [{**OF_TWO["items"][0], **change} for change in changes]
    sound(stack, put(tmp_path, {"a.json": json.dumps({"items": items}).encode() + end}))


@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=50)
@for_any(st.data())
def test_damage_to_a_dump_is_read_past_or_told(tmp_path: Path, data: st.DataObject) -> None:
    whole = bytearray(DUMP["x/Posts.xml"].encode())
    for _count in range(data.draw(st.integers(0, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    sound(stack, put(tmp_path, {"Posts.xml": bytes(whole), "Comments.xml": DUMP["x/Comments.xml"]}))
