"""What funds hold, kept a second time in plain Python: whole numbers, exact fractions, and no database.

Facts that another oracle proves (which tier was held on a day, on which days a partnership was on) are given to it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor

from app.models import AccountKind

K = AccountKind
PERCENTS = {
    "Marketing fund": {"Registered": Fraction(1), "Silver": Fraction("2.5"), "Gold": Fraction("3.3333")},
    "Extra fund": {"Silver": Fraction("0.1"), "Gold": Fraction(7)},
}
"""What a tier gives to the funds of a kind; the third kind is credited by hand only."""
RATES = {
    "USD": Fraction(1),
    "EUR": Fraction("1.0825"),
    "GBP": Fraction("1.274999999999999999"),
    "JPY": Fraction("0.0068"),
    "KWD": Fraction("3.2581"),
}
PLACES = {"USD": 2, "JPY": 0, "KWD": 3}


def half_up(amount: Fraction, places: int) -> int:
    """So many minor units, the half always up."""
    return floor(amount * Fraction(10) ** places + Fraction(1, 2))


@dataclass
class Book:
    """The five accounts of a fund."""

    number: int
    partner: str
    kind: str
    currency: str
    floor: int = 0
    ends_on: date | None = None
    given_back: int = 0
    """Of what had expired, by staff and after the end; it stays."""
    accounts: dict[AccountKind, int] = field(default_factory=lambda: dict.fromkeys(K, 0))

    def move(self, source: AccountKind, target: AccountKind, amount: int) -> None:
        self.accounts[source] -= amount
        self.accounts[target] += amount

    @property
    def available(self) -> int:
        return self.accounts[K.AVAILABLE]

    def holds(self, amount: int) -> bool:
        return self.available - amount >= self.floor


@dataclass
class Deal:
    """A deal as the calculation sees it."""

    partner: str
    amount: Decimal
    currency: str
    kind: str = "open"
    closed_on: date | None = None
    confirmed: bool = False
    deleted: bool = False


@dataclass(frozen=True)
class Credit:
    """What a deal put into a book."""

    book: Book
    units: int
    partner: str
    closed_on: date


@dataclass
class Plan:
    """An activity, and what of its book it holds."""

    book: Book
    budget: Decimal
    percent: Fraction
    status: str = "submitted"
    reserved: int = 0
    spent: int = 0
    payments: dict[int, tuple[int, int]] = field(default_factory=dict)  # live payment → paid, released

    @property
    def share(self) -> int:
        return half_up(Fraction(self.budget) * self.percent / 100, PLACES[self.book.currency])


@dataclass
class Oracle:
    """All books, and what every deal put where."""

    books: dict[int, Book] = field(default_factory=dict)
    deals: dict[int, Deal] = field(default_factory=dict)
    live: dict[tuple[int, str], Credit] = field(default_factory=dict)

    def bring_into_line(
        self, is_on: Callable[[str, date], bool], tier_on: Callable[[str, date], str | None]
    ) -> None:
        """Credit every deal with what it is due by the facts of now, and nothing else."""
        for number, deal in self.deals.items():
            for kind in PERCENTS:
                was = self.live.pop((number, kind), None)
                now = self._due(deal, kind, was, is_on, tier_on)
                if was is not None:
                    was.book.move(K.AVAILABLE, K.BUDGET, was.units)
                if now is not None:
                    now.book.move(K.BUDGET, K.AVAILABLE, now.units)
                    self.live[number, kind] = now

    def _due(
        self,
        deal: Deal,
        kind: str,
        was: Credit | None,
        is_on: Callable[[str, date], bool],
        tier_on: Callable[[str, date], str | None],
    ) -> Credit | None:
        book = next((b for b in self.books.values() if (b.partner, b.kind) == (deal.partner, kind)), None)
        day = deal.closed_on
        if deal.deleted or deal.kind != "won" or not deal.confirmed or day is None or book is None:
            return None
        stays = was is not None and (was.partner, was.closed_on) == (deal.partner, day)
        if not (is_on(deal.partner, day) or stays) or (book.ends_on is not None and day > book.ends_on):
            return None
        percent = PERCENTS[kind].get(tier_on(deal.partner, day) or "", Fraction(0))
        worth = Fraction(deal.amount) * percent / 100 * RATES[deal.currency] / RATES[book.currency]
        units = half_up(worth, PLACES[book.currency])
        return Credit(book, units, deal.partner, day) if units > 0 else None
