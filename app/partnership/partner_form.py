"""The form of a partner, for admitting one and for changing one."""

from __future__ import annotations

from typing import Any

from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from app.forms import CountField, VersionedForm
from app.models.partner import PROFILE
from app.partnership import choices

LONGEST = 2_000_000_000


class PartnerForm(VersionedForm):
    """Who the partner is, who looks after it, and where it is."""

    name = StringField("Name", [DataRequired("Name the partner."), Length(max=200)])
    code = StringField(
        "Code",
        [DataRequired("Give the partner a code."), Length(max=60)],
        description="What files and other systems call it, such as ACME.",
    )
    partner_type_id = SelectField("Type", [DataRequired("Choose a type.")], coerce=choices.number)
    operating_company_id = SelectField("Operating company", coerce=choices.number)
    manager_id = SelectField("Partner manager", coerce=choices.number)
    currency = StringField(
        "Currency", [Length(max=3)], description="Three letters; empty means the operating company's."
    )
    tax_number = StringField("Tax number", [Length(max=60)])
    employees = CountField(
        "Employees", [Optional(), NumberRange(0, LONGEST, "Write how many people work there.")]
    )
    founded = CountField("Founded", [Optional()])
    street = StringField("Street", [Length(max=300)])
    postal_code = StringField("Postal code", [Length(max=40)])
    city = StringField("City", [Length(max=200)])
    region = StringField("Region", [Length(max=100)])
    country = StringField("Country", [Length(max=100)], description="Two letters, such as DE.")
    phone = StringField("Phone", [Length(max=60)])
    email = StringField("E-mail", [Length(max=254)])
    website = StringField("Website", [Length(max=300)])

    WHO = (
        "name", "code", "partner_type_id", "operating_company_id", "manager_id", "currency", "tax_number", "employees",
        "founded",
    )  # fmt: skip
    WHERE = ("street", "postal_code", "city", "region", "country", "phone", "email", "website")

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.partner_type_id.choices = choices.types()
        self.operating_company_id.choices = [choices.NONE, *choices.operating_companies()]
        self.manager_id.choices = [choices.NONE, *choices.staff()]

    def profile(self) -> dict[str, Any]:
        """Return what was typed, as the noun takes it."""
        return {name: self[name].data for name in PROFILE}
