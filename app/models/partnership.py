"""A partnership: one partner in one type for a period, at a tier (P1 to P4).

Turned on, its active period has no end; turning it off, or the day after its due day, ends it. What moves between
on and off, and from tier to tier, is kept as periods, so that every past day can be asked about.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app import clock
from app.models.base import Base, Numbered, PartnerOwned, Tracked
from app.models.changing import lock, refused_by
from app.models.event import Event
from app.models.partner import Partner
from app.models.partner_type import REGISTERED, Tier
from app.rules.periods import ASKABLE, DAY, add_months
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.partner_type import PartnerType
    from app.models.person import Person

ONE_ACTIVE = "ex_active_period_one_active_partnership"
YEAR = 12  # months


class SecondActivePartnership(RuleBroken):
    """P1: a partner has at most one active partnership at a time."""

    def __init__(self) -> None:
        super().__init__(
            "This partner has an active partnership on some of these days already, and it may have one at a time. "
            "Turn that one off first."
        )


class Partnership(Tracked, PartnerOwned, Numbered, Base):
    """One partner in one type from a day to a due day; active and tier are read from its periods."""

    __tablename__ = "partnership"
    __table_args__ = (
        UniqueConstraint("partner_id", "start_on"),
        Index("uq_partnership_partner_id_id", "partner_id", "id", unique=True),
        Index("uq_partnership_id_partner_type_id", "id", "partner_type_id", unique=True),
        CheckConstraint("due_on >= start_on", name="due_after_start"),
    )

    partner_type_id: Mapped[int] = mapped_column(ForeignKey("partner_type.id"), index=True)
    start_on: Mapped[date]
    due_on: Mapped[date]
    at_risk_until: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it so

    partner_type: Mapped[PartnerType] = relationship(lazy="raise")
    active_periods: Mapped[list[ActivePeriod]] = relationship(
        lazy="raise", back_populates="partnership", order_by="ActivePeriod.during"
    )
    tier_periods: Mapped[list[TierPeriod]] = relationship(
        lazy="raise",
        back_populates="partnership",
        order_by="TierPeriod.during",
        primaryjoin="TierPeriod.partnership_id == Partnership.id",
        foreign_keys="TierPeriod.partnership_id",
    )

    # -- questions

    def is_active(self, on: date) -> bool:
        """Say whether the partnership is active on a day; its active periods are loaded."""
        return on <= self.due_on and any(on in period.during for period in self.active_periods)

    def tier_on(self, on: date) -> TierPeriod | None:
        """Return the period in which a tier is held on a day; the tier periods are loaded."""
        return next((period for period in self.tier_periods if on in period.during), None)

    # -- verbs

    @classmethod
    def begin(
        cls,
        session: Session,
        partner: Partner,
        *,
        by: Person | None,
        partner_type_id: int | None = None,
        tier_id: int | None = None,
        start_on: date | None = None,
        due_on: date | None = None,
    ) -> Partnership:
        """P2: put a partner into a type at a tier, active from the first day for a year unless said otherwise."""
        from app.models.funds.fund import Fund  # noqa: PLC0415 - a fund is of a partnership

        lock(partner)
        start = start_on or partner.today()
        _check_askable(start, "start_on")
        due = due_on or add_months(start, YEAR)
        _check_askable(due, "due_on")
        if due < start:
            raise RuleBroken("The due day lies before the first day. Correct one of them.", "due_on")
        if due < partner.today():
            raise RuleBroken("The due day is over already. Choose one that is still to come.", "due_on")
        type_id = partner_type_id or partner.partner_type_id
        tier = _tier_of(session, type_id, tier_id)
        begun = cls(partner_id=partner.id, partner_type_id=type_id, start_on=start, due_on=due)
        same_day = RuleBroken("This partner has a partnership that begins on this day already.", "start_on")
        with refused_by(session, {"uq_partnership_partner_id_start_on": same_day}):
            session.add(begun)
        begun._turn_on(start)
        session.add(begun._holding(tier, Range(start, None), TierCause.START, "The partnership began.", by))
        begun._name_type(partner, by)
        begun.track("partnership.began", by=by, tier=tier.name, start_on=start, due_on=due)
        Fund.open_missing(session, [begun.id], by=by)
        begun._bring_funds_into_line(start, by)
        return begun

    def activate(self, *, by: Person | None) -> None:
        """P3: turn the partnership on from today; nothing of the days it was off is made up for."""
        partner = self._lock()
        on = max(partner.today(), self.start_on)
        if on > self.due_on:
            raise RuleBroken(f"Its due day, {self.due_on}, is over. Renew it first.")
        if self._open_period(on) is not None:
            raise RuleBroken("The partnership is active already.")
        self._turn_on(on)
        self._name_type(partner, by)
        self.track("partnership.turned_on", by=by, on=on)
        self._bring_funds_into_line(on, by)

    def deactivate(self, *, by: Person | None, why: str | None = None) -> None:
        """P3: turn the partnership off from today: the program leaves the portal, facts are kept."""
        partner = self._lock()
        on = min(partner.today(), self.due_on + DAY)
        period = self._open_period(on)
        if period is None:
            raise RuleBroken("The partnership is not active.")
        self._close(period, on)
        self.track("partnership.turned_off", by=by, on=on, **({"why": why} if why else {}))

    def renew(self, due_on: date | None = None, *, by: Person | None) -> None:
        """Let the partnership last until another due day, by default a year longer."""
        partner = self._lock()
        due = due_on or add_months(self.due_on, YEAR)
        _check_askable(due, "due_on")
        if due < max(partner.today(), self.start_on):
            raise RuleBroken("Choose a due day that is still to come.", "due_on")
        if due == self.due_on:
            raise RuleBroken("This is the due day already.", "due_on")
        was, self.due_on = self.due_on, due
        self.track("partnership.renewed", by=by)
        self._bring_funds_into_line(was + DAY, by)

    def set_tier(self, tier: Tier, why: str, *, by: Person | None) -> None:
        """P4: let the partnership hold another tier from today, with the reason; an assessment may move it later."""
        from app.models.assessing import moving  # noqa: PLC0415 - assessing is about partnerships
        from app.models.assessment import ParameterChange  # noqa: PLC0415

        partner = self._lock()
        on = max(partner.today(), self.start_on)
        if on > self.due_on:
            raise RuleBroken(f"Its due day, {self.due_on}, is over. Renew it first.")
        if tier.partner_type_id != self.partner_type_id:
            raise RuleBroken("This tier belongs to another partner type. Choose one of this type.", "tier_id")
        if not why.strip():
            raise RuleBroken("Say why, so that the partner's history explains itself.", "why")
        held = self._held(on)
        if held is not None and held.id == tier.id:
            raise RuleBroken(f"The partnership holds {tier.name} already.", "tier_id")
        cause = TierCause.STAFF if by is not None else TierCause.IMPORT
        by_id = None if by is None else by.id
        step = moving.Move(self.id, self.partner_id, self.partner_type_id, tier.id, why, cause, by_id=by_id)
        old = held.name if held is not None else None
        moving.move(self.session, on, [step])
        self.at_risk_until = None
        self.session.add(
            ParameterChange(
                partner_id=self.partner_id,
                partnership_id=self.id,
                day=on,
                at=clock.now(),
                what="tier held",
                old=old,
                new=tier.name,
                why=why,
                by_id=by_id,
            )
        )
        self.session.flush()
        after = {"tier": tier.name, "why": why}
        Event.record(self.session, "partnership.tier_set", self, by=by, before={"tier": old}, after=after)
        self._bring_funds_into_line(on, by)

    # -- how

    def _lock(self) -> Partner:
        """Lock the partner, then the partnership: who changes its periods does so one after another."""
        partner = self.session.get_one(Partner, self.partner_id)
        lock(partner)
        lock(self)
        return partner

    def _bring_funds_into_line(self, since: date, by: Person | None) -> None:
        """Let deals closed since a day be credited by what holds now (F3)."""
        from app.models.funds.accruing import bring_partners_into_line  # noqa: PLC0415 - funds know partnerships

        bring_partners_into_line(self.session, [self.partner_id], since=since, by=by)

    def _name_type(self, partner: Partner, by: Person | None) -> None:
        """Let the partner show the type of its active partnership (P1)."""
        if partner.partner_type_id != self.partner_type_id:
            partner.partner_type_id = self.partner_type_id
            partner.track("partner.changed", by=by)

    def _open_period(self, on: date) -> ActivePeriod | None:
        """Return the active period that holds on a day or begins after it."""
        open_one = select(ActivePeriod).where(
            ActivePeriod.partnership_id == self.id, ActivePeriod.during.overlaps(Range(on, None))
        )
        return self.session.scalars(open_one.order_by(ActivePeriod.during.desc())).first()

    def _turn_on(self, on: date) -> None:
        """Open a period from a day on, or the one that ended on it; the database refuses a second active one (P1)."""
        session = self.session
        self._end_what_is_over(on)
        other = select(ActivePeriod.id).where(
            ActivePeriod.partner_id == self.partner_id,
            ActivePeriod.partnership_id != self.id,
            ActivePeriod.during.overlaps(Range(on, None)),
        )
        if session.scalar(other.limit(1)) is not None:
            raise SecondActivePartnership
        ended = select(ActivePeriod).where(
            ActivePeriod.partnership_id == self.id, func.upper(ActivePeriod.during) == on
        )
        with refused_by(session, {ONE_ACTIVE: SecondActivePartnership()}):
            period = session.scalars(ended).one_or_none()
            if period is None:
                session.add(
                    ActivePeriod(partner_id=self.partner_id, partnership_id=self.id, during=Range(on, None))
                )
            else:
                period.during = Range(period.during.lower, None)

    def _end_what_is_over(self, on: date) -> None:
        """End the partner's other partnerships whose due day is over, where the night has not done it yet (M4)."""
        over = select(Partnership).where(
            Partnership.partner_id == self.partner_id,
            Partnership.id != self.id,
            Partnership.due_on < on,
            Partnership.id.in_(select(ActivePeriod.partnership_id).where(ActivePeriod.during.contains(on))),
        )
        for partnership in self.session.scalars(over):
            partnership.deactivate(by=None)

    def _close(self, period: ActivePeriod, on: date) -> None:
        """End a period before a day; one that only began then was never active."""
        began = period.during.lower
        if began is not None and began >= on:
            self.session.delete(period)
        else:
            period.during = Range(began, on)
        self.session.flush()

    def _held(self, on: date) -> Tier | None:
        held = (
            select(Tier)
            .join(TierPeriod, TierPeriod.tier_id == Tier.id)
            .where(TierPeriod.partnership_id == self.id, TierPeriod.during.contains(on))
        )
        return self.session.scalars(held).one_or_none()

    def _holding(
        self, tier: Tier, during: Range[date], cause: TierCause, why: str, by: Person | None
    ) -> TierPeriod:
        return TierPeriod(
            partner_id=self.partner_id,
            partnership_id=self.id,
            partner_type_id=self.partner_type_id,
            tier_id=tier.id,
            during=during,
            cause=cause,
            why=why,
            by_id=None if by is None else by.id,
        )


