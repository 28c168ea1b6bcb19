"""The event store: agencies, the append-only log with row-level security, texts, idempotency keys and jobs."""

from alembic import op

revision = "store_0001"
down_revision = None
branch_labels = ("store",)
depends_on = None

WRITERS = "1296388692, 1"  # the advisory lock that every writer of the log shares; shared.store.horizon names it too

SCHEMA = f"""
create table agencies (
    id       integer generated always as identity primary key,
    code     text not null unique check (code ~ '^[a-z0-9][a-z0-9-]{{0,39}}$'),
    zone     text not null default 'Asia/Jakarta',
    holidays date[] not null default '{{}}'
);

create table events (
    position  bigint generated always as identity (cache 1) primary key,
    id        uuid not null,
    agency    integer not null,
    stream    text not null check (octet_length(stream) <= 300),
    version   integer not null check (version > 0),
    type      text not null,
    subject   text not null,
    effective timestamptz not null,
    recorded  timestamptz not null,
    data      json not null check (octet_length(data::text) <= 262144),
    meta      json not null,
    constraint events_stream_version unique (agency, stream, version)
);
create index events_subject on events (agency, subject, position);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the event log is append-only: expected INSERT, found %; record a correction as a new event', tg_op
        using errcode = 'insufficient_privilege';
end $$;
create trigger events_append_only before update or delete or truncate on events
    for each statement execute function refuse_change();

create function share_writers_lock() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock_shared({WRITERS});
    return null;
end $$;
create trigger events_writers before insert on events for each statement execute function share_writers_lock();

create function log_front(out last bigint, out writers text[]) language plpgsql as $$
begin
    select case when is_called then last_value else 0 end into last from events_position_seq;
    select coalesce(array_agg(virtualtransaction), '{{}}') into writers from log_writers();
end $$;

create function log_writers() returns table (virtualtransaction text) language sql as $$
    select l.virtualtransaction from pg_locks l
    where l.locktype = 'advisory' and (l.classid, l.objid, l.objsubid) = ({WRITERS}, 2) and l.granted
      and l.database = (select oid from pg_database where datname = current_database())
$$;

create table texts (
    agency integer not null,
    id     uuid not null,
    body   text,
    salt   bytea,
    digest text not null,
    primary key (agency, id)
);

create table idempotency (
    agency    integer not null,
    client    text not null,
    route     text not null,
    key       text not null,
    body_hash text not null,
    status    integer not null,
    body      json,
    etag      text,
    recorded  timestamptz not null,
    primary key (agency, client, route, key)
);

create table jobs (
    agency   integer not null,
    job      text not null,
    chunk    integer not null,
    events   integer not null,
    recorded timestamptz not null,
    primary key (agency, job, chunk)
);
"""


OWN = "agency = current_setting('app.agency')::integer"


def forced_security(table: str) -> str:
    """Rows of `table` exist only for the agency set in the transaction; without one, an error."""
    return (
        f"alter table {table} enable row level security; alter table {table} force row level security; "
        f"create policy own_agency on {table} using ({OWN}) with check ({OWN});"
    )


def upgrade() -> None:
    roles = op.get_context().config.attributes["roles"]
    op.execute(SCHEMA)
    for table in ("events", "texts", "idempotency", "jobs"):
        op.execute(forced_security(table))
    op.execute(f"create policy all_agencies on events for select to {roles.log} using (true)")
    op.execute(
        f"grant usage on schema public to {roles.app}, {roles.log}; "
        f"grant select on agencies, events_position_seq to {roles.app}, {roles.log}; "
        f"grant select on events to {roles.log}; grant select, insert on events to {roles.app}; "
        f"grant select, insert, update on texts to {roles.app}; "
        f"grant select, insert, delete on idempotency to {roles.app}; grant select, insert on jobs to {roles.app};"
    )


def downgrade() -> None:
    raise NotImplementedError("events are for ever; restore a backup instead")
