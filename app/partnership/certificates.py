"""The certificates of all partners' people, as staff see them."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.access import Permission, requires
from app.models import Certificate
from app.partnership.trainings import listed

bp = Blueprint("certificates", __name__, url_prefix="/certificates")

LIST = listed(Certificate, "certificates")
LIST.routes(bp, requires(Permission.TRAININGS_READ))


@bp.get("")
@requires(Permission.TRAININGS_READ)
def index() -> ResponseReturnValue:
    """List what people of all partners have passed, the latest first."""
    return render_template("partnership/certificates/index.html", page=LIST.page())
