"""The vendor's main application: partners, program, prices, people, settings."""

from flask import Blueprint

from app.partnership import (
    assessments,
    categories,
    certificates,
    documents,
    events,
    exchange_rates,
    imports,
    ladders,
    measurements,
    operating_companies,
    parameters,
    partners,
    partnership_history,
    partnership_lists,
    partnership_standing,
    partnerships,
    people,
    price_for,
    price_lists,
    prices,
    products,
    program,
    settings,
    standings,
    tiers,
    trainings,
    type_terms,
    types,
)

bp = Blueprint("partnership", __name__, url_prefix="/partnership")
PAGES = (
    assessments,
    categories,
    certificates,
    documents,
    events,
    exchange_rates,
    imports,
    ladders,
    measurements,
    operating_companies,
    parameters,
    partners,
    partnership_history,
    partnership_standing,
    partnerships,
    people,
    price_for,
    price_lists,
    prices,
    products,
    program,
    settings,
    standings,
    tiers,
    trainings,
    type_terms,
    types,
)
for page in PAGES:
    bp.register_blueprint(page.bp)
for tab in (partnership_lists.leads, partnership_lists.opportunities, partnership_lists.orders):
    bp.register_blueprint(tab)
