"""What is right when signing in: scopes, addresses to return to, passwords, and how long a guesser has to wait."""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from weetwie.domain.identity import well_known
from weetwie.errors import Invalid, _
from weetwie.text.signs import bare_address
from weetwie.text.text import is_address

READABLE: Final = (
    "accounts blocks bookmarks collections favourites filters follows lists mutes notifications search statuses"
).split()
WRITABLE: Final = (
    "accounts blocks bookmarks collections conversations favourites filters follows lists media mutes notifications "
    "reports statuses"
).split()
ADMINISTERED: Final = (
    "accounts canonical_email_blocks domain_allows domain_blocks email_domain_blocks ip_blocks reports"
).split()

_HOLDS: Final[dict[str, frozenset[str]]] = {
    "read": frozenset(f"read:{what}" for what in READABLE),
    "write": frozenset(f"write:{what}" for what in WRITABLE),
    "follow": frozenset(
        f"{verb}:{what}" for verb in ("read", "write") for what in ("blocks", "follows", "mutes")
    ),
    "admin:read": frozenset(f"admin:read:{what}" for what in ADMINISTERED),
    "admin:write": frozenset(f"admin:write:{what}" for what in ADMINISTERED),
    "profile": frozenset(("profile",)),
    "push": frozenset(("push",)),
}
"""What a high-level scope holds; `follow` is of old, and still asked for."""

SCOPES: Final = tuple(_HOLDS) + tuple(
    sorted({scope for held in _HOLDS.values() for scope in held} - {"profile", "push"})
)
DEFAULT_SCOPE: Final = "read"

OUT_OF_BAND: Final = "urn:ietf:wg:oauth:2.0:oob"
"""Stands for "show the code on a page, I cannot be called back"."""

SHORTEST_PASSWORD: Final = 8
LONGEST_PASSWORD: Final = 256
LONGEST_REDIRECT: Final = 2000
MOST_REDIRECTS: Final = 20
LONGEST_APP_NAME: Final = 200

_RUN_BY_BROWSERS: Final = (
    "about blob cid content data file filesystem ftp ftps gopher jar javascript jscript livescript mailto mhtml mid mk mocha "
    "res resource urn vbscript view-source ws wss wyciwyg chrome edge brave opera vivaldi moz-extension chrome-extension "
    "devtools safari-web-extension feed"
)
"""What a browser runs, shows or opens by itself instead of handing it to an app."""
_RUN_BY_SYSTEMS: Final = (
    "ms search shell hcp its wsl windowsdefender bingmaps outlookaccounts onenote onenote-cmd onenotedesktop mapi help x-help "
    "x-man-page applescript apt snap appstream flatpak steam intent android-app market itms itmss macappstore prefs app-prefs "
    "app-settings settings shortcuts workflow jnlp jnlps java vscode vscode-insiders vscodium jetbrains zed cursor git svn cvs "
    "docker-desktop conemu putty winscp cmd powershell pwsh wt calculator xbox odopen teams msteams zoommtg zoomus mshta rundll32 "
    "wscript cscript regsvr32 msiexec excel outlook word powerpoint slack discord tg idea pycharm windsurf sourcetree"
)
"""What an operating system, its store or its shell acts upon, and programs that run what they are given."""
_REACH_OTHERS: Final = (
    "afp callto cifs dav davs facetime facetime-audio geo h323 imap irc irc6 ircs jabber ldap ldaps magnet maps mms msnim news "
    "nfs nntp pop rdp rlogin rtsp sftp sip sips skype sms smsto smb snews ssh tel telnet tn3270 vnc webcal webcals xmpp"
)
"""What calls, writes or connects to somebody."""
_NEVER_RETURN_TO: Final = frozenset(f"{_RUN_BY_BROWSERS} {_RUN_BY_SYSTEMS} {_REACH_OTHERS}".split())
_NEVER_BEGINS: Final = (
    "ms-",
    "microsoft-",
    "microsoft.",
    "x-apple",
    "apple-",
    "itms-",
    "com-apple",
    "com.apple.",
    "web+",
    "git-",
    "git+",
    "github-",
    "svn+",
    "steam",
    "vscode",
)
_NEVER_ENDS: Final = ("-ms", "script", "-help", "+ssh")
"""Whole kinds of the same: `ms-msdt`, `ms-word`, `search-ms`, `x-apple.systempreferences`, `perlscript`."""
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*", re.IGNORECASE)
_PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,=%-]+")
_HOST = re.compile(r"[A-Za-z0-9._\[\]:-]+")
_LOOPBACK: Final = frozenset(("localhost", "127.0.0.1", "::1"))
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


def scopes(text: str) -> list[str]:
    """Blank-separated scopes in their order, each once; `read` where none is given. Raises Invalid for unknown ones."""
    given = list(dict.fromkeys(text.split())) or [DEFAULT_SCOPE]
    unknown = next((scope for scope in given if scope not in SCOPES), None)
    if unknown is not None:
        raise Invalid(_("There's no scope called {scope}."), field="scopes", scope=unknown[:50])
    return given


