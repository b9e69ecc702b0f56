"""The columns, rows and cells of the ladder's table, as they were typed into its fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.rules.ladder_checks import TIERS

Form = Mapping[str, str]

MOST_ROWS = 200
_COLUMN = re.compile(r"t([0-9]{1,3})-name")
_ROW = re.compile(r"([ob][0-9]{1,3})-category")


@dataclass
class Column:
    """A tier: its name, the score it needs, its place from below, and what is wrong with them."""

    key: int
    name: str = ""
    score: str = ""
    place: str = ""
    remove: bool = False
    errors: list[str] = field(default_factory=list)


@dataclass
class Cell:
    """What one tier asks or gives in one row, as typed."""

    value: str = ""
    score: str = ""
    floor: str = ""
    errors: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Say whether nothing was typed."""
        return not (self.value or self.score or self.floor)


@dataclass
class Row:
    """A category with its conditions, and a cell for every tier by the tier's key."""

    key: str
    category: str = ""
    any_of: str = ""
    mandatory: bool = True
    valid_from: str = ""
    valid_to: str = ""
    remove: bool = False
    cells: dict[int, Cell] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def cell(self, column: int) -> Cell:
        """Return the cell of a tier, empty when nothing was typed."""
        return self.cells.setdefault(column, Cell())

    @property
    def is_empty(self) -> bool:
        """Say whether no tier has anything in this row."""
        return all(one.is_empty for one in self.cells.values())

    @property
    def has_conditions(self) -> bool:
        """Say whether the row says more than its category."""
        return bool(self.any_of or self.valid_from or self.valid_to or not self.mandatory)


def typed_columns(form: Form) -> list[Column]:
    """Return the tiers of a form, in the order of their fields."""
    keys = sorted({int(found[1]) for name in form if (found := _COLUMN.fullmatch(name))})[: TIERS + 1]
    return [
        Column(
            key,
            form[f"t{key}-name"].strip(),
            form.get(f"t{key}-score", "").strip(),
            form.get(f"t{key}-place", "").strip(),
            f"t{key}-remove" in form,
        )
        for key in keys
    ]


def typed_rows(form: Form, columns: list[int]) -> list[Row]:
    """Return the obligations and benefits of a form, with a cell for every tier."""
    rows = sorted(
        {found[1] for name in form if (found := _ROW.fullmatch(name))}, key=lambda key: int(key[1:])
    )
    return [_typed_row(form, key, columns) for key in rows[:MOST_ROWS]]


def _typed_row(form: Form, key: str, columns: list[int]) -> Row:
    def said(name: str) -> str:
        return form.get(f"{key}-{name}", "").strip()

    value = "-target" if key[0] == "o" else ""
    return Row(
        key,
        said("category"),
        said("any_of"),
        f"{key}-optional" not in form,
        said("from"),
        said("to"),
        f"{key}-remove" in form,
        {
            column: Cell(said(f"t{column}{value}"), said(f"t{column}-score"), said(f"t{column}-floor"))
            for column in (0, *columns)
        },
    )
