"""The certificates of the partner's own people."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.access import Permission, requires
from app.models import Certificate
from app.portal.trainings import listed

bp = Blueprint("certificates", __name__, url_prefix="/certificates")

LIST = listed(Certificate, "certificates")
LIST.routes(bp, requires(Permission.PORTAL_READ))


@bp.get("")
@requires(Permission.PORTAL_READ)
def index() -> ResponseReturnValue:
    """List what the partner's people have passed, the latest first."""
    return render_template("portal/certificates/index.html", page=LIST.page())
