"""Jobs: work that is longer than a request, done by the worker in parts, each with the cursor from which the next goes on."""

from alembic import op

revision = "flow_0005"
down_revision = "flow_0004"
branch_labels = None
depends_on = None

SCHEMA = """
create table worker_jobs (
    agency      integer not null,
    id          uuid not null,
    kind        text not null,
    about       text not null,
    parameters  json not null,
    asked_by    text not null,
    roles       text[] not null,
    client      text not null,
    correlation text not null,
    asked       timestamptz not null,
    status      text not null default 'waiting' check (status in ('waiting', 'running', 'done', 'failed', 'cancelled')),
    cursor      json,
    done        bigint not null default 0,
    total       bigint,
    result      json,
    problem     json,
    tries       integer not null default 0,
    again       timestamptz,
    error       text,
    began       timestamptz,
    updated     timestamptz not null default clock_timestamp(),
    primary key (agency, id)
);
create unique index worker_jobs_live on worker_jobs (agency, kind, about) where status in ('waiting', 'running');
create index worker_jobs_queue on worker_jobs (agency, updated) where status in ('waiting', 'running');
create index worker_jobs_listed on worker_jobs (agency, asked, id);
"""

OWN = "agency = current_setting('app.agency')::integer"


def upgrade() -> None:
    roles = op.get_context().config.attributes["roles"]
    op.execute(
        f"{SCHEMA} alter table worker_jobs enable row level security; alter table worker_jobs force row level security; "
        f"create policy own_agency on worker_jobs using ({OWN}) with check ({OWN}); "
        f"create policy all_agencies on worker_jobs for select to {roles.log} using (true); "
        f"grant select on worker_jobs to {roles.log}; grant select, insert, update, delete on worker_jobs to {roles.app}"
    )


def downgrade() -> None:
    raise NotImplementedError("jobs under way would be forgotten; restore a backup instead")
