"""Marketing activities as the vendor sees them: all partners', with what the vendor decides and pays (F5)."""

from __future__ import annotations

from decimal import Decimal

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.access import Permission, current_person, requires
from app.activities import routes
from app.activities.activity_acts import asked
from app.activities.activity_forms import ApprovalForm, QuestionForm, ReasonForm, SettlementForm
from app.activities.finding import mine
from app.database import find
from app.extensions import db
from app.filters import money
from app.models import Activity, ActivitySettlement, ActivityStatus
from app.models.funds.fund_reading import head
from app.rules.money import from_minor

bp = Blueprint("activities", __name__, url_prefix="/activities")
decides = requires(Permission.ACTIVITIES_DECIDE)
routes.put_on(bp, requires(Permission.ACTIVITIES_READ), decides)


@bp.route("/<id:activity_id>/approval", methods=["GET", "POST"])
@decides
def approve(activity_id: int) -> ResponseReturnValue:
    """Approve the step whose turn it is; the last one reserves the money."""
    form = ApprovalForm()
    return asked(
        activity_id,
        form,
        lambda one: one.approve(by=current_person, words=form.words.data, version=form.seen_version()),
        ("Approve", "With the last approval the fund’s part is reserved in the fund.", "Approved."),
        beside=_what_stays,
    )


def _what_stays(activity: Activity) -> str | None:
    """Say what the fund holds, and what of it stays once this is reserved."""
    fund = head(db.session(), activity.fund_id)
    if fund is None:
        return None
    more = activity.asked_amount()
    part = activity.reserved_amount() if more is None else more - activity.reserved_amount()
    if not activity.partnership_is_active():
        return (
            "It cannot be approved: the partnership is not active. Return it with a question, decline it,"
            " or activate the partnership first."
        )
    said = [
        f"{money(from_minor(units, fund.currency), fund.currency)} {fund.currency}"
        for units in (part, fund.available, fund.available - part)
    ]
    return f"{said[0]} would be reserved. The fund has {said[1]} available; {said[2]} would stay."


@bp.route("/<id:activity_id>/question", methods=["GET", "POST"])
@decides
def return_(activity_id: int) -> ResponseReturnValue:
    """Give it back with a question."""
    form = QuestionForm()
    return asked(
        activity_id,
        form,
        lambda one: one.return_(form.question.data or "", by=current_person, version=form.seen_version()),
        (
            "Return with a question",
            "The partner answers, changes what it likes, and submits it again; the approval begins anew.",
            "Returned. The partner is told what you ask.",
        ),
    )


@bp.route("/<id:activity_id>/refusal", methods=["GET", "POST"])
@decides
def decline(activity_id: int) -> ResponseReturnValue:
    """Decline it for good."""
    form = ReasonForm()
    return asked(
        activity_id,
        form,
        lambda one: one.decline(form.reason.data or "", by=current_person, version=form.seen_version()),
        ("Decline", "It is over for good; the partner reads the reason.", "Declined."),
        danger=True,
    )


@bp.route("/<id:activity_id>/settlement", methods=["GET", "POST"])
@decides
def settle(activity_id: int) -> ResponseReturnValue:
    """Pay out of what is reserved: a part, or the rest of it."""
    activity = mine(activity_id)
    left = from_minor(activity.held().reserved, activity.currency)
    form = SettlementForm(activity, left)
    return asked(
        activity_id,
        form,
        lambda one: one.settle(
            form.amount.data or Decimal(0),
            by=current_person,
            paid_on=form.paid_on.data,
            is_final=bool(form.is_final and form.is_final.data),
            note=form.note.data,
            version=form.seen_version(),
        ),
        (
            "Settle" if form.is_final else "Pay a part",
            "What was paid is taken from what is reserved, never more than that.",
            "Paid out of what was reserved.",
        ),
        beside=lambda one: _what_is_left(one, left),
    )


def _what_is_left(activity: Activity, left: Decimal) -> str:
    """Say what is still reserved, and how much of it a deposit may take."""
    said = f"Still reserved: {money(left, activity.currency)} {activity.currency}."
    is_over = activity.status is ActivityStatus.COMPLETED
    return said if is_over else f"{said} Before it is completed with its proofs, only a part of that is paid."


@bp.route("/<id:activity_id>/release", methods=["GET", "POST"])
@decides
def release(activity_id: int) -> ResponseReturnValue:
    """End it without a further payment."""
    form = ReasonForm()
    is_over = mine(activity_id).status is ActivityStatus.COMPLETED
    ends = "settled" if is_over else "cancelled; what was paid stays paid"
    return asked(
        activity_id,
        form,
        lambda one: one.release(form.reason.data or "", by=current_person, version=form.seen_version()),
        (
            "Release the rest",
            f"Nothing more is paid: what is still reserved is available in the fund again, and the activity is {ends}.",
            "Released. The rest is available in the fund again.",
        ),
        danger=True,
    )


@bp.route("/<id:activity_id>/settlements/<id:settlement_id>/reversal", methods=["GET", "POST"])
@decides
def take_back(activity_id: int, settlement_id: int) -> ResponseReturnValue:
    """Mend a mistaken payment: its amount is reserved again."""
    mine(activity_id)
    payment = find(ActivitySettlement, settlement_id)
    form = ReasonForm()
    return asked(
        activity_id,
        form,
        lambda one: one.take_back_settlement(
            payment, form.reason.data or "", by=current_person, version=form.seen_version()
        ),
        (
            "Take the payment back",
            "Its entries are reversed: the amount is reserved again, and can be settled as it should have been.",
            "Taken back. Settle what was really paid.",
        ),
        danger=True,
    )
