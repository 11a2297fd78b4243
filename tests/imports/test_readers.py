"""The readers: whatever a file holds, each line is a record or is told as bad, and memory stays flat."""

import gzip
import json
import os
import subprocess
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tests.imports.bringing import DATA
from weetwie.imports.git import Repository, told
from weetwie.imports.lines import LONGEST, BadLine, FileLine, LinesFile
from weetwie.imports.people import of_json, of_table, people
from weetwie.imports.posts import posts
from weetwie.imports.records import BadRecord, PersonRecord, PostRecord, SourcePerson

POST = {"id": "1", "author": "ada", "time": 1600000000, "text": "Hello"}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELDS = (
    "id",
    "author",
    "time",
    "text",
    "endorsers",
    "co",
    "reply_to",
    "root",
    "title",
    "tags",
    "lang",
    "kind",
    "accepted",
)


def as_lines(*data: bytes) -> Iterator[FileLine | BadLine]:
    return (FileLine(number, one) for number, one in enumerate(data, 1))


def a_post(**other: Any) -> PostRecord | BadLine:
    (record,) = posts(as_lines(json.dumps({**POST, **other}).encode()))
    return record


def reason(record: PostRecord | PersonRecord | BadLine) -> str:
    assert isinstance(record, BadLine)
    return record.reason


def read(path: Path) -> list[FileLine | BadLine]:
    with LinesFile(path) as file:
        return list(file.lines())


@given(st.lists(st.binary(max_size=60)))
def test_any_bytes_are_posts_or_told_as_bad_each_with_its_line(data: list[bytes]) -> None:
    assert [record.number for record in posts(as_lines(*data))] == list(range(1, len(data) + 1))


@given(st.dictionaries(st.sampled_from(FIELDS), VALUES))
def test_any_values_are_a_post_that_the_database_takes_or_told_as_bad(fields: dict[str, Any]) -> None:
    record = a_post(**fields)
    if isinstance(record, PostRecord):
        words = [
            record.key,
            record.text,
            record.reply_to,
            record.root,
            record.author.key,
            *record.tags,
            record.language or "",
        ]
        assert all("\x00" not in word and word.encode() is not None for word in words)
        assert record.author.key and record.text and record.reply_to != record.key
        assert datetime(1970, 1, 1, tzinfo=UTC) < record.at


@given(st.lists(st.binary(max_size=80)))
def test_any_bytes_are_people_or_told_as_bad(data: list[bytes]) -> None:
    for record in of_table(b"\n".join(data)).records:
        assert isinstance(record, BadLine) or record.who.key or record.who.address


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"time": "yesterday"}, "is not a time"),
        ({"time": -5}, "out of range"),
        ({"time": 4e9}, "out of range"),
        ({"time": 1e300}, "is not a time"),
        ({"time": True}, "Expected"),
        ({"text": ""}, "no text"),
        ({"text": 5}, "Expected `str | null`"),
        ({"author": ""}, "no author"),
        ({"author": "x" * 1000}, "author is not an id"),
        ({"id": "x" * 201}, "id is not an id"),
        ({"endorsers": ["x"] * 1001}, "more than 1,000 endorsers"),
    ],
)
def test_what_is_wrong_is_told_with_its_reason(other: dict[str, Any], why: str) -> None:
    assert why in reason(a_post(**other))


@pytest.mark.parametrize(
    "data", [b"\xff{}", b'{"text":"\\ud800"}', b"[" * 100_000, b'{"x":' * 100_000, b"null", b"7", b'"']
)
def test_broken_json_is_told_as_bad(data: bytes) -> None:
    (record,) = posts(as_lines(data))
    assert isinstance(record, BadLine)


@pytest.mark.parametrize(
    "time",
    [
        1600000000,
        1600000000.0,
        "1600000000",
        "2020-09-13T12:26:40Z",
        "2020-09-13 14:26:40+02:00",
        "2020-09-13T12:26:40",
    ],
)
def test_times_are_read_in_every_usual_form(time: Any) -> None:
    record = a_post(time=time)
    assert isinstance(record, PostRecord)
    assert record.at == datetime(2020, 9, 13, 12, 26, 40, tzinfo=UTC)


def test_a_long_text_is_kept_whole_and_loses_only_what_no_database_takes() -> None:
    record = a_post(text="word " * 50_000 + "\x00end")
    assert isinstance(record, PostRecord)
    assert record.text.endswith("word end") and len(record.text) == 250_003


def test_a_title_goes_above_the_text_once() -> None:
    texts = [a_post(title="Spills", text=text) for text in ("Why?", "Spills: why?", "")]
    assert [isinstance(one, PostRecord) and one.text for one in texts] == [
        "Spills\n\nWhy?",
        "Spills: why?",
        "Spills",
    ]


