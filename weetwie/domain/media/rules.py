"""What is right for a file: its kind, its size, its description. Pure."""

from typing import Final

from weetwie.errors import Invalid, _
from weetwie.text.text import is_longer

LARGEST_PICTURE: Final = 16 * 1024 * 1024
LARGEST_FILE: Final = 40 * 1024 * 1024
LONGEST_DESCRIPTION: Final = 1500

WRONG_KIND: Final = _(
    "This type of file can't be uploaded. Use a photo (JPEG, PNG, GIF, WebP, AVIF), audio, video or PDF."
)
TOO_MANY_PIXELS: Final = _("This photo has too many pixels. Make it smaller and try again.")
BROKEN: Final = _("This file is damaged and can't be read.")


def check_size(content_type: str, size: int) -> None:
    most = LARGEST_PICTURE if content_type.startswith("image/") else LARGEST_FILE
    if size > most:
        raise Invalid(_("This file is larger than {most} MB."), field="file", most=most >> 20)
    if not size:
        raise Invalid(_("This file is empty."), field="file")


def check_description(description: str) -> None:
    if is_longer(description, LONGEST_DESCRIPTION):
        raise Invalid(
            _("A description can have at most {most} characters."),
            field="description",
            most=LONGEST_DESCRIPTION,
        )


def focus_of(given: str) -> dict[str, float]:
    """`-0.5,0.25`: what must stay in sight when the picture is cut; from -1 to 1, right and up."""
    try:
        x, y = (max(-1.0, min(1.0, float(part))) for part in given.split(","))
        return {"x": x, "y": y}
    except ValueError:
        pass
    raise Invalid(_("The focus is two numbers between -1 and 1, separated by a comma."), field="focus")
