"""The reader of tables: what any program writes as CSV comes out as rows, with no cell lost and none made up."""

import csv
import io

import pytest
from hypothesis import given, strategies as st

from weetwie.errors import Invalid
from weetwie.imports import table
from weetwie.imports.heads import field_of
from weetwie.imports.lines import LONGEST, BadLine
from weetwie.imports.table import TableRow

cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)


def rows(content: bytes | str) -> list[tuple[str, ...]]:
    read = table.read(content.encode() if isinstance(content, str) else content, field_of)
    return [row.cells for row in read.below() if isinstance(row, TableRow)]


@given(
    st.lists(st.lists(cells, min_size=3, max_size=3), max_size=6),
    st.sampled_from(",;\t|"),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
    st.booleans(),
)
def test_what_is_written_in_any_dialect_is_read_again(
    written: list[list[str]], separator: str, quoting: int, end: str, encoding: str, is_said: bool
) -> None:
    out = io.StringIO(newline="")
    if is_said:
        out.write(f"sep={separator}{end}")
    writer = csv.writer(out, delimiter=separator, quoting=quoting, lineterminator=end)  # type: ignore[arg-type]
    writer.writerow(["id", "name", "email"])
    # A line break alone in a cell the library writes without quotation marks, and reads as the end of a row.
    plain = [[cell.replace("\r", " ").strip() for cell in row] for row in written]
    writer.writerows(plain)
    found = rows(out.getvalue().encode(encoding, "replace"))
    assert found == [
        tuple(row) for row in plain if any(row) and not any(cell.startswith('="') for cell in row)
    ]


@given(st.binary(max_size=400))
def test_any_bytes_are_rows_or_refused_with_a_sentence(content: bytes) -> None:
    try:
        read = table.read(content, field_of)
    except Invalid as refused:
        assert str(refused)
        return
    assert all(isinstance(row, TableRow | BadLine) and row.number > 0 for row in read.rows())


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('id,bio\n1,Runs the 12" pumps\n2,x\n3,5" valves\n', [("1", 'Runs the 12" pumps'), ("2", "x"), ("3", '5" valves')]),
        ('id\tbio\n1\tsays "hi\n2\t"to" all\n', [("1", 'says "hi'), ("2", '"to" all')]),
        ('id,bio\n1,"says "hi, all" now"\n2,b\n', [("1", 'says "hi, all" now'), ("2", "b")]),
        ('id,name\nada,"Ada\nbo,Bo\n', [("ada", '"Ada'), ("bo", "Bo")]),
        ('id,name\nada,"Ada\nbo,"Bo"\n', [("ada", '"Ada'), ("bo", "Bo")]),
        ('id, name\n1, "Bee, Ann"\n', [("1", "Bee, Ann")]),
        ('id;name\n1;"Bee\n\nAnn; ""A"""\n', [("1", 'Bee\n\nAnn; "A"')]),
        ('id,number\n="0012",="3"\n', [("0012", "3")]),
        ("id,name\r1,Ann\r2,Bo\r", [("1", "Ann"), ("2", "Bo")]),
        ("id,name,,\n1,Ann,,,\n,,,\n\n , ,\n2,Bo\n", [("1", "Ann", "", "", ""), ("2", "Bo")]),
        ("sep=;\nid;name\n1;Ann\n", [("1", "Ann")]),
        ('"sep=\t"\nid\tname\n1\tAnn\n', [("1", "Ann")]),
        ("\n\nStaff list, May\n\nid,name\n1,Ann\n", [("1", "Ann")]),
        ("Notes:\n\"Some are missing, it says.\"\n\nid,name\n1,Ann\n", [("1", "Ann")]),
        ("Staff;;\nid;name;email\n1;Bee, Ann;ann@x.example\n", [("1", "Bee, Ann", "ann@x.example")]),
        ("id|name\n1|Bee, Ann; B\n", [("1", "Bee, Ann; B")]),
    ],
)  # fmt: skip
def test_each_row_is_read_as_it_was_meant(written: str, read: list[tuple[str, ...]]) -> None:
    assert rows(written) == read


