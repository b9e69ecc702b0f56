"""Rows back out, in the columns they come in by: import, export, import changes nothing.

A text that a spreadsheet would take for a formula gets an apostrophe before it, which the import takes away again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import sql

from app.importing.cells import DANGEROUS, Address, Text, YesNo
from app.importing.kind import Column, Kind
from app.rules.refusals import RuleBroken


def lines(
    connection: psycopg.Connection[Any], kind: Kind, partner_code: str | None = None
) -> Iterator[bytes]:
    """Give the CSV file of a kind piece by piece, header first; raises RuleBroken when no partner can be chosen."""
    with connection.cursor() as cursor, cursor.copy(_statement(kind, partner_code)) as copy:
        for piece in copy:
            yield bytes(piece)


def _statement(kind: Kind, partner_code: str | None) -> sql.SQL | sql.Composed:
    rows = kind.export.replace("{partner}", _of_partner(kind, partner_code).as_string(None))
    columns = ", ".join(_shown(column) for column in kind.columns)
    keys = ", ".join(f"e.{column.staged} nulls first" for column in kind.keys)
    return sql.SQL(
        f"copy (select {columns} from ({rows}) e order by {keys}) to stdout with (format csv, header)"
    )


def _of_partner(kind: Kind, partner_code: str | None) -> sql.SQL | sql.Composed:
    if partner_code is None:
        return sql.SQL("true")
    if not kind.by_partner:
        raise RuleBroken(f"{kind.title} belong to no partner. Leave --partner out.")
    return sql.SQL("p.code = {}").format(sql.Literal(partner_code))


def _shown(column: Column) -> str:
    name = column.staged
    match column.cell:
        case Text() | Address():
            return f"case when e.{name} ~ E'{_escaped(DANGEROUS)}' then '''' || e.{name} else e.{name} end as {name}"
        case YesNo():
            return f"case when e.{name} then 'yes' else 'no' end as {name}"
        case _:
            return f"e.{name}"


def _escaped(pattern: str) -> str:
    return pattern.replace("\\", "\\\\").replace("'", "''")
