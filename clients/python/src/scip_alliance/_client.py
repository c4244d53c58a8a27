"""The client: one method a question, plus list(), get() and download() for all else."""
import csv
import datetime
import email.utils
import hashlib
import io
import json
import re
import time
from collections import OrderedDict
from collections.abc import Generator, Iterable, Iterator, Mapping
from decimal import Decimal
from importlib.metadata import version
from types import TracebackType
from typing import Any, Literal, Self, overload
from urllib.parse import quote

import httpx

from ._errors import ScipError
from ._records import Breakdown, Cell, Cells, Citation, Comparison, Definition, Explanation, Metric, Nation, Release, record

KEPT, KEPT_BYTES = 64, 1024 * 1024  # answers that are asked for again with their ETag, and how long one may be
TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")  # RFC 6750
Day = datetime.date | str


def text(value: object) -> str:
    """A value as a query has it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ",".join(text(one) for one in value)
    return str(value)


class Bearer(httpx.Auth):
    """Sends a token and never shows it: not in a message, not in a traceback with local variables, not in repr()."""

    def __init__(self, token: str):
        given, token = token.strip(), ""
        if TOKEN.fullmatch(given) is None:
            given = ""
            raise ValueError("the token is none: it may have letters, digits and ._~+/-= alone, and no line break within")
        self._header = f"Bearer {given}"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = self._header
        yield request

    def __repr__(self) -> str:
        return "<a token>"


class Client:
    """Asks one service. Without a token it reads what is public. Close it, or use it in `with`.

    What the service has no time for (429, 503) is asked for again after the time that it says, as often and as long as `patience`
    seconds allow; 0: never. All that this client does is to read, so nothing is done twice.
    """

    def __init__(self, base_url: str, token: str | None = None, timeout: float = 30.0, *, patience: float = 30.0,
                 transport: httpx.BaseTransport | None = None):
        self._base = ""
        try:
            auth = Bearer(token) if token is not None else None
        finally:
            token = None
        if httpx.URL(base_url).userinfo:
            base_url = ""
            raise ValueError("base_url is an address without a name or password: those would stand in logs")
        headers = {"User-Agent": f"scip-alliance-python/{version('scip-alliance')}"}
        self._http = httpx.Client(base_url=base_url, headers=headers, auth=auth, timeout=timeout, follow_redirects=True, transport=transport)
        self._base, self._patience = base_url, patience
        self._kept: OrderedDict[str, tuple[str, httpx.Response]] = OrderedDict()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client({self._base!r})"

    def close(self) -> None:
        """Closes its connections."""
        self._http.close()

    def _ask(self, path: str, filters: Mapping[str, object], accept: str = "*/*") -> httpx.Response:
        if not path.startswith("/") or path.startswith("//"):
            raise ValueError(f"{path} is no path of the service: the token is for the service alone")
        url = httpx.URL(path).copy_merge_params({name.rstrip("_"): text(value) for name, value in filters.items() if value is not None})
        key = f"{accept} {url}"
        tag, kept = self._kept.get(key, ("", None))
        until = time.monotonic() + self._patience
        while True:
            answer = self._http.get(url, headers={"Accept": accept, **({"If-None-Match": tag} if tag else {})})
            wait = retry_after(answer)
            if wait is None or time.monotonic() + wait > until:
                break
            time.sleep(wait)
        if answer.status_code == 304 and kept is not None:
            answer = kept
        elif not answer.is_success:
            raise ScipError.of(answer)
        else:
            tag = answer.headers.get("ETag", "")
        if tag and len(answer.content) <= KEPT_BYTES:
            self._kept[key] = tag, answer
            self._kept.move_to_end(key)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return answer

    @overload
    def get(self, path: str, *, format: Literal["csv", "ndjson", "ics"], **filters: object) -> str: ...
    @overload
    def get(self, path: str, *, format: Literal["json", "geojson"] | None = None, **filters: object) -> dict[str, Any]: ...
    def get(self, path: str, *, format: str | None = None, **filters: object) -> dict[str, Any] | str:
        """The JSON of an address of the service: an href of an answer, or a path. Of a list that is one page of it: {"items": …, "next": …}.

        With format="csv", "ndjson" or "ics" its text. Filters that are Python's words end in _: from_.
        """
        if format in ("csv", "ndjson", "ics"):
            return self._ask(path, {**filters, "format": format}).content.decode("utf-8-sig")
        return self._json(path, {**filters, "format": format})

    def _json(self, path: str, filters: Mapping[str, object]) -> dict[str, Any]:
        answer = self._ask(path, filters, "application/json, */*;q=0.1")
        kind = answer.headers.get("Content-Type", "").partition(";")[0]
        if kind != "application/json" and not kind.endswith("+json"):
            raise ValueError(f"{path} is {kind or 'nothing'}, not JSON: download() gives its bytes")
        said: dict[str, Any] = json.loads(answer.content, parse_float=Decimal)
        return said

    def download(self, path: str, **filters: object) -> bytes:
        """The bytes of any address of the service, as they come: /v1/data.zip, a file, a table with format="csv"."""
        return self._ask(path, filters).content

    def metrics(
        self, code: str, *, period: str | Iterable[str] | None = None, by: Breakdown | Iterable[Breakdown] | None = None, hub: str | None = None,
        nation: Nation | None = None, category: str | None = None, as_of: Day | None = None, release: int | None = None,
    ) -> Cells:
        """The cells of a metric: one for each period (2023-24, or 2019-20..2023-24) and each part that it is broken down by."""
        said = self.get(address(code) + "/values", period=period, by=by, hub=hub, nation=nation, category=category, as_of=as_of,
                        release=release)
        return Cells(record(Cell, cell) for cell in said["items"])

    def values(
        self, metric: str | Iterable[str] | None = None, *, period: str | Iterable[str] | None = None,
        by: Breakdown | Literal["none"] | Iterable[Breakdown] | None = None, hub: str | None = None, nation: Nation | None = None,
    ) -> Cells:
        """The cells of all metrics, or of some: each as a whole and by each of its dimensions, or by what is asked for. Without period of
        all academic years since 2013-14."""
        return Cells(record(Cell, cell) for cell in self.list("/v1/metric-values", metric=metric, period=period, by=by, hub=hub, nation=nation, limit=200))

    def explain(
        self, code: str | Cell, *, period: str | None = None, by: Breakdown | Iterable[Breakdown] | None = None, hub: str | None = None,
        nation: Nation | None = None, category: str | None = None, as_of: Day | None = None, release: int | None = None,
    ) -> Explanation:
        """How one cell comes about, and how to cite it: of a Cell, or of what is asked for."""
        if isinstance(code, Cell):
            return record(Explanation, self.get(code.explanation))
        return record(Explanation, self.get(address(code) + "/explanation", period=period, by=by, hub=hub, nation=nation, category=category,
                                            as_of=as_of, release=release))

    def verify_citation(self, cited: Explanation | Citation) -> bool:
        """Whether the address that is cited still gives the very bytes, and with an explanation, its figure among them."""
        citation = cited.citation if isinstance(cited, Explanation) else cited
        if citation is None:
            raise ValueError("a provisional figure cannot be cited: its period has no release")
        body = self.download(citation.href)
        if hashlib.sha256(body).hexdigest() != citation.sha256:
            return False
        return isinstance(cited, Citation) or any(map(cited.matches, csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline=""))))

    def metric(self, code: str) -> Metric:
        """What a metric is: what counts, what does not, and by what it can be broken down, in the version that is in force."""
        return record(Metric, self.get(address(code)))

    def catalogue(self) -> tuple[Metric, ...]:
        """All metrics."""
        return tuple(record(Metric, metric) for metric in self.list("/v1/metrics"))

    def definitions(self, code: str) -> tuple[Definition, ...]:
        """Every version of a definition, with its SQL, the newest first."""
        return tuple(record(Definition, one) for one in self.get(address(code) + "/definitions")["items"])

    def releases(self, period: str | None = None) -> tuple[Release, ...]:
        """What has been published for good, the latest first."""
        return tuple(record(Release, release) for release in self.list("/v1/releases", period=period))

    def headline_comparisons(self, period: str | None = None) -> tuple[Comparison, ...]:
        """Figures as the Alliance asserted them, each beside what the records give."""
        return tuple(record(Comparison, one) for one in self.list("/v1/headline-comparisons", period=period))

    def list(self, path: str, **filters: object) -> Iterator[Mapping[str, Any]]:
        """The items of any list of the service, page after page. ValueError: it is none."""
        while True:
            page = self._json(path, filters)
            if not isinstance(page.get("items"), list):
                raise ValueError(f"{path} is no list: get() gives what it is")
            yield from page["items"]
            if page.get("next") is None:
                return
            filters["cursor"] = page["next"]


def address(code: str) -> str:
    return "/v1/metrics/" + quote(code, safe="")


def retry_after(answer: httpx.Response) -> float | None:
    """After how many seconds the service wants to be asked again; None: it has not said so."""
    said = answer.headers.get("Retry-After", "") if answer.status_code in (429, 503) else ""
    if re.fullmatch("[0-9]{1,9}", said):
        return float(said)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(said).timestamp() - time.time()) if said else None
    except ValueError:
        return None
