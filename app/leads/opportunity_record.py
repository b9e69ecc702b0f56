"""What the page of a deal shows besides its facts: what may be done next, what it counts towards, who protects it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app, url_for

from app import scope
from app.access import Permission, current_person, may
from app.extensions import db
from app.filters import locale, number
from app.leads.deal_credits import Credit, credits_of
from app.models import (
    Opportunity,
    OpportunityProduct,
    OpportunityStage,
    Registration,
    StageKind,
)
from app.models.assessing.towards import Towards, towards
from app.rules import reaching


@dataclass(frozen=True)
class Record:
    """A deal as its reader may work it."""

    may_edit: bool
    may_decide: bool
    stages: Sequence[OpportunityStage]
    products: Sequence[OpportunityProduct]
    towards: Sequence[Towards]
    registration: Registration | None
    registration_words: str | None
    registration_tone: str
    order_url: str | None
    country: str | None
    credits: Sequence[Credit]

    def counts_in_words(self, deal: Opportunity) -> list[str]:
        """Return what it counts towards, in sentences; without such a figure, whether it counts at all."""
        if not self.towards:
            return [deal.counts]
        may_still = deal.is_open or deal.is_reported
        return [
            f"{one.in_words(locale())} {one.promise(locale()) if may_still else ''}".strip()
            for one in self.towards
        ]

    def products_in_pairs(self) -> list[tuple[str, str]]:
        """Return each product with how much of it."""
        return [(f"{one.product.sku} {one.product.name}", number(one.quantity)) for one in self.products]


def of(deal: Opportunity) -> Record:
    """Read all of it."""
    session = db.session()
    alive = deal.deleted_at is None
    may_edit = alive and may(Permission.OPPORTUNITIES_WRITE) and deal.may_be_edited_by(current_person)
    today = scope.today()
    held = next(iter(Registration.of(session, deal)), None)
    return Record(
        may_edit,
        alive and may(Permission.DEALS_DECIDE),
        _stages(deal) if deal.is_open else [],
        deal.products() if deal.product_id is not None else [],
        towards(session, deal, today),
        held,
        held.state_words(today) if held else None,
        held.tone(today) if held else "neutral",
        _order_url(deal),
        reaching.countries(locale()).get(deal.country, deal.country) if deal.country else None,
        credits_of(deal),
    )


def _stages(deal: Opportunity) -> list[OpportunityStage]:
    """Return the open stages in use, and the one the deal stands in."""
    stages = OpportunityStage.in_order(db.session())
    return [one for one in stages if one.kind is StageKind.OPEN and (one.active or one.id == deal.stage_id)]


def _order_url(deal: Opportunity) -> str | None:
    """Return where an order is made from a won deal."""
    is_won = deal.stage.kind is StageKind.WON and deal.deleted_at is None
    if not (
        is_won and may(Permission.ORDERS_WRITE) and "orders.of_opportunity" in current_app.view_functions
    ):
        return None
    return url_for("orders.of_opportunity", opportunity_id=deal.id)
