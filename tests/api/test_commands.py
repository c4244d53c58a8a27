"""Commands of the operator on the machine: the first accounts, new keys. What cannot be done is said in one line."""
import json
import os
import re
import stat
import subprocess
import uuid

import harness
import mint
import pytest

ISSUER = "https://login.commands.example"


def run(*words, **env):
    settings = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "KEYS")}
    return subprocess.run([harness.BINARY, *words], cwd=harness.ROOT, text=True, capture_output=True, timeout=60, env={**settings, **env})


def is_refused(done, *words):
    """Exit status 1, nothing on the standard output, and a line for a person that has these words."""
    assert done.returncode == 1 and done.stdout == "", (done.returncode, done.stdout)
    lines = [line for line in done.stderr.splitlines() if line and not line.startswith("{")]  # those with { are the log
    assert lines and all(any(word.lower() in line.lower() for line in lines) for word in words), done.stderr
    assert "Sanitizer" not in done.stderr


@pytest.fixture(scope="module")
def owner(cluster):
    return {"DATABASE_URL": cluster.url("scip_migrator")}


@pytest.fixture(autouse=True)
def clean(cluster):
    yield
    cluster.psql(f"DELETE FROM scip.account WHERE issuer = '{ISSUER}' OR label LIKE 'Commands %'", "scip_migrator")


def accounts(cluster):
    return cluster.psql(f"SELECT count(*) FROM scip.account WHERE issuer = '{ISSUER}' OR label LIKE 'Commands %'")


@pytest.mark.parametrize("role", ["central", "website", "analyst"])
def test_an_account_for_somebody_of_a_provider(cluster, owner, role):
    subject, label = str(uuid.uuid4()), "Commands Zoë's 'first' \"one\" %s"
    done = run("account", "add", ISSUER, subject, role, label, **owner)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{subject} of {ISSUER} is {role}\n", ""), done.stderr
    row = cluster.psql(f"SELECT a.label, a.active, r.role, r.starts = scip.today(), r.ends IS NULL, (SELECT count(*) FROM scip.client_secret s WHERE s.account_id = a.id) "
                       f"FROM scip.account a JOIN scip.account_role r ON r.account_id = a.id WHERE issuer = '{ISSUER}' AND subject = '{subject}'")
    assert row == f"{label}|t|{role}|t|t|0"


def test_an_account_that_exists_is_not_made_again(cluster, owner):
    assert run("account", "add", ISSUER, "once", "analyst", "Commands once", **owner).returncode == 0
    is_refused(run("account", "add", ISSUER, "once", "central", "Commands twice", **owner), "exists")
    assert cluster.psql(f"SELECT string_agg(role, ' ') FROM scip.account_role JOIN scip.account a ON a.id = account_id WHERE issuer = '{ISSUER}'") == "analyst"


@pytest.mark.parametrize("role", ["king", "", "Central", "hub_lead", "hub_member", "group_member", "partner", "central analyst"])
def test_a_role_that_is_none(cluster, owner, role):
    """Nor one that is of a Hub, a group or an organisation, which the central team gives."""
    before = accounts(cluster)
    is_refused(run("account", "add", ISSUER, "somebody", role, "Commands somebody", **owner), "role")
    is_refused(run("client", "add", role, "Commands client", **owner), "role")
    assert accounts(cluster) == before


@pytest.mark.parametrize("issuer, subject, label, word", [
    ("login.example", "a", "Commands a", "issuer"), ("", "a", "Commands a", "issuer"), ("ftp://login.example", "a", "Commands a", "issuer"),
    (ISSUER, "", "Commands a", "subject"), (ISSUER, "a\nb", "Commands a", "subject"), (ISSUER, "x" * 256, "Commands a", "subject"),
    (ISSUER, "a", "", "label"), (ISSUER, "a", " ", "label")])
def test_an_account_that_is_none(cluster, owner, issuer, subject, label, word):
    before = accounts(cluster)
    is_refused(run("account", "add", issuer, subject, "central", label, **owner), word)
    assert accounts(cluster) == before


def test_a_client_gets_its_secret_once(cluster, server, owner):
    done = run("client", "add", "central", "Commands client", **owner)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    found = re.fullmatch(r"client_id ([A-Za-z0-9_-]{16})\nclient_secret ([A-Za-z0-9_-]{43})\n", done.stdout)
    assert found, done.stdout
    name, secret = found.groups()
    answer = server.form("/oauth/token", {"grant_type": "client_credentials"}, (name, secret))
    assert answer.status == 200 and answer.json["scope"] == "central"
    me = server.send("GET", "/v1/me", token=answer.json["access_token"]).json
    assert me["name"] == "Commands client" and "addAccount" in me["operations"]
    kept = subprocess.run(["pg_dump", "--data-only", "-d", cluster.url("postgres")], check=True, capture_output=True, text=True).stdout
    assert name in kept and secret not in kept
    assert run("client", "add", "central", "Commands client", **owner).stdout != done.stdout


def test_not_everybody_may(cluster):
    for role in ("scip_anonymous", "scip_writer", "scip_central"):
        for words in (("account", "add", ISSUER, "somebody", "central", "Commands somebody"), ("client", "add", "central", "Commands client")):
            is_refused(run(*words, DATABASE_URL=cluster.url(role)))
    assert accounts(cluster) == "0"


def test_a_database_that_is_away(tmp_path):
    is_refused(run("client", "add", "central", "Commands client", DATABASE_URL=f"postgresql:///scip?host={tmp_path}"), "database", "reach")


@pytest.mark.parametrize("words", [["account"], ["account", "add"], ["account", "add", "a", "b", "c"], ["account", "add", "a", "b", "c", "d", "e"], ["account", "remove", "a", "b", "c", "d"],
                                   ["client", "add", "central"], ["client"], ["keys"], ["keys", "rotate", "now"], ["keys", "list"], []])
def test_words_that_are_no_command(words):
    done = run(*words)
    assert done.returncode == 64 and done.stderr.startswith("usage: scip-api") and "account add ISSUER SUBJECT ROLE LABEL" in done.stderr


# Keys. How servers take them up is in test_oauth.py.


def test_keys_rotate(tmp_path):
    folder = tmp_path / "keys"
    for count in (1, 2):
        done = run("keys", "rotate", KEYS=str(folder))
        assert done.returncode == 0, done.stderr
        (name,) = re.findall(r"^added (\d{8}T\d{6}Z-[0-9a-f]{8}\.pem)$", done.stdout, re.M)
        assert (folder / name).is_file() and len(list(folder.iterdir())) >= count
        assert mint.load_key(folder / name).curve.name == "secp256r1"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert len({json.dumps(mint.jwk(mint.load_key(path))) for path in folder.iterdir()}) == len(list(folder.iterdir()))


def test_keys_need_a_folder(tmp_path):
    is_refused(run("keys", "rotate"), "KEYS")
    is_refused(run("keys", "rotate", KEYS=str(tmp_path / "not" / "there")), str(tmp_path))
    file = tmp_path / "file"
    file.write_text("x")
    is_refused(run("keys", "rotate", KEYS=str(file)), "folder")


def test_a_file_that_is_no_key_is_named(tmp_path):
    """Before anything is done: a server would not start with it."""
    assert run("keys", "rotate", KEYS=str(tmp_path)).returncode == 0
    before = sorted(tmp_path.iterdir())
    (tmp_path / "bad.pem").write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    is_refused(run("keys", "rotate", KEYS=str(tmp_path)), "bad.pem")
    assert sorted(tmp_path.iterdir()) == sorted([*before, tmp_path / "bad.pem"])
