"""Files of documents and resources: how they come in, who may have them, and how they go out."""
import base64
import hashlib
import http.client
import io
import os
import random
import socket
import threading
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor

import harness
import pytest

FROM = {"sources": ["https://www.scipalliance.example/library"], "confidence": "high"}
RUN = time.time_ns()  # figures of earlier runs stay
CHUNK = 256 * 1024
OFFICE = "application/vnd.openxmlformats-officedocument."
OPEN = "application/vnd.oasis.opendocument."


def archive(*members, large=0, mimetype=None, compression=zipfile.ZIP_DEFLATED, inner=None):
    """A zip with these members, and much in front of its directory."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", compression) as file:
        if mimetype:
            file.writestr("mimetype", mimetype, zipfile.ZIP_STORED)
        if inner:
            file.writestr("word/embeddings/sheet.xlsx", inner, zipfile.ZIP_STORED)
        if large:
            file.writestr("media/image.bin", random.Random(large).randbytes(large))
        for name in members:
            file.writestr(name, "<x/>" * 50)
    return data.getvalue()


def office(part, **more):
    return archive("_rels/.rels", part, "docProps/core.xml", "[Content_Types].xml", **more)


PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40 + b"\n%%EOF\n"
SAMPLES = {
    "report.pdf": ("application/pdf", PDF),
    "words.docx": (OFFICE + "wordprocessingml.document", office("word/document.xml", large=600000)),
    "slides.pptx": (OFFICE + "presentationml.presentation", office("ppt/presentation.xml")),
    "sheet.xlsx": (OFFICE + "spreadsheetml.sheet", office("xl/workbook.xml", compression=zipfile.ZIP_STORED)),
    "words.odt": (OPEN + "text", archive("content.xml", mimetype=OPEN + "text", large=300000)),
    "slides.odp": (OPEN + "presentation", archive("content.xml", mimetype=OPEN + "presentation")),
    "sheet.ods": (OPEN + "spreadsheet", archive("content.xml", mimetype=OPEN + "spreadsheet")),
    "picture.PNG": ("image/png", b"\x89PNG\r\n\x1a\n" + bytes(100)),
    "photo.jpeg": ("image/jpeg", b"\xff\xd8\xff\xe0" + bytes(100)),
    "podcast.mp3": ("audio/mpeg", b"ID3\x04" + bytes(100)),
    "frames.mp3": ("audio/mpeg", b"\xff\xfb\x90\x64" + bytes(100)),
    "film.mp4": ("video/mp4", b"\0\0\0\x20ftypisom" + bytes(100)),
    "table.csv": ("text/csv", "name,figure\r\nYsgol Gymraeg Tŷ Ddewi,12\r\n".encode()),
    "notes.txt": ("text/plain", ("Plant y lluoedd — ŵ 😀\n" * 30000).encode()),
}


ORPHANS = "DELETE FROM scip.upload u WHERE NOT EXISTS (SELECT FROM scip.file f WHERE f.id = u.id)"


@pytest.fixture(scope="module", autouse=True)
def tidy(cluster):
    clear = "".join(f"DELETE FROM scip.{table} WHERE slug LIKE 'files-%';" for table in ("document", "resource")) + ORPHANS
    cluster.psql(clear, "scip_migrator")
    yield
    cluster.psql(clear, "scip_migrator")


@pytest.fixture
def item(server, central):
    """Makes a document or a resource; gives the address of its files."""
    def make(kind="documents", **more):
        slug = f"files-{RUN}-{next(harness.serial)}"
        answer = server.send("PUT", f"/v1/{kind}/{slug}", {"title": slug, "kind": "report", **FROM, **more}, central, If_None_Match="*")
        assert answer.status == 201, answer.text
        return f"/v1/{kind}/{slug}/files"
    return make


@pytest.fixture
def put(server, central):
    def send(path, body=PDF, expected=201, **headers):
        headers.setdefault("If_None_Match", "*")
        headers = {name: value for name, value in headers.items() if value is not None}
        answer = server.send("PUT", path, body, central, **headers)
        assert answer.status == expected, (answer.status, answer.text)
        return answer
    return send


def sha(data):
    return hashlib.sha256(data).hexdigest()


def tag(data):
    return f'"{sha(data)}"'


def digest(data):
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def problem(answer):
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    return answer.status, answer.json["type"].removeprefix("/problems/")


def names(server, path):
    return [file["name"] for file in server.get(path).json["items"]]


def leftovers(cluster):
    return cluster.psql("SELECT count(*) FROM scip.upload u WHERE NOT EXISTS (SELECT FROM scip.file f WHERE f.id = u.id)")


def counted(cluster, path):
    """Uses of the item that were requests, as the roll-up has them."""
    kind, slug = path.split("/")[2:4]
    return int(cluster.psql(f"""SELECT coalesce(sum(total_item_requests), 0) FROM scip.usage_month m JOIN scip.use_item i ON i.id = m.item_id
        WHERE i.kind = '{kind[:-1]}' AND i.record_id = (SELECT id FROM scip.{kind[:-1]} WHERE slug = '{slug}')"""))


def somebody():
    """A user that nobody else is, so that clicks make no chain."""
    return f"Mozilla/5.0 (test {next(harness.serial)}) Firefox/130.0"


# ---- upload

@pytest.mark.parametrize("kind", ["documents", "resources"])
def test_from_upload_to_deletion(server, central, item, put, kind):
    files = item(kind)
    path = f"{files}/report.pdf"
    assert server.get(files).json == {"items": [], "next": None}
    assert problem(server.get(path)) == (404, "not-found")
    made = put(path)
    assert made.headers["Location"] == path and made.headers["ETag"] == tag(PDF)
    assert made.json | {"uploaded_at": None} == {"name": "report.pdf", "media_type": "application/pdf", "size": len(PDF), "sha256": sha(PDF),
                                                 "available_from": None, "uploaded_at": None, "updated_at": made.json["uploaded_at"], "href": path}
    assert server.get(files).json["items"] == [made.json]
    answer = server.get(path, User_Agent=somebody())
    assert (answer.status, answer.body, answer.headers["ETag"], answer.headers["Content-Type"]) == (200, PDF, tag(PDF), "application/pdf")
    assert answer.headers["Cache-Control"] == "private, no-cache" and answer.headers["X-Accel-Buffering"] == "no"
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.headers["Accept-Ranges"] == "bytes"
    other = PDF + b"more\n"
    assert problem(put(path, other, 412)) == (412, "precondition-failed")
    assert problem(put(path, other, 412, If_None_Match=None, If_Match=tag(other))) == (412, "precondition-failed")
    replaced = put(path, other, 200, If_None_Match=None, If_Match=f'"x", {tag(PDF)}')
    assert replaced.json["sha256"] == sha(other) and replaced.headers["Location"] == path
    assert server.get(path, User_Agent=somebody()).body == other
    assert server.send("DELETE", path, token=central).status == 428
    assert problem(server.send("DELETE", path, token=central, if_match=tag(PDF))) == (412, "precondition-failed")
    assert server.send("DELETE", path, token=central, if_match=tag(other)).status == 204
    assert problem(server.send("DELETE", path, token=central, if_match="*")) == (404, "not-found")
    assert problem(server.get(path)) == (404, "not-found") and names(server, files) == []
    put(path)  # the name is free again
    put(path, other, 200, If_None_Match=None, If_Match="*")


def test_records_are_kept(cluster, server, central, item, put):
    """Who did it, and what others have to read again; the chunks leave none."""
    files = item()
    path, slug = f"{files}/a b.pdf".replace(" ", "%20"), files.split("/")[3]
    put(path, X_Request_Id=f"{slug}-1")
    put(path, PDF + b"2", 200, If_None_Match=None, If_Match="*", X_Request_Id=f"{slug}-2")
    assert server.send("DELETE", path, token=central, if_match="*", X_Request_Id=f"{slug}-3").status == 204
    audit = cluster.psql(f"""SELECT right(request, 1), "table", op, operation FROM scip.audit WHERE request LIKE '{slug}-_' ORDER BY id""").splitlines()
    assert audit == ["1|file|INSERT|putDocumentFile", "2|file|UPDATE|putDocumentFile", "2|file|INSERT|putDocumentFile", "3|file|UPDATE|deleteDocumentFile"]
    seen = cluster.psql(f"SELECT op FROM scip.change WHERE kind = 'file' AND key = '{path.removeprefix('/v1/')}' ORDER BY xid, id").split()
    assert seen[0] == "changed" and seen[-1] == "deleted" and seen.count("changed") == 2
    assert cluster.psql(f"SELECT count(*), count(ended_at) FROM scip.file f JOIN scip.document d ON d.id = f.document_id WHERE d.slug = '{slug}'") == "2|2"


@pytest.mark.parametrize("name", SAMPLES)
def test_types_by_content(server, item, put, name):
    media_type, data = SAMPLES[name]
    path = f"{item()}/{name}"
    assert put(path, data).json["media_type"] == media_type
    answer = server.get(path, User_Agent=somebody())
    assert answer.body == data and answer.headers["Content-Type"].split(";")[0] == media_type
    assert ("charset=utf-8" in answer.headers["Content-Type"]) == media_type.startswith("text/")
    part = server.get(path, Range="bytes=1-", User_Agent=somebody())
    assert (part.status, part.body) == (206, data[1:])


def test_types_of_resources(server, item, put):
    files = item("resources")
    for name, (media_type, data) in SAMPLES.items():
        put(f"{files}/{name}", data)
        assert server.get(f"{files}/{name}", User_Agent=somebody()).body == data
        assert server.get(f"{files}/{name}", Range="bytes=-3", User_Agent=somebody()).body == data[-3:]
    assert len(names(server, files)) == len(SAMPLES)
    path = f"{files}/report.pdf"
    assert server.get(path, If_Match='"x"').status == 412 and server.get(path, Range=f"bytes={10 ** 9}-").status == 416
    put(f"{files}/a.pdf", b"MZ\x90\0", 415)
    put(f"{files}/a.pdf", b"words", 422)


REFUSED = {
    "a program": ("a.pdf", b"MZ\x90\0" + bytes(200)), "a page": ("a.html", b"<!doctype html><script>alert(1)</script>"),
    "a picture with scripts": ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "any archive": ("a.docx", archive("a.txt")),
    "macros": ("a.docx", archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin", large=500000)),
    "macros by their name": ("a.docm", office("word/document.xml")), "cut off": ("a.docx", office("word/document.xml")[:-30]),
    "two kinds": ("a.docx", archive("[Content_Types].xml", "word/document.xml", "xl/workbook.xml")),
    "Latin-1": ("a.txt", "Tŷ é".encode("utf-16")), "not UTF-8": ("a.csv", b"a,b\n\xe9,1\n"), "UTF-8 that ends early": ("a.txt", "né".encode()[:-1]),
    "controls": ("a.txt", b"a\x1b[31mb"), "NUL": ("a.csv", b"a,\0b"), "late NUL": ("a.csv", b"a" * 300000 + b"\0"),
    "late bad byte": ("a.txt", b"a" * (CHUNK - 1) + b"\xc3" + b"a" * 10), "a film of Apple's": ("a.mp4", b"\0\0\0\x20ftypqt  " + bytes(100)),
    "OpenDocument that says another": ("a.odt", archive("content.xml", mimetype=OPEN + "text-master"))}


@pytest.mark.parametrize("what", REFUSED)
def test_types_that_are_refused(cluster, server, item, put, what):
    files = item()
    name, data = REFUSED[what]
    answer = put(f"{files}/{name}", data, 415 if name.endswith((".docx", ".txt", ".csv", ".mp4", ".odt", ".pdf")) else 422)
    assert problem(answer)[1] in ("unsupported-media-type", "invalid") and names(server, files) == [] and leftovers(cluster) == "0"


def test_an_archive_within(item, put):
    """The sheet that a text has within it does not make it a sheet."""
    path = item()
    data = office("word/document.xml", inner=office("xl/workbook.xml"), large=100)
    assert put(f"{path}/a.docx", data).json["media_type"].endswith("wordprocessingml.document")


def test_headers_of_archives_on_every_boundary(item, put):
    """Wherever the directory lies across the chunks."""
    path = item()
    base = len(office("word/document.xml", large=1, compression=zipfile.ZIP_STORED))
    for shift in range(0, 420, 29):
        data = office("word/document.xml", large=CHUNK - base + shift, compression=zipfile.ZIP_STORED)
        put(f"{path}/{shift}.docx", data)


def test_characters_on_every_boundary(item, put):
    path = item()
    for shift in range(5):
        put(f"{path}/{shift}.txt", b"a" * (CHUNK - shift) + "😀ŵ€".encode() + b"a" * CHUNK)


@pytest.mark.parametrize("name, said", [("a.csv", "application/vnd.ms-excel"), ("a.csv", "application/csv"), ("a.csv", "Text/CSV; charset=windows-1252"),
                                        ("sound.mp3", "audio/mp3"), ("picture.jpg", "image/jpg")])
def test_types_as_windows_and_old_browsers_call_them(item, put, name, said):
    data = next((data for sample, (_, data) in SAMPLES.items() if sample.rsplit(".", 1)[1] == name.rsplit(".", 1)[1]), b"a,b\r\n1,2\r\n" if "csv" in name else b"\xff\xd8\xff\xe0" + bytes(60))
    put(f"{item()}/{name}", data, 201, Content_Type=said)
    put(f"{item()}/other.pdf", PDF, 415, Content_Type=said)


@pytest.mark.parametrize("before, good", [(b"\xef\xbb\xbf", True), (b"\r\n\r\n", True), (b"\xef\xbb\xbf\n", True), (b"HTTP junk \x00\xff", True), (b"\x1b[0m", True),
                                          (b"\n" * 1019, True), (b"\n" * 1020, False), (b"Words before ", True), (b"MZ" + b"\x90" * 2000, False)])
def test_a_pdf_with_something_before_it(item, put, before, good):
    """Readers look for its head in the first 1,024 bytes."""
    binary = PDF[:9] + b"%\xe2\xe3\xcf\xd3\n" + PDF[9:]
    put(f"{item()}/a.pdf", before + binary, 201 if good else 415)


def test_a_text_about_pdf_is_a_text(item, put):
    path = item()
    assert put(f"{path}/a.txt", "Each begins with %PDF-1.7, as é does not.".encode()).json["media_type"] == "text/plain"
    assert put(f"{path}/a.csv", b"head,is\r\n%PDF-,five bytes\r\n").json["media_type"] == "text/csv"


def test_a_table_in_the_letters_of_windows_is_told_what_to_do(item, put):
    for name, data in (("a.csv", "Siân,1\r\n".encode("cp1252")), ("a.csv", "Siân,1\r\n".encode("utf-16")), ("a.txt", "Tŷ".encode("utf-16-le"))):
        assert "save it again as text or CSV in UTF-8" in put(f"{item()}/{name}", data, 415).json["detail"]
    assert "UTF-8" not in put(f"{item()}/a.pdf", b"MZ\x90\0" + bytes(100), 415).json["detail"]


@pytest.mark.parametrize("name, said, expected", [
    ("a.txt", None, 422), ("a.pdf.exe", None, 422), ("a", None, 422), (".pdf", None, 422), ("a.PDF", None, 201), ("a.pdf", "application/pdf", 201),
    ("a.pdf", "application/octet-stream", 201), ("a.pdf", "image/png", 415), ("a.pdf", "text/html", 415), ("a.pdf", "Application/PDF; x=y", 201),
    ("a.pdf", "multipart/form-data; boundary=x", 415)])
def test_name_header_and_content_agree(cluster, server, item, put, name, said, expected):
    files = item()
    answer = put(f"{files}/{name}", PDF, expected, **({"Content_Type": said} if said else {}))
    assert names(server, files) == ([name] if expected == 201 else []) and leftovers(cluster) == "0"
    assert expected == 201 or problem(answer)[0] == expected


@pytest.mark.parametrize("name, expected", [
    ("..", 400), ("%2e%2e", 400), ("a%2fb.pdf", 400), ("a%5cb.pdf", 400), ("a%00.pdf", 400), ("a%0d%0aSet-Cookie:x.pdf", 400), ("a%22.pdf", 400), ("a%3Cb.pdf", 400),
    ("a:b.pdf", 400), ("a%7f.pdf", 400), ("%ff.pdf", 400), ("a" * 117 + ".pdf", 400), (".hidden.pdf", 422), ("%20a.pdf", 422), ("a.pdf.", 422), ("a%E2%80%AEfdp.pdf", 422),
    ("a%E2%80%8B.pdf", 422), ("a%C2%85.pdf", 422), ("%EF%BB%BFa.pdf", 422), ("%F0%9F%98%80" * 70 + ".pdf", 422)])
def test_names_that_are_refused(cluster, server, item, put, name, expected):
    files = item()
    put(f"{files}/{name}", PDF, expected)
    assert names(server, files) == [] and leftovers(cluster) == "0"


def test_names_of_all_kinds(server, item, put):
    """Spaces, other alphabets and percent signs come back as they were; one name has one spelling."""
    files = item()
    made = put(f"{files}/{harness.encode('Plant y lluoedd 100% — Tŷ.pdf')}")
    assert made.json["name"] == "Plant y lluoedd 100% — Tŷ.pdf" and server.get(made.json["href"], User_Agent=somebody()).body == PDF
    assert made.headers["Location"] == made.json["href"] and " " not in made.json["href"]
    disposition = server.request("HEAD", made.json["href"]).headers["Content-Disposition"]
    assert disposition == ("attachment; filename=\"Plant y lluoedd 100_ _ T_.pdf\"; "
                           "filename*=UTF-8''Plant%20y%20lluoedd%20100%25%20%E2%80%94%20T%C5%B7.pdf")
    decomposed = "Tŷ.pdf".replace("ŷ", "y\u0302")
    assert put(f"{files}/{harness.encode(decomposed)}").json["name"] == "Tŷ.pdf"
    assert problem(put(f"{files}/{harness.encode('Tŷ.pdf')}", PDF, 412))[0] == 412
    assert server.get(f"{files}/{harness.encode(decomposed)}", User_Agent=somebody()).status == 200


def test_digests(cluster, server, item, put):
    files = item()
    put(f"{files}/a.pdf", Content_Digest=f"sha-256=:{digest(PDF)}:")
    put(f"{files}/b.pdf", Content_Digest=f"sha-512=:x:, sha-256=:{digest(PDF)}:")
    put(f"{files}/c.pdf", Digest=f"SHA-256={digest(PDF)}")
    put(f"{files}/d.pdf", Content_Digest="md5=:abc:")
    for header in ("Content_Digest", "Digest"):
        wrong = put(f"{files}/e.pdf", PDF, 422, **{header: f"sha-256=:{digest(PDF + b'x')}:"})
        assert problem(wrong) == (422, "invalid") and "digest" in wrong.json["detail"]
        for nonsense in ("sha-256=:abc:", "sha-256=", f"sha-256=:{digest(PDF)[:-1]}:", f"sha-256=:{digest(PDF)}A:", "sha-256=:" + "!" * 43 + "=:"):
            bad = put(f"{files}/e.pdf", PDF, 400, **{header: nonsense})
            assert bad.json["errors"][0]["pointer"] == f"/header/{header.replace('_', '-')}"
    assert names(server, files) == ["a.pdf", "b.pdf", "c.pdf", "d.pdf"] and leftovers(cluster) == "0"


def test_preconditions(server, item, put):
    files = item()
    assert problem(put(f"{files}/a.pdf", PDF, 428, If_None_Match=None)) == (428, "precondition-required")
    assert problem(put(f"{files}/a.pdf", PDF, 412, If_None_Match=None, If_Match="*")) == (412, "precondition-failed")
    assert problem(put(f"{files}/a.pdf", PDF, 400, If_None_Match='"abc"')) == (400, "bad-request")
    put(f"{files}/a.pdf")
    for header in ('"abc"', "abc", '"' + "0" * 64 + '"', '"' + sha(PDF).upper() + '"', '"' + sha(PDF), "{*}", '", *, "'):
        assert problem(put(f"{files}/a.pdf", PDF, 412, If_None_Match=None, If_Match=header))[0] == 412, header
    assert problem(put(f"{files}/a.pdf", PDF, 412, If_Match="*"))[0] == 412, "both cannot hold"
    put(f"{files}/a.pdf", PDF, 200, If_None_Match=None, If_Match=f"W/{tag(PDF)}")


def test_empty_missing_and_nowhere(cluster, server, item, put):
    files = item()
    assert problem(put(f"{files}/a.pdf", b"", 422)) == (422, "invalid")
    assert problem(put(f"{files}-not-there/a.pdf", PDF, 404))[0] == 404
    assert problem(put("/v1/documents/files-nowhere/files/a.pdf", PDF, 404)) == (404, "not-found")
    assert problem(put("/v1/resources/files-nowhere/files/a.pdf", PDF, 404)) == (404, "not-found")
    for path in ("/v1/documents/files-nowhere/files", "/v1/resources/files-nowhere/files"):
        assert problem(server.get(path)) == (404, "not-found")
    assert leftovers(cluster) == "0"


def test_dry_runs(cluster, server, central, item, put):
    """As if: with the same answers, also of the rules that only all of the bytes can show; nothing is kept."""
    files = item()
    path = f"{files}/a.pdf"
    before = cluster.psql("SELECT count(*) FROM scip.audit")
    assert put(f"{path}?dry_run=true").json["sha256"] == sha(PDF)
    put(f"{path}?dry_run=true", b"words", 422)
    put(f"{path}?dry_run=true", PDF, 422, Content_Digest=f"sha-256=:{digest(b'')}:")
    put(f"{path}?dry_run=true", PDF, 428, If_None_Match=None)
    assert cluster.psql("SELECT count(*) FROM scip.audit") == before and names(server, files) == [] and leftovers(cluster) == "0"
    put(path)
    assert put(f"{path}?dry_run=true", PDF + b"1", 200, If_None_Match=None, If_Match=tag(PDF)).headers["ETag"] == tag(PDF + b"1")
    assert server.send("DELETE", f"{path}?dry_run=true", token=central, if_match="*").status == 204
    assert server.get(path, User_Agent=somebody()).body == PDF


def test_who_may_upload(cluster, server, item, put):
    files = item()
    for role, subject in (("website", {}), ("analyst", {}), ("hub_lead", {"hub": "scotland-hub"}), ("partner", {"organisation": "university-of-winchester"})):
        token = cluster.token(server, role, **subject)
        assert problem(server.send("PUT", f"{files}/a.pdf", PDF, token, If_None_Match="*")) == (403, "role-needed")
        assert problem(server.send("DELETE", f"{files}/a.pdf", token=token, if_match="*")) == (403, "role-needed")
    assert problem(server.send("PUT", f"{files}/a.pdf", PDF, If_None_Match="*")) == (401, "unauthorized")


def begin(server, path, token, *headers):
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    lines = [f"PUT {path} HTTP/1.1", "Host: x", f"Authorization: Bearer {token}", "If-None-Match: *", *headers]
    connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
    return connection


def received(connection):
    data = b""
    try:
        while piece := connection.recv(65536):
            data += piece
    except (socket.timeout, ConnectionResetError):
        pass
    return data


def test_continue_is_said_when_all_else_holds(cluster, server, central, item, put):
    files = item()
    connection = begin(server, f"{files}/a.pdf", central, f"Content-Length: {len(PDF)}", "Expect: 100-continue")
    assert connection.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
    connection.sendall(PDF)
    assert connection.recv(65536).startswith(b"HTTP/1.1 201 ")
    for token, path, length, status in ((central, "a.pdf", len(PDF), 412), (cluster.token(server, "website"), "b.pdf", len(PDF), 403), ("x", "b.pdf", 9, 401),
                                        (central, "b.pdf", 104857601, 413), (central, "%20b.pdf", 9, 422)):
        with begin(server, f"{files}/{path}", token, f"Content-Length: {length}", "Expect: 100-continue") as connection:
            started, answer = time.monotonic(), received(connection)
            assert answer.startswith(b"HTTP/1.1 %d " % status) and answer.count(b"HTTP/1.1") == 1 and time.monotonic() - started < 3
    done = harness.subprocess.run(["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-H", "Expect: 100-continue", "-H", "If-None-Match: *", "-H", f"Authorization: Bearer {central}",
                                   "-T", "-", f"http://127.0.0.1:{server.port}{files}/c.pdf"], input=PDF * 100, capture_output=True)
    assert done.stdout == b"201", done.stderr


def test_refused_without_reading_on(server, central, item):
    """The answer arrives although the client goes on sending; the rest is not taken for a request."""
    files = item()
    data = b"\0" + bytes(8 * 1024 * 1024)
    for headers, body, status in (({"If-None-Match": "*"}, data, 415), ({}, data, 428), ({"If-None-Match": "*", "Authorization": "Bearer x"}, data, 401)):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.request("PUT", f"{files}/a.pdf", body, {"Authorization": f"Bearer {central}", **headers})
        answer = harness.answered(server, connection, "PUT", f"{files}/a.pdf", {"Authorization": "", **headers})
        assert (answer.status, answer.headers["Connection"]) == (status, "close") and answer.body
        connection.close()


def test_chunked_uploads(cluster, server, central, item):
    files = item()

    def send(name, body):
        with begin(server, f"{files}/{name}", central, "Transfer-Encoding: chunked") as connection:
            connection.sendall(body)
            connection.shutdown(socket.SHUT_WR)
            return received(connection)
    coded = lambda data, size: b"".join(b"%x\r\n%s\r\n" % (len(data[at:at + size]), data[at:at + size]) for at in range(0, len(data), size))
    large = PDF + random.Random(1).randbytes(700000)
    assert send("a.pdf", coded(large, 5000) + b"0\r\n\r\n").startswith(b"HTTP/1.1 201 ")
    assert server.get(f"{files}/a.pdf", User_Agent=somebody()).body == large
    for body in (coded(large, 5000), coded(large, 5000)[:-3], coded(large, 5000) + b"0", coded(PDF, 100) + b"zz\r\n", b"5\r\n%PD"):
        answer = send("b.pdf", body)
        assert not answer or answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 408 ")), answer[:200]
    assert names(server, files) == ["a.pdf"]
    until = time.monotonic() + 5
    while leftovers(cluster) != "0" and time.monotonic() < until:
        time.sleep(0.05)
    assert leftovers(cluster) == "0"


def test_a_body_that_ends_early(cluster, server, central, item):
    files = item()
    for sent in (0, 5, len(PDF) - 1):
        with begin(server, f"{files}/a.pdf", central, f"Content-Length: {len(PDF)}") as connection:
            connection.sendall(PDF[:sent])
            connection.shutdown(socket.SHUT_WR)
            assert received(connection).startswith(b"HTTP/1.1 400 ")
    assert names(server, files) == [] and leftovers(cluster) == "0"


@pytest.fixture(scope="module")
def small(cluster):
    """One connection for everybody, short deadlines, and a limit that is soon reached."""
    server = harness.Server("main", DATABASE_URL=cluster.url(), POOL_SIZE=1, UPLOAD_LIMIT=CHUNK * 8, TRANSFER_RATE=200000, BODY_TIMEOUT_MS=1500,
                            REQUEST_TIMEOUT_MS=2000, POOL_WAIT_MS=500, CACHE_BYTES=0, THREADS=16)
    yield server
    server.stop()


def test_the_limit(cluster, small, central, item):
    files = item()
    whole = PDF + bytes(CHUNK * 8 - len(PDF))
    for n, (body, status) in enumerate(((whole, 201), (whole + b"1", 413))):
        answer = small.send("PUT", f"{files}/{n}.pdf", body, central, If_None_Match="*")
        assert answer.status == status
        answer = small.request("PUT", f"{files}/{n}-chunked.pdf", {"Transfer-Encoding": "chunked", "If-None-Match": "*", "Authorization": f"Bearer {central}"},
                               b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))
        assert answer.status == status
    assert small.get(f"{files}/0.pdf", User_Agent=somebody()).body == whole
    resources = item("resources")
    assert small.send("PUT", f"{resources}/a.pdf", whole + b"1", central, If_None_Match="*").status == 413
    lead = cluster.token(small, "hub_lead", hub="london-hub")
    assert small.send("PUT", "/v1/hubs/london-hub/files/a.png", b"\x89PNG\r\n\x1a\n" + whole, lead, If_None_Match="*").status == 413
    assert names(small, files) == ["0-chunked.pdf", "0.pdf"] and leftovers(cluster) == "0"


def test_slow_uploads(cluster, small, central, item):
    """Below the least rate they are cut, above it not; meanwhile the one connection is others'."""
    files = item()
    for pause, rate, ends in ((0.1, 5000, "cut"), (0.05, 20000, "made")):
        with begin(small, f"{files}/{ends}.pdf", central, "Content-Length: 1000000") as connection:
            started, sent, answer = time.monotonic(), 0, b""
            connection.settimeout(0.001)
            body = PDF + bytes(1000000 - len(PDF))
            while not answer and sent < len(body) and time.monotonic() - started < 12:
                try:
                    connection.settimeout(5)
                    connection.sendall(body[sent:sent + rate])
                    sent += len(body[sent:sent + rate])
                    connection.settimeout(0.001)
                    answer = connection.recv(65536)
                except (socket.timeout, BrokenPipeError, ConnectionResetError):
                    pass
                assert small.get("/v1/hubs?limit=1").status == 200
                time.sleep(pause)
            connection.settimeout(5)
            answer = answer or connection.recv(65536)
            if ends == "cut":
                assert answer.startswith(b"HTTP/1.1 408 ") and 1 < time.monotonic() - started < 6
            else:
                assert answer.startswith(b"HTTP/1.1 201 ") and time.monotonic() - started > 2
    until = time.monotonic() + 5
    while leftovers(cluster) != "0" and time.monotonic() < until:
        time.sleep(0.05)
    assert names(small, files) == ["made.pdf"] and leftovers(cluster) == "0"


