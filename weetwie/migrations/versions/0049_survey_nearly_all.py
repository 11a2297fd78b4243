"""A round of the survey in which nearly everybody named somebody who knows is told as that; the sample company has rounds of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"


def upgrade() -> None:
    for name in ("nearly_all", "is_sample"):
        op.add_column(
            "survey_rounds", sa.Column(name, sa.Boolean, nullable=False, server_default=sa.text("false"))
        )
