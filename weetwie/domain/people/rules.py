"""What is right for a person: their handle, their steps from standing to standing, the limits of a profile."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal

from msgspec import UNSET, Struct, UnsetType

from weetwie.access import profile_words
from weetwie.access.enums import QuotePolicy, Ring, Standing, Visibility
from weetwie.access.policy import Policy
from weetwie.errors import Conflict, Detail, Invalid, _
from weetwie.text.text import HANDLE, is_longer

Verb = Literal["leave", "rejoin", "wake", "sleep"]

LONGEST_HANDLE: Final = 64
MOST_DOMAINS: Final = 100
_DOMAIN: Final = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}(?::\d{1,5})?")
MOST_FIELDS: Final = 8
LONGEST_FIELD: Final = 255
MOST_LANGUAGES: Final = 20
LONGEST_DESCRIPTION: Final = 1500
LONGEST_WORDS: Final = 255
"""Of each of `access/profile_words.py`."""

_HANDLE = re.compile(HANDLE, re.IGNORECASE | re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.IGNORECASE | re.ASCII)

_STEPS: Final[Mapping[tuple[Standing, bool, Verb], tuple[Standing, bool]]] = {
    (Standing.member, False, "leave"): (Standing.alumnus, True),
    (Standing.guest, False, "leave"): (Standing.guest, True),
    (Standing.alumnus, True, "rejoin"): (Standing.member, False),
    (Standing.alumnus, False, "rejoin"): (Standing.member, False),
    (Standing.guest, True, "rejoin"): (Standing.guest, False),
    (Standing.alumnus, True, "wake"): (Standing.alumnus, False),
    (Standing.alumnus, False, "sleep"): (Standing.alumnus, True),
}
"""From standing and dormancy, by a verb, to standing and dormancy; what is not here is refused."""

_NO_STEP: Final[Mapping[Verb, str]] = {
    "leave": _("This person has already left."),
    "rejoin": _("This person is already here."),
    "sleep": _("Only an alum's account can be paused."),
    "wake": _("Only someone who has left and isn't back yet can return as an alum."),
}


THEMES: Final = ("", "light", "dark")
DENSITIES: Final = ("", "compact")
LONGEST_REASON: Final = 32
_REASON = re.compile(r"[a-z][a-z0-9-]*", re.ASCII)


class Newcomer(Struct, frozen=True, kw_only=True):
    """Who is to become a person here."""

    handle: str
    name: str = ""
    standing: Standing = Standing.member
    sponsor_id: int | None = None
    until: datetime | None = None
    is_admin: bool = False


class Field(Struct, frozen=True):
    name: str
    value: str


class Changes(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is to change about a person; what is not set stays."""

    name: str | UnsetType = UNSET
    bio: str | UnsetType = UNSET
    fields: Sequence[Field] | UnsetType = UNSET
    pronouns: str | UnsetType = UNSET
    languages: Sequence[str] | UnsetType = UNSET
    attribution_domains: Sequence[str] | UnsetType = UNSET
    unit: str | UnsetType = UNSET
    place: str | UnsetType = UNSET
    manager_id: int | None | UnsetType = UNSET
    face: str | None | UnsetType = UNSET
    header: str | None | UnsetType = UNSET
    face_description: str | UnsetType = UNSET
    header_description: str | UnsetType = UNSET
    is_bot: bool | UnsetType = UNSET
    is_locked: bool | UnsetType = UNSET
    is_discoverable: bool | UnsetType = UNSET
    hides_follows: bool | UnsetType = UNSET
    shows_media: bool | UnsetType = UNSET
    shows_media_replies: bool | UnsetType = UNSET
    shows_featured: bool | UnsetType = UNSET
    profile_ring: Ring | UnsetType = UNSET
    default_ring: Ring | None | UnsetType = UNSET
    default_visibility: Visibility | UnsetType = UNSET
    default_sensitive: bool | UnsetType = UNSET
    default_language: str | None | UnsetType = UNSET
    default_quote_policy: QuotePolicy | UnsetType = UNSET
    pages_language: str | None | UnsetType = UNSET
    theme: str | UnsetType = UNSET
    density: str | UnsetType = UNSET
    has_single_keys: bool | UnsetType = UNSET


AT_WORK: Final = frozenset(("manager_id", *(word.name for word in profile_words.WORDS if not word.is_own)))
"""What the organisation says of a person, not they themselves."""


def step(standing: Standing, is_dormant: bool, verb: Verb) -> tuple[Standing, bool]:
    """The standing and dormancy that a verb leads to. Raises Conflict where it leads nowhere."""
    after = _STEPS.get((standing, is_dormant, verb))
    if after is None:
        raise Conflict(_NO_STEP[verb])
    return after


