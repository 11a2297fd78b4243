"""What was found when an installation was looked over: a sentence each, and what to do, with values that are put in after translation."""

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from weetwie.errors import Filling, _, fill

State = Literal["good", "odd", "wrong"]

TITLES: Final = {
    "data": _("Data folder"),
    "disk": _("Disk space"),
    "media": _("Files"),
    "secrets": _("Private files"),
    "address": _("Address"),
    "proxies": _("Proxy"),
    "name": _("DNS"),
    "answers": _("Reachable"),
    "database": _("Database"),
    "schema": _("Tables"),
    "key": _("Secret key"),
    "worker": _("Jobs"),
    "clock": _("Clock"),
    "e-mail": _("E-mail"),
    "push": _("Push notifications"),
}
"""What each is about, for people; programs know them by their keys."""


class Diagnosis(msgspec.Struct, frozen=True):
    about: str
    state: State
    sentence: str
    advice: str = ""
    values: Mapping[str, Filling] = {}

    @property
    def what(self) -> str:
        """In English, for the command line."""
        return fill(self.sentence, self.values)

    @property
    def to_do(self) -> str:
        return fill(self.advice, self.values)


def good(about: str, sentence: str, /, **values: Filling) -> Diagnosis:
    return Diagnosis(about, "good", sentence, values=values)


def odd(about: str, sentence: str, advice: str, /, **values: Filling) -> Diagnosis:
    return Diagnosis(about, "odd", sentence, advice, values)


def wrong(about: str, sentence: str, advice: str = "", /, **values: Filling) -> Diagnosis:
    return Diagnosis(about, "wrong", sentence, advice, values)
