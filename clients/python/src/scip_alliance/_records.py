"""What the service answers, as the contract has it (openapi/schemas/metrics.yaml). `from` is `from_` here."""
import datetime
import re
import types
from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Union, get_args, get_origin

if TYPE_CHECKING:
    import pandas
    from _typeshed import DataclassInstance

Status = Literal["value", "zero", "suppressed", "not_submitted", "nil_return", "not_applicable", "not_available"]
Basis = Literal["release", "provisional"]
Breakdown = Literal["hub", "nation", "category"]
Nation = Literal["GB-ENG", "GB-NIR", "GB-SCT", "GB-WLS"]
Number = int | Decimal  # exact: a share of 33.3 is Decimal("33.3")


@dataclass(frozen=True, slots=True)
class Link:
    slug: str
    name: str
    href: str


@dataclass(frozen=True, slots=True)
class Metric:
    code: str
    definition_version: int
    title: str
    definition: str
    exclusions: str
    unit: str
    kind: Literal["stock", "flow"]
    measure: Literal["count", "share"]
    breakdowns: tuple[str, ...]
    category: str | None
    disclosure_control: Literal["exact", "rounded", "published_with", "ratings", "answers"]
    published_with: str | None
    records: Literal["public", "own"]
    sources: tuple[str, ...]
    href: str
    values: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure. value is None wherever status is neither value nor zero: missing is not zero."""

    metric: str
    definition_version: int
    period: str
    from_: datetime.date
    to: datetime.date
    hub: Link | None
    nation: str | None
    category: str | None
    value: Number | None
    numerator: Number | None
    denominator: Number | None
    unit: str
    status: Status
    basis: Basis
    release: int | None
    replaced_by: int | None
    by: str | None
    hub_name: str | None
    explanation: str


class Cells(list[Cell]):
    """All cells of an answer, in its order. Of several breakdowns only those of one `by` may be summed."""

    def frame(self) -> "pandas.DataFrame":
        """As a DataFrame (needs pandas): the columns of the CSV. Numbers are nullable, status and basis categorical."""
        import pandas

        kinds: dict[str, Any] = {
            "definition_version": "Int64", "release": "Int64", "value": "Float64", "numerator": "Float64",
            "denominator": "Float64", "from": "datetime64[ns]", "to": "datetime64[ns]",
            "status": pandas.CategoricalDtype(list(get_args(Status))), "basis": pandas.CategoricalDtype(list(get_args(Basis)))}
        columns = [field.name for field in fields(Cell) if field.name != "replaced_by"]
        names = [name.rstrip("_") for name in columns]
        rows = [[plain(getattr(cell, name)) for name in columns] for cell in self]
        return pandas.DataFrame(rows, columns=names, dtype=object).astype({name: kinds.get(name, "string") for name in names})


def plain(value: object) -> object:
    return value.slug if isinstance(value, Link) else float(value) if isinstance(value, Decimal) else value


@dataclass(frozen=True, slots=True)
class Filters:
    hub: str | None
    nation: str | None
    category: str | None


@dataclass(frozen=True, slots=True)
class LeftOut:
    reason: str
    rows: int


@dataclass(frozen=True, slots=True)
class Citation:
    href: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Counted:
    value: Number | None
    numerator: Number | None
    denominator: Number | None


@dataclass(frozen=True, slots=True)
class Correction:
    """Why a record was changed after it was settled."""

    record: str
    operation: str
    reason: str
    created_at: datetime.datetime


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a cell comes about. unrounded, records and corrections are for those who may know them, else None."""

    metric: str
    title: str
    definition: str
    exclusions: str
    definition_version: int
    unit: str
    kind: Literal["stock", "flow"]
    period: str
    from_: datetime.date
    to: datetime.date
    filters: Filters
    value: Number | None
    numerator: Number | None
    denominator: Number | None
    status: Status
    basis: Basis
    release: int | None
    rows_included: int | None
    rows_excluded: tuple[LeftOut, ...] | None
    data_changed_at: datetime.datetime | None
    citation: Citation | None
    unrounded: Counted | None
    records: tuple[str, ...] | None
    corrections: tuple[Correction, ...] | None

    def matches(self, row: Mapping[str, str]) -> bool:
        """Whether it says of its cell what a row of the CSV says."""
        return all(plain_text(row[name]) == ("" if said is None else str(said)) for name, said in zip(("hub", "nation", "category"), astuple(self.filters))) and all(
            row[name] == ("" if said is None else f"{Decimal(said):f}" if name in ("value", "numerator", "denominator") else str(said))
            for name, said in ((name, getattr(self, name)) for name in (
                "metric", "period", "value", "numerator", "denominator", "status", "definition_version", "release")))


def plain_text(cell: str) -> str:
    """A text of CSV without the mark that keeps a spreadsheet from running it."""
    return cell[1:] if re.match("'+[-=+@\t\r]", cell) else cell


@dataclass(frozen=True, slots=True)
class Definition:
    metric: str
    version: int
    definition: str
    exclusions: str
    sql: str
    from_: datetime.datetime
    updated_at: datetime.datetime


@dataclass(frozen=True, slots=True)
class Release:
    id: str
    period: str
    number: int
    from_: datetime.date
    to: datetime.date
    note: str
    released_at: datetime.datetime
    in_force: bool
    updated_at: datetime.datetime
    href: str


@dataclass(frozen=True, slots=True)
class Comparison:
    slug: str
    title: str
    metric: str
    period: str
    published_value: Number
    qualifier: Literal["exact", "over", "about", "at_least"]
    unit: str
    calculated_value: Number | None
    status: Status
    basis: Basis
    definition_version: int
    difference: Number | None
    agrees: bool | None
    reason: str | None
    sources: tuple[str, ...]
    href: str


Record = TypeVar("Record", bound="DataclassInstance")


def record(kind: type[Record], said: Mapping[str, Any]) -> Record:
    """One of these from JSON; what this version does not know is left out."""
    return kind(**{field.name: value(field.type, said[field.name.rstrip("_")]) for field in fields(kind)})


def value(hint: Any, said: Any) -> Any:
    if said is None:
        return None
    if get_origin(hint) in (types.UnionType, Union):
        hint = next(one for one in get_args(hint) if one is not types.NoneType)  # of a Number, int: as it is
    if get_origin(hint) is tuple:
        return tuple(value(get_args(hint)[0], one) for one in said)
    if hint is datetime.datetime or hint is datetime.date:
        return hint.fromisoformat(said)
    return record(hint, said) if isinstance(said, dict) else said
