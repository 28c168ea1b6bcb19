"""The database draws positions, nobody else: an event at a position behind the horizon would never be read."""

from alembic import op

revision = "store_0003"
down_revision = "store_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    app = op.get_context().config.attributes["roles"].app
    # Without the right to name the column there is no `overriding system value`. Identity columns draw all the same.
    op.execute(
        f"revoke insert on events from {app}; "
        f"grant insert (id, agency, stream, version, type, subject, effective, recorded, data, meta) on events to {app}; "
        # A text is erased, never written anew: its digest stands in the log.
        f"revoke update on texts from {app}; grant update (body, salt) on texts to {app};"
    )


def downgrade() -> None:
    raise NotImplementedError("events are for ever; restore a backup instead")
