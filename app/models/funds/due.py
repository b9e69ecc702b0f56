"""F3: what won deals credit to funds by the facts as they are: which fund, how much, by which percent and rate, or why not.

One statement asks for all deals at once: the deal, the credit that is live, the partnership and the tier held on the
closing day, the program version that holds then and what it gives that tier, and the rates of that day. The amount is
computed by `app.rules.accrual`, exact, deal by deal.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from app.models.funds.due_question import QUESTION
from app.rules import accrual, ledger
from app.rules.accrual import Basis
from app.rules.money import from_minor
from app.rules.refusals import MissingRate

COMPARED = (
    "percent",
    "amount",
    "currency",
    "rate",
    "to_rate",
    "tier_id",
    "version_id",
    "closed_on",
)
"""The facts of a credit that make it another one when they differ."""


@dataclass(frozen=True)
class Live:
    """The credit of a deal to funds of a type that stands in the ledger now."""

    id: int
    fund_id: int
    partner_id: int
    amount: int
    currency: str
    meant_on: date
    sequence: int
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Due:
    """What a deal credits to the funds of a type by the facts of now, and what is posted."""

    row: Any
    live: Live | None
    recalculating: bool = False

    @property
    def deal_id(self) -> int:
        """The deal."""
        number: int = self.row.deal_id
        return number

    @property
    def is_won(self) -> bool:
        """Whether the deal counts at all: won, confirmed, and there."""
        return bool(self.row.stage == "won" and self.row.confirmed and not self.row.deleted)

    @property
    def is_off(self) -> bool:
        """Whether the partnership was off on the closing day (P3)."""
        return self.row.partnership_id is not None and not self.row.active

    @cached_property
    def why_not(self) -> str | None:
        """Why nothing is due, as a sentence; None: something is, or it cannot be said."""
        return self._of_the_deal() or self._of_the_type() or self._of_the_program() or self._of_the_fund()

    @cached_property
    def problem(self) -> str | None:
        """Why it cannot be said what is due: a rate is missing, or the amount is beyond the ledger's."""
        if self.why_not is not None:
            return None
        row = self.row
        if row.currency != row.fund_currency:
            for rate, currency in ((row.rate, row.currency), (row.to_rate, row.fund_currency)):
                if rate is None:
                    return MissingRate(currency, row.closed_on).sentence
        if self.units > ledger.MOST:
            return f"{ledger.in_words(self.units, row.fund_currency)} is too much to be posted at once."
        return None

    @cached_property
    def basis(self) -> Basis:
        """What the credit is computed from."""
        row = self.row
        converted = row.currency != row.fund_currency
        return Basis(
            row.amount,
            row.currency,
            row.percent,
            row.fund_currency,
            row.program_currency,
            Decimal(row.rate) if converted else None,
            Decimal(row.to_rate) if converted else None,
        )

    @cached_property
    def units(self) -> int:
        """How much is due, in minor units of the fund's currency; 0 where nothing is."""
        return 0 if self.why_not is not None else self.basis.units()

    @property
    def is_due(self) -> bool:
        """Whether something is to be credited."""
        return self.why_not is None and self.problem is None and self.units > 0

    @property
    def amount(self) -> Decimal:
        """How much is due, as an amount of the fund's currency; where nothing is, zero."""
        return from_minor(self.units, self.row.fund_currency) if self.is_due else Decimal(0)

    @property
    def posted(self) -> str:
        """What stands in the ledger, in words: "500.00 USD, 1 % of …"; empty where nothing does."""
        live = self.live
        return (
            ""
            if live is None
            else f"{ledger.in_words(live.amount, live.currency)}, {accrual.sentence(live.facts)}"
        )

    @property
    def sentence(self) -> str:
        """What is due and why, as its entry would say it."""
        return accrual.sentence(self.facts)

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What the entry keeps."""
        row = self.row
        kept = self.basis.facts() | {
            "category": row.category,
            "tier": row.tier,
            "tier_id": str(row.tier_id),
            "version": row.version,
            "version_id": str(row.version_id),
            "closed_on": row.closed_on.isoformat(),
        }
        return kept | ({"recalculated": "yes"} if self.is_off else {})

    @property
    def is_right(self) -> bool:
        """Whether what is posted is what is due; where that cannot be said, whether nothing is posted."""
        live = self.live
        if live is None or not self.is_due:
            return live is None and not self.is_due and self.problem is None
        return (
            live.fund_id == self.row.fund_id
            and live.amount == self.units
            and all(live.facts.get(name) == self.facts.get(name) for name in COMPARED)
        )

    # -- why not

    def _of_the_deal(self) -> str | None:
        row = self.row
        if row.deleted:
            return "The deal was deleted."
        if row.stage != "won":
            return "The deal was lost." if row.stage == "lost" else "The deal is not won yet."
        if not row.confirmed:
            return "The deal is reported as won; it is credited once the vendor has confirmed it."
        return "The deal has no closing day." if row.closed_on is None else None

    def _of_the_type(self) -> str | None:
        row = self.row
        if row.category is not None:
            return None
        return f"Deals are credited to the fund “{row.fund_type}” since {row.percent_from}; this one was closed before."

    def _of_the_program(self) -> str | None:
        row = self.row
        if row.partnership_id is None:
            return f"The partner had no partnership on {row.closed_on}."
        if self.is_off and not (self.recalculating or self._was_credited_for_that_day()):
            return f"The partnership was off on {row.closed_on}."
        if row.version_id is None:
            return f"No program held on {row.closed_on}."
        if row.tier is None:
            return f"The partner held no tier on {row.closed_on}."
        if not row.percent or row.percent <= 0:
            return f"{row.tier} gave no {row.category} on {row.closed_on}."
        return None

    def _of_the_fund(self) -> str | None:
        row = self.row
        if row.fund_id is None:
            return f"The partnership has no fund “{row.fund_type}”."
        if row.closed_on < row.starts_on:
            return f"The fund “{row.fund_type}” begins on {row.starts_on}, after the deal was closed."
        if row.ends_on is not None and row.closed_on > row.ends_on:
            return f"The fund “{row.fund_type}” ended on {row.ends_on}, before the deal was closed."
        return None

    def _was_credited_for_that_day(self) -> bool:
        """What was credited for the day while it was on, or by recalculating, stays right (P3: balances stay)."""
        live = self.live
        return (
            live is not None
            and live.partner_id == self.row.partner_id
            and live.facts.get("closed_on") == self.row.closed_on.isoformat()
        )


def due(session: Session, deal_ids: Collection[int], *, recalculating: bool = False) -> list[Due]:
    """Ask what is due for these deals, for each type of fund that a percent credits, in the order of deals.

    `recalculating` leaves aside that a partnership was off (P3).
    """
    rows = session.execute(QUESTION, {"deals": list(deal_ids)})
    return [Due(row, _live(row), recalculating) for row in rows]


def _live(row: Any) -> Live | None:
    if row.live_id is None:
        return None
    return Live(
        row.live_id,
        row.live_fund_id,
        row.live_partner_id,
        row.live_amount,
        row.live_currency,
        row.live_meant_on,
        row.live_sequence,
        row.live_facts,
    )
