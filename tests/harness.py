"""A private cluster, running servers, and clients that record every exchange for the conformance suite."""
import atexit
import base64
import collections
import concurrent.futures
import contextlib
import fcntl
import functools
import hashlib
import http.client
import importlib.machinery
import importlib.util
import itertools
import json
import os
import random
import re
import secrets
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import quote, urlencode

from psycopg2.extensions import parse_dsn

ROOT = Path(__file__).resolve().parents[1]
LOCAL = Path(os.environ.get("SCIP_TEST_DIR", ROOT / ".local/test"), os.environ.get("PYTEST_XDIST_WORKER", ""))  # each worker has a cluster of its own
BINARY = Path(os.environ.get("SCIP_BINARY", ROOT / "build/api/scip-api"))
SHARED = Path(os.environ.get("SCIP_SHARED", ROOT.parent / "shared"))
TRAFFIC = Path(os.environ.get("SCIP_TRAFFIC", ROOT / ".local/test/traffic"))  # a file of each process
FIXTURE = ROOT / "tests/fixtures/engine"


serial = itertools.count(1)


def expand(root, out, queries=ROOT / "db/queries", **options):
    """Makes the contract that an engine reads of its YAML and the statements of a folder; what is wrong is in what this gives."""
    return subprocess.run([ROOT / "script/contract", root, out, queries], text=True, capture_output=True, **options)


