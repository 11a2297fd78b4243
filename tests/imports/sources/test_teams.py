"""What Graph gives of Teams: standard channels come in with their replies, and nothing else does."""

import json
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
from weetwie.imports.sources import teams
from weetwie.imports.sources.form import Asked, Record

TEAM = "6703ac8a-c49b-4fd4-8223-28f0ac3a6402"
TENANT = "df81db53-c7e2-418a-8803-0e68d4b88607"
GENERAL = "19:general@thread.tacv2"


def channel(
    key: str = GENERAL, kind: Any = "standard", name: str = "General", team: str = TEAM
) -> dict[str, Any]:
    address = f"https://teams.microsoft.com/l/channel/{key}/{name}?groupId={team}&tenantId={TENANT}"
    return {"id": key, "displayName": name, "membershipType": kind, "webUrl": address}


def said(content: Any = "<p>Hello</p>", key: Any = "1", where: Any = GENERAL, **more: Any) -> dict[str, Any]:
    return {
        "id": key,
        "replyToId": None,
        "messageType": "message",
        "createdDateTime": "2021-03-02T10:23:45.1234567Z",
        "lastEditedDateTime": None,
        "deletedDateTime": None,
        "subject": None,
        "chatId": None,
        "webUrl": f"https://teams.microsoft.com/l/message/{where}/{key}?groupId={TEAM}&tenantId={TENANT}",
        "eventDetail": None,
        "policyViolation": None,
        "from": {"application": None, "device": None, "user": {"id": "u1", "displayName": "Ada Lovelace"}},
        "body": {"contentType": "html", "content": content},
        "channelIdentity": {"teamId": TEAM, "channelId": where},
        "attachments": [],
        "mentions": [],
        **more,
    }


PEOPLE = {
    "value": [
        {
            "id": "u1",
            "displayName": "Ada L.",
            "mail": "ada@corp.example",
            "userPrincipalName": "al@corp.example",
        }
    ]
}


def export(tmp_path: Path, *day: Any, **more: Any) -> Path:
    files = {
        "people.json": PEOPLE,
        "x/channels.json": {"value": [channel()]},
        "x/messages.json": {"value": list(day)},
    }
    return packed(tmp_path / "a.zip", {**files, **{f"more/{name}.json": one for name, one in more.items()}})


def of_day(tmp_path: Path, *day: Any, **more: Any) -> list[Record]:
    return read(teams.read, export(tmp_path, *day, **more))


def test_a_message_and_its_replies_wherever_they_stand(tmp_path: Path) -> None:
    inside = said("<p>inside</p>", "2", lastEditedDateTime="2021-03-02T11:00:00Z")
    beside = said("<p>beside</p>", "3", replyToId="1")
    records = of_day(tmp_path, said(subject="Pumps", replies=[inside]), replies=[beside])
    found = {one.text: one for one in messages(records)}
    first = found["Hello"]
    assert (first.key, first.channel, first.title, first.thread) == (f"{GENERAL}/1", GENERAL, "Pumps", "")
    assert first.at == datetime(2021, 3, 2, 10, 23, 45, 123456, tzinfo=UTC)
    assert (first.author.key, first.author.name, first.author.address) == ("u1", "Ada L.", "ada@corp.example")
    assert first.link.startswith("https://teams.microsoft.com/l/message/")
    assert found["inside"].thread == found["beside"].thread == f"{GENERAL}/1"
    assert found["inside"].edited_at == datetime(2021, 3, 2, 11, tzinfo=UTC)
    assert [(one.name, one.is_open) for one in channels(records)] == [("General", True)]
    assert troubles(records) == []


def test_the_tenant_names_the_source(tmp_path: Path) -> None:
    with opened(export(tmp_path, said())) as box:
        assert teams.read(box, Asked()).name == TENANT


