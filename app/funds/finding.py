"""A fund by its number, in the scope of who asks."""

from __future__ import annotations

from flask import abort

from app.extensions import db
from app.models.funds import fund_reading
from app.models.funds.fund_reading import FundHead


def found(fund_id: int) -> FundHead:
    """Return a fund in view, or answer 404 as if there were none."""
    known = fund_reading.head(db.session(), fund_id)
    if known is None:
        abort(404)
    return known
