"""An unpacked data.zip as others read it: scripts beside this, with the packages of a lock."""
import io
import json
import subprocess
import zipfile

import harness
import pytest


def read_by(script, venv, folders):
    """What the script says of the folders."""
    if not (harness.ROOT / ".local" / venv / ".installed").exists():
        pytest.fail(f".local/{venv} is not there: script/test makes it", pytrace=False)
    done = subprocess.run([harness.ROOT / ".local" / venv / "bin/python", harness.ROOT / "tests/datapackage" / script, *folders], text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def unpack(server, folder):
    folder.mkdir()
    zipfile.ZipFile(io.BytesIO(server.get("/v1/data.zip").body)).extractall(folder)
    return folder
