"""The annual evaluation of a Hub: prefilled from the records, confirmed or overridden figure by figure, submitted, given
back, accepted, published; and who sees what of it."""
import csv
import datetime
import io
import json
import threading
import time
from zoneinfo import ZoneInfo

import harness
from harness import delete, get, patch, post, problem
import psycopg2
import pytest

FROM = {"sources": ["https://www.scipalliance.example/evaluation"], "confidence": "high"}
CATEGORIES = {"members": ["memberships"], "organisations_engaged": ["organisations_engaged"],
              "engagement": ["meetings_held", "attendance", "members_reporting"], "hub_led_activity": ["hub_led_activities"],
              "member_activity": ["member_activities"], "outreach": ["outreach_interventions", "outreach_young_people"]}
METRICS = [metric for metrics in CATEGORIES.values() for metric in metrics]
YOUNG = "outreach_young_people"
ONE, TWO = "/v1/hubs/evaluated-one/evaluations", "/v1/hubs/evaluated-two/evaluations"


def year(back=0):
    today = datetime.datetime.now(ZoneInfo("Europe/London")).date()
    first = today.year - (today.month < 9) - back
    return f"{first}-{(first + 1) % 100:02}"


@pytest.fixture(scope="module", autouse=True)
def nothing_stays(cluster, server):
    def clear():
        cluster.remove(hub="slug LIKE 'evaluated-%'")

    clear()
    yield
    clear()


LED = {"leads": [{"organisation": "university-of-winchester", "from": "2018-05-14"}]}


@pytest.fixture(scope="module")
def hubs(server, central):
    """Two Hubs at work since long ago, one that began last year and is paused, one that is only proposed."""
    first = str(int(year(1)[:4]))
    for slug, status in (("evaluated-one", {"status": "active", "status_from": "2018-05-14", **LED}), ("evaluated-two", {"status": "active", "status_from": "2018-05-14", **LED}),
                         ("evaluated-paused", {"status": "paused", "status_from": first + "-10-01"}), ("evaluated-proposed", {"status": "proposed", "status_from": "2018-05-14"})):
        made = server.send("PUT", f"/v1/hubs/{slug}", {"name": slug.title(), "nations": ["GB-ENG"], **status, **FROM}, token=central, If_None_Match="*")
        assert made.status == 201, made.text


@pytest.fixture(scope="module")
def lead(cluster, server, hubs):
    return cluster.token(server, "hub_lead", hub="evaluated-one")


@pytest.fixture(scope="module")
def other_lead(cluster, server, hubs):
    return cluster.token(server, "hub_lead", hub="evaluated-two")


@pytest.fixture(scope="module")
def member(cluster, server, hubs):
    return cluster.token(server, "hub_member", hub="evaluated-one")


@pytest.fixture(scope="module")
def decider(cluster, server):
    return cluster.token(server, "group_member", group="hub-leads-group")


@pytest.fixture(scope="module")
def board(cluster, server):
    return cluster.token(server, "group_member", group="board")


def put(server, token, path, body=None, **options):
    return server.send("PUT", path, body or {}, token=token, **({"If_None_Match": "*"} | options))


def pointers(answer):
    assert answer.status == 422, answer.text
    return [error["pointer"] for error in answer.json["errors"]]


def done(answer, status=200):
    assert answer.status == status, answer.text
    return answer


def figures(record):
    return {figure["metric"]: figure for category in record["categories"] for figure in category["figures"]}


def answers(record):
    return {answer["question"]: answer["text"] for answer in record["answers"]}


def complete(record):
    """What a draft that says nothing yet lacks: the records' figures, a reason where they say nothing, every answer."""
    return {"figures": {metric: {"value": figure["calculated_value"]} if figure["calculated_value"] is not None else {"value": 1, "reason": "Counted by hand"}
                        for metric, figure in figures(record).items()},
            "answers": {question: f"As we see it: {question}" for question in answers(record)}}


