import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import harness
import psycopg2
import pytest
from psycopg2.extensions import make_dsn

ROOT = Path(__file__).resolve().parents[2]


def url(database):
    return make_dsn(os.environ["TEST_DATABASE_URL"], dbname=database)


def administer(*statements):
    connection = psycopg2.connect(url("postgres"))
    connection.autocommit = True
    for statement in statements:
        connection.cursor().execute(statement)
    connection.close()


@contextmanager
def session(database):
    """One that keeps its plans."""
    connection = psycopg2.connect(database)
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("SET jit = off; SELECT set_config('scip.roles', '{central}', false)")
    yield cursor
    connection.close()


def processor_ms(cursor):
    """What the session's process has had of a processor: what is cached takes that long where nobody else is at work."""
    return int(Path(f"/proc/{cursor.connection.info.backend_pid}/schedstat").read_text().split()[0]) / 1e6


@pytest.fixture(scope="session")
def fresh():
    """A new installation beside the database of the other tests, whose rolled back writes autovacuum may have seen."""
    subprocess.run([ROOT / "db/migrate"], env=harness.bare(os.environ["TEST_DATABASE_URL"], "scale_fresh") | {"QUIET": "1"}, check=True, stdout=sys.stderr)
    yield url("scale_fresh")
    administer("DROP DATABASE scale_fresh WITH (FORCE)")


def plant(share, hubs=None):
    """An Alliance of that share of the whole, in hundredths, or of so many Hubs and that share of all else; with statistics."""
    name = f"scale_{share}" + (f"_{hubs}" if hubs else "")
    settings = f"-c plant.share={share}" + (f" -c plant.hubs={hubs}" if hubs else "")
    administer(f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name} TEMPLATE scale_fresh")
    subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", url(name), "-f", Path(__file__).parent / "plant.sql"],
                   env=os.environ | {"PGOPTIONS": settings}, check=True, stdout=sys.stderr)
    yield url(name)
    administer(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def small(fresh):
    """A hundredth: of a large Alliance no list may read more."""
    yield from plant(1)


@pytest.fixture(scope="session")
def planted(fresh):
    """A tenth, or with SCIP_LONG the whole."""
    yield from plant(100 if os.environ.get("SCIP_LONG") else 10)
