"""The client in Python against the running server: with the packages of its lock, beside those of the tests."""
import dataclasses
import datetime
import io
import re
import subprocess
import sys
import time
import traceback
import zipfile
from decimal import Decimal

import harness
import pytest

VENV, PACKAGE = harness.ROOT / ".local/python", harness.ROOT / "clients/python"
PYTHON = VENV / "bin/python"
if not (VENV / ".installed").exists():
    pytest.fail(f"{VENV} is not there: script/test makes it", pytrace=False)
sys.path[:0] = [str(PACKAGE / "src"), *map(str, VENV.glob("lib/python*/site-packages"))]

import httpx  # noqa: E402
import pandas  # noqa: E402
import scip_alliance  # noqa: E402
from scip_alliance import Cells, Citation, Client, ScipError  # noqa: E402

STATUSES = ["value", "zero", "suppressed", "not_submitted", "nil_return", "not_applicable", "not_available"]
README = (PACKAGE / "README.md").read_text()


def base(server):
    return f"http://127.0.0.1:{server.port}"


@pytest.fixture
def client(server):
    with Client(base(server)) as client:
        yield client


@pytest.fixture
def central(cluster, server):
    with Client(base(server), token=cluster.token(server, "central")) as client:
        yield client


@pytest.fixture(scope="module")
def released(cluster, server, unreleased):
    """A period of which something has been published for good."""
    answer = server.send("POST", "/v1/releases", {"period": "2021-22", "note": "For those who cite it."}, cluster.token(server, "central"))
    assert answer.status == 201, answer.text
    return answer.json


def test_periods_of_one_kind_in_their_order(client):
    cells = client.metrics("network_events", period=["2024-25", "2023-24"], by="nation")
    assert [(cell.period, cell.nation) for cell in cells] == [
        (period, nation) for period in ("2023-24", "2024-25") for nation in ("GB-ENG", "GB-NIR", "GB-SCT", "GB-WLS")]
    assert cells[0].from_ == datetime.date(2023, 9, 1) and cells[0].to == datetime.date(2024, 8, 31)
    with pytest.raises(AttributeError):
        cells[0].value = 7


def test_periods_that_are_mixed_are_refused_with_pointers(client):
    with pytest.raises(ScipError) as refused:
        client.metrics("network_events", period=["2023-24", "2024"])
    error = refused.value
    assert (error.status, error.title) == (400, "The request is not valid") and error.instance
    assert [one.pointer for one in error.errors] == ["/query/period"] and "academic and calendar" in error.errors[0].detail
    assert "/query/period" in str(error)


def test_every_value_that_is_not_valid_is_named(client):
    with pytest.raises(ScipError) as refused:
        client.metrics("network_events", by="shoe", release=0)
    assert {one.pointer for one in refused.value.errors} == {"/query/by/0", "/query/release"}
    with pytest.raises(ScipError) as refused:
        client.metrics("professionals", period="2024-25", by=["hub", "nation"])
    assert refused.value.errors[0].pointer == "/query/by" and "hub+category" in refused.value.errors[0].detail
    for code, status in {"no_such_metric": 404, "hubs/../network_events": 400, "hubs?by=hub": 400}.items():
        with pytest.raises(ScipError) as refused:
            client.metrics(code)
        assert refused.value.status == status, code


def test_statuses_are_kept_and_missing_is_not_zero(client):
    cells = client.metrics("network_events", period="2023-24", by="nation") + client.metrics("meetings_held", period="2023-24", by="hub")
    assert {"value", "zero", "not_submitted"} <= {cell.status for cell in cells} <= set(STATUSES)
    assert all((cell.value is None) == (cell.status not in ("value", "zero")) for cell in cells)
    young = client.metrics("outreach_young_people", period="2024-25")
    assert [(cell.value, cell.status, cell.basis) for cell in young] == [(None, "not_available", "provisional")]


@pytest.fixture
def reporting(cluster):
    """Quarters are owed since the first that was reported here."""
    gone = "SET session_replication_role = replica; DELETE FROM scip.quarterly_update WHERE quarter = '2018-19-Q1';"
    cluster.psql(gone + """INSERT INTO scip.quarterly_update (hub_id, quarter, status, nil_return, submitted_at)
        SELECT id, '2018-19-Q1', 'submitted', true, '2018-12-01' FROM scip.hub WHERE slug = 'scotland-hub';
        SET session_replication_role = origin; INSERT INTO scip.change (kind, key, op, audience) VALUES ('quarterly_update', 'x', 'changed', '{nobody}')""")
    yield
    cluster.psql(gone)


