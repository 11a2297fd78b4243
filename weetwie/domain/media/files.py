"""Under which names the bytes of media lie in the store."""

from typing import Final

FOLDER: Final = "posts"
FACES: Final = "faces"


def original(media_id: int) -> str:
    return f"{FOLDER}/{media_id}/original"


def small(media_id: int, version: int) -> str:
    return f"{FOLDER}/{media_id}/small-{version}"


def raw(media_id: int) -> str:
    """As it was uploaded; gone when it has been worked on."""
    return f"{FOLDER}/{media_id}/raw"


def all_of(media_id: int, version: int) -> list[str]:
    """All that may be there, of older versions too."""
    return [original(media_id), raw(media_id), *(small(media_id, each) for each in range(version + 1))]


def face(name: str) -> str:
    return f"{FACES}/{name}"


def still(name: str) -> str:
    """The face that does not move."""
    return f"{FACES}/{name}-still"
