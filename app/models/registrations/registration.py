"""A registration: a partner's claim to work a customer, protected for a while (L3, L4)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Select,
    bindparam,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app import clock, scope
from app.models.base import Base, Numbered, PartnerOwned, Tracked
from app.models.changing import ChangedMeanwhile, refused_by
from app.models.deals.opportunity import Opportunity
from app.models.owning import NotYours
from app.models.registrations.conflicts import day_words
from app.models.registrations.meeting import one_at_a_time
from app.models.registrations.protecting import Terms, expire_due, reminded, terms_of, to_decide
from app.models.talk.step import Step
from app.rules.conflicts import extended, last_day
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.person import Person


class RegistrationState(StrEnum):
    """The path of a registration (L4)."""

    WAITING = "waiting"
    RETURNED = "returned"
    PROTECTED = "protected"
    REJECTED = "rejected"
    EXPIRED = "expired"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"


ALIVE = frozenset({RegistrationState.WAITING, RegistrationState.RETURNED, RegistrationState.PROTECTED})
WAITING = frozenset({RegistrationState.WAITING, RegistrationState.RETURNED})
WORDS = {
    RegistrationState.WAITING: "Waiting for a look",
    RegistrationState.RETURNED: "Returned with a question",
    RegistrationState.PROTECTED: "Protected",
    RegistrationState.REJECTED: "Rejected",
    RegistrationState.EXPIRED: "Expired",
    RegistrationState.RELEASED: "Released",
    RegistrationState.WITHDRAWN: "Withdrawn",
}
TONES = {
    RegistrationState.WAITING: "warn",
    RegistrationState.RETURNED: "warn",
    RegistrationState.PROTECTED: "good",
    RegistrationState.REJECTED: "bad",
}
LONGEST = 2000


def said(text: str, field: str, missing: str) -> str:
    """Return what somebody wrote; RuleBroken at the field when it is nothing, or a book."""
    written = (text or "").strip()
    if not written:
        raise RuleBroken(missing, field)
    if len(written) > LONGEST:
        raise RuleBroken(f"Use at most {LONGEST:,} characters.", field)
    return written


class Registration(Tracked, PartnerOwned, Numbered, Base):
    """Who registered a customer first; the partner sees its own, never what it collided with."""

    __tablename__ = "registration"
    __table_args__ = (
        ForeignKeyConstraint(
            ["partner_id", "opportunity_id"],
            ["opportunity.partner_id", "opportunity.id"],
            onupdate="CASCADE",
        ),
        CheckConstraint("state <> 'protected' or protected_until is not null", name="protection_has_an_end"),
        Index(
            "uq_registration_protected",
            "customer_id",
            unique=True,
            postgresql_where=text("state = 'protected' and not shared"),
        ),
        Index(
            "uq_registration_alive",
            "opportunity_id",
            unique=True,
            postgresql_where=text("state in ('waiting', 'returned', 'protected')"),
        ),
        Index("ix_registration_state_id", "state", "id"),
        Index("ix_registration_state_protected_until", "state", "protected_until"),
        Index("ix_registration_partner_id_id", "partner_id", "id"),
        Index("ix_registration_opportunity_id", "opportunity_id"),
        Index("ix_registration_customer_id", "customer_id"),
    )

    opportunity_id: Mapped[int]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    state: Mapped[RegistrationState]
    shared: Mapped[bool] = mapped_column(default=False)
    registered_at: Mapped[datetime]
    registered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    protected_until: Mapped[date | None]
    extension_asked_at: Mapped[datetime | None]
    extension_reason: Mapped[str | None]
    extended_at: Mapped[datetime | None]
    extension_refused_at: Mapped[datetime | None]
    reminded_days: Mapped[int | None]
    question: Mapped[str | None]
    answer: Mapped[str | None]
    reason: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version, "eager_defaults": False}  # noqa: RUF012 - SQLAlchemy reads it so

    opportunity: Mapped[Opportunity | None] = relationship(
        lazy="raise",
        viewonly=True,
        primaryjoin="foreign(Registration.opportunity_id) == Opportunity.id",
    )
    registered_by: Mapped[Person | None] = relationship(foreign_keys=[registered_by_id], lazy="raise")
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id], lazy="raise")

    # -- questions

    @property
    def is_alive(self) -> bool:
        """Say whether it may still become or be a protection."""
        return self.state in ALIVE

    def is_over(self, today: date) -> bool:
        """Say whether its last day has passed, whether or not a job has tidied up (M4)."""
        until = self.protected_until
        return self.state is RegistrationState.PROTECTED and until is not None and until < today

    def state_words(self, today: date) -> str:
        """Return the state as a reader says it."""
        return WORDS[RegistrationState.EXPIRED if self.is_over(today) else self.state]

    def tone(self, today: date) -> str:
        """Return the colour of the state."""
        return TONES.get(RegistrationState.EXPIRED if self.is_over(today) else self.state, "neutral")

    @property
    def outcome(self) -> str:
        """Say what registering came to, to who registered."""
        if self.protected_until is None:
            return "Registered. Somebody takes a look at the customer first, and you will be told."
        return f"Registered: the customer is protected until {day_words(self.protected_until)}."

    def may_ask_for_longer(self, today: date) -> bool:
        """Say whether a longer protection may be asked for: once, while it lasts (L4)."""
        return (
            self.state is RegistrationState.PROTECTED
            and not self.is_over(today)
            and self.extension_asked_at is None
            and self.extended_at is None
        )

    @property
    def waits_for_longer(self) -> bool:
        """Say whether somebody has to answer the request for a longer protection."""
        return (
            self.state is RegistrationState.PROTECTED
            and self.extension_asked_at is not None
            and self.extended_at is None
            and self.extension_refused_at is None
        )

    @classmethod
    def of(cls, session: Session, deal: Opportunity) -> list[Registration]:
        """Return the registrations of a deal, the latest first."""
        return list(session.scalars(_of_deal(), {"deal": deal.id}))

    # -- verbs: what a partner does

    @classmethod
    def register(cls, session: Session, deal: Opportunity, *, by: Person | None) -> Registration:
        """Claim the customer of a deal; CustomerProtected when somebody else was first (L4)."""
        from app.models.registrations.registering import register  # noqa: PLC0415 - it writes registrations

        return register(session, deal, by=by)

    def reply(self, answer: str, *, by: Person) -> None:
        """Answer the vendor's question; somebody looks at it again."""
        answer = said(answer, "answer", "Write an answer.")
        values = {"state": RegistrationState.WAITING, "answer": answer}
        self._turn({RegistrationState.RETURNED}, values, by=by)
        to = [] if self.decided_by_id is None else [self.decided_by_id]
        self.happened("registration.answered", by=by, to=to, answer=answer)

    def ask_for_longer(self, reason: str, *, by: Person) -> None:
        """Ask for a longer protection, once, while it lasts."""
        reason = said(reason, "reason", "Say why you need longer.")
        today, terms = self._days()
        if not terms.extension_days:
            raise RuleBroken("Protections of your kind of partner are not extended.")
        if self.extension_asked_at is not None or self.extended_at is not None:
            raise RuleBroken("A longer protection can be asked for once, and it was.")
        self._check_lasts(today)
        self._turn(
            {RegistrationState.PROTECTED},
            {"extension_asked_at": clock.now(), "extension_reason": reason},
            by=by,
        )
        self.happened("registration.extension_asked", by=by, to=to_decide(self), reason=reason)

    def withdraw(self, *, by: Person) -> None:
        """Give the claim up: the customer is free for others."""
        self._turn(ALIVE, {"state": RegistrationState.WITHDRAWN, "ended_at": clock.now()}, by=by)
        self.happened("registration.withdrawn", by=by)

    # -- verbs: what the vendor decides

    def approve(self, *, by: Person, version: int | None = None) -> None:
        """Protect the customer for this partner from today; nobody else may hold it."""
        self._decide(by, version, shared=False)
        self.happened("registration.approved", by=by, protected_until=self.protected_until)

    def approve_beside(self, other: Registration, *, by: Person, version: int | None = None) -> None:
        """Protect the customer for this partner and for another one's registration, both."""
        if other.id == self.id or not other.is_alive:
            raise RuleBroken("Choose another registration that waits or is protected.")
        one_at_a_time(self.session.connection())
        other._share(self, by)
        self._decide(by, version, shared=True)
        self._is_shared_with(other, by)
        self.happened("registration.approved", by=by, protected_until=self.protected_until)

    def reject(
        self, reason: str, *, by: Person, duplicate_of: Registration | None = None, version: int | None = None
    ) -> None:
        """Say no; what it is a duplicate of is kept for the vendor only, the partner reads the reason."""
        reason = said(reason, "reason", "Say why, so that the partner knows.")
        values = {"state": RegistrationState.REJECTED, "reason": reason, "ended_at": clock.now()}
        self._turn(WAITING, values | self._decided(by), by=by, version=version)
        if duplicate_of is not None:
            Step.take(self, "registration.is_duplicate", by=by, partner_id=None, duplicate_of=duplicate_of.id)
        self.happened("registration.rejected", by=by, reason=reason)

    def send_back(self, question: str, *, by: Person, version: int | None = None) -> None:
        """Return it to the partner with a question."""
        question = said(question, "question", "Write what you want to know.")
        values = {"state": RegistrationState.RETURNED, "question": question, "answer": None}
        self._turn({RegistrationState.WAITING}, values | self._decided(by), by=by, version=version)
        self.happened("registration.returned", by=by, question=question)

    def extend(self, *, by: Person, version: int | None = None) -> None:
        """Protect the customer longer, once, by the days of the partner's type."""
        today, terms = self._days()
        if self.extended_at is not None:
            raise RuleBroken("This protection was extended already; it is extended once.")
        if not terms.extension_days:
            raise RuleBroken("This partner's type has no days of extension. Set them on the type first.")
        self._check_lasts(today)
        until = extended(self.protected_until or today, terms.extension_days)
        values = {"protected_until": until, "extended_at": clock.now(), "reminded_days": None}
        self._turn({RegistrationState.PROTECTED}, values | self._decided(by), by=by, version=version)
        self.happened("registration.extended", by=by, protected_until=until)

    def refuse_longer(self, reason: str, *, by: Person, version: int | None = None) -> None:
        """Say no to a longer protection; it ends on its day."""
        reason = said(reason, "reason", "Say why, so that the partner knows.")
        if not self.waits_for_longer:
            raise RuleBroken("No longer protection is asked for.")
        values = {"extension_refused_at": clock.now(), "reason": reason}
        self._turn({RegistrationState.PROTECTED}, values | self._decided(by), by=by, version=version)
        self.happened("registration.extension_refused", by=by, reason=reason)

    def end(self, reason: str, *, by: Person | None) -> None:
        """End it before its day, with a reason the partner reads."""
        reason = said(reason, "reason", "Say why, so that the partner knows.")
        values = {"state": RegistrationState.RELEASED, "reason": reason, "ended_at": clock.now()}
        self._turn(ALIVE, values, by=by)
        self.happened("registration.released", by=by, reason=reason)

    @classmethod
    def release(cls, session: Session, deal: Opportunity, *, reason: str, by: Person | None) -> None:
        """End whatever is alive of a deal that is closed, withdrawn or deleted."""
        for registration in cls.of(session, deal):
            if registration.is_alive:
                registration.end(reason, by=by)

    # -- how

    def _days(self) -> tuple[date, Terms]:
        terms = terms_of(self.session, self.partner_id)
        return terms.today, terms

    def _check_lasts(self, today: date) -> None:
        if self.state is not RegistrationState.PROTECTED or self.is_over(today):
            raise RuleBroken("This protection has ended. Register the deal again.")

    def _decided(self, by: Person) -> dict[str, Any]:
        return {"decided_at": clock.now(), "decided_by_id": by.id}

    def _decide(self, by: Person, version: int | None, *, shared: bool) -> None:
        """Protect the customer from today, under the lock that keeps registrations apart."""
        session = self.session
        one_at_a_time(session.connection())
        expire_due(session, customer_id=self.customer_id)
        today, terms = self._days()
        until = last_day(today, terms.protection_days)
        values = {
            "state": RegistrationState.PROTECTED,
            "shared": shared,
            "protected_until": until,
            "reminded_days": reminded(today, until),
        }
        taken = RuleBroken(
            "Another partner is protected at this customer. Reject this one as its duplicate, or approve both."
        )
        if not shared and session.scalar(self._another_is_protected()):
            raise taken
        with refused_by(session, {"uq_registration_protected": taken}):
            self._turn(WAITING, values | self._decided(by), by=by, version=version)

    def _another_is_protected(self) -> Select[int]:
        return select(Registration.id).where(
            Registration.customer_id == self.customer_id,
            Registration.state == RegistrationState.PROTECTED,
            Registration.id != self.id,
        )

    def _share(self, other: Registration, by: Person) -> None:
        """Let another one be protected beside this one, which is protected too if it was not yet."""
        if self.state is RegistrationState.PROTECTED:
            self._turn({RegistrationState.PROTECTED}, {"shared": True}, by=by)
        else:
            self._decide(by, None, shared=True)
            self.happened("registration.approved", by=by, protected_until=self.protected_until)
        self._is_shared_with(other, by)

    def _is_shared_with(self, other: Registration, by: Person) -> None:
        """Keep it for the vendor only that somebody else is protected too."""
        Step.take(self, "registration.shared", by=by, partner_id=None, beside=other.id)

    def _turn(
        self,
        states: Collection[RegistrationState],
        values: dict[str, Any],
        *,
        by: Person | None,
        version: int | None = None,
    ) -> None:
        """Change it in the vendor's books, if it is still in one of these states and nobody changed it meanwhile."""
        session, table = self.session, Registration.__table__
        if by is not None and by.partner_id is not None:
            deal = session.get(Opportunity, self.opportunity_id)
            if deal is None:
                raise NotYours("A colleague works on this deal. Ask its owner or an administrator.")
            deal.check_edit(by)
        known = self.version if version is None else version
        with scope.books(session) as books:
            changed = books.execute(
                update(table)
                .where(table.c.id == self.id, table.c.state.in_(list(states)), table.c.version == known)
                .values(version=known + 1, **values)
            ).rowcount
        session.refresh(self, [column.key for column in inspect(Registration).column_attrs])
        if not changed:
            raise ChangedMeanwhile(
                f"Somebody changed this meanwhile: {WORDS[self.state].lower()} now. Look at it, then decide again."
            )

    def happened(self, kind: str, *, by: Person | None, to: Collection[int] = (), **facts: Any) -> None:
        """Put what happened into the time lines of the registration and of its deal."""
        session = self.session
        told_already = Step.take(self, kind, by=by, to=to, **facts)
        deal = session.get(Opportunity, self.opportunity_id)
        if deal is not None:
            told = [number for number in (self.registered_by_id,) if number is not None]
            Step.take(deal, kind, by=by, to=told, but=told_already, **facts)


@cache
def _of_deal() -> Select[Registration]:
    of_deal = select(Registration).where(Registration.opportunity_id == bindparam("deal"))
    return of_deal.order_by(Registration.id.desc())
