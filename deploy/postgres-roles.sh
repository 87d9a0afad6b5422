#!/bin/sh
# The database and its three roles: the owner of the tables, and the two that row security binds. Run once, as superuser.
set -eu
psql --set=ON_ERROR_STOP=1 --username="${POSTGRES_USER:-postgres}" --dbname=postgres \
  --set=migrate="$STUDIO_MIGRATE_PASSWORD" --set=app="$STUDIO_APP_PASSWORD" --set=engine="$STUDIO_ENGINE_PASSWORD" <<'SQL'
create role studio_migrate login password :'migrate' nosuperuser nobypassrls;
create role studio_app login password :'app' nosuperuser nobypassrls;
create role studio_engine login password :'engine' nosuperuser nobypassrls;
create database studio owner studio_migrate;
SQL
