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
    acme = factories.partner(session, "ACME", "Acme Systems", reseller, company)
    bolt = factories.partner(session, "BOLT", "Bolt Trading", reseller, company)
    crane = factories.partner(session, "CRANE", "Crane Advisers", consultant, company)
    anna, carl, mona, sam, audrey, alice, oscar, sue, bob, charlie = factories.people(
        session,
        ("Anna Administrator", Role.ADMINISTRATOR, None),
        ("Carl Manager", Role.CHANNEL_MANAGER, None),
        ("Mona Marketing", Role.MARKETING, None),
        ("Sam Sales", Role.SALES, None),
        ("Audrey Auditor", Role.AUDITOR, None),
        ("Alice Acme", Role.PARTNER_ADMINISTRATOR, acme),
        ("Oscar Acme", Role.OPERATIONS_AGENT, acme),
        ("Sue Acme", Role.SUPPORT_AGENT, acme),
        ("Bob Bolt", Role.PARTNER_ADMINISTRATOR, bolt),
        ("Charlie Crane", Role.PARTNER_ADMINISTRATOR, crane),
    )
    acme.manager_id = carl.id
    session.commit()
    return Cast(
        anna=anna,
        carl=carl,
        mona=mona,
        sam=sam,
        audrey=audrey,
        acme=acme,
        alice=alice,
        oscar=oscar,
        sue=sue,
        bolt=bolt,
        bob=bob,
        crane=crane,
        charlie=charlie,
        reseller=reseller,
        consultant=consultant,
        company=company,
    )
