"""What measures and facts have in common: the nouns that are counted, and the figures asked of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import StrEnum

from app.rules.periods import EVER, PROGRAM_YEAR, Window

HUNDRED = Decimal(100)

EXACT = Context(prec=200, rounding=ROUND_HALF_UP)
"""Wide enough for sums of amounts times rates to stay exact; only a division may ever be cut, at 200 digits."""


class Source(StrEnum):
    """The nouns whose records can be counted."""

    LEADS = "leads"
    OPPORTUNITIES = "opportunities"
    ORDERS = "orders"
    ORDER_LINES = "order lines"
    CERTIFICATES = "certificates"
    TRAININGS = "trainings"
    MEASUREMENTS = "measurements"
    DOCUMENTS = "documents"


class Function(StrEnum):
    """How the records of a source become one figure."""

    COUNT = "count"
    SUM = "sum"
    DISTINCT = "distinct"
    LATEST = "latest"
    EXISTS = "exists"


class Unit(StrEnum):
    """What the number of a measure is, so that a page can write it."""

    NUMBER = "number"
    MONEY = "money"
    PERCENT = "percent"
    YES_NO = "yes/no"


Where = tuple[tuple[str, tuple[str, ...]], ...]
"""Filters: name and allowed values, sorted by name, so that equal filters are equal values."""


@dataclass(frozen=True)
class Aggregate:
    """One figure that a measure needs from the facts of a partner.

    `category` names the category whose measurements or documents are meant; None is the measured category itself.
    `before` asks for the whole period before the one that holds the day.
    """

    source: Source
    function: Function
    of: str | None = None
    counting: str | None = None
    where: Where = ()
    over: Window = PROGRAM_YEAR
    before: bool = False
    category: str | None = None
    fresh_days: int | None = None


@dataclass(frozen=True)
class NotComputable:
    """There is no number, and `why` says so in words. A parameter without a number is not met."""

    why: str

    def __str__(self) -> str:
        return "not computable"


Figure = Decimal | NotComputable
Figures = Mapping[Aggregate, Decimal | None]
"""What the facts answered; None where there is no record to take a latest value from."""


@dataclass(frozen=True)
class Countable:
    """What a measure may ask of a source: functions with what they may take, ways of counting, filters."""

    one: str
    of: Mapping[Function, tuple[str, ...]]
    counting: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    over: Window = PROGRAM_YEAR

    def phrase(self, counting: str | None) -> str:
        """The records in words, e.g. "won opportunities"."""
        return f"{counting} {self.one}" if counting else self.one


_PRODUCTS = ("product", "category", "subcategory")

SOURCES: dict[Source, Countable] = {
    Source.LEADS: Countable(
        "leads",
        {Function.COUNT: ()},
        ("converted", "satisfied", "registered"),
        ("stage", "source", "country", "region"),
    ),
    Source.OPPORTUNITIES: Countable(
        "opportunities",
        {Function.COUNT: (), Function.SUM: ("amount",), Function.DISTINCT: ("customers", "products")},
        ("won", "lost", "registered"),
        ("stage", *_PRODUCTS, "currency"),
    ),
    Source.ORDERS: Countable(
        "orders", {Function.COUNT: (), Function.DISTINCT: ("customers",)}, filters=("status", "currency")
    ),
    Source.ORDER_LINES: Countable(
        "order lines",
        {
            Function.COUNT: (),
            Function.SUM: ("amount", "quantity"),
            Function.DISTINCT: ("products", "customers"),
        },
        filters=("status", *_PRODUCTS, "currency"),
    ),
    Source.CERTIFICATES: Countable(
        "certificates",
        {Function.COUNT: (), Function.DISTINCT: ("people", "subjects")},
        filters=("subject",),
        over=EVER,
    ),
    Source.TRAININGS: Countable(
        "trainings",
        {Function.COUNT: (), Function.DISTINCT: ("people", "subjects")},
        filters=("subject",),
        over=EVER,
    ),
}
