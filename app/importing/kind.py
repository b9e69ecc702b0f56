"""What a kind of import says of itself: columns, checks, the tables its rows go to, and how they come back out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg
from sqlalchemy.orm import Session

from app import clock
from app.access import Permission
from app.database import driver
from app.importing.cells import Cell
from app.models import Person


@dataclass(frozen=True)
class Column:
    """A column of the file: its name, what may stand in it, whether it must, and what an empty key means."""

    name: str
    cell: Cell
    required: bool = False
    key: bool = False
    if_empty: str | None = None

    @property
    def staged(self) -> str:
        """Its name in the staging table, quoted, because `order` and others are words of SQL."""
        return f'"{self.name}"'


@dataclass(frozen=True)
class Check:
    """Rows that are refused: a condition over the staged row `s`, the column shown, and a sentence what to do.

    `why` is an SQL expression of type text when `computed`, else the sentence itself. `joins` brings in other tables.
    """

    column: str
    where: str
    why: str
    joins: str = ""
    computed: bool = False


@dataclass(frozen=True)
class Given:
    """A column of a table, filled from the file.

    `sql` gives the value from the staged row `s` and the joined tables; null means not given. What is not given keeps
    what the record has; a new record takes `default`. With `says` an empty cell says something itself (no end, no
    discount), so that it replaces what the record has. `settled` is said where that is not enough: an expression over
    the value given, `i`, and the record there is, `t`.
    """

    name: str
    sql: str
    default: str = "null"
    says: bool = False
    settled: str | None = None


@dataclass(frozen=True)
class Target:
    """A table that gets rows: its key, its columns and what a new row has beside them.

    `grouped` when several rows of the file make one row of the table; expressions are then aggregates. `within` names
    the table written before that a row belongs to: where all of that is new, nothing of this one can be there. `fixed` are
    values of new rows only. Rows are written in `order`. `versioned` tables count their changes, so that a stale page notices. `partner` is the
    partner of a row, over the merged row `m`.
    """

    table: str
    key: Mapping[str, str]
    columns: tuple[Given, ...]
    joins: str = ""
    fixed: Mapping[str, str] = field(default_factory=dict)
    versioned: bool = False
    partner: str | None = None
    grouped: bool = False
    within: str | None = None
    order: str = "m.at_line"


@dataclass(frozen=True)
class Context:
    """What the rows are brought into: the session, who brings them, and whether given amounts are trusted."""

    session: Session
    by: Person | None
    trust_amounts: bool = False

    @property
    def by_id(self) -> int | None:
        """The number of the person who brings the rows in."""
        return None if self.by is None else self.by.id

    def filled(self, sql: str) -> str:
        """Put the moment, the day and the trust into an expression that asks for them."""
        values = {
            "{now}": f"timestamptz '{clock.now().isoformat()}'",
            "{today}": f"date '{clock.today().isoformat()}'",
            "{trusted}": str(self.trust_amounts).lower(),
            "{by_command}": str(self.by is None).lower(),
        }
        for name, value in values.items():
            sql = sql.replace(name, value)
        return sql

    def run(self, statement: str, *values: object) -> psycopg.Cursor[Any]:
        """Run a statement in the transaction under way."""
        return driver(self.session).execute(self.filled(statement), values or None)


Step = Callable[[Context], None]
Counts = tuple[int, int, int]


@dataclass(frozen=True)
class Kind:
    """A kind of import, named as the contract names it.

    `before` and `after` do what one statement per table cannot. `writes` brings the rows in itself, where nothing may be
    merged with what is there, and returns how many records are created, changed and unchanged. `touches` selects the partners whose facts changed;
    they are assessed at the end (P10). `accrues` selects the deals whose credits may be others now; the funds are brought
    into line with them (F3). `amount_checks` are left out when given amounts are trusted. `warnings` selects sentences about rows that come in all the same. `export`
    selects the same columns back; where it says `{partner}`, those of one partner `p` can be asked for.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    targets: tuple[Target, ...]
    export: str
    permission: Permission = Permission.IMPORT_ALL
    checks: tuple[Check, ...] = ()
    amount_checks: tuple[Check, ...] = ()
    before: Step | None = None
    after: Step | None = None
    writes: Callable[[Context], Counts] | None = None
    touches: str | None = None
    accrues: str | None = None
    warnings: str | None = None

    @property
    def keys(self) -> tuple[Column, ...]:
        """The columns that tell one record from another."""
        return tuple(column for column in self.columns if column.key)

    @property
    def by_partner(self) -> bool:
        """Whether the rows of one partner can be asked for."""
        return "{partner}" in self.export

    @property
    def header(self) -> list[str]:
        """The names of the columns, as a template file has them."""
        return [column.name for column in self.columns]


def unknown(column: str, table: str, sentence: str, *, by: str = "code") -> Check:
    """A check that refuses a name nobody has."""
    return Check(
        column,
        f's."{column}" is not null and not exists (select from {table} x where x.{by} = s."{column}")',
        sentence,
    )
