"""Posting to a fund: every entry passes here, and the database's trigger has the last word (F2, F4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app import clock
from app.models.base import plain
from app.models.funds.entry import Entry, EntryKind
from app.models.funds.fund_account import AccountKind, FundAccount
from app.models.funds.in_books import in_books
from app.rules import ledger

if TYPE_CHECKING:
    from app.models.funds.fund import Fund
    from app.models.person import Person


BEFORE = text(
    "select available, reserved, lowest, is_posted from accord_before_entry(:fund, :kind, :cause, :reverses_id)"
)
INSERT = Entry.__table__.insert().returning(Entry.__table__.c.id)
"""Composed once, and sent past the session's own machinery: a posting is what many are made of."""


class Posting:
    """Posting and reversing, and reading what is there."""

    # -- questions

    def balances(self) -> dict[AccountKind, int]:
        """Return what stands on the five accounts now, in minor units."""
        fund = cast("Fund", self)
        rows = select(FundAccount.kind, FundAccount.balance).where(FundAccount.fund_id == fund.id)
        return {kind: balance for kind, balance in fund.session.execute(rows)}  # noqa: C416 - rows, not pairs

    # -- verbs

    def lock(self) -> None:
        """Hold the fund until the transaction ends, so that what is read of it stays true; several in order of number."""
        fund = cast("Fund", self)
        kind = type(fund)
        with in_books(fund.session):
            fund.session.execute(select(kind.id).where(kind.id == fund.id).with_for_update(key_share=True))

    def post(
        self,
        kind: EntryKind,
        amount: int,
        *,
        cause: str,
        by: Person | None,
        meant_on: date,
        reason: str | None = None,
        facts: Mapping[str, Any] | None = None,
        **about: int | str | None,
    ) -> int:
        """Post `amount` minor units and return the entry's number; `about`: opportunity_id, activity_id, transfer_id.

        Raises InsufficientFunds, NeverTwice, BeforeItStarts; none of them leaves anything behind.
        """
        fund = cast("Fund", self)
        ledger.check_amount(amount)
        ledger.check_day(meant_on, fund.starts_on)
        row = {
            "kind": kind,
            "amount": amount,
            "cause": cause,
            "meant_on": meant_on,
            "reason": reason,
            "facts": plain(dict(facts or {})),
            **about,
        }
        return self._insert(row, by)

    def reverse(
        self,
        entry_id: int,
        *,
        by: Person | None,
        meant_on: date,
        reason: str,
        forced: bool = False,
        facts: Mapping[str, Any] | None = None,
    ) -> int:
        """Post the reversal of an entry of this fund and return its number; `forced` ones may take it below zero (F4)."""
        fund = cast("Fund", self)
        with in_books(fund.session):
            was = fund.session.execute(
                select(Entry.amount, Entry.cause, Entry.kind, Entry.opportunity_id, Entry.activity_id).where(
                    Entry.id == entry_id, Entry.fund_id == fund.id
                )
            ).one()
        if was.kind is EntryKind.REVERSAL:
            raise ledger.NeverTwice("A reversal is not reversed. Post what is right anew.")
        row = {
            "kind": EntryKind.REVERSAL,
            "amount": was.amount,
            "cause": was.cause,
            "meant_on": max(meant_on, fund.starts_on),
            "reason": reason,
            "facts": plain(dict(facts or {})),
            "opportunity_id": was.opportunity_id,
            "activity_id": was.activity_id,
            "reverses_id": entry_id,
            "forced": forced,
        }
        return self._insert(row, by, reverses=was.kind)

    def _insert(self, row: dict[str, Any], by: Person | None, *, reverses: EntryKind | None = None) -> int:
        """Write the entry, or raise why not; asked first, so that a refusal leaves the transaction usable."""
        fund = cast("Fund", self)
        session = fund.session
        entry = {
            "partner_id": fund.partner_id,
            "fund_id": fund.id,
            "posted_at": clock.now(),
            "by_id": None if by is None else by.id,
            **row,
        }
        session.flush()
        with in_books(session):
            asked = {"fund": fund.id, **{name: row.get(name) for name in ("kind", "cause", "reverses_id")}}
            available, reserved, least, is_posted = session.connection().execute(BEFORE, asked).one()
        if is_posted:
            raise ledger.NeverTwice("This is posted already. Look at the fund as it is now.")
        if not row.get("forced"):
            left, _ = ledger.path(row["kind"], reverses)
            held = ledger.Held(available, reserved, least)
            ledger.check_held(left, row["amount"], held, fund.currency, chosen=reverses is None)
        with in_books(session), _refusals():
            number: int = session.connection().execute(INSERT, entry).scalar_one()
        session.expire(fund, ["entries", "last_hash", "last_posted_at", "accounts"])
        return number


@contextmanager
def _refusals() -> Iterator[None]:
    """Say in a sentence when the same cause was posted to another fund in this very moment."""
    try:
        yield
    except IntegrityError as error:
        constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
        if constraint == "uq_fund_entry_cause":
            raise ledger.NeverTwice("This is posted already. Look at the fund as it is now.") from None
        raise
