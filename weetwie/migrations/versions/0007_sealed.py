"""Columns that hold sealed values hold bytes. What stands in them is sealed at the next start (`serve/keys.py`)."""

from alembic import op

revision = "0007"
down_revision = "0006"

_TO_BYTES = (
    "alter table {0} alter column {1} drop default, alter column {1} type bytea using convert_to({1}, 'UTF8')"
)


def upgrade() -> None:
    for table, column in (
        ("sessions", "id_token"),
        ("sign_ons", "verifier"),
        ("letters", "text"),
        ("letters", "html"),
    ):
        op.execute(_TO_BYTES.format(table, column))
