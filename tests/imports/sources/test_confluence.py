"""Pages of Confluence are read, from its exports as XML and HTML and from its API; what only some may see never."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given as for_any, settings, strategies as st

from tests.imports.sources.exports import anything
from tests.imports.sources.reading import given, put, sound
from weetwie.errors import Invalid
from weetwie.imports.sources import confluence
from weetwie.imports.sources.form import Asked
from weetwie.imports.sources.storage_format import text_of_storage

SECRET = "canary-in-private"


def thing(kind: str, id: str, *inner: str, key: str = "id") -> str:
    return f'<object class="{kind}" package="com.atlassian"><id name="{key}">{id}</id>{"".join(inner)}</object>\n'


def has(name: str, value: str) -> str:
    return f'<property name="{name}"><![CDATA[{value}]]></property>'


def refers(name: str, kind: str, id: str) -> str:
    return f'<property name="{name}" class="{kind}" package="x"><id name="id">{id}</id>\n</property>'


def page(
    id: str, title: str, *more: str, space: str = "1", by: str = "u1", changed_by: str = "", version: int = 1
) -> str:
    return thing("Page", id, has("title", title), refers("space", "Space", space), refers("creator", "ConfluenceUserImpl", by),
                 refers("lastModifier", "ConfluenceUserImpl", changed_by or by), has("contentStatus", "current"), f'<property name="version">{version}</property>',
                 '<property name="creationDate">2024-01-01 10:00:00.000</property>',
                 f'<property name="lastModificationDate">2024-01-0{version} 10:00:00.000</property>', *more)  # fmt: skip


def body(id: str, of: str, written: str, kind: str = "Page") -> str:
    return thing(
        "BodyContent",
        id,
        has("body", written),
        refers("content", kind, of),
        '<property name="bodyType">2</property>',
    )


def entities(*objects: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<hibernate-generic datetime="2024-02-01 10:00:00">\n{"".join(objects)}</hibernate-generic>\n'


LONG = "Bo wrote this whole line about the blue seals of the pumps."
XML = entities(
    body("b1", "11", f"<p>Ann wrote this.</p><p>{LONG}</p>"),
    body("b2", "12", "<p>Ann wrote this.</p>"),
    body("b3", "13", f"<p>{SECRET}</p>"),
    body("b4", "14", f"<p>{SECRET}</p>"),
    body("b5", "15", f"<p>{SECRET}</p>"),
    body("b6", "16", f"<p>{SECRET}</p>"),
    body("b7", "20", "<p>Why blue?</p>", "Comment"),
    body("b8", "21", f"<p>{SECRET}</p>", "Comment"),
    body("b9", "17", "<p>Alone.</p>"),
    body("b10", "18", f"<p>{SECRET}</p>"),
    thing("Space", "1", has("key", "PUMP"), has("name", "Pumps"), has("spaceStatus", "CURRENT")),
    thing("Space", "2", has("key", "~ann"), has("name", "Ann")),
    thing("Space", "3", has("key", "BOARD"), has("name", "Board")),
    thing("SpacePermission", "p1", has("type", "VIEWSPACE"), has("group", "confluence-users"), refers("space", "Space", "1")),
    thing("SpacePermission", "p2", has("type", "VIEWSPACE"), has("group", "board"), refers("space", "Space", "3")),
    page("11", "Seals", changed_by="u2", version=2),
    page("12", "Seals", refers("originalVersion", "Page", "11"), version=1),
    page("13", "Restricted"),
    page("14", "Below", refers("parent", "Page", "13")),
    page("15", "Own", space="2"),
    page("16", "Board", space="3"),
    page("17", "Alone", by="u2"),
    page("18", "Draft").replace("[current]", "[draft]"),
    thing("Comment", "20", refers("containerContent", "Page", "11"), refers("creator", "ConfluenceUserImpl", "u2"),
          '<property name="creationDate">2024-01-05 10:00:00.000</property>'),
    thing("Comment", "21", refers("containerContent", "Page", "13"), refers("creator", "ConfluenceUserImpl", "u2"),
          '<property name="creationDate">2024-01-05 10:00:00.000</property>'),
    thing("ContentPermissionSet", "r1", has("type", "View"), refers("owningContent", "Page", "13")),
    thing("ContentPermissionSet", "r2", has("type", "Edit"), refers("owningContent", "Page", "11")),
    thing("ConfluenceUserImpl", "u1", has("name", "Ann Bee"), has("lowerName", "ann"), has("email", "ann@x.example"), key="key"),
    thing("ConfluenceUserImpl", "u2", has("name", "bo"), has("lowerName", "bo"), key="key"),
    thing("Label", "l1", has("name", "seal")),
    thing("Labelling", "l2", refers("label", "Label", "l1"), refers("content", "Page", "11")),
)  # fmt: skip


def test_an_export_gives_each_what_they_wrote_and_nothing_restricted(tmp_path: Path) -> None:
    found = given(confluence, put(tmp_path, {"entities.xml": XML}), Asked(address="https://wiki.example.org"))
    pages = found.by_key()
    assert set(pages) == {"11", "11/u2", "17", "20"}
    assert (pages["11"].text, pages["11"].author.address, pages["11"].title, pages["11"].tags) == (
        "Ann wrote this.",
        "ann@x.example",
        "Seals",
        ("seal",),
    )
    assert (
        pages["11/u2"].text,
        pages["11/u2"].author.name,
        pages["11/u2"].reply_to,
        pages["11/u2"].at.day,
    ) == (LONG, "bo", "11", 2)
    assert (pages["20"].thread, pages["20"].text) == ("11", "Why blue?")
    assert pages["11"].link == "https://wiki.example.org/pages/viewpage.action?pageId=11"
    assert [(one.key, one.is_open) for one in found.channels] == [
        ("~ann", False),
        ("BOARD", False),
        ("PUMP", True),
    ]
    assert [bool(one.name) for one in found.channels] == [False, False, True]
    assert [one.key for one in found.removed] == ["13", "14", "15", "16", "21", "18"]
    assert found.left == {"private": 6} and SECRET not in str(found.records)


def test_the_storage_format_becomes_plain() -> None:
    written = (
        '<p>See <ac:link><ri:page ri:content-title="Seals" /><ac:plain-text-link-body><![CDATA[the page]]></ac:plain-text-link-body></ac:link> by '
        '<ac:link><ri:user ri:userkey="u1" /></ac:link>, <ac:link><ri:page ri:content-title="Pumps" /></ac:link>.</p>'
        '<ac:structured-macro ac:name="code"><ac:parameter ac:name="language">c</ac:parameter><ac:plain-text-body><![CDATA[a < b\n  c]] ></ac:plain-text-body></ac:structured-macro>'
        '<ac:image><ri:attachment ri:filename="leak.png" /></ac:image><ac:task-list><ac:task><ac:task-id>1</ac:task-id><ac:task-status>complete</ac:task-status>'
        '<ac:task-body>Do <time datetime="2024-01-01" /></ac:task-body></ac:task></ac:task-list>'
        '<ac:structured-macro ac:name="info"><ac:rich-text-body><p>Mind.</p></ac:rich-text-body></ac:structured-macro>'
    )
    text, files = text_of_storage(written, {"u1": "Ann"})
    assert text == "See the page by @Ann, Pumps.\n\n```\na < b\n  c\n```\n\n- Do 2024-01-01\n\nMind."
    assert files == ["leak.png"]


HTML = """<html><head><title>Pumps : Seals</title></head><body><div id="page"><h1 id="title-heading"><span id="title-text">
 Pumps : Seals </span></h1><div id="content" class="view"><div class="page-metadata">
 Created by <span class='author'> Ann Bee</span>, last modified by <span class='editor'> Bo</span> on Jun 29, 2019 </div>
