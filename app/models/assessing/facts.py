"""The records behind every figure: which count, by which day, and the first reason why one does not (P5, P8).

One description serves both the sums and the lists of records, so that a number and its records cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, func, or_

from app.models.assessing import satisfied
from app.models.certificate import Certificate
from app.models.deals.opportunity import Opportunity, OpportunityStage, StageKind
from app.models.document import Document
from app.models.leads.lead import Lead
from app.models.measurement import Measurement
from app.models.orders.order import COUNTED, Order, OrderLine
from app.models.product import Product
from app.models.training import Training
from app.rules.measures import Aggregate, Source

Column = ColumnElement[Any]

lead, opportunity, stage = Lead.__table__.c, Opportunity.__table__.c, OpportunityStage.__table__.c
orders, line, product = Order.__table__.c, OrderLine.__table__.c, Product.__table__.c
certificate, training = Certificate.__table__.c, Training.__table__.c
measurement, document = Measurement.__table__.c, Document.__table__.c


@dataclass(frozen=True)
class Check:
    """A condition a record must pass to count, and what to say when it does not."""

    passes: ColumnElement[bool]
    otherwise: str


@dataclass(frozen=True)
class Span:
    """The days that count, as columns or values of the query, and in words when they are the same for all."""

    first: Any
    last: Any
    words: str = ""


@dataclass(frozen=True)
class Facts:
    """How the records of one source are joined, filtered and added up."""

    noun: type[Any]
    frame: FromClause
    partner: Column
    label: Column
    """What a list of records calls one."""
    opens: Column
    """The id of the page that shows one."""
    day: Callable[[str | None], Column]
    counts: Callable[[Aggregate, Column], Sequence[Check]]
    filters: Mapping[str, Column] = field(default_factory=dict)
    of: Mapping[str, Column] = field(default_factory=dict)
    currency: Column | None = None
    expires: Column | None = None
    category: Column | None = None

    def checks(
        self, need: Aggregate, span: Span, *, at_once: Column, categories: Mapping[str, int]
    ) -> list[Check]:
        """Every condition of an aggregate, in the order in which reasons are given."""
        return [
            *self._category(need, categories),
            *self.counts(need, at_once),
            self._days(need, span),
            *self._unexpired(span),
            *(self._filter(name, values) for name, values in need.where),
        ]

    def _category(self, need: Aggregate, categories: Mapping[str, int]) -> list[Check]:
        if self.category is None or need.category is None:
            return []
        return [
            Check(
                self.category == categories.get(need.category, -1),
                f"It is not of the category “{need.category}”.",
            )
        ]

    def _days(self, need: Aggregate, span: Span) -> Check:
        day = self.day(need.counting)
        within = f": {span.words}" if span.words else ""
        return Check(day.between(span.first, span.last), f"Its day is not one of those that count{within}.")

    def _unexpired(self, span: Span) -> list[Check]:
        if self.expires is None:
            return []
        return [Check(or_(self.expires.is_(None), self.expires >= span.last), "It has expired.")]

    def _filter(self, name: str, values: Sequence[str]) -> Check:
        return Check(self.filters[name].in_(list(values)), f"Its {name} is not {' or '.join(values)}.")


def _lead_counts(need: Aggregate, at_once: Column) -> list[Check]:
    return [Check(passes, otherwise) for passes, otherwise in satisfied.conditions(need, at_once)]


def _opportunity_counts(need: Aggregate, at_once: Column) -> list[Check]:
    there = Check(opportunity.deleted_at.is_(None), "It was deleted.")
    match need.counting:
        case "won":
            return [
                there,
                Check(stage.kind == StageKind.WON, "It is not won."),
                Check(
                    or_(opportunity.confirmed_at.is_not(None), at_once),
                    "It is reported as won, but not confirmed yet.",
                ),
                Check(opportunity.closed_on.is_not(None), "It has no closing day."),
            ]
        case "lost":
            return [there, Check(stage.kind == StageKind.LOST, "It is not lost.")]
        case _:
            return [there]


def _order_counts(need: Aggregate, _at_once: Column) -> list[Check]:
    if any(name == "status" for name, _ in need.where):
        return []
    return [Check(orders.status.in_(list(COUNTED)), "Its order is not confirmed, fulfilled or closed.")]


def _every_one(_need: Aggregate, _at_once: Column) -> list[Check]:
    return []


def _folded(name: Column) -> Column:
    return func.nullif(func.lower(func.btrim(name)), "")


_PRODUCTS = {"product": product.sku, "category": product.category, "subcategory": product.subcategory}
_OPPORTUNITIES = Opportunity.__table__.join(
    OpportunityStage.__table__, stage.id == opportunity.stage_id
).outerjoin(Product.__table__, product.id == opportunity.product_id)
_ORDER_LINES = OrderLine.__table__.join(
    Order.__table__, and_(orders.partner_id == line.partner_id, orders.id == line.order_id)
).outerjoin(Product.__table__, product.id == line.product_id)

FACTS: dict[Source, Facts] = {
    Source.LEADS: Facts(
        Lead,
        Lead.__table__,
        lead.partner_id,
        lead.company,
        lead.id,
        satisfied.day,
        _lead_counts,
        {"stage": lead.stage, "source": lead.source, "country": lead.country, "region": lead.region},
    ),
    Source.OPPORTUNITIES: Facts(
        Opportunity,
        _OPPORTUNITIES,
        opportunity.partner_id,
        opportunity.name,
        opportunity.id,
        lambda counting: opportunity.created_on if counting == "registered" else opportunity.closed_on,
        _opportunity_counts,
        {"stage": stage.name, "currency": opportunity.currency, **_PRODUCTS},
        {
            "amount": opportunity.amount,
            "customers": _folded(opportunity.customer),
            "products": opportunity.product_id,
        },
        opportunity.currency,
    ),
    Source.ORDERS: Facts(
        Order,
        Order.__table__,
        orders.partner_id,
        orders.number,
        orders.id,
        lambda _counting: orders.ordered_on,
        _order_counts,
        {"status": orders.status, "currency": orders.currency},
        {"customers": _folded(orders.customer)},
    ),
    Source.ORDER_LINES: Facts(
        OrderLine,
        _ORDER_LINES,
        line.partner_id,
        func.concat(orders.number, ", line ", line.line, ", ", product.sku),
        line.order_id,
        lambda _counting: orders.ordered_on,
        _order_counts,
        {"status": orders.status, "currency": orders.currency, **_PRODUCTS},
        {
            "amount": line.amount,
            "quantity": line.quantity,
            "products": line.product_id,
            "customers": _folded(orders.customer),
        },
        orders.currency,
    ),
    Source.CERTIFICATES: Facts(
        Certificate,
        Certificate.__table__,
        certificate.partner_id,
        func.concat(certificate.person_email, ", ", certificate.subject),
        certificate.id,
        lambda _counting: certificate.passed_on,
        _every_one,
        {"subject": certificate.subject},
        {"people": func.lower(certificate.person_email), "subjects": certificate.subject},
        expires=certificate.expires_on,
    ),
    Source.TRAININGS: Facts(
        Training,
        Training.__table__,
        training.partner_id,
        func.concat(training.person_email, ", ", training.subject),
        training.id,
        lambda _counting: training.passed_on,
        _every_one,
        {"subject": training.subject},
        {"people": func.lower(training.person_email), "subjects": training.subject},
        expires=training.expires_on,
    ),
    Source.MEASUREMENTS: Facts(
        Measurement,
        Measurement.__table__,
        measurement.partner_id,
        func.coalesce(measurement.source, "Entered by staff"),
        measurement.id,
        lambda _counting: measurement.day,
        _every_one,
        of={"value": measurement.value},
        category=measurement.category_id,
    ),
    Source.DOCUMENTS: Facts(
        Document,
        Document.__table__,
        document.partner_id,
        document.name,
        document.id,
        lambda _counting: document.filed_on,
        _every_one,
        category=document.category_id,
    ),
}


def fresh_since(need: Aggregate, span: Span) -> Span:
    """An artefact is fresh when filed on one of the last N days, the day asked for included."""
    if need.fresh_days is None:
        return span
    return Span(span.last - timedelta(days=need.fresh_days - 1), span.last, span.words)
