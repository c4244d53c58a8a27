"""The engine on its own contract: bodies, types, renderers, database errors, gates."""
import csv
import io
import json
import shutil
import subprocess

import harness
import pytest


def post(engine, body, **headers):
    return engine.request("POST", "/echo", {k.replace("_", "-"): v for k, v in headers.items()}, body)


def test_body_reaches_sql(engine):
    body = {"name": "é\u0001\"'", "count": 3, "ratio": 0.1, "words": ["a", "b,c", "d\"e", "\\", "{}", "NULL", ""], "numbers": [1, -2], "days": ["2025-08-31"], "nested": {"k": [1, None]}, "day": "2025-08-31"}
    answer = post(engine, body)
    assert answer.status == 201 and answer.json == body
    assert '"ratio":0.1,' in answer.text, "a decimal keeps its digits"
    assert post(engine, {"name": "x"}).json == {"name": "x", "count": None, "ratio": None, "words": None, "numbers": None, "days": None, "nested": None, "day": None}


@pytest.mark.parametrize("body, pointer", [
    ({}, "/body/name"), ({"name": ""}, "/body/name"), ({"name": "x" * 11}, "/body/name"), ({"name": 1}, "/body/name"),
    ({"name": "x", "count": -1}, "/body/count"), ({"name": "x", "count": 1.5}, "/body/count"), ({"name": "x", "extra": 1}, "/body/extra"),
    ({"name": "x", "words": ["a", 2]}, "/body/words/1"), ({"name": "x", "day": "2025-02-29"}, "/body/day"), ([], "/body"), ([1], "/body")])
def test_bad_body_is_named(engine, body, pointer):
    answer = post(engine, body)
    assert answer.status == 400 and pointer in [error["pointer"] for error in answer.json["errors"]]


@pytest.mark.parametrize("written, number", [("1", 1), ("1.0", 1), ("1e0", 1), ("1E+2", 100), ("10e-1", 1), ("1.50e1", 15), ("0.0", 0), ("-0.0", 0), ("2147483647.000", 2147483647)])
def test_whole_numbers_are_integers(engine, written, number):
    """JSON Schema 2020-12, section 6.1.1: in a property, deep in jsonb that SQL casts, in a list, beside text that looks like it."""
    body = f'{{"name":"1.0 \\"1e0","count":{written},"numbers":[{written},7],"nested":{{"k":[{written},{{"é":{written}}}]}},"ratio":{written}}}'.encode()
    answer = engine.request("POST", "/echo", {"Content-Type": "application/json"}, body)
    assert answer.status == 201, answer.text
    assert (answer.json["name"], answer.json["count"], answer.json["numbers"], answer.json["ratio"]) == ('1.0 "1e0', number, [number, 7], number)
    assert json.dumps(answer.json["nested"]) == f'{{"k": [{number}, {{"\\u00e9": {number}}}]}}'
    patch = engine.request("PATCH", "/echo/7", {"Content-Type": "application/merge-patch+json"}, b'{"a": %s, "b": 1.050, "c": 9007199254740993.0}' % written.encode())
    assert patch.text == '{"id":7,"body":{"a": %d, "b": 1.050, "c": 9007199254740993}}' % number


@pytest.mark.parametrize("written", ["1.5", "1e-1", "1e300", "-1e300", "9223372036854775808.0", "0.999999999999"])
def test_other_numbers_are_none(engine, written):
    answer = engine.request("POST", "/echo", {"Content-Type": "application/json"}, b'{"name":"x","count":%s}' % written.encode())
    assert (answer.status, answer.json["errors"]) == (400, [{"pointer": "/body/count", "detail": "must be null or an integer"}])


@pytest.mark.parametrize("text", [b'{"name":"x","count":01.0}', b'{"name":"x","count":1.}', b'{"name":"x","count":.1}', b'{"name":"x","count":1.0.0}', b'{"name":"x","count":1e}',
                                  b'{"name":"x","count":--1.0}', b'{"name":"x","count":1.0-}', b'{"name":"x","count":0x1.0}', b'{"name":"x","count":+1.0}', b'{"name":"x","count":1.0"', b'{"name":"1.0'])
