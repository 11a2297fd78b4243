"""What somebody wrote themselves is told from what a mail holds beside."""

import pytest
from hypothesis import given, strategies as st

from weetwie.imports.sources.quoting import said


def own(text: str) -> str:
    return said(text)[0]


@pytest.mark.parametrize(
    "attribution",
    [
        "On Mon, Jan 1, 2024 at 10:00 AM Ann Bee <ann@x.example> wrote:",
        "On Mon, Jan 1, 2024 at 10:00 AM Ann Bee\n<ann@x.example> wrote:",
        "Op ma 1 jan 2024 om 10:00 schreef Ann Bee <ann@x.example>:",
        "Op 1 jan. 2024 om 10:00 heeft Ann Bee <ann@x.example> het volgende geschreven:",
        "Am 01.01.2024 um 10:00 schrieb Ann Bee:",
        "Am Montag, 1. Januar 2024, 10:00:00 CET schrieb Ann Bee:",
        "Ann Bee <ann@x.example> writes:",
        "Ann Bee schrieb am 01.01.2024:",
        "[Ann Bee, 2024-01-01, ann@x.example]:",
    ],
)
def test_what_is_quoted_is_cut_and_who_wrote_it(attribution: str) -> None:
    assert own(f"{attribution}\n> Which seal?\n> And why?\n\nThe blue one.\n") == "The blue one."
    assert own(f"The blue one.\n\n{attribution}\n\n> Which seal?\n") == "The blue one."


@pytest.mark.parametrize(
    "block",
    [
        "-----Original Message-----\nFrom: Ann\nSent: Monday\nTo: Bo\nSubject: Seals\n\nWhich?",
        "-----Oorspronkelijk bericht-----\nVan: Ann\n\nWelke?",
        "-----Ursprüngliche Nachricht-----\nVon: Ann\n\nWelche?",
        "________________________________\nFrom: Ann <ann@x.example>\nSent: Monday, 1 January 2024 10:00\nTo: Bo\nSubject: Seals\n\nWhich?",
        "Van: Ann\nVerzonden: maandag 1 januari 2024\nAan: Bo\nOnderwerp: Seals\n\nWelke?",
        "*Von:* Ann\n*Gesendet:* Montag\n*An:* Bo\n*Betreff:* Seals\n\nWelche?",
        "---------- Forwarded message ---------\nFrom: Ann\n\nWhich?",
        "Begin forwarded message:\n\nWhich?",
        "On Mon, Jan 1, 2024, Ann <ann@x.example> wrote:\n\nWhich?",
    ],
)
def test_what_is_answered_below_is_cut(block: str) -> None:
    assert own(f"The blue one.\n\n{block}\n") == "The blue one."


@pytest.mark.parametrize(
    "end",
    [
        "-- \nBo Cee\nPumps and Seals",
        "--\nBo",
        "Sent from my iPhone",
        "Verstuurd vanaf mijn iPad",
        "Von meinem iPhone gesendet",
        "_______________________________________________\ndev mailing list\ndev@lists.x.example\nhttps://lists.x.example/listinfo/dev",
        "---------------------------------------------------------------------\nTo unsubscribe, e-mail: dev-unsubscribe@x.example",
        '-\nTo unsubscribe from this list: send the line "unsubscribe dev"',
        "-- \nYou received this message because you are subscribed to the Google Groups \"dev\" group.",
        "____________________\nMailingliste dev\nAbmelden: https://x.example",
        "This message is confidential and intended for the addressee only.",
        "-- \nBo\n\n_______________________________________________\ndev mailing list\nhttps://lists.x.example/listinfo/dev",
    ],
)  # fmt: skip
def test_signatures_and_footers_are_cut(end: str) -> None:
    assert own(f"The blue one.\nFits all.\n\n{end}\n") == "The blue one.\nFits all."


def test_patches_keep_what_is_said_of_them() -> None:
    patch = """Mend the seal.

Signed-off-by: Bo <bo@x.example>
---
 pump.c | 2 +-
 1 file changed, 1 insertion(+), 1 deletion(-)

diff --git a/pump.c b/pump.c
index 1..2 100644
--- a/pump.c
+++ b/pump.c
@@ -1,2 +1,2 @@
 int seal;
-int red;
+int blue;
--\x20
2.30
"""
    assert own(patch) == "Mend the seal.\n\nSigned-off-by: Bo <bo@x.example>\n---"


@pytest.mark.parametrize(
    "text",
    [
        "On 1 Jan 2024 at 7:55, Ann Bee wrote:\n\nThe blue one.\n\n> Which seal?\n",
        "On Mon, 1 Jan 2024, Ann <ann@x.example> wrote:\nThe blue one.\n",
        "Ann <ann@x.example> wrote:\n> >-----Original Message-----\n> >From: Cy\n> >Sent: x\n> >To: y\n> Which?\n\nThe blue one.\n",
        "-----Original Message-----\nFrom: Ann\nSent: Monday\nTo: Bo\nSubject: Seals\n\n> Which?\n\nThe blue one.\n",
    ],
)
def test_an_answer_below_what_introduces_a_quote_stays(text: str) -> None:
    assert own(text) == "The blue one."


def test_words_that_look_alike_stay() -> None:
    text = "On Monday we tried it.\nFrom: here it works:\n\n- a list\n- of things\n\n--- and so on\nAm Ende:\n\nDone."
    assert own(text) == text


def test_files_within_the_text_and_seals_are_cut() -> None:
    text = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA1\n\nBlue.\nbegin 644 seal.png\nM12\nend\n-----BEGIN PGP SIGNATURE-----\nabc\n-----END PGP SIGNATURE-----\n"
    assert said(text) == ("Blue.", ["seal.png"])
    scrubbed = "Blue.\n-------------- next part --------------\nA non-text attachment was scrubbed...\nName: seal.png\nType: image/png\n"
    assert said(scrubbed) == ("Blue.", ["seal.png"])


def test_readers_that_quote_by_name_are_known() -> None:
    text = '>>>>> "Ann" == Ann Bee <ann@x.example> writes:\n\n    Ann> Which\n    Ann> seal\n    >> of all\n    Ann> is it?\n\nBlue.'
    assert own(text) == "Blue."


@given(
    st.lists(
        st.sampled_from(["> a", "-- ", "--", "On x wrote:", "From: a", "Sent: b", "To: c", "diff --git", "@@ -1", "+x", "", "____________",
                         "begin 644 x", "end", "unsubscribe", "words", "-------------- next part --------------", "Name: x"]),
        max_size=25,
    )
)  # fmt: skip
def test_any_lines_give_only_lines_that_were_there(lines: list[str]) -> None:
    text, _files = said("\n".join(lines))
    assert set(text.split("\n")) <= {*lines, ""}
