"""A company of the vendor that trades with partners in a country, a currency and a time zone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.models.base import Base, Numbered, Tracked
from app.models.changing import check_version
from app.rules.money import minor_digits
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.person import Person

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,19}")
_COUNTRY = re.compile("[A-Z]{2}")


class OperatingCompany(Tracked, Numbered, Base):
    """A company of the vendor; a partner's days are calendar days in its time zone (M4)."""

    __tablename__ = "operating_company"

    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    country: Mapped[str]
    currency: Mapped[str]
    time_zone: Mapped[str]
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    __mapper_args__ = {"version_id_col": version, "eager_defaults": False}  # noqa: RUF012 - SQLAlchemy reads it so

    @classmethod
    def found(
        cls,
        session: Session,
        *,
        code: str,
        name: str,
        country: str,
        currency: str,
        time_zone: str,
        by: Person | None,
    ) -> OperatingCompany:
        """Add a company of the vendor; RuleBroken names the field that cannot be."""
        company = cls(code=code, name=name, country=country, currency=currency, time_zone=time_zone)
        company._check(session)
        session.add(company)
        session.flush()
        company.track("operating_company.founded", by=by)
        return company

    def describe(
        self,
        *,
        code: str,
        name: str,
        country: str,
        currency: str,
        time_zone: str,
        by: Person | None,
        version: int | None = None,
    ) -> None:
        """Change what is known of the company; amounts already converted or posted stay as they are."""
        session = self.session
        check_version(self, version)
        with session.no_autoflush:
            self.code, self.name, self.country = code, name, country
            self.currency, self.time_zone = currency, time_zone
            self._check(session)
        if self.changes()[1]:
            self.track("operating_company.described", by=by)

    def _check(self, session: Session) -> None:
        if not _CODE.fullmatch(self.code):
            raise RuleBroken("A code has 1 to 20 letters, digits, points or dashes.", "code")
        if not _COUNTRY.fullmatch(self.country):
            raise RuleBroken("Write the country as two capital letters, such as DE.", "country")
        minor_digits(self.currency)
        if self.time_zone not in available_timezones():
            raise RuleBroken("Choose a time zone from the list, such as Europe/Berlin.", "time_zone")
        same = select(OperatingCompany.id).where(
            func.lower(OperatingCompany.code) == self.code.lower(),
            OperatingCompany.id.is_distinct_from(self.id),
        )
        if session.scalar(same) is not None:
            raise RuleBroken(f"There is an operating company with the code “{self.code}” already.", "code")
