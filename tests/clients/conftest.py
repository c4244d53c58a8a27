import pytest
import tap


@pytest.fixture(scope="session")
def server(server):
    """What curl and the clients say to it is recorded."""
    with tap.tapped(server) as through:
        yield through


@pytest.fixture(scope="module")
def unreleased(cluster):
    """What these tests release is taken back: others count what is not released."""
    last = cluster.psql("SELECT coalesce(max(id), 0) FROM scip.release")
    yield
    cluster.psql(f"""BEGIN;
        ALTER TABLE scip.release DISABLE TRIGGER keep_released; ALTER TABLE scip.release_cell DISABLE TRIGGER keep_released;
        DELETE FROM scip.release_cell WHERE release_id > {last}; DELETE FROM scip.release WHERE id > {last};
        ALTER TABLE scip.release ENABLE TRIGGER keep_released; ALTER TABLE scip.release_cell ENABLE TRIGGER keep_released;
        COMMIT""")
