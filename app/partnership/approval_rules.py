"""Who approves marketing activities: one to three steps by amount, and an example in a sentence (F5)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import SelectField
from wtforms.validators import InputRequired, NumberRange

from app import scope
from app.access import Permission, current_person, may, requires
from app.activities.words import asked
from app.database import find
from app.extensions import db
from app.filters import money
from app.forms import AmountField, CountField, Form, render_form
from app.models import ApprovalRule, Role
from app.models.partnership_questions import currency_of_the_day
from app.rules.activities import MOST_STEPS, Rung, steps
from app.rules.numerals import AMOUNT
from app.rules.refusals import RuleBroken

bp = Blueprint("approval_rules", __name__, url_prefix="/approval-rules")
READ = (Permission.PROGRAM_READ,)
WRITE = (Permission.PROGRAM_WRITE, Permission.FUNDS_WRITE)
ROLES = ((Role.CHANNEL_MANAGER, "Channel manager"), (Role.MARKETING, "Marketing"))
EXAMPLE = Decimal(50_000)


class StepForm(Form):
    """From which amount a step is asked for, of whom, and how long it may take."""

    from_amount = AmountField("From", [InputRequired("Write from which amount on.")])
    role = SelectField("Decided by", choices=[(role.value, words) for role, words in ROLES])
    days = CountField(
        "Within days",
        [
            InputRequired("Write how many days it may take."),
            NumberRange(1, 365, "A step takes 1 to 365 days."),
        ],
    )

    def facts(self) -> dict[str, Any]:
        """Return what was typed, as the noun takes it."""
        return {
            "from_amount": self.from_amount.data,
            "role": Role(self.role.data),
            "days": self.days.data,
        }


@bp.get("")
@requires(*READ)
def index() -> ResponseReturnValue:
    """Show the steps, and who would decide about an amount."""
    table = ApprovalRule.table(db.session())
    currency = db.session.scalar(select(currency_of_the_day(scope.today()))) or ""
    amount, wrong = _amount()
    return render_template(
        "partnership/approval_rules/index.html",
        table=[(one, asked(one.role)) for one in table],
        currency=currency,
        typed=request.args.get("amount", ""),
        wrong=wrong,
        example=None if wrong else _sentence(table, amount, currency),
        may_write=may(*WRITE),
        has_room=len(table) < MOST_STEPS,
    )


def _amount() -> tuple[Decimal, str | None]:
    """Return the amount of the example, and what is wrong with it."""
    given = request.args.get("amount", "").strip()
    try:
        return (AMOUNT.parse(given) if given else EXAMPLE), None
    except RuleBroken as refusal:
        return EXAMPLE, refusal.sentence


def _sentence(table: Sequence[ApprovalRule], amount: Decimal, currency: str) -> str:
    """Say who decides about an amount, one after the other."""
    taken = steps([Rung(one.from_amount, one.role.value, one.days) for one in table], amount)
    said = [f"{asked(one.role)} within {one.days} {'day' if one.days == 1 else 'days'}" for one in taken]
    return f"{money(amount, currency or None)} {currency} goes to {', then to '.join(said)}."


@bp.route("/new", methods=["GET", "POST"])
@requires(*WRITE)
def new() -> ResponseReturnValue:
    """Ask for one more step."""
    form = StepForm(days=5)
    if form.validate_on_submit():
        with form.refusals():
            ApprovalRule.make(db.session(), by=current_person, **form.facts())
            flash("Added. What is submitted from now on takes this step, too.")
            return redirect(url_for(".index"))
    return render_form("partnership/approval_rules/form.html", form, step=None)


@bp.route("/<id:step_id>/edit", methods=["GET", "POST"])
@requires(*WRITE)
def edit(step_id: int) -> ResponseReturnValue:
    """Change a step; submissions under way keep theirs."""
    step = find(ApprovalRule, step_id)
    form = StepForm(from_amount=step.from_amount, role=step.role.value, days=step.days)
    if form.validate_on_submit():
        with form.refusals():
            step.change(by=current_person, **form.facts())
            flash("Saved. Submissions under way keep their steps.")
            return redirect(url_for(".index"))
    return render_form("partnership/approval_rules/form.html", form, step=find(ApprovalRule, step_id))


@bp.post("/<id:step_id>/removal")
@requires(*WRITE)
def retire(step_id: int) -> ResponseReturnValue:
    """Ask for a step no more; the later ones move up."""
    find(ApprovalRule, step_id).retire(by=current_person)
    flash("Removed. Submissions under way keep their steps.")
    return redirect(url_for(".index"))
