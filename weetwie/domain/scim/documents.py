"""What a document of the directory says of a person: how they are called, where they are reached and work, whether they are one."""

from collections.abc import Mapping
from typing import Final

from weetwie.runtime.json import Json
from weetwie.text import language as languages
from weetwie.text.programs import is_program as looks_like_a_program
from weetwie.text.signs import bare_address, whole_number

ENTERPRISE: Final = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
_PROGRAMS: Final = frozenset(
    "application automation bot daemon machine robot service serviceaccount serviceprincipal system systemaccount".split()
)
"""What directories call users who are no people, letters alone."""

Document = Mapping[str, Json]


def language(document: Document) -> str:
    return languages.best(str(document.get("preferredLanguage") or document.get("locale") or ""))


def wanted_language(document: Document) -> str | None:
    """Where it is one that we speak."""
    given = str(document.get("preferredLanguage") or document.get("locale") or "")
    wanted = given.replace("_", "-").split("-")[0].lower()
    return wanted if wanted in languages.languages() else None


def external_id(document: Document) -> str | None:
    """What the directory calls it by."""
    given = document.get("externalId")
    return None if given is None else str(given)


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
    name = _part(document, "name")
    parts = " ".join(str(part) for part in (name.get("givenName"), name.get("familyName")) if part)
    return str(document.get("displayName") or name.get("formatted") or parts or "").strip()


def mail(document: Document, kind: str) -> str:
    """An address of this type; for work also the first one of any type but home."""
    found = [one for one in _several(document, "emails") if one.get("value")]
    named = [one for one in found if str(one.get("type") or "").lower() == kind]
    if kind == "work" and not named:
        others = [one for one in found if str(one.get("type") or "").lower() != "home"]
        named = [one for one in others if one.get("primary")] or others
    address = bare_address(str(named[0]["value"])) if named else ""
    return address if address.count("@") == 1 and not any(sign.isspace() for sign in address) else ""


def department(document: Document) -> str:
    enterprise = _part(document, ENTERPRISE)
    return str(enterprise.get("department") or "").strip()


def place(document: Document) -> str:
    work = [
        one for one in _several(document, "addresses") if str(one.get("type") or "work").lower() == "work"
    ]
    return str(work[0].get("locality") or "") if work else ""


def manager(document: Document) -> int | None:
    """The number that the directory has of us for them."""
    return whole_number(str(_part(_part(document, ENTERPRISE), "manager").get("value") or ""))


def members(document: Document) -> set[int]:
    """Of a group."""
    numbers = (whole_number(str(one.get("value") or "")) for one in _several(document, "members"))
    return {number for number in numbers if number is not None}


def _part(document: Document, name: str) -> Document:
    """A part that has names of its own; empty where there is none."""
    found = document.get(name)
    return found if isinstance(found, Mapping) else {}


def _several(document: Document, name: str) -> list[Document]:
    found = document.get(name)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