@pytest.fixture
def draft(server, cluster, lead):
    """The address of a complete draft, whatever was there before."""
    path = f"{ONE}/{year(3)}"
    cluster.psql(f"""BEGIN; SET LOCAL session_replication_role = replica;
        CREATE TEMP TABLE gone AS SELECT e.id FROM scip.hub_evaluation e JOIN scip.hub h ON h.id = e.hub_id WHERE h.slug = 'evaluated-one' AND e.year = '{year(3)}';
        DELETE FROM scip.hub_evaluation_figure WHERE evaluation_id IN (TABLE gone); DELETE FROM scip.hub_evaluation_answer WHERE evaluation_id IN (TABLE gone);
        DELETE FROM scip.hub_evaluation WHERE id IN (TABLE gone); COMMIT""")
    done(put(server, lead, path, complete(get(server, lead, path).json)), 201)
    return path


def together(*actions):
    """Runs them at the same moment, each in a thread of its own; what each came to."""
    start, results = threading.Barrier(len(actions)), [None] * len(actions)

    def run(index, action):
        start.wait()
        results[index] = action()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def while_held(cluster, path, *actions):
    """What actions come to that wait, one behind the other, for the row of a return, which another session holds until they all do."""
    slug, name = path.split("/")[3], path.split("/")[5]
    connection, results = psycopg2.connect(cluster.url("postgres")), [None] * len(actions)
    connection.cursor().execute(f"SELECT FROM scip.hub_evaluation e JOIN scip.hub h ON h.id = e.hub_id WHERE h.slug = '{slug}' AND e.year = '{name}' FOR UPDATE OF e")

    def run(index, action):
        results[index] = action()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(actions)]
    until = time.monotonic() + 1.5
    for waiting, thread in enumerate(threads, 1):
        thread.start()
        while int(cluster.psql("SELECT count(*) FROM pg_stat_activity WHERE usename IN ('scip_writer', 'scip_central') AND wait_event_type = 'Lock'")) < waiting:
            assert time.monotonic() < until, "it does not wait"
            time.sleep(0.01)
    connection.rollback()
    connection.close()
    for thread in threads:
        thread.join()
    return results


def test_what_the_records_say_stands_there_before_the_hub_begins(server, cluster, lead, member, central):
    path = f"{ONE}/{year(1)}"
    answer = done(get(server, lead, path))
    none = answer.json
    assert (none["hub"]["slug"], none["year"], none["status"], none["href"]) == ("evaluated-one", year(1), "none", path)
    assert {category["category"]: [figure["metric"] for figure in category["figures"]] for category in none["categories"]} == CATEGORIES
    said = {metric: (None if value == "" else float(value), status) for metric, value, status in (
        line.split("|") for line in cluster.psql(f"SELECT metric, value, status FROM metric.of_hub((SELECT id FROM scip.hub WHERE slug = 'evaluated-one'), '{year(1)}')", "scip_migrator").splitlines())}
    for metric, figure in figures(none).items():
        value, status = said.get(metric, (None, "not_available"))
        assert (figure["calculated_value"], figure["status"]) == (value if value is None else pytest.approx(round(value, 2)), status), metric
        assert (figure["value"], figure["confirmation"], figure["reason"]) == (None, "unconfirmed", None) and figure["title"]
    assert len(none["answers"]) in range(4, 7) and set(answers(none).values()) == {None} and any(not one["required"] for one in none["answers"])
    assert all(none[name] is None for name in ("submitted_at", "accepted_at", "published_at", "revision_requested_at", "revision_note", "created_at"))
    assert get(server, member, path).json == get(server, central, path).json == none
    assert get(server, lead, path, If_None_Match=answer.headers["ETag"]).status == 304
    assert server.send("HEAD", path, token=lead).headers["ETag"] == answer.headers["ETag"]
    assert get(server, lead, path, Accept="text/html").status == 406
    assert get(server, lead, f"{ONE}/{year(1).replace('-', '')}").json == none, "a year has several names"
    for wrong in (patch(server, lead, path, {"figures": {}}), delete(server, lead, path), post(server, lead, path + "/submission"),
                  post(server, central, path + "/acceptance"), post(server, central, path + "/revision-request", {"note": "x"}), post(server, central, path + "/publication")):
        assert wrong.status == 404, "there is no return"

    # The list has every year in which the Hub was at work, the latest first.
    years = [one["year"] for one in done(get(server, lead, ONE)).json["items"]]
    assert years[0] == year() and years[-1] == "2017-18" and years == sorted(years, reverse=True)
    assert {one["status"] for one in get(server, lead, ONE).json["items"]} == {"none"}
    page = get(server, lead, ONE + "?limit=2").json
    assert [one["year"] for one in page["items"] + get(server, lead, f"{ONE}?limit=200&cursor={page['next']}").json["items"]] == years
    rows = list(csv.DictReader(io.StringIO(done(get(server, lead, ONE, Accept="text/csv")).text)))
    assert [(row["hub"], row["year"], row["status"]) for row in rows] == [("evaluated-one", name, "none") for name in years]
    assert [json.loads(line)["year"] for line in get(server, lead, ONE, Accept="application/x-ndjson").text.splitlines()] == years
    listed = get(server, lead, ONE)
    assert get(server, lead, ONE, If_None_Match=listed.headers["ETag"]).status == 304 and get(server, lead, ONE, Accept="text/html").status == 406


