"""People out of tables: one odd cell costs that cell, told, and never the person."""

import pytest

from weetwie.imports.days import day, first_of
from weetwie.imports.heads import field_of
from weetwie.imports.lines import BadLine, FileLine
from weetwie.imports.people import of_json, of_table
from weetwie.imports.records import BadRecord, PersonRecord, SourcePerson


def read(text: str | bytes) -> list[PersonRecord]:
    found = list(of_table(text.encode() if isinstance(text, str) else text).records)
    assert all(isinstance(one, PersonRecord) for one in found), found
    return [one for one in found if isinstance(one, PersonRecord)]


def test_an_inch_mark_costs_nobody() -> None:
    found = read(
        'id,name,email,bio\np1,Ann Bee,ann@corp.example,Runs the 12" pumps\np2,Bo Cee,bo@corp.example,Likes tea\n'
        'p3,Di Eff,di@corp.example,Sells 5" valves\np4,Gi Haa,gi@corp.example,Cooks\n'
    )
    assert [(one.who.key, one.bio) for one in found] == [
        ("p1", 'Runs the 12" pumps'),
        ("p2", "Likes tea"),
        ("p3", 'Sells 5" valves'),
        ("p4", "Cooks"),
    ]


def test_quoted_cells_may_have_blanks_around_them() -> None:
    assert read('id,name,email\n1, "Cy ""C"" Dee" ,cy@corp.example\n')[0].who.name == 'Cy "C" Dee'


def test_where_somebody_lives_is_no_e_mail_address() -> None:
    table = 'Employee ID,Work Email,Address\n1,ann@corp.example,"1 Main Street, Delft"\n2,,Delft\n'
    assert [(one.who.address, one.notes) for one in read(table)] == [("ann@corp.example", ()), ("", ())]
    assert of_table(table.encode()).reading.read_past == ["Address"]
    (one,) = read("ID,Address\n1,ann@corp.example\n")
    assert one.who.address == "ann@corp.example"


@pytest.mark.parametrize("heads", ["E-mail,Mail", "Mail,E-mail", "UPN,E-mail", "E-mail,Address"])
def test_of_two_columns_for_one_thing_the_better_that_is_not_empty_holds(heads: str) -> None:
    better = "E-mail" if "E-mail" in heads else "Mail"
    cells = {better: "good@corp.example"}
    row = ",".join(cells.get(head, "other@corp.example") for head in heads.split(","))
    (one,) = read(f"id,{heads}\n1,{row}\n")
    assert one.who.address == "good@corp.example"
    row = ",".join("" if head == better else "other@corp.example" for head in heads.split(","))
    assert read(f"id,{heads}\n1,{row}\n")[0].who.address == "other@corp.example"


@pytest.mark.parametrize(
    ("cell", "note"),
    [("soon", "joined"), ("31.02.2020", "joined"), ("01.01.1950", "joined"), ("2999-01-01", "joined"), ("3/4/2020", "two ways")],
)  # fmt: skip
def test_a_day_that_cannot_be_read_is_told_and_the_person_comes(cell: str, note: str) -> None:
    (one,) = read(f"id,name,email,joined\np1,Ann Bee,ann@corp.example,{cell}\n")
    assert one.joined is None and len(one.notes) == 1 and note in one.notes[0] and "joined" in one.notes[0]


@pytest.mark.parametrize(
    "written",
    [
        "2020-03-01", "01.03.2020", "1.3.20", "01-03-2020", "2020/03/01", "20200301", "01032020", "43891", "43891.5",
        "1 Mar 2020", "Mar 1, 2020", "1. März 2020", "1 maart 2020", "01 mrt. 2020", "March 2020", "03/2020", "2020-03",
        "Sunday, 1 March 2020", "Mo., 01.03.2020", "2020.03.01.", "2020-03-01Z", "20200301000000.0Z", "2020-03-01 10:00:00 UTC", "01.03.2020 00:00:00", "2020-03-01T08:00:00Z", "1583020800", "\u200e01.03.2020\u00a0",
    ],
)  # fmt: skip
def test_days_are_read_as_people_and_spreadsheets_write_them(written: str) -> None:
    assert day(written).date().isoformat() == "2020-03-01"


