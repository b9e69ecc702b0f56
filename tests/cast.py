"""The cast: Northwind sells through Acme, Bolt and Crane; who they are and what they may do."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.models import OperatingCompany, Partner, PartnerType, Person, Role
from tests import factories


@dataclass(frozen=True)
class Cast:
    """Everybody by first name; partners by theirs."""

    anna: Person  # administrator of the vendor
    carl: Person  # channel manager, looks after Acme
    mona: Person  # marketing
    sam: Person  # sales
    audrey: Person  # auditor
    acme: Partner  # a reseller
    alice: Person  # Acme's administrator
    oscar: Person  # Acme's operations agent
    sue: Person  # Acme's support agent
    bolt: Partner  # another reseller
    bob: Person  # Bolt's administrator
    crane: Partner  # a consultant
    charlie: Person  # Crane's administrator
    reseller: PartnerType
    consultant: PartnerType
    company: OperatingCompany


def tell(session: Session) -> Cast:
    """Put everybody on the stage."""
    reseller = factories.partner_type(session, "Reseller")
    consultant = factories.partner_type(session, "Consultant")
    company = factories.operating_company(session, "US")
    carl = factories.person(session, "Carl Manager", Role.CHANNEL_MANAGER)
    acme = factories.partner(session, "ACME", "Acme Systems", reseller, company, manager=carl)
    bolt = factories.partner(session, "BOLT", "Bolt Trading", reseller, company)
    crane = factories.partner(session, "CRANE", "Crane Advisers", consultant, company)
    cast = Cast(
        anna=factories.person(session, "Anna Administrator", Role.ADMINISTRATOR),
        carl=carl,
        mona=factories.person(session, "Mona Marketing", Role.MARKETING),
        sam=factories.person(session, "Sam Sales", Role.SALES),
        audrey=factories.person(session, "Audrey Auditor", Role.AUDITOR),
        acme=acme,
        alice=factories.person(session, "Alice Acme", Role.PARTNER_ADMINISTRATOR, acme),
        oscar=factories.person(session, "Oscar Acme", Role.OPERATIONS_AGENT, acme),
        sue=factories.person(session, "Sue Acme", Role.SUPPORT_AGENT, acme),
        bolt=bolt,
        bob=factories.person(session, "Bob Bolt", Role.PARTNER_ADMINISTRATOR, bolt),
        crane=crane,
        charlie=factories.person(session, "Charlie Crane", Role.PARTNER_ADMINISTRATOR, crane),
        reseller=reseller,
        consultant=consultant,
        company=company,
    )
    session.commit()
    return cast
