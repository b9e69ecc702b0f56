"""A spreadsheet (.xlsx) as rows of text.

Before anything is unpacked the archive is checked: its size unpacked, its ratio, its members. What a cell shows and
what it holds may differ, so a formula, a date with a time, a number that does not survive the journey and a merged
header are refused by cell. Only the first sheet is read.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import IO
from xml.etree import ElementTree as ET

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from app.rules.refusals import RuleBroken

LARGEST = 50 * 1024 * 1024
HIGHEST_RATIO = 100
MOST_MEMBERS = 200
SHOWN = 5

BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, CalamineError, ET.ParseError,
    LookupError, ValueError, ArithmeticError, RuntimeError, StopIteration,
)  # fmt: skip
"""What the readers of archives, of their parts and of their numbers raise when one is damaged or locked."""

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class BadWorkbook(RuleBroken):
    """The spreadsheet cannot be read as it is."""


def check(path: Path, name: str) -> None:
    """Refuse an archive that is too large unpacked, and cells that do not hold what they show."""
    try:
        with zipfile.ZipFile(path) as archive:
            _check_archive(archive, name)
            _check_cells(archive, name)
        merged = _sheet(path).merged_cell_ranges or []
    except BROKEN as error:
        raise BadWorkbook(f"{name} is not a spreadsheet that can be read. Save it again as .xlsx.") from error
    if any(start[0] == 0 for start, _end in merged):
        raise BadWorkbook(f"{name} has merged cells in its first row. Give each column a cell with its name.")


def count(path: Path) -> int:
    """Give the number of rows under the header."""
    return max(_sheet(path).height - 1, 0)


def lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Give the rows of the first sheet with their numbers, every cell as text."""
    try:
        rows = _sheet(path).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise BadWorkbook("The spreadsheet cannot be read. Save it again as .xlsx.") from error
    for number, row in enumerate(rows, start=1):
        yield number, [_as_text(cell) for cell in row]


def _sheet(path: Path) -> CalamineSheet:
    return CalamineWorkbook.from_path(path).get_sheet_by_index(0)


def _check_archive(archive: zipfile.ZipFile, name: str) -> None:
    members = archive.infolist()
    unpacked, packed = sum(each.file_size for each in members), sum(each.compress_size for each in members)
    if len(members) > MOST_MEMBERS:
        raise BadWorkbook(f"{name} holds {len(members)} parts; {MOST_MEMBERS} are allowed. Save it as CSV.")
    if unpacked > LARGEST:
        raise BadWorkbook(
            f"{name} is {unpacked >> 20} MiB unpacked; {LARGEST >> 20} are allowed. Save it as CSV."
        )
    if packed and unpacked / packed > HIGHEST_RATIO:
        raise BadWorkbook(f"{name} is packed more than {HIGHEST_RATIO} times. Save it as CSV.")


def _check_cells(archive: zipfile.ZipFile, name: str) -> None:
    with archive.open(_first_sheet(archive)) as document:
        wrong = list(_wrong_cells(document))
    if wrong:
        more = f" and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
        raise BadWorkbook(f"{name} cannot be taken literally: {'; '.join(wrong[:SHOWN])}{more}.")


def _wrong_cells(document: IO[bytes]) -> Iterator[str]:
    for _event, cell in ET.iterparse(_Plain(document)):  # noqa: S314 - see _Plain
        if cell.tag == f"{MAIN}c":
            if cell.find(f"{MAIN}f") is not None:
                yield f"cell {cell.get('r')} is a formula, write its value"
            elif cell.get("t", "n") == "n" and not _survives(cell.findtext(f"{MAIN}v")):
                yield f"cell {cell.get('r')} holds a number with too many digits, write it as text"
            elif cell.get("t") == "e":
                yield f"cell {cell.get('r')} holds an error"
        if cell.tag == f"{MAIN}row":
            cell.clear()


def _survives(number: str | None) -> bool:
    return number is None or Decimal(number) == Decimal(repr(float(number)))


def _first_sheet(archive: zipfile.ZipFile) -> str:
    with archive.open("xl/workbook.xml") as document:
        sheets = ET.parse(_Plain(document)).find(f"{MAIN}sheets")  # noqa: S314 - see _Plain
    if sheets is None or not len(sheets):
        raise KeyError("sheets")
    wanted = sheets[0].get(LINK)
    with archive.open("xl/_rels/workbook.xml.rels") as document:
        links = ET.parse(_Plain(document)).getroot()  # noqa: S314 - see _Plain
    target = next(link.get("Target", "") for link in links if link.get("Id") == wanted)
    return target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)


class _Plain:
    """A document that may declare no types: a declaration is how a small file becomes a large one."""

    def __init__(self, document: IO[bytes]) -> None:
        self.document = document
        self.before = b""

    def read(self, size: int = -1) -> bytes:
        piece = self.document.read(size)
        if b"<!DOCTYPE" in self.before + piece or b"<!ENTITY" in self.before + piece:
            raise BadWorkbook("The spreadsheet declares types of its own. Save it again as .xlsx.")
        self.before = piece[-16:]
        return piece


def _as_text(cell: object) -> str:
    match cell:
        case bool():
            return "yes" if cell else "no"
        case float():
            return format(Decimal(repr(cell)), "f").removesuffix(".0")
        case datetime() if cell.time() == time.min:
            return cell.date().isoformat()
        case date():
            return cell.isoformat()
        case _:
            return str(cell)
