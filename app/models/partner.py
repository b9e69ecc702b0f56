"""A partner: an organisation the vendor sells through, and the tenant of the portal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Computed, ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Numbered, Tracked

if TYPE_CHECKING:
    from app.models.operating_company import OperatingCompany
    from app.models.partner_type import PartnerType
    from app.models.person import Person


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

    __mapper_args__ = {"version_id_col": version, "eager_defaults": False}

    partner_type: Mapped[PartnerType] = relationship(lazy="raise")
    operating_company: Mapped[OperatingCompany | None] = relationship(lazy="raise")
    manager: Mapped[Person | None] = relationship(foreign_keys=[manager_id], lazy="raise")

    def open_portal(self, *, by: Person) -> None:
        """Let the partner's people sign in."""
        self.portal_access = True
        self.track("partner.portal_opened", by=by)

    def close_portal(self, *, by: Person) -> None:
        """Keep the partner's people out from their next request on (A5)."""
        self.portal_access = False
        self.track("partner.portal_closed", by=by)
