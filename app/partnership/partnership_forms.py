"""The forms of a partnership: beginning one, its tier by hand, its due day."""

from __future__ import annotations

from wtforms import DateField, SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from app.forms import Form
from app.partnership import choices


class PartnershipForm(Form):
    """A new partnership."""

    partner_type_id = SelectField(
        "Type",
        [DataRequired("Choose a type.")],
        coerce=choices.number,
        description="It cannot change afterwards.",
    )
    tier_id = SelectField(
        "Tier", coerce=choices.number, description="Of the type chosen; usually Registered."
    )
    start_on = DateField("From", [InputRequired("Choose the first day.")])
    due_on = DateField("Due", [Optional()], description="Its last day; empty means a year after the first.")


class TierForm(Form):
    """Another tier, by hand."""

    tier_id = SelectField("Tier", [DataRequired("Choose a tier.")], coerce=choices.number)
    why = TextAreaField(
        "Reason",
        [DataRequired("Say why, so that the partner's history explains itself."), Length(max=500)],
        description="The partner reads it in its history.",
        render_kw={"rows": 3},
    )


class RenewalForm(Form):
    """Another due day."""

    due_on = DateField("Due", [InputRequired("Choose the new due day.")])
