"""Who sees and writes what stands in one table: what is made of it is what it makes, and a word that it has not is refused."""
import csv
import importlib.machinery
import importlib.util
import subprocess

import harness
import pytest

LOADER = importlib.machinery.SourceFileLoader("access", str(harness.ROOT / "script/access"))
access = importlib.util.module_from_spec(importlib.util.spec_from_loader("access", LOADER))
LOADER.exec_module(access)


def policies(table, scope, see, write):
    return list(access.policies({"table": table, "scope": scope, "see": see, "write": write, "note": ""}))


def test_the_files_are_what_the_table_makes():
    subprocess.run([harness.ROOT / "script/access", "--check"], check=True)


def test_the_page_explains_each_word_that_is_used():
    with (harness.ROOT / "db/access.csv").open(newline="") as file:
        texts = [text for row in csv.DictReader(file) for text in f"{row['see']} {row['write']}".split()]
    words = {word for text in texts for word in text.split(":")[-1].split("+")}
    assert words - {"-", "hand"} == set(access.MEANING)


def test_rules():
    assert policies("t", "", "all", "-") == ["CREATE POLICY see ON scip.t FOR SELECT TO scip_anonymous, scip_writer USING (true);"]
    assert policies("t", "hub", "status!=draft:all lead", "change:lead") == [
        "CREATE POLICY read ON scip.t FOR SELECT TO scip_anonymous USING (status <> 'draft');",
        "CREATE POLICY see ON scip.t FOR SELECT TO scip_writer\n"
        "  USING ((SELECT ctx.central()) OR status <> 'draft' OR hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));",
        "CREATE POLICY change ON scip.t FOR UPDATE TO scip_writer "
        "USING ((SELECT ctx.central()) OR hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));"]
    assert policies("t", "hub group", "status=approved:member", "-") == [
        "CREATE POLICY see ON scip.t FOR SELECT TO scip_writer\n  USING ((SELECT ctx.central()) OR status = 'approved' AND "
        "(hub_id = ANY ((SELECT ctx.hubs())::bigint[]) OR group_id = ANY ((SELECT ctx.groups())::bigint[])));"]
    assert policies("t", "", "-", "hand") == []
    assert policies("t", "", "central", "add:central remove:central")[1:] == [
        "CREATE POLICY add ON scip.t FOR INSERT TO scip_writer WITH CHECK ((SELECT ctx.central()));",
        "CREATE POLICY remove ON scip.t FOR DELETE TO scip_writer USING ((SELECT ctx.central()));"]


@pytest.mark.parametrize("see, scope", [("leads", "hub"), ("lead", ""), ("lead", "organisation"), ("Status=x:all", "hub"),
                                        ("parent", "hub"), ("all:lead", ""), ("", "hub"), ("change:lead", "hub"),
                                        ("hand lead", "hub"), ("all lead", "hub")])
def test_what_is_none_is_refused(see, scope):
    with pytest.raises(access.Refused):
        policies("t", scope, see, "-")


def test_nobody_writes_what_all_see_and_what_is_by_hand_is_so_as_a_whole():
    for see, write in (("all", "all"), ("hand", "central")):
        with pytest.raises(access.Refused):
            policies("t", "", see, write)
