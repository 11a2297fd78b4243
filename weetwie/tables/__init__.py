"""The schema: one file a domain; each table is written by the domain of the same name alone.

A file is imported by those who need its tables: all of them take a quarter of what a short command costs.
"""

import importlib
import pkgutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import MetaData


def whole() -> "MetaData":
    """Every table there is."""
    for found in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{found.name}")
    from weetwie.tables.schema import Row

    return Row.metadata