def test_shares_are_exact_with_their_parts(client, reporting):
    cells = client.metrics("reporting_rate", period="2023-24", by="hub")
    shares = [cell for cell in cells if cell.status in ("value", "zero")]
    assert shares and all(isinstance(cell.denominator, int) and cell.denominator > 0 for cell in shares)
    share = scip_alliance._records.record(scip_alliance.Counted, {"value": Decimal("66.7"), "numerator": 2, "denominator": 3})
    assert str(share.value) == "66.7"


def test_a_frame_has_types_that_know_what_is_missing(client, reporting):
    cells = client.metrics("meetings_held", period=["2023-24", "2024-25"], by="hub")
    frame = cells.frame()
    header = client.get("/v1/metrics/meetings_held/values", format="csv").split("\r\n")[0]
    assert ",".join(frame.columns) == header and len(frame) == len(cells)
    assert {str(frame[name].dtype) for name in ("value", "numerator", "denominator")} == {"Float64"}
    assert str(frame["release"].dtype) == "Int64" and str(frame["from"].dtype) == "datetime64[ns]"
    assert list(frame["status"].cat.categories) == STATUSES and list(frame["basis"].cat.categories) == ["release", "provisional"]
    missing = frame[frame["status"] == "not_submitted"]
    assert len(missing) and missing["value"].isna().all() and missing["value"].sum(min_count=1) is pandas.NA
    assert "scotland-hub" in set(frame["hub"]) and frame["nation"].isna().all()
    assert Cells().frame().dtypes.equals(frame.dtypes)
    assert client.metrics("reporting_rate", period="2023-24").frame()["value"].iloc[0] == 0


def test_as_of_a_day(client):
    today = datetime.datetime.now(datetime.UTC).date()
    assert client.metrics("network_events", period="2024-25", as_of=today) == client.metrics("network_events", period="2024-25", as_of=str(today))
    before = client.metrics("network_events", period="2023-24", as_of=datetime.date(2001, 1, 1))
    assert [(cell.value, cell.status) for cell in before] == [(None, "not_available")]
    with pytest.raises(ScipError) as refused:
        client.metrics("network_events", period="2024-25", as_of=today + datetime.timedelta(days=9))
    assert refused.value.errors[0].pointer == "/query/as_of"


def test_explain_to_anybody_and_to_the_central_team(client, central):
    explanation = client.explain("network_events", period="2024-25", nation="GB-SCT")
    assert explanation.filters.nation == "GB-SCT" and explanation.value == explanation.rows_included and explanation.status == "value"
    assert explanation.unrounded is None and len(explanation.records) == explanation.value and explanation.citation is None, "the records are public"
    assert client.explain("meetings_held", period="2024-25").records is None, "those are not"
    assert explanation.data_changed_at.tzinfo is datetime.UTC and explanation.rows_excluded[0].rows > 0
    known = central.explain("network_events", period="2024-25", nation="GB-SCT")
    assert known.unrounded.value == explanation.value and known.records == explanation.records and all(record.startswith("/v1/events/") for record in known.records)
    with pytest.raises(ValueError, match="provisional"):
        client.verify_citation(explanation)


def test_a_token_that_is_none(server):
    with Client(base(server), token="none") as client, pytest.raises(ScipError) as refused:
        client.explain("network_events")
    assert refused.value.status == 401


SENT = []
SECRET = "eyJhbGciOiJFUzI1NiJ9.c2VjcmV0.c2lnbmF0dXJl"


@pytest.mark.parametrize("token", [SECRET[:20] + "\n" + SECRET[20:], SECRET + "\nX-More: 1", SECRET + "\x00", "Bearer " + SECRET, SECRET + "é", f'"{SECRET}"', "", " "])
def test_what_can_be_no_token_is_refused_and_not_shown(token):
    with pytest.raises(ValueError) as refused:
        Client("http://service.example", token=token)
    shown = "".join(traceback.TracebackException.from_exception(refused.value, capture_locals=True).format())
    frames = shown[shown.index("_client.py"):]  # the caller's own variables are its own
    assert "the token is none" in shown and not [part for part in re.split(r"\W+", token) if len(part) > 8 and part in frames], frames


