"""A reply by mail becomes one post, in that thread, by that person, for those whom the page would choose; nothing else does."""

import asyncio
import io
import itertools
import re
import socket
from email.message import EmailMessage

import pytest
from PIL import Image

from tests.mail_in.conftest import BO, Company, hand_over, reply
from tests.patience import PATIENCE
from weetwie.access.enums import Ring, Visibility
from weetwie.database.unavailable import DatabaseAway
from weetwie.domain.identity import addresses
from weetwie.domain.identity.asked import reached_at
from weetwie.domain.mail import tokens
from weetwie.flows import mail_in as flow
from weetwie.mail_in import lmtp, reading
from weetwie.mail_in.lmtp import Listening
from weetwie.runtime import clock

pytestmark = pytest.mark.usefixtures("listening")
DONE, UNKNOWN = 250, 550


async def test_a_reply_is_posted_where_the_page_would_post_it(company: Company) -> None:
    post = await company.world.post(
        company.ada, "@bo who can weld?", ring=Ring.network, mentions=[company.bo]
    )
    to = await company.address(post)
    assert len(to.partition("@")[0]) <= 64 and to == to.lower()
    text = "Cy can.\n\nSent from my iPhone\n\n> On 1 Jun 2026, at 09:00, Weetwie wrote:\n> who can weld?\n"
    assert await hand_over(company, reply(to, text)) == (DONE, b"")
    (posted,) = await company.posts()
    assert posted["text"] == "@ada Cy can." and posted["reply_to_id"] == post
    assert (posted["ring"], posted["visibility"]) == (int(Ring.network), int(Visibility.public))
    assert await company.letters() == []


async def test_a_direct_message_is_answered_for_those_in_it_alone(company: Company) -> None:
    post = await company.world.post(
        company.ada, "@bo between us", visibility=Visibility.direct, mentions=[company.bo]
    )
    assert await hand_over(company, reply(await company.address(post), "All right")) == (DONE, b"")
    (posted,) = await company.posts()
    assert posted["visibility"] == int(Visibility.direct) and posted["text"] == "All right"
    named = await company.world.connection.fetch(
        "select person_id from mentions where post_id = $1", posted["id"]
    )
    assert [row["person_id"] for row in named] == [company.ada.id]


async def test_one_mail_is_one_post_however_often_it_comes(company: Company) -> None:
    to = await company.address(await company.world.post(company.ada, "Who can weld?"))
    message = reply(to, "Cy can")
    for _time in range(2):
        assert await hand_over(company, message) == (DONE, b"")
    await asyncio.gather(
        *(hand_over(company, reply(to, "At once", Message_ID="<1@a>")) for _time in range(3))
    )
    del message["Message-ID"]
    for _time in range(2):
        assert await hand_over(company, message) == (DONE, b"")
    assert [row["text"] for row in await company.posts()] == ["@ada Cy can", "@ada At once", "@ada Cy can"]


AUTOMATIC = {
    "RFC 3834": {"Auto_Submitted": "auto-replied"},
    "bulk": {"Precedence": "bulk"},
    "a list": {"List_Id": "<a.example>"},
    "Exchange": {"X_Auto_Response_Suppress": "All"},
    "no return": {"Return_Path": "<>"},
    "away": {"X_Autoreply": "yes"},
}


@pytest.mark.parametrize("name", AUTOMATIC)
async def test_automatic_replies_are_dropped_and_never_answered(company: Company, name: str) -> None:
    to = await company.address(await company.world.post(company.ada, "Who can weld?"))
    assert await hand_over(company, reply(to, "I am away", **AUTOMATIC[name])) == (DONE, b"")
    assert await company.posts() == [] and await company.letters() == []


async def test_what_has_no_sender_or_says_it_is_away_is_dropped(company: Company) -> None:
    to = await company.address(await company.world.post(company.ada, "Who can weld?"))
    assert await hand_over(company, reply(to, "I am away"), envelope_from="") == (DONE, b"")
    for subject in (
        "Automatic reply: Ada",
        "Automatisch antwoord: Ada",
        "Abwesenheitsnotiz: Ada",
        "Undeliverable",
    ):
        message = reply(to, "I am away")
        message.replace_header("Subject", subject)
        assert await hand_over(company, message) == (DONE, b"")
    own = reply(
        to, "one of our own emails", by="Weetwie <weetwie@house.example>", Auto_Submitted="auto-generated"
    )
    assert await hand_over(company, own) == (DONE, b"")
    assert await company.posts() == [] and await company.letters() == []


