"""Changing one's password."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from wtforms import PasswordField
from wtforms.validators import DataRequired, EqualTo

from app.access import Permission, requires
from app.extensions import db
from app.forms import Form, render_form
from app.models import Credential


class PasswordForm(Form):
    """The old password and the new one, twice."""

    current = PasswordField(
        "Current password",
        [DataRequired("Type your current password.")],
        render_kw={"autocomplete": "current-password"},
    )
    password = PasswordField(
        "New password",
        [DataRequired("Choose a password.")],
        description="At least 15 characters; a few words are fine.",
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        "New password again",
        [DataRequired("Type it once more."), EqualTo("password", "The two differ. Type both again.")],
        render_kw={"autocomplete": "new-password"},
    )


def register(bp: Blueprint) -> None:
    """Put the page on the face."""
    bp.add_url_rule("/password", "password", password, methods=["GET", "POST"])


@requires(Permission.SIGNED_IN)
def password() -> ResponseReturnValue:
    """Change the password; every other session of the person ends."""
    form = PasswordForm()
    if form.validate_on_submit():
        with form.refusals():
            Credential.change(
                db.session(),
                current_user.person,
                form.current.data,
                form.password.data,
                secret=current_user.secret,
            )
            flash("Your password is changed; you are signed out everywhere else.")
            return redirect(url_for("accounts.sessions"))
    return render_form("accounts/password.html", form)
