"""The engine reads the statements of both folders, written and derived."""
import os
import re
import shutil
import subprocess

import harness
import pytest


def edit(folder, file, old, new):
    text = (folder / file).read_text()
    assert old in text, old
    (folder / file).write_text(text.replace(old, new, 1))


@pytest.fixture
def engine_folder(tmp_path):
    shutil.copytree(harness.FIXTURE, tmp_path / "engine")
    (tmp_path / "engine/derived").mkdir()
    return tmp_path / "engine"


def check(folder):
    """Exit status and faults of the engine's contract with the statements of both folders."""
    assert harness.expand("openapi.yaml", "openapi.json", cwd=folder).returncode == 0
    env = {**os.environ, "CONTRACT": "openapi.json", "QUERIES": "queries", "DOCS": str(harness.ROOT / "clients/docs"), "ASAN_OPTIONS": "detect_leaks=0"}
    done = subprocess.run([harness.BINARY, "check"], text=True, capture_output=True, cwd=folder, env=env)
    return done.returncode, done.stderr


def test_the_engine_reads_both_folders(engine_folder):
    (engine_folder / "queries/getSlow.sql").rename(engine_folder / "derived/getSlow.sql")
    assert check(engine_folder)[0] == 0
    edit(engine_folder, "derived/getSlow.sql", ":seconds", ":minutes")
    status, said = check(engine_folder)
    assert status == 1 and re.search(r"^derived/getSlow.sql:\d+: :minutes is neither", said, re.M), said


def test_a_statement_in_both_folders_is_a_fault(engine_folder):
    shutil.copy(engine_folder / "queries/getSlow.sql", engine_folder / "derived/getSlow.sql")
    status, said = check(engine_folder)
    assert status == 1 and "derived/getSlow.sql: queries/getSlow.sql is there too" in said, said


def test_a_derived_statement_without_an_operation_is_a_fault(engine_folder):
    shutil.copy(engine_folder / "queries/getSlow.sql", engine_folder / "derived/getFast.sql")
    status, said = check(engine_folder)
    assert status == 1 and "getFast.sql belongs to no operation of the contract" in said, said