def test_a_post_without_an_id_has_the_same_key_each_time() -> None:
    first, again, other = a_post(id=None), a_post(id=None), a_post(id=None, text="Other")
    assert isinstance(first, PostRecord) and isinstance(again, PostRecord) and isinstance(other, PostRecord)
    assert first.key == again.key != other.key


def test_a_table_is_read_whatever_its_separator_and_headings(tmp_path: Path) -> None:
    with LinesFile(DATA / "people.csv") as file:
        found = [one for one in people(file).records if isinstance(one, PersonRecord)]
    assert [one.who for one in found] == [
        SourcePerson("1", "Ada Example", "ada@example.org"),
        SourcePerson("2", 'Bo "B" Example', "bo@example.org"),
        SourcePerson("3", "Cy Example", "cy@example.org"),
        SourcePerson("4", "Dee Example", ""),
    ]
    assert [one.handle for one in found] == ["ada", "bo", "", "dee.e"]
    assert found[0].languages == ("en", "nl") and found[0].joined == datetime(2019, 4, 1, tzinfo=UTC)
    assert [one.manager for one in found] == ["", "ada@example.org", "1", "bo"]


def test_people_as_lines_of_json_may_say_as_little_as_an_id() -> None:
    (record,) = of_json(as_lines(b'{"id": "p0001", "name": "p0001", "shoe": 44}')).records
    assert isinstance(record, PersonRecord)
    assert record.who == SourcePerson("p0001", "p0001")


def test_lines_beyond_all_measure_are_told_and_read_past(tmp_path: Path) -> None:
    file = tmp_path / "long"
    file.write_bytes(b"first\n" + b"x" * (10 << 20) + b"\n" + b"y" * LONGEST + b"\nlast")
    found = read(file)
    assert [(one.number, isinstance(one, BadLine)) for one in found] == [
        (1, False),
        (2, True),
        (3, False),
        (4, False),
    ]


