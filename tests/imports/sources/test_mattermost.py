"""Bulk exports of Mattermost: posts and replies of open channels come in, and nothing else does."""

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
from weetwie.imports.sources import mattermost
from weetwie.imports.sources.form import Asked, Record

AT = 1553166657086


def line(kind: str, **about: Any) -> dict[str, Any]:
    return {"type": kind, kind: about}


def user(username: str, *teams: str, **more: Any) -> dict[str, Any]:
    return line(
        "user",
        username=username,
        email=f"{username}@corp.example",
        teams=[{"name": team} for team in teams],
        **more,
    )


def post(message: Any = "Hello", user: str = "ada", channel: str = "general", **more: Any) -> dict[str, Any]:
    return line(
        "post",
        **{"team": "corp", "channel": channel, "user": user, "message": message, "create_at": AT, **more},
    )


HEAD: list[dict[str, Any]] = [
    {"type": "version", "version": 1},
    line("team", name="corp", display_name="Corp", type="O"),
    line("channel", team="corp", name="general", display_name="General talk", type="O"),
    line("channel", team="corp", name="quiet", display_name=CANARY, type="P"),
    user("ada", "corp", first_name="Ada", last_name="Lovelace"),
    user("bob", "corp", nickname="Bobby", delete_at=5),
    line("bot", username="ci", display_name="CI"),
]


def written(path: Path, *lines: Any) -> Path:
    path.write_bytes(
        ("\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines)).encode(
            errors="surrogatepass"
        )
    )
    return path


def of_lines(tmp_path: Path, *lines: Any, asked: Asked | None = None) -> list[Record]:
    return read(mattermost.read, written(tmp_path / "export.jsonl", *HEAD, *lines), asked)


def test_a_post_and_its_replies(tmp_path: Path) -> None:
    reply = {"user": "bob", "message": "yes", "create_at": AT + 5, "edit_at": AT + 9}
    records = of_lines(
        tmp_path, post(replies=[reply], attachments=[{"path": "data/20210622/teams/x/chart.png"}])
    )
    first, second = messages(records)
    assert (first.key, first.channel, first.text, first.thread) == (
        f"corp/general/{AT}/ada",
        "corp/general",
        "Hello",
        "",
    )
    assert first.at == datetime(2019, 3, 21, 11, 10, 57, 86000, tzinfo=UTC)
    assert (first.author.key, first.author.name, first.author.address) == (
        "ada",
        "Ada Lovelace",
        "ada@corp.example",
    )
    assert first.files == ("chart.png",)
    assert (second.reply_to, second.thread, second.author.name) == (first.key, first.key, "Bobby")
    assert second.edited_at is not None and second.edited_at > second.at
    assert (first.place, second.place) == ("line 8", "line 8, reply 1")


def test_an_export_is_found_in_its_archive_whatever_its_name_and_encoding(tmp_path: Path) -> None:
    lines = "\r\n".join(json.dumps(one, ensure_ascii=False) for one in [*HEAD, post("für alle")])
    path = packed(
        tmp_path / "a.zip",
        {"in/der.json": lines.encode("utf-16"), "data/x/notes.json": {}, "data/x/b.zip": b"PK"},
    )
    records = read(mattermost.read, path)
    assert texts(records) == ["für alle"]
    assert troubles(records) == []
    with opened(path) as box:
        assert mattermost.read(box, Asked(address="https://chat.corp.example/")).name == "chat.corp.example"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("@ada, ask @bob. or @nobody mail a@ada", "@Ada Lovelace, ask @Bobby. or @nobody mail a@ada"),
        ("see ~general and ~quiet", "see #General talk and #private"),
        (
            "# Head\n**bold** and _slanted_ snake_case_name 2*3*4",
            "Head\nbold and slanted snake_case_name 2*3*4",
        ),
        (
            "[docs](https://example.org/a_(b)) <https://example.org> ![pic](https://x.example/p.png)",
            "docs (https://example.org/a_(b)) https://example.org pic",
        ),
        ("`@ada **x**` and ```\n@ada\n```", "`@ada **x**` and ```\n@ada\n```"),
        ("a\x00b", "ab"),
    ],
)
def test_marks_become_plain_text(tmp_path: Path, text: str, shown: str) -> None:
    assert texts(of_lines(tmp_path, post(text))) == [shown]


