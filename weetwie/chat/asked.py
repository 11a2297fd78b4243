"""What was asked in a chat and what is said to it, the same for all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from starlette.datastructures import Headers
from starlette.responses import Response

from weetwie.domain.chat.chats import KnownChat
from weetwie.errors import Refusal, _


class Unsigned(Refusal):
    """It does not come from a chat that is set up here, or is too old."""

    default = _("The signature is wrong or too old.")


class Replayed(Refusal):
    default = _("This was already received.")


class UnreadableMessage(Refusal):
    default = _("This isn't in the form the chat is known to send.")


@dataclass(frozen=True)
class Sent:
    """A request as it came."""

    headers: Headers
    body: bytes
    at: datetime


@dataclass(frozen=True)
class AskedInChat:
    """By an account of a chat that has proved itself."""

    chat: KnownChat
    account: str
    """As the chat calls it; the same each time."""
    name: str
    """As people there call it."""
    text: str
    is_private: bool
    """Whether the answer is shown to that account alone."""
    once: bytes
    """What tells that this has come before."""
    language: str = ""
    """As the chat says; empty where it says nothing."""
    confirmed: str = ""
    """What a button gave back: a question that its person wants posted."""
    again: bytes = b""
    """The same however often the chat sends it again because it heard nothing; empty where it never does."""
    waits: bool = True
    """Whether the chat waits for the answer; else it is sent where the chat wants it, once the request has been answered."""
    where: str = ""
    """Where an answer can be sent later; empty where it can't."""


@dataclass(frozen=True)
class Said:
    """In the form of the chat."""

    text: str
    confirms: str = ""
    """What the button gives back by which the question is posted; empty where there is none."""
    button: str = ""


class Writer(Protocol):
    """How a chat marks text. What people wrote goes through it, and comes out as words that mean nothing to the chat."""

    def plain(self, text: str) -> str: ...
    def link(self, address: str, label: str) -> str: ...
    def quote(self, text: str) -> str: ...


class Product(Protocol):
    """How one chat asks, and is answered."""

    @property
    def writer(self) -> Writer: ...
    @property
    def seconds(self) -> float:
        """So long it waits, less what the way takes."""

    def read(self, sent: Sent, chats: Sequence[KnownChat]) -> AskedInChat | Response:
        """An answer where nothing is asked. Raises Unsigned and UnreadableMessage."""

    def answer(self, asked: AskedInChat, said: Said, base_url: str) -> Response: ...