def test_which_years_and_hubs(server, lead, central):
    paused = "/v1/hubs/evaluated-paused/evaluations"
    assert [one["year"] for one in get(server, central, paused).json["items"]] == [year(), year(1)]
    assert done(put(server, central, f"{paused}/{year()}"), 201).json["status"] == "draft"
    assert problem(put(server, central, f"{paused}/{year(2)}")) == (409, "hub-not-active")
    assert problem(put(server, central, f"/v1/hubs/evaluated-proposed/evaluations/{year()}")) == (409, "hub-not-active")
    assert problem(put(server, lead, f"{ONE}/{year(-1)}")) == (409, "year-not-started")
    assert get(server, central, "/v1/hubs/evaluated-proposed/evaluations").json["items"] == []
    for path in (f"{paused}/{year(2)}", f"{ONE}/{year(-1)}", f"{ONE}/2024-26", f"/v1/hubs/evaluated-none/evaluations/{year()}", "/v1/hubs/evaluated-none/evaluations"):
        assert get(server, central, path).status == 404, path
    assert put(server, central, f"{ONE}/2024-26").status == put(server, central, f"/v1/hubs/evaluated-none/evaluations/{year()}").status == 404
    assert get(server, central, f"{ONE}/2024").status == put(server, central, f"{ONE}/2024-25-Q1").status == 400
    assert delete(server, central, f"{paused}/{year()}").status == 204