def test_what_is_no_number_does_not_become_one(engine, text):
    answer = engine.request("POST", "/echo", {"Content-Type": "application/json"}, text)
    assert answer.status == 400 and answer.json["errors"][0]["detail"].startswith("is not JSON: ")


@pytest.mark.parametrize("value, fits", [("0001-01-01", True), ("9999-12-31", True), ("0000-01-01", False), ("0000-12-31", False)])
def test_years_that_the_database_has(engine, value, fits):
    assert engine.get(f"/typed?day={value}").status == (200 if fits else 400)
    assert post(engine, {"name": "x", "day": value}).status == (201 if fits else 400)
    answer = engine.get(f"/typed?at={value}T12:00:00Z")
    assert answer.status == (200 if fits else 400) and (fits or answer.json["errors"][0]["pointer"] == "/query/at")


@pytest.mark.parametrize("at", ["2025-08-31T23:30:00%2B15:59", "2025-08-31T23:30:00-15:59", "2016-12-31T23:59:60Z", "2016-12-31T23:59:60.000Z", "2025-08-31t23:30:00z", "0001-01-01T00:00:00-15:59",
                                "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59%2B15:59", f"2025-08-31T23:30:00.{'1' * 40}Z"])
def test_instants_that_the_database_takes(engine, at):
    answer = engine.get(f"/typed?at={at}")
    assert answer.status == 200 and len(answer.json["at"].split("T")[0]) == 10, answer.text


@pytest.mark.parametrize("at", ["2025-08-31T23:30:00%2B16:00", "2025-08-31T23:30:00-23:59", "2016-12-31T23:59:60.5Z", "0001-01-01T00:00:00%2B00:01", "9999-12-31T23:59:59-00:01",
                                "9999-12-31T23:59:60Z", f"2025-08-31T23:30:00.{'1' * 41}Z"])
def test_instants_that_it_does_not(engine, at):
    answer = engine.get(f"/typed?at={at}")
    assert answer.status == 400 and answer.json["errors"][0]["pointer"] == "/query/at"


def test_spaces_around_a_header(engine):
    """They are none of the value (RFC 9110, section 5.5); bytes that are not UTF-8 are refused as that."""
    assert engine.get("/things", Accept="text/csv  ").headers["Content-Type"].startswith("text/csv")
    tag = engine.get("/things").headers["ETag"]
    assert engine.get("/things", If_None_Match=f"{tag}  ").status == 304
    assert post(engine, {"name": "x"}, Content_Type="application/json  ").status == 201
    assert engine.get("/things", X_Request_Id="spaced-1 ").headers["X-Request-Id"] == "spaced-1"


def test_a_header_is_utf8(engine):
    answer = engine.get("/moment", Other="caf\xe9")  # a byte of Latin-1
    assert (answer.status, answer.json["errors"]) == (400, [{"pointer": "/header/other", "detail": "must be UTF-8"}])
    assert engine.get("/moment", Other="café".encode().decode("latin-1")).status == 200


def test_database_has_the_last_word(engine):
    answer = post(engine, {"name": "x", "count": 3000000000})
    assert (answer.status, answer.json["type"]) == (422, "/problems/invalid")
    assert "3000000000" not in answer.text


@pytest.mark.parametrize("text", [b"", b"{", b"nul", b'{"name": "x"} trailing', b'{"name": "x", "name": "y"}', b'{"name": "\\u0000"}',
                                  b'{"name": "\xff"}', b'{"name": "x", "count": 1\x00}', b'{"name": "x"}\x00', b"\xef\xbb\xbf{}", b'{"name": "x", "count": NaN}', b'{"name": "x", "ratio": 1e999}',
                                  b"[" * 4999, b'{"nested":' + b'{"a":' * 40 + b"1" + b"}" * 41])
def test_not_json(engine, text):
    answer = post(engine, text, Content_Type="application/json")
    assert answer.status == 400 and answer.json["errors"][0]["pointer"] == "/body"
    assert engine.alive()


def test_cut_texts_stay_utf8(engine):
    for name in ("é" * 300, "x" + "é" * 300):
        answer = engine.get(f"/things?{harness.encode(name)}=1")
        assert answer.status == 400 and answer.json["errors"][0]["pointer"].rstrip("é") in ("/query/", "/query/x")
        assert post(engine, {"name": "x", name: 1}).status == 400


