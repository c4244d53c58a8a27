import pytest
import tap


@pytest.fixture(scope="session")
def server(server):
    """What the browser asks is recorded."""
    with tap.tapped(server) as through:
        yield through
