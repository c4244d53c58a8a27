"""Migration, upgrade, backup and restore, with the packages' program and the commands of their guide."""
import re

import harness
import pytest
from packaged import Database, commands, run


def test_a_new_database(database):
    database.migrate()
    database.check()
    assert database.counts()["hub"] == "{9}"


def test_again_changes_nothing_and_keeps_edits(migrated):
    migrated.psql("UPDATE scip.hub SET blurb = 'edited' WHERE slug = 'scotland-hub'", "scip_migrator")
    before = migrated.counts()
    assert "Nothing to deploy" in migrated.migrate()
    assert migrated.counts() == before
    assert migrated.psql("SELECT blurb FROM scip.hub WHERE slug = 'scotland-hub'").strip() == "edited"


def test_upgrade_from_the_change_before(database):
    """A database of an earlier release with a record of its own."""
    changes = [line.split()[0] for line in (database.share / "db/sqitch.plan").read_text().splitlines() if line and line[0] not in "%#"]
    run("createdb", database.name, env=database.env)
    run("psql", "-Xq", "-f", database.share / "db/bootstrap.sql", env=database.env)
    host = database.env["PGHOST"]
    run("sqitch", "deploy", "--to", changes[-2], f"db:pg://scip_migrator@/{database.name}?host={host}", cwd=database.share / "db")
    database.psql("""INSERT INTO scip.term (list, code, ordinal, label, retired, properties)
                     VALUES ('region_kind', 'region', 1, 'English region', false, '{}'), ('nation', 'GB-ENG', 1, 'England', false, '{}'),
                         ('confidence', 'low', 1, 'Weak evidence', false, '{}');
                     INSERT INTO scip.region (slug, gss_code, name, kind, nation, longitude, latitude, sources, confidence)
                     VALUES ('elsewhere', 'E99999999', 'Elsewhere', 'region', 'GB-ENG', 0, 51, '{https://www.example.org}', 'low')""", "scip_migrator")
    said = database.migrate()
    assert f"+ {changes[-1]}" in said and f"+ {changes[0]}" not in said
    database.check()
    server = database.server()
    assert server.get("/v1/regions/elsewhere").json["name"] == "Elsewhere"
    assert server.get("/v1/hubs").json["items"]
    server.stop()


def test_back_to_an_older_release_and_forth(migrated):
    """The guide's command, to the change before the last ten, with the records of the service there."""
    changes = [line.split()[0] for line in (migrated.share / "db/sqitch.plan").read_text().splitlines() if line and line[0] not in "%#"]
    guide = (harness.ROOT / "debian/README.Debian").read_text()
    command = re.search(r"^ +sqitch revert .*$", guide, re.M)[0].strip().replace("CHANGE", changes[-10])
    command = command.replace('"db:pg://scip_migrator@/scip"', f"'db:pg://scip_migrator@/{migrated.name}?host={migrated.env['PGHOST']}'")
    said = run("bash", "-c", command + " -y", cwd=migrated.share / "db", env=migrated.env)
    assert f"- {changes[-1]}" in said and f"- {changes[-10]}" not in said
    assert f"+ {changes[-1]}" in migrated.migrate()
    migrated.check()
    assert migrated.counts()["hub"] == "{9}"


@pytest.fixture
def empty():
    """A cluster of its own that knows neither database nor roles."""
    cluster = object.__new__(harness.Cluster)
    cluster.folder = harness.LOCAL / "restore"
    cluster.run("start", "-c", "fsync=off")
    psql = ("psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "postgresql:///postgres?" + cluster.url("postgres").split("?")[1], "-c")
    for name in run(*psql, "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'").split():
        run(*psql, f"DROP DATABASE {name}")
    for name in run(*psql, "SELECT rolname FROM pg_roles WHERE rolname LIKE 'scip%'").split():
        run(*psql, f"DROP ROLE {name}")
    yield cluster
    cluster.run("immediate")


@pytest.mark.parametrize("guide", ["debian/README.Debian", "docker/README.md"])
def test_backup_and_restore(migrated, empty, tmp_path, guide):
    """The guide's own commands, from one cluster into another; without Docker where they are meant for it."""
    migrated.psql("UPDATE scip.hub SET blurb = 'edited' WHERE slug = 'scotland-hub'", "scip_migrator")
    there = Database(empty, migrated.program.parents[1], migrated.name)
    if "docker" in guide:
        run("createdb", there.name, env=there.env)  # as the image does
    for block, env in zip(commands(guide, "Backup and restore"), (migrated.env, there.env), strict=True):
        block = block.replace("docker compose -f docker/compose.yaml exec -T db ", "")
        block = re.sub(r"^ *docker .*$", "", re.sub(r"\bscip\b(?!\.dump)", migrated.name, block), flags=re.M)
        run("sh", "-e", "-c", block, cwd=tmp_path, env={key: value for key, value in env.items() if key != "PGDATABASE"})

    assert there.counts() == migrated.counts()
    there.check()
    settings = "SELECT rolname, rolsuper, rolbypassrls, rolconfig FROM pg_roles WHERE rolname LIKE 'scip%' ORDER BY 1"
    assert there.psql(settings) == migrated.psql(settings)
    answers = []
    for one in (migrated, there):
        server = one.server()
        answers.append([server.get(path + "?format=ndjson").body for path in ("/v1/hubs", "/v1/organisations", "/v1/events")])
        server.stop()
    assert answers[0] == answers[1] and b"edited" in answers[0][0]
    assert "Nothing to deploy" in there.migrate()
