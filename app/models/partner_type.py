"""A kind of partner (Reseller, Consultant, …) and its tiers, the same through all program versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Numbered, Tracked
from app.models.changing import check_version
from app.rules.ladder_checks import INFORMATION_LENGTH
from app.rules.mistakes import of_name
from app.rules.program import REGISTERED
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.person import Person

__all__ = ["REGISTERED", "PartnerType", "Tier"]


LONGEST = 3650
"""Days; ten years are as good as for ever."""


class PartnerType(Tracked, Numbered, Base):
    """A kind of partner, with a page of further information for its partners."""

    __tablename__ = "partner_type"
    __table_args__ = (
        CheckConstraint("protection_days between 1 and 3650", name="protection_is_some_days"),
        CheckConstraint("extension_days between 0 and 3650", name="extension_is_some_days"),
    )

    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str | None]
    information: Mapped[str] = mapped_column(default="")
    position: Mapped[int] = mapped_column(default=0)
    protection_days: Mapped[int] = mapped_column(default=90, server_default="90")
    extension_days: Mapped[int] = mapped_column(default=30, server_default="30")

    version: Mapped[int] = mapped_column(default=1, server_default="1")

    __mapper_args__ = {"version_id_col": version, "eager_defaults": False}  # noqa: RUF012 - SQLAlchemy reads it so

    tiers: Mapped[list[Tier]] = relationship(back_populates="partner_type", lazy="raise")

    def describe(
        self,
        *,
        name: str,
        description: str,
        information: str,
        by: Person | None,
        version: int | None = None,
    ) -> None:
        """Name the type and write its page of further information; it changes for its partners at once."""
        check_version(self, version)
        for mistake in of_name(name, (), "partner type"):
            raise RuleBroken(mistake.sentence, "name")
        same = select(PartnerType.id).where(
            func.lower(PartnerType.name) == name.lower(), PartnerType.id != self.id
        )
        if self.session.scalar(same) is not None:
            raise RuleBroken(f"There is a partner type “{name}” already; choose another name.", "name")
        if len(information) > INFORMATION_LENGTH:
            raise RuleBroken(
                f"The page has more than {INFORMATION_LENGTH:,} characters; shorten it.", "information"
            )
        self.name, self.description, self.information = name, description or None, information
        self.track("partner_type.described", by=by)

    def protect(
        self,
        *,
        protection_days: int,
        extension_days: int,
        by: Person | None,
        version: int | None = None,
    ) -> None:
        """Say how long its partners' registrations are protected (L4)."""
        check_version(self, version)
        if not 1 <= protection_days <= LONGEST:
            raise RuleBroken(f"Protect a registration for 1 to {LONGEST} days.", "protection_days")
        if not 0 <= extension_days <= LONGEST:
            raise RuleBroken(f"Extend it by 0 to {LONGEST} days.", "extension_days")
        self.protection_days, self.extension_days = protection_days, extension_days
        if self.changes()[1]:
            self.track("partner_type.protected", by=by)


class Tier(Tracked, Numbered, Base):
    """A tier's name within a type; where it stands in the ladder is said by each program version."""

    __tablename__ = "tier"
    __table_args__ = (
        UniqueConstraint("partner_type_id", "name"),
        Index("uq_tier_partner_type_id_id", "partner_type_id", "id", unique=True),
    )

    partner_type_id: Mapped[int] = mapped_column(ForeignKey("partner_type.id"))
    name: Mapped[str]

    partner_type: Mapped[PartnerType] = relationship(back_populates="tiers", lazy="raise")

    def rename(self, name: str, *, by: Person | None) -> None:
        """Call the tier by another name in every version; partners keep holding it."""
        for mistake in of_name(name, (), "tier"):
            raise RuleBroken(mistake.sentence, "name")
        if REGISTERED.casefold() in {self.name.casefold(), name.casefold()}:
            raise RuleBroken(f"“{REGISTERED}” is the rank below every tier; it keeps its name.", "name")
        same = select(Tier.id).where(
            Tier.partner_type_id == self.partner_type_id,
            func.lower(Tier.name) == name.lower(),
            Tier.id != self.id,
        )
        if self.session.scalar(same) is not None:
            raise RuleBroken(f"This type has a tier “{name}” already; choose another name.", "name")
        self.name = name
        self.track("tier.renamed", by=by)