async def test_nothing_is_posted_for_a_sender_who_is_somebody_else(company: Company) -> None:
    to = await company.address(await company.world.post(company.ada, "Who can weld?"))
    await addresses.add(company.world.db, company.ada.id, "ada@house.example", is_verified=True)
    for by in (
        "Bo <bo@evil.example>",
        "ada@house.example",
        f"{BO}, mallory@evil.example",
        "",
        f'"{BO}" <m@evil.example>',
    ):
        assert (await hand_over(company, reply(to, "evil words", by=by)))[0] == DONE, by
    assert await company.posts() == []
    letters = await company.letters()
    assert letters and {one.address for one in letters} == {BO}, "only the person themselves is told"
    assert not any("evil" in one.text for one in letters), "and not what somebody else wrote"


async def test_an_address_that_was_not_confirmed_is_nobodys(company: Company) -> None:
    to = await company.address(await company.world.post(company.ada, "Who can weld?"))
    await addresses.add(company.world.db, company.bo.id, "bo@new.example")
    assert (await hand_over(company, reply(to, "Cy", by="bo@new.example")))[0] == DONE
    assert await company.posts() == []


async def test_a_token_that_was_changed_or_made_elsewhere_is_no_address(company: Company) -> None:
    post = await company.world.post(company.ada, "Who can weld?")
    to = await company.address(post)
    token = company.mail_in.token_in(to)
    other = tokens.make(b"another key" * 3, "reply", company.bo.id, post, clock.now())
    forged = [
        token[:-1] + ("a" if token[-1] != "a" else "q"),
        "q" + token[1:],
        token[:20],
        other,
        "",
        "x" * 200,
    ]
    for one in forged:
        code, _said = await hand_over(company, reply(company.mail_in.at(one), "Cy"))
        assert code == UNKNOWN, one
    assert await company.posts() == [] and await company.letters() == []
    assert (await hand_over(company, reply("else@house.example", "Cy")))[0] == UNKNOWN


async def test_every_change_of_a_token_is_noticed() -> None:
    key, now = b"k" * 32, clock.now()
    token = tokens.make(key, "reply", 2**62, 2**62, now)
    found = tokens.read(key, token)
    assert found is not None and (found.person_id, found.about) == (2**62, 2**62) and len(token) == 53
    assert tokens.read(key, "ä" + token) is None
    for at, sign in itertools.product(range(len(token) - 1), "a7"):
        if token[at] != sign:
            assert tokens.read(key, token[:at] + sign + token[at + 1 :]) is None


async def test_after_thirty_days_it_is_returned_with_its_words(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = await company.world.post(company.ada, "Who can weld?")
    long_ago = clock.now() - tokens.LASTS
    monkeypatch.setattr(clock, "now", lambda: long_ago - tokens.LASTS)
    to = await company.address(post)
    monkeypatch.undo()
    assert (await hand_over(company, reply(to, "Cy can weld\n- and more")))[0] == DONE
    (letter,) = await company.letters()
    assert "30 days" in letter.text and "Cy can weld\n- and more" in letter.text and letter.address == BO
    assert await company.posts() == []


async def test_who_left_is_suspended_or_sees_the_post_no_more_posts_nothing(company: Company) -> None:
    world, bo = company.world, company.bo
    post = await world.post(company.ada, "Secretword?")
    to = await company.address(post)
    await world.suspend(bo)
    assert (await hand_over(company, reply(to, "one")))[0] == UNKNOWN
    await world.suspend(bo, is_suspended=False)
    await world.leave(bo)
    assert (await hand_over(company, reply(to, "two")))[0] == UNKNOWN
    await world.rejoin(bo)
    assert await company.letters() == []
    await world.block(company.ada, bo)
    assert (await hand_over(company, reply(to, "three")))[0] == DONE
    await world.connection.execute("delete from blocks")
    await world.delete(post)
    assert (await hand_over(company, reply(to, "four")))[0] == DONE
    assert await company.posts() == []
    letters = await company.letters()
    assert ["three" in letters[0].text, "four" in letters[1].text] == [True, True]
    assert not any("Secretword" in one.text for one in letters)


async def test_what_the_rules_refuse_comes_back_with_its_words_in_ones_language(company: Company) -> None:
    post = await company.world.post(company.ada, "Who can weld?")
    to = await company.address(post)
    await company.world.change(company.bo, pages_language="de")
    assert await hand_over(company, reply(to, "viel Text\n" * 400)) == (DONE, b"")
    assert (await hand_over(company, reply(to, "> nothing but a quote")))[0] == DONE
    long, empty = await company.letters()
    assert long.subject.startswith("Deine Antwort wurde nicht") and long.text.count("viel") == 400
    assert "Text" in empty.text
    assert await company.posts() == []


async def test_somebody_is_written_to_a_few_times_an_hour_at_most(company: Company) -> None:
    to = await company.address(await company.world.post(company.ada, "Who can weld?"))
    for number in range(8):
        assert (await hand_over(company, reply(to, "> quoted", Message_ID=f"<{number}@a>")))[0] == DONE
    assert len(await company.letters()) == 5


async def test_a_file_that_is_no_picture_by_its_content_does_not_come_in_and_its_sender_is_told(
    company: Company,
) -> None:
    message = reply(
        await company.address(await company.world.post(company.ada, "Who can weld?")), "See the picture"
    )
    message.add_attachment(b"GIF89a", maintype="image", subtype="gif", filename="a.gif")
    assert (await hand_over(company, message))[0] == DONE
    assert [row["text"] for row in await company.posts()] == ["@ada See the picture"]
    (letter,) = await company.letters()
    assert letter.subject.startswith("Your reply was posted without its attachments")


def picture(side: int = 300, colour: str = "red") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(made, "PNG")
    return made.getvalue()


async def hung_on(company: Company) -> list[str]:
    """The kinds of what hangs on what bo posted, in order."""
    rows = await company.world.connection.fetch(
        "select content_type from media where post_id is not null and person_id = $1 order by id",
        company.bo.id,
    )
    return [row["content_type"] for row in rows]


async def test_pictures_come_along_four_at_most_and_the_rest_is_told(company: Company) -> None:
    to = await company.address(await company.world.post(company.ada, "Who can weld?"))
    message = reply(to, "See the pictures")
    for number in range(5):
        message.add_attachment(
            picture(200 + number), maintype="image", subtype="png", filename=f"{number}.png"
        )
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="a.pdf")
    assert (await hand_over(company, message))[0] == DONE
    assert [row["text"] for row in await company.posts()] == ["@ada See the pictures"]
    assert len(await hung_on(company)) == 4
    (letter,) = await company.letters()
    assert letter.subject.startswith("Your reply was posted without some of its attachments")
    assert "Only photos come along by e-mail" in letter.text


