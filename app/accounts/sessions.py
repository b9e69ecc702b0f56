"""Where somebody is signed in, and ending it (A8)."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.access import Permission, requires
from app.extensions import db
from app.models import SignIn


def register(bp: Blueprint) -> None:
    """Put the pages on the face."""
    bp.add_url_rule("/sessions", "sessions", sessions)
    bp.add_url_rule("/sessions/<id:session_id>/end", "end_session", end_session, methods=["POST"])


@requires(Permission.SIGNED_IN)
def sessions() -> ResponseReturnValue:
    """List one's open sessions."""
    open_ones = SignIn.open_ones(db.session(), current_user.person, current_user.secret)
    return render_template("accounts/sessions.html", sessions=open_ones)


@requires(Permission.SIGNED_IN)
def end_session(session_id: int) -> ResponseReturnValue:
    """End one of one's own sessions; another's is not there."""
    if not SignIn.end_own(db.session(), current_user.person, session_id):
        abort(404)
    flash("That session is ended.")
    return redirect(url_for("accounts.sessions"))
