"""Contacts brought along: matched to who is here and seen, and to nobody else; nothing of the others is kept."""

from html import unescape

import httpx
import pytest
from hypothesis import given, strategies as st

from tests.site import form_of, give_password, sign_in
from tests.world import Someone, World
from weetwie.domain.identity import addresses
from weetwie.errors import Invalid
from weetwie.imports import contacts
from weetwie.imports.contacts import Contact

LINKEDIN = """Notes:
"When exporting your connection data, you may notice that some of the email addresses are missing."

First Name,Last Name,URL,Email Address,Company,Position,Connected On
Bo,Berg,https://www.linkedin.com/in/bo,,Elsewhere,Welder,05 Mar 2024
Cleo,,https://www.linkedin.com/in/cleo,cleo@house.example,Elsewhere,,05 Mar 2024
Zoltan,Stranger,https://www.linkedin.com/in/z,zoltan@nowhere.example,,,05 Mar 2024
"""
VCARD = """BEGIN:VCARD
VERSION:3.0
N:Berg;Bo;;;
FN:Bo
  Berg
item1.EMAIL;TYPE=INTERNET:bo@elsewhere.example
END:VCARD
BEGIN:VCARD
VERSION:4.0
FN:Smit\\, Cleo
EMAIL:mailto:cleo@house.example
END:VCARD
"""
MASTODON = "Account address,Show boosts,Notify on new posts,Languages\nbo@house.example,true,false,\nx@far.example,true,false,\n"


def test_each_form_is_read() -> None:
    assert contacts.read(LINKEDIN.encode()) == [
        Contact("Bo Berg"),
        Contact("Cleo", "cleo@house.example"),
        Contact("Zoltan Stranger", "zoltan@nowhere.example"),
    ]
    assert contacts.read(VCARD.replace("\n", "\r\n").encode()) == [
        Contact("Bo Berg", "bo@elsewhere.example"),
        Contact("Smit, Cleo", "cleo@house.example"),
    ]
    assert contacts.read(b"\xef\xbb\xbf" + MASTODON.encode()) == [
        Contact(handle="bo@house.example"),
        Contact(handle="x@far.example"),
    ]


OUTLOOK = '"First Name","Middle Name","Last Name","E-mail Address","E-mail 2 Address"\n"Annie","","B.","ann@corp.example",""\n'
GOOGLE = (
    "First Name,Middle Name,Last Name,Nickname,Organization Name,Labels,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value\n"
    "Ann,,Bee,,Corp,* myContacts,* Work,ann@corp.example ::: a.bee@corp.example,Home,ann@home.example\n"
)
ANN = [Contact("Ann Bee", one) for one in ("ann@corp.example", "a.bee@corp.example", "ann@home.example")]


def card(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VCARD", *lines, "END:VCARD", ""])


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (OUTLOOK, [Contact("Annie B.", "ann@corp.example")]),
        ("Anrede;Vorname;Weitere Vornamen;Nachname;E-Mail-Adresse\n;Jörg;;Müller;j@corp.example\n", [Contact("Jörg Müller", "j@corp.example")]),
        ("Voornaam,Achternaam,E-mailadres\nAnn,Bee,Ann <ann@corp.example>\n", [Contact("Ann Bee", "ann@corp.example")]),
        (GOOGLE, ANN),
        ("Name,Given Name,Family Name,E-mail 1 - Type,E-mail 1 - Value\nAnn Bee,Ann,Bee,* Work,\n", [Contact("Ann Bee")]),
        ("sep=;\r\n\"Account address\";\"Show boosts\"\r\n\"@bo@house.example\";true\r\n", [Contact(handle="bo@house.example")]),
        (card("VERSION:2.1", "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=B6rg M=C3=", "=BCller", "TEL;CELL:123"), [Contact("Jörg Müller")]),
        (card("VERSION:2.1", "N;ENCODING=QUOTED-PRINTABLE;CHARSET=ISO-8859-1:M=FCller;J=F6rg;;;"), [Contact("Jörg Müller")]),
        (card("FN;QUOTED-PRINTABLE:J=F6rg"), [Contact("Jörg")]),
        (card("FN;ENCODING=b:SsO2cmc=", "EMAIL;TYPE=\"work:a\",pref:j@x.example"), [Contact("Jörg", "j@x.example")]),
        (card("FN:Ann", "  Bee", "ORG:Corp\\, Ltd;Pumps", "TITLE:Boss", "ITEM1.EMAIL;type=INTERNET:ann@x.", " example", "item2.email:a@y.example"),
            [Contact("Ann Bee", "ann@x.example"), Contact("Ann Bee", "a@y.example")]),
        (card("FN:Ann") + card("N:Cee;Bo;;;", "PHOTO;ENCODING=BASE64;TYPE=JPEG:", " /9j/4AAQ", " SkZJRg==", "", "EMAIL:MAILTO:bo@x.example"),
            [Contact("Ann"), Contact("Bo Cee", "bo@x.example")]),
    ],
)  # fmt: skip
def test_what_address_books_write_is_read(content: str, found: list[Contact]) -> None:
    assert contacts.read(content.encode()) == found
    assert contacts.read(content.encode("utf-16")) == found
    if "=C3" not in content:
        assert contacts.read(content.encode("cp1252")) == found


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"a,b\n1,2\n", b"%PDF-1.7"])
def test_what_is_none_of_them_is_said_to_be(content: bytes) -> None:
    with pytest.raises(Invalid, match="This file can't be read"):
        contacts.read(content)


