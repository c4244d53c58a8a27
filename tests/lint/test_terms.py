"""Terms and settings are said in their files. Elsewhere a list of terms stands nowhere, nor does a setting: what is left of either
is counted here, and the count may only shrink. States, whose order is a rule, are no terms."""
import csv
import re
import shutil
import subprocess

import harness
import pytest
import yaml

FILES = {path.stem: list(csv.DictReader(path.open(newline=""))) for path in sorted((harness.ROOT / "db/terms").glob("*.csv"))}
LISTS = {name: {row["code"] for row in rows} for name, rows in FILES.items()}
SETTINGS = {row["name"]: row for row in csv.DictReader((harness.ROOT / "db/settings.csv").open(newline=""))}
SQL = {path.relative_to(harness.ROOT).as_posix(): re.sub(r"^\s*--.*|^COMMENT ON .*", "", path.read_text(), flags=re.M)
       for folder in ("deploy", "views", "queries", "metrics", "derived") for path in (harness.ROOT / "db" / folder).glob("*.sql")}
YAML = {path.relative_to(harness.ROOT).as_posix(): path for path in (harness.ROOT / "openapi").rglob("*.yaml")}

SPELT = {"db/queries/getLanding.sql group_status": 1}  # of a Hub, whose statuses are states
ENUMS = {}
# In texts for people, and where a calendar names its zone.
TEXTS = {"db/deploy/training.sql alliance_name": 1, "api/op/visitor.h zone": 1, "api/render/ical.c zone": 3,
         "clients/web/public/events.js zone": 1, "clients/web/public/words.js zone": 1}


def spelt(text):
    """The lists of which a text has two codes or more beside each other and nothing else: ('he', 'fe'), ARRAY['he', 'fe']."""
    for found in re.findall(r"""[(\[{]\s*('?[A-Za-z][\w-]*'?(?:\s*,\s*'?[A-Za-z][\w-]*'?)+)\s*[)\]}]""", text):
        codes = {code.strip(" \n'") for code in found.split(",")}
        if "'" in found or "{" + found in text:
            yield from (name for name, terms in LISTS.items() if len(codes) > 1 and codes <= terms and name != "vocabulary")


def counted(pairs):
    counts = {}
    for pair in pairs:
        counts[pair] = counts.get(pair, 0) + 1
    return counts


def enums(node):
    if isinstance(node, dict):
        if isinstance(node.get("enum"), list):
            yield {each for each in node["enum"] if isinstance(each, str)}
        for inner in node.values():
            yield from enums(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from enums(inner)


def test_no_statement_spells_a_list():
    assert counted(f"{path} {name}" for path, text in SQL.items() for name in spelt(text)) == SPELT


def test_no_source_of_the_contract_spells_a_list():
    assert counted(f"{path} {name}" for path, file in YAML.items() for codes in enums(yaml.load(file.read_text(), yaml.CSafeLoader))
                   for name, terms in LISTS.items() if len(codes) > 1 and codes <= terms) == ENUMS


def test_the_words_of_the_elements_are_what_the_terms_make(tmp_path):
    subprocess.run([harness.ROOT / "script/words", "--check"], check=True)
    for part in ("script", "db/terms", "clients/web/public"):
        shutil.copytree(harness.ROOT / part, tmp_path / part)
    (tmp_path / "db/terms/phase.csv").write_text("code,label,label_cy,retired\nvideo,Moving pictures,,\n")
    done = subprocess.run([tmp_path / "script/words"], capture_output=True, text=True)
    assert done.returncode == 1 and re.match(r"db/terms/\w+\.csv:\d+: video is Video here and Moving pictures in another list", done.stderr), done.stderr
    (tmp_path / "db/terms/phase.csv").write_text("code,label\nvideo,Video\n")
    done = subprocess.run([tmp_path / "script/words"], capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr == "db/terms/phase.csv:1: the first line is code,label,label_cy,retired\n", done.stderr


def test_no_other_file_says_a_setting():
    sources = [path for pattern in ("db/*/*.sql", "db/*/*.html", "api/**/*.[ch]", "clients/web/public/*.js") for path in harness.ROOT.glob(pattern)]
    texts = {path.relative_to(harness.ROOT).as_posix(): path.read_text() for path in sources}
    assert counted(f"{path} {name}" for path, text in texts.items() for name in ("alliance_name", "zone")
                   for _ in range(text.count(SETTINGS[name]["value"]))) == TEXTS


@pytest.mark.parametrize("text, names", [
    ("kind IN ('hub_led', 'outreach')", ["activity_kind"]), ("ARRAY['GB-ENG',\n 'GB-WLS']", ["nation"]), ("kind = 'outreach'", []),
    ("status IN ('proposed', 'active')", []), ("p.kind, p.title", []), ("<@ '{he,fe}'", ["sector"])])
def test_a_list_is_seen(text, names):
    assert list(spelt(text)) == names


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_terms_is_whole(name):
    rows = FILES[name]
    assert name in LISTS["vocabulary"] and len(LISTS[name]) == len(rows) > 0
    for row in rows:
        assert list(row)[:4] == ["code", "label", "label_cy", "retired"] and None not in row and row["label"].strip() == row["label"] != ""
        assert {row[column] for column in list(row)[3:]} <= {"", "yes"}, row


def test_each_setting_is_used():
    text = "\n".join(SQL.values())
    assert not [name for name in SETTINGS if f"setting.{name}()" not in text]
    assert not set(re.findall(r"\bsetting\.(\w+)\(\)", text)) - SETTINGS.keys()
