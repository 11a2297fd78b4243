"""What a document of the directory says of a person: how they are called, where they are reached and work, whether they are one."""

from typing import Any, Final

from weetwie.text import language as languages
from weetwie.text.programs import is_program as looks_like_a_program
from weetwie.text.signs import bare_address

ENTERPRISE: Final = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
_PROGRAMS: Final = frozenset(
    "application automation bot daemon machine robot service serviceaccount serviceprincipal system systemaccount".split()
)
"""What directories call users who are no people, letters alone."""

Document = dict[str, Any]


def language(document: Document) -> str:
    return languages.best(str(document.get("preferredLanguage") or document.get("locale") or ""))


def wanted_language(document: Document) -> str | None:
    """Where it is one that we speak."""
    given = str(document.get("preferredLanguage") or document.get("locale") or "")
    wanted = given.replace("_", "-").split("-")[0].lower()
    return wanted if wanted in languages.languages() else None


def is_active(document: Document) -> bool:
    return document.get("active") is not False


def is_program(document: Document, *, is_new: bool) -> bool:
    """By what the directory says they are; when they come, by their names and address, too. People may say otherwise later."""
    kind = "".join(letter for letter in str(document.get("userType") or "").lower() if letter.isalpha())
    if kind in _PROGRAMS:
        return True
    names = (called(document), str(document.get("userName") or "").partition("@")[0])
    return is_new and any(looks_like_a_program(name, mail(document, "work")) for name in names if name)


def called(document: Document) -> str:
    name = document.get("name") or {}
    parts = " ".join(part for part in (name.get("givenName"), name.get("familyName")) if part)
    return str(document.get("displayName") or name.get("formatted") or parts or "").strip()


def mail(document: Document, kind: str) -> str:
    """An address of this type; for work also the first one of any type but home."""
    found = [one for one in document.get("emails") or [] if one.get("value")]
    named = [one for one in found if str(one.get("type") or "").lower() == kind]
    if kind == "work" and not named:
        others = [one for one in found if str(one.get("type") or "").lower() != "home"]
        named = [one for one in others if one.get("primary")] or others
    address = bare_address(str(named[0]["value"])) if named else ""
    return address if address.count("@") == 1 and not any(sign.isspace() for sign in address) else ""


def department(document: Document) -> str:
    enterprise = document.get(ENTERPRISE) or {}
    return str(enterprise.get("department") or "").strip()


def place(document: Document) -> str:
    found = document.get("addresses") or []
    work = [one for one in found if str(one.get("type") or "work").lower() == "work"]
    return str(work[0].get("locality") or "") if work else ""


def manager(document: Document) -> int | None:
    """The number that the directory has of us for them."""
    enterprise = document.get(ENTERPRISE) or {}
    given = str((enterprise.get("manager") or {}).get("value") or "")
    return int(given) if given.isascii() and given.isdigit() and len(given) <= 18 else None


def members(document: Document) -> set[int]:
    """Of a group."""
    values = (str(one.get("value") or "") for one in document.get("members") or [])
    return {int(value) for value in values if is_id(value)}


def is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18
