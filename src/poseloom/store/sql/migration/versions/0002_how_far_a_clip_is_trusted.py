"""How far a clip is trusted."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go on to this version; what was made before has no confidence."""
    for name in ("clips", "jobs"):
        op.add_column(name, sa.Column("confidence", sa.Text(), nullable=True))


def downgrade() -> None:
    """Go back to the version before."""
    for name in ("clips", "jobs"):
        op.drop_column(name, "confidence")
