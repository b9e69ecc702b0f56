"""The pipeline, for both audiences: leads, opportunities, orders. The frame is chosen by who reads."""

from flask import Flask

from app.leads import conversations, leads, opportunities, orders


def register(app: Flask) -> None:
    """Put the three lists on the application."""
    for page in (conversations, leads, opportunities, orders):
        app.register_blueprint(page.bp)
