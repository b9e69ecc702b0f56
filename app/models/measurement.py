"""Facts from outside that a parameter may measure: entered by staff or imported (P8)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, Numeric, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app import clock
from app.models.assessment import Cause, ParameterChange
from app.models.base import Base, Numbered, PartnerOwned, Tracked
from app.models.changing import enter, refused_by
from app.models.partner import Partner
from app.models.partnership import Partnership
from app.rules.program import ValueType
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.ladder import Category
    from app.models.person import Person

NUMBERS = frozenset(
    {ValueType.INTEGER, ValueType.DECIMAL, ValueType.MONEY, ValueType.PERCENT, ValueType.YES_NO}
)
_ONE_A_DAY = "uq_measurement_partner_id_category_id_day"


class Measurement(Tracked, PartnerOwned, Numbered, Base):
    """A value of a category for a partner on a day."""

    __tablename__ = "measurement"
    __table_args__ = (
        UniqueConstraint("partner_id", "category_id", "day"),
        Index("ix_measurement_day_id", "day", "id"),
    )

    category_id: Mapped[int] = mapped_column(ForeignKey("category.id"), index=True)
    day: Mapped[date]
    value: Mapped[Decimal] = mapped_column(Numeric)
    source: Mapped[str | None]

    category: Mapped[Category] = relationship(lazy="raise")

    @classmethod
    def enter(
        cls,
        session: Session,
        *,
        partner: Partner,
        category: Category,
        day: date,
        value: Decimal,
        source: str | None,
        by: Person,
    ) -> Measurement:
        """Set a value for a day; the partner is assessed by it at once where its type says so (P9, P10)."""
        _check(partner, category, day, value)
        entered = cls(
            partner_id=partner.id, category_id=category.id, day=day, value=value, source=source or None
        )
        there = RuleBroken(
            "There is a value of this category for this partner and day already. Change that one.", "day"
        )
        enter(session, entered, "measurement.entered", by=by, refusals={_ONE_A_DAY: there})
        entered._follow_up(partner, None, "Entered by staff.", by)
        return entered

    def change(
        self, *, partner: Partner, category: Category, value: Decimal, source: str | None, by: Person
    ) -> None:
        """Correct a value; the history keeps what it was."""
        session = self.session
        _check(partner, category, self.day, value)
        session.refresh(self, ["value", "source"], with_for_update={"key_share": True})
        old = self.value
        self.value, self.source = value, source or None
        if not self.changes()[1]:
            return
        with refused_by(session, {}):
            self.track("measurement.changed", by=by)
        if old != value:
            self._follow_up(partner, old, "Corrected by staff.", by)

    def _follow_up(self, partner: Partner, old: Decimal | None, why: str, by: Person) -> None:
        """Keep a row of the parameter history, and let the policy of the type act on the new value (P10)."""
        from app.models.assessing import reassess  # noqa: PLC0415 - assessing is about measurements too

        partnership_id = self.session.scalar(
            select(Partnership.id)
            .where(Partnership.partner_id == partner.id, Partnership.start_on <= self.day)
            .order_by(Partnership.start_on.desc())
            .limit(1)
        )
        if partnership_id is not None:
            self.session.add(
                ParameterChange(
                    partner_id=partner.id,
                    partnership_id=partnership_id,
                    category_id=self.category_id,
                    day=self.day,
                    at=clock.now(),
                    what="value entered",
                    old=None if old is None else _text(old),
                    new=_text(self.value),
                    why=why,
                    by_id=by.id,
                )
            )
            self.session.flush()
        reassess(self.session, [partner.id], cause=Cause.FACT, by=by)


def measured_categories(session: Session) -> list[Category]:
    """Return what is measured by entered values in some version of the program; before there is one, every number."""
    from app.models.ladder import Category, Measure  # noqa: PLC0415 - a category is more than its values

    measured = select(Measure.category_id).where(Measure.definition.has_key("value"))
    numbers = select(Category).where(Category.value_type.in_(NUMBERS)).order_by(Category.name)
    return list(session.scalars(numbers.where(Category.id.in_(measured)))) or list(session.scalars(numbers))


def _check(partner: Partner, category: Category, day: date, value: Decimal) -> None:
    if category.value_type not in NUMBERS:
        raise RuleBroken(
            f"“{category.name}” holds {category.value_type}, which cannot be measured. Choose another category.",
            "category_id",
        )
    if category.value_type is ValueType.INTEGER and value != value.to_integral_value():
        raise RuleBroken(f"“{category.name}” holds whole numbers. Write it without decimals.", "value")
    if category.value_type is ValueType.YES_NO and value not in {Decimal(0), Decimal(1)}:
        raise RuleBroken(f"“{category.name}” is yes or no. Write 1 for yes, 0 for no.", "value")
    if day > partner.today():
        raise RuleBroken("This day has not come yet. Choose today or an earlier day.", "day")


def _text(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