def test_a_gzip_file_that_breaks_off_gives_what_it_holds_and_says_so(tmp_path: Path) -> None:
    file = tmp_path / "broken.gz"
    whole = gzip.compress(b"".join(b"%d %d\n" % (n, n * 7919 % 10007) for n in range(20_000)))
    file.write_bytes(whole[: len(whole) // 2])
    *lines, last = read(file)
    assert len(lines) > 1000 and all(isinstance(line, FileLine) for line in lines)
    assert isinstance(last, BadLine) and "unpacked" in last.reason


@pytest.mark.parametrize("data", [b"", b"\n\n  \n", b"\xef\xbb\xbf", gzip.compress(b"", mtime=0)])
def test_an_empty_file_holds_nothing(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "empty"
    file.write_bytes(data)
    assert list(posts(iter(read(file)))) == []
    with LinesFile(file) as opened:
        assert list(people(opened).records) == []


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    file = tmp_path / "big.jsonl.gz"
    line = json.dumps({**POST, "text": "word " * 200}).encode() + b"\n"
    with gzip.open(file, "wb", compresslevel=1) as out:
        for _ in range(60):
            out.write(line * 1000)
    tracemalloc.start()
    try:
        with LinesFile(file) as opened:
            count = sum(1 for _ in posts(opened.lines()))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 60_000 and file.stat().st_size > 0
    assert most < 3 << 20, f"{most:,} bytes for a file of {len(line) * 60_000:,}"


# Git


MESSAGE = """net/loop: fix the loop

It looped, says Eve <eve@example.org>.
Note: twice.

Reported-by: Eve Example <eve@example.org>
Fixes: 0123456789ab ("net/loop: add the loop")
Cc: stable@example.org

Signed-off-by: Ada Example <ada@example.org>
Reviewed-by: Bo Example <Bo@example.org>
Acked-by: "Cy, Example" <cy@example.org>
Tested-by: nobody at all
Tested-by: Bo Example <bo@example.org>
Co-authored-by: Dee Example <dee@example.org>
"""


def test_a_commit_message_is_told_without_trailers_and_addresses() -> None:
    text, endorsers, co = told(MESSAGE)
    assert text == "net/loop: fix the loop\n\nIt looped, says Eve .\nNote: twice."
    assert endorsers == (
        SourcePerson("", "Bo Example", "Bo@example.org"),
        SourcePerson("", "Cy, Example", "cy@example.org"),
    )
    assert co == (SourcePerson("", "Dee Example", "dee@example.org"),)


@given(st.text())
def test_any_message_keeps_its_first_line(message: str) -> None:
    text, _, _ = told(message)
    assert bool(text) <= bool(message.strip("\x00 \n"))


def commit(folder: Path, message: bytes, at: int, author: str = "Ada Example <ada@example.org>") -> None:
    name, _, address = author.rstrip(">").partition(" <")
    who = {
        "GIT_AUTHOR_NAME": name,
        "GIT_AUTHOR_EMAIL": address,
        "GIT_COMMITTER_NAME": "x",
        "GIT_COMMITTER_EMAIL": "x@example.org",
    }
    environment = {
        **os.environ,
        **who,
        "GIT_AUTHOR_DATE": f"@{at} +0000",
        "GIT_COMMITTER_DATE": f"@{at + 5} +0000",
    }
    command = [
        "git",
        "commit",
        "-q",
        "--allow-empty",
        "--allow-empty-message",
        "--cleanup=verbatim",
        "-F",
        "-",
    ]
    subprocess.run(command, cwd=folder, env=environment, input=message, check=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    commit(folder, MESSAGE.encode(), 1_600_000_000)
    commit(folder, b"latin \xe9\n", 1_600_000_100, "Bo Example <bo@example.org>")
    commit(folder, b"", 1_600_000_200)
    commit(folder, b"last\n\n" + b"x" * (3 << 20), 1_600_000_300)
    return folder


def test_the_history_of_a_repository_is_read_oldest_first(repository: Path) -> None:
    found = list(Repository(repository).posts())
    assert [one.number for one in found] == [1, 2, 3, 4]
    assert [one.author.address for one in found if isinstance(one, PostRecord)] == [
        "ada@example.org",
        "bo@example.org",
        "ada@example.org",
    ]
    assert [one.at.timestamp() for one in found if isinstance(one, PostRecord)] == [
        1_600_000_000,
        1_600_000_100,
        1_600_000_300,
    ]
    assert "no message" in reason(found[2])


def test_a_folder_that_is_no_repository_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRecord, match="not a git repository"):
        Repository(tmp_path)


def raw_commit(folder: Path, head: bytes) -> None:
    """A commit of these bytes, on top of the last."""

    def git(*words: str, given: bytes = b"") -> str:
        done = subprocess.run(["git", *words], cwd=folder, input=given, capture_output=True, check=False)
        return done.stdout.decode().strip()

    parent = git("rev-parse", "--verify", "-q", "refs/heads/main")
    lines = [b"tree " + git("write-tree").encode(), *([b"parent " + parent.encode()] if parent else []), head]
    made = git("hash-object", "-t", "commit", "-w", "--stdin", "--literally", given=b"\n".join(lines))
    git("update-ref", "refs/heads/main", made)


def raw_head(author: bytes, message: bytes, encoding: bytes = b"") -> bytes:
    said = b"encoding " + encoding + b"\n" if encoding else b""
    moment = b" 1620394299 +0000\n"
    author = b"author " + author + b" <lm@corp.example>" + moment
    return author + b"committer C <c@corp.example>" + moment + said + b"\n" + message + b"\n"


@pytest.mark.parametrize("encoding", ["", "ISO-8859-1", "x-unheard-of"])
def test_bytes_that_are_not_utf_8_are_read_and_never_replaced(tmp_path: Path, encoding: str) -> None:
    subprocess.run(["git", "init", "-q", "-b", "main", str(tmp_path)], check=True)
    raw_commit(tmp_path, raw_head(b"Lars M\xfcller", b"Pr\xfcfung", encoding.encode()))
    (post,) = Repository(tmp_path).posts()
    assert isinstance(post, PostRecord)
    assert (post.author.name, post.text) == ("Lars Müller", "Prüfung")


def test_what_the_repository_says_of_its_encoding_is_believed(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "-b", "main", str(tmp_path)], check=True)
    subprocess.run(["git", "config", "i18n.commitEncoding", "koi8-r"], cwd=tmp_path, check=True)
    raw_commit(tmp_path, raw_head("Лев".encode("koi8-r"), "Насос".encode("koi8-r")))
    raw_commit(tmp_path, raw_head("Лев".encode(), "Насос".encode()))
    for post in Repository(tmp_path).posts():
        assert isinstance(post, PostRecord) and (post.author.name, post.text) == ("Лев", "Насос")


def test_trailers_are_those_that_git_takes_for_them(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    messages = {
        "Folded\n\nReviewed-by: Bo Example\n  <bo@x.example>\nSigned-off-by : C <c@x.example>": ["bo@x.example"],
        "Glued\n\nReviewed-by:Bo <bo@x.example>, Cy <cy@x.example>": ["bo@x.example", "cy@x.example"],
        "Picked\n\nSigned-off-by: A <a@x.example>\n(cherry picked from commit 1234)\nAcked-by: B <b@x.example>": ["b@x.example"],
        "Robots\n\nTested-by: kernel test robot <lkp@x.example>\nAcked-by: renovate[bot] <r@x.example>": [],
    }  # fmt: skip
    for number, message in enumerate([*messages, "Words\n\nNote: these stay"]):
        commit(tmp_path, message.encode(), 1_600_000_000 + number)
    *posts, words = Repository(tmp_path).posts()
    for post, (message, endorsers) in zip(posts, messages.items(), strict=True):
        assert isinstance(post, PostRecord) and post.text == message.partition("\n")[0]
        assert [who.address for who in post.endorsers] == endorsers
    assert isinstance(words, PostRecord) and words.text == "Words\n\nNote: these stay"