@pytest.mark.parametrize("around", ["%s", "%s\n", "\t%s\r\n", "  %s "])
def test_a_token_is_in_no_message(around, caplog):
    """As a file has it, with its line break. Whatever goes wrong: repr, tracebacks with their variables, and all logs."""
    caplog.set_level("DEBUG")
    SENT.clear()
    shown = []

    def answer(request):
        SENT.append(request.headers["Authorization"])
        if request.url.path == "/v1/away":
            raise httpx.ConnectError("refused", request=request)
        return httpx.Response(*{"/v1/no": (500,), "/v1/slow": (503, {"Retry-After": "0"}), "/v1/html": (200, {"Content-Type": "text/html"})}.get(request.url.path, (401,)))

    with Client("http://service.example", token=around % SECRET, patience=0.01, transport=httpx.MockTransport(answer)) as client:
        shown += [repr(client), str(client), repr(vars(client)), repr(client._http.headers), repr(client._http.auth)]
        for call in (lambda: client.catalogue(), lambda: client.get("/v1/away"), lambda: client.get("/v1/no"), lambda: client.get("/v1/slow"), lambda: client.get("/v1/html"), lambda: client.get("elsewhere"),
                     lambda: list(client.list("/v1/html"))):
            with pytest.raises(Exception) as failed:
                call()
            shown += [repr(failed.value), "".join(traceback.TracebackException.from_exception(failed.value, capture_locals=True).format())]
            shown.append(repr(getattr(failed.value, "request", None) and failed.value.request.headers))
    assert SENT and set(SENT) == {"Bearer " + SECRET}
    assert not [text for part in SECRET.split(".") for text in [*shown, caplog.text] if part in text]


def test_no_secret_in_the_address():
    with pytest.raises(ValueError, match="without a name or password") as refused:
        Client("http://user:hidden-word@service.example")
    assert "hidden-word" not in str(refused.value)


def test_another_form_than_json(client):
    text = client.get("/v1/hubs", format="csv")
    assert text.startswith("slug,name") and len(pandas.read_csv(io.StringIO(text))) == len(list(client.list("/v1/hubs")))
    assert client.get("/v1/hubs", format="ndjson").count("\n") == text.count("\n") - 1
    assert client.get("/v1/hubs", format="geojson")["type"] == "FeatureCollection"
    assert "hubs.csv" in zipfile.ZipFile(io.BytesIO(client.download("/v1/data.zip"))).namelist()
    for path, words in (("/v1/data.zip", "application/zip, not JSON"), ("/", "not JSON")):
        with pytest.raises(ValueError, match=words):
            client.get(path)
    for path in ("/v1/hubs/wales-hub", "/v1"):
        with pytest.raises(ValueError, match="is no list"):
            list(client.list(path))


@pytest.mark.parametrize("status, said, patience, times", [
    (503, "0", 30, 3), (429, "0", 30, 3), (503, "Thu, 01 Jan 1970 00:00:00 GMT", 30, 3), (503, "0", 0, 1), (503, "60", 30, 1), (503, "99999999999999999999", 30, 1), (503, "soon", 30, 1), (503, "-1", 30, 1),
    (503, None, 30, 1), (429, "Fri, 31 Dec 9999 23:59:59 GMT", 30, 1), (500, "0", 30, 1), (404, "0", 30, 1)])
def test_what_has_no_time_is_asked_again(status, said, patience, times):
    asked = []

    def answer(request):
        asked.append(request)
        return httpx.Response(200, json={"items": [], "next": None}) if len(asked) == 3 else httpx.Response(status, headers={"Retry-After": said} if said else {})

    with Client("http://service.example", patience=patience, transport=httpx.MockTransport(answer)) as client:
        try:
            assert client.releases() == () and len(asked) == 3
        except ScipError as error:
            assert (error.status, len(asked)) == (status, 1)
    assert len(asked) == times


def test_it_waits_as_long_as_it_is_told_and_no_longer_than_it_may():
    with Client("http://service.example", patience=1.5, transport=httpx.MockTransport(lambda request: httpx.Response(503, headers={"Retry-After": "1"}))) as client:
        begun = time.monotonic()
        with pytest.raises(ScipError):
            client.releases()
        assert 0.9 < time.monotonic() - begun < 1.5


def test_all_metrics_at_once(client):
    cells = client.values(period="2022-23..2024-25")
    assert [cell for cell in cells if cell.metric == "network_events" and cell.by == "nation"] == client.metrics("network_events", period=["2022-23", "2023-24", "2024-25"], by="nation")
    assert {cell.metric for cell in cells} == {metric.code for metric in client.catalogue()}
    assert {cell.by for cell in client.values(["hubs", "network_events"], by="none")} == {None}
    for metric in client.catalogue()[:3]:
        assert client.metric(metric.code) == metric


