"""openapi/openapi.json is what the sources make: whoever changes one sees in the diff what callers get of it."""
import subprocess

import harness


def test_the_committed_contract_is_what_the_sources_make(tmp_path):
    made = tmp_path / "openapi.json"
    subprocess.run([harness.ROOT / "script/contract", harness.ROOT / "openapi/openapi.yaml", made], check=True)
    assert made.read_text() == (harness.ROOT / "openapi/openapi.json").read_text(), "script/contract writes it anew"
