"""F4, A2: what staff post by hand: an exact amount above zero, for a day that has come, with a reason.

An amount is taken as it is written or refused, never rounded: 10.005 USD is no amount of dollars and cents, and JPY has
no places at all. Above an amount in program currency that the vendor sets, a second person decides; an amount that cannot
be converted, because its currency has no rate of the last 31 days, is treated as if it were above.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.rules import ledger
from app.rules.measures.facts import EXACT
from app.rules.money import convert, minor_digits, rounded
from app.rules.refusals import RuleBroken

LONGEST = 2000
"""Letters of a reason."""
RATE_DAYS = 31
"""How many days back a rate still says what an amount is worth today, for those who decide about it."""


def minor_units(amount: Decimal | None, currency: str, field: str = "amount") -> int:
    """The whole minor units that an amount is; RuleBroken when it is none, has more places, or is too large."""
    if amount is None or not amount.is_finite() or amount <= 0:
        raise RuleBroken("Write an amount greater than zero.", field)
    places = minor_digits(currency)
    units = amount.scaleb(places, EXACT)
    if units != units.to_integral_value(context=EXACT):
        written = f"at most {places} places" if places else "no places"
        raise RuleBroken(f"An amount in {currency} has {written} after the point. Write it so.", field)
    ledger.check_amount(int(units))
    return int(units)


def reason(text: str | None, field: str = "reason") -> str:
    """What somebody wrote why; RuleBroken when it is nothing, or a book."""
    written = (text or "").strip()
    if not written:
        raise RuleBroken("Say why, so that everybody who reads the fund knows.", field)
    if len(written) > LONGEST:
        raise RuleBroken(f"Use at most {LONGEST:,} characters.", field)
    return written


def check_day(meant_on: date, today: date, ends_on: date | None = None) -> None:
    """Nothing is posted by hand for a day to come, nor for one on which the fund is over."""
    if meant_on > today:
        raise RuleBroken("This day has not come yet. Choose today or an earlier day.", "meant_on")
    if ends_on is not None and meant_on > ends_on:
        raise RuleBroken(
            f"The fund ended on {ends_on}, so it takes no more money for {meant_on}. Give it a later end first,"
            " or choose an earlier day.",
            "meant_on",
        )


@dataclass(frozen=True)
class Limit:
    """Above which amount in program currency a posting in a currency needs two people; `rate`: the latest known, or None."""

    above: Decimal
    program: str | None
    currency: str
    rate: Decimal | None

    @property
    def says(self) -> str:
        """What every form says beforehand, as a sentence."""
        if self.rate is None:
            return f"A second person decides whatever the amount is: {self._no_rate()}."
        if self.above == 0:
            return "A second person decides before it is posted."
        return f"A{self._above()[1:]} a second person decides before it is posted."

    def asks_a_second(self, amount: Decimal) -> str | None:
        """Say why a second person decides about an amount; None where one person is enough."""
        if self.rate is None:
            return self._no_rate()
        return self._above() if convert(amount, self.rate) > self.above else None

    def _no_rate(self) -> str:
        return f"no rate for {self.currency} in the last {RATE_DAYS} days"

    def _above(self) -> str:
        if self.program is None:
            return f"above {self.above:,f}"
        return f"above {rounded(self.above, self.program):,f} {self.program}"
