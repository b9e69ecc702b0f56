"""A whole list as a file: CSV streamed piece by piece, or a spreadsheet."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from flask import Response, abort
from sqlalchemy import Select
from sqlalchemy.orm import Session

from app import scope
from app.database import new_session
from app.listing.page import Page

SHEET_ROWS = 100_000
HARMFUL = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def as_csv(page: Page) -> Response:
    """Answer with the list as CSV."""
    return Response(_csv_lines(page, _items(page)), mimetype="text/csv", headers=_named(page, "csv"))


def as_sheet(page: Page) -> Response:
    """Answer with the list as a spreadsheet."""
    file = _sheet(page, _items(page))
    return Response(file, mimetype=SHEET, headers=_named(page, "xlsx"), direct_passthrough=True)


def _named(page: Page, suffix: str) -> dict[str, str]:
    return {"Content-Disposition": f"attachment; filename={page.noun.replace(' ', '-')}.{suffix}"}


def _scope() -> scope.Scope:
    opened = scope.current()
    if opened is None:
        abort(403)
    return opened


def _items(page: Page) -> Iterator[Any]:
    """Return every row of the list, read in batches by a session of its own: the request's ends before the stream."""
    return _batches(page, page.ordered(), new_session(), _scope())


def _batches(page: Page, query: Select[Any], session: Session, opened: scope.Scope) -> Iterator[Any]:
    with scope.opened(opened), session:
        for batch in session.execute(query.execution_options(yield_per=500)).partitions():
            items = [row[0] if len(row) == 1 else row for row in batch]
            yield from page.listing.prepare(session, items) if page.listing.prepare else items


def _heads(page: Page) -> list[str]:
    heads = []
    for column in page.columns:
        heads.append(column.label)
        if column.currency:
            heads.append(f"{column.label} currency")
    return heads


def _values(page: Page, item: Any) -> list[Any]:
    values = []
    for column in page.columns:
        values.append(column.value(item))
        if column.currency:
            values.append(column.currency(item))
    return values


def harmless(value: Any) -> Any:
    """Return a value that a spreadsheet will not run as a formula; numbers and days stay what they are."""
    if isinstance(value, str):
        text = "".join(letter for letter in value if letter >= " " or letter in "\t\n")
        return f"'{text}" if value.startswith(HARMFUL) else text
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date | datetime):
        return value.isoformat()
    return "" if value is None else value


def _csv_lines(page: Page, items: Iterator[Any]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(_heads(page))
    for item in items:
        writer.writerow([harmless(value) for value in _values(page, item)])
        if buffer.tell() > 32_768:  # noqa: PLR2004 - bytes held back before a piece is sent
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _sheet(page: Page, items: Iterator[Any]) -> Any:
    """Return an open file with the list as a spreadsheet, written row by row."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    book = xlsxwriter.Workbook(
        file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet(page.noun.capitalize()[:31])
    sheet.write_row(0, 0, _heads(page))
    for index, item in enumerate(items, start=1):
        if index > SHEET_ROWS:
            sheet.write_string(index, 0, f"The first {SHEET_ROWS:,} rows; export as CSV for all of them.")
            break
        sheet.write_row(index, 0, [harmless(value) for value in _values(page, item)])
    book.close()
    file.seek(0)
    return file
