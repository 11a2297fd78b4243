"""To which list a mail went, who wrote it, and whether a program did. Pure."""

import re
from email.message import Message as Mail
from email.utils import getaddresses
from typing import Final

from weetwie.imports.sources.form import Author
from weetwie.imports.sources.mail_text import header, heard
from weetwie.text.programs import is_program
from weetwie.text.signs import bare_address, visible

_ADDRESS: Final = re.compile(r"[^\s<>\"',;:()\[\]]{1,200}@[^\s<>\"',;:()\[\]@]{1,200}")
_ID: Final = re.compile(r"<([^<>\s]{1,300})>\s*$")
_BARE_ID: Final = re.compile(r"[\w.-]{1,200}")
_BY_LIST: Final = (
    "List-Post",
    "X-BeenThere",
    "X-Mailing-List",
    "Mailing-List",
    "X-Google-Group-Id",
    "Delivered-To",
    "X-Original-To",
)
_TO: Final = ("To", "Cc", "Resent-To", "Resent-Cc", "Envelope-To", "X-Original-To")
_ORIGINAL: Final = (
    "X-Original-From",
    "Original-From",
    "X-Mailman-Original-From",
    "Reply-To",
    "Cc",
    "X-Original-Sender",
    "X-MailFrom",
)
_VIA: Final = re.compile(r"\s+(?:via|per|über|\(via)\s+\S.*$", re.IGNORECASE)
_OBSCURED: Final = re.compile(r"(\S{1,100}) (?:at|AT|_at_|\[at\]) (\S{1,100}\.\S{1,60}?)(?: \((.{0,200})\))?")
_OF_ARCHIVES: Final = frozenset(("from", "date", "subject", "in-reply-to", "references", "message-id"))
"""All that Mailman leaves of the headers in the archives that it offers."""
_ADMINISTRATION: Final = re.compile(
    r"(?:owner-.+|.+-(?:owner|bounces?|request|admin|confirm|subscribe|unsubscribe|errors)(?:\+.*)?"
    r"|mailman|majordomo|listserv|listmaster|sympa|mailer-daemon|postmaster|bounces?|nobody)"
)
_OF_SYSTEMS: Final = ("X-JIRA-FingerPrint", "X-Bugzilla-URL", "X-GitHub-Sender", "X-GitHub-Reason", "X-GitLab-Project", "X-Jenkins-Job",
                      "X-Gerrit-MessageType", "X-Redmine-Host", "X-Trac-Project", "X-Patchwork-Hint-Bot", "X-Autoreply",
                      "X-Autorespond", "X-Discourse-Post-Id", "X-Failed-Recipients")  # fmt: skip
"""Notices of trackers and boards: they repeat, under the names of people, what is read there."""


def list_of(mail: Mail) -> str:
    """What its own headers call the list: its address where they give one, else its List-Id; empty where there is none."""
    found = _ID.search(str(mail.get("List-Id", "") or mail.get("List-ID", "")).strip())
    identity = found[1].lower() if found else str(mail.get("List-Id", "")).strip().lower()
    if not _BARE_ID.fullmatch(identity):
        identity = ""
    post = [one.lower().removeprefix("mailto:") for one in _ADDRESS.findall(str(mail.get("List-Post", "")))]
    if identity:
        return next((one for one in post if one.replace("@", ".") == identity), identity)
    return post[0] if post else ""


class Lists:
    """The lists that may come in."""

    def __init__(self, given: tuple[str, ...]) -> None:
        bare = [bare_address(one).lower() for one in given]
        self._named = {_plain(one): one for one in bare if one}
        self.name = ", ".join(sorted(self._named.values()))

    def of(self, mail: Mail, postmark: str = "") -> str:
        """The one that it went to, as it was named; empty for what went elsewhere."""
        by_headers = self._known(list_of(mail))
        if by_headers:
            return by_headers
        for name in (*_BY_LIST, *_TO):
            for value in mail.get_all(name, []):
                for address in _ADDRESS.findall(str(value)[:50_000]):
                    if found := self._known(address):
                        return found
        if len(self._named) == 1 and _is_of_an_archive(mail, postmark):
            return next(iter(self._named.values()))
        return ""

    def _known(self, address: str) -> str:
        return self._named.get(_plain(address.lower().removeprefix("mailto:")), "")

    def holds(self, address: str) -> bool:
        return bool(self._known(address))