def test_a_line_whose_marks_do_not_pair_is_told_and_takes_no_other_with_it() -> None:
    found = list(table.read(b'id,name\nada,"Ada\nbo,Bo\n', field_of).below())
    assert [(row.number, isinstance(row, TableRow) and row.note) for row in found] == [
        (2, table.UNPAIRED),
        (3, ""),
    ]
    (long, last) = table.read(b"id\n" + b"x" * (LONGEST + 1) + b"\n1\n", field_of).below()
    assert isinstance(long, BadLine) and isinstance(last, TableRow)


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("Jörg €".encode(), "UTF-8"),
        ("Jörg €".encode("utf-8-sig"), "UTF-8"),
        ("Jörg €".encode("cp1252"), "Windows-1252"),
        ("Jörg €".encode("utf-16"), "UTF-16"),
        ("Jörg".encode("utf-16-le"), "UTF-16"),
        ("Jörg".encode("utf-16-be"), "UTF-16"),
        ("Jörg €".encode("utf-32"), "UTF-32"),
        ("Jörg\n".encode() + "Jörg €".encode("cp1252"), "UTF-8 and Windows-1252"),
    ],
)
def test_the_encoding_is_what_the_bytes_say(content: bytes, encoding: str) -> None:
    text, found = table.decoded(content)
    assert text.startswith("Jörg") and text.split("\n")[-1] in ("Jörg €", "Jörg") and found == encoding


@pytest.mark.parametrize("content", [b"PK\x03\x04rest", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest"])
def test_a_workbook_is_refused_with_what_to_do(content: bytes) -> None:
    with pytest.raises(Invalid, match="Save it as CSV"):
        table.read(content, field_of)


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("E-Mail-Adresse", "email"), ("Email Address [Required]", "email"), ("E-mail 1 - Value", "email"),
        ("E-mail Address", "email"), ("E-mailadres", "email"), ("Work Email *", "email"), ("User principal name", "email"),
        ("User name [userPrincipalName] Required", "email"), ("E-Mail (dienstlich)", "email"), ("E-Mail (privat)", "more"),
        ("E-mail 2 Address", "more"), ("E-mail 1 - Label", ""), ("Straße", ""), ("Title", ""),
        ("Personalnummer", "id"), ("Personal-Nr.", "id"), ("Employee #", "id"), ("Personeelsnummer", "id"),
        ("Vorname", "first"), ("Roepnaam", "first"), ("First name [givenName] Required", "first"), ("Given Name", "first"),
        ("Nachname", "last"), ("Achternaam", "last"), ("Surname", "last"), ("Tussenvoegsel", "infix"),
        ("Anzeigename", "name"), ("Weergavenaam", "name"), ("Display name", "name"),
        ("Benutzername", "handle"), ("Gebruikersnaam", "handle"), ("sAMAccountName", "handle"),
        ("Abteilung", "unit"), ("Afdeling", "unit"), ("Org Unit Path [Required]", "unit"), ("Organization 1 - Department", "unit"),
        ("Büro", "place"), ("Standort", "place"), ("Vestiging", "place"), ("physicalDeliveryOfficeName", "place"),
        ("Vorgesetzter", "manager"), ("Leidinggevende", "manager"), ("Führungskraft", "manager"), ("Manager Email", "manager"),
        ("Eintrittsdatum", "joined"), ("In dienst", "joined"), ("Hire Date", "joined"), ("Date of joining", "joined"),
        ("Sprachen", "languages"), ("Talen", "languages"), ("Over mij", "bio"), ("\ufeffe\u00admail", "email"),
    ],
)  # fmt: skip
def test_headings_of_many_programs_are_known(heading: str, field: str) -> None:
    assert field_of(heading) == field
