"""Opportunities: the list and the record, as the vendor and the partner see them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload

from app.access import Permission, requires
from app.database import find
from app.extensions import db
from app.leads.audience import SharedListing, crumb, history, partner_column, partner_filter
from app.listing import Column, choice, day, few, matches, text
from app.models import Opportunity, OpportunityStage, Partner, Product, StageKind
from app.rules.numerals import AMOUNT
from app.rules.refusals import RuleBroken

bp = Blueprint("opportunities", __name__, url_prefix="/opportunities")

STATES = {
    "open": "Open",
    "won": "Won and confirmed",
    "reported": "Won, to be confirmed",
    "lost": "Lost",
}


def _opportunities() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Opportunity,
            Partner.name.label("partner_name"),
            OpportunityStage.name.label("stage_name"),
            OpportunityStage.kind.label("stage_kind"),
        )
        .outerjoin(Partner, Partner.id == Opportunity.partner_id)
        .outerjoin(OpportunityStage, OpportunityStage.id == Opportunity.stage_id)
        .where(Opportunity.deleted_at.is_(None))
    )


def _stages() -> list[tuple[str, str]]:
    stages = select(OpportunityStage.id, OpportunityStage.name).order_by(OpportunityStage.position)
    return [(str(row.id), row.name) for row in db.session.execute(stages)]


def _state(given: str) -> ColumnElement[bool]:
    """Return the condition of a state; wins that wait to be confirmed are few, and found by an index of their own."""
    if given == "reported":
        return few(select(Opportunity.id), Opportunity.id, _is(StageKind.WON) & Opportunity.is_unconfirmed())
    if given == "won":
        return _is(StageKind.WON) & Opportunity.confirmed_at.is_not(None)
    return _is({"open": StageKind.OPEN, "lost": StageKind.LOST}[given])


def _is(kind: StageKind) -> ColumnElement[bool]:
    return Opportunity.stage_id.in_(select(OpportunityStage.id).where(OpportunityStage.kind == kind))


def _product(given: str) -> ColumnElement[bool]:
    product = select(Product.id).where(func.lower(Product.sku) == given.lower())
    return Opportunity.product_id == db.session.scalar(product)


def _at_least(given: str) -> ColumnElement[bool]:
    return Opportunity.amount >= _amount(given)


def _amount(given: str) -> Decimal:
    try:
        return AMOUNT.parse(given)
    except RuleBroken as refusal:
        raise ValueError(given) from refusal


LIST = SharedListing(
    "opportunities",
    query=_opportunities,
    key=Opportunity.id,
    columns=[
        Column("name", "Name", lambda row: row[0].name),
        Column("customer", "Customer", lambda row: row[0].customer),
        partner_column(),
        Column(
            "stage",
            "Stage",
            lambda row: row[0].state_words(row.stage_name, row.stage_kind),
            kind="badge",
            tone=lambda row: row[0].tone(row.stage_kind),
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
        Column("expected", "Expected", lambda row: row[0].expected_on, kind="day"),
        Column("closed", "Closed", lambda row: row[0].closed_on, kind="day"),
    ],
    filters=[
        choice("state", "State", list(STATES.items()), _state),
        choice("stage", "Stage", _stages, lambda given: Opportunity.stage_id == int(given)),
        partner_filter(Opportunity.partner_id),
        text("product", "Product (SKU)", _product),
        text("least", "Amount from", _at_least),
        day("from", "Created from", lambda on: Opportunity.created_on >= on),
        day("to", "Created to", lambda on: Opportunity.created_on <= on),
        day("closed_from", "Closed from", lambda on: Opportunity.closed_on >= on),
        day("closed_to", "Closed to", lambda on: Opportunity.closed_on <= on),
    ],
    search=lambda words: matches(Opportunity.search, words),
    default="-created",
    href=lambda row: url_for("opportunities.show", opportunity_id=row[0].id),
    empty=("No opportunities yet", "Deals stand here from the day somebody works on them."),
)
LIST.routes(bp, requires(Permission.OPPORTUNITIES_READ))


@bp.get("")
@requires(Permission.OPPORTUNITIES_READ)
def index() -> ResponseReturnValue:
    """List deals, the latest first."""
    return render_template("leads/opportunities/index.html", page=LIST.page())


@bp.get("/<id:opportunity_id>")
@requires(Permission.OPPORTUNITIES_READ)
def show(opportunity_id: int) -> ResponseReturnValue:
    """Show a deal with all that is known of it."""
    deal = find(
        Opportunity,
        opportunity_id,
        joinedload(Opportunity.partner),
        joinedload(Opportunity.stage),
        joinedload(Opportunity.product),
    )
    return render_template(
        "leads/opportunities/show.html", deal=deal, whose=crumb(deal.partner), happened=history(deal)
    )