def test_catalogue_and_definitions(client):
    metrics = client.catalogue()
    assert len(metrics) > 20 and {metric.disclosure_control for metric in metrics} == {"exact", "rounded", "published_with", "ratings", "answers"}
    events = next(metric for metric in metrics if metric.code == "network_events")
    assert events.breakdowns == ("hub", "nation", "category") and events.kind == "flow"
    newest = client.definitions("network_events")[0]
    assert newest.version == events.definition_version and newest.definition == events.definition and "SELECT" in newest.sql
    assert newest.from_.tzinfo is datetime.UTC


def test_headline_comparisons(client):
    figures = {figure.metric: figure for figure in client.headline_comparisons("2019-22")}
    assert figures["network_events"].published_value == 178 and figures["network_events"].agrees is False
    assert figures["network_events"].difference == figures["network_events"].calculated_value - 178
    assert figures["professionals"].calculated_value is None and figures["professionals"].status == "not_available"
    assert {figure.period for figure in figures.values()} == {"strategy-2019-22"}


def test_lists_are_read_to_their_end(client):
    slugs = [item["slug"] for item in client.list("/v1/organisations", limit=7)]
    assert len(slugs) == len(set(slugs)) == len(list(client.list("/v1/organisations", limit=200))) > 50
    assert all(item["starts_on"] >= "2024" for item in client.list("/v1/events", from_=datetime.date(2024, 1, 1)))
    assert all(item["nation"] == "GB-SCT" for item in client.list("/v1/organisations", nation="GB-SCT", q=None))


def test_what_is_asked_again_is_asked_with_its_tag(server):
    statuses = []
    with Client(base(server)) as client:
        client._http.event_hooks["response"].append(lambda answer: statuses.append(answer.status_code))
        assert client.catalogue() == client.catalogue()
        for limit in range(1, 80):
            client.get("/v1/hubs", limit=limit)
        assert len(client._kept) == 64
    assert statuses[:2] == [200, 304]


@pytest.mark.parametrize("path", ["//elsewhere.example/v1", "https://elsewhere.example/v1", "v1/hubs"])
def test_the_token_goes_nowhere_else(client, path):
    with pytest.raises(ValueError, match="no path of the service"):
        client.get(path)


@pytest.mark.parametrize("answer", [httpx.Response(502, html="<h1>Bad gateway</h1>"),
                                    httpx.Response(502, content=b"{", headers={"Content-Type": "application/problem+json"})])
def test_who_answers_may_be_a_proxy(answer):
    with Client("http://service.example", transport=httpx.MockTransport(lambda request: answer)) as client, pytest.raises(ScipError) as refused:
        client.catalogue()
    assert (refused.value.status, refused.value.title, refused.value.errors) == (502, "Bad Gateway", ())


def test_releases(client, released):
    newest = client.releases("2021-22")[0]
    assert newest.id == released["id"] and newest.in_force and newest.released_at.tzinfo is datetime.UTC and newest.to == datetime.date(2022, 8, 31)
    assert newest in client.releases()


def test_citations_hold_for_all_that_is_told(client, released):
    for metric in client.catalogue():
        for by in [None, *(by for by in metric.breakdowns if metric.code in ("network_events", "on_time_rate", "outreach_young_people"))]:
            cells = client.metrics(metric.code, period="2021-22", by=by, release=released["number"])
            cell = cells[-1]
            part = {} if by is None else {by: cell.hub.slug if by == "hub" else getattr(cell, by)}
            if by and part[by] is None:
                continue
            explanation = client.explain(metric.code, period="2021-22", **part)
            assert explanation == client.explain(cell) and explanation.release == released["number"] and client.verify_citation(explanation), (metric.code, by)
            assert client.verify_citation(explanation.citation)


class Tampering(httpx.BaseTransport):
    """Somebody between who changes what is answered."""

    def __init__(self, old, new):
        self.old, self.new, self.through = old, new, httpx.HTTPTransport()

    def handle_request(self, request):
        answer = self.through.handle_request(request)
        body = answer.read()
        assert self.old in body
        return httpx.Response(200, content=body.replace(self.old, self.new))


