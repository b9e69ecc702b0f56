"""What somebody wants to post by hand: done at once, or once a second person agreed (F4, A2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.models.funds.entry import Entry, EntryKind
from app.models.funds.fund_account import AccountKind
from app.models.funds.transfers import legs, lock_all, type_name
from app.rules.ledger import InsufficientFunds, NeverTwice, in_words

if TYPE_CHECKING:
    from app.models.funds.fund import Fund
    from app.models.person import Person


class Act(StrEnum):
    """What is done to a fund by hand."""

    CREDIT = "credit"
    DEBIT = "debit"
    TRANSFER = "transfer"
    REVERSAL = "reversal"


TAKES = frozenset({Act.DEBIT, Act.TRANSFER})
DONE = {
    Act.CREDIT: "fund.credited",
    Act.DEBIT: "fund.debited",
    Act.TRANSFER: "fund.transferred",
    Act.REVERSAL: "fund.reversed",
}


@dataclass(frozen=True)
class Wanted:
    """A posting by hand whose shape is checked: so many minor units, for which day, and why."""

    act: Act
    fund: Fund
    amount: int
    meant_on: date
    reason: str
    to_fund: Fund | None = None
    reverses_id: int | None = None

    # -- questions

    def check_funds(self) -> None:
        """Refuse at once what the fund does not hold; the ledger itself has the last word when it is posted."""
        if self.act not in TAKES or self.fund.overdraft is None:
            return
        held = self.fund.balances()[AccountKind.AVAILABLE] + self.fund.overdraft
        if self.amount > held:
            overdrawn = max(self.fund.overdraft - held, 0)
            raise InsufficientFunds(held, self.amount, self.fund.currency, overdrawn=overdrawn)

    # -- verbs

    def post(
        self, *, by: Person | None, request_id: int | None = None, **facts: int | str | None
    ) -> tuple[int, ...]:
        """Write the entries and return their numbers; `request_id` is the request that was approved."""
        cause = f"hand/{token_hex(8)}" if request_id is None else f"request/{request_id}"
        kept = {name: value for name, value in facts.items() if value is not None}
        if request_id is not None:
            kept["request"] = request_id
        numbers = self._write(cause, by, kept)
        words = in_words(self.amount, self.fund.currency)
        self.fund.track(DONE[self.act], by=by, amount=words, reason=self.reason, entries=list(numbers))
        return numbers

    def _write(self, cause: str, by: Person | None, facts: dict[str, Any]) -> tuple[int, ...]:
        about: dict[str, Any] = {"by": by, "meant_on": self.meant_on, "reason": self.reason, "facts": facts}
        match self.act:
            case Act.CREDIT:
                return (self.fund.post(EntryKind.CREDIT, self.amount, cause=cause, **about),)
            case Act.DEBIT:
                return (self.fund.post(EntryKind.DEBIT, self.amount, cause=cause, **about),)
            case Act.TRANSFER:
                return self._move(cause, about)
            case Act.REVERSAL:
                return self._take_back(about)

    def _move(self, cause: str, about: dict[str, Any]) -> tuple[int, ...]:
        """Out of one fund, into the other: two entries of one transfer."""
        if self.to_fund is None:
            raise TypeError("A transfer has a fund it goes to.")
        lock_all(self.fund, self.to_fund)
        about |= {"transfer_id": cause, "cause": cause}
        names = [type_name(fund) for fund in (self.to_fund, self.fund)]
        to, origin = (about | {"facts": about["facts"] | {"fund": name}} for name in names)
        with self.fund.session.begin_nested():
            out = self.fund.post(EntryKind.TRANSFER_OUT, self.amount, **to)
            return out, self.to_fund.post(EntryKind.TRANSFER_IN, self.amount, **origin)

    def _take_back(self, about: dict[str, Any]) -> tuple[int, ...]:
        """Reverse an entry; of a transfer both, so that no money is left between two funds."""
        session = self.fund.session
        entry = session.execute(select(Entry.transfer_id).where(Entry.id == self.reverses_id)).one()
        if entry.transfer_id is None:
            return (self.fund.reverse(self.reverses_id or 0, **about),)
        both = legs(session, entry.transfer_id)
        lock_all(*(fund for _, fund in both))
        with session.begin_nested():
            return tuple(fund.reverse(number, **about) for number, fund in both)


def check_may_be_taken_back(kind: EntryKind, *, is_reversed: bool) -> None:
    """Refuse to reverse by hand what is corrected elsewhere, or was reversed before."""
    match kind:
        case EntryKind.REVERSAL:
            raise NeverTwice("A reversal is not reversed. Post what is right anew.")
        case EntryKind.ACCRUAL:
            raise NeverTwice(
                "This money comes from a won deal. Correct the deal: its amount, partner or closing day, or open it again;"
                " the fund follows by itself."
            )
        case EntryKind.RESERVE | EntryKind.RELEASE | EntryKind.SETTLE:
            raise NeverTwice(
                "This entry belongs to a marketing activity. Correct the activity; the fund follows by itself."
            )
        case _:
            if is_reversed:
                raise NeverTwice("This entry is reversed already. Look at the fund as it is now.")
