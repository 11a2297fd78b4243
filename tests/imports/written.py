"""Made-up exports, and a reader of them, so that what stands behind all readers is tried without any one format."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from weetwie.imports.box import OpenArchive
from weetwie.imports.sources.form import Asked, Author, Channel, Export, Message, Reader, Record, Trouble

BEGINNING = datetime(2024, 1, 8, 9, 0, tzinfo=UTC)
ADA = Author("U1", "Ada Vermeer", "ada@house.example", "ada")
BO = Author("U2", "Bo Jansen", "bo@house.example", "bo")
OUT = Author("U3", "Olga Outside", "olga@elsewhere.example", "olga")
NAMED = Author("U4", "Nils Nobody")
BOT = Author("B1", "deploybot", is_program=True)
GENERAL = Channel("C1", "general", link="https://chat.example/C1")


def message(number: int, text: str, author: Author = ADA, **more: Any) -> Message:
    """The number is its key and its minute."""
    given = {"channel": "C1", "at": BEGINNING + timedelta(minutes=number), **more}
    return Message(key=f"m{number}", author=author, text=text, **given)


def reader(records: Iterable[Record], name: str = "acme", *, stops_after: int | None = None) -> Reader:
    """Of an export that holds just this; it can break off, as a process that is killed does."""
    every = list(records)

    def given() -> Iterable[Record]:
        for number, record in enumerate(every):
            if number == stops_after:
                raise Killed
            yield record

    def read(_box: OpenArchive, asked: Asked) -> Export:
        return Export(name, iter(given()), lambda: 0, len(every))

    return read


class Killed(Exception):
    """As if the process had been."""


BROKEN_FILE = Trouble("general/2024-01-09.json", "", "This can't be read.")