def _plain(address: str) -> str:
    """An address and the List-Id of the same list are written alike; so are `dev@` and its subscriptions `dev+ann=...@`."""
    local, at, host = address.rpartition("@")
    return f"{local.partition('+')[0]}.{host}" if at else host


def _is_of_an_archive(mail: Mail, postmark: str) -> bool:
    """Whether it is out of an archive that Mailman made: that holds nothing but the list, and does not say which."""
    return bool(postmark) and _OF_ARCHIVES.issuperset(name.lower() for name in mail)


def author_of(mail: Mail, lists: Lists) -> Author:
    """Who wrote it, also where the list put its own address in place of theirs."""
    name, address = _first(_raw(mail, "From"))
    if lists.holds(address) or _VIA.search(name):
        name = _VIA.sub("", name).strip(" '\"")
        for other in _ORIGINAL:
            real, found = _first(_raw(mail, other))
            if "@" in found and not lists.holds(found) and (other != "Cc" or real == name):
                return _author(name or real, found)
        address = "" if lists.holds(address) else address
    return _author(name, address)


def _author(name: str, address: str) -> Author:
    """Known by the address, and by the name where there is none."""
    address = address.lower()
    return Author(
        key=address or name.casefold(), name=name if name.lower() != address else "", address=address
    )


def _raw(mail: Mail, name: str) -> str:
    """On one line, and not decoded: a comma in a name must not part it."""
    return " ".join(str(mail.get(name, ""))[:4000].split())


def _first(value: str) -> tuple[str, str]:
    """A name and an address; those of Mailman's archives are written out."""
    if obscured := _OBSCURED.fullmatch(value[:400]):
        name = visible(heard(obscured[3] or "")).strip("\"' ")
        return "" if " at " in name else name, f"{obscured[1]}@{obscured[2]}"
    before, _bracket, comment = value.partition(" (")
    if (
        before.count("@") > 1 and "<" not in before
    ):  # signs were put into it against those who gather addresses
        return visible(heard(comment.removesuffix(")"))), ""
    try:
        found = getaddresses([value[:2000]])
    except Exception:  # noqa: BLE001  the library fails on some of them in ways that no list of errors names
        found = []
    for name, address in found:
        if "@" in address:
            return visible(heard(name)).strip("'\" "), bare_address(address)
    bare = _ADDRESS.search(value)
    return visible(heard(value.partition("<")[0])).strip("\"' ")[:200], bare[0] if bare else ""


def is_from_program(mail: Mail, author: Author) -> bool:
    """By the marks that programs put on what they send, and by whom it is from."""
    if header(mail, "Auto-Submitted").lower().partition(";")[0].strip() not in ("", "no"):
        return True
    if any(name in mail for name in _OF_SYSTEMS) or header(mail, "Precedence").lower() in (
        "auto_reply",
        "junk",
    ):
        return True
    suppressed = header(mail, "X-Auto-Response-Suppress").lower()
    if suppressed in ("all", "oof, autoreply") or (header(mail, "Return-Path") == "<>"):
        return True
    local = author.address.partition("@")[0]
    return _ADMINISTRATION.fullmatch(local) is not None or is_program(author.name, author.address)


def wants_no_archive(mail: Mail) -> bool:
    """Its author asked that it be kept nowhere, or marked it as private."""
    is_private = header(mail, "Sensitivity").lower() in ("private", "personal", "company-confidential")
    return (
        is_private or header(mail, "X-No-Archive").lower() == "yes" or header(mail, "Archive").lower() == "no"
    )