<div id="main-content" class="wiki-content group"><p>Use <code>blue</code>.</p></div>
<div class="pageSection group"><a href="attachments/12/13.png">leak.png</a></div>
<div class="pageSection group"><h2 id="comments">Comments:</h2><table><tr><td><a name="comment-77"></a><font class="smallfont"><p>Why?</p></font>
<div class="smallfont"><img src="x"/> Posted by bo at Jan 01, 2020 10:11 </div></td></tr></table></div></div><div id="footer">x</div></div></body></html>"""


def test_an_export_for_reading_gives_pages_and_comments(tmp_path: Path) -> None:
    found = given(
        confluence,
        put(
            tmp_path,
            {"PUMP/Seals_123456.html": HTML, "PUMP/index.html": "<html><body><ul></ul></body></html>"},
        ),
    )
    one, comment = found.messages
    assert (one.key, one.title, one.text, one.author.name, one.at.year, one.files) == (
        "123456",
        "Seals",
        "Use `blue`.",
        "Ann Bee",
        2019,
        ("leak.png",),
    )
    assert (comment.key, comment.text, comment.thread, comment.at) == (
        "77",
        "Why?",
        "123456",
        datetime(2020, 1, 1, 10, 11, tzinfo=UTC),
    )
    german = (
        HTML.replace("Created by", "Erstellt von")
        .replace("last modified by", "zuletzt geändert von")
        .replace("on Jun 29, 2019", "am 29. Juni 2019")
    )
    assert given(confluence, put(tmp_path / "b", {"PUMP/1234.html": german})).messages[0].at == datetime(
        2019, 6, 29, tzinfo=UTC
    )


PAGE: dict[str, Any] = {
    "id": "11", "type": "page", "status": "current", "title": "Seals", "space": {"key": "PUMP", "name": "Pumps", "type": "global"},
    "history": {"createdBy": {"accountId": "a1", "displayName": "Ann Bee", "email": "ann@x.example"}, "createdDate": "2024-01-01T10:00:00.000Z"},
    "version": {"when": "2024-01-02T10:00:00.000Z", "number": 2}, "body": {"storage": {"value": "<p>Blue.</p>"}},
    "restrictions": {"read": {"restrictions": {"user": {"results": []}, "group": {"results": [], "size": 0}}}},
    "metadata": {"labels": {"results": [{"name": "seal"}]}}, "_links": {"base": "https://wiki.example.org/wiki", "webui": "/spaces/PUMP/11"},
    "children": {"comment": {"results": [{"id": "20", "type": "comment", "title": "Re: Seals", "body": {"view": {"value": "<p>Why?</p>"}},
        "history": {"createdBy": {"accountId": "b1", "displayName": "Bo"}, "createdDate": "2024-01-03T10:00:00.000Z"}}]}},
}  # fmt: skip
LOCKED = {**PAGE, "id": "12", "body": {"storage": {"value": SECRET}}, "children": {},
          "restrictions": {"read": {"restrictions": {"user": {"results": [{"accountId": "a1"}]}, "group": {"results": []}}}}}  # fmt: skip
BELOW = {
    **PAGE,
    "id": "13",
    "body": {"storage": {"value": SECRET}},
    "children": {},
    "restrictions": {},
    "ancestors": [{"id": "12"}],
}
OWN = {
    **PAGE,
    "id": "14",
    "body": {"storage": {"value": SECRET}},
    "children": {},
    "space": {"key": "~a1", "name": "Ann", "type": "personal"},
}


def test_pages_of_the_api_are_read(tmp_path: Path) -> None:
    found = given(confluence, put(tmp_path, {"1.json": json.dumps({"results": [PAGE, LOCKED, BELOW, OWN]})}))
    one, comment = found.messages
    assert (one.key, one.text, one.author.address, one.tags, one.link) == (
        "11",
        "Blue.",
        "ann@x.example",
        ("seal",),
        "https://wiki.example.org/wiki/spaces/PUMP/11",
    )
    assert (comment.key, comment.thread, comment.author.name, comment.title) == ("20", "11", "Bo", "")
    assert found.left == {"private": 3} and SECRET not in str(found.records)


def test_pages_of_the_second_version_of_the_api_are_read(tmp_path: Path) -> None:
    document = json.dumps(
        {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Blue."}]}]}
    )
    one = {"id": "11", "status": "current", "title": "Seals", "spaceId": "1", "authorId": "a1", "createdAt": "2024-01-01T10:00:00.000Z",
           "version": {"createdAt": "2024-01-01T10:00:00.000Z", "authorId": "a1"}, "body": {"atlas_doc_format": {"value": document}}}  # fmt: skip
    comment = {"id": "20", "pageId": "11", "status": "current", "title": "Re: Seals", "version": {"createdAt": "2024-01-02T10:00:00.000Z", "authorId": "b1"},
               "body": {"storage": {"value": "<p>Why?</p>"}}}  # fmt: skip
    files = {"pages.json": {"results": [one, {**one, "id": "12", "spaceId": "9", "body": {"storage": {"value": SECRET}}}]}, "comments.json": {"results": [comment]},
             "spaces.json": {"results": [{"id": "1", "key": "PUMP", "name": "Pumps", "type": "global"}]},
             "users.json": {"results": [{"accountId": "a1", "displayName": "Ann Bee"}]}}  # fmt: skip
    found = given(
        confluence, put(tmp_path, {name: json.dumps(value) for name, value in files.items()})
    ).by_key()
    assert set(found) == {"11", "20"}
    assert (found["11"].text, found["11"].author.name, found["11"].channel, found["20"].thread) == (
        "Blue.",
        "Ann Bee",
        "PUMP",
        "11",
    )


def test_what_is_no_wiki_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="no Confluence export"):
        given(confluence, put(tmp_path, {"a.json": "{}", "b.html": "<p>x</p>"}))


@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=50)
@for_any(
    st.lists(
        st.dictionaries(st.sampled_from([*PAGE, "ancestors", "spaceId", "pageId"]), anything, max_size=4),
        max_size=3,
    )
)
def test_whatever_pages_hold_is_read_or_told(tmp_path: Path, changes: list[dict[str, Any]]) -> None:
    sound(
        confluence,
        put(
            tmp_path, {"a.json": json.dumps({"results": [PAGE, *({**PAGE, **change} for change in changes)]})}
        ),
    )


@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=40)
@for_any(st.data(), st.booleans())
def test_damage_is_read_past_or_told(tmp_path: Path, data: st.DataObject, is_html: bool) -> None:
    whole = bytearray((HTML if is_html else XML).encode())
    for _count in range(data.draw(st.integers(0, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / "entities.xml").unlink(missing_ok=True)
    sound(confluence, put(tmp_path, {"a/1.html" if is_html else "entities.xml": bytes(whole)}))


@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=40)
@for_any(st.integers(0, len(XML)))
def test_a_torn_export_shows_nothing_that_is_restricted(tmp_path: Path, length: int) -> None:
    found = sound(confluence, put(tmp_path, {"entities.xml": XML[:length]}))
    assert SECRET not in str([one.text for one in found.messages] if found else "")


def test_a_torn_export_is_told_and_the_next_one_read(tmp_path: Path) -> None:
    found = given(confluence, put(tmp_path, {"a/entities.xml": XML[:-60], "b/entities.xml": XML}))
    assert [one.file for one in found.troubles] == ["a/entities.xml"] * 2 and len(found.messages) == 4
    pages = json.dumps({"results": [PAGE, BELOW]})
    torn = given(
        confluence, put(tmp_path / "c", {"1.json": pages, "2.json": '{"results": [{"id": "12", "body": {'})
    )
    assert SECRET not in str(torn.records) and len(torn.messages) == 2