def test_a_figure_is_confirmed_or_overridden(server, lead, other_lead, member, central):
    path = f"{ONE}/{year(2)}"
    empty = get(server, lead, path).json
    assert put(server, lead, path, If_None_Match=None).status == 428
    assert put(server, lead, path, "a,b").status == 415
    begun = done(put(server, lead, f"{ONE}/{year(2).replace('-', '')}", {"answers": {"practice_shared": "A transition day"}}), 201)
    assert begun.headers["Location"] == path and begun.json["status"] == "draft" and answers(begun.json)["practice_shared"] == "A transition day"
    assert {figure["confirmation"] for figure in figures(begun.json).values()} == {"unconfirmed"}
    assert put(server, lead, path).status == 412
    derived = {metric: figure["calculated_value"] for metric, figure in figures(empty).items()}
    known, other = [metric for metric in METRICS if derived[metric] is not None][:2]

    # As the records have it, or with a reason.
    changed = done(patch(server, lead, path, {"figures": {known: {"value": derived[known]}, other: {"value": derived[other] + 3, "reason": "Two lists were lost"}}}, begun.headers["ETag"]))
    now = figures(changed.json)
    assert (now[known]["value"], now[known]["confirmation"], now[known]["reason"]) == (derived[known], "confirmed", None)
    assert (now[other]["value"], now[other]["confirmation"], now[other]["reason"], now[other]["calculated_value"]) == (derived[other] + 3, "overridden", "Two lists were lost", derived[other])
    assert answers(changed.json) == answers(begun.json), "what a patch does not name stays"
    assert changed.headers["ETag"].split(".")[0] != begun.headers["ETag"].split(".")[0]
    assert patch(server, lead, path, {"answers": {"practice_shared": "x"}}, begun.headers["ETag"]).status == 412
    assert patch(server, lead, path, {"figures": {}}, None).status == 428
    assert patch(server, lead, path, {"figures": {}}, Content_Type="text/plain").status == 415
    assert get(server, lead, path).headers["ETag"] == changed.headers["ETag"]

    # What is wrong is named, and then nothing of it is done.
    wrong = patch(server, lead, path, {"figures": {known: {"value": derived[known] + 1}, "pupils": {"value": 1}}, "answers": {"practice_shared": None, "weather": "Fine"}})
    assert pointers(wrong) == ["/body/answers/weather", f"/body/figures/{known}/reason", "/body/figures/pupils"]
    assert pointers(patch(server, lead, path, {"figures": {other: {"reason": None}}})) == [f"/body/figures/{other}/reason"], "the value stays, and is not the records'"
    third = next(metric for metric in METRICS if metric not in (known, other))
    assert pointers(patch(server, lead, path, {"figures": {third: {"reason": "Because"}}})) == [f"/body/figures/{third}/value"]
    for bad in ({"value": -1, "reason": "x"}, {"value": "3"}, {"value": 3, "reason": ""}, {"value": 3, "note": "x"}, {}):
        assert patch(server, lead, path, {"figures": {known: bad}}).status == 400, bad
    assert patch(server, lead, path, {"answers": {"practice_shared": ""}}).status == 400 and patch(server, lead, path, {"answers": {"practice_shared": " "}}).status == 422
    assert patch(server, lead, path, {"figures": {known: {"value": 1, "reason": " "}}}).status == 422
    assert get(server, lead, path).headers["ETag"] == changed.headers["ETag"]

    # A merge patch: members one by one; null takes out.
    assert figures(done(patch(server, lead, path, {"figures": {other: {"reason": "Three lists"}}})).json)[other] == {**now[other], "reason": "Three lists"}
    back = done(patch(server, lead, path, {"figures": {other: {"value": derived[other], "reason": None}, known: None}, "answers": {"practice_shared": None, "local_needs": "Moves in mid-year"}}))
    assert figures(back.json)[other]["confirmation"] == "confirmed" and figures(back.json)[known]["confirmation"] == "unconfirmed" and figures(back.json)[known]["value"] is None
    assert {question: text for question, text in answers(back.json).items() if text} == {"local_needs": "Moves in mid-year"}
    dry = patch(server, lead, path + "?dry_run=true", {"answers": {"local_needs": None}})
    assert done(dry).json["answers"] != back.json["answers"] == get(server, lead, path).json["answers"]

    # A PUT that says too little makes nothing.
    free = f"{ONE}/{year(4)}"
    assert pointers(put(server, lead, free, {"figures": {known: {"value": derived[known] + 12345}, "pupils": {"value": 1}}})) == [f"/body/figures/{known}/reason", "/body/figures/pupils"]
    assert get(server, lead, free).json["status"] == "none"

    # By the lead and the central team alone, and a draft is deleted.
    for token, status in ((other_lead, 404), (member, 403)):
        assert patch(server, token, path, {"answers": {"local_needs": "x"}}).status == delete(server, token, path).status == post(server, token, path + "/submission").status == status
        assert put(server, token, free).status == 403
    assert delete(server, lead, path, begun.headers["ETag"]).status == 412 and delete(server, lead, path, None).status == 428
    assert delete(server, central, path).status == 204 and delete(server, lead, path).status == 404 and get(server, lead, path).json["status"] == "none"


def parts(record, metric):
    return {part["part"]: part["value"] for part in figures(record)[metric]["breakdown"]}


