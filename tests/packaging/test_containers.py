"""compose.yaml keeps its promises; the images are built and run without an engine."""
import contextlib
import os
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import harness
import pytest
import yaml
from packaged import run

DOCKER = harness.ROOT / "docker"
COMPOSE = yaml.safe_load((DOCKER / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]


def dockerfile(instruction):
    return re.findall(rf"^{instruction} (.*)$", (DOCKER / "Dockerfile").read_text().replace("\\\n", " "), re.M)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_confined(name):
    service = SERVICES[name]
    assert service["read_only"] and service["cap_drop"] == ["ALL"] and "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "network_mode", "pid", "ipc", "devices", "env_file"} & service.keys()
    assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}
    assert service["restart"] in ("unless-stopped", "no")
    assert "user" in service or service["image"] in ("scip-api-edge", "scip-api", "scip-api-migrate"), "not root"


def test_only_the_edge_is_reachable():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["edge"]
    assert [name for name, service in SERVICES.items() if "outside" in service["networks"]] == ["edge"]
    assert not set(SERVICES["edge"]["networks"]) & set(SERVICES["db"]["networks"])
    # the API's way to an OpenID provider is closed until the operator opens it, and others have none
    assert COMPOSE["networks"]["identity"]["internal"] == "${IDENTITY_INTERNAL:-true}"
    assert {name for name, service in SERVICES.items() if {"identity", "metrics"} & set(service["networks"])} == {"api"}
    networks = COMPOSE["networks"]
    assert {name for name, network in networks.items() if (network or {}).get("internal")} == networks.keys() - {"outside"}


def test_each_starts_after_what_it_needs():
    needs = {name: {other: on["condition"] for other, on in service.get("depends_on", {}).items()} for name, service in SERVICES.items()}
    assert needs == {"edge": {"api": "service_healthy"}, "api": {"migrate": "service_completed_successfully"},
                     "retention": {"migrate": "service_completed_successfully"}, "owner": {"migrate": "service_completed_successfully"},
                     "migrate": {"db": "service_healthy"}, "db": {}}
    assert "healthcheck" in SERVICES["db"] and "healthcheck" in SERVICES["retention"] and len(dockerfile("HEALTHCHECK")) == 2


def test_secrets_are_files_and_nowhere_else():
    used = {secret for service in SERVICES.values() for secret in service.get("secrets", [])}
    assert used == COMPOSE["secrets"].keys()
    assert all(secret == {"file": f"secrets/{name}"} for name, secret in COMPOSE["secrets"].items())
    assert "/secrets/" in (DOCKER / ".gitignore").read_text().split()
    for service in SERVICES.values():
        for key, value in service.get("environment", {}).items():
            assert "PASSWORD" not in key or value.startswith("/run/secrets/")
            assert not re.search(r"://[^/]*:[^/]*@", value), "a password in an address"
    assert set(SERVICES["api"]["secrets"]) == {"anonymous_password", "writer_password", "central_password", "signing_key"}


def test_the_api_reads_as_the_anonymous_role():
    environment = SERVICES["api"]["environment"]
    assert environment["DATABASE_URL"] == "postgresql://scip_anonymous@db/scip"
    known = run(harness.BINARY, "help")
    assert all(f"  {key} " in known for key in environment)
    # what the image or the network settles is not the operator's to set; all else is passed through, empty where it is not set
    settled = {"HOST", "PORT", "ADMIN_PORT", "CONTRACT", "DOCS", "WEB"}
    assert set(re.findall(r"^  ([A-Z_]+) ", known, re.M)) == settled | set(environment)
    fixed = {"DATABASE_URL", "WRITER_DATABASE_URL", "CENTRAL_DATABASE_URL", "SECRET_FILE", "KEYS", "ADMIN_HOST", "ISSUER", "TRUSTED_PROXIES"}
    assert {key for key, value in environment.items() if value != f"${{{key}:-}}"} == fixed
    for key in environment.keys() - fixed:
        assert subprocess.run([harness.BINARY, "version"], env={**os.environ, key: ""}).returncode == 0, key


