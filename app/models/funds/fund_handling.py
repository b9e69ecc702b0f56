"""What staff do to a fund by hand: credit, debit, transfer, take back, and change its terms (F4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from sqlalchemy import exists, select

from app.models.changing import check_version, lock
from app.models.funds.entry import Entry
from app.models.funds.posting_request import PostingRequest, RequestState
from app.models.funds.transfers import check_pair
from app.models.funds.two_person import asks_a_second
from app.models.funds.wanted_posting import Act, Wanted, check_may_be_taken_back
from app.rules import by_hand
from app.rules.ledger import NeverTwice
from app.rules.ledger import check_day as check_begun
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.funds.fund import Fund
    from app.models.person import Person


@dataclass(frozen=True)
class Handled:
    """What came of a posting by hand: the entries written, or the request that waits for a second person."""

    entries: tuple[int, ...] = ()
    request: PostingRequest | None = None


class Handling:
    """Posting by hand. Above the setting's amount each verb asks instead of posting (A2)."""

    # -- questions

    def today(self) -> date:
        """Return the calendar day it is for the fund's partner (M4)."""
        from app.models.partner import Partner  # noqa: PLC0415 - a partner has funds

        fund = cast("Fund", self)
        return fund.session.get_one(Partner, fund.partner_id).today()

    def needs_two(self, amount: int) -> str | None:
        """Say why so many minor units are posted by hand only once a second person agreed; None where one will do (A2)."""
        fund = cast("Fund", self)
        return asks_a_second(fund.session, amount, fund.currency, self.today())

    # -- verbs

    def credit(self, amount: Decimal, reason: str, *, by: Person, meant_on: date) -> Handled:
        """Give the partner money (F4)."""
        fund = cast("Fund", self)
        wanted = _wanted(fund, Act.CREDIT, amount, reason, meant_on)
        by_hand.check_day(meant_on, self.today(), fund.ends_on)
        return _done(wanted, by)

    def debit(self, amount: Decimal, reason: str, *, by: Person, meant_on: date) -> Handled:
        """Spend available money of the partner, never more than there is (F4)."""
        return _done(_wanted(cast("Fund", self), Act.DEBIT, amount, reason, meant_on), by)

    @staticmethod
    def transfer(
        source: Fund, target: Fund, amount: Decimal, reason: str, *, by: Person, meant_on: date
    ) -> Handled:
        """Move available money into another fund of the same partner and currency: both entries, or none (F4)."""
        check_pair(source, target)
        wanted = _wanted(source, Act.TRANSFER, amount, reason, meant_on, to_fund=target)
        check_begun(meant_on, target.starts_on)
        by_hand.check_day(meant_on, source.today(), target.ends_on)
        return _done(wanted, by)

    def take_back(self, entry_id: int, reason: str, *, by: Person) -> Handled:
        """Reverse an entry posted by hand, by import or by expiry, as of today; of a transfer both entries (F2).

        Never below zero: what the partner spent meanwhile cannot be taken back.
        """
        fund = cast("Fund", self)
        session = fund.session
        entry = session.scalars(select(Entry).where(Entry.id == entry_id, Entry.fund_id == fund.id)).one()
        reversed_already = select(exists().where(Entry.reverses_id == entry_id))
        check_may_be_taken_back(entry.kind, is_reversed=bool(session.scalar(reversed_already)))
        _check_not_asked(fund, entry_id)
        why = by_hand.reason(reason)
        return _done(Wanted(Act.REVERSAL, fund, entry.amount, self.today(), why, reverses_id=entry_id), by)

    def change(
        self, *, ends_on: date | None, overdraft: Decimal | None, by: Person, version: int | None = None
    ) -> None:
        """Give the fund another end, and say how far it may be overdrawn; None: without an end, without a limit.

        Deals that were closed after the end before are credited once the fund lasts longer (F3).
        """
        from app.models.funds.accruing import bring_partners_into_line  # noqa: PLC0415 - accruing posts to funds

        fund = cast("Fund", self)
        lock(fund)
        check_version(fund, version)
        if ends_on != fund.ends_on and ends_on is not None:
            _check_end(fund, ends_on)
        ended_on, fund.ends_on = fund.ends_on, ends_on
        none = overdraft is not None and overdraft == 0
        fund.overdraft = (
            0
            if none
            else None
            if overdraft is None
            else by_hand.minor_units(overdraft, fund.currency, "overdraft")
        )
        if fund.changes()[1]:
            fund.track("fund.changed", by=by)
        if ended_on is not None and ended_on != ends_on:
            bring_partners_into_line(fund.session, [fund.partner_id], since=ended_on, by=by)


def _wanted(
    fund: Fund, act: Act, amount: Decimal, reason: str, meant_on: date, to_fund: Fund | None = None
) -> Wanted:
    units = by_hand.minor_units(amount, fund.currency)
    check_begun(meant_on, fund.starts_on)
    by_hand.check_day(meant_on, fund.today())
    return Wanted(act, fund, units, meant_on, by_hand.reason(reason), to_fund=to_fund)


def _done(wanted: Wanted, by: Person) -> Handled:
    """Post at once, or ask where a second person decides."""
    wanted.check_funds()
    because = wanted.fund.needs_two(wanted.amount)
    if because is not None:
        return Handled(request=PostingRequest.ask(wanted, because, by=by))
    return Handled(entries=wanted.post(by=by))


def _check_not_asked(fund: Fund, entry_id: int) -> None:
    waiting = select(PostingRequest.id).where(
        PostingRequest.reverses_id == entry_id, PostingRequest.state == RequestState.WAITING
    )
    if fund.session.scalar(waiting) is not None:
        raise NeverTwice("Somebody asked for this reversal already. It waits for a second person.")


def _check_end(fund: Fund, ends_on: date) -> None:
    if ends_on < fund.starts_on:
        raise RuleBroken(f"The fund begins on {fund.starts_on}. Choose a later day.", "ends_on")
    if ends_on < fund.today():
        raise RuleBroken("This day is over. Choose today or a later day.", "ends_on")