def test_a_figure_has_parts_that_add_up(server, cluster, lead, central):
    """Of sectors, meetings and programmes: confirmed with the figure, or another with a reason; and then counted by them."""
    path, by_hand = f"{ONE}/{year(6)}", {"reason": "By hand"}
    assert {metric: figure["breakdown_by"] for metric, figure in figures(get(server, lead, path).json).items() if figure["breakdown_by"]} == {
        "organisations_engaged": "sector", "attendance": "meeting", "outreach_interventions": "programme", YOUNG: "programme"}
    change = lambda metric, **figure: patch(server, lead, path, {"figures": {metric: figure}})
    orgs = lambda **figure: change("organisations_engaged", **figure)
    begun = done(put(server, lead, path, {"figures": {"organisations_engaged": {"value": 3, "breakdown": {"he": 2, "fe": 1}, **by_hand}}}), 201).json
    figure = figures(begun)["organisations_engaged"]
    assert figure["breakdown"] == [{"part": "fe", "name": "Further education", "calculated_value": None, "value": 1},
                                   {"part": "he", "name": "Higher education", "calculated_value": None, "value": 2}]
    assert parts(done(orgs(breakdown={"fe": None, "school_sector": 1})).json, "organisations_engaged") == {"he": 2, "school_sector": 1}, "part by part"
    assert parts(done(orgs(value=4, breakdown={"he": 3})).json, "organisations_engaged") == {"he": 3, "school_sector": 1}
    for wrong in ({"value": 5}, {}):
        answer = orgs(breakdown={"he": 9}, **wrong)
        assert problem(answer) == (422, "breakdown-does-not-add-up") and pointers(answer) == ["/body/figures/organisations_engaged/breakdown"]
    nowhere = "0192f0c1-2d3e-7f40-8a5b-6c7d8e9f0a1b"
    for metric, part, detail in (("organisations_engaged", "pupils", "is no such sector"), ("attendance", nowhere, "is no such meeting"),
                                 (YOUNG, "no-such", "is no such programme"), ("memberships", "he", "has no breakdown"), ("attendance", "-", "is no such meeting")):
        answer = change(metric, value=2, breakdown={part: 2}, **by_hand)
        assert [(error["pointer"], error["detail"]) for error in answer.json["errors"]] == [(f"/body/figures/{metric}/breakdown/{part}", detail)], answer.text
    for bad in ({"he": -1}, ["he"], {"HE": 1}, {"he": "1"}, {"he": 1, "": 2}):
        assert orgs(breakdown=bad).status == 400, bad
    assert parts(done(orgs(reason="Two lists")).json, "organisations_engaged") == {"he": 3, "school_sector": 1}, "it stays with the figure"
    assert parts(done(orgs(value=7)).json, "organisations_engaged") == {}, "and goes with it"
    nothing = figures(get(server, lead, path).json)["organisations_engaged"]["calculated_value"]
    assert nothing == 0 and figures(done(orgs(value=0, reason=None, breakdown={"he": 0})).json)["organisations_engaged"]["confirmation"] == "confirmed"
    assert pointers(change("outreach_interventions", value=0, breakdown={"-": 1})) == ["/body/figures/outreach_interventions/reason"], "not as the records have it"

    # Two changes at once that add up each by itself, not together: one of them is refused.
    for turn in range(4):
        done(orgs(value=3, breakdown={"he": 2, "fe": 1}, **by_hand))
        both = [lambda: orgs(breakdown={"he": 1, "fe": 2}), lambda: orgs(value=4, breakdown={"fe": 2})]
        results = while_held(cluster, path, *both[::1 - 2 * (turn % 2)]) if turn < 2 else together(*both)
        assert sorted(answer.status for answer in results) == [200, 422], [answer.text for answer in results]
        now = figures(get(server, lead, path).json)["organisations_engaged"]
        assert sum(part["value"] for part in now["breakdown"]) == now["value"]

    # What is accepted is counted by its parts.
    whole = complete(get(server, lead, path).json)
    whole["figures"]["outreach_interventions"] = {"value": 9, "breakdown": {"creative-forces": 7, "-": 2}, **by_hand}
    done(patch(server, lead, path, whole))
    for token, step in ((lead, "submission"), (central, "acceptance")):
        done(post(server, token, f"{path}/{step}"))
    counted = cluster.psql(f"""SELECT s.breakdown, s.category, s.value FROM metric.sums('outreach_interventions', ARRAY[scip.period_start('{year(6)}')],
        ARRAY[scip.period_end('{year(6)}')], NULL, '{{hub,hub+nation+category}}', true) s JOIN scip.hub h ON h.id = s.hub_id WHERE h.slug = 'evaluated-one'""", "scip_migrator")
    assert sorted(counted.splitlines()) == ["hub+nation+category|creative-forces|7", "hub+nation+category||2", "hub||9"]


