"""The forms of activities: shape here, meaning in the noun."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import or_, select
from wtforms import BooleanField, DateField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange
from wtforms.validators import Optional as MayBeEmpty

from app import scope
from app.extensions import db
from app.forms import AmountField, CountField, VersionedForm
from app.models import Activity, ActivityStatus, ActivityType, Person
from app.models.activities.activity_plan import SHARED
from app.models.funds.fund_reading import FundHead
from app.models.leads.lead_working import workers
from app.rules.activities import LONGEST

LONGEST_WORDS = 2000
MOST_LEADS = 1_000_000
HUNDRED = Decimal(100)
Choices = list[tuple[str, str]]


def number(given: str | int | None) -> int | None:
    """Return a chosen row's number, None when nothing is chosen; ValueError when it is no number."""
    if given in (None, "", "None"):
        return None
    if len(str(given)) > 18:  # noqa: PLR2004 - digits that fit a bigint
        raise ValueError(given)
    return int(given)


class ActivityForm(VersionedForm):
    """What is planned, when, what it costs, and what is hoped for."""

    title = StringField(
        "Title",
        [
            DataRequired("Give the activity a title."),
            Length(max=LONGEST["title"], message=f"Use at most {LONGEST['title']} characters."),
        ],
        description="Such as Open day at the brewery.",
    )
    activity_type_id = SelectField(
        "Type", coerce=number, description="It decides which proofs are asked for afterwards."
    )
    plan = TextAreaField(
        "Plan",
        [
            DataRequired("Say what is planned, and whom it is to reach."),
            Length(max=LONGEST["plan"], message=f"Use at most {LONGEST['plan']:,} characters."),
        ],
        description="What happens, whom it is to reach, and what the money is for.",
        render_kw={"rows": 6},
    )
    starts_on = DateField("First day", [InputRequired("Choose the first day.")])
    ends_on = DateField("Last day", [InputRequired("Choose the last day.")])
    place = StringField(
        "Place", [Length(max=LONGEST["place"], message=f"Use at most {LONGEST['place']} characters.")]
    )
    fund_id = SelectField("Fund", coerce=number)
    budget = AmountField("Budget", [InputRequired("Write what it costs in all.")])
    vendor_percent = AmountField(
        "The fund pays, in %",
        [InputRequired("Write which part of the budget the fund pays.")],
        description="The rest is paid by the partner.",
    )
    expected_leads = CountField(
        "Leads hoped for",
        [MayBeEmpty(), NumberRange(0, MOST_LEADS, "Expect zero leads or more, up to a million.")],
    )
    expected_amount = AmountField("Won amount hoped for", description="In the fund’s currency.")
    owner_id = SelectField("Worked by", coerce=number)

    FACTS = (
        "title",
        "activity_type_id",
        "plan",
        "starts_on",
        "ends_on",
        "place",
        "budget",
        "vendor_percent",
        "expected_leads",
        "expected_amount",
        "owner_id",
    )

    def __init__(
        self, funds: Sequence[FundHead], partner_id: int, activity: Activity | None = None, **given: Any
    ) -> None:
        super().__init__(data=_known(activity, funds) | given)
        self.activity_type_id.choices = _types(activity)
        self.fund_id.choices = [(str(one.id), called(one)) for one in funds]
        self.owner_id.choices = _owners(partner_id, activity)
        if activity is not None and activity.joint_id is not None:
            for name in SHARED:  # changed for all parts, in the joint activity
                del self[name]

    def facts(self) -> dict[str, Any]:
        """Return what was typed, as the noun takes it."""
        return {name: self[name].data for name in self.FACTS if name in self}


def called(fund: FundHead) -> str:
    """Return a fund as a choice says it."""
    return f"{fund.type_name}, {fund.currency}"


def _known(activity: Activity | None, funds: Sequence[FundHead]) -> dict[str, Any]:
    if activity is None:
        return {"vendor_percent": HUNDRED, "fund_id": funds[0].id if funds else None}
    return {name: getattr(activity, name) for name in (*ActivityForm.FACTS, "fund_id")} | {
        "version": str(activity.version)
    }


def _types(activity: Activity | None) -> Choices:
    """Return the types in use, and the one the activity has, whatever became of it."""
    present = None if activity is None else activity.activity_type_id
    wanted = or_(ActivityType.active, ActivityType.id == present)
    known = select(ActivityType.id, ActivityType.name).where(wanted).order_by(ActivityType.name)
    return [(str(row.id), row.name) for row in db.session.execute(known)]


def _owners(partner_id: int, activity: Activity | None) -> Choices:
    people = [("", "Nobody"), *((str(one.id), one.name) for one in workers(db.session(), partner_id))]
    now = activity.owner_id if activity else None
    if now is not None and str(now) not in dict(people):
        owner = db.session.get(Person, now)
        people.append((str(now), owner.name if owner else "Somebody who left"))
    return people


def _words(label: str, required: str | None, hint: str = "", rows: int = 4) -> TextAreaField:
    """Return a field for what somebody says to the other side."""
    shape = Length(max=LONGEST_WORDS, message=f"Use at most {LONGEST_WORDS:,} characters.")
    validators = [shape] if required is None else [DataRequired(required), shape]
    return TextAreaField(label, validators, description=hint, render_kw={"rows": rows})


class ReasonForm(VersionedForm):
    """Why something is done; everybody who reads the activity reads it."""

    reason = _words("Reason", "Say why, so that everybody can read it later.")


class QuestionForm(VersionedForm):
    """What the partner is asked."""

    question = _words("Your question", "Write the question, so that the partner can answer it.")


class ApprovalForm(VersionedForm):
    """What is said with an approval."""

    words = _words("What you want to say", None, "The partner reads it.")


class MoreForm(VersionedForm):
    """A larger budget than was approved."""

    budget = AmountField("New budget in all", [InputRequired("Write what it costs in all now.")])
    reason = _words("Reason", "Say why it costs more.", "Those who approve it read this.")


class SettlementForm(VersionedForm):
    """What was paid out of what was reserved."""

    amount = AmountField("Amount paid", [InputRequired("Write what was paid.")])
    paid_on = DateField("Paid on", [InputRequired("Choose the day on which it was paid.")])
    is_final = BooleanField(
        "This is the last payment", description="What is still reserved then goes back to the fund."
    )
    note = _words("Note", None, "Such as the number of the invoice.", rows=2)

    def __init__(self, activity: Activity, left: Decimal) -> None:
        is_over = activity.status is ActivityStatus.COMPLETED
        super().__init__(amount=left if is_over else None, paid_on=scope.today(), is_final=is_over)
        if not is_over:
            del self.is_final  # the last payment follows when it is completed
