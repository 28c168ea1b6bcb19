"""Queues of decisions and timers in the order in which they are taken: neither their length nor what is done already costs a turn."""

from alembic import op

revision = "flow_0004"
down_revision = "flow_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "create index decisions_queue on decisions (agency, (tries > 0), reaction, key) where dirty and not parked;"
        " drop index decisions_dirty;"
        " create index timers_queue on timers (agency, due, timer, key) where fired is null"
    )


def downgrade() -> None:
    raise NotImplementedError("the queue keeps its index; restore a backup instead")
