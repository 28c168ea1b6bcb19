"""Which types a service has heard from the beginning, so that one that it hears newly can be fetched."""

from alembic import op

revision = "flow_0002"
down_revision = "flow_0001"
branch_labels = None
depends_on = None

SCHEMA = """
create table if not exists heard_types (
    consumer text not null,
    type     text not null,
    primary key (consumer, type)
);
"""


def upgrade() -> None:
    roles = op.get_context().config.attributes["roles"]
    op.execute(SCHEMA)
    op.execute(f"grant select, insert on heard_types to {roles.app}")


def downgrade() -> None:
    raise NotImplementedError("what was heard stays heard; restore a backup instead")
