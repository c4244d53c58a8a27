"""The common generators of clients take the contract as it is served: they leave out nothing but what generators/known.txt says in
their own words, what they write compiles strictly, and a partner's first calls with it work."""
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import harness
import pytest

FROM, VENV, OUT = Path(__file__).parent / "generators", harness.ROOT / ".local/generators", harness.LOCAL / "generators"
PYTHON, NODE_MODULES = VENV / "bin/python", FROM / "node_modules"
for needed in (VENV / ".installed", NODE_MODULES):
    if not needed.exists():
        pytest.fail(f"{needed} is not there: script/test makes it", pytrace=False)
KNOWN = {part.split("]\n")[0]: sorted(filter(None, part.split("]\n")[1].splitlines())) for part in
         re.split(r"^\[", (FROM / "known.txt").read_text(), flags=re.M)[1:]}
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_COLOR": "1", "CI": "1"}


def run(*command, fine=True, **options):
    done = subprocess.run([str(part) for part in command], text=True, capture_output=True, timeout=300, **options,
                          env={**os.environ, **QUIET, "PATH": f"{VENV}/bin:{os.environ['PATH']}"})
    assert done.returncode == 0 or not fine, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def served(server):
    """The contract as a partner gets it, in a folder for what is made of it."""
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    (OUT / "openapi.json").write_text(server.get("/openapi.json").text)
    return OUT / "openapi.json"


@pytest.fixture(scope="module")
def partner(cluster, server):
    """What the central team gave: where, client id, secret."""
    name, secret = cluster.client("partner", organisation="university-of-winchester")
    return f"http://127.0.0.1:{server.port}", name, secret


@pytest.fixture(scope="module")
def in_python(served):
    """The package that openapi-python-client makes, and what it said: pairs of an operation or schema and a sentence."""
    (OUT / "config.yaml").write_text("post_hooks: []\npackage_name_override: partner\n")
    said = run("openapi-python-client", "generate", "--path", served, "--config", OUT / "config.yaml", "--meta", "none", "--output-path", OUT / "partner")
    # it prints the object, not the text, where the status stands
    said = re.sub(r"status code <[^>]*>", "status code 200", said)
    faults = [f"{where} {why}" for where, why in re.findall(r"^(?:WARNING|ERROR) parsing (.*)\n\n(.*)$", said, re.M)]
    faults += re.findall(r"^(?:Unable to|Failed to|Failure to) .*$", said, re.M)
    assert len(faults) == len(re.findall(r"^(?:WARNING|ERROR|Unable|Fail)", said, re.M)), said
    return sorted(faults)


@pytest.fixture(scope="module")
def in_typescript(served):
    """Both clients in TypeScript, compiled as strictly as the compiler can; what the tools said."""
    for name in ("fetch.ts", "hey.ts", "package.json", "tsconfig.json"):
        shutil.copy(FROM / name, OUT)
    (OUT / "node_modules").symlink_to(NODE_MODULES)
    said = {"openapi-typescript": run(NODE_MODULES / ".bin/openapi-typescript", served, "-o", OUT / "types.ts", cwd=OUT),
            "@hey-api/openapi-ts": run(NODE_MODULES / ".bin/openapi-ts", "-i", served, "-o", OUT / "hey", "--no-log-file", cwd=OUT)}
    run(NODE_MODULES / ".bin/tsc", "-p", ".", cwd=OUT)
    return said


def test_python_drops_nothing_unsaid(in_python, contract):
    assert in_python == KNOWN["openapi-python-client"]
    made = {re.sub(r"[^a-z0-9]", "", path.stem) for path in (OUT / "partner/api").glob("*/*.py")}
    missing = {f"{method} {template}" for template, method, operation in harness.operations(contract) if operation["operationId"].lower() not in made}
    assert missing == {fault.split(" within ")[0] for fault in in_python if "will not be generated" in fault}


def test_python_drops_nothing_as_the_guide_sets_it(served):
    """The settings that PARTNERS.md gives."""
    guide = (harness.ROOT / "clients/PARTNERS.md").read_text()
    (OUT / "guide.yaml").write_text("post_hooks: []\n" + re.search(r"```yaml\n(.*?)```", guide, re.S)[1])
    said = run("openapi-python-client", "generate", "--path", served, "--config", OUT / "guide.yaml", "--meta", "none", "--output-path", OUT / "whole")
    assert not re.search(r"^(?:WARNING|ERROR|Unable|Fail)", said, re.M), said


def test_python_compiles_strictly(in_python):
    shutil.copy(FROM / "use.py", OUT)
    run(PYTHON, "-m", "mypy", "--strict", "--cache-dir", harness.LOCAL / "mypy-generators", "use.py", cwd=OUT)
    modules = [".".join(path.relative_to(OUT).with_suffix("").parts) for path in (OUT / "partner").rglob("*.py") if path.stem != "__init__"]
    assert len(modules) > 900
    run(PYTHON, "-c", f"import importlib\nfor module in {modules!r}: importlib.import_module(module)", cwd=OUT)


def test_typescript_drops_nothing_unsaid(in_typescript, contract):
    for tool, said in in_typescript.items():
        assert sorted(re.findall(r"^.*(?:warn|error|skip|ignor|unsupported).*$", said, re.I | re.M)) == KNOWN[tool], said
    operations = {operation["operationId"] for _, _, operation in harness.operations(contract)}
    types, sdk = (OUT / "types.ts").read_text(), (OUT / "hey/sdk.gen.ts").read_text()
    assert operations == set(re.findall(r"^    (\w+): \{$", types[types.index("export interface operations"):], re.M))
    assert operations == set(re.findall(r"^export const (\w+) = ", sdk, re.M))
    schemas = set(contract["components"]["schemas"])
    components = types[types.index("export interface components"):types.index("export interface operations")]
    assert schemas <= set(re.findall(r"^        (\w+):", components, re.M))


def calls(*command, partner):
    return json.loads(run(*command, *partner, cwd=OUT))


@pytest.mark.parametrize("script", ["fetch.js", "hey.js"])
def test_a_partner_in_typescript(in_typescript, partner, script):
    found = calls("node", OUT / "js" / script, partner=partner)
    assert found.pop("zip", "PK") == "PK"
    assert found == {"hubs": ["scotland-hub"], "slug": "university-of-winchester", "again": 304, "roles": ["partner"],
                    "website": "https://www.example.org/", "refused": ["/query/limit"]}


def test_a_partner_in_python(in_python, partner):
    shutil.copy(FROM / "use.py", OUT)
    assert calls(PYTHON, "use.py", partner=partner) == {
        "hubs": ["scotland-hub"], "slug": "university-of-winchester", "again": 304, "roles": ["partner"],
        "website": "https://www.example.org/", "refused": ["/query/limit"]}


def test_validators_find_no_error(served):
    assert "OK" in run(VENV / "bin/openapi-spec-validator", served)
    report = run(NODE_MODULES / ".bin/redocly", "lint", served, "--extends", "recommended", "--format", "json", "--max-problems", "1000", fine=False, cwd=OUT)
    problems = json.JSONDecoder().raw_decode(report[report.index("{"):])[0]["problems"]
    assert [problem for problem in problems if problem["severity"] == "error"] == []
    # what is required inside of `not` is declared outside of it: which properties those are says the contract
    said = {re.sub(r"(/not)/\S*|(property) '\w+'", r"\1\2", f"{problem['location'][0]['pointer']} {problem['message']}") for problem in problems}
    assert sorted(said) == KNOWN["redocly"]
