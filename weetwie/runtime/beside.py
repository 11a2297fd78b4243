"""Work on a text: in a thread where it may take long, so that others are answered meanwhile."""

import asyncio
from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar

Given = ParamSpec("Given")
Found = TypeVar("Found")

_SHORT: Final = 200
"""Characters of a text that is worked on sooner than a thread is asked to."""


async def beside(text: str, work: Callable[Given, Found], *given: Given.args, **named: Given.kwargs) -> Found:
    """What `work` makes of what is given; `text` is what it works on."""
    if len(text) <= _SHORT:
        return work(*given, **named)
    return await asyncio.to_thread(work, *given, **named)
