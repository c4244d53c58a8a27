"""Who sees and writes what stands in one table: what is made of it is what it makes, and a word that it has not is refused."""
import csv
import importlib.machinery
import importlib.util
import shutil
import subprocess

import harness
import pytest
from generators.nodes import Refused

LOADER = importlib.machinery.SourceFileLoader("access", str(harness.ROOT / "script/access"))
access = importlib.util.module_from_spec(importlib.util.spec_from_loader("access", LOADER))
LOADER.exec_module(access)


def policies(table, scope, see, write):
    return list(access.policies({"table": table, "scope": scope, "see": see, "write": write, "note": ""}))


def test_the_files_are_what_the_table_makes():
    subprocess.run([harness.ROOT / "script/access", "--check"], check=True)


def test_a_wrong_row_is_named_and_nothing_is_written(tmp_path):
    shutil.copytree(harness.ROOT / "script", tmp_path / "script")
    (tmp_path / "db").mkdir()
    for rows, fault in (("t,hub,leads,-,\n", "db/access.csv:2: t: no word leads\n"), ("t,hub,lead\n", "db/access.csv:2: a line is table,scope,see,write,note\n")):
        (tmp_path / "db/access.csv").write_text("table,scope,see,write,note\n" + rows)
        done = subprocess.run([tmp_path / "script/access"], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (1, fault) and not (tmp_path / "db/access.sql").exists()


def test_the_page_explains_each_word_that_is_used():
    with (harness.ROOT / "db/access.csv").open(newline="") as file:
        texts = [text for row in csv.DictReader(file) for text in f"{row['see']} {row['write']}".split()]
    words = {word.split("/")[0] for text in texts for word in text.split(":")[-1].split("+") if "(" not in word}
    assert words - {"-", "hand"} == set(access.WORDS)


def test_rules():
    central = "scip_central USING ((SELECT ctx.central()));"
    assert policies("t", "", "all", "-") == ["CREATE POLICY see ON scip.t FOR SELECT TO scip_anonymous, scip_caller USING (true);"]
    assert policies("t", "hub", "status!=draft:all lead", "change:lead") == [
        "CREATE POLICY read ON scip.t FOR SELECT TO scip_anonymous USING (status <> 'draft');",
        "CREATE POLICY see ON scip.t FOR SELECT TO scip_writer USING (status <> 'draft' OR hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));",
        "CREATE POLICY change ON scip.t FOR UPDATE TO scip_writer USING (hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));",
        "CREATE POLICY central ON scip.t FOR SELECT TO " + central,
        "CREATE POLICY central_change ON scip.t FOR UPDATE TO " + central]
    assert policies("t", "hub group", "status=approved:member", "lead")[::4] == [
        "CREATE POLICY see ON scip.t FOR SELECT TO scip_writer\n  USING (status = 'approved' AND "
        "(hub_id = ANY ((SELECT ctx.hubs())::bigint[]) OR group_id = ANY ((SELECT ctx.groups())::bigint[])));",
        "CREATE POLICY central ON scip.t FOR ALL TO " + central]
    assert policies("t", "hub group", "-", "add:direction=up:lead/hub add:direction=down:lead/group")[0] == (
        "CREATE POLICY add ON scip.t FOR INSERT TO scip_writer\n  WITH CHECK (direction = 'up' AND hub_id = ANY ((SELECT ctx.hubs_led())::bigint[])\n"
        "    OR direction = 'down' AND group_id = ANY ((SELECT ctx.groups())::bigint[]));")
    assert policies("t", "account:added_by", "ctx.knows(id,kind) !ctx.placed(id):!hidden:account", "-")[0] == (
        "CREATE POLICY see ON scip.t FOR SELECT TO scip_writer\n  USING (ctx.knows(id, kind) OR NOT hidden AND added_by = (SELECT ctx.account()) "
        "AND NOT ctx.placed(id));")
    assert policies("t", "", "audience", "-")[0] == (
        "CREATE POLICY see ON scip.t FOR SELECT TO scip_anonymous, scip_writer USING (audience && (SELECT ctx.audiences()));")


def test_what_is_the_central_teams_alone_has_no_policy_for_others():
    central = "scip_central USING ((SELECT ctx.central()));"
    assert policies("t", "", "central", "central") == ["CREATE POLICY central ON scip.t FOR ALL TO " + central]
    assert policies("t", "", "hand", "central") == ["CREATE POLICY central ON scip.t FOR ALL TO " + central]
    assert policies("t", "hub", "central+lead", "-") == ["CREATE POLICY central ON scip.t FOR SELECT TO " + central]
    assert policies("t", "", "central", "add:central remove:central") == [
        "CREATE POLICY central ON scip.t FOR SELECT TO " + central,
        "CREATE POLICY central_add ON scip.t FOR INSERT TO scip_central WITH CHECK ((SELECT ctx.central()));",
        "CREATE POLICY central_remove ON scip.t FOR DELETE TO " + central]


@pytest.mark.parametrize("see, scope", [("leads", "hub"), ("lead", ""), ("lead", "organisation"), ("Status=x:all", "hub"),
                                        ("parent", "hub"), ("all:lead", ""), ("", "hub"), ("change:lead", "hub"),
                                        ("hand lead", "hub"), ("all lead", "hub"), ("lead/group", "hub"), ("member/hub", "hub"),
                                        ("pg_sleep(id)", "hub"), ("ctx.knows()", "hub"), ("ctx.knows(id)or(true)", "hub"), ("!lead", "hub")])
def test_what_is_none_is_refused(see, scope):
    with pytest.raises(Refused):
        policies("t", scope, see, "-")


def test_nobody_writes_what_all_see_and_only_the_central_team_what_is_seen_by_hand():
    for see, write in (("all", "all"), ("hand", "lead"), ("hand", "hand"), ("all", "hand")):
        with pytest.raises(Refused):
            policies("t", "hub", see, write)
