"""The partner's leads, opportunities and orders, as lists on the page of its partnership."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Select, func, select

from app.access import Permission, requires
from app.listing import Column, Listing, choice, day, matches
from app.models import (
    Lead,
    LeadStage,
    Opportunity,
    OpportunityStage,
    Order,
    OrderLine,
    OrderStatus,
    Partnership,
    StageKind,
)
from app.partnership.partnerships import found

leads = Blueprint("partnership_leads", __name__, url_prefix="/partnerships/<id:partnership_id>/leads")
opportunities = Blueprint(
    "partnership_opportunities", __name__, url_prefix="/partnerships/<id:partnership_id>/opportunities"
)
orders = Blueprint("partnership_orders", __name__, url_prefix="/partnerships/<id:partnership_id>/orders")


def _of_the_partner(noun: type[Lead | Opportunity | Order]) -> ColumnElement[bool]:
    """Narrow a list to the partner of the partnership in the address."""
    number = (request.view_args or {})["partnership_id"]
    partner = select(Partnership.partner_id).where(Partnership.id == number).scalar_subquery()
    condition: ColumnElement[bool] = noun.partner_id == partner
    return condition


def _leads() -> Select[*tuple[Any, ...]]:
    return select(Lead).where(_of_the_partner(Lead))


def _opportunities() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Opportunity, OpportunityStage.name.label("stage_name"), OpportunityStage.kind.label("stage_kind")
        )
        .join(OpportunityStage, OpportunityStage.id == Opportunity.stage_id)
        .where(_of_the_partner(Opportunity), Opportunity.deleted_at.is_(None))
    )


def _orders() -> Select[*tuple[Any, ...]]:
    total = (
        select(func.coalesce(func.sum(OrderLine.amount), 0))
        .where(OrderLine.order_id == Order.id)
        .scalar_subquery()
    )
    return select(Order, total.label("total")).where(_of_the_partner(Order))


LEAD_TONES = {LeadStage.CONVERTED: "good", LeadStage.DISQUALIFIED: "bad", LeadStage.WITHDRAWN: "bad"}
DEAL_TONES = {StageKind.WON: "good", StageKind.LOST: "bad", StageKind.OPEN: "info"}
ORDER_TONES = {OrderStatus.CANCELLED: "bad", OrderStatus.DRAFT: "neutral"}

LEADS = Listing(
    "leads",
    query=_leads,
    key=Lead.id,
    columns=[
        Column("company", "Company", lambda one: one.company, sort=Lead.company),
        Column("contact", "Contact", lambda one: one.contact),
        Column("country", "Country", lambda one: one.country),
        Column(
            "stage",
            "Stage",
            lambda one: one.stage.value.capitalize(),
            kind="badge",
            tone=lambda one: LEAD_TONES.get(one.stage, "info"),
        ),
        Column("created", "Created", lambda one: one.created_on, sort=Lead.created_on, kind="day"),
        Column("closed", "Closed", lambda one: one.closed_on, kind="day"),
    ],
    filters=[
        choice(
            "stage",
            "Stage",
            [(one.value, one.value.capitalize()) for one in LeadStage],
            lambda given: Lead.stage == LeadStage(given),
        ),
        day("since", "Created since", lambda on: Lead.created_on >= on),
    ],
    search=lambda words: matches(Lead.search, words),
    default="-created",
    href=lambda one: url_for("leads.show", lead_id=one.id),
    empty=("No leads yet", "Leads passed to this partner appear here."),
)

OPPORTUNITIES = Listing(
    "opportunities",
    query=_opportunities,
    key=Opportunity.id,
    columns=[
        Column("name", "Opportunity", lambda row: row[0].name, sort=Opportunity.name),
        Column("customer", "Customer", lambda row: row[0].customer),
        Column(
            "stage",
            "Stage",
            lambda row: row.stage_name,
            kind="badge",
            tone=lambda row: DEAL_TONES[row.stage_kind],
        ),
        Column(
            "amount",
            "Amount",
            lambda row: row[0].amount,
            sort=Opportunity.amount,
            kind="money",
            currency=lambda row: row[0].currency,
        ),
        Column("created", "Created", lambda row: row[0].created_on, sort=Opportunity.created_on, kind="day"),
        Column("closed", "Closed", lambda row: row[0].closed_on, kind="day"),
    ],
    filters=[
        choice(
            "kind",
            "State",
            [(one.value, one.value.capitalize()) for one in StageKind],
            lambda given: OpportunityStage.kind == StageKind(given),
        ),
        day("since", "Created since", lambda on: Opportunity.created_on >= on),
    ],
    search=lambda words: matches(Opportunity.search, words),
    default="-created",
    href=lambda row: url_for("opportunities.show", opportunity_id=row[0].id),
    empty=("No opportunities yet", "Deals this partner works on appear here."),
)

ORDERS = Listing(
    "orders",
    query=_orders,
    key=Order.id,
    columns=[
        Column("number", "Number", lambda row: row[0].number, sort=Order.number),
        Column(
            "status",
            "Status",
            lambda row: row[0].status.value.capitalize(),
            kind="badge",
            tone=lambda row: ORDER_TONES.get(row[0].status, "good"),
        ),
        Column("ordered", "Ordered", lambda row: row[0].ordered_on, sort=Order.ordered_on, kind="day"),
        Column("customer", "Customer", lambda row: row[0].customer),
        Column("total", "Total", lambda row: row.total, kind="money", currency=lambda row: row[0].currency),
    ],
    filters=[
        choice(
            "status",
            "Status",
            [(one.value, one.value.capitalize()) for one in OrderStatus],
            lambda given: Order.status == OrderStatus(given),
        ),
        day("since", "Ordered since", lambda on: Order.ordered_on >= on),
    ],
    search=lambda words: matches(Order.search, words),
    default="-ordered",
    href=lambda row: url_for("orders.show", order_id=row[0].id),
    empty=("No orders yet", "What this partner orders appears here."),
)


def _tab(bp: Blueprint, listing: Listing) -> None:
    """Show a list as a tab of the partnership, with its exports."""
    listing.routes(bp, requires(Permission.PARTNERS_READ))

    @bp.get("")
    @requires(Permission.PARTNERS_READ)
    def index(partnership_id: int) -> ResponseReturnValue:
        partnership = found(partnership_id)
        return render_template(
            "partnership/partnerships/list.html",
            partnership=partnership,
            today=partnership.partner.today(),
            page=listing.page(),
        )


_tab(leads, LEADS)
_tab(opportunities, OPPORTUNITIES)
_tab(orders, ORDERS)