def test_media_types(engine):
    for kind in ("text/plain", "application/jsonx", "application/merge-patch+json", "application/x-www-form-urlencoded"):
        assert post(engine, b'{"name": "x"}', Content_Type=kind).status == 415
    assert engine.request("POST", "/echo", {}, b'{"name": "x"}').status == 415
    assert post(engine, b'{"name": "x"}', Content_Type="Application/JSON; charset=utf-8").status == 201
    assert post(engine, {"name": "x"}, Accept="text/html").status == 406


def test_merge_patch(engine):
    answer = engine.request("PATCH", "/echo/7", {"Content-Type": "application/merge-patch+json"}, b'{"a": null, "b": 12345678901234567890.10}')
    assert answer.status == 200 and answer.text == '{"id":7,"body":{"a": null, "b": 12345678901234567890.10}}', "absent and null differ, digits stay"
    assert engine.request("PATCH", "/echo/7", {"Content-Type": "application/json"}, b"{}").status == 415
    assert engine.request("PATCH", "/echo/0", {"Content-Type": "application/merge-patch+json"}, b"{}").json["errors"][0]["pointer"] == "/path/id"
    assert engine.request("PATCH", "/echo/x", {"Content-Type": "application/merge-patch+json"}, b"{}").status == 400
    deleted = engine.request("DELETE", "/echo/7")
    assert (deleted.status, deleted.body, deleted.headers["Connection"]) == (204, b"", "close")


def test_chunked_body(engine):
    body = b'{"name": "chunked"}'
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:5], body[5:])) + b"0\r\n\r\n"
    head = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    (answer,), closed = harness.raw(engine, head + chunks)
    assert answer.status == 201 and answer.json["name"] == "chunked" and closed


@pytest.mark.parametrize("query, name, value", [
    ("day=2025-08-31", "day", "2025-08-31"), ("at=2025-08-31T23:30:00%2B01:00", "at", "2025-08-31T22:30:00Z"),
    ("at=2025-08-31T23:30:00.25Z", "at", "2025-08-31T23:30:00.25Z"), ("flag=true", "flag", True), ("flag=false", "flag", False),
    ("ratio=0.10", "ratio", 0.1), ("words=a,b%22,c%5C", "words", ["a", 'b"', "c\\"]), ("big=9007199254740993", "big", 9007199254740993),
    ("id=6BA7B810-9DAD-11D1-80B4-00C04FD430C8", "id", "6ba7b810-9dad-11d1-80b4-00c04fd430c8")])
def test_typed_parameters(engine, query, name, value):
    answer = engine.get("/typed?" + query)
    assert answer.status == 200 and answer.json[name] == value


@pytest.mark.parametrize("query", ["day=2025-02-29", "day=20250831", "at=2025-08-31", "id=x", "flag=1", "flag=TRUE", "ratio=-1", "ratio=NaN",
                                   "ratio=0x1", "words=a,b,c,d", "words=a,,b", "big=9223372036854775808", "big=1.0", "day="])
def test_wrong_types(engine, query):
    answer = engine.get("/typed?" + query)
    assert answer.status == 400 and answer.json["errors"][0]["pointer"].startswith("/query/" + query.split("=")[0])


def test_names_in_quotes_are_no_parameters(engine):
    assert [row["n"] for row in engine.get("/things?divisor=100&label=:name").json["items"]] == [100, 200, 300, 400, 500]


def test_whole_result_unless_limited(engine):
    assert len(engine.get("/things").json["items"]) == 50
    assert len(engine.get("/things?format=ndjson").text.splitlines()) == 500
    limited = engine.get("/things?format=csv&limit=10")
    assert len(limited.text.splitlines()) == 11 and 'rel="next"' in limited.headers["Link"]
    following = limited.headers["Link"].split(">")[0][1:]
    assert engine.get(following).text.splitlines()[1].startswith("11,")