@functools.cache
def contract_script():
    """The same as a module: to begin a process takes longer than most contracts."""
    loader = importlib.machinery.SourceFileLoader("contract", str(ROOT / "script/contract"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("contract", loader))
    loader.exec_module(module)
    return module


@functools.cache
def engine_contract():
    """The engine's own test contract, as it is read."""
    LOCAL.mkdir(parents=True, exist_ok=True)
    done = expand(FIXTURE / "openapi.yaml", LOCAL / "engine.json", FIXTURE / "queries")
    assert done.returncode == 0, done.stderr
    return LOCAL / "engine.json"


def lacking(contract, ids):
    """Settings of a server whose contract is a copy without these operations, and without those that answer with what one of them shows."""
    gone = {each["operationId"] for _, _, each in operations(contract) if ids & {each["operationId"], each.get("x-answer")}}
    folder = LOCAL / "lacking"
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("queries", "derived"):
        shutil.copytree(ROOT / "db" / name, folder / name, copy_function=os.symlink,
                        ignore=lambda _, names: {f"{each}.sql" for each in gone} & {*names})
    paths = {path: {method: each for method, each in item.items() if each["operationId"] not in gone}
             for path, item in contract["paths"].items()}
    (folder / "source.json").write_text(json.dumps({**contract, "paths": {path: item for path, item in paths.items() if item}}))
    done = expand(folder / "source.json", folder / "openapi.json", folder / "queries")
    assert done.returncode == 0, done.stderr
    return {"CONTRACT": folder / "openapi.json"}


def bare(url, name):
    """Makes a database with the schema alone, in the cluster of this URL, its superuser's: the copy of one that is made there once."""
    given = parse_dsn(url)
    here = os.environ | {f"PG{key.upper()}": given[key] for key in ("host", "port", "user") if key in given}
    run = functools.partial(subprocess.run, check=True, capture_output=True, text=True)
    ask = lambda *sql: run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", "postgres", *(word for each in sql for word in ("-c", each))], env=here).stdout
    if not ask("SELECT datname FROM pg_database WHERE datname = 'scip_bare'"):
        run([ROOT / "db/migrate"], env=here | {"PGDATABASE": "scip_bare", "BARE": "1", "QUIET": "1"})
    ask(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name} TEMPLATE scip_bare")
    run(["psql", "-qX", "-d", name, "-f", ROOT / "db/bootstrap.sql"], env=here)  # rights on a database itself are not copied
    return here | {"PGDATABASE": name}


RESERVED = []  # open files, each a port that no other run on this machine takes as long as this one lasts


def free_port():
    """Below those that the kernel gives to clients, and reserved: between two runs that begin a server at once, one would ask the other's."""
    while True:
        port = random.randrange(10000, 32000)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            RESERVED.append(open(Path(tempfile.gettempdir()) / f"scip-port-{port}", "w"))
            fcntl.flock(RESERVED[-1], fcntl.LOCK_EX | fcntl.LOCK_NB)
            return port


# DISCARD ALL, but for plans.
FORGET = "CLOSE ALL; RESET SESSION AUTHORIZATION; RESET ALL; DEALLOCATE ALL; UNLISTEN *; DISCARD TEMP; DISCARD SEQUENCES; SELECT pg_advisory_unlock_all() \\g /dev/null"


class Psql:
    """A psql that waits for the next statements: starting one for each takes longer than most of them."""

    def __init__(self, url):
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", url], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.errors, env={**os.environ, "PGOPTIONS": "-c client_min_messages=error"})

    def run(self, sql):
        """What it prints, and what is wrong, after which it has ended. Nothing of this is left in the session but plans: to make those again
        takes longer than most statements."""
        end, lines = f"end {secrets.token_hex(8)}\n", []
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(f"{sql}\n;\nROLLBACK;\n{FORGET}\n\\echo {end}")
            self.process.stdin.flush()
        while (line := self.process.stdout.readline()) and line != end:
            lines.append(line)
        if line:
            return "".join(lines).strip(), None
        self.close()
        self.errors.seek(0)
        return "", self.errors.read().decode() or "psql ended"

    def close(self):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


# What refers to doomed rows is doomed too, until nothing is left that does; then all of them go.
REMOVE = """
  DO $$
  DECLARE key record; found bigint; more boolean := true; every CONSTANT text := $keys$
    SELECT c.conrelid::regclass AS child, c.confrelid::regclass AS parent, c.confdeltype = 'n' OR c.conrelid = 'account'::regclass AS stays,
           (SELECT string_agg(format('child.%I = parent.%I', own.attname, other.attname), ' AND ')
            FROM unnest(c.conkey, c.confkey) k (own, other)
            JOIN pg_attribute own ON own.attrelid = c.conrelid AND own.attnum = k.own
            JOIN pg_attribute other ON other.attrelid = c.confrelid AND other.attnum = k.other) AS same,
           (SELECT string_agg(format('%I = NULL', attname), ', ') FROM pg_attribute
            WHERE attrelid = c.conrelid AND attnum = ANY (c.conkey) AND NOT attnotnull) AS without
    FROM pg_constraint c WHERE c.contype = 'f' AND c.confrelid IN (SELECT rel FROM doomed) $keys$;
  BEGIN
    WHILE more LOOP
      more := false;
      FOR key IN EXECUTE every LOOP
        CONTINUE WHEN key.stays;
        EXECUTE format('INSERT INTO doomed SELECT DISTINCT %L::regclass, child.ctid FROM %s child, %s parent JOIN doomed d
                        ON d.rel = %L::regclass AND d.tid = parent.ctid WHERE %s ON CONFLICT DO NOTHING',
                       key.child, key.child, key.parent, key.parent, key.same);
        GET DIAGNOSTICS found = ROW_COUNT;
        more := more OR found > 0;
      END LOOP;
    END LOOP;
    FOR key IN SELECT DISTINCT d.rel, r."table" FROM doomed d LEFT JOIN record_kind r ON format('scip.%I', r."table")::regclass = d.rel LOOP
      IF key."table" IS NOT NULL THEN
        EXECUTE format('UPDATE history h SET until = now() FROM %s r JOIN doomed d ON d.rel = %L::regclass AND d.tid = r.ctid
                        WHERE h."table" = %L AND h.record = %s AND (h.until > now()) IS TRUE',
                       key.rel, key.rel, key."table", record_key(key."table"));
      END IF;
    END LOOP;
    FOR key IN EXECUTE every LOOP
      CONTINUE WHEN NOT key.stays;
      EXECUTE format('UPDATE %s child SET %s FROM %s parent JOIN doomed d ON d.rel = %L::regclass AND d.tid = parent.ctid
                      WHERE %s AND NOT EXISTS (SELECT FROM doomed o WHERE o.rel = %L::regclass AND o.tid = child.ctid)',
                     key.child, key.without, key.parent, key.parent, key.same, key.child);
    END LOOP;
    FOR key IN SELECT DISTINCT rel FROM doomed LOOP
      EXECUTE format('DELETE FROM %s r USING doomed d WHERE d.rel = %L::regclass AND d.tid = r.ctid', key.rel, key.rel);
    END LOOP;
  END $$;"""


class Cluster:
    """The PostgreSQL of the tests: script/postgres in a folder of its own."""

    def __init__(self, folder=LOCAL, fsync="off"):
        self.folder, self.fsync, self.tokens = folder, fsync, {}
        self.run("start", "-c", f"fsync={fsync}")
        self.psql((FIXTURE / "setup.sql").read_text())

    def run(self, *command):
        return subprocess.run([ROOT / "script/postgres", self.folder, *command], check=True, text=True, stdout=subprocess.PIPE).stdout

    @functools.cached_property
    def address(self):
        return self.run("url", "ROLE").strip()

    def url(self, role="scip_anonymous"):
        return self.address.replace("ROLE", role)

    @functools.cached_property
    def idle(self):
        """Sessions that wait, by role."""
        atexit.register(self.leave)
        return collections.defaultdict(list)

    def leave(self):
        """Ends the sessions that wait."""
        for sessions in self.idle.values():
            while sessions:
                sessions.pop().close()

    def session(self, role):
        """One that waits and is still there, or a new one."""
        while self.idle[role]:
            with contextlib.suppress(IndexError):  # another thread was faster
                session = self.idle[role].pop()
                if session.run("SELECT 1")[0] == "1":
                    return session
        return Psql(self.url(role))

    def psql(self, sql, role="postgres"):
        """Runs statements, gives what they print: values separated by |."""
        session = self.session(role)
        text, wrong = session.run(sql)
        assert not wrong, wrong
        self.idle[role].append(session)
        return text

    def remove(self, **rows):
        """Removes the rows of these tables for which a condition holds, and by the foreign keys that there are all that refers to them; what
        may be without stays (an account without its person). No rule is asked, nothing is audited; history ends, and the service notices."""
        roots = "".join(f"INSERT INTO doomed SELECT 'scip.{table}'::regclass, ctid FROM scip.{table} WHERE {condition};" for table, condition in rows.items())
        self.psql(f"""BEGIN; SET LOCAL session_replication_role = replica; SET LOCAL search_path = scip;
          CREATE TEMP TABLE doomed (rel regclass, tid tid, PRIMARY KEY (rel, tid)) ON COMMIT DROP; {roots} {REMOVE}
          INSERT INTO change (kind, key, op, audience) VALUES ('news', 'removed', 'deleted', '{{nobody}}'); COMMIT""")

    def tables_with(self, *words):
        """Tables in which one of these words stands, whatever the column."""
        tables = self.psql("SELECT relname FROM pg_class WHERE relnamespace = 'scip'::regnamespace AND relkind = 'r'").split()
        found = " OR ".join(f"t::text ILIKE '%{word}%'" for word in words)
        return sorted(self.psql(" UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM scip.{table} t WHERE {found})" for table in tables)).split())

    def client(self, role, hub=None, organisation=None, group=None, standing_for=None, label=None):
        """Makes a client with one role (slugs name its subject; standing_for: the organisation beside a Hub or group): id and secret."""
        name, secret = f"{role}-{next(serial)}-{os.getpid()}", secrets.token_urlsafe(32)
        digest = hashlib.sha256(secret.encode()).hexdigest()
        find = lambda table, slug: f"(SELECT id FROM scip.{table} WHERE slug = '{slug}')" if slug else "NULL"
        self.psql(f"""WITH account AS (INSERT INTO scip.account (issuer, subject, label) VALUES ('self', '{name}', '{label or role}') RETURNING id),
            role AS (INSERT INTO scip.account_role (account_id, role, hub_id, group_id, organisation_id)
                     SELECT id, '{role}', {find('hub', hub)}, {find('alliance_group', group)}, {find('organisation', organisation or standing_for)} FROM account)
            INSERT INTO scip.client_secret (account_id, sha256) SELECT id, '\\x{digest}' FROM account""", "scip_migrator")
        return name, secret

    def token(self, server, role, fresh=False, **subject):
        """A bearer token of a client with that role; the same one when asked again."""
        key = (role, *sorted(subject.items()))
        if fresh or key not in self.tokens:
            name, secret = self.client(role, **subject)
            answer = server.form("/oauth/token", {"grant_type": "client_credentials"}, (name, secret))
            assert answer.status == 200, answer.text
            if fresh:
                return answer.json["access_token"]
            self.tokens[key] = answer.json["access_token"]
        return self.tokens[key]