def test_retention_runs_each_night_and_its_owner_does_the_rest(tmp_path):
    """docker/owner, with a password file of the test and a scip-api that says what it was asked."""
    script = (DOCKER / "owner").read_text().replace("/tmp/", f"{tmp_path}/").replace("/run/secrets", str(tmp_path))
    (tmp_path / "migrator_password").write_text("m'i:g\\r\n")
    (tmp_path / "scip-api").write_text(f"#!/bin/sh\necho \"$@\" >>{tmp_path}/asked\n")
    (tmp_path / "owner").write_text(script)
    for name in ("owner", "scip-api"):
        (tmp_path / name).chmod(0o755)
    env = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    run(tmp_path / "owner", "erasures", "list", env=env)
    assert (tmp_path / "pgpass").read_text() == "*:*:*:scip_migrator:m'i\\:g\\\\r\n" and (tmp_path / "pgpass").stat().st_mode & 0o77 == 0
    nightly = subprocess.Popen([tmp_path / "owner", "nightly"], env=env, start_new_session=True)
    until(lambda: run("test", "-e", tmp_path / "done"))
    nightly.terminate()
    assert nightly.wait(5) == 0
    with contextlib.suppress(ProcessLookupError):
        os.killpg(nightly.pid, 15)  # its sleep, which a container's end takes along
    assert (tmp_path / "asked").read_text() == "erasures list\nretention\n"
    # the container asks whether it was done
    assert SERVICES["retention"]["healthcheck"]["test"] == ["CMD-SHELL", "find /tmp/done -mmin -1500 | grep -q ."]


def test_every_command_of_the_readme_names_what_there_is():
    text = (DOCKER / "README.md").read_text()
    for line in re.findall(r"^docker compose (.*)$", text.replace("\\\n", " "), re.M):
        words = line.split()
        assert words[:2] == ["-f", "docker/compose.yaml"], line
        if words[2] in ("run", "exec"):
            service = next(word for word in words[3:] if word in SERVICES)
            if service == "owner":
                command = words[words.index("owner") + 1:]
                assert any(f" {' '.join(command[:n])} " in run(harness.BINARY, "help").replace("\n", " ").replace("|", " ") for n in (1, 2)), line
    for key in re.findall(r"\b([A-Z]+_[A-Z_]+)=", text):
        assert key in (DOCKER / "compose.yaml").read_text() or key in ("SCIP_LONG", "ON_ERROR_STOP"), key


def test_alerts_ask_for_metrics_that_there_are(cluster):
    rules = yaml.safe_load((DOCKER / "alerts.yaml").read_text())["groups"]
    server = harness.Server("main", DATABASE_URL=cluster.url())
    server.get("/v1/hubs")
    said = server.admin("/metrics")[1]
    server.stop()
    alerts = [rule for group in rules for rule in group["rules"]]
    assert len(alerts) >= 8 and all(rule["annotations"]["summary"] and rule["expr"] and rule["labels"]["severity"] for rule in alerts)
    for rule in alerts:
        for name in re.findall(r"\bscip_\w+", rule["expr"]):
            assert re.search(rf"^{name}\b", said, re.M), name
        assert rule["alert"] in (DOCKER / "README.md").read_text(), rule["alert"]


