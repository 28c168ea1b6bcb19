"""Jobs that failed are found without looking at those that ended well, and by what they were about."""

from alembic import op

revision = "flow_0006"
down_revision = "flow_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "create index worker_jobs_failed on worker_jobs (agency, kind, about) where status = 'failed' and error is not null;"
        " create index worker_jobs_about on worker_jobs (agency, kind, about, updated)"
    )


def downgrade() -> None:
    raise NotImplementedError("jobs keep their indexes; restore a backup instead")
