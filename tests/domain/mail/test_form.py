"""What e-mails look like: whole with and without HTML, with one button, and nothing fetched from anywhere."""

import re

from weetwie.domain.mail import week, write_account

LINK, STOP = "https://weetwie.example/go?a=1&b=2", "https://weetwie.example/stop/1"


def test_an_email_says_the_same_in_both_of_its_forms() -> None:
    written = write_account.new_password("en", "Peil & Werk", "ada", LINK)
    assert written.subject == "Choose a new password · Peil & Werk"
    assert LINK in written.text and LINK.replace("&", "&amp;") in written.html
    words = re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<[^>]*>", " ", written.html, flags=re.DOTALL))
    for line in ("Choose a new password", "@ada at Peil &amp; Werk", "The link works once, for one hour."):
        assert line in words


def test_an_email_has_one_button_and_fetches_nothing() -> None:
    html = write_account.sign_in_link("de", "Peilwerk", "ada", LINK).html
    assert html.count('<td class="button"') == 1
    assert not re.search(r"<img|url\(|@import|src=", html)
    assert '<html lang="de">' in html and "prefers-color-scheme: dark" in html


def test_the_week_stands_in_parts_with_the_way_out_behind_a_word() -> None:
    items = [
        week.WeekItem("Dewi <b>", "Logistics", "Which original?", LINK),
        week.WeekItem("Paula", "", "An export?", LINK),
    ]
    parts = {"missed": items[1:], "questions": items[:1], "people": []}
    written = week.write(week.Week("en", "Peilwerk", parts, LINK, "https://weetwie.example/settings", STOP))
    assert written.subject == "Questions you may be able to answer · Peilwerk", "the subject says the matter"
    assert written.text.index("Which original?") < written.text.index("An export?")
    assert "New here" not in written.html and f"Unsubscribe: {STOP}" in written.text
    assert "Dewi &lt;b&gt;" in written.html and f'<a href="{STOP}">Unsubscribe</a>' in written.html
    assert written.html.count("<h2") == 2 and written.html.count('<td class="button"') == 1
