"""The partner's own program: tier, what is missing, rewards, history, analytics, information. Read only (P11)."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app import stored_files
from app.access import Permission, requires
from app.charts import last_months
from app.database import find
from app.funds.own import latest, own_funds
from app.models import TypeDocument
from app.portal.analytics import own_analytics
from app.portal.information import own_information
from app.portal.pipeline import own_pipeline
from app.portal.standing import own_standing

bp = Blueprint("program", __name__, url_prefix="/program")


@bp.get("")
@requires(Permission.PORTAL_READ)
def show() -> ResponseReturnValue:
    """Show the whole program of the partner; P3: while its partnership is off, say so instead."""
    standing, trouble = own_standing()
    if standing is None:
        return render_template("portal/program/off.html", trouble=trouble)
    months, funds = last_months(standing.on), own_funds(ahead=True)
    return render_template(
        "portal/program/show.html",
        standing=standing,
        information=own_information(standing),
        analytics=own_analytics(standing.currency, months) if standing.currency else None,
        pipeline=own_pipeline(months[0]),
        funds=funds,
        fund_entries=latest(funds),
    )


@bp.get("/files/<id:type_document_id>")
@requires(Permission.PORTAL_READ)
def file(type_document_id: int) -> ResponseReturnValue:
    """Hand out a file of the type's information page."""
    return stored_files.send(find(TypeDocument, type_document_id))
