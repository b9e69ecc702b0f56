"""A type's ladder as one table of form fields: tiers across, obligations and benefits down.

The table keeps what was typed and puts each refusal at its cell. A row is a category with its conditions (mandatory,
any of, days); a cell is what one tier asks or gives. Empty rows and columns at the end are there to be filled; a row
without cells and a column without a name and cells are left out.

Fields: `t2-name` a tier; `o3-category`, `o3-t2-target`, `o3-t2-score` an obligation; `b1-category`, `b1-t0` a benefit, where
`t0` is Registered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from app.partnership import ladder_cells as cells
from app.partnership.ladder_cells import Cell, Column, Form, Row
from app.rules import program_values
from app.rules.ladder_checks import TIERS
from app.rules.mistakes import Mistake, Path
from app.rules.program import (
    REGISTERED,
    BenefitShape,
    CategoryShape,
    ObligationShape,
    TierShape,
    TypeShape,
    Value,
)
from app.rules.program_values import NotAValue, plain, show

SPARE_ROWS = 2


@dataclass
class LadderTable:
    """The whole table; `errors` belong to no cell."""

    columns: list[Column]
    obligations: list[Row]
    benefits: list[Row]
    errors: list[str] = field(default_factory=list)
    places: dict[Path, tuple[Row | None, int]] = field(default_factory=dict)

    # -- from a ladder

    @classmethod
    def of(cls, kind: TypeShape, categories: Mapping[str, CategoryShape]) -> LadderTable:
        """Return the table of a ladder as it is, with room for more."""
        table = cls([], [], [])
        for key, tier in enumerate(kind.tiers, 1):
            score = "" if tier.target_score is None else plain(tier.target_score)
            table.columns.append(Column(key, tier.name, score, str(key)))
            for asked in tier.obligations:
                cell = table._row(table.obligations, "o", asked).cell(key)
                cell.value = _typed(categories[asked.category], asked.target)
                cell.score = "" if asked.score is None else plain(asked.score)
                cell.floor = "" if asked.floor is None else plain(asked.floor)
        for key, given in enumerate((kind.registered, *(tier.benefits for tier in kind.tiers))):
            for one in given:
                table._row(table.benefits, "b", one).cell(key).value = _typed(
                    categories[one.category], one.value
                )
        return table.with_room()

    def with_room(self) -> LadderTable:
        """Add an empty tier and a few empty rows to be filled in."""
        if len(self.columns) < TIERS:
            self.columns.append(Column(max((one.key for one in self.columns), default=0) + 1))
        for rows, letter in ((self.obligations, "o"), (self.benefits, "b")):
            used = max((int(one.key[1:]) for one in rows), default=0)
            rows.extend(Row(f"{letter}{used + more}") for more in range(1, SPARE_ROWS + 1))
        return self

    def _row(self, rows: list[Row], letter: str, one: ObligationShape | BenefitShape) -> Row:
        any_of, mandatory = (
            (one.any_of or "", one.mandatory) if isinstance(one, ObligationShape) else ("", True)
        )
        days = (
            one.valid_from.isoformat() if one.valid_from else "",
            one.valid_to.isoformat() if one.valid_to else "",
        )
        wanted = (one.category, any_of, mandatory, *days)
        for row in rows:
            if (row.category, row.any_of, row.mandatory, row.valid_from, row.valid_to) == wanted:
                return row
        rows.append(Row(f"{letter}{len(rows) + 1}", *wanted))
        return rows[-1]

    # -- from a form

    @classmethod
    def typed(cls, form: Form) -> LadderTable:
        """Return the table as somebody filled it in."""
        columns = cells.typed_columns(form)
        typed = cells.typed_rows(form, [one.key for one in columns])
        return cls(
            columns, [one for one in typed if one.key[0] == "o"], [one for one in typed if one.key[0] == "b"]
        )

    # -- into tiers

    def tiers(self, categories: Mapping[str, CategoryShape], *, points: bool) -> tuple[TierShape, ...]:
        """Return the tiers this table says; what cannot be read is put at its cell, and a value stands in for it."""
        self._check_rows()
        return tuple(
            TierShape(
                column.name,
                self._number(column.score, column.errors, "The target score") if points else None,
                tuple(self._obligations(place, column, categories, points=points)),
                tuple(self._benefits(("tiers", place, "benefits"), column.key, categories)),
            )
            for place, column in enumerate(self._kept_columns())
        )

    def registered(self, categories: Mapping[str, CategoryShape]) -> tuple[BenefitShape, ...]:
        """Return what partners get who have no tier yet."""
        return tuple(self._benefits(("registered",), 0, categories))

    @property
    def is_refused(self) -> bool:
        """Say whether anything is wrong anywhere in the table."""
        return bool(self.errors) or any(self.wrong())

    def wrong(self) -> Iterator[tuple[str, str]]:
        """Yield every refusal with the id of its field; one at a cell says which."""
        for column in self.columns:
            yield from ((f"t{column.key}-name", one) for one in column.errors)
        names = {one.key: one.name or "new tier" for one in self.columns} | {0: REGISTERED}
        for row in (*self.obligations, *self.benefits):
            yield from ((f"{row.key}-category", one) for one in row.errors)
            for key, cell in row.cells.items():
                where = f"{row.category}, {names.get(key, '')}: "
                yield from ((f"{row.key}-t{key}", where + one) for one in cell.errors)

    def refuse(self, mistakes: Iterable[Mistake]) -> None:
        """Put each mistake at its cell, its row, its tier, or on top."""
        for mistake in mistakes:
            path = mistake.path[2:] if mistake.path[:1] == ("types",) else mistake.path
            self._errors_at(path).append(mistake.sentence)

    def _errors_at(self, path: Path) -> list[str]:
        columns = self._kept_columns()
        row, key = self.places.get(path[:-1], (None, 0))
        if row is not None:
            return row.cell(key).errors if path[-1] in {"target", "score", "floor", "value"} else row.errors
        if path[:1] == ("tiers",) and len(path) > 1 and isinstance(path[1], int) and path[1] < len(columns):
            return columns[path[1]].errors
        return self.errors

    def _kept_columns(self) -> list[Column]:
        """The tiers that stay, from below: in the order of their places, else as they stand."""
        kept = [one for one in self.columns if not one.remove and (one.name or self._is_used(one))]
        return sorted(kept, key=lambda one: (int(one.place) if _is_place(one.place) else one.key, one.key))

    def _is_used(self, column: Column) -> bool:
        rows = (*self.obligations, *self.benefits)
        return any(
            not row.remove and column.key in row.cells and not row.cells[column.key].is_empty for row in rows
        )

    def _check_rows(self) -> None:
        for row in (*self.obligations, *self.benefits):
            if not row.category and not row.is_empty and not row.remove:
                row.errors.append("Choose what this row is about.")

    def _rows(self, rows: list[Row], column: int) -> Iterator[tuple[Row, Cell]]:
        for row in rows:
            if row.category and not row.remove and not row.cell(column).is_empty:
                yield row, row.cell(column)

    def _obligations(
        self, place: int, column: Column, categories: Mapping[str, CategoryShape], *, points: bool
    ) -> Iterator[ObligationShape]:
        for number, (row, cell) in enumerate(self._rows(self.obligations, column.key)):
            self.places["tiers", place, "obligations", number] = (row, column.key)
            yield ObligationShape(
                category=row.category,
                target=self._value(cell, categories.get(row.category), "target"),
                score=self._number(cell.score, cell.errors, "The score") if points else None,
                floor=self._number(cell.floor, cell.errors, "The floor") if points else None,
                mandatory=row.mandatory or points,
                any_of=None if points else row.any_of or None,
                valid_from=self._day(row.valid_from, row.errors),
                valid_to=self._day(row.valid_to, row.errors),
            )

    def _benefits(
        self, path: Path, column: int, categories: Mapping[str, CategoryShape]
    ) -> Iterator[BenefitShape]:
        for number, (row, cell) in enumerate(self._rows(self.benefits, column)):
            self.places[(*path, number)] = (row, column)
            value = self._value(cell, categories.get(row.category), "value")
            yield BenefitShape(
                row.category,
                value,
                self._day(row.valid_from, row.errors),
                self._day(row.valid_to, row.errors),
            )

    def _value(self, cell: Cell, category: CategoryShape | None, what: str) -> Value:
        if category is None:
            return cell.value
        try:
            return program_values.read(category.value_type, cell.value, category.choices)
        except NotAValue as why:
            _once(cell.errors, f"The {what} {why}.")
            return Decimal(0)

    def _number(self, words: str, errors: list[str], what: str) -> Decimal | None:
        if not words:
            return None
        try:
            return program_values.number(words)
        except NotAValue as why:
            _once(errors, f"{what} {why}.")
            return None

    def _day(self, words: str, errors: list[str]) -> date | None:
        if not words:
            return None
        try:
            return date.fromisoformat(words)
        except ValueError:
            _once(errors, f"“{words[:20]}” is not a day such as 2026-01-31.")
            return None


def _typed(category: CategoryShape, value: Value) -> str:
    """Return a value as somebody would type it into a cell whose unit stands beside it."""
    return show(category.value_type, value).removesuffix(" %")


def _is_place(words: str) -> bool:
    return words.isascii() and words.isdigit() and len(words) <= 3  # noqa: PLR2004 - a place on a ladder


def _once(errors: list[str], sentence: str) -> None:
    if sentence not in errors:
        errors.append(sentence)
