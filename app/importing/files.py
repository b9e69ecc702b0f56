"""A file as it comes: what it really is, and its rows as text.

Nothing is guessed. A CSV file is UTF-8 with commas and a header; a byte order mark, carriage returns as line ends and
spaces around values are accepted. Another encoding is refused with its position. A spreadsheet is read by `workbook`.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from app.importing import workbook
from app.rules.refusals import RuleBroken

PIECE = 1 << 20
LONGEST_CELL = 100_000
BLANKS = " \t"
ZIP = b"PK\x03\x04"
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

csv.field_size_limit(LONGEST_CELL)


class Unreadable(RuleBroken):
    """The file as a whole cannot be read; nothing of it is brought in."""


Line = tuple[int, list[str]]
"""A row of a file: the number of its line, or of its row in a sheet, and its cells as text."""


@dataclass(frozen=True)
class Source:
    """A file that was looked through: its name, fingerprint, size, and about how many rows it has."""

    path: Path
    name: str
    sha256: str
    size: int
    rows: int
    is_workbook: bool

    def header(self) -> list[str]:
        """Give the names of the columns, in lower case; raises Unreadable when there is none."""
        first = next(self._lines(), None)
        if first is None:
            raise Unreadable(f"{self.name} is empty. The first line names the columns.")
        return [name.strip(BLANKS).lower() for name in first[1]]

    def lines(self) -> Iterator[Line]:
        """Give the rows under the header; lines without any value are passed over."""
        lines = self._lines()
        next(lines, None)
        return (line for line in lines if any(line[1]))

    def _lines(self) -> Iterator[Line]:
        return workbook.lines(self.path) if self.is_workbook else _csv_lines(self.path)


def inspect(path: Path, name: str | None = None) -> Source:
    """Look through a file once: fingerprint, rows, encoding; raises Unreadable in a sentence."""
    called = name or path.name
    try:
        with path.open("rb") as file:
            start = file.read(len(ZIP))
        is_workbook = _is_workbook(start, called)
        digest, rows = _look_through(path, called, text=not is_workbook)
        if is_workbook:
            workbook.check(path, called)
            rows = workbook.count(path)
    except OSError as error:
        raise Unreadable(f"{called} cannot be read: {error.strerror or error}.") from error
    except workbook.BadWorkbook as bad:
        raise Unreadable(bad.sentence) from bad
    return Source(path, called, digest, path.stat().st_size, rows, is_workbook)


def _is_workbook(start: bytes, name: str) -> bool:
    ending = Path(name).suffix.lower()
    if ending not in {".csv", ".xlsx"}:
        raise Unreadable(f"{name} is neither .csv nor .xlsx. Save it as one of them.")
    is_zip = start == ZIP
    if is_zip and ending == ".csv":
        raise Unreadable(f"{name} is not what its name says: it is a spreadsheet or an archive, not CSV.")
    if not is_zip and ending == ".xlsx":
        raise Unreadable(f"{name} is not what its name says: it is no .xlsx spreadsheet.")
    return is_zip


def _look_through(path: Path, name: str, *, text: bool) -> tuple[str, int]:
    """Give the SHA-256 and the number of rows under the header; refuse bytes that are not UTF-8, with position."""
    digest, decoder = sha256(), codecs.getincrementaldecoder("utf-8")()
    position, ends, returns, pairs, last = 0, 0, 0, 0, b""
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
            if text:
                _check_text(piece, decoder, position, name)
                ends += piece.count(b"\n")
                returns += piece.count(b"\r")
                pairs += (last[-1:] + piece).count(b"\r\n")
                last = piece
            position += len(piece)
    if text:
        _finish(decoder, position, name)
    lines = ends + returns - pairs + (1 if last and last[-1:] not in b"\r\n" else 0)
    return digest.hexdigest(), max(lines - 1, 0)


def _check_text(piece: bytes, decoder: codecs.IncrementalDecoder, position: int, name: str) -> None:
    if position == 0 and piece.startswith(UTF16):
        raise Unreadable(f"{name} is UTF-16 from byte 1 on. Save it as CSV in UTF-8.")
    if b"\0" in piece:
        raise Unreadable(
            f"{name} holds a zero byte at byte {position + piece.index(0) + 1:,}. It is no text file."
        )
    pending = len(decoder.getstate()[0])
    try:
        decoder.decode(piece)
    except UnicodeDecodeError as error:
        wrong = error.object[error.start]
        at = position - pending + error.start + 1
        raise Unreadable(
            f"{name} is not UTF-8: byte {at:,} is 0x{wrong:02X}. Save it as CSV in UTF-8; nothing is guessed."
        ) from error


def _finish(decoder: codecs.IncrementalDecoder, position: int, name: str) -> None:
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise Unreadable(
            f"{name} ends at byte {position:,} in the middle of a character. It was cut off."
        ) from error


def _csv_lines(path: Path) -> Iterator[Line]:
    with path.open("rb") as binary, io.TextIOWrapper(binary, encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        number = 1
        try:
            for cells in reader:
                yield number, cells
                number = reader.line_num + 1
        except csv.Error as error:
            raise Unreadable(f"Line {number:,}: {_in_words(str(error))}") from error


def _in_words(error: str) -> str:
    if "field larger" in error:
        return f"a cell is longer than {LONGEST_CELL:,} characters, or a quotation mark is never closed."
    return "the quotation marks do not fit. A quotation mark inside a quoted value is written twice."
