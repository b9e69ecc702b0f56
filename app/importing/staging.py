"""The rows of one file in temporary tables: what could be read, and what was refused and why.

`staged` has a column for each column of the kind, typed, and the line each row came from. A cell that does not follow
its grammar is null there and has a row in `refusal`. Checks add more refusals, set by set.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Any

import psycopg

from app.importing.files import BLANKS, PIECE, Line, Unreadable
from app.importing.kind import Check, Column, Kind
from app.rules.refusals import RuleBroken

BATCH, BATCHES = 5_000, 4
SHOWN = 200
NULL = "\\N"
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Refusal:
    """A row that does not come in: its line, the column, what stood there, what is wrong and what to do."""

    line: int
    column: str
    value: str
    why: str


class Staging:
    """The temporary tables of one file; they are gone with the transaction, or when closed."""

    def __init__(self, connection: psycopg.Connection[Any], kind: Kind, header: Sequence[str]) -> None:
        self.connection = connection
        self.kind = kind
        self.width = len(header)
        self.present = [
            (column, header.index(column.name)) for column in kind.columns if column.name in header
        ]
        self.rows = 0

    def open(self) -> None:
        """Make the tables."""
        self.close()
        columns = ", ".join(f"{column.staged} {column.cell.sql}" for column in self.kind.columns)
        self._do(f"create temp table staged (at_line int not null, {columns}) on commit drop")
        self._do(
            'create temp table refusal (at_line int not null, "column" text, value text, why text) on commit drop'
        )

    def close(self) -> None:
        """Drop the tables, for another file in the same transaction."""
        names = ["staged", "refusal", *(f"merged_{target.table}" for target in self.kind.targets)]
        self._do("set local client_min_messages = warning")
        self._do("drop table if exists " + ", ".join(f"pg_temp.{name}" for name in names))

    def fill(self, lines: Iterable[Line], progress: Progress) -> None:
        """Read the lines; `progress` hears now and then how many were read so far, and may ask the database.

        PostgreSQL takes one batch in while the next is read; refusals wait in a file until all rows are there.
        """
        remaining = iter(lines)
        names = ", ".join(["at_line", *(column.staged for column, _at in self.present)])
        with TemporaryFile() as refused, _nothing_collected():
            while self._copy(f"staged ({names})", islice(self._batches(remaining, refused), BATCHES)):
                progress(self.rows)
            refused.seek(0)
            self._copy("refusal", iter(partial(refused.read, PIECE), b""))
        self._do("analyze staged")

    def check(self, checks: Iterable[Check], filled: Callable[[str], str]) -> None:
        """Add a refusal for every row a check finds, and for every row whose key the file has twice."""
        self._refuse_twins()
        for check in checks:
            why = filled(check.why) if check.computed else _quoted(check.why)
            self._do(
                f"insert into refusal select s.at_line, {_quoted(check.column)},"
                f' left(s."{check.column}"::text, {SHOWN}), {why}'
                f" from staged s {filled(check.joins)} where {filled(check.where)}"
            )

    def refused(self) -> int:
        """Count the rows refused."""
        row = self._do("select count(distinct at_line) from refusal").fetchone()
        return int(row[0]) if row else 0

    def refusals(self) -> Iterator[Refusal]:
        """Give the refusals by line."""
        with self.connection.cursor("refusals") as found:
            found.execute(
                'select at_line, "column", coalesce(value, \'\'), why from refusal order by at_line, "column"'
            )
            for row in found:
                yield Refusal(*row)

    def drop_refused(self) -> None:
        """Go on without the refused rows."""
        self._do("delete from staged where at_line in (select at_line from refusal)")

    def _copy(self, table: str, pieces: Iterable[bytes]) -> bool:
        """Copy pieces into a table and say whether there were any."""
        copied = False
        with self.connection.cursor() as cursor, cursor.copy(f"copy {table} from stdin") as copy:
            for piece in pieces:
                copy.write(piece)
                copied = True
        return copied

    def _batches(self, lines: Iterator[Line], refused: IO[bytes]) -> Iterator[bytes]:
        while batch := list(islice(lines, BATCH)):
            rows, refusals = self._read_batch(batch)
            refused.write(_as_copied(map(_as_row, refusals)))
            self.rows += len(batch)
            yield _as_copied(rows)

    def _read_batch(self, batch: list[Line]) -> tuple[Iterable[str], list[Refusal]]:
        """Give the rows as PostgreSQL copies them, column by column, and what is refused."""
        refusals = [
            Refusal(
                number,
                "",
                "",
                f"This line has {len(cells)} cells, the header {self.width}. Check the commas.",
            )
            for number, cells in batch
            if len(cells) != self.width
        ]
        whole = [line for line in batch if len(line[1]) == self.width] if refusals else batch
        numbers = [number for number, _cells in whole]
        columns = list(zip(*(cells for _number, cells in whole), strict=True)) or [()] * self.width
        read = [self._read(column, numbers, columns[at], refusals) for column, at in self.present]
        return map("\t".join, zip(map(str, numbers), *read, strict=True)), refusals

    def _read(
        self, column: Column, numbers: list[int], cells: Sequence[str], refusals: list[Refusal]
    ) -> Iterable[str]:
        """Read each different text of a column once; give what PostgreSQL copies."""
        read, wrong = {}, {}
        for cell in set(cells):
            try:
                read[cell] = _read_one(column, cell.strip(BLANKS))
            except RuleBroken as refusal:
                read[cell], wrong[cell] = NULL, refusal.sentence
        if wrong:
            refusals.extend(
                Refusal(number, column.name, cell[:SHOWN], wrong[cell])
                for number, cell in zip(numbers, cells, strict=True)
                if cell in wrong
            )
        return map(read.__getitem__, cells)

    def _refuse_twins(self) -> None:
        """A key that occurs twice in one file refuses both rows."""
        keys = [column.staged for column in self.kind.keys]
        names = ", ".join(keys)
        shown = " || ', ' || ".join(f"s.{key}::text" for key in keys)
        known = " and ".join(f"{key} is not null" for key in keys)
        wrong = ", ".join(_quoted(column.name) for column in self.kind.keys)
        self._do(
            f"with twin as (select {names}, array_agg(at_line order by at_line) as lines"
            f' from staged left join (select at_line, true as bad from refusal where "column" in ({wrong})) r'
            f" using (at_line) where {known} and bad is null group by {names} having count(*) > 1)"
            f" insert into refusal select s.at_line, {_quoted(self.kind.keys[0].name)}, left({shown}, {SHOWN}),"
            " 'This key stands on lines ' || array_to_string(lines[:5], ', ') || case when cardinality(lines) > 5"
            " then ' and more' else '' end || '. Keep one of them.'"
            f" from twin join staged s using ({names}) where s.at_line = any(lines)"
        )

    def _do(self, statement: str) -> psycopg.Cursor[Any]:
        return self.connection.execute(statement)


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Let Python not look for garbage meanwhile: rows hold no circles, and looking takes a third of the reading."""
    was_looking = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_looking:
            gc.enable()