def within(asked: Iterable[str], registered: Iterable[str]) -> bool:
    """Whether all that is asked for is held by what was registered; a high-level scope holds all below it."""
    return granular(asked) <= granular(registered)


def granular(given: Iterable[str]) -> frozenset[str]:
    return frozenset(small for scope in given for small in _HOLDS.get(scope, (scope,)))


def is_wide(given: Iterable[str]) -> bool:
    """Whether an app reads or writes whatever its person can, or acts as an administrator."""
    return any(scope in ("read", "write") or scope.startswith("admin:") for scope in given)


def check_redirects(redirects: Sequence[str]) -> None:
    if not redirects or len(redirects) > MOST_REDIRECTS:
        raise Invalid(_("An app needs 1 to {limit} redirect addresses."), field="redirect_uris", limit=20)
    for redirect in redirects:
        if not is_redirect(redirect):
            raise Invalid(
                _(
                    "A redirect address must be https, http on this computer, an app's own scheme, or {oob}, without a fragment."
                ),
                field="redirect_uris",
                oob=OUT_OF_BAND,
            )


def is_redirect(redirect: str) -> bool:
    """Whether an app may be called back there: https, this very machine, or a scheme that only an app would have. Nothing that
    a browser or a system runs, nothing that calls or connects, nothing that goes over an open wire."""
    if redirect == OUT_OF_BAND:
        return True
    if len(redirect) > LONGEST_REDIRECT or not _PLAIN_ADDRESS.fullmatch(redirect) or "#" in redirect:
        return False
    try:
        parts = urlsplit(redirect)
        host = parts.hostname or ""
    except ValueError:
        return False
    if "@" in parts.netloc or (parts.netloc and not _HOST.fullmatch(parts.netloc)):
        return False
    if parts.scheme == "https":
        return bool(host)
    if parts.scheme == "http":
        return host in _LOOPBACK
    return bool(_SCHEME.fullmatch(parts.scheme)) and _is_of_an_app(parts.scheme)


def _is_of_an_app(scheme: str) -> bool:
    return not (
        scheme in _NEVER_RETURN_TO or scheme.startswith(_NEVER_BEGINS) or scheme.endswith(_NEVER_ENDS)
    )


def is_challenge(challenge: str) -> bool:
    """Whether it looks like the SHA-256 of something, as PKCE writes it."""
    return bool(_CHALLENGE.fullmatch(challenge))


def answers(challenge: str | None, verifier: str | None) -> bool:
    """PKCE with S256: what was begun with a challenge ends with its verifier, and what was not ends without one."""
    if challenge is None:
        return not verifier
    if not verifier or not _VERIFIER.fullmatch(verifier):
        return False
    digest = hashlib.sha256(verifier.encode()).digest()
    return hmac.compare_digest(base64.urlsafe_b64encode(digest).rstrip(b"=").decode(), challenge)


def check_password(password: str) -> None:
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid(_("Use at least {limit} characters."), field="password", limit=SHORTEST_PASSWORD)
    if len(password) > LONGEST_PASSWORD:
        raise Invalid(_("Use at most {limit} characters."), field="password", limit=LONGEST_PASSWORD)

    if well_known.is_known(password):
        raise Invalid(
            _(
                "This password is too easy to guess. Choose another one, such as three or four words in a row."
            ),
            field="password",
        )


def check_address(address: str) -> None:
    if not is_address(address):
        raise Invalid(_("Check the e-mail address."), field="address")


def plain(address: str) -> str:
    """An address as it is compared: the same person writes it in many ways."""
    return bare_address(address).lower()


class Guessing:
    """How many failures within an hour are free, and the most that one waits after them (seconds)."""

    __slots__ = ("free", "longest")

    def __init__(self, free: int, longest: int) -> None:
        self.free = free
        self.longest = longest

    def wait(self, failures: int) -> timedelta:
        """How long after the last failure the next try is taken; each failure doubles it."""
        beyond = failures - self.free
        return timedelta(seconds=min(2 ** min(beyond, 20), self.longest)) if beyond >= 0 else timedelta()


REMEMBERED: Final = timedelta(hours=1)
AT_ACCOUNT_FROM_ADDRESS: Final = Guessing(free=5, longest=900)
AT_ACCOUNT: Final = Guessing(free=20, longest=30)
"""From wherever: short enough that nobody can be kept out of their own account."""
FROM_ADDRESS: Final = Guessing(free=50, longest=900)
"""At whatever account: many people may sit behind one address."""
AT_CODES: Final = Guessing(free=5, longest=900)
"""At the codes of one person, from wherever (see `one_time`)."""
WRONG_TOKENS: Final = Guessing(free=100, longest=900)
"""Tokens, codes of apps, and links in emails: too long to be guessed, but not to be tried for ever."""
