"""Coming in for the first time: a single-use link, then a password (A4)."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, render_template, request
from flask import redirect as go
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import PasswordField
from wtforms.validators import DataRequired, EqualTo

from app.access import anyone
from app.accounts.entry import let_in
from app.database import aside
from app.forms import Form, render_form
from app.models import Credential, Event, Person, SignIn, Token, TokenPurpose
from app.rules.refusals import RuleBroken

LASTS = timedelta(days=7)
GONE = "This link was used already, or it is older than seven days. Ask for a new invitation."


class InvitationForm(Form):
    """The password of somebody new."""

    password = PasswordField(
        "Password", [DataRequired("Choose a password.")], render_kw={"autocomplete": "new-password"}
    )
    again = PasswordField(
        "Password again",
        [DataRequired("Type it once more."), EqualTo("password", "The two differ. Type both again.")],
        render_kw={"autocomplete": "new-password"},
    )


def register(bp: Blueprint) -> None:
    """Put the pages on the face."""
    bp.add_url_rule("/invitation/<token>", "invitation", invitation, methods=["GET", "POST"])


@anyone
def invitation(token: str) -> ResponseReturnValue:
    """Show the form on GET, since mail scanners follow links; use the link up on POST."""
    with aside() as books:
        is_good = Token.is_good(books, token, TokenPurpose.INVITATION)
    if not is_good:
        return render_template("errors/error.html", code=404, sentence=GONE), 404
    form = InvitationForm()
    if form.validate_on_submit():
        with form.refusals():
            let_in(*_accept(token, form.password.data))
            return go("/")
    return render_form("accounts/invitation.html", form)


def _accept(token: str, password: str) -> tuple[Person, str]:
    with aside() as books:
        person_id = Token.use(books, token, TokenPurpose.INVITATION)
        if person_id is None:
            raise RuleBroken(GONE)
        Credential.set(books, person_id, password)
        person = books.get_one(Person, person_id)
        secret = SignIn.begin(
            books, person, address=request.remote_addr or "", agent=request.user_agent.string
        )
        Event.record(books, "person.accepted_invitation", person, by=person)
        return person, secret


def invite(books: Session, person: Person, base_url: str) -> str:
    """Return a link that lets a person choose a password; older links of theirs are void."""
    return f"{base_url}/accounts/invitation/{Token.issue(books, person, TokenPurpose.INVITATION, LASTS)}"
