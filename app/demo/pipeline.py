"""What the partners sold: leads, deals and orders, so many a year that each partner stands where the story says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any

from sqlalchemy import DateTime, cast, insert, select, update
from sqlalchemy.orm import Session

from app.demo.catalogue import Catalogue
from app.demo.customers import Customers
from app.demo.partners import Told
from app.models import Lead, LeadStage, Opportunity, OpportunityStage, Partner
from app.models.funds import accruing
from app.rules.periods import add_months

YEAR = 365
EVENING = timedelta(hours=18)
SOURCES = ("Website", "Trade fair", "Recommendation", "Campaign", "Phone")
NEEDS = (
    "Battery for a roof of solar panels", "Charging for a small car park", "Backup for a bakery", "A quote for a row of houses",
    "Replacing an old inverter", "Monitoring for a housing association", "Lower peaks for a workshop", "A new roof with storage",
)  # fmt: skip
KEPT_OPEN = ("Qualify", "Develop", "Propose", "Close")
PATHS = (LeadStage.NEW, LeadStage.QUALIFIED, LeadStage.HANDED_OFF, LeadStage.ACCEPTED)
BIG_DEAL = {"FJORDLYS": 240_000}
"""A deal that was won twelve months and seventeen days ago, so that the year lost it seventeen days ago."""
FELL_OUT, ROSE = 17, 12
REPORTED = ("DACHWERK", "VOLTERA", "LAKESHORE")
"""Who has reported a deal as won that nobody has confirmed yet."""


@dataclass
class Pipeline:
    """Writes down leads and deals."""

    partners: dict[str, Partner]
    catalogue: Catalogue
    today: date
    random: Random
    customers: Customers
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    won: dict[str, date] = field(default_factory=dict)
    """The closing days of deals that wait to be confirmed on them, by key."""

    def write(self, session: Session, told: Told) -> None:
        """Write every lead and deal of a partner."""
        self._write_leads(session, self._leads(told))
        stages = {one.name: one.id for one in session.scalars(select(OpportunityStage))}
        deals = [
            {"key": f"D-{next(self.numbers):05d}", **deal, "stage_id": stages[deal["stage_id"]]}
            for deal in self._deals(told)
        ]
        for deal in deals:
            if deal.pop("is_confirmed"):
                self.won[deal["key"]] = deal["closed_on"]
        if deals:
            session.execute(insert(Opportunity), deals)

    def confirm(self, session: Session, on: date) -> None:
        """Confirm every win of the days up to this one: it counts, and its partner's fund is credited (F3)."""
        keys = [key for key, closed in self.won.items() if closed <= on]
        for key in keys:
            del self.won[key]
        confirmed = (
            update(Opportunity)
            .where(Opportunity.key.in_(keys))
            .values(confirmed_at=cast(Opportunity.closed_on, DateTime(timezone=True)) + EVENING)
            .returning(Opportunity.id)
        )
        accruing.bring_into_line(session, list(session.scalars(confirmed)), by=None)

    def write_waiting(self, session: Session) -> None:
        """Write the leads that are nobody's yet."""
        self._write_leads(session, self._waiting())

    def _write_leads(self, session: Session, leads: Iterator[dict[str, Any]]) -> None:
        rows = [{"key": f"L-{next(self.numbers):05d}", **lead} for lead in leads]
        if rows:
            session.execute(insert(Lead), rows)

    # -- leads

    def _leads(self, told: Told) -> Iterator[dict[str, Any]]:
        for day in self._days(told, told.converted):
            created = max(day - timedelta(days=self.random.randint(6, 55)), self._first(told))
            yield self._lead(told, LeadStage.CONVERTED, created, day)
        for day in self._days(told, told.registered):
            yield self._lead(told, *self._path(day))
        for day in self._days(told, max(told.converted, 2) if not told.registered else 0):
            yield self._lead(told, *self._path(day))

    def _path(self, created: date) -> tuple[LeadStage, date, date | None]:
        """Return how far a lead came that was created on a day: young ones are on their way."""
        age = (self.today - created).days
        if age < 75:
            return PATHS[max(0, 3 - self.random.randint(0, age) // 20)], created, None
        closed = min(created + timedelta(days=self.random.randint(10, 70)), self.today)
        end = LeadStage.WITHDRAWN if self.random.random() < 0.15 else LeadStage.DISQUALIFIED
        return end, created, closed

    def _waiting(self) -> Iterator[dict[str, Any]]:
        """Return what came in and is nobody's yet."""
        for back in range(1, 19):
            country = self.random.choice(["DE", "FR", "GB", "IT", "NL", "US"])
            stage = LeadStage.NEW if back < 12 else LeadStage.QUALIFIED
            yield self._lead_of(None, country, "EUR", stage, self.today - timedelta(days=back), None)

    def _lead(self, told: Told, stage: LeadStage, created: date, closed: date | None) -> dict[str, Any]:
        partner = self.partners[told.code]
        return self._lead_of(partner.id, told.country, partner.currency or "EUR", stage, created, closed)

    def _lead_of(
        self,
        partner_id: int | None,
        country: str,
        currency: str,
        stage: LeadStage,
        created: date,
        closed: date | None,
    ) -> dict[str, Any]:
        customer = self.customers.one(country)
        budget = self._local(Decimal(self.random.randint(8, 90) * 500), currency, created)
        return {
            "partner_id": partner_id,
            "company": customer.company,
            "contact": customer.person,
            "email": customer.email,
            "website": f"https://{customer.domain}",
            "country": country,
            "city": customer.city,
            "need": self.random.choice(NEEDS),
            "source": self.random.choice(SOURCES),
            "stage": stage,
            "created_on": created,
            "closed_on": closed,
            "budget": budget,
            "currency": currency,
        }

    # -- deals

    def _deals(self, told: Told) -> Iterator[dict[str, Any]]:
        if not told.won:
            return
        deals = 8 + told.won // 80_000
        for day, euro in self._amounts(told, deals, told.won):
            yield self._deal(told, "Won", day, euro)
        if told.code in BIG_DEAL:
            day = add_months(self.today - timedelta(days=FELL_OUT), -12)
            yield self._deal(told, "Won", day, Decimal(BIG_DEAL[told.code]))
        if told.code == "LARKHILL":
            yield self._deal(told, "Won", self.today - timedelta(days=ROSE), Decimal(128_000))
        for day in self._days(told, deals // 2):
            yield self._deal(told, "Lost", day, Decimal(self.random.randint(10, 80) * 500))
        for stage in self.random.choices(KEPT_OPEN, k=3 + deals // 4):
            yield self._deal(told, stage, None, Decimal(self.random.randint(10, 120) * 500))
        if told.code in REPORTED:
            day = self.today - timedelta(days=self.random.randint(2, 6))
            yield {**self._deal(told, "Won", day, Decimal(34_500)), "is_confirmed": False}

    def _deal(self, told: Told, stage: str, closed: date | None, euro: Decimal) -> dict[str, Any]:
        partner = self.partners[told.code]
        currency = partner.currency or "EUR"
        customer = self.customers.one(told.country)
        created = (closed or self.today) - timedelta(days=self.random.randint(12, 80))
        sku = self.random.choice(["BAT-10", "BAT-15", "BAT-30", "INV-12", "CHG-2P"])
        return {
            "partner_id": partner.id,
            "name": f"{customer.company}: {self.random.choice(NEEDS).lower()}",
            "customer": customer.company,
            "stage_id": stage,
            "amount": self._local(euro, currency, closed or self.today),
            "currency": currency,
            "created_on": max(created, self._first(told))
            if closed is None or closed >= self._first(told)
            else created,
            "expected_on": (closed or self.today) + timedelta(days=self.random.randint(-10, 40)),
            "closed_on": closed,
            "product_id": self.catalogue.products[sku],
            "owner": told.name.split()[0],
            "is_confirmed": stage == "Won" and closed is not None,
        }

    def _amounts(self, told: Told, deals: int, yearly: int) -> Iterator[tuple[date, Decimal]]:
        """Yield so many days a year with amounts in EUR that make the yearly one, of every year back from today."""
        for days in self._years(told, deals):
            weights = [self.random.randint(70, 130) for _ in days]
            share = Decimal(yearly) * len(days) / deals
            for day, weight in zip(days, weights, strict=True):
                yield day, share * weight / sum(weights)

    def _days(self, told: Told, yearly: int) -> list[date]:
        return [day for days in self._years(told, yearly) for day in days]

    def _years(self, told: Told, yearly: int) -> Iterator[list[date]]:
        """Yield the days of each year back from yesterday, spread evenly, none before the partner joined."""
        for begins in range(0, told.since, YEAR):
            backs = [
                begins + 1 + (YEAR * slot + self.random.randint(0, YEAR - 1)) // max(yearly, 1)
                for slot in range(yearly)
            ]
            days = [self.today - timedelta(days=back) for back in backs if back < told.since]
            if days:
                yield days

    def _first(self, told: Told) -> date:
        return self.today - timedelta(days=told.since)

    def _local(self, euro: Decimal, currency: str, day: date) -> Decimal:
        """Return about so many euros as a round amount of a currency."""
        return local(self.catalogue, euro, currency, day)


def local(catalogue: Catalogue, euro: Decimal, currency: str, day: date) -> Decimal:
    """Return about so many euros as a round amount of a currency on a day."""
    step = Decimal(1000 if currency == "JPY" else 10)
    return (euro / catalogue.euro(currency, day) / step).quantize(Decimal(1)) * step


def chosen(random: Random, from_: Sequence[str], wanted: int) -> list[str]:
    """Return so many different ones, in a fixed order of luck."""
    return random.sample(list(from_), min(wanted, len(from_)))