def test_from_draft_to_published(server, cluster, lead, central, decider):
    path = f"{ONE}/{year(1)}"
    health = lambda: next(rule for rule in get(server, lead, f"/v1/hubs/evaluated-one/health?period={year(1)}").json["rules"] if rule["rule"] == "evaluation")
    none = get(server, lead, path).json
    begun = done(put(server, lead, path), 201)
    required = [answer["question"] for answer in none["answers"] if answer["required"]]
    missing = post(server, lead, path + "/submission")
    assert pointers(missing) == [f"/body/figures/{metric}" for metric in METRICS] + [f"/body/answers/{question}" for question in required]
    assert {error["detail"] for error in missing.json["errors"]} == {"is neither confirmed nor overridden", "is not answered"}
    whole = complete(none)
    last = required[-1]
    done(patch(server, lead, path, {**whole, "answers": {question: whole["answers"][question] for question in required if question != last}}, begun.headers["ETag"]))
    assert pointers(post(server, lead, path + "/submission")) == [f"/body/answers/{last}"]
    done(patch(server, lead, path, {"answers": {last: "Through pupils' councils"}}))
    for early in ("acceptance", "publication", "revision-request"):
        assert problem(post(server, central, f"{path}/{early}", {"note": "x"} if early == "revision-request" else None)) == (409, "evaluation-not-submitted")
    assert health()["evidence"]["status"] == "draft" and health()["status"] != "met"

    submitted = done(post(server, lead, path + "/submission"))
    assert submitted.json["status"] == "submitted" and submitted.json["submitted_at"] and health()["status"] == "met"
    # From now on nothing changes.
    assert problem(post(server, lead, path + "/submission")) == (409, "evaluation-submitted")
    for token in (lead, central):
        assert problem(patch(server, token, path, {"answers": {last: "x"}})) == problem(delete(server, token, path)) == (409, "evaluation-submitted")
    assert problem(post(server, central, path + "/publication")) == (409, "evaluation-submitted")
    for word in ("acceptance", "revision-request", "publication"):
        assert post(server, lead, f"{path}/{word}", {"note": "x"} if word == "revision-request" else None).status == 403
    assert get(server, lead, path).json == submitted.json

    # The central team asks for more: the Hub reads what, and others see a draft no more.
    assert post(server, central, path + "/revision-request", {}).status == 400 and post(server, central, path + "/revision-request", {"note": " "}).status == 422
    assert post(server, central, path + "/revision-request", "note", Content_Type="text/plain").status == 415
    done(post(server, central, path + "/revision-request", {"note": "Say more about needs"}))
    returned = get(server, lead, path).json
    assert (returned["status"], returned["submitted_at"], returned["revision_note"]) == ("draft", None, "Say more about needs") and returned["revision_requested_at"]
    assert figures(returned) == figures(submitted.json), "nothing is lost"
    assert get(server, decider, path).json["status"] == "none" and health()["status"] != "met"
    done(patch(server, lead, path, {"answers": {"local_needs": "Moves in mid-year"}}))
    again = done(post(server, lead, path + "/submission"))
    assert again.json["revision_note"] is None and again.json["revision_requested_at"] is None

    accepted = done(post(server, central, path + "/acceptance"))
    assert accepted.json["status"] == "accepted" and accepted.json["submitted_at"] == again.json["submitted_at"]
    assert problem(post(server, central, path + "/acceptance")) == (409, "evaluation-accepted")
    assert problem(post(server, lead, path + "/submission")) == (409, "evaluation-accepted")
    done(post(server, central, path + "/revision-request", {"note": "After all"}))
    assert problem(post(server, central, path + "/revision-request", {"note": "Twice"})) == (409, "evaluation-not-submitted")
    done(post(server, lead, path + "/submission"))
    done(post(server, central, path + "/acceptance"))

    # Answers are for the network's document once they are published.
    public_answers = f"SELECT question, text FROM scip.published_answers('{year(1)}') WHERE hub_id = (SELECT id FROM scip.hub WHERE slug = 'evaluated-one')"
    assert cluster.psql(public_answers, "scip_anonymous") == ""
    assert done(post(server, central, path + "/publication")).json["published_at"]
    for word in ("publication", "acceptance"):
        assert problem(post(server, central, f"{path}/{word}")) == (409, "evaluation-published")
    assert problem(delete(server, central, path)) == (409, "evaluation-published")
    published = dict(line.split("|") for line in cluster.psql(public_answers, "scip_anonymous").splitlines())
    assert published == {question: text for question, text in answers(get(server, lead, path).json).items() if text} and published["local_needs"] == "Moves in mid-year"

    # A mistake in what is published is corrected: it goes back with a reason, and is published again.
    assert post(server, lead, path + "/revision-request", {"note": "x"}).status == 403
    assert done(post(server, central, path + "/revision-request", {"note": "Attendance was counted twice"})).json["published_at"] is None
    assert cluster.psql(public_answers, "scip_anonymous") == ""
    done(patch(server, lead, path, {"answers": {"local_needs": "Moves within the year"}}))
    for word, token in (("submission", lead), ("acceptance", central), ("publication", central)):
        done(post(server, token, f"{path}/{word}"))
    assert "local_needs|Moves within the year" in cluster.psql(public_answers, "scip_anonymous").splitlines()
    kept = get(server, lead, f"/v1/corrections?record={path}").json["items"]
    assert [(row["operation"], row["reason"]) for row in kept] == [("requestHubEvaluationRevision", "Attendance was counted twice")], "others were no corrections"


