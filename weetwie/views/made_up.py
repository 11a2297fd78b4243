"""Who came with the sample company: made up, and so never counted among people of the organisation."""

from sqlalchemy import exists

from weetwie.database.sql import BoolSql, IntSql
from weetwie.tables.declared import aliased
from weetwie.tables.imports import Import, ImportedPerson

SAMPLE = "sample"
"""The kind of its import."""


def is_made_up(person_id: IntSql) -> BoolSql:
    """Of the id of a person, in a query."""
    entry, source = aliased(ImportedPerson), aliased(Import)
    return exists().where(
        entry.person_id == person_id,
        entry.is_made,
        source.id == entry.import_id,
        source.kind == SAMPLE,
    )
