"""Personnel's own tables: the vault of identities with its access log, and the names of units. They change and can be erased."""

from alembic import op

revision = "personnel_0001"
down_revision = None
branch_labels = ("personnel",)
depends_on = "store_0001"

SCHEMA = """
create table vault (
    agency   integer not null references agencies,
    employee text not null,
    nip      text,
    name     text,
    contact  jsonb,
    erased   timestamptz,
    primary key (agency, employee),
    constraint vault_nip unique (agency, nip),
    constraint vault_erased_or_named check ((erased is null) = (name is not null and nip is not null))
);

create table vault_access (
    agency   integer not null references agencies,
    id       bigint generated always as identity,
    employee text not null,
    actor    text not null,
    purpose  text not null,
    at       timestamptz not null,
    primary key (agency, id)
);
create index vault_access_employee on vault_access (agency, employee, id);

create table unit_names (
    agency integer not null references agencies,
    unit   text not null,
    name   text not null,
    primary key (agency, unit)
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
    for table in ("vault", "vault_access", "unit_names"):
        op.execute(forced_security(table))
    # The access log grows only: who looked at whom cannot be taken back by the one who looked.
    op.execute(f"grant select, insert, update on vault, unit_names to {roles.app}; grant select, insert on vault_access to {roles.app};")


def downgrade() -> None:
    raise NotImplementedError("the vault holds what no event does; restore a backup instead")