async def test_a_picture_alone_is_a_reply(company: Company) -> None:
    message = reply(await company.address(await company.world.post(company.ada, "Which seal?")), "\n")
    message.add_attachment(picture(), maintype="image", subtype="png", filename="seal.png")
    assert (await hand_over(company, message))[0] == DONE
    assert [row["text"] for row in await company.posts()] == ["@ada"] and len(await hung_on(company)) == 1
    assert await company.letters() == []


async def test_what_stands_in_the_text_comes_along_and_logos_and_quoted_pictures_do_not(
    company: Company,
) -> None:
    message = reply(await company.address(await company.world.post(company.ada, "Which seal?")), "This one")
    message.add_alternative(
        "<p>This one <img src='cid:own'><img src='cid:icon'></p><div class='gmail_signature'><img src='cid:logo'></div>"
        "<div class='gmail_quote'><img src='cid:theirs'></div>",
        subtype="html",
    )
    _plain, html = message.iter_parts()
    assert isinstance(html, EmailMessage)
    for cid, side in (("own", 300), ("icon", 40), ("logo", 300), ("theirs", 300)):
        html.add_related(picture(side), maintype="image", subtype="png", cid=f"<{cid}>")
    assert (await hand_over(company, message))[0] == DONE
    assert len(await hung_on(company)) == 1 and await company.letters() == []


async def test_pictures_of_a_mail_that_is_not_theirs_are_not_even_opened(company: Company) -> None:
    message = reply(await company.address(await company.world.post(company.ada, "Which seal?")), "This one")
    del message["From"]
    message["From"] = "eve@elsewhere.example"
    message.add_attachment(picture(), maintype="image", subtype="png", filename="seal.png")
    assert (await hand_over(company, message))[0] == DONE
    assert await company.posts() == []
    assert await company.world.connection.fetchval("select count(*) from media") == 0


async def test_a_picture_of_a_reply_that_is_refused_hangs_on_nothing(company: Company) -> None:
    message = reply(
        await company.address(await company.world.post(company.ada, "Which seal?")), "much text\n" * 400
    )
    message.add_attachment(picture(), maintype="image", subtype="png", filename="seal.png")
    assert (await hand_over(company, message))[0] == DONE
    assert await company.posts() == []
    assert await company.world.connection.fetchval("select count(*) from media") == 0


async def test_while_it_is_switched_off_there_is_no_address(company: Company) -> None:
    post = await company.world.post(company.ada, "Who can weld?")
    to = await company.address(post)
    await company.world.policy(connections=[])
    assert (await hand_over(company, reply(to, "Cy")))[0] == UNKNOWN
    assert await company.address(post) == "" and await company.posts() == []


