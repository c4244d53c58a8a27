"""What the documents say about the code is so."""
import re
import subprocess

import harness
import pytest

DOCUMENTS = [path for path in harness.ROOT.rglob("*.md") if not {"node_modules", ".local"} & set(path.parts)]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(harness.ROOT)))
def test_links_lead_somewhere(document):
    for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
        assert (document.parent / target).exists(), target


def test_the_contract_guide_lists_the_keywords():
    guide = (harness.ROOT / "openapi/README.md").read_text()
    stated = set(re.findall(r"[$\w-]+", guide[guide.index("**Schemas**"):guide.index("**Operations**")]))
    sources = "".join((harness.ROOT / f"api/contract/{name}.c").read_text() for name in ("keyword", "keyword_value", "keyword_nested", "format"))
    known = set(re.findall(r'\{"([$\w-]+)", ', sources) + re.findall(r'"([$\w]+)"', sources[sources.index("annotation_keywords"):].split(";")[0])) - {"null", "boolean", "integer", "number", "string", "array", "object"}
    assert len(known) >= 41 and known <= stated, known - stated


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
