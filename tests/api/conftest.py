"""As whom the tests of the API ask, where a module says nothing else."""
import pytest


@pytest.fixture(scope="module")
def central(cluster, server):
    return cluster.token(server, "central")


@pytest.fixture(scope="module")
def lead(cluster, server, hubs, request):
    """Of the module's own Hub, which its fixture hubs has made."""
    return cluster.token(server, "hub_lead", hub=request.module.HUB)


@pytest.fixture(scope="module")
def neighbour(cluster, server, hubs, request):
    """Of another Hub of the module."""
    return cluster.token(server, "hub_lead", hub=request.module.OTHER)
