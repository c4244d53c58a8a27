import os
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest
from psycopg2.extensions import make_dsn, parse_dsn

ROOT = Path(__file__).resolve().parents[2]
# Hubs, and history of a size that an index is worth reading for
PLANT = """
    SET session_replication_role = replica;
    INSERT INTO scip.hub (slug, name, nations, launched, sources, confidence)
    SELECT 'hub-' || i, 'Hub ' || i, '{GB-ENG}', '2015', '{x}', 'high' FROM generate_series(1, 1200) i;
    INSERT INTO scip.hub_status (hub_id, status, starts) SELECT id, 'active', '2015-09' FROM scip.hub WHERE slug LIKE 'hub-%';
    INSERT INTO scip.history ("table", record, row, at)
    SELECT t, h.id, to_jsonb(h), timestamptz '2024-01-01' + v * interval '30 days'
    FROM generate_series(1, 4) v, unnest('{hub,event,meeting,activity}'::text[]) t, scip.hub h WHERE h.slug LIKE 'hub-%' ORDER BY v"""


def url(database):
    return make_dsn(os.environ["TEST_DATABASE_URL"], dbname=database)


def administer(*statements):
    connection = psycopg2.connect(url("postgres"))
    connection.autocommit = True
    for statement in statements:
        connection.cursor().execute(statement)
    connection.close()


@pytest.fixture(scope="session")
def fresh():
    """A new installation beside the database of the other tests, whose rolled back writes autovacuum may have seen."""
    administer("DROP DATABASE IF EXISTS scale_fresh")
    given = parse_dsn(os.environ["TEST_DATABASE_URL"])
    here = {f"PG{key.upper()}": given[key] for key in ("host", "port", "user") if key in given}
    subprocess.run([ROOT / "db/migrate"], env=os.environ | here | {"PGDATABASE": "scale_fresh", "QUIET": "1"}, check=True,
                   stdout=sys.stderr)
    yield url("scale_fresh")
    administer("DROP DATABASE scale_fresh WITH (FORCE)")


@pytest.fixture(scope="session")
def planted(fresh):
    administer("DROP DATABASE IF EXISTS scale_planted", "CREATE DATABASE scale_planted TEMPLATE scale_fresh")
    connection = psycopg2.connect(url("scale_planted"))
    connection.autocommit = True
    connection.cursor().execute(PLANT)
    connection.cursor().execute("VACUUM (ANALYZE)")
    connection.close()
    yield url("scale_planted")
    administer("DROP DATABASE scale_planted WITH (FORCE)")
