"""The forms of joint activities: what all parts share, and a row for each partner."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select
from wtforms import DateField, FieldList, FormField, SelectField, StringField, TextAreaField
from wtforms import Form as Part
from wtforms.validators import DataRequired, InputRequired, Length

from app.activities.activity_forms import HUNDRED, number
from app.database import find
from app.extensions import db
from app.forms import AmountField, VersionedForm, trimmed
from app.listing.partner_search import the_one
from app.models import ActivityType, Fund, FundType
from app.models.activities.joint_planning import MOST, Share
from app.models.funds.fund_reading import of_partner
from app.rules.activities import LONGEST
from app.rules.refusals import RuleBroken


class PlanForm(VersionedForm):
    """What all parts of a joint activity share."""

    title = StringField("Title", [DataRequired("Give the activity a title."), Length(max=LONGEST["title"])])
    activity_type_id = SelectField("Type", coerce=number)
    plan = TextAreaField(
        "Plan",
        [DataRequired("Say what is planned, and whom it is to reach."), Length(max=LONGEST["plan"])],
        description="Every partner reads it.",
        render_kw={"rows": 5},
    )
    starts_on = DateField("First day", [InputRequired("Choose the first day.")])
    ends_on = DateField("Last day", [InputRequired("Choose the last day.")])

    FACTS = ("title", "activity_type_id", "plan", "starts_on", "ends_on")

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        known = select(ActivityType.id, ActivityType.name).order_by(ActivityType.name)
        present = self.activity_type_id.object_data  # it stays a choice, whatever became of the type
        kinds = db.session.execute(known.where(or_(ActivityType.active, ActivityType.id == present)))
        self.activity_type_id.choices = [(str(row.id), row.name) for row in kinds]

    def facts(self) -> dict[str, Any]:
        """Return what was typed, as the noun takes it."""
        return {name: self[name].data for name in self.FACTS}


class ShareForm(Part):
    """A partner's part: which fund pays, and how much."""

    partner = StringField("Partner", [Length(max=200)], filters=[trimmed])
    fund_type_id = SelectField("Fund", coerce=number)
    budget = AmountField("Budget")
    vendor_percent = AmountField("Fund pays, %")

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        kinds = select(FundType.id, FundType.name).where(FundType.active)
        order = (FundType.by_itself.desc(), FundType.name)
        self.fund_type_id.choices = [
            (str(row.id), row.name) for row in db.session.execute(kinds.order_by(*order))
        ]


class JointForm(PlanForm):
    """A new joint activity, with a row for each partner."""

    place = StringField("Place", [Length(max=LONGEST["place"])])
    shares = FieldList(FormField(ShareForm), "Partners", max_entries=MOST)

    def wanted(self) -> list[Share]:
        """Return the parts that were filled in; rows left empty are left out."""
        rows = [row.form for row in self.shares if row.form.partner.data or row.form.budget.data is not None]
        return [_share(row) for row in rows]


def _share(row: Any) -> Share:
    given = row.partner.data or ""
    partner = the_one(given, "shares")
    if row.budget.data is None:
        raise RuleBroken(f"Write the budget of {partner.name}.", "shares")
    funds = of_partner(db.session(), partner.id)
    paying = [one for one in funds if one.fund_type_id == row.fund_type_id.data]
    alive = [one for one in paying if one.ends_on is None or one.ends_on >= one.today]
    if not alive:
        raise RuleBroken(f"{partner.name} has no fund of this type that could pay.", "shares")
    percent = HUNDRED if row.vendor_percent.data is None else row.vendor_percent.data
    return Share(find(Fund, alive[0].id), row.budget.data, percent)