def test_the_right_may_end_in_between(cluster, server, item):
    """An account that is closed while it uploads: no chunk more, no file."""
    files = item()
    token = cluster.token(server, "central", fresh=True)
    account = cluster.psql("SELECT id FROM scip.account ORDER BY created_at DESC LIMIT 1")
    with begin(server, f"{files}/a.pdf", token, f"Content-Length: {3 * CHUNK}") as connection:
        connection.sendall((PDF + bytes(CHUNK))[:CHUNK])
        time.sleep(0.3)
        cluster.psql(f"UPDATE scip.account SET active = false WHERE id = '{account}'", "scip_migrator")
        connection.sendall(bytes(2 * CHUNK))
        assert received(connection).startswith(b"HTTP/1.1 401 ")
    assert names(server, files) == []
    cluster.psql(ORPHANS, "scip_migrator")


def test_uploads_of_one_name_at_once(cluster, server, central, item):
    """All of them begin; the first to end wins, the others get 412."""
    files = item()
    bodies = [PDF + bytes([n]) * 400000 for n in range(6)]
    barrier = threading.Barrier(len(bodies))

    def upload(body, conditions, name="a.pdf"):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        connection.putrequest("PUT", f"{files}/{name}")
        for header, value in {"Authorization": f"Bearer {central}", "Content-Length": len(body), **conditions}.items():
            connection.putheader(header, str(value))
        connection.endheaders(body[:300000])
        time.sleep(0.2)
        barrier.wait()  # all have begun
        connection.send(body[300000:])
        return harness.answered(server, connection, "PUT", f"{files}/{name}", {"Authorization": ""}).status
    with ThreadPoolExecutor(len(bodies)) as pool:
        for conditions, won in (({"If-None-Match": "*"}, 201), ({"If-Match": None}, 200)):
            if "If-Match" in conditions:
                conditions = {"If-Match": server.get(files).json["items"][0]["sha256"].join('""')}
                bodies = [body + b"2" for body in bodies]
            statuses = list(pool.map(lambda body: upload(body, conditions), bodies))
            assert sorted(statuses) == sorted([won] + [412] * (len(bodies) - 1))
            winner = bodies[statuses.index(won)]
            assert server.get(f"{files}/a.pdf", User_Agent=somebody()).body == winner
        conditions = {"If-Match": "*"}
        assert set(pool.map(lambda body: upload(body, conditions), bodies)) == {200}, "each of them replaces"
        names_ = [f"{n}.pdf" for n in range(len(bodies))]
        assert set(pool.map(lambda pair: upload(pair[0], {"If-None-Match": "*"}, pair[1]), zip(bodies, names_))) == {201}
    assert len(names(server, files)) == 1 + len(bodies) and leftovers(cluster) == "0"


