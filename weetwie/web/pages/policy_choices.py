"""What the form of policies says, checked."""

import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

from weetwie.access.enums import Ring
from weetwie.access.policy import COMPLIANCE_READS
from weetwie.errors import Invalid, _
from weetwie.runtime.json import Json
from weetwie.web import colour

_LONGEST_WHY: Final = 4000
_MOST_HOURS: Final = 400


def choices(given: dict[str, str]) -> dict[str, Json]:
    """Raises Invalid."""
    name, longest = given.get("name", "").strip(), given.get("longest_post", "")
    if not 0 < len(name) <= 60:
        raise Invalid(_("A name has 1 to {most} characters."), field="name", most=60)
    if not (longest.isascii() and longest.isdigit() and 100 <= int(longest) <= 10_000):
        raise Invalid(_("Choose a length between 100 and 10,000 characters."), field="longest_post")
    rings = {
        field: int(given[field])
        for field in ("default_ring", "widest_ring", "default_profile_ring")
        if given.get(field, "") in {str(int(ring)) for ring in Ring}
    }
    return {
        "name": name,
        "description": given.get("description", "").strip()[:1000],
        "headline": given.get("headline", "").strip()[:80],
        "why": given.get("why", "").strip()[:_LONGEST_WHY],
        "contact_email": given.get("contact_email", "").strip()[:320],
        "longest_post": int(longest),
        "rules": [line.strip() for line in given.get("rules", "").splitlines() if line.strip()][:50],
        "accent": colour.checked(given.get("accent", "")),
        "framed_by": [_origin(line) for line in given.get("framed_by", "").split()][:20],
        "guests_see_only_their_circle": "guests_see_only_their_circle" in given,
        "fetches_links": "fetches_links" in given,
        "translates": "translates" in given,
        **_of_questions(given),
        **(
            {"compliance_reads": given["compliance_reads"]}
            if given.get("compliance_reads") in COMPLIANCE_READS
            else {}
        ),
        "handover": "unit" if "handover" in given else "own",
        "guests_invited_by": "members" if "guests_invited_by" in given else "administrators",
        "guests_stay_days": _days(given.get("guests_stay_days", "365")),
        "sign_up_domains": [
            _domain(one) for one in given.get("sign_up_domains", "").replace(",", " ").split()
        ][:50],
        "sign_up_by_approval": "sign_up_by_approval" in given,
        **rings,
    }


def _days(text: str) -> int:
    """Raises Invalid."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= 3650):
        raise Invalid(_("Guest access can last 1 to 3,650 days."), field="guests_stay_days")
    return int(text)


def _domain(text: str) -> str:
    """Raises Invalid for what no e-mail address ends with."""
    if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", text := text.lower().removeprefix("@")):
        raise Invalid(_("Write each e-mail domain like this: example.org"), field="sign_up_domains")
    return text


def _origin(address: str) -> str:
    """As browsers write it. Raises Invalid for what is more or less than a scheme and a host."""
    wrong = Invalid(_("Write each address like this: https://intranet.example.org"), field="framed_by")
    parts = urlsplit(address.rstrip("/"))
    usual = {"https": ":443", "http": ":80"}.get(parts.scheme)
    if usual is None or not re.fullmatch(r"[\w.-]+(:\d+)?", parts.netloc) or parts.path:
        raise wrong
    try:
        host = parts.netloc.lower().removesuffix(usual).encode("idna").decode()
    except UnicodeError:
        raise wrong from None
    return f"{parts.scheme}://{host}"


def _of_questions(given: Mapping[str, str]) -> dict[str, Json]:
    """Of these fields those that were sent. Raises Invalid."""
    read: dict[str, Callable[[str], Json]] = {
        "question_hours": _hours,
        "time_zone": str,
        "holidays": str,
        "holidays_by_place": _lines,
    }
    return {name: one(given[name].strip()) for name, one in read.items() if name in given}


def _hours(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= _MOST_HOURS):
        raise Invalid(
            _("Choose between 1 and {most} working hours."), field="question_hours", most=_MOST_HOURS
        )
    return int(text)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
