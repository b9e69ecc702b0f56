"""The portal's main page: where the partner stands, who helps, what happened last."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.access import Permission, requires
from app.extensions import db
from app.models import Lead, Opportunity, Order, OrderLine
from app.portal.standing import own_standing

bp = Blueprint("home", __name__)
LATEST = 5


@bp.get("")
@requires(Permission.PORTAL_READ)
def show() -> ResponseReturnValue:
    """Show the tier, what is missing, and the latest leads, deals and orders."""
    standing, trouble = own_standing()
    return render_template(
        "portal/home/show.html",
        standing=standing,
        trouble=trouble,
        leads=_latest_leads(),
        opportunities=_latest_opportunities(),
        orders=_latest_orders(),
    )


def _latest_leads() -> list[Lead]:
    latest = select(Lead).order_by(Lead.created_on.desc(), Lead.id.desc()).limit(LATEST)
    return list(db.session.scalars(latest))


def _latest_opportunities() -> list[Opportunity]:
    latest = (
        select(Opportunity)
        .options(joinedload(Opportunity.stage))
        .where(Opportunity.deleted_at.is_(None))
        .order_by(Opportunity.created_on.desc(), Opportunity.id.desc())
        .limit(LATEST)
    )
    return list(db.session.scalars(latest))


def _latest_orders() -> list[tuple[Order, object]]:
    """Return the latest orders with their totals."""
    total = select(func.sum(OrderLine.amount)).where(OrderLine.order_id == Order.id).scalar_subquery()
    latest = select(Order, total).order_by(Order.ordered_on.desc(), Order.id.desc()).limit(LATEST)
    return [(order, amount) for order, amount in db.session.execute(latest)]