# ---- list

def test_list_pages_and_formats(server, item, put):
    files = item()
    for n in range(5):
        put(f"{files}/{n}.pdf")
    first = server.get(f"{files}?limit=2").json
    rest = server.get(f"{files}?limit=3&cursor={first['next']}").json
    assert [file["name"] for file in first["items"] + rest["items"]] == [f"{n}.pdf" for n in range(5)] and rest["next"] is None
    assert server.get(f"{files}?format=csv").text.splitlines()[0] == "name,media_type,size,sha256,available_from,uploaded_at,updated_at,href"
    assert len(server.get(f"{files}?format=ndjson").text.splitlines()) == 5
    resources = item("resources")
    put(f"{resources}/a.pdf")
    assert "a.pdf" in server.get(f"{resources}?format=csv").text and "a.pdf" in server.get(f"{resources}?format=ndjson").text


def test_list_is_fresh(server, central, item, put):
    files = item()
    for n in range(10):
        put(f"{files}/{n}.pdf")
        assert len(names(server, files)) == n + 1, "who has written reads it"


# ---- download

@pytest.fixture(scope="module")
def large(server, central):
    """A file of four chunks and a bit."""
    data = b"%PDF-1.7\n" + random.Random(7).randbytes(CHUNK * 4 + 1000)
    assert server.send("PUT", "/v1/documents/files-large", {"title": "Large", "kind": "report", **FROM}, central, If_None_Match="*").status == 201
    path = "/v1/documents/files-large/files/large.pdf"
    assert server.send("PUT", path, data, central, If_None_Match="*").status == 201
    return path, data