def test_json_values(engine):
    first, formula, guarded, minus, empty = engine.get("/values").json["items"]
    assert first["text"] == 'quote " comma , slash \\ tab \t line\nend é 🌍'
    assert first["whole"] == 9007199254740993 and '"decimal":0.1,' in engine.get("/values").text
    assert first["at"] == "2025-08-31T23:30:00.25Z" and first["day"] == "2025-08-31" and first["flag"] is True
    assert (formula["decimal"], formula["real"], guarded["decimal"], guarded["real"]) == (None, None, None, None), "no NaN, no Infinity"
    assert (empty["text"], minus["whole"]) == ("", None), "empty text is not null"
    lines = [json.loads(line) for line in engine.get("/values?format=ndjson").text.splitlines()]
    assert lines == engine.get("/values").json["items"]


def test_csv_values(engine):
    body = engine.get("/values?format=csv").body
    assert body.count(b"\r\n") == 6 and b'"quote "" comma' in body
    rows = list(csv.DictReader(io.StringIO(body.decode(), newline="")))
    assert "hidden" not in rows[0] and rows[0]["raw"] == '{"k": "v, w"}' and rows[0]["tags"] == "a;b;c"
    assert [row["text"] for row in rows[1:]] == ["'=1+1", "''=1+1", "'-2", ""], "a formula gets one leading quote mark"
    undone = [row["text"][1:] if row["text"].lstrip("'")[:1] in tuple("=+@\t\r-") else row["text"] for row in rows[1:4]]
    assert undone == ["=1+1", "'=1+1", "-2"], "an import that takes one off is exact"
    assert rows[1]["tags"] == "'=x" and rows[3]["decimal"] == "-5", "numbers are left alone"
    assert body.splitlines()[-1].startswith(b'empty,"",,'), "empty text and NULL differ"


def test_calendar_values(engine):
    from icalendar import Calendar
    answer = engine.get("/values?format=ics")
    assert answer.headers["X-Omitted-Count"] == "3"
    assert all(len(line) <= 75 for line in answer.body.split(b"\r\n")) and b"\x01" not in answer.body
    event, other = Calendar.from_ical(answer.body).walk("VEVENT")
    assert str(event["summary"]) == "é" * 60 + "; \\ , \n  end" and int(event["sequence"]) == 2
    assert event.decoded("dtstart").isoformat() == "2025-08-31" and other.decoded("dtstart").isoformat() == "2025-09-01"


def test_geojson_values(engine):
    collection = engine.get("/values?format=geojson").json
    assert collection["features"][0]["geometry"] == {"type": "Point", "coordinates": [1, 2]}
    assert collection["features"][1]["geometry"] is None and collection["features"][1]["id"] == "formula"


def test_a_page_is_its_bytes(engine):
    page = engine.get("/page?title=Caf%C3%A9")
    assert (page.status, page.headers["Content-Type"], page.text) == (200, "text/html; charset=utf-8", "<!DOCTYPE html><title>Café</title>")
    assert page.headers["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'"
    assert engine.get("/page", If_None_Match=engine.get("/page").headers["ETag"]).status == 304
    assert engine.get("/page?title=nowhere").status == 404
    assert engine.get("/page", Accept="application/json").status == 406


def test_a_statement_may_refuse_what_was_asked(engine):
    wrong = engine.get("/page?title=wrong")
    assert (wrong.status, wrong.json["errors"]) == (400, [{"pointer": "/query/title", "detail": "is wrong"}])


@pytest.mark.parametrize("state, status", [("SC401", 401), ("SC409", 409), ("SC422", 422), ("42501", 403), ("23505", 409), ("23P01", 409),
                                           ("23503", 409), ("23502", 422), ("23514", 422), ("22012", 422), ("40001", 503), ("40P01", 503),
                                           ("55P03", 503), ("53300", 503), ("57014", 504), ("42P01", 503), ("42703", 503), ("42883", 503), ("42601", 500), ("25P01", 500),
                                           ("25006", 503), ("25P03", 503), ("40003", 503), ("53100", 503), ("54000", 422), ("55000", 503),
                                           ("55006", 503), ("57P05", 503), ("58030", 503), ("58P01", 503), ("XX001", 503), ("XX002", 503), ("08P01", 503),
                                           ("28000", 503), ("72000", 503), ("0A000", 503), ("F0000", 503), ("XX000", 500), ("P0001", 500)])
def test_sqlstate_becomes_a_problem(engine, state, status):
    assert engine.get("/fail?sqlstate=00000").json == {"failed": False}
    answer = engine.get(f"/fail?sqlstate={state}")
    assert answer.status == status and answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.headers["Retry-After"] == "1") == (status == 503)
    assert "secret" not in answer.text, "texts of the database stay in the log"
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)
    # of the places that a rule names, those that the operation has; the whole body is one
    assert [error["pointer"] for error in answer.json.get("errors", [])] == (["/body"] if state.startswith("SC") else [])


