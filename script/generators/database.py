"""The database whose catalogue is asked: that of DATABASE_URL, or a private one with the schema as it is."""
import contextlib
import json
import os
import subprocess

from generators.files import ROOT


@contextlib.contextmanager
def database():
    if "DATABASE_URL" in os.environ:
        yield os.environ["DATABASE_URL"]
        return
    script = [ROOT / "script/postgres", ROOT / ".local/derive"]
    private = lambda *command: subprocess.run([*script, *command], check=True, text=True, stdout=subprocess.PIPE)
    private("start", "-c", "fsync=off")
    try:
        yield private("url", "postgres").stdout.strip()
    finally:
        private("stop")


def ask(query):
    """The JSON that a query gives."""
    with database() as url:
        command = ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", query]
        return json.loads(subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout)
