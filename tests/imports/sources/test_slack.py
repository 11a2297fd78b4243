"""Exports of Slack: what everybody could read comes in, as plain text, and nothing else does."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from tests.imports.sources.exports import (
    CANARY,
    anything,
    channels,
    every_place,
    left_out,
    messages,
    packed,
    read,
    removed,
    storable,
    texts,
    troubles,
    with_other,
)
from weetwie.errors import Invalid
from weetwie.imports.box import opened
from weetwie.imports.sources import slack
from weetwie.imports.sources.form import LONGEST, Asked, Record

USERS: list[Any] = [
    {
        "id": "U1",
        "team_id": "T1",
        "name": "ada",
        "real_name": "Ada Lovelace",
        "profile": {"email": "ada@corp.example", "display_name": "Ada"},
    },
    {"id": "U2", "team_id": "T1", "name": "bob", "deleted": True, "profile": {"real_name": "Bob Bee"}},
    {"id": "U3", "team_id": "T1", "name": "deploy", "is_bot": True, "profile": {}},
]
CHANNELS: list[Any] = [{"id": "C1", "name": "general"}, {"id": "C2", "name": "pumps", "is_private": False}]
DAY = "2015-06-06.json"


def said(text: Any = "Hello", ts: str = "1433562823.000012", user: str = "U1", **more: Any) -> dict[str, Any]:
    return {"type": "message", "user": user, "text": text, "ts": ts, **more}


def export(tmp_path: Path, *day: Any, **more: Any) -> Path:
    files = {"users.json": USERS, "channels.json": CHANNELS, f"general/{DAY}": list(day)}
    return packed(
        tmp_path / "a.zip",
        {**files, **{name.replace("__", "/") + ".json": one for name, one in more.items()}},
    )


def of_day(tmp_path: Path, *day: Any, asked: Asked | None = None) -> list[Record]:
    return read(slack.read, export(tmp_path, *day), asked)


def text_of(tmp_path: Path, text: str, **more: Any) -> str:
    return texts(of_day(tmp_path, said(text, **more)))[0]


def test_a_message_has_its_author_time_channel_and_place(tmp_path: Path) -> None:
    records = of_day(tmp_path, said("Hello", edited={"user": "U1", "ts": "1433562999.000000"}))
    [message] = messages(records)
    assert message.key == "C1/1433562823.000012"
    assert message.channel == "C1"
    assert message.at == datetime(2015, 6, 6, 3, 53, 43, 12, tzinfo=UTC)
    assert message.edited_at == datetime(2015, 6, 6, 3, 56, 39, tzinfo=UTC)
    assert (message.author.key, message.author.name, message.author.address) == (
        "U1",
        "Ada Lovelace",
        "ada@corp.example",
    )
    assert (message.file, message.place) == (f"general/{DAY}", "message 1")
    assert message.link == ""
    assert [(one.key, one.name, one.is_open) for one in channels(records)] == [
        ("C1", "general", True),
        ("C2", "pumps", True),
    ]


def test_the_workspace_names_the_source_and_the_folder_around_it_does_not_matter(tmp_path: Path) -> None:
    inside = {"users.json": USERS, "channels.json": CHANNELS, f"general/{DAY}": [said()]}
    path = packed(tmp_path / "b.zip", {f"Acme Slack export/{name}": one for name, one in inside.items()})
    with opened(path) as box:
        assert slack.read(box, Asked()).name == "T1"
    assert texts(read(slack.read, path)) == ["Hello"]


def test_links_back_come_from_the_address_that_is_given_or_the_files_that_were_shared(tmp_path: Path) -> None:
    given = of_day(
        tmp_path,
        said(),
        said("yes", "1433562824.000000", thread_ts="1433562823.000012"),
        asked=Asked(address="https://acme.slack.com/"),
    )
    assert [one.link for one in messages(given)] == [
        "https://acme.slack.com/archives/C1/p1433562823000012",
        "https://acme.slack.com/archives/C1/p1433562824000000?thread_ts=1433562823.000012&cid=C1",
    ]
    shared = said("see", files=[{"name": "a.pdf", "permalink": "https://acme.slack.com/files/U1/F1/a.pdf"}])
    [message] = messages(of_day(tmp_path, shared))
    assert message.link == "https://acme.slack.com/archives/C1/p1433562823000012"
    assert message.files == ("a.pdf",)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("<@U1> and <@U9> and <@U8|carl>", "@Ada and @U9 and @carl"),
        ("in <#C1|general> or <#C9|secret-plans>", "in #general or #private"),
        ("<!here> <!channel> <!subteam^S1|@ops> <!subteam^S2>", "@here @channel @ops @group"),
        ("<!date^1392734382^{date}|Feb 18, 2014>", "Feb 18, 2014"),
        ("<https://example.org/a?b=1&amp;c=2>", "https://example.org/a?b=1&c=2"),
        ("<https://example.org/a|our page>", "our page (https://example.org/a)"),
        ("<http://example.org|example.org>", "http://example.org"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("a &lt; b &amp;&amp; c &gt; d &amp;lt;", "a < b && c > d &lt;"),
        ("*bold* _slanted_ ~gone~ snake_case_name 2*3*4", "bold slanted gone snake_case_name 2*3*4"),
        ("`a *b* &lt;c` and ```x = *y*\nz```", "`a *b* <c` and ```x = *y*\nz```"),
        ("a\x00b\ud800", "ab"),
    ],
)
def test_marks_become_plain_text(tmp_path: Path, written: str, shown: str) -> None:
    assert text_of(tmp_path, written) == shown


def test_blocks_are_read_where_there_is_no_text(tmp_path: Path) -> None:
    runs = [
        {"type": "text", "text": "Use "},
        {"type": "text", "text": "v2", "style": {"code": True}},
        {"type": "text", "text": " says "},
        {"type": "user", "user_id": "U1"},
        {"type": "link", "url": "https://example.org/x", "text": "here"},
    ]
    rich = [
        {"type": "rich_text_section", "elements": runs},
        {
            "type": "rich_text_list",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]}],
        },
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "a = 1"}]},
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "said"}]},
    ]
    blocks = [
        {"type": "rich_text", "elements": rich},
        {"type": "section", "text": {"type": "mrkdwn", "text": "*the end*"}},
    ]
    shown = "Use `v2` says @Adahere (https://example.org/x)\n- one\n```\na = 1\n```\n> said\nthe end"
    assert text_of(tmp_path, "", blocks=blocks) == shown
    assert (
        text_of(
            tmp_path,
            "",
            attachments=[{"title": "T", "text": "words", "fields": [{"title": "f", "value": "v"}]}],
        )
        == "T\nwords\nf: v"
    )


def test_a_thread_knows_its_beginning_and_a_broadcast_is_no_second_message(tmp_path: Path) -> None:
    root = "1433562823.000012"
    reply = said("yes", "1433562824.000000", "U2", thread_ts=root)
    records = of_day(
        tmp_path,
        said(thread_ts=root),
        reply,
        {**reply, "subtype": "thread_broadcast"},
        said("yes", "1433562825.000000", "U2", thread_ts=root, subtype="thread_broadcast"),
        said("all should see", "1433562826.000000", "U2", thread_ts=root, subtype="thread_broadcast"),
    )
    assert [(one.text, one.thread, one.reply_to) for one in messages(records)] == [
        ("Hello", "", ""),
        ("yes", f"C1/{root}", f"C1/{root}"),
        ("all should see", f"C1/{root}", f"C1/{root}"),
    ]
    assert left_out(records) == {"copy": 2}


def test_joins_topics_programs_and_empty_ones_are_left_out(tmp_path: Path) -> None:
    records = of_day(
        tmp_path,
        said("<@U1> has joined", subtype="channel_join"),
        said("set the topic", "1433562824.000000", subtype="channel_topic"),
        said("something new", "1433562825.000000", subtype="of_next_year"),
        said("deployed", "1433562826.000000", "U3"),
        said("deployed", "1433562827.000000", bot_id="B1"),
        {
            "type": "message",
            "subtype": "bot_message",
            "text": "x",
            "ts": "1433562828.000000",
            "username": "ci",
        },
        said("reminder", "1433562829.000000", "USLACKBOT"),
        said("", "1433562830.000000", files=[{"name": "a.pdf"}]),
        said(None, "1433562831.000000"),
        said("kept", "1433562832.000000", bot_id=None),
    )
    assert texts(records) == ["kept"]
    assert left_out(records) == {"notice": 3, "program": 4, "empty": 2}


def test_what_was_deleted_there_is_told_so_and_what_was_changed_is_read_as_it_is_now(tmp_path: Path) -> None:
    records = of_day(
        tmp_path,
        said("This message was deleted.", subtype="tombstone"),
        {
            "type": "message",
            "subtype": "message_deleted",
            "deleted_ts": "1433562000.000001",
            "ts": "1433562900.000001",
        },
        said("old", "1433562824.000000"),
        {
            "type": "message",
            "subtype": "message_changed",
            "ts": "1433562950.000001",
            "message": said("new", "1433562824.000000"),
            "previous_message": said("old", "1433562824.000000"),
        },
    )
    assert removed(records) == ["C1/1433562823.000012", "C1/1433562000.000001"]
    assert [(one.key, one.text) for one in messages(records)] == [
        ("C1/1433562824.000000", "old"),
        ("C1/1433562824.000000", "new"),
    ]


def test_until_2018_what_was_said_of_a_file_stood_beside_it(tmp_path: Path) -> None:
    file = {"name": "chart.png", "title": "Intro to WebGL", "initial_comment": {"comment": "worth a look"}}
    shared = said(
        "<@U1|ada> uploaded a file: <https://x|Intro>", subtype="file_share", file=file, bot_id=None
    )
    about = said(
        "<@U2> commented on",
        "1433562824.000000",
        "",
        subtype="file_comment",
        file=file,
        comment={"user": "U2", "comment": "nice"},
    )
    records = messages(of_day(tmp_path, shared, about))
    assert [(one.text, one.author.key, one.files) for one in records] == [
        ("Intro to WebGL\nworth a look", "U1", ("chart.png",)),
        ("nice", "U2", ("chart.png",)),
    ]


def test_people_of_other_workspaces_are_named_by_what_stands_beside_their_messages(tmp_path: Path) -> None:
    other = said("hi", user="U77", user_profile={"real_name": "Cy Dee", "name": "cy"}, user_team="T9")
    nobody = {"type": "message", "text": "who?", "ts": "1433562824.000000"}
    assert [one.author.name for one in messages(of_day(tmp_path, other, nobody))] == ["Cy Dee", ""]


def test_nothing_of_private_channels_and_of_a_few_is_given(tmp_path: Path) -> None:
    secret = [said(CANARY), said(CANARY, "1433562824.000000")]
    unfurled = said(
        "", "1433562825.000000", attachments=[{"is_msg_unfurl": True, "channel_id": "G1", "text": CANARY}]
    )
    quoted = said(
        "see", "1433562826.000000", attachments=[{"is_share": True, "text": CANARY, "fallback": CANARY}]
    )
    marks = ["is_private", "is_group", "is_mpim", "is_im"]
    path = packed(
        tmp_path / "a.zip",
        {
            "users.json": USERS,
            "channels.json": [
                *CHANNELS,
                *({"id": f"X{mark}", "name": mark, mark: True} for mark in marks),
                {"id": "C7", "name": "moved"},
            ],
            "groups.json": [{"id": "G1", "name": CANARY}, {"id": "C7", "name": "moved"}],
            "mpims.json": [{"id": "G2", "name": "mpdm-ada--bob-1"}],
            "dms.json": [{"id": "D1", "members": ["U1", "U2"]}],
            f"general/{DAY}": [unfurled, quoted, said(f"<#G1|{CANARY}>", "1433562827.000000")],
            **{
                f"{folder}/{DAY}": secret
                for folder in (CANARY, "moved", "mpdm-ada--bob-1", "D1", "unlisted", "FC:F1:x", *marks)
            },
            "groups/2015.json": secret,
            f"general/attachments/{DAY}": secret,
        },
    )
    records = read(slack.read, path)
    assert texts(records) == ["see", "#private"]
    assert CANARY not in "".join(f"{one}" for one in [*messages(records), *channels(records)])
    assert left_out(records) == {"private": 14, "direct": 8, "empty": 1}
    assert sorted(one.file for one in troubles(records)) == ["groups", "unlisted"]


def test_a_folder_may_be_called_by_an_older_name_by_the_id_or_in_other_signs(tmp_path: Path) -> None:
    path = packed(
        tmp_path / "a.zip",
        {
            "channels.json": [
                {"id": "C1", "name": "neu", "previous_names": ["alt"]},
                {"id": "C2", "name": "caf\u00e9"},
            ],
            f"alt/{DAY}": [said("1")],
            f"C1/{DAY}": [said("2", "1433562824.000000")],
            f"cafe\u0301/{DAY}": [said("3")],
            "neu.json": [said("4", "1433562825.000000")],
        },
    )
    assert sorted(texts(read(slack.read, path))) == ["1", "2", "3", "4"]


def test_the_workspaces_of_a_grid_are_read(tmp_path: Path) -> None:
    path = packed(
        tmp_path / "a.zip",
        {
            "org_users.json": USERS,
            "channels.json": [{"id": "C1", "name": "all"}],
            f"all/{DAY}": [said("org")],
            "teams/acme/channels.json": [{"id": "C5", "name": "general"}],
            "teams/acme/groups.json": [{"id": "G5", "name": "quiet"}],
            f"teams/acme/general/{DAY}": [said("team")],
            f"teams/acme/quiet/{DAY}": [said(CANARY)],
        },
    )
    assert [(one.channel, one.text) for one in messages(read(slack.read, path))] == [
        ("C1", "org"),
        ("C5", "team"),
    ]


def test_what_cannot_be_read_is_told_with_its_place_and_costs_nothing_else(tmp_path: Path) -> None:
    path = packed(
        tmp_path / "a.zip",
        {
            "users.json": [*USERS, "nobody", {}],
            "channels.json": CHANNELS,
            f"general/{DAY}": ["x", said(ts="yesterday"), said(ts=None), said("fine"), 7],  # type: ignore[arg-type]
            "general/2015-06-07.json": b'[{"ts": "1433649223.000012", "text": "before"}, {"ts": ',
            "general/2015-06-08.json": '[{"ts": "1433735623.000012", "text": "für"}]'.encode("cp1252"),
            "pumps/2015-06-07.json": [said("other", "1433649223.000012")],
            "more.zip": b"PK",
            "../../general/2015-06-09.json": [said("outside")],
        },
    )
    records = read(slack.read, path)
    assert texts(records) == ["fine", "before", "für", "other"]
    assert sorted((one.file, one.place) for one in troubles(records)) == [
        ("../../general/2015-06-09.json", ""),
        (f"general/{DAY}", "message 1"),
        (f"general/{DAY}", "message 2"),
        (f"general/{DAY}", "message 3"),
        (f"general/{DAY}", "message 5"),
        ("general/2015-06-07.json", "message 2"),
        ("more.zip", ""),
        ("users.json", "4"),
    ]


def test_what_is_older_or_longer_than_wanted(tmp_path: Path) -> None:
    since = Asked(since=datetime(2015, 6, 6, 4, tzinfo=UTC))
    records = of_day(tmp_path, said(), said("x" * (LONGEST + 9), "1433566823.000012"), asked=since)
    assert [len(one) for one in texts(records)] == [LONGEST]
    assert left_out(records) == {"older": 1}


@pytest.mark.parametrize(
    "files", [{"a.json": []}, {"channels.json": {}}, {"users.json": b"no"}, {"inner.zip": b"PK"}]
)
def test_what_is_no_export_is_refused_with_a_sentence(tmp_path: Path, files: dict[str, Any]) -> None:
    path = packed(tmp_path / "a.zip", files)
    with opened(path) as box, pytest.raises(Invalid) as refused:
        slack.read(box, Asked())
    assert str(refused.value)


PARTS: dict[str, Any] = {
    "users.json": USERS,
    "channels.json": CHANNELS,
    "groups.json": [{"id": "G1", "name": "quiet"}],
    f"general/{DAY}": [
        said("<@U1> `a`", files=[{"name": "a"}], edited={"ts": "1433562999.0"}, thread_ts="1433562000.1"),
        said(
            "",
            "1433562824.1",
            blocks=[
                {
                    "type": "rich_text",
                    "elements": [
                        {
                            "type": "rich_text_list",
                            "elements": [
                                {
                                    "type": "rich_text_section",
                                    "elements": [{"type": "text", "text": "x", "style": {}}],
                                }
                            ],
                        }
                    ],
                }
            ],
        ),
        said(
            "",
            "1433562825.1",
            attachments=[{"text": "x", "fields": [{"title": "y", "value": "z"}], "blocks": []}],
            user_profile={},
        ),
        said(
            "",
            "1433562826.1",
            subtype="file_comment",
            file={"name": "x"},
            comment={"user": "U1", "comment": "c"},
        ),
        {"subtype": "message_changed", "message": said("z")},
    ],
    f"quiet/{DAY}": [said(CANARY)],
}


@settings(suppress_health_check=list(HealthCheck), deadline=None)
@given(data=st.data(), other=anything)
def test_any_value_may_be_any_other(tmp_path: Path, data: st.DataObject, other: Any) -> None:
    name = data.draw(st.sampled_from(sorted(PARTS)))
    way = data.draw(st.sampled_from(every_place(PARTS[name])))
    path = packed(tmp_path / "a.zip", {**PARTS, name: with_other(PARTS[name], way, other)})
    try:
        records = read(slack.read, path)
    except Invalid as refused:
        assert str(refused)
    else:
        assert storable(records)
        assert CANARY not in texts(records)