def test_list_unchanged(engine):
    tag = engine.get("/things").headers["ETag"]
    assert engine.get("/things", If_None_Match=tag).status == 304


def test_slow_statement_is_cut(engine):
    answer = engine.get("/slow?seconds=5")
    assert (answer.status, answer.json["type"]) == (504, "/problems/timeout")
    assert engine.get("/slow?seconds=0").status == 200


def test_result_over_the_limit(engine):
    answer = engine.get("/big?rows=5000")
    assert answer.status == 400 and "too large" in answer.json["detail"]
    assert len(engine.get("/big?rows=900").json["items"]) == 900


def test_pool_waits_are_bounded(cluster):
    """More slow requests than connections: those who waited in vain get 503, nobody hangs."""
    from concurrent.futures import ThreadPoolExecutor
    server = harness.Server("engine", DATABASE_URL=cluster.url(), CONTRACT=harness.engine_contract(),
                            POOL_SIZE=2, POOL_WAIT_MS=300)
    with ThreadPoolExecutor(8) as threads:
        statuses = [answer.status for answer in threads.map(lambda _: server.get("/slow?seconds=1"), range(8))]
    assert sorted(statuses) == [200, 200] + [503] * 6
    assert server.get("/slow?seconds=0").status == 200
    server.stop()


def gate(folder, database=None):
    """Exit status and faults: of the contract itself, then of the engine that reads it."""
    command = [harness.BINARY, "check"] + (["--db"] if database else [])
    made = harness.LOCAL / "gate.json"
    done = harness.expand("openapi.yaml", made, "queries", cwd=folder)
    if done.returncode:
        return done.returncode, done.stderr
    done = subprocess.run(command, text=True, capture_output=True, cwd=folder,
                          env={**harness.os.environ, "CONTRACT": str(made), "DOCS": str(harness.ROOT / "clients/docs"),
                               "DATABASE_URL": database or "", "ASAN_OPTIONS": "detect_leaks=1"})
    return done.returncode, done.stderr


@pytest.mark.parametrize("file, old, new, message", [
    ("openapi.yaml", "{ type: string, minLength: 1, maxLength: 10 }", "{ type: string, minLenght: 1 }", r'openapi.yaml:\d+: the schema keyword "minLenght" is not supported'),
    ("openapi.yaml", "operationId: getSlow", "operationId: getFast", r"openapi.yaml:\d+: getFast has neither a statement nor a handler"),
    ("openapi.yaml", "operationId: getSlow", "operationId: getFail", r"openapi.yaml:\d+: the operationId getFail stands twice"),
    ("openapi.yaml", "#/components/schemas/Echo' } } } }\n        '400'", "#/components/schemas/Ecco' } } } }\n        '400'", r'openapi.yaml:\d+: .*'),
    ("openapi.yaml", "in: path, required: true", "in: query", r"openapi.yaml:\d+: .*path has 1 parameters, the operation declares 0"),
    ("openapi.yaml", "name: label", "name: lable", r"queries/listThings.sql:\d+: :label is neither a parameter"),
    ("openapi.yaml", "enum: [json, csv, ndjson]", "enum: [json, csv, geojson]", r"openapi.yaml:\d+: listThings does not offer the format geojson"),
    ("openapi.yaml", "pattern: '^[0-9A-Z]{5}$'", "pattern: '^[0-9A-Z{5}$'", r"openapi.yaml:\d+: pattern: "),
    ("queries/getSlow.sql", ":seconds", "1", r"openapi.yaml:\d+: queries/getSlow.sql does not use the parameter seconds"),
    ("queries/getSlow.sql", "slept", "slept; SELECT 1", r"queries/getSlow.sql:\d+: one statement"),
    ("queries/getSlow.sql", "SELECT", "SELECT 'open", r"queries/getSlow.sql:\d+: .*not closed"),
    ("queries/getSlow.sql", ":seconds", "$1 + :seconds", r"queries/getSlow.sql:\d+: write :name"),
    ("openapi.yaml", "openapi: 3.1.0", "openapi: 3.0.3", r"openapi.yaml:\d+: openapi must be 3.1"),
    ("openapi.yaml", "info: { title", "info: { title: a, title", r"openapi.yaml:\d+: a key stands twice")])