NESTED = {
    "id": TEAM,
    "displayName": "Corp",
    "channels": [{**channel(), "messages": [said(channelIdentity=None)]}],
}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", json.dumps({"teams": [NESTED]}).encode()),
        ("a.json", json.dumps([NESTED]).encode("utf-16")),
        ("a.json", json.dumps({**channel(), "messages": [said(channelIdentity=None)]}).encode()),
        ("a.json", b"\xef\xbb\xbf" + json.dumps([channel(), said()]).encode()),
        ("a.json", "\n".join(json.dumps({"value": [one]}) for one in (channel(), said())).encode()),
        ("a.jsonl", "\n".join(json.dumps(one) for one in (channel(), said())).encode()),
    ],
)
def test_scripts_write_down_what_graph_gives_in_many_ways(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    [message] = messages(read(teams.read, tmp_path / name))
    assert (message.text, message.channel) == ("Hello", GENERAL)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ('<p><at id="0">Bob Bee</at>&nbsp;see <a href="https://example.org/a?b=1&amp;c=2">this</a></p>', "@Bob Bee\u00a0see this (https://example.org/a?b=1&c=2)"),
        ('<div>one<br>two</div><attachment id="x"></attachment>', "one\ntwo"),
        ('<p>use <code>a &lt; b</code> <emoji id="smile" alt="\U0001f642" title="Smile"></emoji></p>', "use `a < b` \U0001f642"),
        ('<codeblock class="Python"><code>a = 1<br>b = 2</code></codeblock>', "```\na = 1\nb = 2\n```"),
        ("<blockquote>old words</blockquote><p>I agree</p>", "I agree"),
        ('<div>Welcome! <span type="(smile)"><img alt="smile" itemtype="http://schema.skype.com/Emoji" src="https://x.example"></span></div>', "Welcome!"),
        ("<p>a\x00b</p>", "ab"),
    ],
)  # fmt: skip
def test_html_becomes_plain_text(tmp_path: Path, written: str, shown: str) -> None:
    assert texts(of_day(tmp_path, said(written))) == [shown]


def test_plain_text_stays_as_it_is_and_files_are_named(tmp_path: Path) -> None:
    attached = [
        {"contentType": "reference", "name": "a.pdf"},
        {"contentType": "messageReference", "name": None, "content": CANARY},
    ]
    records = of_day(tmp_path, said(body={"contentType": "text", "content": "a < b"}, attachments=attached))
    assert texts(records) == ["a < b"]
    assert messages(records)[0].files == ("a.pdf",)


def test_nothing_of_private_and_shared_channels_of_private_teams_and_chats_is_given(tmp_path: Path) -> None:
    other = "7703ac8a-c49b-4fd4-8223-28f0ac3a6402"
    closed = {
        "19:private": channel("19:private", "private", CANARY),
        "19:shared": channel("19:shared", "shared", CANARY),
        "19:unsaid": channel("19:unsaid", None, CANARY),
        "19:inside": channel("19:inside", "standard", CANARY, other),
    }
    records = of_day(
        tmp_path,
        *(said(CANARY, where=key) for key in (*closed, "19:unlisted", "19:unlisted")),
        said(CANARY, channelIdentity=None, chatId="19:chat@unq.gbl.spaces"),
        said(CANARY, channelIdentity=None),
        said(CANARY, policyViolation={"dlpAction": "blockAccess"}),
        a=[*closed.values(), {"id": other, "displayName": "Board", "visibility": "Private"}],
        b={**channel("19:private", "standard", CANARY)},
    )
    assert messages(records) == []
    assert [one.name for one in channels(records)] == ["", "", "", "", "General"]
    assert left_out(records) == {"private": 8, "direct": 1}
    assert [one.values["channel"] for one in troubles(records)] == ["19:unlisted"]


def test_a_public_team_and_what_is_in_it(tmp_path: Path) -> None:
    team = {"id": TEAM, "displayName": "Corp", "visibility": "Public"}
    assert texts(of_day(tmp_path, said(), team=team)) == ["Hello"]
    assert texts(of_day(tmp_path, said(), team={**team, "visibility": "HiddenMembership"})) == []


def test_a_channel_that_nothing_tells_of_comes_in_only_where_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"value": [said(), said(where="19:other")]}))
    assert texts(read(teams.read, tmp_path / "a.json")) == []
    records = read(teams.read, tmp_path / "a.json", Asked(lists=(GENERAL,)))
    assert [one.channel for one in messages(records)] == [GENERAL]
    unsaid = packed(tmp_path / "b.zip", {"a.json": [said()], "b.json": [channel(kind=None)]})
    assert texts(read(teams.read, unsaid, Asked(lists=(GENERAL,)))) == ["Hello"]
    closed = packed(tmp_path / "a.zip", {"a.json": [said()], "b.json": [channel(kind="private")]})
    assert texts(read(teams.read, closed, Asked(lists=(GENERAL,)))) == []


