#!/bin/sh
# Run once by the PostgreSQL image on an empty volume: two databases, each with an owner who cannot read the other.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" \
  --set optex="$OPTEX_DATABASE_PASSWORD" --set prefect="$PREFECT_DATABASE_PASSWORD" <<'SQL'
CREATE ROLE optex LOGIN PASSWORD :'optex';
CREATE ROLE prefect LOGIN PASSWORD :'prefect';
CREATE DATABASE optex OWNER optex;
CREATE DATABASE prefect OWNER prefect;
REVOKE CONNECT ON DATABASE optex, prefect FROM PUBLIC;
SQL
