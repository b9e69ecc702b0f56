"""Where the ledger and the deals differ: found by the night, shown to people, never repaired silently (F3)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Numbered, PartnerOwned, Tracked
from app.models.changing import lock
from app.rules.money import from_minor
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.person import Person


class FundDifference(Tracked, PartnerOwned, Numbered, Base):
    """A deal whose credit is not what the rules say today: expected and posted, in minor units of the fund's currency."""

    __tablename__ = "fund_difference"
    __table_args__ = (
        ForeignKeyConstraint(["partner_id", "fund_id"], ["fund.partner_id", "fund.id"]),
        Index(
            "uq_fund_difference_open",
            "opportunity_id",
            "fund_type_id",
            "partner_id",
            unique=True,
            postgresql_where=text("settled_at is null"),
        ),
        Index("ix_fund_difference_settled_at_id", "settled_at", "id"),
        Index("ix_fund_difference_partner_id", "partner_id"),
    )

    fund_id: Mapped[int | None]
    fund_type_id: Mapped[int] = mapped_column(ForeignKey("fund_type.id"))
    opportunity_id: Mapped[int] = mapped_column(ForeignKey("opportunity.id"))
    currency: Mapped[str | None]
    expected: Mapped[int | None]
    """None: it cannot be said, and `why` says what is missing."""
    posted: Mapped[int]
    why: Mapped[str]
    found_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    # -- questions

    @property
    def is_open(self) -> bool:
        """Say whether ledger and deal still differ, as far as anybody looked."""
        return self.settled_at is None

    @property
    def lacking(self) -> Decimal | None:
        """Return by how much too little is posted, below zero for too much; None where that cannot be said."""
        if self.expected is None or self.currency is None:
            return None
        return from_minor(self.expected - self.posted, self.currency)

    def amount(self, units: int | None) -> Decimal | None:
        """Return minor units of the fund's currency as an amount."""
        return None if units is None or self.currency is None else from_minor(units, self.currency)

    # -- verbs

    def bring_into_line(self, *, by: Person | None) -> None:
        """Post what the deal's credit lacks or has too much; RuleBroken says what stands in the way."""
        from app.models.funds.accruing import bring_into_line  # noqa: PLC0415 - accruing settles differences
        from app.models.funds.due import due  # noqa: PLC0415

        lock(self)
        if not self.is_open:
            raise RuleBroken("This was brought into line already.")
        bring_into_line(self.session, [self.opportunity_id], by=by)
        for one in due(self.session, [self.opportunity_id]):
            if one.row.fund_type_id == self.fund_type_id and one.problem is not None:
                raise RuleBroken(one.problem)
        self.session.refresh(self)
        self.track("fund_difference.settled", by=by)