def _check_askable(day: date, field: str) -> None:
    """Refuse a day so far off that no verdict could ever be asked for on it."""
    if day not in ASKABLE:
        raise RuleBroken(f"Choose a day from {ASKABLE}.", field)


def _tier_of(session: Session, partner_type_id: int, tier_id: int | None) -> Tier:
    """Return the tier chosen, which is of the type; Registered, which every type has, when none is (P7)."""
    if tier_id is not None:
        tier = session.get(Tier, tier_id)
        if tier is None or tier.partner_type_id != partner_type_id:
            raise RuleBroken("This tier belongs to another partner type. Choose one of this type.", "tier_id")
        return tier
    known = select(Tier).where(Tier.partner_type_id == partner_type_id, Tier.name == REGISTERED)
    registered = session.scalars(known).one_or_none()
    if registered is None:
        registered = Tier(partner_type_id=partner_type_id, name=REGISTERED)
        session.add(registered)
        session.flush()
    return registered


class ActivePeriod(PartnerOwned, Numbered, Base):
    """Days [from, to) on which a partnership is active; no two of one partner overlap (P1)."""

    __tablename__ = "active_period"
    __table_args__ = (
        ForeignKeyConstraint(["partner_id", "partnership_id"], ["partnership.partner_id", "partnership.id"]),
        CheckConstraint("not isempty(during)", name="not_empty"),
        ExcludeConstraint(
            (text("int8range(partner_id, partner_id, '[]')"), "&&"),
            ("during", "&&"),
            name="ex_active_period_one_active_partnership",
        ),
        Index("ix_active_period_partnership_id", "partnership_id"),
        Index("ix_active_period_partner_id", "partner_id"),
    )

    partnership_id: Mapped[int]
    during: Mapped[Range[date]] = mapped_column(DATERANGE)

    partnership: Mapped[Partnership] = relationship(back_populates="active_periods", lazy="raise")


