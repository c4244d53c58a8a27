"""Nothing that a caller of the last released contract relies on is taken away, and a change of the contract is noted in its
changelog. openapi/released.txt has a line for each release: its version, and the commit whose openapi/openapi.json it was."""
import copy
import importlib.machinery
import importlib.util
import json
import re
import shutil
import subprocess

import harness
import pytest

HERE = harness.ROOT / "tests/compatibility"
CONTRACT, CHANGELOG = "openapi/openapi.json", "openapi/CHANGELOG.md"
RELEASED = [line.split() for line in (harness.ROOT / "openapi/released.txt").read_text().splitlines() if not line.startswith("#")]
NOW = json.loads((harness.ROOT / CONTRACT).read_text())
EVENTS, HUBS = "/v1/events", "/v1/hubs"


def reachable(contract, node, found):
    """The components that a part of the contract refers to, added to those found."""
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        reachable(contract, inner, found)
    if isinstance(node, dict) and isinstance(node.get("$ref"), str) and node["$ref"] not in found:
        found.add(node["$ref"])
        _, _, kind, name = node["$ref"].split("/")
        reachable(contract, contract["components"][kind][name], found)
    return found


def small():
    """A few paths with all that they refer to: a comparison of the whole takes seconds."""
    paths = {path: item for path, item in NOW["paths"].items() if path in (EVENTS, EVENTS + "/{slug}", HUBS)}
    found = [ref.split("/")[2:] for ref in reachable(NOW, paths, set())]
    components = {kind: {name: NOW["components"][kind][name] for each, name in found if each == kind} for kind, _ in found}
    return copy.deepcopy({**NOW, "paths": paths, "components": components})


def git(*words, root=harness.ROOT):
    return subprocess.run(["git", *words], cwd=root, check=True, text=True, stdout=subprocess.PIPE).stdout


def breaking(before, after, folder):
    """What of the second contract breaks callers of the first, a line each."""
    for name, contract in (("before", before), ("after", after)):
        (folder / name).write_text(json.dumps(contract))
    node = f"{subprocess.run([harness.ROOT / 'script/node'], check=True, text=True, stdout=subprocess.PIPE).stdout.strip()}/node"
    found = subprocess.run([node, HERE / "breaking.mjs", folder / "before", folder / "after"], text=True, stdout=subprocess.PIPE)
    assert found.returncode in (0, 1) and (found.returncode == 1) == bool(found.stdout.strip()), found
    return found.stdout.strip().splitlines()


def schemas(contract):
    return contract["components"]["schemas"]


def operation(contract, path=EVENTS, method="get"):
    return contract["paths"][path][method]


def answered(contract):
    return operation(contract)["responses"]["200"]


def filters(contract):
    return operation(contract)["parameters"]


def require(contract, name):
    schemas(contract)[name]["properties"]["colour"] = {"type": "string"}
    schemas(contract)[name]["required"].append("colour")


def first_enum(contract, sent):
    """Codes that are sent (of a body) or answered: of the first property that has some."""
    return next(each for name, schema in schemas(contract).items() if name.endswith("New") == sent
                for each in schema.get("properties", {}).values() if len(each.get("enum", ())) > 2)["enum"]


def deprecate(contract, day):
    operation(contract).update({"deprecated": True, "x-sunset": day})


