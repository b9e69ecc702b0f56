"""The partner's own profile, as the vendor keeps it."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.access import Permission, requires
from app.extensions import db
from app.models import Partner

bp = Blueprint("organisation", __name__, url_prefix="/organisation")


@bp.get("")
@requires(Permission.PORTAL_READ)
def show() -> ResponseReturnValue:
    """Show the partner's address, codes and who looks after it."""
    own = select(Partner).options(joinedload(Partner.operating_company), joinedload(Partner.partner_type))
    return render_template("portal/organisation/show.html", partner=db.session.scalars(own).one())