async def test_an_outage_of_the_database_loses_no_mail(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    to = await company.address(await company.world.post(company.ada, "Who can weld?"))

    async def away(*_given: object) -> None:
        raise DatabaseAway

    monkeypatch.setattr(flow, "take", away)
    assert (await hand_over(company, reply(to, "Cy")))[0] == 451
    monkeypatch.undo()
    assert (await hand_over(company, reply(to, "Cy")))[0] == DONE
    assert len(await company.posts()) == 1


async def test_a_mail_that_cannot_be_read_is_refused_for_good(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    to = await company.address(await company.world.post(company.ada, "Who can weld?"))

    def fails(*_given: object) -> None:
        raise RecursionError

    monkeypatch.setattr(reading, "read", fails)
    assert (await hand_over(company, reply(to, "Cy")))[0] == 554


async def test_what_is_too_large_too_slow_or_too_much_at_once_is_refused(
    company: Company, listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    to = await company.address(await company.world.post(company.ada, "Who can weld?"))
    assert (await hand_over(company, reply(to, ("x" * 70 + "\n") * 160_000)))[0] == 552
    monkeypatch.setattr(lmtp, "LONGEST_SECONDS", 0.2)
    host, port = company.mail_in.lmtp_at or ("", 0)
    reader, writer = await asyncio.open_connection(host, port)
    assert (await reader.readline()).startswith(b"220")
    assert await asyncio.wait_for(reader.read(), 10) == b"", "whoever says nothing is let go"
    writer.close()
    monkeypatch.setattr(lmtp, "LONGEST_SECONDS", 20)
    monkeypatch.setattr(lmtp, "MOST_CONNECTIONS", 3)
    there = [await asyncio.open_connection(host, port) for _one in range(4)]
    said = [await reader.readline() for reader, _writer in there]
    assert [line[:3] for line in said] == [b"220", b"220", b"220", b"421"]
    for _reader, writer in there:
        writer.close()
    assert await company.posts() == []


def report(to: str, status: str, action: str = "failed") -> bytes:
    """As mail servers say that an email could not be delivered (RFC 3464)."""
    return (
        f"From: MAILER-DAEMON@mx.example\r\nTo: {to}\r\nSubject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\nMIME-Version: 1.0\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; {BO}\r\nAction: {action}\r\nStatus: {status}\r\n\r\n--b--\r\n"
    ).encode()


@pytest.mark.parametrize(
    ("status", "action", "is_reached"),
    [
        ("5.1.1", "failed", False),
        ("5.2.2", "failed", True),
        ("5.7.1", "failed", True),
        ("4.4.1", "delayed", True),
    ],
)
async def test_an_address_from_which_email_comes_back_for_good_is_written_to_no_more(
    company: Company, status: str, action: str, is_reached: bool
) -> None:
    world, bo = company.world, company.bo
    returns = flow.returns(world.site)
    assert returns is not None
    to = await returns(world.db, bo.id, BO)
    host, port = company.mail_in.lmtp_at or ("", 0)

    def send() -> None:
        with (
            socket.create_connection((host, port), timeout=PATIENCE) as connection,
            connection.makefile("rb") as said,
        ):
            for line in ("", "LHLO a", "MAIL FROM:<>", f"RCPT TO:<{to}>", "DATA"):
                if line:
                    connection.sendall(f"{line}\r\n".encode())
                while re.match(rb"\d{3}-", answer := said.readline()):
                    pass
                assert answer[:1] in b"23", (line, answer)
            connection.sendall(report(to, status, action) + b".\r\n")
            assert said.readline().startswith(b"250")

    await asyncio.to_thread(send)
    assert (await reached_at(world.db, bo.id) == BO) is is_reached
    assert await company.posts() == [] and await company.letters() == []
    await addresses.add(world.db, bo.id, BO, is_verified=True)
    assert await reached_at(world.db, bo.id) == BO, "confirmed again"


async def test_where_the_mail_server_checks_what_it_did_not_find_genuine_is_not_posted(
    company: Company,
) -> None:
    checked = company.mail_in.__class__(
        address="reply@house.example", lmtp="a:1", checked_by="mx.house.example"
    )
    cases = {
        "": False,
        "mx.house.example; dmarc=pass header.from=house.example": True,
        "mx.house.example; dkim=pass header.d=house.example; spf=fail": True,
        "mx.house.example; dkim=pass header.d=evil.example": False,
        "mx.house.example; dkim=pass header.d=house.example.evil.example": False,
        "mx.house.example; dmarc=fail": False,
        "evil.example; dmarc=pass": False,
    }
    for said, is_genuine in cases.items():
        heads = {"Authentication_Results": said} if said else {}
        message = reply("reply+x@house.example", "Cy", **heads)
        assert reading.read(message.as_bytes(), checked, "x").is_genuine is is_genuine, said
    below = (
        b"Authentication-Results: mx.house.example; dmarc=fail\r\n"
        + reply("a@b", "Cy", Authentication_Results="mx.house.example; dmarc=pass").as_bytes()
    )
    assert not reading.read(below, checked, "x").is_genuine, "only the topmost is the server's own"