# A planted change, and whether it breaks somebody.
PLANTED = {
    "nothing": (lambda c: None, False),
    "an operation is gone": (lambda c: c["paths"][EVENTS].pop("get"), True),
    "a path is gone": (lambda c: c["paths"].pop(EVENTS), True),
    "a path is new": (lambda c: c["paths"].update({"/v1/colours": copy.deepcopy(c["paths"][EVENTS])}), False),
    "an operation has another name": (lambda c: operation(c).update(operationId="findEvents"), True),
    "an operation says more": (lambda c: operation(c).update(description="All of them.", summary="Show events"), False),
    "an answer has less": (lambda c: schemas(c)["Event"]["properties"].pop("title"), True),
    "an answer has more": (lambda c: require(c, "Event"), False),
    "an answer may leave a value out": (lambda c: schemas(c)["Event"]["required"].remove("title"), True),
    "an answer may be null": (lambda c: schemas(c)["Event"]["properties"].update(title={"type": ["string", "null"]}), True),
    "an answer has another type": (lambda c: schemas(c)["Event"]["properties"].update(title={"type": "integer"}), True),
    "an answer has another code": (lambda c: schemas(c)["Event"]["properties"]["status"]["enum"].append("moved"), True),
    "a table is no longer answered": (lambda c: answered(c)["content"].pop("text/csv"), True),
    "a header is gone": (lambda c: answered(c)["headers"].pop("ETag"), True),
    "a body needs more": (lambda c: require(c, "EventNew"), True),
    "a body may have more": (lambda c: schemas(c)["EventNew"]["properties"].update(colour={"type": "string"}), False),
    "a body may have less": (lambda c: schemas(c)["EventNew"]["properties"].pop("title"), True),
    "a body's text has a shorter bound": (lambda c: schemas(c)["EventNew"]["properties"].update(title={"type": "string", "maxLength": 3}), True),
    "a code is no longer taken": (lambda c: first_enum(c, True).pop(), True),
    "a code more is taken": (lambda c: first_enum(c, True).append("another"), None),  # where it isn't answered too
    "a filter is gone": (lambda c: filters(c).pop(), True),
    "a filter is new": (lambda c: filters(c).append({"name": "colour", "in": "query", "schema": {"type": "string"}}), False),
    "a filter is new and required": (lambda c: filters(c).append({"name": "colour", "in": "query", "required": True, "schema": {"type": "string"}}), True),
    "a refusal is new": (lambda c: operation(c)["responses"].update({"409": {"description": "No."}}), False),
    "what was public needs a role": (lambda c: operation(c).update(security=[{"bearer": ["central"]}]), True),
    "a role more": (lambda c: operation(c, HUBS, "get").update(security=[{}, {"bearer": []}]), False),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_change_that_breaks_is_kept_apart_from_one_that_does_not(name, tmp_path):
    plant, breaks = PLANTED[name]
    before, after = small(), small()
    plant(after)
    assert name == "nothing" or after != before
    found = breaking(before, after, tmp_path)
    assert bool(found) == breaks if breaks is not None else all("responses" in line for line in found)


def test_a_rule_that_programs_tell_apart_stays(tmp_path):
    before = small()
    before["components"].setdefault("x-problems", {})["no-such-rule"] = {}
    assert breaking(before, small(), tmp_path) == ["the rule no-such-rule is gone"]


def test_what_was_beta_may_change_and_what_is_stable_stays_so(tmp_path):
    before, after = small(), small()
    operation(before)["x-stability-level"] = "beta"
    answered(after)["content"].pop("text/csv")
    assert breaking(before, after, tmp_path) == [] != breaking(small(), after, tmp_path)
    after["paths"].pop(EVENTS)
    assert list(before["paths"][EVENTS]) == ["get"] and breaking(before, after, tmp_path) == []
    assert breaking(small(), before, tmp_path) == [f"get {EVENTS}: x-stability-level replace"]


@pytest.mark.parametrize("day, kept", [("2020-01-01", False), ("2999-01-01", True)])
def test_what_is_deprecated_goes_after_its_sunset(day, kept, tmp_path):
    before, after = small(), small()
    deprecate(before, day)
    after["paths"][EVENTS].pop("get")
    assert bool(breaking(before, after, tmp_path)) == kept


def last_release():
    """[(its version, its commit)], nothing before the first release."""
    for _, commit in RELEASED[-1:]:
        if git("rev-parse", "--is-shallow-repository").strip() == "true" and subprocess.run(["git", "cat-file", "-e", commit], cwd=harness.ROOT).returncode:
            pytest.skip("a shallow clone has not the release")
    return RELEASED[-1:]


def test_nothing_breaks_callers_of_the_last_release(tmp_path):
    for version, commit in last_release():
        assert breaking(json.loads(git("show", f"{commit}:{CONTRACT}")), NOW, tmp_path) == [], f"of {version}"


def alone(root, commit):
    """The commits since that one, and what is not committed, which changed the contract or its changelog without the other."""
    touched = [set(git("log", "--no-merges", "--format=%s", f"{commit}..HEAD", "--", path, root=root).splitlines()) for path in (CONTRACT, CHANGELOG)]
    changed = git("diff", "--name-only", "HEAD", "--", CONTRACT, CHANGELOG, root=root).splitlines()
    return sorted(touched[0] ^ touched[1]) + (changed if len(changed) == 1 else [])


def test_a_change_of_the_contract_stands_in_its_changelog():
    for _, commit in last_release():
        assert alone(harness.ROOT, commit) == []


def test_who_changes_one_without_the_other_is_found(tmp_path):
    def commit(title, *paths):
        for path in paths:
            (tmp_path / path).write_text(title)
        git("add", ".", root=tmp_path)
        git("-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-qm", title, root=tmp_path)
    git("init", "-q", root=tmp_path)
    (tmp_path / "openapi").mkdir()
    for title, *paths in (("Release", CONTRACT, CHANGELOG), ("Both", CONTRACT, CHANGELOG), ("Silent", CONTRACT), ("Idle", CHANGELOG), ("Other", "README")):
        commit(title, *paths)
    released = git("rev-list", "--max-parents=0", "HEAD", root=tmp_path).strip()
    assert alone(tmp_path, released) == ["Idle", "Silent"]
    (tmp_path / CONTRACT).write_text("not committed")
    assert alone(tmp_path, released) == ["Idle", "Silent", CONTRACT]


def test_each_release_is_in_the_changelog():
    text = (harness.ROOT / CHANGELOG).read_text()
    assert [version for version, _ in RELEASED if f"## [{version}] - 20" not in text] == []
    for version, commit in last_release():
        assert (NOW["info"]["version"] == version) == (NOW == json.loads(git("show", f"{commit}:{CONTRACT}"))), "another contract has another version"


spec = importlib.util.spec_from_loader("release", importlib.machinery.SourceFileLoader("release", str(harness.ROOT / "script/release")))
release = importlib.util.module_from_spec(spec)
spec.loader.exec_module(release)


def test_versions_have_an_order():
    versions = ["0.9.0", "1.0.0-rc.1", "1.0.0-rc.2", "1.0.0-rc.10", "1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0-rc.1", "2.0.0"]
    assert sorted(reversed(versions), key=release.order) == versions
    assert not any(map(release.order, ["1.0", "1.0.0-beta", "01.0.0", "v1.0.0", "1.0.0-rc.0", ""]))


@pytest.fixture
def copied(tmp_path):
    """What a release and the comparison need, as a repository of its own with nothing left to do; and how to run something there."""
    parts = ["openapi", "script", "db/terms", "tests/compatibility", "tests/*.py"]
    for name in git("ls-files", "-co", "--exclude-standard", *parts).splitlines():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(harness.ROOT / name, tmp_path / name)
    (tmp_path / "tests/compatibility/node_modules").symlink_to(HERE / "node_modules")
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local/node").symlink_to(harness.ROOT / ".local/node")
    (tmp_path / ".git/info").mkdir(parents=True)
    changelog = tmp_path / CHANGELOG
    news = re.sub(r"^## \[\d.*\n", "", changelog.read_text(), flags=re.M)  # as if nothing had been released
    changelog.write_text(re.sub(r"^### Planned\n.*?(?=^##? |\Z)", "", news, flags=re.M | re.S))
    (tmp_path / "openapi/released.txt").write_text("# A line for each release. None yet.\n")

    def run(*words):
        done = subprocess.run(words, cwd=tmp_path, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout

    def commit(title):
        assert run("git", "add", "-A")[0] == run("git", "commit", "-qm", title)[0] == 0

    run("git", "init", "-q")
    (tmp_path / ".git/info/exclude").write_text("node_modules\n.local\n__pycache__\n")
    run("git", "config", "user.name", "A"), run("git", "config", "user.email", "a@example.org")
    commit("Begin")
    return tmp_path, run, commit


def test_a_release_binds_what_comes_after_it(copied):
    """In a copy: the command, and then the three tests that hold the repository to what it released."""
    folder, run, commit = copied

    def failing(*tests):
        status, said = run("/usr/bin/python3", "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/compatibility", "-k", " or ".join(tests))
        found = re.findall(r"^FAILED \S+::(\w+)", said, re.M)
        assert status == bool(found) and re.search(rf"^{len(found)} failed|^{len(tests)} passed", said, re.M), said
        return sorted(found)

    assert run("script/release", "1.0.0-rc.1") == (0, "git push --follow-tags publishes 1.0.0-rc.1\n")
    version, released = (folder / "openapi/released.txt").read_text().splitlines()[-1].split()
    assert (version, released) == ("1.0.0-rc.1", run("git", "rev-parse", "contract-1.0.0-rc.1^{commit}")[1].strip())
    assert json.loads((folder / CONTRACT).read_text())["info"]["version"] == version and run("git", "status", "--porcelain")[1] == ""
    assert failing("stands_in_its_changelog", "is_in_the_changelog") == []
    assert run("script/release", "1.0.0-rc.1")[1] == "script/release: 1.0.0-rc.1 is released already\n"
    assert run("script/release", "1.0.0")[1] == "script/release: openapi/CHANGELOG.md says of nothing that is unreleased\n"
    news = folder / "openapi/paths/news.yaml"
    news.write_text(news.read_text().replace("get getNewsItem:", "get getNews:"))
    assert run("script/contract")[0] == 0
    commit("Break a name in silence")
    found = failing("last_release", "stands_in_its_changelog", "is_in_the_changelog")
    assert found == ["test_a_change_of_the_contract_stands_in_its_changelog", "test_each_release_is_in_the_changelog",
                     "test_nothing_breaks_callers_of_the_last_release"]


def test_what_is_not_done_is_not_released(copied):
    folder, run, commit = copied
    changelog = folder / CHANGELOG
    assert run("script/release", "one")[1].startswith("script/release: one is no version")
    (folder / "more").write_text("")
    assert run("script/release", "1.0.0")[1] == "script/release: something is not committed\n"
    changelog.write_text(changelog.read_text() + "\n### Planned\n")
    commit("Plan")
    assert run("script/release", "1.0.0")[1] == "script/release: openapi/CHANGELOG.md still plans changes: a release is what is done\n"
    assert run("git", "tag")[1] == "" and run("git", "rev-list", "--count", "HEAD")[1] == "2\n"
