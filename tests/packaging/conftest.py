import re
import shutil

import harness
import pytest
from packaged import Database, run, tracked


@pytest.fixture(scope="session")
def source(tmp_path_factory):
    """A copy of the tree as a clean checkout has it, with what npm has fetched already."""
    folder = tmp_path_factory.mktemp("build") / "scip-api"
    for name in tracked():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(harness.ROOT / name, folder / name)
    shutil.copytree(harness.ROOT / "clients/docs/node_modules", folder / "clients/docs/node_modules")
    return folder


@pytest.fixture(scope="session")
def packages(source):
    """The built packages by name."""
    run("dpkg-buildpackage", "-us", "-uc", "-b", "--build-profiles=pkg.scip-api.fetched", cwd=source)
    return {path.name.split("_")[0]: path for path in source.parent.glob("*.deb")}


@pytest.fixture(scope="session")
def installed(packages, tmp_path_factory):
    """A root folder in which both packages lie."""
    root = tmp_path_factory.mktemp("root")
    for name in ("scip-api", "scip-api-db"):
        run("dpkg-deb", "-x", packages[name], root)
    return root


@pytest.fixture
def database(cluster, installed, request):
    name = "packaging_" + re.sub(r"\W", "_", request.node.name.removeprefix("test_"))[:40].lower()
    cluster.psql(f"DROP DATABASE IF EXISTS {name}")
    yield Database(cluster, installed, name)
    cluster.psql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def release(cluster, installed):
    """A database as the package makes it: those that only need one begin as its copy."""
    made = Database(cluster, installed, "packaging_release")
    cluster.psql(f"DROP DATABASE IF EXISTS {made.name}")
    made.migrate()
    yield made
    cluster.psql(f"DROP DATABASE {made.name} WITH (FORCE)")


@pytest.fixture
def migrated(database, release):
    database.cluster.psql(f"CREATE DATABASE {database.name} TEMPLATE {release.name}")
    database.migrate()  # rights on a database itself are not copied
    return database
