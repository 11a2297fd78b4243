"""Exports of Zulip: what stands in public channels comes in, by topics, and nothing else does."""

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
    storable,
    texts,
    troubles,
    with_other,
)
from weetwie.errors import Invalid
from weetwie.imports.box import opened
from weetwie.imports.sources import zulip
from weetwie.imports.sources.form import Asked, Record

REALM: dict[str, Any] = {
    "zerver_realm": [{"id": 2, "string_id": "corp", "name": "Corp"}],
    "zerver_userprofile": [
        {
            "id": 10,
            "full_name": "Ada Lovelace",
            "email": "user10@corp.example",
            "delivery_email": "ada@corp.example",
            "is_bot": False,
        },
        {"id": 11, "full_name": "Bob", "email": "bob@corp.example", "is_bot": False, "is_active": False},
        {"id": 12, "full_name": "CI", "email": "ci-bot@corp.example", "is_bot": True},
    ],
    "zerver_userprofile_crossrealm": [{"id": 1, "email": "notification-bot@zulip.com"}],
    "zerver_stream": [
        {"id": 5, "name": "general", "invite_only": False},
        {"id": 6, "name": CANARY, "invite_only": True},
        {"id": 7, "name": "unsaid"},
    ],
    "zerver_recipient": [
        {"id": 100, "type": 2, "type_id": 5},
        {"id": 101, "type": 2, "type_id": 6},
        {"id": 102, "type": 1, "type_id": 10},
        {"id": 103, "type": 3, "type_id": 1},
        {"id": 104, "type": 2, "type_id": 7},
    ],
    "zerver_subscription": [{"id": 1}],
}


def said(content: Any = "Hello", key: Any = 1, **more: Any) -> dict[str, Any]:
    row = {
        "id": key,
        "sender": 10,
        "recipient": 100,
        "subject": "pumps",
        "content": content,
        "date_sent": 1553166657.25 + key,
    }
    return {**row, **more}


def export(tmp_path: Path, *rows: Any, **more: Any) -> Path:
    first = {"zerver_usermessage": [{"id": 1}], "zerver_message": list(rows)}
    files = {"realm.json": REALM, "messages-000001.json": first, "uploads/1.zip": b"PK", **more}
    return packed(tmp_path / "a.zip", {f"zulip-export-x/{name}": one for name, one in files.items()})


def of_rows(tmp_path: Path, *rows: Any, asked: Asked | None = None) -> list[Record]:
    return read(zulip.read, export(tmp_path, *rows), asked)


def test_a_topic_is_a_thread_that_its_first_message_begins(tmp_path: Path) -> None:
    bot = said("deployed", 0, sender=12)
    records = of_rows(
        tmp_path,
        bot,
        said(),
        said("yes", 2, sender=11, subject="\u2714 Pumps", last_edit_time=1553166999),
        said("new", 3, subject="valves"),
    )
    assert [(one.key, one.text, one.thread, one.title) for one in messages(records)] == [
        ("1", "Hello", "", "pumps"),
        ("2", "yes", "1", ""),
        ("3", "new", "", "valves"),
    ]
    first, second, _third = messages(records)
    assert (first.author.key, first.author.name, first.author.address) == (
        "10",
        "Ada Lovelace",
        "ada@corp.example",
    )
    assert (first.channel, first.at) == ("5", datetime(2019, 3, 21, 11, 10, 58, 250000, tzinfo=UTC))
    assert second.edited_at == datetime(2019, 3, 21, 11, 16, 39, tzinfo=UTC)
    assert (first.file, first.place) == ("zulip-export-x/messages-000001.json", "message 2")
    assert left_out(records) == {"program": 1}
    assert troubles(records) == []


def test_the_organisation_names_the_source_and_its_address_makes_links(tmp_path: Path) -> None:
    path = export(tmp_path, said(subject="pumps & seals 2.0"))
    asked = Asked(address="https://zulip.corp.example/")
    with opened(path) as box:
        assert zulip.read(box, asked).name == "corp"
    records = read(zulip.read, path, asked)
    assert messages(records)[0].link == (
        "https://zulip.corp.example/#narrow/channel/5-general/topic/pumps.20.26.20seals.202.2E0/near/1"
    )
    assert channels(records)[0].link == "https://zulip.corp.example/#narrow/channel/5"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("@**Ada Lovelace** @_**Bob|11** @*ops* @**all**", "@Ada Lovelace @Bob @ops @all"),
        (f"#**general** #**general>pumps** #**general>pumps@12** #**{CANARY}**", "#general #general > pumps #general > pumps #private"),
        ("/me waves", "waves"),
        ("@_**Bob|11** [said](https://z.example/#narrow/near/1):\n```quote\nold words\n```\nI agree", "I agree"),
        ("````quote\na\n```\nb\n```\n````\nyes", "yes"),
        ("```spoiler The end\nthey met\n```", "The end\nthey met"),
        ("see [chart.png](/user_uploads/2/ab/chart.png) and [docs](https://example.org)", "see chart.png and docs (https://example.org)"),
        ("`@**Ada Lovelace**` **bold** <time:2024-01-01T10:00:00+00:00>", "`@**Ada Lovelace**` bold 2024-01-01T10:00:00+00:00"),
    ],
)  # fmt: skip
def test_marks_become_plain_text(tmp_path: Path, written: str, shown: str) -> None:
    assert texts(of_rows(tmp_path, said(written))) == [shown]