class TierCause(StrEnum):
    """Why a partnership is at a tier."""

    START = "start"
    STAFF = "staff"
    IMPORT = "import"
    ASSESSMENT = "assessment"


class TierPeriod(PartnerOwned, Numbered, Base):
    """Days [from, to) on which a partnership holds a tier, and why; no two overlap."""

    __tablename__ = "tier_period"
    __table_args__ = (
        ForeignKeyConstraint(["partner_id", "partnership_id"], ["partnership.partner_id", "partnership.id"]),
        ForeignKeyConstraint(
            ["partnership_id", "partner_type_id"],
            ["partnership.id", "partnership.partner_type_id"],
            name="fk_tier_period_type_of_partnership",
        ),
        ForeignKeyConstraint(
            ["partner_type_id", "tier_id"],
            ["tier.partner_type_id", "tier.id"],
            name="fk_tier_period_tier_of_type",
        ),
        CheckConstraint("not isempty(during)", name="not_empty"),
        ExcludeConstraint(
            (text("int8range(partnership_id, partnership_id, '[]')"), "&&"),
            ("during", "&&"),
            name="ex_tier_period_one_tier",
        ),
        Index("ix_tier_period_partnership_id", "partnership_id"),
        Index("ix_tier_period_partner_id", "partner_id"),
        Index("ix_tier_period_tier_id", "tier_id"),
    )

    partnership_id: Mapped[int]
    partner_type_id: Mapped[int]
    tier_id: Mapped[int]
    during: Mapped[Range[date]] = mapped_column(DATERANGE)
    cause: Mapped[TierCause]
    why: Mapped[str]
    assessment_id: Mapped[int | None] = mapped_column(ForeignKey("assessment.id"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    partnership: Mapped[Partnership] = relationship(
        back_populates="tier_periods",
        lazy="raise",
        foreign_keys="TierPeriod.partnership_id",
        primaryjoin="TierPeriod.partnership_id == Partnership.id",
    )
    tier: Mapped[Tier] = relationship(
        lazy="raise", foreign_keys="TierPeriod.tier_id", primaryjoin="TierPeriod.tier_id == Tier.id"
    )