def test_ranges(server, large):
    """RFC 9110, section 14: each range of these, wherever the chunks end."""
    path, data = large
    size = len(data)
    edges = sorted({0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK - 1, size - 2, size - 1})
    for first in edges:
        for last in (last for last in edges if last >= first):
            answer = server.get(path, Range=f"bytes={first}-{last}")
            assert (answer.status, answer.headers["Content-Range"]) == (206, f"bytes {first}-{last}/{size}") and answer.body == data[first:last + 1]
        answer = server.get(path, Range=f"bytes={first}-")
        assert (answer.status, answer.headers["Content-Range"]) == (206, f"bytes {first}-{size - 1}/{size}") and answer.body == data[first:]
    for count in (1, 1000, 1001, CHUNK, size - 1, size, size + 1, 10 ** 30):
        answer = server.get(path, Range=f"bytes=-{count}")
        assert (answer.status, answer.body) == (206, data[-min(count, size):])
        assert answer.headers["Content-Range"] == f"bytes {size - min(count, size)}-{size - 1}/{size}"
    answer = server.get(path, Range=f"bytes=0005-{10 ** 40}")
    assert answer.headers["Content-Range"] == f"bytes 5-{size - 1}/{size}"


def test_ranges_that_are_passed_over(server, large):
    path, data = large
    for header in ("bytes=5-4", "bytes=-", "bytes=", "bytes=a-b", "bytes=1-2x", "bytes= 1 - 2", "items=0-5", "bytes", "0-5", "bytes=0-5,10-15", "bytes=0-0,-1", "bytes=--5", "bytes=1"):
        answer = server.get(path, Range=header, User_Agent=somebody())
        assert answer.status == 200 and answer.body == data and "Content-Range" not in answer.headers, header
    assert server.get(path, Range="Bytes=0-5", User_Agent=somebody()).status == 206, "units have no case"
    for header in (f"bytes={len(data)}-", f"bytes={10 ** 30}-", "bytes=-0"):
        answer = server.get(path, Range=header)
        assert problem(answer) == (416, "range-not-satisfiable") and answer.headers["Content-Range"] == f"bytes */{len(data)}"