def wait_until(ask, holds=bool, seconds=5):
    """Asks for what comes soon until it holds, and gives it: a public answer may be a quarter of a second old."""
    until = time.monotonic() + seconds
    while not holds(found := ask()):
        assert time.monotonic() < until, found
        time.sleep(0.02)
    return found


class Server:
    """A running scip-api. stop() fails when it crashed, leaked or a sanitizer spoke."""

    contract, database = "main", None

    def __init__(self, name="main", wait=True, **env):
        self.name, self.port, self.admin_port = name, env.get("PORT") or free_port(), free_port()
        self.contract = {None: "main", engine_contract(): "engine"}.get(env.get("CONTRACT"))  # which one its answers are held against
        self.database = env.get("DATABASE_URL")
        LOCAL.mkdir(parents=True, exist_ok=True)
        self.log = LOCAL / f"server-{name}-{self.port}.log"
        settings = {"PORT": self.port, "ADMIN_PORT": self.admin_port, "THREADS": 64, "SECRET_FILE": LOCAL / "secret", "KEYS": LOCAL / "keys",
                    "WRITER_DATABASE_URL": str(env.get("DATABASE_URL", "")).replace("scip_anonymous", "scip_writer"),
                    "CENTRAL_DATABASE_URL": str(env.get("DATABASE_URL", "")).replace("scip_anonymous", "scip_central"),
                    "TOKEN_SECONDS": 3600, "RATE_ADDRESS": 0, "RATE_CLIENT": 0, **env}
        (LOCAL / "secret").write_bytes(b"a secret of the tests, longer than 32 bytes")
        self.process = subprocess.Popen(
            [BINARY, "serve"], cwd=ROOT, stderr=self.log.open("wb"),
            env={**os.environ, "ASAN_OPTIONS": "detect_leaks=1", "UBSAN_OPTIONS": "print_stacktrace=1",
                 "TSAN_OPTIONS": f"halt_on_error=0 suppressions={ROOT}/tests/tsan.supp", **{k: str(v) for k, v in settings.items()}})
        self.stopped = False
        if wait:
            self.wait_ready()

    def wait_ready(self, seconds=15):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            assert self.process.poll() is None, self.log.read_text()
            try:
                if self.get("/health/ready").status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.02)
        raise AssertionError("not ready: " + self.log.read_text()[-2000:])

    def alive(self):
        return self.process.poll() is None

    def request(self, method, target, headers=None, body=None, timeout=20):
        return exchange(self, method, target, headers or {}, body, timeout)

    def get(self, target, **headers):
        return self.request("GET", target, {k.replace("_", "-"): v for k, v in headers.items()})

    def send(self, method, target, body=None, token=None, if_match=None, key=None, **headers):
        """A request as a client with a token makes it; a PATCH is a merge patch."""
        given = {"Authorization": token and f"Bearer {token}", "If-Match": if_match, "Idempotency-Key": key,
                 "Content-Type": "application/merge-patch+json" if method == "PATCH" else None,
                 **{name.replace("_", "-"): value for name, value in headers.items()}}
        if body is None and method in ("POST", "PUT", "PATCH"):
            body = b""
        return self.request(method, target, {name: value for name, value in given.items() if value is not None}, body)

    def form(self, target, values, basic=None, **headers):
        """A form, as OAuth has it; basic: client id and secret."""
        if basic:
            pair = ":".join(quote(part, safe="") for part in basic)
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        return self.request("POST", target, {"Content-Type": "application/x-www-form-urlencoded", **headers}, urlencode(values).encode())

    def admin(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.admin_port, timeout=10)
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()

    def events(self):
        """The log's JSON lines; any other line is returned under the key "text"."""
        lines = self.log.read_text(errors="replace").splitlines()
        return [json.loads(line) if line.startswith("{") else {"text": line} for line in lines]

    def logged(self, seconds=2, **fields):
        """Whether an event with these fields is in the log, or comes: an answer is sent before it is logged."""
        until = time.monotonic() + seconds
        while not (found := any(fields.items() <= event.items() for event in self.events())) and time.monotonic() < until:
            time.sleep(0.01)
        return found

    def stop(self):
        if self.stopped:
            return
        self.stopped = True
        self.process.terminate()
        status = self.process.wait(40)
        log = self.log.read_text(errors="replace")
        assert not re.search(r"ERROR: \w*Sanitizer|runtime error|WARNING: ThreadSanitizer|Assertion", log), log[-6000:]
        assert status == 0, f"exit {status}: {log[-3000:]}"