def test_a_year_is_returned_when_it_is_over(server, lead, draft):
    path = f"{ONE}/{year()}"
    answer = put(server, lead, path, complete(get(server, lead, path).json))
    assert answer.status == 201, answer.text
    assert problem(post(server, lead, path + "/submission")) == (409, "year-not-over")
    assert delete(server, lead, path).status == 204


def test_numbers_of_young_people_are_in_no_other_hands(server, cluster, lead, member, other_lead, decider, board, central, draft):
    done(patch(server, lead, draft, {"figures": {YOUNG: {"value": 31337, "reason": "Counted as 31337 at the gate", "breakdown": {"creative-forces": 31337}}}}))
    hidden = {"calculated_value": None, "status": "suppressed", "value": None, "confirmation": None, "reason": None, "breakdown": []}
    for step in ("draft", "submission", "acceptance", "publication"):
        if step != "draft":
            done(post(server, lead if step == "submission" else central, f"{draft}/{step}"))
        for token in (lead, member, central):
            assert figures(get(server, token, draft).json)[YOUNG]["value"] == 31337, step
        seen = done(get(server, decider, draft))
        shown = figures(seen.json)
        assert "31337" not in seen.text and {name: shown[YOUNG][name] for name in hidden} == hidden, step
        assert shown["memberships"]["calculated_value"] == figures(get(server, lead, draft).json)["memberships"]["calculated_value"]
        assert (seen.json["status"] == "none") == (step == "draft") == (shown["memberships"]["value"] is None) == (set(answers(seen.json).values()) == {None})
        assert next(one["status"] for one in get(server, decider, ONE).json["items"] if one["year"] == year(3)) == seen.json["status"]
        for token in (other_lead, board):
            assert get(server, token, draft).status == 404 and get(server, token, ONE).json["items"] == []
    for token, status in ((None, 401), (cluster.token(server, "analyst"), 403), (cluster.token(server, "partner", organisation="university-of-winchester"), 403)):
        assert get(server, token, draft).status == get(server, token, ONE).status == status


def test_others_hear_of_it_when_it_is_submitted(server, lead, other_lead, decider, draft, central):
    def changes_seen(token, after, seconds=5):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            heard = [change["op"] for change in get(server, token, "/v1/changes?cursor=" + after).json["items"] if change["href"] == draft]
            if heard:
                return heard
            time.sleep(0.02)
        return []

    marks = {token: get(server, token, "/v1/changes?start=now").json["next"] for token in (lead, other_lead, decider)}
    done(patch(server, lead, draft, {"answers": {"practice_shared": "Something else"}}))
    assert changes_seen(lead, marks[lead]) == ["changed"] and changes_seen(decider, marks[decider], 0.1) == []
    done(post(server, lead, draft + "/submission"))
    assert changes_seen(decider, marks[decider]) == ["changed"]
    marks[decider] = get(server, decider, "/v1/changes?start=now").json["next"]
    done(post(server, central, draft + "/revision-request", {"note": "x"}))
    assert changes_seen(decider, marks[decider]) == ["deleted"] and changes_seen(other_lead, marks[other_lead], 0.1) == []


def test_two_submissions_at_once(server, cluster, lead, central, draft):
    for _ in range(3):
        results = while_held(cluster, draft, *[lambda: post(server, lead, draft + "/submission")] * 2)
        assert sorted(answer.status for answer in results) == [200, 409], [answer.text for answer in results]
        done(post(server, central, draft + "/revision-request", {"note": "Again"}))
        results = together(*[lambda: post(server, lead, draft + "/submission")] * 4)
        assert sorted(answer.status for answer in results) == [200, 409, 409, 409], [answer.text for answer in results]
        results = while_held(cluster, draft, lambda: post(server, central, draft + "/acceptance"), lambda: post(server, central, draft + "/revision-request", {"note": "x"}))
        assert results[1].status == 200 and results[0].status in (200, 409), "what is accepted may be given back"
        assert get(server, lead, draft).json["status"] == "draft"