def test_conditions(server, large):
    path, data = large
    known = tag(data)
    for header in (known, f"W/{known}", f'"x", {known}', "*"):
        answer = server.get(path, If_None_Match=header)
        assert (answer.status, answer.body, answer.headers["ETag"]) == (304, b"", known)
        assert server.get(path, If_None_Match=header, Range="bytes=5-9").status == 304, "before the range"
    assert server.get(path, If_None_Match='"x"', Range="bytes=5-9").status == 206
    assert problem(server.get(path, If_Match='"x"')) == (412, "precondition-failed")
    assert server.get(path, If_Match=f'"x", {known}', Range="bytes=5-9").status == 206
    assert server.get(path, If_Range=known, Range="bytes=5-9").body == data[5:10]
    for header in ('"x"', f"W/{known}", "Wed, 25 Nov 2026 00:00:00 GMT"):
        answer = server.get(path, If_Range=header, Range="bytes=5-9", User_Agent=somebody())
        assert (answer.status, answer.body) == (200, data), "it is another one, or nobody knows: the whole"
    assert server.get(path, If_Range='"x"', Range=f"bytes={10 ** 9}-", User_Agent=somebody()).status == 200


def test_head(cluster, server, large):
    path, data = large
    before = counted(cluster, path)
    answer = server.request("HEAD", path)
    assert (answer.status, answer.body, answer.headers["Content-Length"], answer.headers["ETag"]) == (200, b"", str(len(data)), tag(data))
    ranged = server.request("HEAD", path, {"Range": "bytes=5-9"})
    assert (ranged.status, ranged.headers["Content-Length"]) == (200, str(len(data))), "a range is of a GET"
    assert server.request("HEAD", path, {"If-None-Match": tag(data)}).status == 304
    assert counted(cluster, path) == before
    assert server.request("OPTIONS", path).headers["Allow"] == "GET, HEAD, PUT, DELETE, OPTIONS"


