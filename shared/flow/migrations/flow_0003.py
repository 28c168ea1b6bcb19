"""When a decision or a timer that took too long is tried again, by the database's clock."""

from alembic import op

revision = "flow_0003"
down_revision = "flow_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("decisions", "timers"):
        op.execute(f"alter table {table} add column if not exists again timestamptz")


def downgrade() -> None:
    raise NotImplementedError("what rests would be forgotten; restore a backup instead")