@given(st.binary(max_size=300), st.sampled_from([LINKEDIN, VCARD, MASTODON]))
def test_whatever_else_stands_in_it_is_no_trouble(more: bytes, begin: str) -> None:
    assert contacts.read(begin.encode() + more) is not None


@pytest.mark.parametrize(
    "content",
    [
        b"BEGIN:VCARD\n" * 100_000,
        b"BEGIN:VCARD\nFN:a" + b"\n b" * 1_000_000,
        b"BEGIN:VCARD\nFN;QUOTED-PRINTABLE:a" + b"=\nb" * 1_000_000,
        b"BEGIN:VCARD\n" + b'"' * 3_000_000 + b":x",
        b"name,email\n" + b'"a\n' * 1_000_000,
        b"name,email\n" + b'"' * 3_000_000,
    ],
    ids=range(6),
)
def test_nothing_that_was_made_to_be_slow_is(content: bytes) -> None:
    """Where each sign were looked at again and again, this would take hours."""
    assert len(contacts.read(content)) <= contacts.MOST


async def bring(site: httpx.AsyncClient, content: str) -> httpx.Response:
    form = form_of(await site.get("/people/contacts"))
    return await site.post("/people/contacts", data=form, files={"contacts": ("c.csv", content.encode())})


async def test_who_is_here_is_offered_and_followed_and_nobody_else_is_kept(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    bo, cleo = await world.member("bo", name="Bo Berg"), await world.member("cleo", name="C. Smit")
    await addresses.add(world.db, cleo.id, "cleo@house.example", is_verified=True)
    await world.member("hidden", name="Zoltan Stranger", is_discoverable=False)
    for content in (LINKEDIN, VCARD):
        page = (await bring(site, content)).text
        assert f'value="{bo.id}"' in page and f'value="{cleo.id}"' in page and "Zoltan" not in page
    page = (await bring(site, MASTODON)).text
    assert f'value="{bo.id}"' in page and f'value="{cleo.id}"' not in page
    form = form_of(await site.get("/people/contacts"))
    done = await site.post("/people/contacts", data={**form, "person": [str(bo.id), str(cleo.id)]})
    assert done.status_code == 303
    follows = "select count(*) from follows where follower_id = $1"
    assert await world.connection.fetchval(follows, ada.id) == 2
    assert "You already follow everyone" in (await bring(site, LINKEDIN)).text
    for table in await world.connection.fetch("select tablename from pg_tables where schemaname = 'public'"):
        told = await world.connection.fetch(f'select t::text from "{table[0]}" t')
        assert not any("nowhere.example" in row[0] for row in told), table[0]


async def test_an_address_of_ones_own_finds_nobody_nor_does_one_that_was_not_proved(
    site: httpx.AsyncClient, world: World
) -> None:
    cleo = await world.member("cleo", name="C. Smit")
    await addresses.choose_personal(world.db, cleo.id, "cleo@house.example")
    await addresses.add(world.db, cleo.id, "zoltan@nowhere.example")
    assert "None of them is here yet" in (await bring(site, LINKEDIN)).text


async def test_a_guest_finds_nobody_whom_they_do_not_see(
    site: httpx.AsyncClient, world: World, ada: Someone
) -> None:
    await world.member("bo", name="Bo Berg")
    await give_password(world, await world.guest("gus", sponsor=ada))
    await sign_in(site, "gus")
    assert "None of them is here yet" in (await bring(site, LINKEDIN)).text


async def test_a_file_that_is_no_list_of_contacts_gets_a_sentence(site: httpx.AsyncClient) -> None:
    answer = await bring(site, "hello")
    assert answer.status_code == 422 and "This file can't be read" in unescape(answer.text)
