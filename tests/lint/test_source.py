"""The shape of the C code: levels, owners of libraries, banned calls, lengths; the lengths of the generators. Each rule is shown to
bite."""
import ast
import io
import json
import re
import subprocess
import tokenize

import harness
import pytest

# A file includes its own level and those before it.
LEVELS = ["base", "token", "contract", "pg", "op", "render", "app", "http", "handlers", "main"]
OWNERS = {"libpq-fe.h": "api/pg/", "civetweb.h": "api/http/server.c",
          "curl/curl.h": "api/token/fetch.c", "archive.h": "api/handlers/data.c", "jwt.h": "api/token/sign.c"}
BANNED = r"\b(strcpy|strcat|sprintf|vsprintf|gets|atoi|atol|atof|strtok|alloca|setjmp|longjmp|system|popen|rand)\s*\("
ALLOCATORS = r"\b(malloc|calloc|realloc|free|strdup|strndup|asprintf)\s*\("
MAY_ALLOCATE = ("api/base/", "api/pg/pool.c", "api/op/cache.c")
LIMITS = json.loads((harness.ROOT / "tests/limits.json").read_text())


def sources():
    names = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "api"], cwd=harness.ROOT,
                           check=True, text=True, stdout=subprocess.PIPE).stdout.split()
    return {name: (harness.ROOT / name).read_text() for name in names if name.endswith((".c", ".h")) and (harness.ROOT / name).exists()}


def code(text):
    """The text without comments and string literals; lines stay."""
    blank = lambda match: re.sub(r"[^\n]", " ", match.group())
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', blank, text, flags=re.S)


def level(name):
    first = name.removeprefix("api/").split("/")[0].split(".")[0]
    return LEVELS.index({"config": "app", "metrics": "app", "commands": "main"}.get(first, first))


def faults(name, text):
    """What is wrong with one file."""
    for included in re.findall(r'^#include "([^"]+)"', text, re.M):
        if level(included) > level(name):
            yield f"includes {included} of a later level"
    for header, owner in OWNERS.items():
        if f"<{header}>" in text and not name.startswith(owner):
            yield f"includes {header}, which belongs to {owner}"
    plain = code(text)
    for match in re.finditer(BANNED, plain):
        yield f"calls {match.group(1)}"
    if not name.startswith(MAY_ALLOCATE):
        for match in re.finditer(ALLOCATORS, plain):
            yield f"calls {match.group(1)}: a request's memory is its arena"
    for match in re.finditer(r"^[a-z][^\n;]*\) \{\n(.*?)^\}", plain, re.M | re.S):
        if match.group().count("\n") + 1 > LIMITS["lines of a function"]:
            yield f"a function of {match.group().count(chr(10)) + 1} lines: {match.group().splitlines()[0]}"
    lines = text.count("\n")
    if lines > LIMITS["lines of a header" if name.endswith(".h") else "lines of a file"]:
        yield f"has {lines} lines"


@pytest.mark.parametrize("name", sources())
def test_source(name):
    assert list(faults(name, sources()[name])) == []


def lines_of_code():
    """Of each part of api/, headers included, comments not; their bounds are in tests/limits.json."""
    lines = {name: sum(1 for line in code(text).splitlines() if line.strip()) for name, text in sources().items()}
    token = sum(count for name, count in lines.items() if name.startswith("api/token/"))
    counter = sum(count for name, count in lines.items() if name.startswith(("api/op/uses.", "api/op/agents.", "api/op/visitor.")))
    handlers = sum(count for name, count in lines.items() if name.startswith("api/handlers/"))
    return {"engine": sum(lines.values()) - token - counter - handlers, "tokens": token, "counter": counter, "handlers": handlers, "api": sum(lines.values())}


def generators():
    """The commands that make what is committed, and their parts."""
    commands = [harness.ROOT / "script" / name for name in ("access", "contract", "derive", "rules", "words")]
    return {path.relative_to(harness.ROOT).as_posix(): path.read_text() for path in [*commands, *(harness.ROOT / "script/generators").rglob("*.py")]}


def lines_of_python(text):
    """How many lines have code: comments, docstrings and empty lines have none."""
    words = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)]
    none = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    tokens = [token for token in tokenize.generate_tokens(io.StringIO(text).readline) if token.type not in none]
    lines = {line for token in tokens for line in range(token.start[0], token.end[0] + 1)}
    return len(lines - {line for node in words for line in range(node.lineno, node.end_lineno + 1)})


def test_generators_can_be_read():
    assert len(generators()) > 10 and not [
        name for name, text in generators().items()
        if text.count("\n") > LIMITS["lines of a file"] or max(map(len, text.splitlines())) > LIMITS["SQL columns"]]
    assert lines_of_python('"""What\nit is."""\n# why\n\na = """b\nc"""  # d\n\n\ndef f():\n    """It."""\n    return [1,\n            2]\n') == 5


def defined_twice(files):
    """Names of functions that more than one file defines: gdb, perf and readers could not distinguish them."""
    where = {}
    for name, text in files.items():
        for function in re.findall(r"^[a-z_][^\n;={}()]*?\b(\w+)\([^;{}]*\) \{", code(text), re.M):
            where.setdefault(function, set()).add(name)
    return sorted(function for function, names in where.items() if len(names) > 1)


def test_no_function_is_defined_twice():
    assert len(twice := defined_twice(sources())) <= LIMITS["functions named twice"], twice
    assert defined_twice({"a.c": "static int f(int a,\n   int b) {\n}\n", "b.c": "struct x *f(void) {\n}\nint g(void);\n", "c.c": "int g(void) {\n}\n"}) == ["f"]


def test_the_walk_is_the_codes_own_table():
    steps = re.findall(r"^    \[STEP_(\w+)\] = ", (harness.ROOT / "api/http/request.c").read_text(), re.M)
    assert [step.lower() for step in steps] == re.findall(r"^             (\w+)  ", (harness.ROOT / "README.md").read_text(), re.M)


def test_format():
    subprocess.run([harness.ROOT / "script/format", "--check"], check=True)


@pytest.mark.parametrize("name, text, fault", [
    ("api/base/arena.c", '#include "http/request.h"\n', "later level"),
    ("api/contract/router.c", '#include "pg/pool.h"\n', "later level"),
    ("api/http/request.c", "#include <libpq-fe.h>\n", "belongs to api/pg/"),
    ("api/http/request.c", "#include <civetweb.h>\n", "belongs to api/http/server.c"),
    ("api/op/bind.c", "int f(char *a) {\n    return atoi(a);\n}\n", "calls atoi"),
    ("api/op/bind.c", "void f(void) {\n    free (0);\n}\n", "calls free"),
    ("api/op/bind.c", "void f(void) {\n" + "    g();\n" * 70 + "}\n", "a function of 72 lines"),
    ("api/op/bind.h", "\n" * 91, "has 91 lines")])
def test_the_lint_bites(name, text, fault):
    assert any(fault in found for found in faults(name, text))


def test_the_lint_reads_code_alone():
    assert list(faults("api/op/bind.c", '/* never malloc() */ const char *text = "free(this)";\n')) == []