def test_a_change_is_wholly_before_or_after_a_submission(server, cluster, lead, central, draft):
    """Neither a text nor a figure of a submitted return is another than the one it was submitted with."""
    for turn in range(12):
        text, held, first = f"Turn {turn}", turn < 6, turn % 2
        submit = lambda: post(server, lead, draft + "/submission")
        change = lambda: patch(server, lead, draft, {"answers": {"practice_shared": text}, "figures": {"memberships": {"value": 5000 + turn, "reason": text}}})
        actions = [submit, change] if first else [change, submit]
        results = while_held(cluster, draft, *actions) if held else together(*actions)
        submitted, changed = results if first else results[::-1]
        assert submitted.status == 200 and changed.status in ([409 if first else 200] if held else [200, 409]), (submitted.text, changed.text)
        assert (answers(submitted.json)["practice_shared"] == text) == (figures(submitted.json)["memberships"]["reason"] == text) == (changed.status == 200)
        assert get(server, lead, draft).json == submitted.json, "it has changed since"
        done(post(server, central, draft + "/revision-request", {"note": "Again"}))

    # An answer that is taken out at the same moment is missing, or it stays.
    for turn in range(6):
        actions = [lambda: post(server, lead, draft + "/submission"), lambda: patch(server, lead, draft, {"answers": {"practice_shared": None}})]
        submitted, changed = while_held(cluster, draft, *actions) if turn % 2 else together(*actions)
        assert (submitted.status, changed.status) in ((200, 409), (422, 200)), (submitted.text, changed.text)
        now = get(server, lead, draft).json
        assert (now["status"] == "submitted") == (answers(now)["practice_shared"] is not None) == (submitted.status == 200)
        if submitted.status == 200:
            done(post(server, central, draft + "/revision-request", {"note": "Again"}))
        done(patch(server, lead, draft, {"answers": {"practice_shared": "There again"}}))


def test_two_begin_or_change_at_once(server, lead, draft):
    path = f"{ONE}/{year(5)}"
    results = together(*[lambda: put(server, lead, path)] * 4)
    assert sorted(answer.status for answer in results) == [201, 412, 412, 412], [answer.text for answer in results]
    tag = get(server, lead, draft).headers["ETag"]
    results = together(*[lambda n=n: patch(server, lead, draft, {"answers": {"practice_shared": f"Number {n}"}}, tag) for n in range(4)])
    assert sorted(answer.status for answer in results) == [200, 412, 412, 412], [answer.text for answer in results]
    results = together(*[lambda n=n, q=q: patch(server, lead, draft, {"answers": {q: f"Number {n}"}}) for n, q in enumerate(("practice_shared", "new_activity", "influence"))])
    now = answers(get(server, lead, draft).json)
    assert {answer.status for answer in results} == {200} and [now[q] for q in ("practice_shared", "new_activity", "influence")] == ["Number 0", "Number 1", "Number 2"]
    assert delete(server, lead, path).status == 204


def test_a_key_that_is_in_use_or_kept(server, cluster, lead, central, draft):
    for token, operation, word, body in ((lead, "submitHubEvaluation", "submission", None), (central, "acceptHubEvaluation", "acceptance", None),
                                         (central, "requestHubEvaluationRevision", "revision-request", {"note": "x"})):
        with harness.claimed(cluster, operation, "held-" + word):
            assert problem(post(server, token, f"{draft}/{word}", body, key="held-" + word)) == (409, "idempotency-key-in-progress")
        once = done(post(server, token, f"{draft}/{word}", body, key="once-" + draft[-4:] + word))
        assert post(server, token, f"{draft}/{word}", body, key="once-" + draft[-4:] + word).body == once.body


def test_history_keeps_what_was_said(cluster, server, lead, draft):
    done(patch(server, lead, draft, {"figures": {"memberships": {"value": 77, "reason": "Counted"}}}))
    kept = cluster.psql(f"""SELECT h.row ->> 'value' FROM scip.history h JOIN scip.hub_evaluation e ON h.record = e.id || '/memberships'
        JOIN scip.hub b ON b.id = e.hub_id WHERE h."table" = 'hub_evaluation_figure' AND b.slug = 'evaluated-one' AND e.year = '{year(3)}' ORDER BY h.id""").splitlines()
    assert len(kept) == 2 and kept[-1] == "77"
