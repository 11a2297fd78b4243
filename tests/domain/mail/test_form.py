"""What e-mails look like: whole with and without HTML, with one button, and nothing fetched from anywhere."""

import re

from weetwie.domain.mail import write

LINK, STOP = "https://weetwie.example/go?a=1&b=2", "https://weetwie.example/stop/1"


def test_an_email_says_the_same_in_both_of_its_forms() -> None:
    written = write.new_password("en", "Peil & Werk", "ada", LINK)
    assert written.subject == "Choose a new password · Peil & Werk"
    assert LINK in written.text and LINK.replace("&", "&amp;") in written.html
    words = re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<[^>]*>", " ", written.html, flags=re.DOTALL))
    for line in ("Choose a new password", "@ada at Peil &amp; Werk", "The link works once, for one hour."):
        assert line in words


def test_an_email_has_one_button_and_fetches_nothing() -> None:
    html = write.sign_in_link("de", "Peilwerk", "ada", LINK).html
    assert html.count('<td class="button"') == 1
    assert not re.search(r"<img|url\(|@import|src=", html)
    assert '<html lang="de">' in html and "prefers-color-scheme: dark" in html


def test_questions_stand_one_below_the_other_with_the_way_out_behind_a_word() -> None:
    asked = [("Dewi <b>", "Which original?"), ("Paula", "An export?")]
    written = write.questions("en", "Peilwerk", "ada", asked, LINK, STOP)
    assert "Dewi <b>: Which original?" in written.text and f"Unsubscribe: {STOP}" in written.text
    assert "Dewi &lt;b&gt;" in written.html and "An export?" in written.html
    assert f'<a href="{STOP}">Unsubscribe</a>' in written.html
