"""What is done with a registration: a partner's acts, and the vendor's decisions (L4)."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, TextAreaField
from wtforms.validators import DataRequired, Length

from app.access import Permission, current_person, requires
from app.database import find
from app.extensions import db
from app.filters import day
from app.forms import VersionedForm, render_form
from app.leads.registrations import bp
from app.models import Opportunity, Registration
from app.rules.refusals import RuleBroken

DIGITS = 18


class WordsForm(VersionedForm):
    """What somebody says to the other side, and the version of the page it was written on."""

    text = TextAreaField(
        "Text",
        [
            DataRequired("Write it down for the other side."),
            Length(max=2000, message="Use at most 2,000 characters."),
        ],
        render_kw={"rows": 4},
    )
    duplicate_of = HiddenField()


def _number(given: str | None) -> int | None:
    """Return a number a page sent along, None for anything else."""
    fits = given is not None and given.isascii() and given.isdigit() and len(given) <= DIGITS
    return int(given) if fits and given is not None else None


def _worded(
    registration_id: int, title: str, label: str, hint: str, do: Callable[[Registration, WordsForm], str]
) -> ResponseReturnValue:
    """Ask for words, then do it; what `do` returns is said on the record."""
    registration = find(Registration, registration_id)
    form = WordsForm(version=str(registration.version), duplicate_of=request.args.get("of", ""))
    form.text.label.text, form.text.description = label, hint
    if form.validate_on_submit():
        with form.refusals():
            flash(do(registration, form))
            return redirect(url_for("registrations.show", registration_id=registration_id))
    deal = db.session.get(Opportunity, find(Registration, registration_id).opportunity_id)
    return render_form(
        "leads/registrations/words.html", form, act=title, registration_id=registration_id, deal=deal
    )


def _back(registration_id: int, sentence: str) -> ResponseReturnValue:
    flash(sentence)
    return redirect(url_for("registrations.show", registration_id=registration_id))


# ---------------------------------------------------------------- a partner's


@bp.post("/<id:registration_id>/withdrawal")
@requires(Permission.OPPORTUNITIES_WRITE)
def withdraw(registration_id: int) -> ResponseReturnValue:
    """Give the claim up."""
    find(Registration, registration_id).withdraw(by=current_person)
    return _back(registration_id, "Withdrawn. The customer is free for others.")


@bp.route("/<id:registration_id>/reply", methods=["GET", "POST"])
@requires(Permission.OPPORTUNITIES_WRITE)
def reply(registration_id: int) -> ResponseReturnValue:
    """Answer the vendor's question."""

    def do(registration: Registration, form: WordsForm) -> str:
        registration.reply(form.text.data, by=current_person)
        return "Sent. Somebody looks at it again."

    question = find(Registration, registration_id).question or ""
    return _worded(registration_id, "Answer the question", "Your answer", question, do)


@bp.route("/<id:registration_id>/extension-request", methods=["GET", "POST"])
@requires(Permission.OPPORTUNITIES_WRITE)
def ask_for_longer(registration_id: int) -> ResponseReturnValue:
    """Ask for a longer protection."""

    def do(registration: Registration, form: WordsForm) -> str:
        registration.ask_for_longer(form.text.data, by=current_person)
        return "Asked for. You will be told what was decided."

    hint = "What happens with the customer, and why it takes longer. You can ask once."
    return _worded(registration_id, "Ask for a longer protection", "Why longer", hint, do)


# ---------------------------------------------------------------- the vendor's


@bp.post("/<id:registration_id>/approval")
@requires(Permission.CONFLICTS_DECIDE)
def approve(registration_id: int) -> ResponseReturnValue:
    """Protect the customer for this partner, or for this one and another."""
    registration = find(Registration, registration_id)
    version, beside = (_number(request.form.get(name)) for name in ("version", "beside"))
    if beside is None:
        registration.approve(by=current_person, version=version)
    else:
        registration.approve_beside(find(Registration, beside), by=current_person, version=version)
    return _back(registration_id, f"Approved: protected until {day(registration.protected_until)}.")


@bp.route("/<id:registration_id>/rejection", methods=["GET", "POST"])
@requires(Permission.CONFLICTS_DECIDE)
def reject(registration_id: int) -> ResponseReturnValue:
    """Say no, perhaps as a duplicate of another one."""

    def do(registration: Registration, form: WordsForm) -> str:
        number = _number(form.duplicate_of.data)
        other = None if number is None else db.session.get(Registration, number)
        if number is not None and (other is None or number == registration_id):
            raise RuleBroken("The registration it was a duplicate of is gone. Go back and choose again.")
        registration.reject(
            form.text.data, by=current_person, duplicate_of=other, version=_number(form.version.data)
        )
        return "Rejected. The partner is told why."

    title = "Reject as a duplicate" if request.values.get("of") else "Reject the registration"
    hint = "The partner reads this. Do not name the other partner, nor what its deal is worth."
    return _worded(registration_id, title, "Reason", hint, do)


@bp.route("/<id:registration_id>/question", methods=["GET", "POST"])
@requires(Permission.CONFLICTS_DECIDE)
def send_back(registration_id: int) -> ResponseReturnValue:
    """Return it to the partner with a question."""

    def do(registration: Registration, form: WordsForm) -> str:
        registration.send_back(form.text.data, by=current_person, version=_number(form.version.data))
        return "Returned. The partner is told."

    hint = "The partner reads this and answers; then the registration waits for you again."
    return _worded(registration_id, "Return with a question", "Question", hint, do)


@bp.post("/<id:registration_id>/extension")
@requires(Permission.CONFLICTS_DECIDE)
def extend(registration_id: int) -> ResponseReturnValue:
    """Protect the customer longer."""
    registration = find(Registration, registration_id)
    registration.extend(by=current_person, version=_number(request.form.get("version")))
    return _back(registration_id, f"Extended until {day(registration.protected_until)}.")


@bp.route("/<id:registration_id>/extension-refusal", methods=["GET", "POST"])
@requires(Permission.CONFLICTS_DECIDE)
def refuse_longer(registration_id: int) -> ResponseReturnValue:
    """Say no to a longer protection."""

    def do(registration: Registration, form: WordsForm) -> str:
        registration.refuse_longer(form.text.data, by=current_person, version=_number(form.version.data))
        return "Refused. The protection ends on its day."

    return _worded(registration_id, "Refuse a longer protection", "Reason", "The partner reads this.", do)


@bp.route("/<id:registration_id>/end", methods=["GET", "POST"])
@requires(Permission.CONFLICTS_DECIDE)
def end(registration_id: int) -> ResponseReturnValue:
    """End a protection before its day."""

    def do(registration: Registration, form: WordsForm) -> str:
        registration.end(form.text.data, by=current_person)
        return "Ended. The customer is free."

    return _worded(registration_id, "End the protection", "Reason", "The partner reads this.", do)
