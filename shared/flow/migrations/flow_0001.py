"""What moves events: checkpoints, leases, facts, decisions, timers, parked messages, relay marks, exports and view generations."""

from alembic import op

revision = "flow_0001"
down_revision = "store_0001"
branch_labels = None
depends_on = None

SCHEMA = """
create table checkpoints (
    consumer    text not null,
    topic       text not null,
    partition   integer not null,
    next_offset bigint not null default 0,
    mark        bigint not null default 0,
    bus         text not null,
    topic_id    text not null,
    gap_since   timestamptz,
    stopped     text,
    primary key (consumer, topic, partition)
);

create table workers (
    consumer text not null,
    owner    text not null,
    until    timestamptz not null,
    primary key (consumer, owner)
);

create table leases (
    consumer  text not null,
    partition integer not null,
    owner     text,
    epoch     bigint not null default 0,
    until     timestamptz not null default '-infinity',
    primary key (consumer, partition)
);

create table facts (
    agency    integer not null,
    id        uuid not null,
    topic     text not null,
    partition integer not null,
    sequence  bigint not null,
    stream    text not null,
    version   integer not null,
    type      text not null,
    subject   text not null,
    effective timestamptz not null,
    recorded  timestamptz not null,
    data      json not null,
    meta      json not null,
    primary key (agency, stream, version)
);
create index facts_subject on facts (agency, subject, type);
create index facts_place on facts (agency, topic, partition, sequence);

create table decisions (
    agency      integer not null,
    reaction    text not null,
    key         text not null,
    dirty       boolean not null,
    cause       uuid,
    correlation text not null,
    hops        integer not null,
    traceparent text,
    tries       integer not null default 0,
    parked      boolean not null default false,
    outcome     text,
    primary key (agency, reaction, key)
);
create index decisions_dirty on decisions (agency) where dirty and not parked;

create table timers (
    agency      integer not null,
    timer       text not null,
    key         text not null,
    due         timestamptz not null,
    fired       timestamptz,
    cause       uuid not null,
    correlation text not null,
    tries       integer not null default 0,
    error       text,
    primary key (agency, timer, key)
);
create index timers_due on timers (due) where fired is null;

create table parked (
    consumer  text not null,
    topic     text not null,
    partition integer not null,
    "offset"  bigint not null,
    key       text not null,
    type      text not null,
    headers   json not null,
    value     bytea not null,
    error     text not null,
    tries     integer not null default 0,
    wanted    text,
    parked_at timestamptz not null,
    primary key (consumer, topic, partition, "offset")
);
create index parked_key on parked (consumer, topic, key);

create table relay_marks (
    relay    text primary key,
    position bigint not null,
    sent     json not null
);

create table relay_beats (
    relay text primary key,
    pid   integer not null,
    at    timestamptz not null
);

create table exports (
    topic   text primary key,
    agency  text not null,
    class   text not null check (class in ('open', 'restricted'))
);

create table view_generations (
    view       text primary key,
    generation integer not null,
    shape      text not null
);

create function switch_generation(which text, to_generation integer, to_shape text) returns void
language sql security definer set search_path = public as $$
    update view_generations set generation = to_generation, shape = to_shape where view = which
$$;
revoke execute on function switch_generation from public;
"""

OWN = "agency = current_setting('app.agency')::integer"


def upgrade() -> None:
    roles = op.get_context().config.attributes["roles"]
    op.execute(SCHEMA)
    for table in ("facts", "decisions", "timers"):
        op.execute(
            f"alter table {table} enable row level security; alter table {table} force row level security; "
            f"create policy own_agency on {table} using ({OWN}) with check ({OWN}); "
            f"create policy all_agencies on {table} for select to {roles.log} using (true); "
            f"grant select on {table} to {roles.log}; grant select, insert, update, delete on {table} to {roles.app}"
        )
    op.execute(
        f"grant select, insert, update, delete on checkpoints, workers, leases, parked to {roles.app}; "
        f"grant select, insert, update on relay_marks, relay_beats to {roles.log}; grant select on relay_marks to {roles.app}; "
        f"grant select on exports, checkpoints, leases, parked to {roles.log}; "
        f"grant select, insert, delete on exports to {roles.app}; grant select on view_generations to {roles.app}, {roles.log}; "
        f"grant execute on function switch_generation to {roles.app};"
    )


def downgrade() -> None:
    raise NotImplementedError("checkpoints cannot go back; restore a backup instead")
