"""The partner's portal: its own program, catalogue and people, read only."""

from flask import Blueprint

from app.portal import (
    catalogue,
    certificates,
    documents,
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
):
    bp.register_blueprint(page.bp)