def test_static_gate(tmp_path, file, old, new, message):
    import re
    shutil.copytree(harness.FIXTURE, tmp_path / "engine")
    path = tmp_path / "engine" / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    if "getFast" in new:
        (tmp_path / "engine/queries/getSlow.sql").unlink()
    status, errors = gate(tmp_path / "engine")
    assert status == 1 and re.search("^" + message, errors, re.M), errors


@pytest.mark.parametrize("file, old, new, message", [
    ("queries/getSlow.sql", "AS slept", "AS slumbered", "column slumbered is not a property of the response"),
    ("queries/getSlow.sql", "IS NOT NULL AS slept", "::text AS slept", "column slept has another type than the contract"),
    ("queries/listThings.sql", "n, :label AS label", "n, :label AS _label", "the response requires label, which no column gives"),
    ("queries/listThings.sql", "n AS _after_n", "n AS _after_m", "the response requires _after_n, which no column gives"),
    ("queries/getSlow.sql", "SELECT", "SELECT ARRAY[1] AS slept,", "has a type .* that is not rendered"),
    ("queries/getSlow.sql", "pg_sleep", "pg_slumber", "PostgreSQL does not accept the statement"),
    ("queries/getTyped.sql", ":day AS day", ":day IS NULL AS day", "column day has another type")])
def test_database_gate(tmp_path, cluster, file, old, new, message):
    import re
    shutil.copytree(harness.FIXTURE, tmp_path / "engine")
    path = tmp_path / "engine" / file
    path.write_text(path.read_text().replace(old, new, 1))
    status, errors = gate(tmp_path / "engine", cluster.url())
    assert status == 1 and re.search(f"^{file}: .*{message}|^{file}: {message}", errors, re.M), errors


def test_query_without_an_operation(tmp_path):
    shutil.copytree(harness.FIXTURE, tmp_path / "engine")
    (tmp_path / "engine/queries/orphan.sql").write_text("SELECT 1")
    status, errors = gate(tmp_path / "engine")
    assert status == 1 and "orphan.sql belongs to no operation" in errors


def test_gate_passes(cluster):
    assert gate(harness.FIXTURE, cluster.url()) == (0, "")


def test_serve_refuses_a_database_that_does_not_fit(tmp_path, cluster):
    shutil.copytree(harness.FIXTURE, tmp_path / "engine")
    (tmp_path / "engine/queries/getSlow.sql").write_text("SELECT pg_sleep(:seconds::float8)::text AS slept")
    assert harness.expand("openapi.yaml", "openapi.json", "queries", cwd=tmp_path / "engine").stderr == ""
    done = subprocess.run([harness.BINARY, "serve"], text=True, capture_output=True, cwd=tmp_path / "engine", timeout=20,
                          env={**harness.os.environ, "CONTRACT": "openapi.json", "DATABASE_URL": cluster.url(), "PORT": str(harness.free_port())})
    assert done.returncode == 1 and "column slept has another type" in done.stderr


def test_configuration_is_checked():
    for name, value in (("PORT", "http"), ("PORT", "0"), ("THREADS", "1e3"), ("LOG_LEVEL", "loud"), ("POOL_SIZE", "-1")):
        done = subprocess.run([harness.BINARY, "serve"], text=True, capture_output=True, env={**harness.os.environ, name: value})
        assert done.returncode == 78 and name in done.stderr


def test_commands():
    for command in (["version"], ["help"], ["routes"]):
        assert subprocess.run([harness.BINARY, *command], cwd=harness.ROOT, capture_output=True).returncode == 0
    for command in ([], ["nonsense"], ["serve", "now"]):
        assert subprocess.run([harness.BINARY, *command], cwd=harness.ROOT, capture_output=True).returncode == 64
