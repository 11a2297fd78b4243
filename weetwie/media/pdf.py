"""Documents as PDF: made by Typst of a source of ours and of data, tagged so that a screen reader reads them (PDF/UA-1)."""

import asyncio
import json
from pathlib import Path
from typing import Final

from weetwie.runtime.json import Json

_STANDARD: Final = "ua-1"


async def made(source: Path, data: dict[str, Json]) -> bytes:
    """`source` reads `data` as JSON from `sys.inputs.data`; nothing in it is run. The fonts lie beside the source, in `fonts`."""
    return await asyncio.to_thread(_made, source, json.dumps(data))


def _made(source: Path, data: str) -> bytes:
    import typst  # large, and seldom asked for

    return typst.compile(
        str(source),
        root=str(source.parent),
        font_paths=[str(source.parent / "fonts")],
        ignore_system_fonts=True,
        sys_inputs={"data": data},
        format="pdf",
        pdf_standards=[_STANDARD],
    )
