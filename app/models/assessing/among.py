"""Ask for many rows by number with one parameter, however many there are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, func, literal
from sqlalchemy.orm import InstrumentedAttribute


def among(
    column: ColumnElement[Any] | InstrumentedAttribute[Any], numbers: Iterable[int]
) -> ColumnElement[bool]:
    """Whether the column is one of the numbers: `column = any(array)`."""
    return column == func.any(literal(list(numbers), ARRAY(BigInteger)))
