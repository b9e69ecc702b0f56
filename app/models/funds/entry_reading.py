"""Entries as people read them: what moved, in which direction, why, and what stands after it (F2, F8)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Select, Text, cast, select
from sqlalchemy.orm import aliased

from app.models.activities.activity import Activity
from app.models.deals.opportunity import Opportunity
from app.models.funds.entry import Entry, EntryKind
from app.models.funds.fund import Fund
from app.models.funds.fund_account import AccountKind, FundAccount
from app.models.funds.fund_type import FundType
from app.models.person import Person
from app.rules.entry_words import said

_was, _back, _leg = aliased(Entry), aliased(Entry), aliased(Entry)


@dataclass(frozen=True)
class EntryLine:
    """An entry with the names around it; amounts in minor units."""

    id: int
    fund_id: int
    partner_id: int
    sequence: int
    kind: EntryKind
    amount: int
    currency: str
    cause: str
    revision: int
    forced: bool
    posted_at: datetime
    meant_on: date
    reason: str | None
    facts_kept: str
    transfer_id: str | None
    reverses_id: int | None
    opportunity_id: int | None
    activity_id: int | None
    by_id: int | None
    floor: int | None
    available_after: int
    reserved_after: int
    previous_hash: bytes
    hash: bytes
    was_kind: EntryKind | None
    was_sequence: int | None
    was_facts_kept: str | None
    was_reason: str | None
    back_id: int | None
    back_sequence: int | None
    source: AccountKind
    target: AccountKind
    by_name: str | None
    by_partner_id: int | None
    deal: str | None
    activity: str | None
    other_fund_id: int | None
    other_fund: str | None

    @cached_property
    def facts(self) -> dict[str, Any]:
        """The formula and its inputs."""
        return dict(json.loads(self.facts_kept))

    @property
    def credit(self) -> int:
        """What it added to the available money."""
        return self.amount if self.target is AccountKind.AVAILABLE else 0

    @property
    def debit(self) -> int:
        """What it took from the available money."""
        return self.amount if self.source is AccountKind.AVAILABLE else 0

    @property
    def change(self) -> int:
        """What it did to the available money."""
        return self.credit - self.debit

    @property
    def reserved_change(self) -> int:
        """What it did to the reserved money."""
        added = self.amount if self.target is AccountKind.RESERVED else 0
        return added - (self.amount if self.source is AccountKind.RESERVED else 0)

    @cached_property
    def sentence(self) -> str:
        """What it says it is for."""
        words = said(self.kind, self.facts, self.reason, activity=self.activity)
        return words if self.was_kind is None else f"{words} (entry {self.was_sequence}, “{self.was}”)"

    @property
    def was(self) -> str | None:
        """What the entry said that this one takes back."""
        if self.was_kind is None:
            return None
        facts = json.loads(self.was_facts_kept or "{}")
        return said(self.was_kind, facts, self.was_reason, activity=self.activity)


def _account(number: Any) -> Any:
    return select(FundAccount.kind).where(FundAccount.id == number).correlate(Entry).scalar_subquery()


def _named(what: Any, *where: Any) -> Any:
    return select(what).where(*where).correlate(Entry).scalar_subquery()


def _of_other_leg(what: Any) -> Any:
    """Return something of the fund on the other side of a transfer."""
    other = (
        select(what)
        .select_from(_leg)
        .join(Fund, Fund.id == _leg.fund_id)
        .join(FundType, FundType.id == Fund.fund_type_id)
        .where(_leg.transfer_id == Entry.transfer_id, _leg.fund_id != Entry.fund_id)
        .where(_leg.kind != EntryKind.REVERSAL)
    )
    return other.correlate(Entry).scalar_subquery()


def _lines() -> Select[*tuple[Any, ...]]:
    """Return all entries; names are asked for beside each row shown, so that a screen costs a screen."""
    return (
        select(
            Entry.id,
            Entry.fund_id,
            Entry.partner_id,
            Entry.sequence,
            Entry.kind,
            Entry.amount,
            Entry.currency,
            Entry.cause,
            Entry.revision,
            Entry.forced,
            Entry.posted_at,
            Entry.meant_on,
            Entry.reason,
            cast(Entry.facts, Text).label("facts_kept"),
            Entry.transfer_id,
            Entry.reverses_id,
            Entry.opportunity_id,
            Entry.activity_id,
            Entry.by_id,
            Entry.floor,
            Entry.available_after,
            Entry.reserved_after,
            Entry.previous_hash,
            Entry.hash,
            _was.kind,
            _was.sequence,
            cast(_was.facts, Text).label("was_facts_kept"),
            _was.reason,
            _back.id,
            _back.sequence,
            _account(Entry.from_account_id),
            _account(Entry.to_account_id),
            _named(Person.name, Person.id == Entry.by_id),
            _named(Person.partner_id, Person.id == Entry.by_id),
            _named(Opportunity.name, Opportunity.id == Entry.opportunity_id),
            _named(Activity.title, Activity.id == Entry.activity_id),
            _of_other_leg(_leg.fund_id),
            _of_other_leg(FundType.name),
        )
        .outerjoin(_was, _was.id == Entry.reverses_id)
        .outerjoin(_back, _back.reverses_id == Entry.id)
    )


LINES = _lines()


def read(rows: Iterable[Any]) -> Iterator[EntryLine]:
    """Return rows of LINES as entries."""
    return (EntryLine(*row) for row in rows)