def test_a_download_is_resumed(cluster, server, large):
    """Broken off, gone on with by what the client has: the same file, counted once. Replaced meanwhile: all of the new one."""
    path, data = large
    agent, before = somebody(), counted(cluster, path)
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nUser-Agent: {agent}\r\n\r\n".encode())
        got = b""
        while len(got) < 300000:
            got += connection.recv(65536)
    part = got.partition(b"\r\n\r\n")[2]
    rest = server.get(path, Range=f"bytes={len(part)}-", If_Range=tag(data), User_Agent=agent)
    assert rest.status == 206 and part + rest.body == data
    # the kernel may have taken all of it for the client: then the first was whole, and counted
    assert counted(cluster, path) - before <= 1


def test_what_counts(cluster, server, item, put):
    files = item()
    data = PDF + bytes(3 * CHUNK)
    path = f"{files}/a.pdf"
    put(path, data)
    count = 0

    def asks(expected, status=200, **headers):
        nonlocal count
        assert server.get(path, **{"User_Agent": somebody(), **headers}).status == status
        count += expected
        assert counted(cluster, files) == count, headers
    asks(1)
    asks(0, 304, If_None_Match=tag(data))
    asks(0, 412, If_Match='"x"')
    asks(0, 416, Range=f"bytes={len(data)}-")
    asks(0, 206, Range="bytes=1-")
    asks(0, 206, Range="bytes=-5")
    asks(1, 206, Range="bytes=0-")
    for probe in ("bytes=0-0", "bytes=0-99", "bytes=0-4095"):
        asks(0, 206, Range=probe)
    asks(1, 206, Range="bytes=0-4096")
    for ahead in ({"Sec-Purpose": "prefetch"}, {"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}):
        asks(0, **ahead)
    asks(1, 206, Range=f"bytes=-{len(data)}")
    asks(1, Range="bytes=0-1,5-9")
    asks(1, If_Range='"x"', Range="bytes=5-")
    again = somebody()
    asks(1, User_Agent=again)
    asks(0, User_Agent=again)  # a double click
    server.request("HEAD", path, {"User-Agent": somebody()})
    assert counted(cluster, files) == count
    server.get(files)
    server.get(files.removesuffix("/files"))
    assert counted(cluster, files) == count, "a look at the record is no request"


def test_a_small_file_counts_as_a_whole(cluster, server, item, put):
    """Who asks for all of it in a part has all of it."""
    files = item()
    put(f"{files}/a.pdf")
    for expected, part in ((0, "bytes=0-9"), (1, f"bytes=0-{len(PDF) - 1}"), (2, "bytes=0-")):
        assert server.get(f"{files}/a.pdf", Range=part, User_Agent=somebody()).status == 206
        assert counted(cluster, files) == expected, part


def test_agents(cluster, server, item, put):
    files = item("resources")
    path = f"{files}/a.pdf"
    put(path)
    for agent in ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "curl/7.88.1",
                  "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"):
        assert server.get(path, User_Agent=agent).body == PDF
    found = cluster.psql(f"""SELECT agent, total_item_requests, total_item_investigations FROM scip.usage_month m JOIN scip.use_item i ON i.id = m.item_id
        WHERE i.kind = 'resource' AND i.slug = '{files.split("/")[3]}' ORDER BY 1""").splitlines()
    assert found == ["human|1|1", "machine|1|1", "robot|1|1"]


def hold(server, path, agent, source="127.0.0.1"):
    """A download of which nobody reads anything."""
    connection = socket.socket()
    connection.bind((source, 0))
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(20)
    connection.connect(("127.0.0.1", server.port))
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nUser-Agent: {agent}\r\n\r\n".encode())
    return connection


@pytest.fixture(scope="module")
def huge(server, central):
    """More than sockets buffer."""
    data = b"%PDF-1.7\n" + random.Random(8).randbytes(20 * 1024 * 1024)
    assert server.send("PUT", "/v1/documents/files-huge", {"title": "Huge", "kind": "report", **FROM}, central, If_None_Match="*").status == 201
    path = "/v1/documents/files-huge/files/huge.pdf"
    assert server.send("PUT", path, data, central, If_None_Match="*").status == 201
    return path, data


@pytest.fixture(scope="module")
def swift(cluster):
    """What buffers may hold back, 8 MiB, is two seconds at its least rate."""
    server = harness.Server("main", DATABASE_URL=cluster.url(), POOL_SIZE=1, TRANSFER_RATE=4000000, BODY_TIMEOUT_MS=1500, CACHE_BYTES=0, THREADS=16,
                            TRUSTED_PROXIES="127.0.0.1")
    yield server
    server.stop()


def test_slow_readers(cluster, swift, huge):
    """They hold no connection of the database, are cut below the least rate, and count nothing."""
    small, (path, data) = swift, huge
    before = counted(cluster, path)
    held = [hold(small, path, somebody(), f"127.0.0.{n + 2}") for n in range(4)]
    time.sleep(0.5)
    started = time.monotonic()
    for _ in range(20):
        assert small.get("/v1/hubs?limit=1").status == 200
    assert time.monotonic() - started < 5
    assert "scip_transfers_in_flight 4" in small.admin("/metrics")[1]
    until = time.monotonic() + 8
    while "scip_transfers_in_flight 0" not in small.admin("/metrics")[1]:
        assert time.monotonic() < until, "not cut"
        time.sleep(0.1)
    for connection in held:
        assert len(received(connection)) < len(data), "the client sees that bytes are missing"
        connection.close()
    assert counted(cluster, path) == before


def test_one_address_has_a_part_of_the_transfers(swift, huge):
    """Three of eight (a quarter, and one); what a trusted proxy says is an address, and half of an IPv6 one is."""
    path, data = huge

    def ask(forwarded=None, source="127.0.0.1"):
        connection = http.client.HTTPConnection("127.0.0.1", swift.port, timeout=20, source_address=(source, 0))
        connection.request("GET", path, None, {"Range": "bytes=-9", "User-Agent": somebody(), **({"X-Forwarded-For": forwarded} if forwarded else {})})
        answer = connection.getresponse()
        return harness.Response(answer.status, answer.getheaders(), answer.read())
    held = [hold(swift, path, somebody(), source) for source in ("127.0.0.2",) * 3 + ("127.0.0.3",) * 3]
    until = time.monotonic() + 2
    while "scip_transfers_in_flight 6" not in swift.admin("/metrics")[1]:
        assert time.monotonic() < until
        time.sleep(0.01)
    for source in ("127.0.0.2", "127.0.0.3"):
        answer = ask(source=source)
        assert problem(answer) == (429, "too-many-requests") and answer.headers["Retry-After"]
    assert ask("192.0.2.1", "127.0.0.2").status == 429, "who is no proxy is not believed"
    assert ask("127.0.0.2").status == 429 and ask().status == 206
    for connection in held:
        connection.close()
    while "scip_transfers_in_flight 0" not in swift.admin("/metrics")[1]:
        assert time.monotonic() < until + 10
        time.sleep(0.01)
    held = []
    for n in range(3):
        connection = socket.create_connection(("127.0.0.1", swift.port), 20)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nUser-Agent: {somebody()}\r\nX-Forwarded-For: 2001:db8:0:1::{n}\r\n\r\n".encode())
        held.append(connection)
    while "scip_transfers_in_flight 3" not in swift.admin("/metrics")[1]:
        assert time.monotonic() < until + 20
        time.sleep(0.01)
    assert ask("2001:db8::1:ffff:ffff:ffff:ffff").status == 429, "one subscriber's"
    assert ask("2001:db8:0:2::1").status == 206
    for connection in held:
        connection.close()


def test_not_all_threads_are_for_files(small, huge):
    path, _ = huge
    held = [hold(small, path, somebody(), f"127.0.0.{n + 2}") for n in range(8)]
    time.sleep(0.5)
    answer = small.get(path, User_Agent=somebody())
    assert problem(answer) == (503, "unavailable") and answer.headers["Retry-After"] == "1"
    assert small.get("/v1/hubs?limit=1").status == 200
    assert small.request("HEAD", path).status == 200
    for connection in held:
        connection.close()


def test_many_readers_at_once(server, huge):
    path, data = huge
    with ThreadPoolExecutor(8) as pool:
        bodies = list(pool.map(lambda _: server.get(path, User_Agent=somebody()).body, range(8)))
    assert all(body == data for body in bodies)


def test_a_reader_keeps_its_version(server, central, item, put):
    """Replaced while it is read: the old one to its end. Deleted: it ends there."""
    files = item()
    path = f"{files}/a.pdf"
    data = b"%PDF-1.7\n" + random.Random(9).randbytes(16 * 1024 * 1024)
    put(path, data)
    for change, whole in ((lambda: put(path, PDF, 200, If_None_Match=None, If_Match="*"), True),
                          (lambda: server.send("DELETE", path, token=central, if_match="*"), False)):
        with hold(server, path, somebody()) as connection:
            time.sleep(0.3)
            assert change().status in (200, 204)
            body = received(connection).partition(b"\r\n\r\n")[2]
        assert (body == data) == whole and data.startswith(body)
        if whole:
            assert server.get(path, User_Agent=somebody()).body == PDF
            put(path, data, 200, If_None_Match=None, If_Match="*")


def test_one_connection_for_all(server, central, item):
    """An upload that was read to its end and a download leave the connection as it was."""
    path = f"{item()}/a.pdf"
    data = b"%PDF-1.7\n" + random.Random(3).randbytes(600000)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    for method, headers, body, status, expected in (("PUT", {"Authorization": f"Bearer {central}", "If-None-Match": "*"}, data, 201, None), ("GET", {}, None, 200, data),
                                                    ("GET", {"Range": "bytes=5-9"}, None, 206, data[5:10]), ("HEAD", {}, None, 200, b""), ("GET", {}, None, 200, data)):
        connection.request(method, path, body, headers)
        answer = harness.answered(server, connection, method, path, headers)
        assert (answer.status, answer.headers["Connection"]) == (status, "keep-alive") and (expected is None or answer.body == expected)
    connection.close()


def test_the_service_ends_in_time(cluster, central, huge, item):
    """Who takes a file slowly, or sends one, does not hold it up."""
    server = harness.Server("main", DATABASE_URL=cluster.url(), DRAIN_MS=500, TRANSFER_RATE=1000)
    with hold(server, huge[0], somebody()), begin(server, f"{item()}/a.pdf", central, "Content-Length: 9999999") as upload:
        upload.sendall(PDF)
        time.sleep(0.3)
        assert "scip_transfers_in_flight 2" in server.admin("/metrics")[1]
        started = time.monotonic()
        server.stop()
        assert time.monotonic() - started < 6
    cluster.psql(ORPHANS, "scip_migrator")


# ---- embargo and withdrawal

@pytest.mark.parametrize("kind", ["documents", "resources"])
def test_embargo(cluster, server, central, item, put, kind):
    files = item(kind, embargo_until="2999-01-01")
    path, record = f"{files}/a.pdf", files.removesuffix("/files")
    made = put(path)
    assert made.json["available_from"] == "2999-01-01"
    assert server.get(files).json["items"] == [made.json], "that it is there may be known"
    for method, headers in (("GET", {}), ("GET", {"Range": "bytes=0-5"}), ("GET", {"If-None-Match": tag(PDF)}), ("HEAD", {})):
        answer = server.request(method, path, headers)
        assert answer.status == 403 and (method == "HEAD" or "2999-01-01" in answer.json["detail"])
    assert problem(server.get(f"{files}/none.pdf")) == (404, "not-found") and counted(cluster, files) == 0
    file = cluster.psql("SELECT id FROM scip.file ORDER BY created_at DESC, id DESC LIMIT 1")
    assert cluster.psql(f"SELECT count(*) FROM scip.file_chunk WHERE file_id = '{file}'", "scip_anonymous") == "0", "nor by another way"
    today = cluster.psql("SELECT scip.today()")
    server.send("PATCH", record, {"embargo_until": today}, central, if_match="*")
    assert server.get(path, User_Agent=somebody()).body == PDF, "on the day it is open"


@pytest.mark.parametrize("kind", ["documents", "resources"])
def test_withdrawal(cluster, server, central, item, put, kind):
    files = item(kind)
    path, record = f"{files}/a.pdf", files.removesuffix("/files")
    put(path)
    assert server.send("POST", f"{record}/withdrawal", {"note": "Retracted"}, central, if_match="*").status in (200, 201, 204)
    assert problem(server.get(path)) == (410, "record-withdrawn") and problem(server.get(files)) == (410, "record-withdrawn")
    assert server.request("HEAD", path).status == 410 and server.get(path, Range="bytes=5-").status == 410
    assert counted(cluster, files) == 0


def test_only_complete_files_are_anybody_s(cluster, server, central, item):
    """Nothing of an upload can be seen before its end, not even by who knows where to look."""
    files = item()
    data = PDF + bytes(3 * CHUNK)
    with begin(server, f"{files}/a.pdf", central, f"Content-Length: {len(data)}") as connection:
        connection.sendall(data[:2 * CHUNK + 5])
        until = time.monotonic() + 5
        while cluster.psql("SELECT count(*) FROM scip.file_chunk c WHERE NOT EXISTS (SELECT FROM scip.file f WHERE f.id = c.file_id)") != "2":
            assert time.monotonic() < until
        assert names(server, files) == [] and server.get(f"{files}/a.pdf").status == 404
        assert cluster.psql("SELECT count(*) FROM scip.file_chunk c WHERE NOT EXISTS (SELECT FROM scip.file f WHERE f.id = c.file_id)", "scip_anonymous") == "0"
        connection.sendall(data[2 * CHUNK + 5:])
        assert connection.recv(65536).startswith(b"HTTP/1.1 201 ")
    assert names(server, files) == ["a.pdf"]


def test_retention(cluster, server, central, item, put):
    """Uploads that came to nothing go after a day; what was replaced or deleted leaves its row and, after 30 days, no bytes."""
    files = item()
    put(f"{files}/old.pdf")
    put(f"{files}/old.pdf", PDF + b"2", 200, If_None_Match=None, If_Match="*")
    put(f"{files}/kept.pdf")
    slug = files.split("/")[3]
    cluster.psql(f"""UPDATE scip.file SET ended_at = now() - interval '31 days' WHERE ended_at IS NOT NULL AND document_id = (SELECT id FROM scip.document WHERE slug = '{slug}');
        INSERT INTO scip.upload VALUES ('00000000-0000-7000-8000-000000000001', now() - interval '25 hours'), ('00000000-0000-7000-8000-000000000002', now());
        INSERT INTO scip.file_chunk VALUES ('00000000-0000-7000-8000-000000000001', 0, 'a'), ('00000000-0000-7000-8000-000000000002', 0, 'a')""", "scip_migrator")
    assert int(cluster.psql("SELECT scip.retain_file()", "scip_migrator")) >= 2
    assert cluster.psql("SELECT count(*) FROM scip.file_chunk WHERE file_id::text LIKE '00000000-0000-7000-8000-%'") == "1"
    cluster.psql("DELETE FROM scip.upload WHERE id = '00000000-0000-7000-8000-000000000002'", "scip_migrator")
    found = cluster.psql(f"""SELECT f.ended_at IS NULL, count(c.n) FROM scip.file f LEFT JOIN scip.file_chunk c ON c.file_id = f.id
        WHERE f.document_id = (SELECT id FROM scip.document WHERE slug = '{slug}') GROUP BY f.id, 1 ORDER BY 1""").splitlines()
    assert found == ["f|0", "t|1", "t|1"]
    assert server.get(f"{files}/kept.pdf", User_Agent=somebody()).body == PDF


def test_a_document_takes_its_files_with_it(cluster, server, central, item, put):
    files = item()
    put(f"{files}/a.pdf")
    assert server.send("DELETE", files.removesuffix("/files"), token=central, if_match="*").status == 204
    assert server.get(files).status == 404 and leftovers(cluster) == "1", "the bytes go with the next retention"
    cluster.psql(ORPHANS, "scip_migrator")


def test_a_hub_s_logo_and_pictures(cluster, server):
    """Its lead sends them, as files of documents are sent; they are pictures, and given while the Hub is active."""
    central, lead, other = (cluster.token(server, role, **of) for role, of in (("central", {}), ("hub_lead", {"hub": "london-hub"}), ("hub_lead", {"hub": "scotland-hub"})))
    path, picture = "/v1/hubs/london-hub/files/logo.png", b"\x89PNG\r\n\x1a\n" + os.urandom(CHUNK)
    send = lambda token, where=path, body=picture, **more: server.request("PUT", where, {"Authorization": f"Bearer {token}", **(more or {"If-None-Match": "*"})}, body)
    cluster.remove(file="hub_id IS NOT NULL")
    status = lambda word: cluster.psql(f"""SET session_replication_role = replica; DELETE FROM scip.hub_status WHERE hub_id = (SELECT id FROM scip.hub WHERE slug = 'london-hub') AND ends IS NULL;
        INSERT INTO scip.hub_status (hub_id, status) SELECT id, '{word}' FROM scip.hub WHERE slug = 'london-hub'""")
    before = cluster.psql("SELECT s.status FROM scip.hub_status s JOIN scip.hub h ON h.id = s.hub_id WHERE h.slug = 'london-hub' AND s.ends IS NULL")
    status("active")
    try:
        assert harness.problem(send(other)) == (403, "only-the-hub-lead") and send(lead, "/v1/hubs/no-such-hub/files/logo.png").status == 404
        assert harness.problem(send(lead, "/v1/hubs/london-hub/files/report.pdf", PDF))[0] == 415, "a picture alone"
        assert harness.problem(send(lead, "/v1/hubs/london-hub/files/logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"))[0] in (415, 422)
        made = send(lead)
        assert made.status == 201 and made.headers["Location"] == made.json["href"] == path and made.json["media_type"] == "image/png"
        assert send(lead).status == 412
        replaced = send(central, **{"If-Match": made.headers["ETag"]})
        assert replaced.status == 200, replaced.text
        assert [item["name"] for item in server.get("/v1/hubs/london-hub/files").json["items"]] == ["logo.png"]
        got = server.get(path)
        assert got.body == picture and got.headers["Content-Disposition"].startswith("attachment") and got.headers["ETag"] == made.headers["ETag"]
        with ThreadPoolExecutor(4) as pool:
            at_once = [answer.status for answer in pool.map(lambda n: send(lead, "/v1/hubs/london-hub/files/hall.jpeg", SAMPLES["photo.jpeg"][1]), range(4))]
        assert sorted(at_once) == [201, 412, 412, 412] and server.get("/v1/hubs/london-hub/files/hall.jpeg").headers["Content-Type"] == "image/jpeg"
        status("paused")
        refused = server.get(path)
        assert harness.problem(refused) == (403, "forbidden") and "not active" in refused.json["detail"]
        assert server.send("DELETE", path, token=other, if_match="*").status == 403 and server.send("DELETE", path, token=lead, if_match="*").status == 204
        assert server.get(path).status == 404
    finally:
        status(before or "unknown") if before else cluster.psql("DELETE FROM scip.hub_status WHERE hub_id = (SELECT id FROM scip.hub WHERE slug = 'london-hub') AND ends IS NULL")
        cluster.remove(file="hub_id IS NOT NULL")
