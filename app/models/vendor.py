"""The company that runs the program: one per installation."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from sqlalchemy import BigInteger, CheckConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.models.base import Base, Tracked
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.person import Person

MOST = Decimal(10**13)


class Vendor(Tracked, Base):
    """Who sells through partners: its name, and the settings that hold for everybody."""

    __tablename__ = "vendor"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, default=1, autoincrement=False)
    name: Mapped[str]
    time_zone: Mapped[str] = mapped_column(default="UTC")
    locale: Mapped[str] = mapped_column(default="en")
    cross_sale_consent: Mapped[bool] = mapped_column(default=True, server_default="true")
    own_only: Mapped[bool] = mapped_column(default=False, server_default="false")
    two_person_above: Mapped[Decimal | None]
    """Above this amount, in program currency, who asks for money does not decide about it (A2); None: whoever may, may."""

    @classmethod
    def here(cls, session: Session) -> Vendor:
        """Return the vendor of this installation."""
        return session.execute(select(cls)).scalar_one()

    def describe(
        self,
        *,
        name: str,
        time_zone: str,
        cross_sale_consent: bool | None = None,
        own_only: bool | None = None,
        by: Person | None,
    ) -> None:
        """Name the company, the zone in which its days begin and end, and how partners work the pipeline (L1, L7)."""
        if not name.strip():
            raise RuleBroken("Write the name of your company.", "name")
        if time_zone not in available_timezones():
            raise RuleBroken("Choose a time zone from the list, such as Europe/Berlin.", "time_zone")
        self.name, self.time_zone = name.strip(), time_zone
        if cross_sale_consent is not None:
            self.cross_sale_consent = cross_sale_consent
        if own_only is not None:
            self.own_only = own_only
        if self.changes()[1]:
            self.track("vendor.described", by=by)

    def ask_two_people_above(self, amount: Decimal | None, *, by: Person | None) -> None:
        """Say above which amount, in program currency, a second person decides about money; None: never (A2)."""
        if amount is not None and not 0 <= amount <= MOST:
            raise RuleBroken("Write an amount of zero or more, or leave it empty.", "two_person_above")
        self.two_person_above = amount
        if self.changes()[1]:
            self.track("vendor.described", by=by)
