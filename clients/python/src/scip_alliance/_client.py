"""The client: one method a question, plus list() for any other public list."""
import datetime
import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from importlib.metadata import version
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

from ._errors import ScipError
from ._records import Breakdown, Cell, Cells, Citation, Comparison, Definition, Explanation, Metric, Nation, Release, record

KEPT = 64  # answers that are asked for again with their ETag
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


class Client:
    """Asks one service. Without a token it reads what is public. Close it, or use it in `with`."""

    def __init__(self, base_url: str, token: str | None = None, timeout: float = 30.0, *, transport: httpx.BaseTransport | None = None):
        headers = {"Accept": "application/json", "User-Agent": f"scip-alliance-python/{version('scip-alliance')}"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self._http = httpx.Client(base_url=base_url, headers=headers, timeout=timeout, follow_redirects=True, transport=transport)
        self._kept: OrderedDict[str, tuple[str, bytes]] = OrderedDict()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def get(self, path: str, **filters: object) -> dict[str, Any]:
        """The JSON of an address of the service: an href of an answer, or a path. Filters that are Python's words end in _: from_."""
        if not path.startswith("/") or path.startswith("//"):
            raise ValueError(f"{path} is no path of the service: the token is for the service alone")
        url = httpx.URL(path).copy_merge_params({name.rstrip("_"): text(value) for name, value in filters.items() if value is not None})
        tag, body = self._kept.get(str(url), ("", b""))
        answer = self._http.get(url, headers={"If-None-Match": tag} if tag else None)
        if answer.status_code != 304:
            if not answer.is_success:
                raise ScipError.of(answer)
            body, tag = answer.content, answer.headers.get("ETag", "")
        if tag:
            self._kept[str(url)] = tag, body
            self._kept.move_to_end(str(url))
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        said: dict[str, Any] = json.loads(body, parse_float=Decimal)
        return said

    def metrics(
        self, code: str, *, period: str | Iterable[str] | None = None, by: Breakdown | Iterable[Breakdown] | None = None, hub: str | None = None,
        nation: Nation | None = None, category: str | None = None, as_of: Day | None = None, release: int | None = None,
    ) -> Cells:
        """The cells of a metric: one for each period and each part that it is broken down by."""
        said = self.get(address(code), period=period, by=by, hub=hub, nation=nation, category=category, as_of=as_of, release=release)
        return Cells(record(Cell, cell) for cell in said["items"])

    def explain(
        self, code: str, *, period: str | None = None, hub: str | None = None, nation: Nation | None = None, category: str | None = None,
        as_of: Day | None = None, release: int | None = None,
    ) -> Explanation:
        """How one cell comes about, and how to cite it."""
        return record(Explanation, self.get(address(code) + "/explain", period=period, hub=hub, nation=nation, category=category,
                                            as_of=as_of, release=release))

    def verify_citation(self, cited: Explanation | Citation) -> bool:
        """Whether the address that is cited still gives the very cells, and with an explanation, its figure among them."""
        citation = cited.citation if isinstance(cited, Explanation) else cited
        if citation is None:
            raise ValueError("a provisional figure cannot be cited: its period has no release")
        cells = Cells(record(Cell, cell) for cell in self.get(citation.href)["items"])
        same = hashlib.sha256("".join(map(Cell.line, in_order(cells))).encode()).hexdigest() == citation.sha256
        return same and (isinstance(cited, Citation) or any(map(cited.tells, cells)))

    def catalogue(self) -> tuple[Metric, ...]:
        """All metrics: what counts, what does not, and by what they can be broken down."""
        return tuple(record(Metric, metric) for metric in self.list("/v1/metrics"))

    def definitions(self, code: str) -> tuple[Definition, ...]:
        """Every version of a definition, with its SQL, the newest first."""
        return tuple(record(Definition, one) for one in self.get(address(code) + "/definitions")["items"])

    def releases(self, period: str | None = None) -> tuple[Release, ...]:
        """The latest first."""
        return tuple(record(Release, release) for release in self.list("/v1/releases", period=period))

    def headline_comparisons(self, period: str | None = None) -> tuple[Comparison, ...]:
        """Figures as the Alliance asserted them, each beside what the records give."""
        return tuple(record(Comparison, one) for one in self.list("/v1/headline-comparisons", period=period))

    def list(self, path: str, **filters: object) -> Iterator[Mapping[str, Any]]:
        """The items of any list of the service, page after page."""
        while True:
            page = self.get(path, **filters)
            yield from page["items"]
            if page.get("next") is None:
                return
            filters["cursor"] = page["next"]


def address(code: str) -> str:
    return "/v1/metrics/" + quote(code, safe="")


def in_order(cells: Cells) -> Iterable[Cell]:
    """By Hub, nation and category, as bytes; what is of none comes first."""
    return sorted(cells, key=lambda cell: tuple((part is not None, (part or "").encode()) for part in (
        cell.hub and cell.hub.slug, cell.nation, cell.category)))
