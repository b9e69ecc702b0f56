"""Funds: the list with what each holds, and a fund as a bank statement in which every cent explains itself (F1, F2)."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.access import Permission, may, requires
from app.funds import entries, statements
from app.funds.finding import found
from app.funds.page import fund_page
from app.partnership import fund_list

bp = Blueprint("funds", __name__, url_prefix="/funds")
fund_list.LIST.routes(bp, requires(Permission.FUNDS_READ))

ACTS = (
    ("Credit", "fund_postings.credit"),
    ("Debit", "fund_postings.debit"),
    ("Transfer", "fund_postings.transfer"),
    ("Terms", "fund_terms.edit"),
)


@bp.get("")
@requires(Permission.FUNDS_READ)
def index() -> ResponseReturnValue:
    """List all funds, and what they hold together by currency."""
    page = fund_list.LIST.page()
    sums, shown = fund_list.sums(page), fund_list.SUMMED
    return render_template(
        "partnership/funds/index.html",
        page=page,
        sums=sums[:shown],
        more_currencies=max(len(sums) - shown, 0),
    )


@bp.get("/<id:fund_id>")
@requires(Permission.FUNDS_READ)
def show(fund_id: int) -> ResponseReturnValue:
    """Show a fund: what it holds, what can be done, and its entries with the why in place."""
    return render_template("partnership/funds/show.html", fund=fund_page(found(fund_id)), acts=_acts())


entries.routes(bp, requires(Permission.FUNDS_READ))
statements.routes(bp, requires(Permission.FUNDS_READ))


def _acts() -> list[tuple[str, str]]:
    """Return what the reader may do to a fund, as (label, endpoint)."""
    if not may(Permission.FUNDS_WRITE):
        return []
    return [(label, f"partnership.{name}") for label, name in ACTS]