def test_notices_programs_and_what_was_deleted_are_left_out(tmp_path: Path) -> None:
    records = of_day(
        tmp_path,
        said("<systemEventMessage/>", messageType="systemEventMessage"),
        said(messageType="unknownFutureValue", eventDetail={"@odata.type": "#x"}),
        said(**{"from": {"application": {"displayName": "CI"}, "user": None}}),
        said("", deletedDateTime="2021-03-03T00:00:00Z"),
        said("", "4"),
        said("<p>by nobody</p>", "5", **{"from": None}),
    )
    assert texts(records) == ["by nobody"]
    assert left_out(records) == {"notice": 2, "program": 1, "empty": 1}
    assert removed(records) == [f"{GENERAL}/1"]


def test_names_that_a_directory_makes_up_are_no_addresses(tmp_path: Path) -> None:
    guest = {
        "id": "u2",
        "displayName": "Eve",
        "userPrincipalName": "eve_x.example#EXT#@corp.onmicrosoft.com",
        "mail": None,
    }
    member = {"id": "u3", "displayName": "Bob", "userPrincipalName": "bob@corp.example", "mail": None}
    by = [said(key=one["id"], **{"from": {"user": {"id": one["id"]}}}) for one in (guest, member)]
    found = {
        one.author.name: one.author.address for one in messages(of_day(tmp_path, *by, people=[guest, member]))
    }
    assert found == {"Eve": "", "Bob": "bob@corp.example"}


def test_what_cannot_be_read_is_told_with_its_place_and_costs_nothing_else(tmp_path: Path) -> None:
    path = packed(
        tmp_path / "a.zip",
        {
            "a.json": {
                "value": [
                    channel(),
                    7,
                    said(createdDateTime="noon"),
                    said(key=None),
                    said(replies=["x", said(key="9", createdDateTime=None)]),
                ]
            },
            "b.json": json.dumps([said("<p>before</p>", "2")]).encode()[:-1] + b', {"id": ',
            "c.zip": b"PK",
        },
    )
    records = read(teams.read, path)
    assert texts(records) == ["Hello", "before"]
    assert [(one.file, one.place) for one in troubles(records)] == [
        ("c.zip", ""),
        ("a.json", "value.2"),
        ("a.json", "value.3"),
        ("a.json", "value.4"),
        ("a.json", "value.5, reply 1"),
        ("a.json", "value.5, reply 2"),
        ("b.json", "2"),
    ]


@pytest.mark.parametrize(
    "files", [{"a.json": {}}, {"a.json": [{"id": "x"}]}, {"a.txt": b"x"}, {"b.zip": b"PK"}, {"a.json": b"{"}]
)
def test_what_is_no_export_is_refused_with_a_sentence(tmp_path: Path, files: dict[str, Any]) -> None:
    with opened(packed(tmp_path / "a.zip", files)) as box, pytest.raises(Invalid) as refused:
        teams.read(box, Asked())
    assert str(refused.value)


PARTS: dict[str, Any] = {
    "a.json": {
        "teams": [{**NESTED, "visibility": "public", "members": [{"userId": "u1", "email": "a@b.example"}]}]
    },
    "b.json": [
        channel("19:p", "private"),
        said(CANARY, where="19:p"),
        said(CANARY, chatId="19:chat", channelIdentity=None),
    ],
    "c.json": {
        "value": [
            said(
                '<at id="0">x</at><code>y</code>',
                replies=[said("z", "2")],
                attachments=[{"contentType": "reference", "name": "a"}],
            )
        ]
    },
    "d.jsonl": PEOPLE,
}


@settings(suppress_health_check=list(HealthCheck), deadline=None)
@given(data=st.data(), other=anything)
def test_any_value_may_be_any_other(tmp_path: Path, data: st.DataObject, other: Any) -> None:
    name = data.draw(st.sampled_from(sorted(PARTS)))
    way = data.draw(st.sampled_from(every_place(PARTS[name])))
    path = packed(tmp_path / "a.zip", {**PARTS, name: with_other(PARTS[name], way, other)})
    try:
        records = read(teams.read, path)
    except Invalid as refused:
        assert str(refused)
    else:
        assert storable(records)
        assert CANARY not in texts(records)
