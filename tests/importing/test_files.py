"""What a file may be: UTF-8 CSV or a spreadsheet, read literally or refused with its place."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pytest
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from app.importing import files, workbook
from app.importing.files import Unreadable


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    def write(content: bytes, name: str = "rates.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


@pytest.fixture
def sheet(tmp_path: Path) -> Callable[[Callable[[xlsxwriter.Workbook, Worksheet], None]], Path]:
    def write(fill: Callable[[xlsxwriter.Workbook, Worksheet], None]) -> Path:
        path = tmp_path / "rates.xlsx"
        with xlsxwriter.Workbook(path) as book:
            page = book.add_worksheet()
            page.write_row(0, 0, ["currency", "day", "rate"])
            fill(book, page)
        return path

    return write


Written = Callable[..., Path]
Sheet = Callable[[Callable[[xlsxwriter.Workbook, Worksheet], None]], Path]


def rows(path: Path) -> list[tuple[int, list[str]]]:
    return list(files.inspect(path).lines())


def test_a_byte_order_mark_and_carriage_returns_are_accepted(written: Written) -> None:
    source = files.inspect(written(b'\xef\xbb\xbfcurrency,day\rEUR,2026-01-01\r\rUSD,"a\rb"\r'))

    assert source.header() == ["currency", "day"]
    assert list(source.lines()) == [(2, ["EUR", "2026-01-01"]), (4, ["USD", "a\rb"])]


def test_a_file_knows_its_fingerprint_and_about_how_many_rows_it_has(written: Written) -> None:
    source = files.inspect(written(b"currency\nEUR\r\nUSD"))

    assert source.rows == 2
    assert source.sha256 == sha256(b"currency\nEUR\r\nUSD").hexdigest()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("currency,Zürich\n".encode("latin-1"), "byte 11 is 0xFC"),
        (b"a" * ((1 << 20) - 1) + "é".encode() + b"\xff", "byte 1,048,578 is 0xFF"),
        ("currency\n".encode("utf-16"), "UTF-16"),
        (b"currency\nE\0R\n", "zero byte at byte 11"),
        (b"currency\xc3", "in the middle of a character"),
        (b"PK\x03\x04", "not what its name says"),
    ],
)
def test_another_encoding_is_refused_with_its_position_and_never_guessed(
    written: Written, content: bytes, sentence: str
) -> None:
    with pytest.raises(Unreadable, match=sentence):
        files.inspect(written(content))


@pytest.mark.parametrize("content", [b'currency\n"EUR\nUSD\n', b'currency\n"E"UR\n'])
def test_quotation_marks_that_do_not_fit_are_refused_with_their_line(
    written: Written, content: bytes
) -> None:
    with pytest.raises(Unreadable, match="Line 2"):
        rows(written(content))


def test_a_spreadsheet_gives_days_numbers_and_texts_as_they_are(sheet: Sheet) -> None:
    def fill(book: xlsxwriter.Workbook, page: Worksheet) -> None:
        page.write_string(1, 0, "EUR")
        page.write_datetime(1, 1, datetime(2026, 2, 1), book.add_format({"num_format": "yyyy-mm-dd"}))  # noqa: DTZ001
        page.write_number(1, 2, 1.0825)
        page.write_row(3, 0, ["USD", "2026-02-01"])
        page.write_number(3, 2, 12)

    assert rows(sheet(fill)) == [(2, ["EUR", "2026-02-01", "1.0825"]), (4, ["USD", "2026-02-01", "12"])]


def test_a_time_of_day_stays_and_is_then_no_day(sheet: Sheet) -> None:
    def fill(book: xlsxwriter.Workbook, page: Worksheet) -> None:
        page.write_datetime(1, 1, datetime(2026, 2, 1, 4), book.add_format({"num_format": "yyyy-mm-dd"}))  # noqa: DTZ001

    assert rows(sheet(fill)) == [(2, ["", "2026-02-01T04:00:00", ""])]


def test_a_formula_is_refused_by_cell(sheet: Sheet) -> None:
    with pytest.raises(Unreadable, match="cell C2 is a formula"):
        files.inspect(sheet(lambda _book, page: page.write_formula("C2", "=1+1", None, 2)))


def test_a_merged_header_is_refused(sheet: Sheet) -> None:
    with pytest.raises(Unreadable, match="merged cells"):
        files.inspect(sheet(lambda _book, page: page.merge_range("D1:E1", "more")))


def changed(path: Path, part: str, old: bytes, new: bytes) -> Path:
    """Write a spreadsheet anew with something else in one of its parts."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = parts[part].replace(old, new)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


FIRST = "xl/worksheets/sheet1.xml"


def test_a_number_that_does_not_survive_is_refused_by_cell(sheet: Sheet) -> None:
    path = sheet(lambda _book, page: page.write_number("C2", 1.5))

    with pytest.raises(Unreadable, match="cell C2 holds a number with too many digits"):
        files.inspect(changed(path, FIRST, b"<v>1.5</v>", b"<v>1234567890123456789</v>"))


def test_a_lying_dimension_loses_no_rows(sheet: Sheet) -> None:
    path = sheet(lambda _book, page: page.write_column(1, 0, ["EUR", "USD", "GBP"]))

    lying = changed(path, FIRST, b'<dimension ref="A1:C4"/>', b'<dimension ref="A1:A2"/>')

    assert [cells[0] for _number, cells in rows(lying)] == ["EUR", "USD", "GBP"]


def test_a_document_that_declares_types_is_refused(sheet: Sheet) -> None:
    path = sheet(lambda _book, page: page.write_string("A2", "EUR"))

    with pytest.raises(Unreadable, match="declares types"):
        files.inspect(changed(path, FIRST, b"<worksheet ", b'<!DOCTYPE w [<!ENTITY a "b">]><worksheet '))


@pytest.mark.parametrize(
    ("members", "sentence"),
    [(workbook.MOST_MEMBERS + 1, "201 parts"), (1, "packed more than 100 times")],
)
def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, members: int, sentence: str) -> None:
    path = tmp_path / "bomb.xlsx"
    content = b"0" * (1 if members > 1 else 10_000_000)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(members):
            archive.writestr(f"part{number}", content)

    with pytest.raises(Unreadable, match=sentence):
        files.inspect(path)
