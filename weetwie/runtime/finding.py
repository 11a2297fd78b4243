"""What was found when an installation was looked over."""

from typing import Literal

import msgspec

State = Literal["good", "odd", "wrong"]


class Diagnosis(msgspec.Struct, frozen=True):
    about: str
    state: State
    what: str
    to_do: str = ""