def test_whether_the_day_or_the_month_stands_first_the_whole_column_decides() -> None:
    assert first_of(["1/2/2020", "13/2/2020"]) == "day" and first_of(["1/2/2020", "2/13/2020"]) == "month"
    assert first_of(["1/2/2020"]) is None and first_of(["13/1/2020", "1/13/2020"]) is None
    found = read("id,joined\n1,3/1/2020\n2,12/31/2019\n")
    assert [one.joined and one.joined.date().isoformat() for one in found] == ["2020-03-01", "2019-12-31"]
    with pytest.raises(BadRecord, match="two ways"):
        day("1/2/2020")


def test_what_a_spreadsheet_leaves_behind_is_nothing() -> None:
    found = read(
        'id,name,email\np1,Ann Bee,ann@corp.example,,,\n,,\n="p2",Bo Cee,bo@corp.example\np3,#N/A,-\n'
    )
    assert [(one.who.key, one.who.name, one.notes) for one in found] == [
        ("p1", "Ann Bee", ()),
        ("p2", "Bo Cee", ()),
        ("p3", "", ()),
    ]


def test_a_table_of_german_or_dutch_is_known() -> None:
    (one,) = read(
        "Personalnummer;Nachname;Vorname;E-Mail-Adresse;Abteilung;Standort;Vorgesetzter\n"
        "1001;Müller;Jörg;joerg@corp.example;Einkauf;Köln;1002\n"
    )
    assert one.who == SourcePerson("1001", "Jörg Müller", "joerg@corp.example")
    assert (one.words["unit"], one.words["place"], one.manager) == ("Einkauf", "Köln", "1002")
    (one,) = read("Name;Vorname;E-Mail\nMüller;Jörg;joerg@corp.example\n".encode("cp1252"))
    assert one.who == SourcePerson("", "Jörg Müller", "joerg@corp.example")
    (one,) = read(
        "Personeelsnr;Voornaam;Tussenvoegsel;Achternaam;E-mail werk\n7;Ann;van der;Bee;ann@corp.example\n"
    )
    assert one.who == SourcePerson("7", "Ann van der Bee", "ann@corp.example")


def test_headings_may_be_short_or_for_every_gender() -> None:
    (one,) = read(
        "#ID;Mitarbeiter:in;E-Mail (dienstl.);Betriebseintritt\n7;Jörg Müller;joerg@corp.example;1.4.2019\n"
    )
    assert one.who == SourcePerson("7", "Jörg Müller", "joerg@corp.example") and one.joined
    assert field_of("E-Mail-Adresse geschäftl.") == field_of("Primair e-mailadres") == "email"
    assert field_of("In dienst per") == "joined"


def test_the_exports_of_google_and_entra_are_known() -> None:
    (one,) = read(
        "First Name [Required],Last Name [Required],Email Address [Required],Password [Required],Org Unit Path [Required]\n"
        "Ann,Bee,ann@corp.example,****,/Sales/Pumps\n"
    )
    assert one.who == SourcePerson("", "Ann Bee", "ann@corp.example") and one.words["unit"] == "Pumps"
    entra = (
        "userPrincipalName,displayName,surname,mail,givenName,id,userType,department,officeLocation,streetAddress\n"
        "ann@corp.example,Ann Bee,Bee,,Ann,0f-1,Member,Pumps,Delft,1 Main Street\n"
        "bo_far.example#EXT#@corp.example,Bo Cee,Cee,bo@far.example,Bo,0f-2,Guest,,,\n"
    )
    found = read(entra)
    assert [one.who for one in found] == [
        SourcePerson("0f-1", "Ann Bee", "ann@corp.example"),
        SourcePerson("0f-2", "Bo Cee", "bo@far.example"),
    ]
    assert of_table(entra.encode()).reading.read_past == ["userType", "streetAddress"]


def test_the_guess_and_the_columns_that_are_read_past_are_told() -> None:
    reading = of_table("Name;E-Mail;Schuhgröße\nJörg;j@corp.example;44\n".encode("cp1252")).reading
    assert (reading.encoding, reading.separator, reading.read_past) == (
        "Windows-1252",
        "semicolon",
        ["Schuhgröße"],
    )
    read_json = of_json([FileLine(1, b'{"id": 1, "shoe": 44}')])
    assert len(list(read_json.records)) == 1 and read_json.reading.read_past == ["shoe"]