def test_nothing_of_private_channels_and_of_a_few_is_given(tmp_path: Path) -> None:
    records = of_lines(
        tmp_path,
        post(CANARY, channel="quiet", replies=[{"user": "bob", "message": CANARY, "create_at": AT}]),
        post(CANARY, channel="unlisted"),
        post(CANARY, channel="unlisted", create_at=AT + 1),
        line("direct_channel", members=["ada", "bob"]),
        line(
            "direct_post",
            channel_members=["ada", "bob"],
            user="ada",
            message=CANARY,
            create_at=AT,
            replies=[{"message": CANARY}],
        ),
    )
    assert messages(records) == []
    assert [(one.key, one.name, one.is_open) for one in channels(records)] == [
        ("corp/general", "General talk", True),
        ("corp/quiet", "", False),
    ]
    assert left_out(records) == {"private": 4, "direct": 2}
    assert [one.place for one in troubles(records)] == ["line 9"]


@pytest.mark.parametrize(
    ("people", "is_open"),
    [
        (
            [
                user("ada", "corp", "board"),
                user("bob", "corp", "board"),
                user("eve", delete_at=1),
                user("gus", "corp", roles="system_guest"),
            ],
            True,
        ),
        ([user("ada", "corp", "board"), user("bob", "corp")], False),
        ([], False),
    ],
)
def test_a_team_one_must_be_invited_to_is_open_where_everybody_is_in_it(
    tmp_path: Path, people: list[dict[str, Any]], is_open: bool
) -> None:
    board = [
        line("team", name="board", type="I"),
        line("channel", team="board", name="plans", display_name="Plans", type="O"),
    ]
    records = read(
        mattermost.read,
        written(
            tmp_path / "a.jsonl",
            {"type": "version", "version": 1},
            *board,
            *people,
            post("plan", team="board", channel="plans"),
        ),
    )
    assert texts(records) == (["plan"] if is_open else [])


def test_notices_programs_and_what_was_deleted_are_left_out(tmp_path: Path) -> None:
    records = of_lines(
        tmp_path,
        post(type="system_join_channel"),
        post(props={"from_webhook": "true"}),
        post(props={"from_bot": True}),
        post(user="ci"),
        post(type="slack_attachment"),
        post(type="custom_poll"),
        post(""),
        post(delete_at=AT),
        post("waves", type="me", create_at=AT + 1),
    )
    assert texts(records) == ["waves"]
    assert left_out(records) == {"notice": 1, "program": 5, "empty": 1}
    assert removed(records) == [f"corp/general/{AT}/ada"]


def test_what_cannot_be_read_is_told_with_its_line_and_costs_nothing_else(tmp_path: Path) -> None:
    records = of_lines(
        tmp_path,
        "{nonsense",
        [],
        {"type": "new"},
        {"type": "post"},
        post(create_at="noon"),
        "",
        post(replies=["x"]),
        "{",
    )
    assert texts(records) == ["Hello"]
    assert [one.place for one in troubles(records)] == [
        "line 8", "line 9", "line 10", "line 11", "line 12", "line 14, reply 1", "line 15",
    ]  # fmt: skip


def test_keys_stay_short_and_apart(tmp_path: Path) -> None:
    long = "x" * 64
    records = read(
        mattermost.read,
        written(
            tmp_path / "a.jsonl",
            {"type": "version", "version": 1},
            line("channel", team=long, name=long, type="O"),
            *(post(str(at), team=long, channel=long, user=long, create_at=AT + at) for at in range(3)),
        ),
    )
    assert len({one.key for one in messages(records)}) == 3
    assert max(len(one.key) for one in messages(records)) <= 200


@pytest.mark.parametrize(
    "files", [{"a.jsonl": {"type": "post"}}, {"a.txt": b""}, {"b.zip": b"PK"}, {"a.json": b"[" * 9000}]
)
def test_what_is_no_export_is_refused_with_a_sentence(tmp_path: Path, files: dict[str, Any]) -> None:
    with opened(packed(tmp_path / "a.zip", files)) as box, pytest.raises(Invalid) as refused:
        mattermost.read(box, Asked())
    assert "{" not in str(refused.value).replace(mattermost._BEGINS, "")


LINES: list[dict[str, Any]] = [
    *HEAD,
    post(
        "@ada [a](https://b)",
        replies=[{"user": "bob", "message": "x", "create_at": AT}],
        props={"a": "b"},
        attachments=[{"path": "a/b"}],
    ),
    post(CANARY, channel="quiet"),
    line("direct_post", user="ada", message=CANARY, create_at=AT),
]


@settings(suppress_health_check=list(HealthCheck), deadline=None)
@given(data=st.data(), other=anything)
def test_any_value_may_be_any_other(tmp_path: Path, data: st.DataObject, other: Any) -> None:
    way = data.draw(st.sampled_from(every_place(LINES)[1:]))
    lines = with_other(LINES, way, other)
    try:
        records = read(mattermost.read, written(tmp_path / "a.jsonl", *lines))
    except Invalid as refused:
        assert str(refused)
    else:
        assert storable(records)
        assert CANARY not in texts(records)