def test_what_was_rendered_is_read_where_nothing_else_is_there(tmp_path: Path) -> None:
    rendered = "<blockquote>old</blockquote><p>use <code>x</code></p>"
    assert texts(of_rows(tmp_path, said("", rendered_content=rendered))) == ["use `x`"]


def test_files_are_named(tmp_path: Path) -> None:
    [message] = messages(
        of_rows(tmp_path, said("[chart](/user_uploads/2/ab/c.png) [](/user_uploads/2/d.pdf)"))
    )
    assert message.files == ("chart", "d.pdf")


def test_nothing_of_private_channels_and_of_a_few_is_given(tmp_path: Path) -> None:
    records = of_rows(
        tmp_path, *(said(CANARY, number, recipient=number) for number in (101, 102, 103, 104, 999))
    )
    assert messages(records) == []
    assert [(one.key, one.name, one.is_open) for one in channels(records)] == [
        ("5", "general", True),
        ("6", "", False),
        ("7", "", False),
    ]
    assert left_out(records) == {"private": 3, "direct": 2}


def test_programs_notices_of_zulip_and_empty_ones_are_left_out(tmp_path: Path) -> None:
    records = of_rows(
        tmp_path, said(sender=12), said("moved here", 2, sender=1), said("", 3), said("```quote\nx\n```", 4)
    )
    assert messages(records) == []
    assert left_out(records) == {"program": 2, "empty": 2}


def test_what_cannot_be_read_is_told_with_its_place_and_costs_nothing_else(tmp_path: Path) -> None:
    cut = b'{"zerver_message": [{"id": 8, "sender": 10, "recipient": 100, "content": "before", "date_sent": 1553166657}, {"id"'
    more = {"zerver_message": [said("last", 9)]}
    path = export(
        tmp_path,
        7,
        said(date_sent="noon"),
        said(key=0, id=None),
        said(),
        **{"messages-000002.json": cut, "messages-000003.json": more, "a.zip": b"PK"},
    )
    records = read(zulip.read, path)
    assert texts(records) == ["Hello", "before", "last"]
    assert [(one.file.rpartition("/")[2], one.place) for one in troubles(records)] == [
        ("a.zip", ""),
        ("messages-000001.json", "message 1"),
        ("messages-000001.json", "message 2"),
        ("messages-000001.json", "message 3"),
        ("messages-000002.json", "zerver_message.2"),
    ]


@pytest.mark.parametrize(
    "files", [{"a.json": {}}, {"realm.json": {"realm": "keycloak"}}, {"realm.json": []}, {"realm.json": b"{"}]
)
def test_what_is_no_export_is_refused_with_a_sentence(tmp_path: Path, files: dict[str, Any]) -> None:
    with opened(packed(tmp_path / "a.zip", files)) as box, pytest.raises(Invalid) as refused:
        zulip.read(box, Asked())
    assert str(refused.value)


PARTS: dict[str, Any] = {
    "realm.json": REALM,
    "messages-000001.json": {
        "zerver_message": [
            said("@**Ada** #**general>x** [a](/user_uploads/b) <time:1>", last_edit_time=1.5),
            said("", 2, rendered_content="<p>x</p>"),
            said(CANARY, 3, recipient=101),
        ]
    },
}


@settings(suppress_health_check=list(HealthCheck), deadline=None)
@given(data=st.data(), other=anything)
def test_any_value_may_be_any_other(tmp_path: Path, data: st.DataObject, other: Any) -> None:
    name = data.draw(st.sampled_from(sorted(PARTS)))
    way = data.draw(st.sampled_from(every_place(PARTS[name])))
    path = packed(tmp_path / "a.zip", {**PARTS, name: with_other(PARTS[name], way, other)})
    try:
        records = read(zulip.read, path)
    except Invalid as refused:
        assert str(refused)
    else:
        assert storable(records)
        assert CANARY not in texts(records) or other is False or other == 100