def check_reason(reason: str) -> None:
    """Why somebody leaves: a code, so that nothing is told about a person."""
    if not _REASON.fullmatch(reason) or len(reason) > LONGEST_REASON:
        raise Invalid(
            _(
                "Write the reason as a code of small letters, digits and dashes, such as retirement or dismissal."
            ),
            field="reason",
        )


def check_newcomer(newcomer: Newcomer, policy: Policy, at: datetime) -> None:
    check_handle(newcomer.handle)
    if is_longer(newcomer.name, policy.longest_name):
        raise _too_long("name", policy.longest_name)
    if newcomer.standing is Standing.guest:
        if newcomer.sponsor_id is None or newcomer.until is None:
            raise Invalid(_("A guest needs a host and an end date."), field="sponsor")
        if newcomer.until <= at:
            raise Invalid(_("Choose an end date in the future."), field="until")
        if newcomer.is_admin:
            raise Invalid(_("Guests can't be administrators."), field="is_admin")
    elif newcomer.sponsor_id is not None or newcomer.until is not None:
        raise Invalid(_("Only guests have a host and an end date."), field="sponsor")


def check_handle(handle: str) -> None:
    if not _HANDLE.fullmatch(handle) or len(handle) > LONGEST_HANDLE:
        raise Invalid(
            _(
                "A username has at most {limit} characters: a to z, digits and underscores, with dots and dashes only in the middle."
            ),
            field="handle",
            limit=LONGEST_HANDLE,
        )


def check_changes(changes: Changes, policy: Policy) -> None:
    """Raises Invalid with all that is wrong, field by field."""
    limits = {
        "name": policy.longest_name,
        "bio": policy.longest_bio,
        **dict.fromkeys(profile_words.NAMES, LONGEST_WORDS),
        "face_description": LONGEST_DESCRIPTION,
        "header_description": LONGEST_DESCRIPTION,
    }
    for field, limit in limits.items():
        text = getattr(changes, field)
        if text is not UNSET and is_longer(text, limit):
            raise _too_long(field, limit)
    if changes.theme not in (UNSET, *THEMES):
        raise Invalid(_("Appearance is light, dark or match device."), field="theme")
    if changes.density not in (UNSET, *DENSITIES):
        raise Invalid(_("Density is comfortable or compact."), field="density")
    _check_fields(changes.fields)
    _check_domains(changes.attribution_domains)
    _check_languages(changes)


def _check_fields(fields: Sequence[Field] | UnsetType) -> None:
    if isinstance(fields, UnsetType):
        return
    if len(fields) > MOST_FIELDS:
        raise Invalid(_("A profile can have at most {limit} fields."), field="fields", limit=MOST_FIELDS)
    if any(is_longer(text, LONGEST_FIELD) for field in fields for text in (field.name, field.value)):
        raise _too_long("fields", LONGEST_FIELD)


def domain_of(given: str) -> str:
    """The host in what was typed: `https://Example.org/` is `example.org`."""
    host = given.strip().lower().removeprefix("https://").removeprefix("http://").partition("/")[0]
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        return host


def _check_domains(domains: Sequence[str] | UnsetType) -> None:
    if isinstance(domains, UnsetType):
        return
    if len(domains) > MOST_DOMAINS:
        raise Invalid(
            _("A profile can have at most {limit} websites."), field="attribution_domains", limit=MOST_DOMAINS
        )
    for domain in domains:
        if len(domain) > 253 or not _DOMAIN.fullmatch(domain):
            raise Invalid(_("“{domain}” isn't a website."), field="attribution_domains", domain=domain[:80])


def _check_languages(changes: Changes) -> None:
    spoken = [] if isinstance(changes.languages, UnsetType) else changes.languages
    if len(spoken) > MOST_LANGUAGES:
        raise Invalid(
            _("A profile can have at most {limit} languages."), field="languages", limit=MOST_LANGUAGES
        )
    one = [text for text in (changes.default_language, changes.pages_language) if isinstance(text, str)]
    for language in [*spoken, *one]:
        if not _LANGUAGE.fullmatch(language) or len(language) > 35:
            raise Invalid(_("Use a language code, such as en or nl."), field="language")


def _too_long(field: str, limit: int) -> Invalid:
    sentence = _("{field} is longer than {limit} characters.")
    detail = Detail("ERR_TOO_LONG", sentence, field=field, limit=limit)
    return Invalid(sentence, field=field, limit=limit, details={field: [detail]})
