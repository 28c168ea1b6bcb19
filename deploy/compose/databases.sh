#!/bin/bash
# Makes a database for each service with its three roles, when PostgreSQL starts on an empty volume. One password for all: one machine.
set -euo pipefail
password=$(cat /run/secrets/database-password)
# each service: databases (made by `python -m deploy.overlays`)
for service in appraisal feedback payroll personnel; do
# end: databases
    for role in owner app log; do
        psql --quiet --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --set=role="${service}_${role}" --set=password="$password" <<'SQL'
create role :"role" login nosuperuser nobypassrls nocreatedb nocreaterole password :'password';
SQL
    done
    psql --quiet --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --set=name="$service" \
        --set=owner="${service}_owner" --set=app="${service}_app" --set=log="${service}_log" <<'SQL'
create database :"name" owner :"owner";
revoke all on database :"name" from public;
grant connect, temporary on database :"name" to :"app";
grant connect on database :"name" to :"log";
SQL
done