@pytest.mark.parametrize("old, new", [(b",zero,", b",value,"), (b"GB-SCT,", b"GB-WLS,"), (b"\r\n", b"\n")])
def test_tampering_on_the_way_is_noticed(client, server, released, old, new):
    explanation = client.explain("network_events", period="2021-22", nation="GB-ENG", release=released["number"])
    with Client(base(server), transport=Tampering(old, new)) as deceived:
        assert deceived.verify_citation(explanation) is False


def test_tampering_with_what_was_told_is_noticed(cluster, client, released):
    explanation = client.explain("network_events", period="2021-22", nation="GB-ENG")
    cited = Citation(explanation.citation.href, explanation.citation.sha256)
    # with a change of the release beside it: by that the server knows that kept answers are old
    change = f"""BEGIN; ALTER TABLE scip.release DISABLE TRIGGER keep_released; ALTER TABLE scip.release_cell DISABLE TRIGGER keep_released;
        UPDATE scip.release_cell SET value = value {{sign}} 1 WHERE metric = 'network_events' AND nation = 'GB-ENG' AND breakdown = '{{{{nation}}}}'
          AND release_id = (SELECT id FROM scip.release WHERE uid = '{released["id"]}');
        UPDATE scip.release SET note = note || '.' WHERE uid = '{released["id"]}';
        ALTER TABLE scip.release ENABLE TRIGGER keep_released; ALTER TABLE scip.release_cell ENABLE TRIGGER keep_released; COMMIT"""
    assert client.verify_citation(cited)
    cluster.psql(change.format(sign="+"))
    try:
        assert settles(lambda: not client.verify_citation(cited)) and not client.verify_citation(explanation)
        # one who makes a new sum of it as well does not make the old one true
        assert client.explain("network_events", period="2021-22", nation="GB-ENG").citation != cited
    finally:
        cluster.psql(change.format(sign="-"))
    assert settles(lambda: client.verify_citation(explanation))


def test_a_figure_that_is_not_among_the_cells_is_noticed(client, released):
    explanation = client.explain("network_events", period="2021-22", nation="GB-ENG")
    assert client.verify_citation(explanation)
    assert not client.verify_citation(dataclasses.replace(explanation, value=explanation.value + 1))


def settles(true, seconds=5):
    until = time.monotonic() + seconds
    while not (done := true()) and time.monotonic() < until:
        time.sleep(0.05)
    return done


@pytest.mark.parametrize("block", re.findall(r"```python\n(.*?)```", README, re.S))
def test_readme(server, tmp_path, block):
    (tmp_path / "example.py").write_text(block.replace("http://127.0.0.1:8080", base(server)))
    done = subprocess.run([PYTHON, "example.py"], cwd=tmp_path, text=True, capture_output=True)
    assert done.returncode == 0 and (done.stdout.strip() or "print" not in block), done.stderr
    checked = subprocess.run([PYTHON, "-m", "mypy", "--strict", "--cache-dir", harness.LOCAL / "mypy", "example.py"], cwd=tmp_path, text=True, capture_output=True)
    assert checked.returncode == 0, checked.stdout


def test_types():
    done = subprocess.run([PYTHON, "-m", "mypy", "--cache-dir", harness.LOCAL / "mypy"], cwd=PACKAGE, text=True, capture_output=True)
    assert done.returncode == 0 and "Success" in done.stdout, done.stdout


def test_the_wheel_says_that_it_is_typed(tmp_path):
    subprocess.run([PYTHON, "-m", "pip", "wheel", "-q", "--no-index", "--no-deps", "--no-build-isolation", "-w", tmp_path, PACKAGE], check=True)
    names = zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()
    assert "scip_alliance/py.typed" in names and all(name.startswith(("scip_alliance/", "scip_alliance-")) for name in names)


def test_the_answers_have_what_the_contract_says(contract):
    """A property or value that the contract gains is one here too."""
    schemas = contract["components"]["schemas"]
    for kind, name in [("Cell", "MetricValue"), ("Metric", "Metric"), ("Explanation", "MetricExplanation"), ("Definition", "DefinitionVersion"),
                       ("Release", "Release"), ("Comparison", "HeadlineComparison")]:
        mine = [field.name.rstrip("_") for field in dataclasses.fields(getattr(scip_alliance, kind))]
        assert mine == list(schemas[name]["properties"]), kind
    assert list(scip_alliance.Status.__args__) == schemas["ValueStatus"]["enum"] and list(scip_alliance.Basis.__args__) == schemas["ValueBasis"]["enum"]
