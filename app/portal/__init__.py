"""The partner's portal: its own program, catalogue and people, read only."""

from flask import Blueprint

from app.portal import (
    activities,
    catalogue,
    certificates,
    documents,
    funds,
    history,
    home,
    organisation,
    parameters,
    people,
    program,
    trainings,
)

bp = Blueprint("portal", __name__, url_prefix="/portal")
for page in (
    home,
    program,
    history,
    parameters,
    catalogue,
    people,
    organisation,
    trainings,
    certificates,
    documents,
    activities,
    funds,
):
    bp.register_blueprint(page.bp)
