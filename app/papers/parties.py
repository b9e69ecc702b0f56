"""From whom a paper comes and to whom it goes, as lines of an address."""

from __future__ import annotations

from babel import Locale
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app import filters
from app.models import Partner, Vendor


def partner_of(session: Session, partner_id: int) -> Partner:
    """Return a partner with the company of the vendor it deals with."""
    known = select(Partner).where(Partner.id == partner_id).options(joinedload(Partner.operating_company))
    return session.scalars(known.execution_options(populate_existing=True)).one()


def vendor(session: Session, partner: Partner) -> list[str]:
    """Return the company of the vendor that deals with a partner, the vendor, and the country."""
    here, company = Vendor.here(session), partner.operating_company
    if company is None:
        return [here.name]
    return list(dict.fromkeys(each for each in (company.name, here.name, country(company.country)) if each))


def partner(one: Partner) -> list[str]:
    """Return a partner's name and address."""
    place = " ".join(each for each in (one.postal_code, one.city) if each)
    tax = f"Tax number {one.tax_number}" if one.tax_number else None
    lines = (one.name, one.street, place, one.region, country(one.country), tax)
    return [each for each in lines if each]


def country(code: str | None) -> str | None:
    """Return a country's name in the reader's language; an unknown code as it stands."""
    return None if code is None else Locale.parse(filters.locale()).territories.get(code, code)
