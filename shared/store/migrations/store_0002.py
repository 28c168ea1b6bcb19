"""The log's front for those who know how far they have read, and a cheaper way to share the writers' lock."""

from alembic import op

revision = "store_0002"
down_revision = "store_0001"
branch_labels = None
depends_on = None

WRITERS = "1296388692, 1"  # as in store_0001

SCHEMA = f"""
drop function log_front();

create function log_front(after bigint, out last bigint, out writers text[]) language plpgsql as $$
begin
    select case when is_called then last_value else 0 end into last from events_position_seq;
    if last <= after then  -- nothing new: to list the locks would cost as much as all the rest of an idle service
        return;
    end if;
    select coalesce(array_agg(virtualtransaction), '{{}}') into writers from log_writers();
end $$;

-- As an expression: `perform` would run it as a query, at several times the cost, with every append.
create or replace function share_writers_lock() returns trigger language plpgsql as $$
begin
    if pg_advisory_xact_lock_shared({WRITERS}) is null then
        null;
    end if;
    return null;
end $$;
"""


def upgrade() -> None:
    op.execute(SCHEMA)


def downgrade() -> None:
    raise NotImplementedError("events are for ever; restore a backup instead")