def columns_of(kind: Kind, header: Sequence[str]) -> None:
    """Check the names of a file's columns against the kind's; raises Unreadable in a sentence."""
    known = [column.name for column in kind.columns]
    listed = f"{kind.name} has the columns {', '.join(known)}"
    for name in header:
        if name not in known:
            raise Unreadable(f"The column “{name}” is not known. {listed}.")
        if header.count(name) > 1:
            raise Unreadable(f"The column “{name}” stands twice in the header. Keep one of them.")
    for column in kind.columns:
        if column.required and column.name not in header:
            raise Unreadable(f"The column “{column.name}” is missing. {listed}.")


def _read_one(column: Column, cell: str) -> str:
    if cell:
        return column.cell.read(cell).translate(ESCAPES)
    if column.required:
        raise RuleBroken("This is missing. Write a value.")
    return column.if_empty.translate(ESCAPES) if column.if_empty is not None else NULL


def _as_copied(rows: Iterable[str]) -> bytes:
    return "".join(f"{row}\n" for row in rows).encode()


def _as_row(refusal: Refusal) -> str:
    texts = (refusal.column, refusal.value.replace("\0", ""), refusal.why)
    return "\t".join([str(refusal.line), *(each.translate(ESCAPES) for each in texts)])


def _quoted(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"
