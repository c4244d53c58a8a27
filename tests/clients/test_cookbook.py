"""Every command of the documents, as it stands, against the running server."""
import json
import os
import re
import subprocess

import harness
import pytest

COOKBOOK = (harness.ROOT / "clients/curl/README.md").read_text()
BLOCKS = re.findall(r"```sh\n(.*?)```", COOKBOOK, re.S)


WRITERS = {"TOKEN": ("central", {}), "PARTNER_TOKEN": ("partner", {"organisation": "university-of-winchester"}),
           "HUB_LEAD_GROUP_TOKEN": ("group_member", {"group": "hub-leads-group"}), "HUB_LEAD_TOKEN": ("hub_lead", {"hub": "scotland-hub"}),
           "WEBSITE_TOKEN": ("website", {})}


@pytest.fixture(scope="module")
def tokens(cluster, server, unreleased):
    """What script/token gives to who reads the cookbook. The events go again: other tests count them."""
    yield {name: cluster.token(server, role, **subject) for name, (role, subject) in WRITERS.items()}
    cluster.psql("DELETE FROM scip.event WHERE slug LIKE 'transitions-%'; DELETE FROM scip.document WHERE slug LIKE 'cookbook-%'")


def run(server, folder, block, tokens):
    return subprocess.run(["bash", "-euo", "pipefail", "-c", block], cwd=folder, text=True, capture_output=True, timeout=60,
                          env={**os.environ, **tokens, "API": f"http://127.0.0.1:{server.port}"})


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.split("\n")[0][:60])
def test_cookbook(server, tokens, tmp_path, block):
    done = run(server, tmp_path, block, tokens)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() or "export" in block or "-o " in block, "a command that prints nothing shows nothing"
    assert "null\n" not in done.stdout or "jq '" in block, done.stdout


def test_what_the_cookbook_promises(server, tokens, tmp_path):
    outputs = [run(server, tmp_path, block, tokens).stdout for block in BLOCKS]
    text = "\n".join(outputs)
    assert "Hub Cymru" in text and "lincolnshire-and-east-midlands-hub" in text and "nightly-sync-7" in text
    assert re.search(r"^304$", text, re.M)
    assert re.search(r"over\t600\t|downloads\tover?|\t23750\t", text)
    assert next(json.loads(output)["status"] for output in outputs if '"errors"' in output) == 400
    assert (tmp_path / "figures.csv").read_text(encoding="utf-8-sig").startswith("slug,")
    total = server.get("/v1/organisations?format=ndjson").text.count("\n")
    assert str(total) in [output.strip() for output in outputs]
    assert "network_events\tevents\thub nation category\n" in text and '{"status":400,"errors":["/query/period"]}' in text
    assert re.search(r"^2023-24,GB-NIR,0,zero\r?$", text, re.M) and re.search(r'^{"status":"not_submitted","hubs":\["', text, re.M)
    assert re.search(r"^yorkshire-and-north-east-hub,1,value,(0,zero|,not_applicable)$", text, re.M) and "london-hub,,not_applicable,,not_applicable" in text
    assert re.search(r'^{"value":null,"status":"not_available"}\n{"value":\d+,"status":"value"}$', text, re.M)
    assert re.search(r'^{"period":"2023-24","number":\d+,"in_force":true}$', text, re.M)
    number = re.search(r'^{"period":"2023-24","number":(\d+),"in_force":true}$', text, re.M)[1]
    cited = "".join(f"network_events,2023-24,{cell},{number}\n" for cell in ("GB-ENG,3,value", "GB-NIR,0,zero", "GB-SCT,0,zero", "GB-WLS,0,zero")) + "cited.csv: OK\n"
    assert cited in text.replace("\r", "")
    assert "2019-20 " in text and '[{"metric":"hubs","cells":16},{"metric":"network_events","cells":16}]' in text
    assert re.search(r"^network_events\texact\t178\t\d+\t-\d+$", text, re.M) and "professionals\texact\t891\tnot_available\t-\n" in text
    assert re.search(r"DTSTART;TZID=Europe/London:20301028T100000.*CONFIRMED.*DTSTART;TZID=Europe/London:20301028T120000.*CANCELLED", text, re.S)


@pytest.mark.parametrize("command", re.findall(r"^curl .*$", (harness.ROOT / "README.md").read_text(), re.M))
def test_readme(server, tokens, tmp_path, command):
    done = run(server, tmp_path, command.replace("127.0.0.1:8080", f"127.0.0.1:{server.port}").replace("curl ", "curl -fsS ", 1).replace("$(script/token central)", "$TOKEN"), tokens)
    assert done.returncode == 0 and len(done.stdout) > 100, done.stderr


def test_the_guide_for_partners(cluster, server, tokens, tmp_path):
    """All of its blocks, as a reader types them: in one shell."""
    blocks = re.findall(r"```sh\n(.*?)```", (harness.ROOT / "clients/PARTNERS.md").read_text(), re.S)
    website = cluster.psql("SELECT website FROM scip.organisation WHERE slug = 'university-of-winchester'")
    try:
        done = run(server, tmp_path, "\n".join(f"echo '## {n}'\n{block}" for n, block in enumerate(blocks)), tokens)
    finally:
        cluster.psql(f"""UPDATE scip.organisation SET website = '{website}' WHERE slug = 'university-of-winchester';
            DELETE FROM scip.account WHERE label = 'Student records of a university'""")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    said = [part.split("\n", 1)[1].strip() for part in done.stdout.split("## ")[1:]]
    assert len(said) == len(blocks)
    text = "\n".join(said)
    assert text.count('"token_type": "Bearer"') == 1 and re.search(r'"expires_in": \d+,', text) and '"role": "partner"' in text and "patchOrganisationProfile" in text
    assert re.search(r"^304$", text, re.M) and re.search(r"^412$", text, re.M) and "/problems/precondition-failed" in text and re.search(r"^once$", text, re.M)
    assert "changed /v1/organisations/university-of-winchester" in text and "copy everything again" in text
    assert '"pointer": "/query/limit"' in text and "limit" in said[11] and said[-1].endswith("401")
    assert oct((tmp_path / "secret").stat().st_mode & 0o777) == "0o600"
