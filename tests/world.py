"""A row of Acme and a row of Bolt in every table that holds a partner's rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.models import (
    ActivityApproval,
    ActivityLink,
    ActivityProof,
    ActivitySettlement,
    ActivityStatus,
    Assessment,
    Attachment,
    Cause,
    Comment,
    Customer,
    Document,
    Event,
    FundDifference,
    Lead,
    LeadOffer,
    LeadPassage,
    Notification,
    OfferState,
    Opportunity,
    OpportunityProduct,
    ParameterChange,
    Partner,
    Person,
    PriceListPartner,
    PriceScope,
    ProgramVersion,
    Registration,
    RegistrationState,
    Role,
    SavedView,
    Step,
    Tier,
    ValueType,
    Watch,
)
from tests import factories, funds
from tests.cast import Cast

DAY = date(2026, 3, 2)


@dataclass(frozen=True)
class World:
    """The program everybody works under, and what is granted to whom."""

    cast: Cast
    version: ProgramVersion
    rows: dict[str, dict[str, int]]  # partner code → parameter of an address → a row's number


def built(session: Session, cast: Cast) -> World:
    """Build the world and commit it."""
    version = factories.draft(session)
    for kind in (cast.reseller, cast.consultant):
        ladder = factories.ladder(session, version, kind, f"Silver {kind.name}", f"Gold {kind.name}")
        won = factories.category(
            session,
            f"Won by {kind.name}",
            version=version,
            measure={"sum": "opportunities", "over": "calendar year"},
        )
        factories.obligation(session, factories.rung(session, ladder, f"Silver {kind.name}"), won, 1000)
        factories.obligation(session, factories.rung(session, ladder, f"Gold {kind.name}"), won, 5000)
    factories.published(session, version, date(2026, 1, 1))
    product = factories.product(session, "SKU-1")
    users = factories.category(session, "Net users", ValueType.INTEGER)
    rows = {
        partner.code: _rows_of(session, partner, version, product, users)
        for partner in (cast.acme, cast.bolt, cast.crane)
    }
    session.commit()
    return World(cast, version, rows)


def _rows_of(
    session: Session, partner: Partner, version: ProgramVersion, product: Any, users: Any
) -> dict[str, int]:
    partnership = factories.partnership(session, partner, date(2026, 1, 1), date(2030, 12, 31))
    registered = session.scalars(
        select(Tier).where(Tier.partner_type_id == partner.partner_type_id, Tier.name == "Registered")
    ).one()
    personal = factories.price_list(session, f"OWN-{partner.code}", PriceScope.PERSONAL)
    price = factories.price(session, personal, product, "90")
    factories.added(session, PriceListPartner(price_list_id=personal.id, partner_id=partner.id))
    assessment = factories.added(
        session,
        Assessment(
            partner_id=partner.id,
            partnership_id=partnership.id,
            version_id=version.id,
            assessed_on=DAY,
            assessed_at=clock.now(),
            cause=Cause.COMMAND,
            earned_tier_id=registered.id,
            held_tier_id=registered.id,
            figures=[],
        ),
    )
    change = ParameterChange(
        partner_id=partner.id,
        partnership_id=partnership.id,
        category_id=users.id,
        day=DAY,
        at=clock.now(),
        what="current",
        new="1",
        why="A test.",
    )
    factories.added(session, change)
    document = factories.added(
        session,
        Document(
            partner_id=partner.id,
            partnership_id=partnership.id,
            filed_on=DAY,
            name="plan.pdf",
            content_type="application/pdf",
            size=1,
            sha256="0" * 64,
            stored_as=f"file-{partner.code}",
            uploaded_at=clock.now(),
        ),
    )
    Event.record(session, "partner.visited", partner, by=None)
    email = f"somebody@{partner.code.lower()}.example"
    lead = factories.lead(session, partner, f"Lead of {partner.code}", DAY)
    deal = factories.opportunity(session, partner, f"Deal of {partner.code}", "500")
    _pipeline(session, partner, product, lead, deal)
    of_funds = _funds(session, partner, lead)
    difference = factories.added(
        session,
        FundDifference(
            partner_id=partner.id,
            fund_id=of_funds["fund_id"],
            fund_type_id=funds.fund_type(session).id,
            opportunity_id=deal.id,
            currency="USD",
            expected=0,
            posted=500,
            why="The deal is not won yet.",
            found_at=clock.now(),
        ),
    )
    registration = session.scalars(select(Registration).where(Registration.opportunity_id == deal.id)).one()
    return {
        "partner_id": partner.id,
        "partnership_id": partnership.id,
        "assessment_id": assessment.id,
        "document_id": document.id,
        "price_list_id": personal.id,
        "price_id": price.id,
        "lead_id": lead.id,
        "opportunity_id": deal.id,
        "registration_id": registration.id,
        "customer_id": registration.customer_id,
        "order_id": factories.order(session, partner, f"ORDER-{partner.code}", DAY, (product, "100")).id,
        **of_funds,
        "difference_id": difference.id,
        "measurement_id": factories.measurement(session, partner, users, DAY, "7").id,
        "training_id": factories.training(session, partner, email, "Basics", DAY).id,
        "certificate_id": factories.certificate(session, partner, email, "Expert", DAY).id,
    }


def _pipeline(session: Session, partner: Partner, product: Any, lead: Lead, deal: Opportunity) -> None:
    """Add a row of every table of the pipeline, personal ones of each of the partner's people."""
    now, about = clock.now(), {"subject_type": "lead", "subject_id": lead.id}
    customer = factories.added(session, Customer(name="Kunde", folded=f"kunde {partner.code}", met_at=now))
    people = list(session.scalars(select(Person).where(Person.partner_id == partner.id).order_by(Person.id)))
    person = (
        people[0]
        if people
        else factories.person(session, f"Of {partner.code}", Role.OPERATIONS_AGENT, partner)
    )
    of_partner: dict[str, Any] = {"partner_id": partner.id}
    step = Step(**of_partner, **about, at=now, kind="lead.changed", facts={})
    session.add(step)
    session.flush()
    session.add_all(
        [
            LeadOffer(
                **of_partner,
                lead_id=lead.id,
                state=OfferState.DECLINED,
                offered_at=now,
                answer_by=now,
                card={},
            ),
            LeadPassage(
                **of_partner,
                lead_id=lead.id,
                named="Somebody",
                reason="Far away",
                asked_at=now,
                asked_by_id=person.id,
            ),
            Registration(
                **of_partner,
                opportunity_id=deal.id,
                customer_id=customer.id,
                state=RegistrationState.WAITING,
                registered_at=now,
            ),
            OpportunityProduct(**of_partner, opportunity_id=deal.id, product_id=product.id),
            Comment(**of_partner, **about, author_id=person.id, text="Hello", said_at=now),
            Attachment(
                **of_partner,
                **about,
                name="plan.pdf",
                content_type="application/pdf",
                size=1,
                sha256="0" * 64,
                stored_as=f"attached-{partner.code}",
                uploaded_at=now,
            ),
        ]
    )
    for one in people or [person]:
        session.add(Watch(**of_partner, **about, person_id=one.id))
        session.add(Notification(**of_partner, person_id=one.id, step_id=step.id, at=now))
        session.add(SavedView(**of_partner, person_id=one.id, listing="leads", name="Mine", query="mine=yes"))
    session.flush()