def test_mounted_files_exist():
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in COMPOSE["volumes"] or source in ("./tls", "./issuers") or (DOCKER / source).is_file(), volume
        if "build" in service:
            assert (DOCKER / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
            assert any(stage.endswith(f" AS {service['build']['target']}") for stage in dockerfile("FROM"))


def test_the_images_run_as_nobody_special():
    assert dockerfile("USER") == ["www-data", "scip-api", "scip-api"]
    assert dockerfile("ARG")[0] == "BASE=debian:12-slim"


def test_what_the_images_copy_is_sent_to_the_engine():
    sent = {line[1:] for line in (DOCKER / "Dockerfile.dockerignore").read_text().splitlines() if line.startswith("!")}
    for words in dockerfile("COPY"):
        for source in [] if words.startswith("--from") else words.split()[:-1]:
            assert source == "." or any(source == name or source.startswith(name + "/") for name in sent), source
    for name in (harness.ROOT / "debian/scip-api.install").read_text().split("\n") + ["docker/README.md"]:
        source = name.split(" ")[0]
        assert not source or source.startswith("usr/") or any(source == one or source.startswith(one + "/") for one in sent), source


def test_bootstrap_and_the_package_build_with_the_same_libraries():
    needed = re.findall(r"lib[\w.-]+-dev", re.search(r"Build-Depends:(.*?)\n\S", (harness.ROOT / "debian/control").read_text(), re.S).group(1))
    listed = re.findall(r"lib[\w.-]+-dev", (harness.ROOT / "script/bootstrap").read_text())
    assert needed and set(needed) <= set(listed)


class Builder:
    """buildah with a store of its own: no engine, no daemon, chroot for isolation."""

    def __init__(self, folder, mounts):
        self.store = ["buildah", "--root", folder / "store", "--runroot", folder / "run", "--storage-driver", "overlay"]
        self.mounts = [part for source, target in mounts.items() for part in ("--volume", f"{source}:{target}:ro")]

    def __call__(self, *command, **options):
        return run(*self.store, *command, **options).strip()

    def base(self, root):
        container = self("from", "scratch")
        self("add", "--quiet", container, root, "/")
        self("commit", "--quiet", "--rm", container, "localhost/base")

    def build(self, target, folder):
        self("bud", "--isolation", "chroot", "--network", "host", "--layers", "--format", "docker", *self.mounts,
             "--build-arg", "BASE=localhost/base", "--ignorefile", folder / "docker/Dockerfile.dockerignore",
             "--file", folder / "docker/Dockerfile", "--target", target, "--tag", f"localhost/{target}", folder)

    def command(self, container, env, mounts, *command):
        """The command line that runs something in a container."""
        settings = [part for key, value in env.items() for part in ("--env", f"{key}={value}")]
        volumes = [part for source, target in mounts.items() for part in ("--volume", f"{source}:{target}:ro")]
        return [*self.store, "run", "--isolation", "chroot", *settings, *volumes, container, "--", *command]


@pytest.fixture(scope="module")
def images(source):
    folder = harness.LOCAL / "images"
    folder.mkdir(parents=True, exist_ok=True)
    root = folder / "base"
    if not (root / "etc/debian_version").exists() or (root / "debootstrap").exists():
        shutil.rmtree(root, ignore_errors=True)
        run("debootstrap", "--variant=minbase", "bookworm", root)
    # what this machine trusts is trusted while building, and not in the image
    authorities = Path("/etc/ssl/certs/ca-certificates.crt")
    mounts = {}
    if authorities.exists():
        (folder / "npmrc").write_text("cafile=/etc/authorities.pem\n")
        mounts = {folder / "npmrc": "/root/.npmrc", authorities: "/etc/authorities.pem"}
    builder = Builder(folder, mounts)
    builder.base(root)
    for target in ("edge", "api", "migrate"):
        builder.build(target, source)
    yield builder
    builder("rmi", "--all", "--force")


@pytest.fixture
def guarded(tmp_path):
    """A cluster on a TCP port that wants passwords; its superuser's is "root's own"."""
    port = str(harness.free_port())
    rules = Path(tempfile.mkdtemp()) / "pg_hba.conf"
    rules.parent.chmod(0o755)  # PostgreSQL reads it as a user of its own
    rules.write_text("local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
    before = os.environ.get("PGPORT")
    os.environ["PGPORT"] = port
    cluster = object.__new__(harness.Cluster)
    cluster.folder = harness.LOCAL / "images/cluster"
    cluster.run("start", "-c", "fsync=off", "-c", f"port={port}", "-c", "listen_addresses=127.0.0.1", "-c", f"hba_file={rules}")
    cluster.psql("DROP DATABASE IF EXISTS image")
    cluster.psql("CREATE DATABASE image")
    cluster.psql("ALTER ROLE postgres PASSWORD 'root''s own'; ALTER ROLE scip_anonymous PASSWORD NULL; ALTER ROLE scip_writer PASSWORD NULL; ALTER ROLE scip_central PASSWORD NULL")
    yield port
    cluster.run("immediate")
    shutil.rmtree(rules.parent)
    os.environ.pop("PGPORT") if before is None else os.environ.update(PGPORT=before)


@pytest.mark.long
def test_the_images_migrate_and_serve(images, guarded, tmp_path):
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    for name, text in {"postgres_password": "root's own", "migrator_password": "m'i:g\\r", "anonymous_password": "anonymous", "writer_password": "w:riter", "central_password": "c'entral",
                       "signing_key": "k" * 48}.items():
        (secrets / name).write_text(text + "\n")
    mounts = {secrets: "/run/secrets"}
    connection = {"PGHOST": "127.0.0.1", "PGPORT": guarded, "PGDATABASE": "image", "PGUSER": "postgres"}
    migrate = images("from", "localhost/migrate")
    run(*images.command(migrate, connection, mounts, "migrate"))
    assert "Nothing to deploy" in run(*images.command(migrate, connection, mounts, "migrate"))

    api = images("from", "localhost/api")
    assert run(*images.command(api, {}, {}, "id", "-un")).strip() == "scip-api"
    port, admin_port, edge_port = harness.free_port(), harness.free_port(), harness.free_port()
    env = {"HOST": "127.0.0.1", "PORT": port, "ADMIN_PORT": admin_port, "SECRET_FILE": "/run/secrets/signing_key",
           "DATABASE_URL": f"postgresql://scip_anonymous@127.0.0.1:{guarded}/image", "KEYS": "/var/lib/scip-api/keys",
           "WRITER_DATABASE_URL": f"postgresql://scip_writer@127.0.0.1:{guarded}/image",
           "CENTRAL_DATABASE_URL": f"postgresql://scip_central@127.0.0.1:{guarded}/image"}
    with running(images.command(api, env, mounts, *(part.replace("$$", "$") for part in SERVICES["api"]["command"]))):
        health = dockerfile("HEALTHCHECK")[-1].split("CMD ")[1]
        until(lambda: run(*images.command(api, {"ADMIN_PORT": admin_port}, {}, "sh", "-c", health)))
        assert "scotland-hub" in run("curl", "-fsS", f"http://127.0.0.1:{port}/v1/hubs?nation=GB-SCT")
        assert "swagger" in run("curl", "-fsS", f"http://127.0.0.1:{port}/docs")
        assert '"kid"' in run("curl", "-fsS", f"http://127.0.0.1:{port}/.well-known/jwks.json")
        edge = images("from", "localhost/edge")
        # nginx opens its standard output again, which an engine hands over to the container's user: here, a pipe of its own
        start = f"timeout 30 script/edge /var/lib/edge 127.0.0.1:{port} {edge_port} 2>&1 | cat"
        with running(images.command(edge, {}, {}, "sh", "-c", start)):
            until(lambda: run("curl", "-fsS", f"http://127.0.0.1:{edge_port}/health/live"))
            assert "x-request-id" in run("curl", "-fsSi", f"http://127.0.0.1:{edge_port}/v1/hubs").lower()


@contextlib.contextmanager
def running(command):
    process = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def until(works, seconds=30):
    end = time.monotonic() + seconds
    while True:
        try:
            return works()
        except AssertionError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
