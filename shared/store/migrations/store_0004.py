"""Answers kept for repeated requests are found by their age, so that old ones can be given up."""

from alembic import op

revision = "store_0004"
down_revision = "store_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create index idempotency_age on idempotency (agency, recorded)")


def downgrade() -> None:
    raise NotImplementedError("events are for ever; restore a backup instead")
