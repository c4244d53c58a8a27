import os
import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "script")]  # the generators' parts are tested too
import harness  # noqa: E402

os.environ["PATH"] = f"{harness.ROOT}/.local/node/bin:{os.environ['PATH']}"  # the Node of script/node


def pytest_configure(config):
    config.addinivalue_line("markers", "long: takes over a minute; runs with SCIP_LONG=1")


def pytest_collection_modifyitems(config, items):
    long = [] if os.environ.get("SCIP_LONG") else [item for item in items if item.get_closest_marker("long")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


@pytest.fixture(scope="session")
def cluster():
    cluster = harness.Cluster()
    yield cluster
    cluster.run("stop")


@pytest.fixture(scope="session")
def server(cluster):
    """The Alliance's contract on the start data."""
    server = harness.Server("main", DATABASE_URL=cluster.url(), CORS_ORIGINS="https://www.example.org, http://localhost:3000")
    yield server
    server.stop()


@pytest.fixture
def patient(cluster):
    """The same, which waits for a statement as long as a machine that has much else to do takes, and the seconds of a processor that the
    sessions of the database have had: what must be done in time is held by these."""
    server = harness.Server("main", DATABASE_URL=cluster.url(), QUERY_TIMEOUT_MS=60000)
    server.seconds = lambda: sum(int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) for pid in cluster.psql(
        "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND usename ~ '^scip'").split()) / 1e9
    yield server
    server.stop()


@pytest.fixture(scope="session")
def engine(cluster):
    """The engine's own test contract, with short deadlines."""
    server = harness.Server("engine", DATABASE_URL=cluster.url(), CONTRACT=harness.engine_contract(),
                            BODY_TIMEOUT_MS=1500, REQUEST_TIMEOUT_MS=2000, KEEPALIVE_MS=1500,
                            QUERY_TIMEOUT_MS=1000, RESPONSE_LIMIT=1048576)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def contract(server):
    return server.get("/openapi.json").json
