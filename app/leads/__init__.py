"""The pipeline, for both audiences: leads, opportunities, orders. The frame is chosen by who reads."""

from flask import Flask

from app.leads import (
    campaign_form,
    campaigns,
    conversations,
    decisions,
    distribution,
    lead_acts,
    lead_board,
    leads,
    offers,
    opportunities,
    opportunity_acts,
    opportunity_board,
    order_acts,
    order_lines,
    orders,
    passages,
    pinned,
    stages,
)


def register(app: Flask) -> None:
    """Put the pages of the pipeline on the application."""
    pages = (conversations, leads, lead_acts, lead_board, offers, passages, stages)
    deals = (opportunities, opportunity_acts, opportunity_board)
    sending = (distribution, decisions, pinned, campaigns, campaign_form)
    ordering = (orders, order_acts, order_lines)
    for blueprint in dict.fromkeys(page.bp for page in (*pages, *deals, *sending, *ordering)):
        app.register_blueprint(blueprint)
