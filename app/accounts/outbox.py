"""The letters that were kept because no mail server is set; in development only."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, render_template
from flask.typing import ResponseReturnValue

from app import mail
from app.access import Permission, requires
from config import Environment


def register(bp: Blueprint) -> None:
    """Put the page on the face."""
    bp.add_url_rule("/outbox", "outbox", outbox)


@requires(Permission.SETTINGS_READ)
def outbox() -> ResponseReturnValue:
    """Show what would have been sent, the latest first; elsewhere than in development it is not there."""
    settings = current_app.config["ACCORD"]
    if settings.environment is not Environment.DEVELOPMENT:
        abort(404)
    return render_template("accounts/outbox.html", letters=mail.outbox(settings))
