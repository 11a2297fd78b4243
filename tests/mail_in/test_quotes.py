"""What somebody wrote is what is left: of replies as the usual programs write them, in three languages."""

import pytest

from weetwie.mail_in.html import as_text
from weetwie.mail_in.quotes import own_words

OWN = "Yes, ask Cy.\n\nShe welds titanium."
QUOTED = "> Ada mentioned you\n>\n> Who can weld?\n> https://house.example/@ada/1"
BARE = "Ada mentioned you\n\nWho can weld?"

REPLIES = {
    "gmail": f"{OWN}\n\nOn Mon, Jun 1, 2026 at 9:00 AM Weetwie <reply+abc@house.example>\nwrote:\n\n{QUOTED}\n",
    "gmail nl": f"{OWN}\n\nOp ma 1 jun 2026 om 09:00 schreef Weetwie <reply+abc@house.example>:\n\n{QUOTED}\n",
    "gmail de": f"{OWN}\n\nAm Mo., 1. Juni 2026 um 09:00 Uhr schrieb Weetwie <\nreply+abc@house.example>:\n\n{QUOTED}\n",
    "apple": f"{OWN}\n\n> On 1 Jun 2026, at 09:00, Weetwie <weetwie@house.example> wrote:\n> \n{QUOTED}\n",
    "apple nl": f"{OWN}\n\nVerstuurd vanaf mijn iPhone\n\n> Op 1 jun 2026 om 09:00 heeft Weetwie <w@house.example> het volgende geschreven:\n{QUOTED}",
    "apple de": f"{OWN}\n\nVon meinem iPhone gesendet\n\n> Am 01.06.2026 um 09:00 schrieb Weetwie <w@house.example>:\n{QUOTED}",
    "iphone": f"{OWN}\n\nSent from my iPhone\n\n> On 1 Jun 2026, at 09:00, Weetwie <w@house.example> wrote:\n{QUOTED}",
    "thunderbird": f"On 6/1/26 09:00, Weetwie wrote:\n{QUOTED}\n\n{OWN}\n-- \nBo Brandt\nPumps, phone 12\n",
    "thunderbird de": f"{OWN}\n\nAm 01.06.26 um 09:00 schrieb Weetwie:\n{QUOTED}\n",
    "thunderbird nl": f"{OWN}\n\nOp 01-06-2026 om 09:00 schreef Weetwie:\n{QUOTED}\n",
    "k-9": f"{OWN}\n-- \nSent from my Android device with K-9 Mail. Please excuse my brevity.\n\nOn June 1, 2026 9:00:00 AM GMT+02:00, Weetwie <w@house.example> wrote:\n{QUOTED}",
    "k-9 de": f"{OWN}\n\nDiese Nachricht wurde von meinem Android-Ger\u00e4t mit K-9 Mail gesendet.\n\nAm 1. Juni 2026 09:00:00 MESZ schrieb Weetwie <w@house.example>:\n{QUOTED}",
    "outlook": f"{OWN}\n\n-----Original Message-----\nFrom: Weetwie <w@house.example>\nSent: Monday, June 1, 2026 9:00 AM\nTo: Bo\nSubject: Ada\n\n{BARE}",
    "outlook web": f"{OWN}\n\n________________________________\nFrom: Weetwie <w@house.example>\nSent: Monday\nTo: Bo\nSubject: Ada\n\n{BARE}",
    "outlook de": f"{OWN}\n\nVon: Weetwie <w@house.example>\nGesendet: Montag, 1. Juni 2026 09:00\nAn: Bo\nBetreff: Ada\n\n{BARE}",
    "outlook nl": f"{OWN}\n\nVan: Weetwie <w@house.example>\nVerzonden: maandag 1 juni 2026 09:00\nAan: Bo\nOnderwerp: Ada\n\n{BARE}",
    "outlook phone": f"{OWN}\n\nGet Outlook for iOS<https://aka.ms/o0ukef>\n________________________________\nFrom: Weetwie\nSent: Monday\nTo: Bo\nSubject: A\n\n{BARE}",
    "windows line ends": f"{OWN}\n\nOn 6/1/26 09:00, Weetwie wrote:\n{QUOTED}".replace("\n", "\r\n"),
}


@pytest.mark.parametrize("program", REPLIES)
def test_of_a_reply_what_its_writer_wrote_is_left(program: str) -> None:
    assert own_words(REPLIES[program]) == OWN


def test_answers_between_the_quoted_lines_are_left() -> None:
    given = "On 6/1/26 09:00, Weetwie wrote:\n> Who can weld?\nCy can.\n> And when?\nOn Monday, she said.\n> Thanks\n"
    assert own_words(given) == "Cy can.\nOn Monday, she said."


@pytest.mark.parametrize(
    "own",
    [
        "On 3 May he wrote:\nnothing at all.",
        "From: the hall\nit takes an hour.",
        "I wrote this:\n- one\n- two",
        "Am Montag schrieb ich dazu:\nes geht nicht.",
        "Sent from heaven, I believe, but then\nsomething else.",
    ],
)
def test_what_only_looks_like_it_is_left(own: str) -> None:
    assert own_words(own) == own


def test_nothing_but_a_quote_is_nothing() -> None:
    assert own_words(f"On 6/1/26 09:00, Weetwie wrote:\n{QUOTED}") == ""
    assert own_words("") == ""


HTML = {
    "gmail": '<div dir="ltr">Yes, ask Cy.<br><br>She welds titanium.</div><br><div class="gmail_quote"><div class="gmail_attr">On Mon</div><blockquote>Who can weld?</blockquote></div>',
    "apple": '<html><head><style>p{}</style></head><body>Yes, ask Cy.<div><br></div><div>She welds titanium.</div><blockquote type="cite"><div>Who <b>can</b> weld?</div></blockquote></body></html>',
    "outlook": '<div>Yes, ask Cy.</div><div><br></div><p>She welds titanium.</p><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> Weetwie</div><div>Who can weld?</div>',
    "outlook desktop": '<p class=MsoNormal>Yes, ask Cy.</p><p></p><p>She welds titanium.</p><div style="border:none;border-top:solid #E1E1E1 1.0pt"><p><b>From:</b> Weetwie</p></div><p>Who can weld?</p>',
    "thunderbird": '<p>Yes, ask Cy.<br></p><p>She welds titanium.</p><div class="moz-cite-prefix">On 6/1/26 Weetwie wrote:<br></div><blockquote type="cite" cite="mid:1">Who can weld?</blockquote>',
}


@pytest.mark.parametrize("program", HTML)
def test_a_reply_that_is_nothing_but_html_is_read_as_text(program: str) -> None:
    assert own_words(as_text(HTML[program])).split() == OWN.split()


def test_of_html_what_is_seen_is_left() -> None:
    assert as_text("a &lt;b&gt; &amp; c<!-- no --><script>no()</script>d").strip() == "a <b> & cd"
    assert as_text("1 < 2 and 3 > 2") == "1 < 2 and 3 > 2"
