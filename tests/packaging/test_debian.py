"""The Debian packages: built, unpacked, and what is in them run."""
import os
import re
import signal
import subprocess
import time

import harness
from packaged import run, tracked


def unit(installed):
    return (installed / "lib/systemd/system/scip-api.service").read_text()


def test_both_packages_have_the_version_of_the_source(packages):
    version = re.search(r"version: '([^']+)'", (harness.ROOT / "meson.build").read_text()).group(1)
    for name in ("scip-api", "scip-api-db"):
        assert run("dpkg-deb", "--field", packages[name], "Version").strip() == version


def test_every_file_of_contract_and_database_is_in_them(installed):
    share = installed / "usr/share/scip-api"
    joined = ("db/queries/", "db/derived/")  # to their operations, when the contract is built
    missing = [name for name in tracked("openapi", "db", "clients/web/public") if not (share / name).is_file() and not name.startswith(joined)]
    assert not missing


def test_the_program_says_its_libraries_itself(packages):
    depends = run("dpkg-deb", "--field", packages["scip-api"], "Depends")
    assert all(library in depends for library in ("libcivetweb1", "libcurl4", "libjansson4", "libjwt0", "libpq5", "libssl3"))


def test_the_settings_file_lists_every_key(installed):
    settings = (installed / "etc/scip-api/scip-api.env").read_text()
    listed = dict(re.findall(r"^#?([A-Z_]+)=(.*)$", settings, re.M))
    known = dict(re.findall(r"^  ([A-Z_]+) .*\[(.*)\]$", run(installed / "usr/bin/scip-api", "help"), re.M))
    assert len(known) > 15 and listed.keys() == known.keys()
    commented = dict(re.findall(r"^#([A-Z_]+)=(.*)$", settings, re.M))
    assert commented == {key: known[key] for key in commented}, "what is commented out shows the default"


def test_its_contract_and_statements_agree(installed):
    assert "operations agree" in run(installed / "usr/bin/scip-api", "check", cwd=installed / "usr/share/scip-api")


def test_it_serves(migrated, installed, tmp_path):
    assert "WorkingDirectory=/usr/share/scip-api\n" in unit(installed)
    (tmp_path / "secret").write_bytes(b"x" * 48)
    server = migrated.server(SECRET_FILE=tmp_path / "secret")
    hubs = server.get("/v1/hubs?nation=GB-SCT")
    assert hubs.status == 200 and [hub["slug"] for hub in hubs.json["items"]] == ["scotland-hub"]
    for page in ("/docs", "/docs/swagger-ui.css", "/docs/swagger-ui-bundle.js", "/openapi.json"):
        assert server.get(page).status == 200, page
    assert server.admin("/health/ready")[0] == 200
    server.stop()


def test_the_first_start_makes_the_secret(installed, tmp_path):
    command = re.search(r"^ExecStartPre=/bin/sh -c '(.*)'$", unit(installed), re.M).group(1)
    secret = tmp_path / "secret"
    for _ in range(2):
        before = secret.exists() and secret.read_bytes()
        run("sh", "-c", command, env={"PATH": "/usr/bin:/bin", "SECRET_FILE": str(secret)})
        assert len(secret.read_bytes()) == 48 and before in (False, secret.read_bytes())


def test_the_unit_is_sound_and_confined(installed, tmp_path):
    file = tmp_path / "scip-api.service"
    file.write_text(unit(installed).replace("/usr/bin/scip-api", str(installed / "usr/bin/scip-api")))
    assert run("systemd-analyze", "verify", "--man=no", file) == ""
    # exposure from 0 to 100: what remains is that it listens and speaks to a database
    run("systemd-analyze", "security", "--offline=true", "--threshold=15", file)
    file.write_text(file.read_text().replace("ProtectSystem=strict", "").replace("CapabilityBoundingSet=", ""))
    assert subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=15", file], stdout=subprocess.DEVNULL).returncode


def test_the_edge_is_the_one_of_the_tree_and_serves(migrated, installed, tmp_path):
    """Its unit's command, with the files of the package, in front of the packaged server."""
    share = installed / "usr/share/scip-api"
    for name in ("docker/nginx.conf", "docker/tls.conf", "script/edge"):
        assert (share / name).read_bytes() == (harness.ROOT / name).read_bytes()
    text = (installed / "lib/systemd/system/scip-api-edge.service").read_text()
    settings = dict(re.findall(r"^([A-Z_]+)=(.*)$", (installed / "etc/scip-api/edge.env").read_text(), re.M))
    assert {"API", "PORT", "TLS_PORT", "RATE"} == settings.keys()
    command = re.search(r"^ExecStart=(.*)$", text, re.M)[1].replace("/usr/share/scip-api", str(share)).replace("/var/lib/scip-api-edge", str(tmp_path / "edge"))
    server = migrated.server()
    port, tls_port = harness.free_port(), harness.free_port()
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=127.0.0.1", "-days", "1",
        "-keyout", tmp_path / "key.pem", "-out", tmp_path / "chain.pem")
    env = {**os.environ, **settings, "API": f"127.0.0.1:{server.port}", "PORT": str(port), "TLS_PORT": str(tls_port),
           "CERTIFICATE": str(tmp_path / "chain.pem"), "KEY": str(tmp_path / "key.pem")}
    edge = subprocess.Popen([part if part[0] != "$" else env[part[2:-1]] for part in command.split()], env=env)
    try:
        until = time.monotonic() + 20
        while subprocess.run(["curl", "-fsSko", "/dev/null", f"https://127.0.0.1:{tls_port}/health/live"], stderr=subprocess.DEVNULL).returncode:
            assert time.monotonic() < until and edge.poll() is None
            time.sleep(0.1)
        assert "scotland-hub" in run("curl", "-fsSk", f"https://127.0.0.1:{tls_port}/v1/hubs?nation=GB-SCT")
    finally:
        edge.send_signal(signal.SIGQUIT)
        edge.wait(30)
    server.stop()


def test_the_edge_s_unit_is_sound_and_confined(installed, tmp_path):
    file = tmp_path / "scip-api-edge.service"
    file.write_text((installed / "lib/systemd/system/scip-api-edge.service").read_text().replace("/usr/share/scip-api", str(installed / "usr/share/scip-api")))
    assert run("systemd-analyze", "verify", "--man=no", file) == ""
    run("systemd-analyze", "security", "--offline=true", "--threshold=25", file)


def test_a_database_that_is_not_there_is_named(migrated, installed):
    """Which of the three addresses is wrong."""
    nowhere, there = "postgresql:///none?host=/nonexistent", migrated.url()
    writes, decides = migrated.url("scip_writer"), migrated.url("scip_central")
    for anonymous, writer, central, name in [(nowhere, nowhere, nowhere, "DATABASE_URL"), (nowhere, writes, decides, "DATABASE_URL"),
                                             (there, nowhere, decides, "WRITER_DATABASE_URL"), (there, writes, nowhere, "CENTRAL_DATABASE_URL")]:
        done = subprocess.run([installed / "usr/bin/scip-api", "check", "--db"], cwd=installed / "usr/share/scip-api", text=True, capture_output=True,
                              env={**os.environ, "DATABASE_URL": anonymous, "WRITER_DATABASE_URL": writer, "CENTRAL_DATABASE_URL": central})
        assert done.returncode == 1 and re.search(rf"^{name}: the database is not reachable$", done.stderr, re.M), done.stderr


def test_lintian_finds_no_error(packages):
    said = run("lintian", "--fail-on=error", "--allow-root", *(packages[name] for name in ("scip-api", "scip-api-db")))
    print(said)
