"""The pipeline, for both audiences: leads, opportunities, orders. The frame is chosen by who reads."""

from flask import Flask

from app.leads import (
    conversations,
    decisions,
    distribution,
    lead_acts,
    lead_board,
    leads,
    offers,
    opportunities,
    orders,
    passages,
    pinned,
)


def register(app: Flask) -> None:
    """Put the pages of the pipeline on the application."""
    pages = (conversations, leads, lead_acts, lead_board, offers, passages, opportunities, orders)
    sending = (distribution, decisions, pinned)
    for blueprint in dict.fromkeys(page.bp for page in (*pages, *sending)):
        app.register_blueprint(blueprint)
