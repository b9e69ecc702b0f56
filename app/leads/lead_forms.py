"""The forms of leads: shape here, meaning in the noun."""

from __future__ import annotations

from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from app.forms import AmountField, CountField, Form, VersionedForm
from app.leads import choices
from app.models import Lead
from app.models.leads.lead_facts import EDITED, LONGEST, REASON

MOST_HOURS = 8760


def text(name: str, label: str, *validators: Any, **more: Any) -> StringField:
    """Return a field of one fact, as long as the noun keeps it."""
    longest = LONGEST[name]
    return StringField(
        label, [*validators, Length(max=longest, message=f"Use at most {longest} letters.")], **more
    )


class LeadForm(VersionedForm):
    """Who may buy, how to reach them, and what they need."""

    company = text("company", "Company", DataRequired("Name the company, or whoever may buy."))
    contact = text("contact", "Contact", description="The person to talk to.")
    email = text("email", "E-mail")
    country = SelectField(
        "Country", coerce=choices.written, description="A phone number is read as one of this country."
    )
    phone = text("phone", "Phone")
    website = text("website", "Website", description="Such as bakery.example.")
    tax_number = text("tax_number", "Tax number")
    city = text("city", "City")
    region = text("region", "Region")
    need = TextAreaField(
        "What they need", [Length(max=LONGEST["need"], message="Use at most 2,000 letters.")]
    )
    budget = AmountField("Budget")
    currency = text("currency", "Currency", description="Three letters, such as EUR.")
    source = text("source", "Source", description="Where you heard of it, such as a trade fair.")
    note = TextAreaField(
        "Notes",
        [Length(max=LONGEST["note"], message="Use at most 5,000 letters.")],
        description="For whoever works it; a partner that gets the lead reads them too.",
    )

    WHO = ("company", "website", "contact", "email", "country", "phone", "city", "region", "tax_number")
    WHAT = ("need", "budget", "currency", "source", "note")

    def __init__(self, *args: Any, lead: Lead | None = None, **given: Any) -> None:
        super().__init__(*args, obj=lead, **given)
        self.country.choices = choices.countries(lead.country if lead else None)

    def facts(self) -> dict[str, Any]:
        """Return what was typed, as the noun takes it."""
        return {name: self[name].data for name in EDITED}


class ReasonForm(Form):
    """An act that asks for a reason."""

    reason = TextAreaField(
        "Reason", [DataRequired("Say why."), Length(max=REASON, message=f"Use at most {REASON:,} letters.")]
    )
    back = HiddenField()


class OwnerForm(VersionedForm):
    """Who is to work a lead."""

    owner_id = SelectField("Who works it", coerce=choices.number)


class ConversionForm(VersionedForm):
    """The deal a lead becomes."""

    name = StringField("Name of the deal", [DataRequired("Name the deal."), Length(max=200)])
    customer = StringField("Customer", [DataRequired("Name the customer."), Length(max=200)])
    website = StringField("Customer’s website", [Length(max=300)])
    customer_email = StringField("Customer’s e-mail", [Length(max=254)])
    country = SelectField("Country", coerce=choices.written)
    tax_number = StringField("Tax number", [Length(max=60)])
    amount = AmountField("Amount", [InputRequired("Write what it may be worth.")])
    currency = StringField(
        "Currency",
        [DataRequired("Say in which currency."), Length(max=3)],
        description="Three letters, such as EUR.",
    )
    expected_on = DateField("Expected close", [Optional()])
    register = BooleanField(
        "Register this deal",
        description="Where nobody else has the customer, it is protected for you from now on.",
    )
    back = HiddenField()

    def __init__(self, lead: Lead, *args: Any, **given: Any) -> None:
        known = {
            "name": lead.company[:200],
            "customer": lead.company[:200],
            "website": lead.website,
            "customer_email": lead.email,
            "country": lead.country,
            "tax_number": lead.tax_number,
            "amount": lead.budget,
            "currency": lead.currency,
            "version": str(lead.version),
        }
        super().__init__(*args, data={**known, **given})
        self.country.choices = choices.countries()

    DEAL = (
        "name",
        "customer",
        "website",
        "customer_email",
        "country",
        "tax_number",
        "amount",
        "currency",
        "expected_on",
    )

    def deal(self) -> dict[str, Any]:
        """Return what was typed, as the noun takes it."""
        return {name: self[name].data if self[name].data != "" else None for name in self.DEAL}


class OfferForm(Form):
    """To whom a lead is offered by hand, and on what terms."""

    partner = StringField(
        "Partner",
        [DataRequired("Write the partner’s code or name."), Length(max=200)],
        description="Its code, or its name as far as it is the only one.",
    )
    hours = CountField(
        "Hours to answer",
        [
            InputRequired("Say how long the partner may think."),
            NumberRange(1, MOST_HOURS, "Write 1 to 8,760 hours."),
        ],
        default=48,
    )
    hides_personal = BooleanField(
        "Hide who the customer is until it is accepted",
        description="Company, contact, e-mail, phone and website; need, place and budget are shown.",
    )
    after = SelectField(
        "When it is declined or not answered",
        choices=[("queue", "It comes back into the queue"), ("next", "The rules choose the next partner")],
    )
    back = HiddenField()


class PassageForm(Form):
    """Whom a partner wants to pass a lead to."""

    named = StringField(
        "Partner",
        [DataRequired("Write the name or the code of the partner."), Length(max=200)],
        description="The name or the code of the other partner, as you know it.",
    )
    reason = ReasonForm.reason


class ConsentForm(Form):
    """Which partner was meant."""

    partner = StringField(
        "Partner",
        [DataRequired("Write the partner’s code or name."), Length(max=200)],
        description="Its code, or its name as far as it is the only one.",
    )
