"""Asking whether a customer is free: while a deal is written, or on a page of its own (L3).

The partner learns one of three words and a day. Every question does the same work, and its answer leaves after the same
time; questions are counted whatever becomes of them.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from wtforms import SelectField, StringField
from wtforms.validators import Length

from app import scope
from app.access import Permission, current_person, requires
from app.database import aside
from app.extensions import db
from app.filters import day
from app.forms import Form
from app.leads import choices
from app.models import Partner, Throttle
from app.models.registrations import conflicts
from app.models.registrations.conflicts import Question
from app.models.registrations.registering import CustomerProtected, TooManyQuestions, check_asked, counted_as
from app.rules.conflicts import Answer, Verdict
from app.rules.refusals import RuleBroken

bp = Blueprint("registration_answer", __name__, url_prefix="/registrations")

NOT_BEFORE = 0.03
"""Seconds an answer takes at least, so that its time says nothing of what was found."""
REFUSED = 422
TONES = {Verdict.FREE: "good", Verdict.PROTECTED: "bad", Verdict.LOOK: "warn"}
LABELS = {Verdict.FREE: "Free", Verdict.PROTECTED: "Protected", Verdict.LOOK: "Needs a look"}


class QuestionForm(Form):
    """What is known of a customer; the names are those of a deal's form."""

    customer = StringField("Company", [Length(max=20_000)])
    website = StringField("Website", [Length(max=2000)], description="Such as bakery.example.")
    customer_email = StringField(
        "E-mail of the contact", [Length(max=2000)], description="Its domain counts, unless it is free mail."
    )
    country = SelectField(
        "Country", coerce=choices.written, validate_choice=False, description="Names are compared within it."
    )
    tax_number = StringField("Tax number", [Length(max=200)])

    def question(self) -> Question:
        """Return the question that was typed."""
        return Question(
            self.customer.data or "",
            self.country.data,
            self.website.data,
            self.customer_email.data,
            self.tax_number.data,
        )


@dataclass(frozen=True)
class Told:
    """The answer as it is drawn."""

    label: str
    tone: str
    sentence: str


@bp.route("/answer", methods=["GET", "POST"])
@requires(Permission.OPPORTUNITIES_WRITE)
def answer() -> ResponseReturnValue:
    """Say whether a customer is free, protected until a day, or needs a look."""
    began = time.perf_counter()
    form = QuestionForm(country=_own_country() if request.method == "GET" else None)
    form.country.choices = choices.countries(form.country.data)
    told, code = _told(form) if form.validate_on_submit() else (None, 422 if form.errors else 200)
    if request.method == "POST":
        time.sleep(max(0.0, NOT_BEFORE - (time.perf_counter() - began)))
    template = "_told.html" if request.headers.get("HX-Request") else "answer.html"
    return render_template(f"leads/registrations/{template}", form=form, told=told), code


def _own_country() -> str | None:
    """Return the country of the reader's organisation: most of its customers are there."""
    own = select(Partner.country).where(Partner.id == current_person.partner_id)
    return db.session.scalar(own)


def _given() -> MultiDict[str, str] | None:
    """Return what was typed; a lead's form calls the company and its e-mail by shorter names."""
    if request.method != "POST":
        return None
    given = request.form.copy()
    for name, of_lead in (("customer", "company"), ("customer_email", "email")):
        if name not in given and of_lead in given:
            given[name] = given[of_lead]
    return given


def _told(form: QuestionForm) -> tuple[Told | None, int]:
    question = form.question()
    try:
        if current_person.partner_id is not None:
            g.asked_about_a_customer = True
            check_asked(db.session(), current_person)
        if not conflicts.can_be_asked(question.identity()):
            return None, 200
        return _drawn(conflicts.answer(db.session(), question, current_person.partner_id)), 200
    except TooManyQuestions as refusal:
        return Told("Not now", "warn", refusal.sentence), REFUSED
    except RuleBroken as refusal:
        return Told("Not a name", "warn", refusal.sentence), REFUSED


def _drawn(told: Answer) -> Told:
    if told.own:
        return Told("Yours", "good", conflicts.words(told, day(told.until)))
    return Told(LABELS[told.verdict], TONES[told.verdict], conflicts.words(told, day(told.until)))


@bp.after_app_request
def count_questions(response: Any) -> Any:
    """Count what was asked, and a registration that was refused, which told the same and was undone (L3)."""
    is_one = g.get("asked_about_a_customer") or isinstance(g.get("refusal"), CustomerProtected)
    opened = scope.current() if is_one else None
    if opened is not None and opened.partner_id is not None:
        db.session.rollback()  # what the request did is committed; the connection is needed no more
        with aside() as books:
            Throttle.count_all(books, counted_as(opened.person_id, opened.partner_id))
    return response
