"""Issues of Jira are read, from pages of its API and from CSV; what is restricted never."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given as for_any, settings, strategies as st

from tests.imports.sources.exports import anything
from tests.imports.sources.reading import given, put, sound
from weetwie.errors import Invalid
from weetwie.imports.sources import jira
from weetwie.imports.sources.adf import text_of_document
from weetwie.imports.sources.clock_times import clock_time
from weetwie.imports.sources.wiki_markup import text_of_wiki

SECRET = "canary-in-private"
ANN = {"accountId": "a1", "displayName": "Ann Bee", "emailAddress": "ann@x.example"}
BO = {"accountId": "b1", "displayName": "Bo Cee"}
ISSUE: dict[str, Any] = {
    "id": "1001", "key": "PUMP-1", "self": "https://jira.example.org/rest/api/2/issue/1001",
    "fields": {
        "summary": "Seal leaks", "description": "h2. What\r\nThe {{seal}} of [~accountid:b1] leaks, see [the page|https://x.example/p].\n{quote}old{quote}\n!leak.png|thumbnail!",
        "reporter": ANN, "assignee": BO, "created": "2024-01-01T10:00:00.000+0100", "resolutiondate": "2024-01-03T10:00:00.000+0000",
        "project": {"key": "PUMP", "name": "Pumps"}, "components": [{"name": "seals"}], "labels": ["leak"], "attachment": [{"filename": "log.txt"}],
        "comment": {"comments": [
            {"id": "1", "author": BO, "body": "Take the blue one.", "created": "2024-01-02T10:00:00.000+0000", "updated": "2024-01-02T10:00:00.000+0000"},
            {"id": "2", "author": ANN, "body": SECRET, "created": "2024-01-02T11:00:00.000+0000", "visibility": {"type": "role", "value": "Admins"}},
            {"id": "3", "author": ANN, "body": SECRET, "created": "2024-01-02T11:00:00.000+0000", "jsdPublic": False},
            {"id": "4", "author": {"accountId": "r", "accountType": "app", "displayName": "Automation"}, "body": "moved", "created": "2024-01-02T12:00:00.000+0000"},
        ]},
    },
}  # fmt: skip
LOCKED = {
    **ISSUE,
    "id": "1002",
    "key": "PUMP-2",
    "fields": {**ISSUE["fields"], "description": SECRET, "security": {"id": "1", "name": "Staff"}},
}


def test_pages_of_the_api_give_issues_with_their_comments(tmp_path: Path) -> None:
    found = given(
        jira, put(tmp_path, {"1.json": json.dumps({"startAt": 0, "total": 2, "issues": [ISSUE, LOCKED]})})
    )
    issue, comment = found.messages
    assert issue.text == "What\nThe `seal` of @Bo Cee leaks, see the page (https://x.example/p)."
    assert (issue.title, issue.tags, issue.files) == (
        "Seal leaks",
        ("leak", "seals"),
        ("leak.png", "log.txt"),
    )
    assert (issue.author.address, issue.at) == ("ann@x.example", datetime(2024, 1, 1, 9, tzinfo=UTC))
    assert (issue.accepted, issue.is_question, issue.link) == (
        "1001/1",
        True,
        "https://jira.example.org/browse/PUMP-1",
    )
    assert (comment.key, comment.reply_to, comment.thread, comment.author.name) == (
        "1001/1",
        "1001",
        "1001",
        "Bo Cee",
    )
    assert comment.link == "https://jira.example.org/browse/PUMP-1?focusedCommentId=1"
    assert (found.name, [one.name for one in found.channels]) == ("jira.example.org", ["Pumps"])
    assert [one.key for one in found.removed] == [
        "1001/2",
        "1001/3",
        "1002",
        "1002/1",
        "1002/2",
        "1002/3",
        "1002/4",
    ]
    assert found.left == {"private": 7, "program": 1} and SECRET not in str(found.records)


def test_a_project_that_is_not_for_everybody_is_closed(tmp_path: Path) -> None:
    own = {
        **ISSUE,
        "fields": {**ISSUE["fields"], "project": {"key": "PUMP", "name": "Pumps", "isPrivate": True}},
    }
    found = given(jira, put(tmp_path, {"1.json": json.dumps([own])}))
    assert not found.messages and [(one.key, one.name, one.is_open) for one in found.channels] == [
        ("PUMP", "", False)
    ]


def test_documents_and_rendered_texts_are_read(tmp_path: Path) -> None:
    document = {"type": "doc", "content": [
        {"type": "paragraph", "content": [{"type": "text", "text": "Use "}, {"type": "text", "text": "x", "marks": [{"type": "code"}]},
                                          {"type": "text", "text": " by "}, {"type": "mention", "attrs": {"text": "@Ann"}}]},
        {"type": "blockquote", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "quoted"}]}]},
        {"type": "bulletList", "content": [{"type": "listItem", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "one"}]}]}]},
        {"type": "codeBlock", "content": [{"type": "text", "text": "a\nb"}]},
        {"type": "mediaSingle", "content": [{"type": "media", "attrs": {"alt": "leak.png"}}]},
    ]}  # fmt: skip
    assert text_of_document(document) == "Use `x` by @Ann\n\n- one\n\n\n```\na\nb\n```"
    issue = {**ISSUE, "fields": {**ISSUE["fields"], "description": document}}
    rendered = {**ISSUE, "id": "2", "renderedFields": {"description": "<p>In <code>HTML</code></p>"}}
    found = given(jira, put(tmp_path, {"a.json": json.dumps([issue, rendered])})).by_key()
    assert found["1001"].files == ("leak.png", "log.txt") and found["2"].text == "In `HTML`"


def test_marks_of_the_wiki_become_plain() -> None:
    text, files = text_of_wiki(
        "{code:java}\nint a;\nint b;\n{code}\n* one\n** two\n||a||b||\n|c|d|\nbq. old\n{color:red}red{color} [~ann] [x] a\\\\\nb",
        {"ann": "Ann"},
    )
    assert text == "```\nint a;\nint b;\n```\n\n- one\n- two\na b\nc d\n\nred @Ann [x] a\n\nb" and not files


HEAD = "Summary,Issue key,Issue id,Project key,Project name,Assignee,Assignee Id,Reporter,Reporter Id,Created,Resolved,Description,Security Level,Labels,Labels,Comment,Comment\n"
ROWS = (
    'Seal leaks,PUMP-1,1001,PUMP,Pumps,Bo Cee,b1,Ann Bee,a1,25/Feb/26 10:17 PM,26/Feb/26 9:00 AM,"It leaks,\n\nbadly.",,leak,seal,"25/Feb/26 11:00 PM;b1;Blue; the ""new"" one.",26/Feb/26 8:00 AM;a1;Thanks\n'
    f"Locked,PUMP-2,1002,PUMP,Pumps,,,Ann Bee,a1,25/Feb/26 10:17 PM,,{SECRET},Staff,,,25/Feb/26 11:00 PM;b1;{SECRET},\n"
    "No day,PUMP-3,1003,PUMP,Pumps,,,Ann Bee,a1,some day,,x,,,,,\n"
)


def test_tables_give_issues_with_their_comments(tmp_path: Path) -> None:
    found = given(jira, put(tmp_path, {"jira.csv": HEAD + ROWS}))
    issue, answer, thanks = found.messages
    assert (issue.text, issue.tags, issue.accepted) == ("It leaks,\n\nbadly.", ("leak", "seal"), answer.key)
    assert (issue.author.key, issue.author.name, issue.at) == (
        "a1",
        "Ann Bee",
        datetime(2026, 2, 25, 22, 17, tzinfo=UTC),
    )
    assert (answer.text, answer.author.name, answer.at) == (
        'Blue; the "new" one.',
        "Bo Cee",
        datetime(2026, 2, 25, 23, tzinfo=UTC),
    )
    assert (thanks.thread, thanks.author.name) == ("1001", "Ann Bee")
    assert found.left == {"private": 2} and SECRET not in str(found.records)
    assert [(one.file, one.place) for one in found.troubles] == [("jira.csv", "line 6")]
    again = given(jira, put(tmp_path / "b", {"jira.csv": (HEAD + ROWS).replace(",", ";").encode("utf-16")}))
    assert again.messages[0].key == "1001"


@pytest.mark.parametrize(
    "text",
    ["25/Feb/26 10:17 PM", "2026-02-25 22:17", "25.02.2026 22:17", "25.02.26 22:17", "25/feb./26 22:17", "2026-02-25T22:17:00.000+0000", "Feb 25, 2026 22:17",
     "25/02/2026 22:17:00", "25. Februar 2026 22:17"],
)  # fmt: skip
def test_times_are_read_as_programs_write_them(text: str) -> None:
    assert clock_time(text) == datetime(2026, 2, 25, 22, 17, tzinfo=UTC)


def test_days_that_can_be_read_two_ways_are_read_as_the_column_tells(tmp_path: Path) -> None:
    assert clock_time("3/4/2024 10:00", "month") == datetime(2024, 3, 4, 10, tzinfo=UTC)
    assert clock_time("3/4/2024 10:00") is None and clock_time("25:99") is None
    rows = "".join(f"a,P-{number},{day} 10:00,x\n" for number, day in enumerate(("3/4/2024", "3/14/2024")))
    found = given(jira, put(tmp_path, {"a.csv": f"Summary,Issue key,Created,Description\n{rows}"}))
    assert [one.at.month for one in found.messages] == [3, 3]


def test_what_has_no_issues_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="no Jira issues"):
        given(jira, put(tmp_path, {"a.csv": "a,b\n1,2\n"}))


FIELDS = [*ISSUE["fields"], "security"]


@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=60)
@for_any(
    st.lists(st.dictionaries(st.sampled_from(FIELDS), anything, max_size=4), max_size=3),
    st.dictionaries(st.sampled_from(["id", "key", "self", "renderedFields"]), anything),
)
def test_whatever_issues_hold_is_read_or_told(
    tmp_path: Path, changes: list[dict[str, Any]], about: dict[str, Any]
) -> None:
    issues = [{**ISSUE, **about, "fields": {**ISSUE["fields"], **change}} for change in changes]
    sound(jira, put(tmp_path, {"a.json": json.dumps({"issues": [LOCKED, *issues]})}))


@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=40)
@for_any(st.data())
def test_damage_to_a_table_is_read_past_or_told(tmp_path: Path, data: st.DataObject) -> None:
    whole = bytearray((HEAD + ROWS).encode())
    for _count in range(data.draw(st.integers(0, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    sound(jira, put(tmp_path, {"a.csv": bytes(whole)}))
