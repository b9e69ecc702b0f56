"""A posting by hand that waits for a second pair of eyes, where the vendor's setting asks for it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.models.base import Base, Numbered, PartnerOwned, Tracked
from app.models.changing import ChangedMeanwhile, enter, lock
from app.models.funds.wanted_posting import Act, Wanted
from app.models.owning import NotYours
from app.models.talk.step import Step
from app.rules import by_hand
from app.rules.ledger import in_words

if TYPE_CHECKING:
    from app.models.funds.fund import Fund
    from app.models.person import Person


class RequestState(StrEnum):
    """Where a request stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


TONES = {
    RequestState.WAITING: "warn",
    RequestState.APPROVED: "good",
    RequestState.DECLINED: "bad",
    RequestState.WITHDRAWN: "neutral",
}


class PostingRequest(Tracked, PartnerOwned, Numbered, Base):
    """A credit, debit, transfer or reversal somebody asked for, and somebody else decides about."""

    __tablename__ = "posting_request"
    __table_args__ = (
        ForeignKeyConstraint(["partner_id", "fund_id"], ["fund.partner_id", "fund.id"]),
        ForeignKeyConstraint(
            ["partner_id", "to_fund_id"], ["fund.partner_id", "fund.id"], name="fk_posting_request_to_fund"
        ),
        CheckConstraint("amount > 0", name="amount_is_some"),
        CheckConstraint(
            "decided_by_id <> requested_by_id or state = 'withdrawn'", name="decided_by_somebody_else"
        ),
        CheckConstraint("(state = 'waiting') = (decided_by_id is null)", name="decided_by_somebody"),
        Index("ix_posting_request_state_id", "state", "id"),
        Index("ix_posting_request_fund_id", "fund_id"),
    )

    fund_id: Mapped[int]
    kind: Mapped[str]
    """One of "credit", "debit", "transfer" or "reversal"."""
    amount: Mapped[int]
    to_fund_id: Mapped[int | None]
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("fund_entry.id"))
    meant_on: Mapped[date]
    reason: Mapped[str]
    because: Mapped[str | None]
    """Why a second person decides, such as "above 10,000.00 EUR"."""
    state: Mapped[RequestState] = mapped_column(default=RequestState.WAITING)
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    requested_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    words: Mapped[str | None]

    requested_by: Mapped[Person] = relationship(foreign_keys=[requested_by_id], lazy="raise")
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id], lazy="raise")
    fund: Mapped[Fund] = relationship(
        lazy="raise",
        viewonly=True,
        foreign_keys="PostingRequest.fund_id",
        primaryjoin="PostingRequest.fund_id == Fund.id",
    )

    # -- questions

    @property
    def tone(self) -> str:
        """Return the colour of the state."""
        return TONES[self.state]

    @property
    def is_waiting(self) -> bool:
        """Say whether somebody has to decide."""
        return self.state is RequestState.WAITING

    def may_be_decided_by(self, person: Person) -> bool:
        """Say whether this person may decide: anybody but who asked."""
        return self.is_waiting and person.id != self.requested_by_id

    # -- verbs

    @classmethod
    def ask(cls, wanted: Wanted, because: str, *, by: Person) -> PostingRequest:
        """Keep what somebody wants to post, until somebody else decides, and why that is asked for."""
        fund = wanted.fund
        asked = cls(
            partner_id=fund.partner_id,
            fund_id=fund.id,
            kind=wanted.act.value,
            amount=wanted.amount,
            to_fund_id=None if wanted.to_fund is None else wanted.to_fund.id,
            reverses_id=wanted.reverses_id,
            meant_on=wanted.meant_on,
            reason=wanted.reason,
            because=because,
            state=RequestState.WAITING,
            requested_by_id=by.id,
            requested_at=clock.now(),
        )
        enter(fund.session, asked, "posting_request.made", by=by)
        return asked

    def approve(self, *, by: Person) -> tuple[int, ...]:
        """Post what was asked for, in the asker's name; what the fund does not hold now leaves the request waiting."""
        self._begin()
        self._check_other(by)
        wanted = self._wanted()
        with self.session.begin_nested():
            numbers = wanted.post(by=self._asker(), request_id=self.id, approved_by_id=by.id)
        self._decide(RequestState.APPROVED, by, None)
        worth = in_words(self.amount, wanted.fund.currency)
        self.track("posting_request.approved", by=by, worth=worth)
        self._tell(wanted.fund, "fund.request_approved", by, worth=worth)
        return numbers

    def decline(self, words: str, *, by: Person) -> None:
        """Say no, and why."""
        self._begin()
        self._check_other(by)
        self._decide(RequestState.DECLINED, by, by_hand.reason(words, "words"))
        self.track("posting_request.declined", by=by, reason=self.words)
        fund = self._fund(self.fund_id)
        worth = in_words(self.amount, fund.currency)
        self._tell(fund, "fund.request_declined", by, worth=worth, reason=self.words)

    def withdraw(self, *, by: Person) -> None:
        """Take one's own request back."""
        self._begin()
        if by.id != self.requested_by_id:
            raise NotYours("Only who asked takes a request back. You may decline it.")
        self._decide(RequestState.WITHDRAWN, by, None)
        self.track("posting_request.withdrawn", by=by)

    # -- how

    def _begin(self) -> None:
        lock(self)
        if self.state is not RequestState.WAITING:
            raise ChangedMeanwhile(f"Somebody decided this meanwhile: it is {self.state.value} now.")

    def _check_other(self, by: Person) -> None:
        if by.id == self.requested_by_id:
            raise NotYours("You asked for this, so somebody else decides. You may withdraw it.")

    def _decide(self, state: RequestState, by: Person, words: str | None) -> None:
        self.state, self.words = state, words
        self.decided_by_id, self.decided_at = by.id, clock.now()

    def _tell(self, fund: Fund, kind: str, by: Person, **facts: Any) -> None:
        """Tell who asked what was decided; the partner reads nothing of it."""
        Step.take(fund, kind, by=by, to=[self.requested_by_id], vendor_only=True, **facts)

    def _wanted(self) -> Wanted:
        fund = self._fund(self.fund_id)
        to_fund = None if self.to_fund_id is None else self._fund(self.to_fund_id)
        return Wanted(
            Act(self.kind), fund, self.amount, self.meant_on, self.reason, to_fund, self.reverses_id
        )

    def _fund(self, number: int) -> Fund:
        from app.models.funds.fund import Fund  # noqa: PLC0415 - a fund makes requests

        return self.session.scalars(select(Fund).where(Fund.id == number)).one()

    def _asker(self) -> Person:
        from app.models.person import Person  # noqa: PLC0415 - people know nothing of funds

        return self.session.get_one(Person, self.requested_by_id)
