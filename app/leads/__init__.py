"""The pipeline, for both audiences: leads, opportunities, orders. The frame is chosen by who reads."""

from flask import Flask

from app.leads import (
    campaign_form,
    campaigns,
    conversations,
    customers,
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
    registration_acts,
    registration_answer,
    registrations,
    stages,
)


def register(app: Flask) -> None:
    """Put the pages of the pipeline on the application."""
    pages = (conversations, leads, lead_acts, lead_board, offers, passages, stages)
    deals = (opportunities, opportunity_acts, opportunity_board)
    sending = (distribution, decisions, pinned, campaigns, campaign_form)
    protecting = (registrations, registration_acts, registration_answer, customers)
    ordering = (orders, order_acts, order_lines)
    for blueprint in dict.fromkeys(page.bp for page in (*pages, *deals, *sending, *protecting, *ordering)):
        app.register_blueprint(blueprint)
