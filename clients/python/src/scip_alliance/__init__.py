"""Figures and public records of the SCiP Alliance.

    with Client("http://127.0.0.1:8080") as client:
        print(client.metrics("network_events", period=["2023-24", "2024-25"], by="nation").frame())
"""
from ._client import Client
from ._errors import FieldError, ScipError
from ._records import (
    Basis, Breakdown, Cell, Cells, Citation, Comparison, Correction, Counted, Definition, Explanation, Filters, LeftOut, Link, Metric, Nation,
    Number, Release, Status,
)

__all__ = [
    "Basis", "Breakdown", "Cell", "Cells", "Citation", "Client", "Comparison", "Correction", "Counted", "Definition", "Explanation", "FieldError",
    "Filters", "LeftOut", "Link", "Metric", "Nation", "Number", "Release", "ScipError", "Status",
]
