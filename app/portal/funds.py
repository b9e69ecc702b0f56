"""The partner's own funds: what each holds, and every entry with its why; read only (F8)."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.access import Permission, requires
from app.funds import entries, statements
from app.funds.finding import found
from app.funds.own import own_funds
from app.funds.page import fund_page

bp = Blueprint("funds", __name__, url_prefix="/funds")


@bp.get("")
@requires(Permission.PORTAL_FUNDS_READ)
def index() -> ResponseReturnValue:
    """Show the partner's funds with what each holds."""
    return render_template("portal/funds/index.html", funds=own_funds(ahead=True))


@bp.get("/<id:fund_id>")
@requires(Permission.PORTAL_FUNDS_READ)
def show(fund_id: int) -> ResponseReturnValue:
    """Show a fund as a bank statement."""
    return render_template("portal/funds/show.html", fund=fund_page(found(fund_id)))


entries.routes(bp, requires(Permission.PORTAL_FUNDS_READ))
statements.routes(bp, requires(Permission.PORTAL_FUNDS_READ))
