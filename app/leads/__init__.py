"""The pipeline, for both audiences: leads, opportunities, orders. The frame is chosen by who reads."""

from flask import Flask


def register(app: Flask) -> None:
    """Put the three lists on the application."""
