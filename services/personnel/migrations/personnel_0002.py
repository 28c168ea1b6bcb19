"""The database numbers looks at the vault, so that nobody can put one before others."""

from alembic import op

revision = "personnel_0002"
down_revision = "personnel_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    app = op.get_context().config.attributes["roles"].app
    op.execute(f"revoke insert on vault_access from {app}; grant insert (agency, employee, actor, purpose, at) on vault_access to {app};")


def downgrade() -> None:
    raise NotImplementedError("the vault holds what no event does; restore a backup instead")