@contextlib.contextmanager
def claimed(cluster, operation, key):
    """Meanwhile a request of every account with this Idempotency-Key is in progress."""
    holder = subprocess.Popen(["psql", "-XqAt", "-d", cluster.url("postgres")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    holder.stdin.write(f"SELECT count(pg_advisory_lock(hashtextextended(concat_ws(' ', id, '{operation}', '{key}'), 0))) FROM scip.account;\n")
    holder.stdin.flush()
    holder.stdout.readline()
    yield
    holder.communicate()


class Response:
    def __init__(self, status, headers, body):
        self.status, self.header_list, self.body = status, headers, body
        self.headers = http.client.HTTPMessage()
        for name, value in headers:
            self.headers.add_header(name, value)

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def text(self):
        return self.body.decode("utf-8-sig") # a CSV for people begins with a byte order mark


# As the tests of operations ask: whose token, where, with what.

def get(server, token, path, **headers):
    return server.send("GET", path, token=token, **headers)


def post(server, token, path, body=None, **options):
    return server.send("POST", path, body, token=token, **options)


def put(server, token, path, body=None, if_match="*", **options):
    return server.send("PUT", path, body, token=token, if_match=None if "If_None_Match" in options else if_match, **options)


def patch(server, token, path, body, if_match="*", **options):
    return server.send("PATCH", path, body, token=token, if_match=if_match, **options)


def delete(server, token, path, if_match="*", **options):
    return server.send("DELETE", path, token=token, if_match=if_match, **options)


def link(collection, id, seen=True):
    """A reference to a record by its id alone, as an answer has it: the address is for who may see the record."""
    return {"id": id, "href": f"/v1/{collection}/{id}" if seen else None}


def only_one(*requests):
    """Requests at once that all know the same version of a record: one is in time, all others are refused (412). Gives its place and answer."""
    start = threading.Barrier(len(requests))

    def wait_and_send(request):
        start.wait()
        return request()

    with concurrent.futures.ThreadPoolExecutor(len(requests)) as pool:
        answers = list(pool.map(wait_and_send, requests))
    done = [place for place, answer in enumerate(answers) if answer.status in (200, 201, 204)]
    assert len(done) == 1 and all(answer.status == 412 for place, answer in enumerate(answers) if place not in done), [answer.text for answer in answers]
    return done[0], answers[done[0]]


def in_time(ask, times=5):
    """The answer to what may take a machine that has much else to do longer than a statement may: nothing was done then, and it is asked again."""
    for _ in range(times):
        if (answer := ask()).status not in (503, 504):
            break
    return answer


def problem(answer):
    """The status, and the rule that was broken: the last part of the problem's type."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    return answer.status, answer.json["type"].removeprefix("/problems/")


write_lock, written = threading.Lock(), set()
WHOLE = 1 << 20  # of a longer body of bytes only the beginning is kept


def record_exchange(server, method, target, request_headers, response):
    """Writes it down, of those that are alike the first; not where the server has no contract of ours."""
    contract = getattr(server, "contract", None)
    if not contract:
        return
    given = {name.lower(): value for name, value in response.header_list}
    seen = (contract, method, target, "authorization" in map(str.lower, request_headers), response.status, *sorted(given),
            *map(given.get, ("content-type", "cache-control", "etag", "link", "location")))
    key = hashlib.sha256(repr(seen).encode() + response.body).digest()
    body = response.body if len(response.body) <= WHOLE or "json" in given.get("content-type", "") else response.body[:WHOLE]
    line = json.dumps({"contract": contract, "server": server.name, "database": server.database, "method": method, "target": target,
                       "request_headers": list(request_headers.items()), "status": response.status, "headers": response.header_list,
                       "length": len(response.body), "body": base64.b64encode(body).decode()})
    with write_lock:
        if key in written:
            return
        written.add(key)
        TRAFFIC.mkdir(parents=True, exist_ok=True)
        with (TRAFFIC / f"{os.getpid()}.jsonl").open("a") as file:
            file.write(line + "\n")


def recorded():
    """All that was written down."""
    for path in sorted(TRAFFIC.glob("*.jsonl")):
        with path.open() as lines:
            yield from map(json.loads, lines)


def exchange(server, method, target, headers, body, timeout, source=None):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=timeout, source_address=source and (source, 0))
    connection.putrequest(method, target, skip_host="host" in map(str.lower, headers), skip_accept_encoding=True)
    if isinstance(body, (dict, list)):
        body = json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **headers}  # a caller's own type wins
    elif isinstance(body, str):
        body, headers = body.encode(), {"Content-Type": "text/csv", **headers}
    if body is not None and "Transfer-Encoding" not in headers:
        headers = {"Content-Length": str(len(body)), **headers}
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders(body)
    response = answered(server, connection, method, target, headers)
    connection.close()
    return response


def answered(server, connection, method, target, headers):
    """The answer to a request that a connection of http.client has sent."""
    answer = connection.getresponse()
    response = Response(answer.status, answer.getheaders(), answer.read())
    record_exchange(server, method, target, headers, response)
    return response


def raw(server, data, timeout=3.0, pause=None):
    """Sends bytes as they are (in two parts around pause seconds where data is a pair) and reads until the
    server closes or is silent for timeout. Gives the responses that came back and whether it closed."""
    parts = data if isinstance(data, tuple) else (data,)
    words = b"".join(parts).lstrip(b"\r\n").split(b"\r\n")[0].decode("latin-1").split(" ")
    first = (words[0], words[1]) if len(words) == 3 else ("GET", "*")
    several = [(found[0].decode(), found[1].decode("latin-1")) for found in re.findall(rb"([A-Z]+) (\S+) HTTP/1\.1\r\n", b"".join(parts))]
    received, closed = b"", False
    with socket.create_connection(("127.0.0.1", server.port), timeout=timeout) as connection:
        try:
            for index, part in enumerate(parts):
                if index and pause:
                    time.sleep(pause)
                connection.sendall(part)
            while True:
                piece = connection.recv(65536)
                if not piece:
                    closed = True
                    break
                received += piece
        except socket.timeout:
            pass
        except (ConnectionResetError, BrokenPipeError):
            closed = True
    responses = parse_responses(received)
    final = [response for response in responses if response.status != 100]
    for response, asked in zip(final, several if len(several) == len(final) > 1 else [first] * len(final)):
        record_exchange(server, *asked, {}, response)
    return responses, closed


def parse_responses(data):
    """Splits a stream of responses, each with a Content-Length or none."""
    responses = []
    while data.startswith(b"HTTP/1."):
        head, _, rest = data.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:]]
        length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
        responses.append(Response(int(lines[0].split()[1]), headers, rest[:length]))
        data = rest[length:]
    assert not data, f"bytes that are no response: {data[:200]!r}"
    return responses


def operations(document):
    """(template, method, operation) of a bundled contract."""
    for template, item in document["paths"].items():
        for method, operation in item.items():
            if isinstance(operation, dict) and "operationId" in operation:
                yield template, method.upper(), operation


def encode(text):
    return quote(text, safe="")
