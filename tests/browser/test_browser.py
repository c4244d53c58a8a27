"""The tests in JavaScript, each file a test, against the running service."""
import os
import subprocess

import harness
import pytest

HERE = harness.ROOT / "tests/browser"


@pytest.mark.parametrize("file", sorted(path.name for path in HERE.glob("*.test.js")))
def test_in_chromium(server, file):
    done = subprocess.run(["node", "--test", "--test-reporter=spec", file], cwd=HERE, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=180, env={**os.environ, "SCIP_URL": f"http://127.0.0.1:{server.port}"})
    print(done.stdout)
    assert done.returncode == 0
