"""The vendor's main application: partners, program, prices, people, settings."""

from flask import Blueprint

from app.partnership import (
    assessments,
    categories,
    certificates,
    imports,
    ladders,
    operating_companies,
    parameters,
    program,
    standings,
    tiers,
    trainings,
    types,
)

bp = Blueprint("partnership", __name__, url_prefix="/partnership")
PAGES = (
    assessments,
    categories,
    certificates,
    imports,
    ladders,
    operating_companies,
    parameters,
    program,
    standings,
    tiers,
    trainings,
    types,
)
for page in PAGES:
    bp.register_blueprint(page.bp)
