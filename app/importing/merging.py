"""Staged rows into a table: what is new, what differs, and one statement that writes both.

`merged_<table>` holds each row as it shall be, whether the record existed and whether it is the same. Changed records
give an event each, with what was and what is; new ones none (the import itself is an event).
"""

from __future__ import annotations

from typing import Any, cast

import psycopg
from sqlalchemy import Numeric

from app import clock
from app.importing.kind import Context, Given, Target
from app.models import Base


class Merge:
    """One table's part of an import."""

    def __init__(self, context: Context, target: Target) -> None:
        self.context = context
        self.target = target
        self.merged = f"merged_{target.table}"
        self.names = [*target.key, *(given.name for given in target.columns)]
        self.on_key = " and ".join(f"t.{key} = m.{key}" for key in target.key)
        self.differs = _differs("t", "m", [given.name for given in target.columns])

    def prepare(self) -> None:
        """Work out each row as it shall be."""
        target = self.target
        line = "min(s.at_line)" if target.grouped else "s.at_line"
        given = [*target.key.items(), *((each.name, each.sql) for each in target.columns)]
        inner = ", ".join(f"{sql} as {name}" for name, sql in given)
        group = f" group by {', '.join(target.key.values())}" if target.grouped else ""
        known = f"t.{next(iter(target.key))} is not null"
        wanted = ", ".join(f"{_settled(each)} as {each.name}" for each in target.columns)
        keys = ", ".join(f"i.{key}" for key in target.key)
        old = ", ".join(f"t.{each.name} as old_{each.name}" for each in target.columns)
        on_key = " and ".join(f"t.{key} = i.{key}" for key in target.key) if self._may_be_there() else "false"
        moved = " old_partner_id," if any(each.name == "partner_id" for each in target.columns) else ""
        self._do(
            f"create temp table {self.merged} on commit drop as"
            f" select at_line, {', '.join(self.names)}, existed,{moved}"
            f" existed and not ({_differs('w', 'w', [e.name for e in target.columns], old='old_')}) as same from ("
            f" select i.at_line, {keys}, {known} as existed{', ' if wanted else ''}{wanted}{', ' if old else ''}{old}"
            f" from (select {line} as at_line, {inner} from staged s {target.joins}{group}) i"
            f" left join {target.table} t on {on_key}) w"
        )
        self._do(f"analyze {self.merged}")

    def _may_be_there(self) -> bool:
        within = self.target.within
        return within is None or self._any(f"select from merged_{within} where existed")

    def record_changes(self) -> None:
        """Record an event for each record that changes, before it does."""
        target = self.target
        if not target.columns or not self._any(f"select from {self.merged} where existed and not same"):
            return
        before, after = (self._values(alias) for alias in ("t", "m"))
        subject = "t.id" if "id" in Base.metadata.tables[target.table].c else "null::bigint"
        partner = target.partner or "null::bigint"
        self._do(
            "with changed as (select row_number() over (order by m.at_line) as n,"
            f" {subject} as subject_id, {partner} as partner_id, d.*"
            f" from {self.merged} m join {target.table} t on {self.on_key} cross join lateral ("
            " select jsonb_agg(key order by key) as fields, jsonb_object_agg(key, b.value) as before,"
            f" jsonb_object_agg(key, a.value) as after from jsonb_each({before}) b join jsonb_each({after}) a using (key)"
            " where a.value is distinct from b.value) d where m.existed and not m.same),"
            " added as (insert into event (at, actor_id, partner_id, kind, subject_type, subject_id, fields)"
            " select %s, %s, partner_id, %s, %s, subject_id, coalesce(fields, '[]') from changed order by n returning id),"
            " numbered as (select id, row_number() over (order by id) as n from added)"
            " insert into event_detail (event_id, before, after)"
            " select id, coalesce(before, '{}'), coalesce(after, '{}') from numbered join changed using (n)",
            clock.now(), self.context.by_id, f"{target.table}.changed", target.table,
        )  # fmt: skip

    def write(self) -> None:
        """Insert what is new and update what differs, in one statement."""
        target = self.target
        fixed = dict(target.fixed) | ({"version": "1"} if target.versioned else {})
        columns = ", ".join([*self.names, *fixed])
        values = ", ".join([*(f"m.{name}" for name in self.names), *fixed.values()])
        self._do(
            f"insert into {target.table} as t ({columns}) select {values} from {self.merged} m"
            f" where not m.same order by {target.order} {self._on_conflict()}"
        )

    def _on_conflict(self) -> str:
        """Say what becomes of a record that is there: nothing to say, and quicker, when all are new."""
        target = self.target
        if not self._any(f"select from {self.merged} where existed"):
            return ""
        changes = [f"{each.name} = excluded.{each.name}" for each in target.columns]
        if target.versioned:
            changes.append("version = t.version + 1")
        act = f"do update set {', '.join(changes)} where {_differs('t', 'excluded', self.names)}"
        return f"on conflict ({', '.join(target.key)}) {act if target.columns else 'do nothing'}"

    def counts(self) -> tuple[int, int, int]:
        """Give how many records are created, changed and unchanged."""
        row = self._do(
            "select count(*) filter (where not existed), count(*) filter (where existed and not same),"
            f" count(*) filter (where same) from {self.merged}"
        ).fetchone()
        return cast("tuple[int, int, int]", row)

    def _values(self, alias: str) -> str:
        """Give the values of a row as JSON that loses nothing: decimals as text."""
        table = Base.metadata.tables[self.target.table]
        pairs = (
            f"'{each.name}', {alias}.{each.name}"
            + ("::text" if isinstance(table.c[each.name].type, Numeric) else "")
            for each in self.target.columns
        )
        return f"jsonb_build_object({', '.join(pairs)})"

    def _any(self, question: str) -> bool:
        row = self._do(f"select exists ({question})").fetchone()
        return bool(row and row[0])

    def _do(self, statement: str, *values: object) -> psycopg.Cursor[Any]:
        return self.context.run(statement, *values)


def _settled(given: Given) -> str:
    if given.settled is not None:
        return given.settled
    if given.says:
        return f"coalesce(i.{given.name}, {given.default})"
    if given.default == "null":
        return f"coalesce(i.{given.name}, t.{given.name})"
    return f"coalesce(i.{given.name}, t.{given.name}, {given.default})"


def _differs(one: str, other: str, names: list[str], old: str = "") -> str:
    if not names:
        return "false"
    ones = ", ".join(f"{one}.{old}{name}" for name in names)
    others = ", ".join(f"{other}.{name}" for name in names)
    return f"({ones}) is distinct from ({others})"
