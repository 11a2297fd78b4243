"""Scopes, addresses to return to, PKCE and waiting, for any input."""

import base64
import hashlib
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from hypothesis import given, strategies as st

from weetwie.domain.identity import rules
from weetwie.errors import Invalid

some_scopes = st.lists(st.sampled_from(rules.SCOPES), unique=True, max_size=6)
verifiers = st.text("ABCabc019-._~", min_size=43, max_size=128)


def challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@given(some_scopes, some_scopes, some_scopes)
def test_being_held_is_an_order(one: list[str], two: list[str], three: list[str]) -> None:
    assert rules.within(one, one)
    assert rules.within(one, [*one, *two])
    if rules.within(one, two) and rules.within(two, three):
        assert rules.within(one, three)


def test_a_high_level_scope_holds_what_is_below_it_and_no_other() -> None:
    assert rules.within(["read:statuses"], ["read"])
    assert not rules.within(["read"], ["read:statuses"])
    assert not rules.within(["write"], ["read"])
    assert rules.within(["follow"], ["read", "write"])
    assert not rules.within(["follow"], ["write"])
    assert rules.within(["write:mutes", "read:blocks"], ["follow"])
    assert not rules.within(["write:statuses"], ["follow"])
    assert not rules.within(["admin:read"], ["read", "write", "follow", "push", "profile"])
    assert not rules.within(["profile"], ["read"])


def test_without_a_scope_it_is_read() -> None:
    assert rules.scopes("") == rules.scopes("  ") == ["read"]
    assert rules.scopes("write  read write") == ["write", "read"]


@pytest.mark.parametrize("scope", ["admin", "read:push", "READ", "read,write", "read:statuses:x"])
def test_unknown_scopes_are_refused(scope: str) -> None:
    with pytest.raises(Invalid):
        rules.scopes(scope)


@given(verifiers, st.text(max_size=140))
def test_only_the_verifier_answers_its_challenge(verifier: str, other: str) -> None:
    challenge = challenge_of(verifier)
    assert rules.is_challenge(challenge)
    assert rules.answers(challenge, verifier)
    assert rules.answers(challenge, other) == (other == verifier)
    assert not rules.answers(challenge, None)
    assert not rules.answers(challenge, challenge)
    assert rules.answers(None, None)
    assert not rules.answers(None, verifier)


@given(st.text(max_size=60) | st.from_regex(r"[a-z]{1,9}:[/a-z;@#?\\. ]{0,20}"))
def test_whatever_may_be_returned_to_is_harmless(redirect: str) -> None:
    if not rules.is_redirect(redirect) or redirect == rules.OUT_OF_BAND:
        return
    parts = urlsplit(redirect)
    assert parts.scheme not in ("javascript", "data", "vbscript", "file", "blob", "")
    assert not set(redirect) & set(" \t\r\n;\"'<>\\#") - {"'", ";"}
    assert ";" not in parts.netloc and "'" not in parts.netloc, "it goes into the policy of a page"
    if parts.scheme == "http":
        assert parts.hostname in ("localhost", "127.0.0.1", "::1")


@pytest.mark.parametrize(
    "redirect",
    [
        rules.OUT_OF_BAND,
        "https://app.example/back?x=1",
        "http://localhost:3000/",
        "http://127.0.0.1/",
        "http://[::1]:80/x",
        "icecubesapp://",
        "com.example.app:/back",
        "mastodon-android-auth://callback",
        "tusky://oauth2redirect",
        "mastodon://joinmastodon.org/oauth",
        "oauth2redirect://com.keylesspalace.tusky/",
        "fedilab://backtofedilab",
        "org.joinmastodon.android:/oauth",
    ],
)
def test_what_apps_use_may_be_returned_to(redirect: str) -> None:
    assert rules.is_redirect(redirect)


@pytest.mark.parametrize(
    "scheme",
    (
        "javascript vbscript jscript perlscript data blob file filesystem about view-source mhtml jar resource chrome wyciwyg "
        "ms-msdt ms-word ms-excel ms-settings ms-officecmd ms-appinstaller ms-its ms-cxh-full search search-ms shell hcp "
        "windowsdefender onenote-cmd microsoft-edge steam intent android-app itms-services itms-apps macappstore "
        "x-apple.systempreferences applescript help x-help prefs app-prefs shortcuts jnlp vscode git ssh telnet smb ldap rdp "
        "tel sms facetime skype mailto sip callto magnet irc webcal urn ws ftp git+ssh svn+ssh git-client steamlink vscode-remote "
        "github-windows mshta rundll32 excel outlook zoomus slack"
    ).split(),
)
@pytest.mark.parametrize("rest", [":", "://x/y", ":/id%20PCWDiagnostic"])
def test_a_scheme_that_runs_shows_or_calls_something_is_nothing_to_return_to(scheme: str, rest: str) -> None:
    assert not rules.is_redirect(scheme + rest)
    assert not rules.is_redirect(scheme.upper() + rest)


@given(st.integers(0, 10_000))
def test_each_failure_makes_the_wait_longer_up_to_its_end(failures: int) -> None:
    for guessing in (rules.AT_ACCOUNT_FROM_ADDRESS, rules.AT_ACCOUNT, rules.FROM_ADDRESS):
        assert guessing.wait(failures) <= guessing.wait(failures + 1) <= timedelta(seconds=guessing.longest)
        assert bool(guessing.wait(failures)) == (failures >= guessing.free)
