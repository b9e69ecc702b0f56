"""Things made quickly for a story: each takes the staff's session and what the story is about.

Call `session.commit()` before a client or another session looks.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from app import clock
from app.models import (
    REGISTERED,
    ActivePeriod,
    Base,
    Category,
    Certificate,
    Contact,
    ExchangeRate,
    Ladder,
    Lead,
    LeadStage,
    Measure,
    Measurement,
    OperatingCompany,
    Opportunity,
    OpportunityStage,
    Order,
    OrderLine,
    OrderStatus,
    Parameter,
    ParameterKind,
    Partner,
    Partnership,
    PartnerType,
    Person,
    Price,
    PriceList,
    PriceScope,
    Product,
    ProgramVersion,
    Role,
    Rung,
    Tier,
    TierCause,
    TierPeriod,
    Training,
    ValueType,
    VersionStatus,
)

Noun = TypeVar("Noun", bound=Base)


def added(session: Session, noun: Noun) -> Noun:
    session.add(noun)
    session.flush()
    return noun


def partner_type(session: Session, name: str) -> PartnerType:
    kind = added(session, PartnerType(name=name))
    added(session, Tier(partner_type_id=kind.id, name=REGISTERED))
    return kind


def operating_company(
    session: Session, code: str, currency: str = "USD", zone: str = "UTC"
) -> OperatingCompany:
    return added(
        session,
        OperatingCompany(
            code=code, name=f"Northwind {code}", country="US", currency=currency, time_zone=zone
        ),
    )


def person(session: Session, name: str, role: Role, partner: Partner | None = None) -> Person:
    return people(session, (name, role, partner))[0]


def people(session: Session, *known: tuple[str, Role, Partner | None]) -> list[Person]:
    """Several people at once, each with an address of its own; what joining records is another story."""
    made = [
        Person(name=name, roles=[role.value], partner_id=None if partner is None else partner.id)
        for name, role, partner in known
    ]
    session.add_all(made)
    session.flush()
    for one, (name, _, partner) in zip(made, known, strict=True):
        host = "northwind.example" if partner is None else f"{partner.code.lower()}.example"
        email = f"{name.split()[0].lower()}@{host}"
        session.add(Contact(person_id=one.id, partner_id=one.partner_id, email=email))
    session.flush()
    return made


def partner(
    session: Session,
    code: str,
    name: str,
    kind: PartnerType,
    company: OperatingCompany | None = None,
    manager: Person | None = None,
    **more: Any,
) -> Partner:
    return added(
        session,
        Partner(
            code=code,
            name=name,
            partner_type_id=kind.id,
            operating_company_id=None if company is None else company.id,
            manager_id=None if manager is None else manager.id,
            **more,
        ),
    )


def tier(session: Session, kind: PartnerType, name: str) -> Tier:
    known = select(Tier).where(Tier.partner_type_id == kind.id, Tier.name == name)
    return session.scalars(known).one_or_none() or added(session, Tier(partner_type_id=kind.id, name=name))


def draft(session: Session, name: str = "2026-1", currency: str = "USD") -> ProgramVersion:
    return added(session, ProgramVersion(name=name, currency=currency))


def ladder(
    session: Session, version: ProgramVersion, kind: PartnerType, *names: str, **policies: Any
) -> Ladder:
    """A ladder of a draft: Registered, then the named tiers from below."""
    made = added(session, Ladder(version_id=version.id, partner_type_id=kind.id, **policies))
    for rank, name in enumerate((REGISTERED, *names)):
        added(session, Rung(ladder_id=made.id, tier_id=tier(session, kind, name).id, rank=rank))
    return made


def rung(session: Session, ladder: Ladder, name: str) -> Rung:
    named = (
        select(Rung).join(Tier, Tier.id == Rung.tier_id).where(Rung.ladder_id == ladder.id, Tier.name == name)
    )
    return session.scalars(named).one()


def category(
    session: Session,
    name: str,
    value_type: ValueType = ValueType.MONEY,
    version: ProgramVersion | None = None,
    measure: dict[str, Any] | None = None,
) -> Category:
    made = added(session, Category(name=name, value_type=value_type))
    if version is not None and measure is not None:
        added(session, Measure(version_id=version.id, category_id=made.id, definition=measure))
    return made


def obligation(session: Session, rung: Rung, category: Category, target: int | str, **more: Any) -> Parameter:
    return added(
        session,
        Parameter(
            rung_id=rung.id,
            category_id=category.id,
            kind=ParameterKind.OBLIGATION,
            number=Decimal(target),
            **more,
        ),
    )


def benefit(session: Session, rung: Rung, category: Category, **value: Any) -> Parameter:
    return added(
        session,
        Parameter(
            rung_id=rung.id, category_id=category.id, kind=ParameterKind.BENEFIT, mandatory=False, **value
        ),
    )


def published(session: Session, version: ProgramVersion, valid_from: date) -> ProgramVersion:
    """Publish a draft bluntly: the story is about what comes after."""
    session.flush()
    version.status = VersionStatus.PUBLISHED
    version.valid_from = valid_from
    version.published_at = clock.now()
    session.flush()
    return version


def partnership(
    session: Session,
    partner: Partner,
    start: date,
    due: date,
    tier_name: str = REGISTERED,
    *,
    active: bool = True,
) -> Partnership:
    """A partnership that holds a tier from its first day."""
    made = added(
        session,
        Partnership(
            partner_id=partner.id, partner_type_id=partner.partner_type_id, start_on=start, due_on=due
        ),
    )
    kind = session.get_one(PartnerType, partner.partner_type_id)
    if active:
        during = Range(start, date.fromordinal(due.toordinal() + 1))
        added(session, ActivePeriod(partner_id=partner.id, partnership_id=made.id, during=during))
    added(
        session,
        TierPeriod(
            partner_id=partner.id,
            partnership_id=made.id,
            partner_type_id=kind.id,
            tier_id=tier(session, kind, tier_name).id,
            during=Range(start, None),
            cause=TierCause.START,
            why="The beginning.",
        ),
    )
    return made


def product(session: Session, sku: str, **more: Any) -> Product:
    return added(session, Product(sku=sku, name=more.pop("name", f"Product {sku}"), **more))


def price_list(session: Session, code: str, scope: PriceScope, kind: PartnerType | None = None) -> PriceList:
    return added(
        session,
        PriceList(
            code=code, name=f"List {code}", scope=scope, partner_type_id=None if kind is None else kind.id
        ),
    )


def price(session: Session, price_list: PriceList, product: Product, unit_price: str, **more: Any) -> Price:
    values = {"currency": "USD", **more}
    return added(
        session,
        Price(price_list_id=price_list.id, product_id=product.id, unit_price=Decimal(unit_price), **values),
    )


def rate(session: Session, currency: str, day: date, rate: str) -> ExchangeRate:
    return added(session, ExchangeRate(currency=currency, day=day, rate=Decimal(rate)))


def lead(session: Session, partner: Partner | None, company: str, created_on: date, **more: Any) -> Lead:
    stage = more.pop("stage", LeadStage.NEW)
    owner = None if partner is None else partner.id
    return added(session, Lead(partner_id=owner, company=company, created_on=created_on, stage=stage, **more))


def stage(session: Session, name: str) -> OpportunityStage:
    return session.scalars(select(OpportunityStage).where(OpportunityStage.name == name)).one()


def opportunity(
    session: Session, partner: Partner, name: str, amount: str, stage_name: str = "Qualify", **more: Any
) -> Opportunity:
    """A deal; won ones are confirmed and closed on the day given, or the day they were created."""
    created_on: date = more.pop("created_on", date(2026, 1, 15))
    values: dict[str, Any] = {"customer": f"{name} Ltd", "currency": "USD", "created_on": created_on, **more}
    if stage_name == "Won":
        values.setdefault("closed_on", created_on)
        values.setdefault("confirmed_at", clock.now())
    return added(
        session,
        Opportunity(
            partner_id=partner.id,
            name=name,
            amount=Decimal(amount),
            stage_id=stage(session, stage_name).id,
            **values,
        ),
    )


def order(
    session: Session,
    partner: Partner,
    number: str,
    ordered_on: date,
    *lines: tuple[Product, str],
    currency: str = "USD",
    status: OrderStatus = OrderStatus.CLOSED,
) -> Order:
    """An order with lines of (product, amount), one of each."""
    made = added(
        session,
        Order(partner_id=partner.id, number=number, ordered_on=ordered_on, currency=currency, status=status),
    )
    for line, (sold, amount) in enumerate(lines, start=1):
        added(
            session,
            OrderLine(
                partner_id=partner.id,
                order_id=made.id,
                line=line,
                product_id=sold.id,
                quantity=Decimal(1),
                unit_price=Decimal(amount),
                discount=Decimal(0),
                amount=Decimal(amount),
            ),
        )
    return made


def measurement(session: Session, partner: Partner, category: Category, day: date, value: str) -> Measurement:
    return added(
        session, Measurement(partner_id=partner.id, category_id=category.id, day=day, value=Decimal(value))
    )


def certificate(
    session: Session, partner: Partner, email: str, subject: str, passed_on: date, **more: Any
) -> Certificate:
    return added(
        session,
        Certificate(partner_id=partner.id, person_email=email, subject=subject, passed_on=passed_on, **more),
    )


def training(
    session: Session, partner: Partner, email: str, subject: str, passed_on: date, **more: Any
) -> Training:
    return added(
        session,
        Training(partner_id=partner.id, person_email=email, subject=subject, passed_on=passed_on, **more),
    )
