"""The records behind a number as a file: every one of them, with its day, its value and why it does not count (P5)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from urllib.parse import quote

from flask import Response

from app.listing.exports import harmless
from app.models.assessing.records import Record

HEADS = (
    "Record",
    "Kind",
    "Day",
    "Value",
    "Currency",
    "In the program's currency",
    "Counts",
    "Why it does not count",
)


def records_as_csv(records: Iterable[Record], name: str) -> Response:
    """Answer with the records as CSV."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(HEADS)
    for one in records:
        counts = "yes" if one.counts else "no"
        cells = (
            one.label,
            one.source.value,
            one.day,
            one.value,
            one.currency,
            one.converted,
            counts,
            one.why,
        )
        writer.writerow([harmless(cell) for cell in cells])
    answer = Response(buffer.getvalue(), mimetype="text/csv")
    seen = "".join(letter for letter in name if letter.isprintable())
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(seen, safe='')}.csv"
    return answer
