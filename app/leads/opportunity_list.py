"""The list of deals: what they are worth, who works them, what comes next; with what those shown make together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, Select, func, or_, select

from app import scope
from app.access import Permission, current_person, may
from app.extensions import db
from app.leads import choices, pipeline, selected
from app.listing import Column, Page, choice, day, few, matches, text
from app.listing.audience import SharedListing, partner_column, partner_filter
from app.models import (
    Opportunity,
    OpportunityProduct,
    OpportunityStage,
    Partner,
    Person,
    Product,
    StageKind,
)
from app.rules.numerals import AMOUNT
from app.rules.refusals import RuleBroken

ME, NOBODY = "me", "nobody"
CLOSES = "closes"
SUMMED = 2000
"""Of so many deals the sum is worth the question it costs."""
STATES = {
    "open": "Open",
    "late": "Past the expected day",
    "reported": "Won, to be confirmed",
    "won": "Won and confirmed",
    "lost": "Lost",
}


@cache
def _opportunities() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Opportunity,
            Partner.name.label("partner_name"),
            Person.name.label("owner_name"),
            OpportunityStage.name.label("stage_name"),
            OpportunityStage.kind.label("stage_kind"),
        )
        .outerjoin(Partner, Partner.id == Opportunity.partner_id)
        .outerjoin(Person, Person.id == Opportunity.owner_id)
        .outerjoin(OpportunityStage, OpportunityStage.id == Opportunity.stage_id)
        .where(Opportunity.deleted_at.is_(None))
    )


def _state(given: str) -> ColumnElement[bool]:
    """Return the condition of a state; what waits or is late is found by an index of its own where it is little."""
    if given == "reported":
        return few(select(Opportunity.id), Opportunity.id, _is(StageKind.WON) & Opportunity.is_unconfirmed())
    if given == "late":
        late = Opportunity.is_under_way() & (Opportunity.expected_on < scope.today())
        return few(select(Opportunity.id), Opportunity.id, late)
    if given == "won":
        return _is(StageKind.WON) & Opportunity.confirmed_at.is_not(None)
    return _is({"open": StageKind.OPEN, "lost": StageKind.LOST}[given])


def _is(kind: StageKind) -> ColumnElement[bool]:
    return Opportunity.stage_id.in_(select(OpportunityStage.id).where(OpportunityStage.kind == kind))


def _owners() -> choices.Choices:
    side = None if current_person.is_staff else current_person.partner_id
    return [(ME, "Me"), (NOBODY, "Nobody"), *choices.workers(side)]


def _owned(given: str) -> Any:
    if given == NOBODY:
        return Opportunity.owner_id.is_(None)
    return Opportunity.owner_id == (current_person.id if given == ME else int(given))


def _product(given: str) -> ColumnElement[bool]:
    """Return the condition that a deal is about a product, first or among others."""
    product = db.session.scalar(select(Product.id).where(func.lower(Product.sku) == given.lower()))
    among_others = select(OpportunityProduct.opportunity_id).where(OpportunityProduct.product_id == product)
    others = list(db.session.scalars(among_others.limit(SUMMED + 1)))
    first = Opportunity.product_id == product
    if not others:
        return first
    return or_(first, Opportunity.id.in_(others if len(others) <= SUMMED else among_others))


def _at_least(given: str) -> ColumnElement[bool]:
    return Opportunity.amount >= _amount(given)


def _amount(given: str) -> Decimal:
    try:
        return AMOUNT.parse(given)
    except RuleBroken as refusal:
        raise ValueError(given) from refusal


@dataclass(frozen=True)
class DealListing(SharedListing):
    """The list both faces read, with what it makes; what is late stands in the order in which it should have closed."""

    def _whole(self, args: Any | None = None, where: ColumnElement[bool] | None = None) -> Page:
        page = super()._whole(args, where)
        if page.args.get("state") == "late":
            page.listing = replace(
                page.listing,
                columns=[
                    replace(one, sort=Opportunity.expected_on) if one.name == CLOSES else one
                    for one in page.listing.columns
                ],
                default=CLOSES,
            )
        return page

    def page(self, args: Any | None = None, where: ColumnElement[bool] | None = None) -> Page:
        """Return the screen asked for, with what the deals it is a part of make, by currency, where that is cheap."""
        page = super().page(args, where)
        page.note = _worth(page)
        return page


def _worth(page: Page) -> str | None:
    if not page.is_filtered and not current_person.is_staff:
        whole = pipeline.sums()
        if whole is not None:
            return pipeline.in_words(whole, "open: ")
    if page.total > SUMMED:
        return None
    if page.found is not None and page.where is None:
        return pipeline.in_words(pipeline.of_these(page.found))
    return pipeline.in_words(pipeline.of_deals(page.selected()))


LIST = DealListing(
    "opportunities",
    query=_opportunities,
    key=Opportunity.id,
    acts=selected.DEALS,
    columns=[
        Column("name", "Name", lambda row: row[0].name),
        Column("customer", "Customer", lambda row: row[0].customer),
        partner_column(),
        Column("owner", "Worked by", lambda row: row.owner_name or row[0].owner),
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
        Column("next", "Next step", lambda row: row[0].next_step),
        Column("created", "Created", lambda row: row[0].created_on, sort=Opportunity.created_on, kind="day"),
        Column(CLOSES, "Closes", lambda row: row[0].closed_on or row[0].expected_on, kind="day"),
    ],
    filters=[
        choice("state", "State", list(STATES.items()), _state),
        choice("stage", "Stage", choices.stages, lambda given: Opportunity.stage_id == int(given)),
        partner_filter(Opportunity.partner_id),
        choice("owner", "Worked by", _owners, _owned),
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
    action=lambda: (
        ("New deal", url_for("opportunities.new")) if may(Permission.OPPORTUNITIES_WRITE) else None
    ),
)
