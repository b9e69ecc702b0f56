"""A partner: an organisation the vendor sells through, and the tenant of the portal."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import Computed, ForeignKey, Index, Text, func, select
from sqlalchemy.dialects.postgresql import TSVECTOR, Range
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app import clock
from app.models.base import Base, Numbered, Tracked
from app.models.changing import check_version, enter, lock
from app.models.operating_company import OperatingCompany
from app.models.person import Person
from app.models.vendor import Vendor
from app.rules.money import minor_digits
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.partner_type import PartnerType

PROFILE = (
    "code", "name", "partner_type_id", "operating_company_id", "manager_id", "country", "region", "city",
    "postal_code", "street", "phone", "email", "website", "tax_number", "currency", "employees", "founded",
)  # fmt: skip
"""What is known of a partner and may be changed by staff."""

_CODE = re.compile(r"[^\s,;]{1,60}")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_WEBSITE = re.compile(r"(https?://)?[^\s/.]+(\.[^\s/.]+)+(/\S*)?")
FIRST_YEAR = 1000


class Partner(Tracked, Numbered, Base):
    """An organisation the vendor sells through; its people sign in to the portal."""

    __tablename__ = "partner"
    __table_args__ = (
        Index("ix_partner_search", "search", postgresql_using="gin"),
        Index("ix_partner_sort_name_id", "sort_name", "id"),
        Index("ix_partner_partner_type_id_id", "partner_type_id", "id"),
        Index("ix_partner_manager_id_id", "manager_id", "id"),
    )

    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    partner_type_id: Mapped[int] = mapped_column(ForeignKey("partner_type.id"))
    operating_company_id: Mapped[int | None] = mapped_column(ForeignKey("operating_company.id"))
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", use_alter=True))
    country: Mapped[str | None]
    region: Mapped[str | None]
    city: Mapped[str | None]
    postal_code: Mapped[str | None]
    street: Mapped[str | None]
    phone: Mapped[str | None]
    email: Mapped[str | None]
    website: Mapped[str | None]
    tax_number: Mapped[str | None]
    currency: Mapped[str | None]
    employees: Mapped[int | None]
    founded: Mapped[int | None]
    portal_access: Mapped[bool] = mapped_column(default=True)
    orders_numbered: Mapped[int] = mapped_column(default=0, server_default="0")
    version: Mapped[int] = mapped_column(default=1)
    sort_name: Mapped[str] = mapped_column(Text(collation="C"), Computed("accord_fold(name)", persisted=True))
    search: Mapped[str] = mapped_column(
        TSVECTOR,
        Computed(
            "to_tsvector('simple', accord_fold(code || ' ' || name || ' ' || coalesce(city, '')"
            " || ' ' || coalesce(country, '') || ' ' || coalesce(email, '')))",
            persisted=True,
        ),
        deferred=True,
    )

    __mapper_args__ = {"version_id_col": version, "eager_defaults": False}  # noqa: RUF012 - SQLAlchemy reads it so

    partner_type: Mapped[PartnerType] = relationship(lazy="raise")
    operating_company: Mapped[OperatingCompany | None] = relationship(lazy="raise")
    manager: Mapped[Person | None] = relationship(foreign_keys=[manager_id], lazy="raise")

    # -- questions

    def today(self) -> date:
        """Return the calendar day it is for this partner: in its operating company's time zone (M4)."""
        company = select(OperatingCompany.time_zone).where(OperatingCompany.id == self.operating_company_id)
        zone = func.coalesce(company.scalar_subquery(), select(Vendor.time_zone).scalar_subquery(), "UTC")
        return clock.today(self.session.scalar(select(zone)) or "UTC")

    @classmethod
    def by_code(cls, session: Session, code: str, field: str = "partner") -> Partner:
        """Return the partner of a code, case ignored; RuleBroken at the field when there is none."""
        known = select(cls).where(func.lower(cls.code) == code.strip().lower())
        partner = session.scalars(known.order_by(cls.id).limit(1)).one_or_none()
        if partner is None:
            raise RuleBroken(
                f"There is no partner with the code “{code}”. Look it up in the list of partners.", field
            )
        return partner

    # -- verbs

    @classmethod
    def admit(cls, session: Session, *, by: Person | None, **profile: Any) -> Partner:
        """Take an organisation into the channel; RuleBroken names the field that cannot be."""
        partner = cls()
        partner._fill(profile)
        partner._check(session)
        enter(session, partner, "partner.admitted", by=by, refusals={"uq_partner_code": partner._taken()})
        return partner

    def change(self, *, by: Person | None, version: int | None = None, **profile: Any) -> None:
        """Change what is known of the partner; who wrote on an older version is told what changed meanwhile."""
        session = self.session
        lock(self)
        check_version(self, version)
        with session.no_autoflush:
            was = self.partner_type_id
            self._fill(profile)
            self._check(session)
            if was != self.partner_type_id:
                self._check_type(session)
        if self.changes()[1]:
            self.track("partner.changed", by=by)

    def open_portal(self, *, by: Person) -> None:
        """Let the partner's people sign in."""
        self.portal_access = True
        self.track("partner.portal_opened", by=by)

    def close_portal(self, *, by: Person) -> None:
        """Keep the partner's people out from their next request on (A5)."""
        self.portal_access = False
        self.track("partner.portal_closed", by=by)

    # -- how

    def _fill(self, profile: dict[str, Any]) -> None:
        for name, value in profile.items():
            if name not in PROFILE:
                raise TypeError(f"A partner has no {name} to change.")
            setattr(self, name, value if value != "" else None)

    def _check(self, session: Session) -> None:
        if not _CODE.fullmatch(self.code or ""):
            raise RuleBroken("A code has 1 to 60 characters without spaces, commas and semicolons.", "code")
        if not self.name:
            raise RuleBroken("Name the partner.", "name")
        if self.currency:
            minor_digits(self.currency)
        if self.email and not _ADDRESS.fullmatch(self.email):
            raise RuleBroken("This is not an e-mail address. Write it like info@acme.example.", "email")
        if self.website and not _WEBSITE.fullmatch(self.website):
            raise RuleBroken("This is not a website. Write it like acme.example.", "website")
        if self.employees is not None and self.employees < 0:
            raise RuleBroken("There cannot be fewer than no employees.", "employees")
        if self.founded is not None and not FIRST_YEAR <= self.founded <= clock.today().year:
            raise RuleBroken("Write the year the company was founded in, such as 1998.", "founded")
        self._check_manager(session)
        same = select(Partner.id).where(
            func.lower(Partner.code) == self.code.lower(), Partner.id.is_distinct_from(self.id)
        )
        if session.scalar(same) is not None:
            raise self._taken()

    def _check_manager(self, session: Session) -> None:
        if self.manager_id is None:
            return
        staff = select(Person.id).where(Person.id == self.manager_id, Person.partner_id.is_(None))
        if session.scalar(staff) is None:
            raise RuleBroken("A partner's manager is one of the vendor's own people.", "manager_id")

    def _check_type(self, session: Session) -> None:
        from app.models.partnership import ActivePeriod  # noqa: PLC0415 - a partnership is about a partner

        on = self.today()
        active = select(ActivePeriod.id).where(
            ActivePeriod.partner_id == self.id,
            ActivePeriod.during.overlaps(Range(on, None)),
        )
        if session.scalar(active.limit(1)) is not None:
            raise RuleBroken(
                "The type follows the active partnership. Turn that off first, or begin one of the other type.",
                "partner_type_id",
            )

    def _taken(self) -> RuleBroken:
        return RuleBroken(f"There is a partner with the code “{self.code}” already.", "code")
