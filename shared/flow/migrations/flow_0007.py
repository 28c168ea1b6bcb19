"""Facts that a service only tells of lie apart from those that decisions and views rest on; those that are there move."""

from alembic import op

revision = "flow_0007"
down_revision = "flow_0006"
branch_labels = None
depends_on = None

SCHEMA = """
create table told_facts (
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
create index told_facts_subject on told_facts (agency, subject, type);
"""

OWN = "agency = current_setting('app.agency')::integer"


def upgrade() -> None:
    roles = op.get_context().config.attributes["roles"]
    op.execute(
        f"{SCHEMA} alter table told_facts enable row level security; alter table told_facts force row level security; "
        f"create policy own_agency on told_facts using ({OWN}) with check ({OWN}); "
        f"create policy all_agencies on told_facts for select to {roles.log} using (true); "
        f"grant select on told_facts to {roles.log}; grant select, insert, update, delete on told_facts to {roles.app}"
    )
    told = op.get_context().config.attributes["told"]
    if told:
        types = " or ".join(f"type like '{base}.v%'" for base in sorted(told))
        # Row-level security is forced on the owner too, who moves the rows of all agencies at once here.
        op.get_bind().exec_driver_sql(
            "alter table facts no force row level security; alter table told_facts no force row level security;"
            f" with moved as (delete from facts where {types} returning *) insert into told_facts select * from moved;"
            " alter table facts force row level security; alter table told_facts force row level security".replace("%", "%%")
        )


def downgrade() -> None:
    raise NotImplementedError("what lies apart would have to be put back; restore a backup instead")
