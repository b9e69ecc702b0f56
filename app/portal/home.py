"""The portal's main page: where the partner stands, who helps, what happened last."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row, text

from app import clock, scope
from app.access import Permission, requires
from app.extensions import db
from app.funds.own import own_funds
from app.models.leads.lead_offer import card_title
from app.portal.standing import own_standing

bp = Blueprint("home", __name__)


@bp.get("")
@requires(Permission.PORTAL_READ)
def show() -> ResponseReturnValue:
    """Show the tier, what is missing, and the latest leads, deals and orders."""
    standing, trouble = own_standing()
    latest = db.session.execute(_LATEST, {"now": clock.now(), "today": scope.today()}).all()
    return render_template(
        "portal/home/show.html",
        standing=standing,
        trouble=trouble,
        funds=own_funds(),
        activities=[
            (row, url_for("portal.activities.show", activity_id=row.id)) for row in _of(latest, "activity")
        ],
        offers=[_offered(row) for row in _of(latest, "offer")],
        leads=[(row, f"/leads/{row.id}") for row in _of(latest, "lead")],
        opportunities=[(row, f"/opportunities/{row.id}") for row in _of(latest, "opportunity")],
        orders=[(row, f"/orders/{row.id}") for row in _of(latest, "order")],
    )


@dataclass(frozen=True)
class Offered:
    """A lead that may still be accepted."""

    id: int
    title: str
    answer_by: datetime


def _offered(row: Row[Any]) -> Offered:
    return Offered(row.id, card_title(json.loads(row.title)), datetime.fromtimestamp(float(row.amount), UTC))


def _of(rows: Any, kind: str) -> list[Row[Any]]:
    return [row for row in rows if row.kind == kind]


# The five latest of each kind, the leads offered with the nearest deadlines, and the activities that wait for the partner,
# in one question.
_LATEST = text("""
    (select 'lead' as kind, id, company as title, '' as note, created_on as day, null::numeric as amount,
            null as currency, stage as state
     from lead order by created_on desc, id desc limit 5)
    union all
    (select 'opportunity', o.id, o.name, o.customer, o.created_on, o.amount, o.currency, s.name
     from opportunity o join opportunity_stage s on s.id = o.stage_id
     where o.deleted_at is null order by o.created_on desc, o.id desc limit 5)
    union all
    (select 'order', o.id, o.number, '', o.ordered_on,
            (select sum(l.amount) from order_line l where l.order_id = o.id), o.currency, o.status
     from orders o order by o.ordered_on desc, o.id desc limit 5)
    union all
    (select 'offer', id, card::text, '', null, extract(epoch from answer_by), null, state
     from lead_offer where state = 'open' and answer_by > :now order by answer_by, id limit 5)
    union all
    (select 'activity', id, title, coalesce(reason, ''), ends_on, null, currency, status
     from activity where status = 'returned' or (status = 'approved' and ends_on < :today)
     order by ends_on, id limit 5)
""")
