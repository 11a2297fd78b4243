"""The CSV forms: what is read and written, and what is said of files that are no good."""

import pytest
from hypothesis import given, strategies as st

from weetwie.errors import Invalid
from weetwie.imports.ties import forms, table
from weetwie.imports.ties.forms import Kind, TieRow

HOME = "https://weetwie.example:8080"

cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30).map(
    lambda text: text.strip()
)


@given(st.lists(st.lists(cells, min_size=1, max_size=4).filter(any), min_size=1, max_size=8))
def test_what_is_written_is_read_again(rows: list[list[str]]) -> None:
    # The columns stand still: a comma in every line tells that it is one between columns.
    wide = [[*row, "x", "y"] for row in rows]
    read = [list(line.cells) for line in table.read(table.written(wide))]
    assert read == [[cell.replace("\r\n", "\n").replace("\r", "\n") for cell in row] for row in wide]


@given(cells)
def test_no_cell_is_a_formula(cell: str) -> None:
    assert not table.safe(cell).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert table.bare(table.safe(cell)) == cell


def read(kind: Kind, text: str | bytes) -> tuple[list[TieRow], list[tuple[int, str]]]:
    content = text.encode() if isinstance(text, str) else text
    good, bad = forms.rows(kind, table.read(content), HOME)
    return good, [(one.number, str(one.why)) for one in bad]


def test_follows_with_and_without_a_header() -> None:
    header = "Account address,Show boosts,Notify on new posts,Languages\n"
    good, bad = read(
        "follows", header + 'ada@weetwie.example:8080,false,TRUE,"en, nl"\nbo@weetwie.example,true,,\n'
    )
    assert bad == []
    assert [(row.handle, row.shows_boosts, row.notifies, row.languages) for row in good] == [
        ("ada", False, True, ("en", "nl")),
        ("bo", True, None, ()),
    ]
    good, _ = read("follows", "@ada@weetwie.example\n\nbo\n")
    assert [(row.number, row.handle, row.shows_boosts, row.languages) for row in good] == [
        (1, "ada", None, None),
        (3, "bo", None, None),
    ]


def test_the_other_forms() -> None:
    (row,), _ = read("mutes", "Account address,Hide notifications\nada@weetwie.example,false\n")
    assert row.hides_notifications is False
    (row,), _ = read("blocks", "Account address\nada\n")
    assert row.handle == "ada"
    good, _ = read("lists", 'List name,Account address\n"Team, two",ada\n')
    assert [(row.title, row.handle) for row in good] == [("Team, two", "ada")]
    for title in ("Account address", "Languages", "#uri", "List name"):
        (row,), _ = read("lists", f"{title},ada@weetwie.example\n")
        assert row.title == title
    good, _ = read("bookmarks", f"#uri\n{HOME}/people/ada/posts/12\n{HOME}/@ada/13?x#y\n")
    assert [row.post_id for row in good] == [12, 13]


def test_what_other_programs_make_of_a_file_is_read() -> None:
    assert [row.handle for row in read("blocks", "\ufeffada\r\nbo\r\n")[0]] == ["ada", "bo"]
    assert [row.handle for row in read("blocks", "ada\nbo\n".encode("utf-16"))[0]] == ["ada", "bo"]
    for text in (
        "Account address;Hide notifications\nada;true\n",
        '"Account address";"Hide notifications"\n"ada";"true"\n',
        'sep=;\r\n"Account address";"Hide notifications"\r\n\u200bada;true;;\r\n;;\r\n',
        "Account address\tHide notifications\t\nada\ttrue\n",
        "ACCOUNT ADDRESS ; Hide notifications\n acct:ada ;true\n",
    ):
        (row,), bad = read("mutes", text)
        assert (row.handle, row.hides_notifications, bad) == ("ada", True, [])
    good, _ = read("lists", '"Team; zwei";ada\n"Team, drei";bo\n')
    assert [(row.title, row.handle) for row in good] == [("Team; zwei", "ada"), ("Team, drei", "bo")]
    (row,), _ = read("lists", "B\xfcro,ada\n".encode("cp1252"))
    assert row.title == "B\xfcro"


def test_each_row_that_is_no_good_is_told_with_its_line() -> None:
    _, bad = read(
        "follows", "Account address,Show boosts\nada@other.example,true\nbo,perhaps\nno body,true\n@,\n"
    )
    assert bad == [
        (2, "This is on another server. Only people and posts of weetwie.example:8080 can be imported."),
        (3, "perhaps is neither true nor false."),
        (4, "This isn't the address of a person."),
        (5, "This isn't the address of a person."),
    ]
    _, bad = read("bookmarks", f"https://other.example/@ada/1\n{HOME}/about\nada\n{HOME}/@ada/{'9' * 30}\n")
    assert [line for line, _ in bad] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04" + b"x" * 30, "Save it as CSV"),
        (b"ada\n" * 20_001, "more than 20000 rows"),
        (b"a" * 20_000, "Line 1 of this file can't be read"),
        (b'"' + b"a" * 300_000, "can't be read"),
        (b"a" * (21 << 20), "larger than 20 MB"),
        (
            b"Account address,Hide notifications\nada,true\n",
            "different kind of file: Account address, Hide notifications",
        ),
        (b"#uri\n", "different kind of file: #uri"),
    ],
)
def test_a_file_that_is_no_good_is_refused_with_a_sentence(content: bytes, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        read("follows", content)
    assert said in str(refused.value)


@given(st.binary(max_size=300), st.sampled_from(forms.KINDS))
def test_any_bytes_are_read_or_refused(content: bytes, kind: Kind) -> None:
    try:
        read(kind, content)
    except Invalid as refused:
        assert str(refused)