@pytest.mark.parametrize(
    "cell",
    [
        "\u200bann@corp.example", "mailto:ann@corp.example", "Ann Bee <ann@corp.example>", "ann@corp.example;", "ann@corp.example.",
        "\ufeffann@corp.example", "ann@corp\u00ad.example", "\u202aann@corp.example\u202c", "ann@corp.example\u00a0",
        "SMTP:ann@corp.example", "<ann@corp.example>", "ann@corp.example (Ann Bee)", "ann＠corp。example",
        '=HYPERLINK("mailto:ann@corp.example"; "ann@corp.example")',
    ],
)  # fmt: skip
def test_signs_that_nobody_sees_are_no_part_of_an_address(cell: str) -> None:
    (one,) = read(f"id\tname\temail\np\u200b1\u00a0\tAnn\t{cell}\n")
    assert (one.who.key, one.who.address) == ("p1", "ann@corp.example")


def test_an_address_that_is_none_is_told_and_the_person_comes_by_what_else_is_known() -> None:
    (one,) = read("id,email\n1,ann at corp\n")
    assert one.who == SourcePerson("1", "", "") and "not an e-mail address" in one.notes[0]
    (bad,) = of_table(b"email,name\nann at corp,Ann\n").records
    assert isinstance(bad, BadLine) and "not an e-mail address" in bad.reason
    (one,) = read("login,name\nann@corp.example,Ann\n")
    assert (one.who.address, one.handle) == ("ann@corp.example", "")


def test_a_blank_in_an_address_makes_no_other_address_of_it() -> None:
    (one,) = read("id,email\n1,b o@corp.example\n")
    assert one.who.address == "" and "not an e-mail address" in one.notes[0]
    (one,) = read('id,email\n1,"bo@corp.example; b@corp.example"\n')
    assert one.who.address == "bo@corp.example"


def test_a_column_called_employee_holds_names_or_numbers() -> None:
    (one,) = read("Medewerker;Roepnaam;Achternaam;E-mail\n12;Ann;Bee;\n")
    assert one.who == SourcePerson("12", "Ann Bee")
    (one,) = read("Employee,Email\nAnn Bee,ann@corp.example\n")
    assert one.who == SourcePerson("", "Ann Bee", "ann@corp.example")


def test_a_line_below_the_table_is_nobody() -> None:
    *_people, bad = of_table(b"Nr,Name\n1,Ann\nTotal: 1,\n").records
    assert isinstance(bad, BadLine) and "alone is nobody" in bad.reason
    *_people, bad = of_table(b"id,name,email\n1,Ann,ann@corp.example\nTotal,1,\n").records
    assert isinstance(bad, BadLine) and "alone is nobody" in bad.reason


def test_cells_that_belong_to_no_column_are_told() -> None:
    good, bad = of_table(b"handle,name\nbo,Bo\ncy,Cy,too many\n").records
    assert (
        isinstance(good, PersonRecord) and isinstance(bad, BadLine) and "3 cells, but 2 columns" in bad.reason
    )


def test_a_table_without_a_column_to_know_people_by_says_what_it_has() -> None:
    (bad,) = of_table(b"colour,size\nred,5\n").records
    assert isinstance(bad, BadLine) and "name the columns" in bad.reason and "colour, size" in bad.reason


def test_programs_among_the_staff_are_told_from_people() -> None:
    found = read(
        "id,name,email,bot\n1,Build Server,ci@corp.example,\n2,Ben Bot,ben.bot@corp.example,\n3,Hal,h@corp.example,yes\n"
    )
    assert [one.is_program for one in found] == [True, False, True]


def test_a_wrong_type_in_json_costs_the_word_alone() -> None:
    (one,) = of_json(
        [FileLine(1, b'{"id": 7, "name": "Ann", "bio": ["x"], "joined": {}, "email": null}')]
    ).records
    assert isinstance(one, PersonRecord) and one.who == SourcePerson("7", "Ann") and len(one.notes) == 2
