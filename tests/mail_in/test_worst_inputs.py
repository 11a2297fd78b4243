"""However a mail was made to keep us busy, it is read in a time that grows with its length alone."""

from collections.abc import Callable
from functools import partial
from typing import Final

import pytest

from tests.api.test_worst_inputs import BITS, _known_work, longest, spent
from weetwie.mail_in import html, quotes, reading
from weetwie.settings import MailIn

MOST: Final = 0.5
"""Seconds, in a thread of its own, on a machine on which the known work takes five thousandths of a second."""
LONGEST: Final = 200_000
MAIL_IN: Final = MailIn(address="reply@house.example", lmtp="a:1", checked_by="mx.house.example")
OF_MAILS: Final = [
    "On 1:00 wrote ", "On 1:00\n", "On \n", "On 1.00 wrote:\n", "Am 1.00 schrieb", "1@<a>:\n", "From:\n", "From:\nSent:\n", "From: To:", ">", ">\n", "-- \n", "--\n",
    "Sent from ", "Sent from a\n", "_" * 19, "_", "-", "-----Original Message", "-" * 40 + "\n", "\r", "\u00a0", "\u200b", "*", "* \n", " \n",
    "<", "<a", "<a ", "<a<", "</", "</a>", "<div>", "<div class=gmail_quote>", "</div>", "<!--", "<!", "<?", "-->", "&", "&#", "&#x", "&amp", "<p>", "<style>", "<script", "id=", "type=",
    "border-top:", "<a b='", "a" * 4000 + "<", "<br/>", "<blockquote type=cite>",
]  # fmt: skip


def as_head(name: str, said: str) -> bytes:
    return f"From: a@b\r\n{name}: {said[:60_000]}\r\n\r\nhello".encode("utf-8", "replace")


def as_parts(said: str) -> bytes:
    inner = "".join(f"--{said[:40]}\r\n\r\n{said[:40]}\r\n" for _one in range(2000))
    return f'From: a@b\r\nContent-Type: multipart/mixed; boundary="{said[:40]}"\r\n\r\n{inner}'.encode(
        "utf-8", "replace"
    )


def read(content: bytes) -> None:
    reading.token_of(content, MAIL_IN)
    reading.read(content, MAIL_IN, "token", "a@b")


READERS: Final[dict[str, Callable[[str], object]]] = {
    "plain text": quotes.own_words,
    "HTML": html.as_text,
    **{
        f"the head {name}": partial(lambda name, said: read(as_head(name, said)), name)
        for name in (
            "To",
            "From",
            "Subject",
            "Message-ID",
            "Content-Type",
            "Authentication-Results",
            "References",
        )
    },
    "many parts": lambda said: read(as_parts(said)),
}


@pytest.fixture(scope="module")
def bound() -> float:
    return MOST * max(1.0, spent(_known_work) / 0.005)


@pytest.mark.parametrize("reader", READERS)
def test_nothing_that_repeats_keeps_the_reader_of_mails_busy(reader: str, bound: float) -> None:
    slow = {}
    for bit in [*OF_MAILS, *BITS]:
        took = spent(partial(READERS[reader], longest(bit, LONGEST)))
        if took > bound:
            slow[bit[:20]] = took
    assert not slow


def test_parts_within_parts_are_read_to_an_end() -> None:
    content = b"From: a@b\r\n"
    for at in range(300):
        content += b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (at, at)
    assert reading.read(content + b"\r\nhello", MAIL_IN, "token", "a@b").sender == "a@b"
