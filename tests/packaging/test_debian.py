"""The Debian packages: built, unpacked, and what is in them run."""
import re
import subprocess

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
    missing = [name for name in tracked("openapi", "db", "clients/web/public") if not (share / name).is_file()]
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


def test_it_serves(database, installed, tmp_path):
    assert "WorkingDirectory=/usr/share/scip-api\n" in unit(installed)
    (tmp_path / "secret").write_bytes(b"x" * 48)
    database.migrate()
    server = database.server(SECRET_FILE=tmp_path / "secret")
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


def test_lintian_finds_no_error(packages):
    said = run("lintian", "--fail-on=error", "--allow-root", *(packages[name] for name in ("scip-api", "scip-api-db")))
    print(said)
