"""What the documents say about the code is so."""
import json
import re
import subprocess

import harness
import pytest
from generators.contract import standard
from generators.contract.forms import FORMS

DOCUMENTS = [path for path in harness.ROOT.rglob("*.md") if not {"node_modules", ".local"} & set(path.parts)]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(harness.ROOT)))
def test_links_lead_somewhere(document):
    for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
        assert (document.parent / target).exists(), target


def test_the_contract_guide_lists_the_keywords():
    guide = (harness.ROOT / "openapi/README.md").read_text()
    stated = set(re.findall(r"[$\w-]+", guide[guide.index("**Schemas**"):guide.index("**Operations**")]))
    known = {*standard.KEPT, *standard.KEYWORDS, *standard.ANNOTATIONS, *FORMS} - {"x-terms"}
    assert len(known) >= 40 and known <= stated, known - stated


def test_scripts_are_described():
    text = (harness.ROOT / "README.md").read_text() + (harness.ROOT / "CONTRIBUTING.md").read_text()
    for script in (harness.ROOT / "script").iterdir():
        assert script.name in text and script.stat().st_mode & 0o100, script.name


def test_nobody_s_address_is_in_the_tree():
    """No real person's e-mail address: only the reserved domains of RFC 2606 and those of examples."""
    text = subprocess.run(["git", "grep", "-hIoE", r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}", "--", ":!*package-lock.json", ":!tests/fuzz/corpus"],
                          cwd=harness.ROOT, text=True, stdout=subprocess.PIPE).stdout
    found = {address for address in text.split() if not re.search(r"@(.*\.)?(example|test|invalid|localhost)(\.(org|com|net))?$", address, re.I)}
    assert not found, found


def test_the_glossary_explains_what_the_contract_leaves_to_it():
    """In alphabetical order, each term with an address of its own; sentences of the contract name it for rules and statuses."""
    contract = json.loads((harness.ROOT / "openapi/openapi.json").read_text())
    assert contract["externalDocs"]["url"] == "/web/glossary.html"
    text = (harness.ROOT / "clients/web/public/glossary.html").read_text()
    terms = re.findall(r'<dt id="([a-z-]+)">([^<]+)</dt>\s*<dd>', text)
    assert len(terms) == text.count("<dt") == text.count("<dd>") > 30 and len({address for address, _ in terms}) == len(terms)
    assert [term for _, term in terms] == sorted((term for _, term in terms), key=str.lower)
    schemas = contract["components"]["schemas"]
    for code in schemas["HealthRule"]["properties"]["rule"]["enum"] + schemas["ValueStatus"]["enum"] + contract["x-terms"]["heading"]:
        assert re.search(rf"\b{code}\b", text), code