def _funds(session: Session, partner: Partner, lead: Lead) -> dict[str, int]:
    """Add a row of every table of funds and activities, decided ones as the vendor leaves them."""
    now, of_partner = clock.now(), {"partner_id": partner.id}
    fund = funds.fund(session, partner)
    entry = funds.credited(fund, 10_000, cause=f"world/{partner.code}")
    activity = funds.activity(session, fund, f"Fair of {partner.code}", status=ActivityStatus.APPROVED)
    of_activity = {**of_partner, "activity_id": activity.id}
    proof = ActivityProof(
        **of_activity,
        item="Photo",
        name="stand.png",
        content_type="image/png",
        size=1,
        sha256="0" * 64,
        stored_as=f"proof-{partner.code}",
        uploaded_at=now,
    )
    link = ActivityLink(**of_activity, lead_id=lead.id, linked_at=now)
    paid = ActivitySettlement(
        **of_activity, number=1, amount=100, paid_on=DAY, is_final=False, settled_at=now
    )
    session.add_all(
        [
            ActivityApproval(**of_activity, round=1, position=1, role=Role.CHANNEL_MANAGER, two_person=False),
            link,
            proof,
            paid,
        ]
    )
    session.flush()
    return {
        "fund_id": fund.id,
        "entry_id": entry,
        "activity_id": activity.id,
        "proof_id": proof.id,
        "link_id": link.id,
        "settlement_id": paid.id,
    }
