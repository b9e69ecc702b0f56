"""Signing in and out."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from flask import Blueprint, current_app, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user
from wtforms import EmailField, PasswordField
from wtforms.validators import DataRequired, Length

from app.access import Permission, Visitor, anyone, requires
from app.database import aside
from app.extensions import login_manager
from app.forms import Form, render_form
from app.models import Credential, Event, Person, SignIn, Throttle
from app.models.person import fold_address
from app.rules.refusals import RuleBroken

TRIES = 10
PER = timedelta(minutes=5)

login_manager.login_view = "accounts.sign_in"


class TooManyTries(RuleBroken):
    """Signing in was tried too often for this address or from here."""


class SignInForm(Form):
    """Who is there."""

    email = EmailField(
        "E-mail",
        [DataRequired("Type your e-mail address."), Length(max=254)],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(
        "Password", [DataRequired("Type your password.")], render_kw={"autocomplete": "current-password"}
    )


def register(bp: Blueprint) -> None:
    """Put the pages on the face."""
    bp.add_url_rule("/sign-in", "sign_in", sign_in, methods=["GET", "POST"])
    bp.add_url_rule("/sign-out", "sign_out", sign_out, methods=["POST"])


@anyone
def sign_in() -> ResponseReturnValue:
    """Let somebody in with an address and a password."""
    form = SignInForm()
    if form.validate_on_submit():
        with form.refusals():
            let_in(*enter(form.email.data, form.password.data))
            return redirect(wanted(request.args.get("next")))
    return render_form("accounts/sign_in.html", form)


@requires(Permission.SIGNED_IN)
def sign_out() -> ResponseReturnValue:
    """End this session."""
    with aside() as books:
        SignIn.end(books, current_user.secret)
        Event.record(books, "person.signed_out", current_user.person, by=current_user.person)
    logout_user()
    session.clear()
    flash("You are signed out.")
    return redirect(url_for("accounts.sign_in"))


def enter(email: str, password: str) -> tuple[Person, str]:
    """Open a session for who holds this address and password; raises RuleBroken otherwise (A8)."""
    address = request.remote_addr or ""
    with aside() as books:
        names = (f"sign-in account {fold_address(email)}", f"sign-in address {address}")
        is_throttled = max(Throttle.count(books, name, PER) for name in names) > TRIES
        person = None if is_throttled else Credential.holder(books, email, password)
        if person is not None:
            secret = SignIn.begin(books, person, address=address, agent=request.user_agent.string)
            Event.record(books, "person.signed_in", person, by=person)
            return person, secret
        Event.record(books, "access.sign_in_refused", None, by=None, after={"throttled": is_throttled})
    if is_throttled:
        raise TooManyTries("Too many tries. Wait five minutes, then try again.")
    raise RuleBroken("This address and password do not fit together. Check both and try again.")


def let_in(person: Person, secret: str) -> None:
    """Put a session's secret in the cookie, in place of whatever was there before."""
    session.clear()
    login_user(Visitor(person, secret, ""))


def wanted(address: str | None) -> str:
    """Return the page of this site somebody wanted, or the start."""
    parts = urlsplit(address or "")
    if (
        not address
        or parts.scheme
        or parts.netloc
        or not address.startswith("/")
        or address.startswith(("//", "/\\"))
    ):
        return "/"
    return address


def base_url() -> str:
    """Return where links in letters lead: the setting, never what a request's Host header says."""
    base: str = current_app.config["ACCORD"].base_url
    return base
