"""The forms of distribution: rules, weights, pinned accounts, and a lead to try them on."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from wtforms import BooleanField, Field, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from app.extensions import db
from app.forms import CountField, Form, VersionedForm
from app.leads import choices
from app.models import Afterwards, DistributionRule, PartnerType, Tier
from app.models.leads.distribution import LONGEST_WAIT, LONGEST_WORD, MOST_WEIGHT
from app.models.leads.pinned_account import LONGEST_NAME

NONE = ("", "Any")
SEPARATED = "Separated by commas; empty means all."
MOST_CAPACITY = 1_000_000


class NamesField(StringField):
    """Some names, written on one line and separated by commas: `data` is a list."""

    def _value(self) -> str:
        return self.raw_data[0] if self.raw_data else ", ".join(self.data or [])

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the names typed; what each may be is the rule's to say."""
        written = valuelist[0] if valuelist else ""
        self.data = [name for part in written.split(",") if (name := " ".join(part.split()))]


def names(label: str, description: str) -> Field:
    """Return a field for the names of a condition."""
    return NamesField(label, description=description, render_kw={"maxlength": 5000})


class RuleForm(VersionedForm):
    """For which leads a rule is, who may have them, and on what terms they are offered."""

    name = StringField(
        "Name",
        [DataRequired("Name the rule."), Length(max=LONGEST_WORD)],
        description="Such as “DACH, solar”.",
    )
    countries = names("Countries", "Two letters each, separated by commas, such as DE, AT; empty means all.")
    regions = names("Regions", SEPARATED)
    needs = names("Words in what they need", "One of them is enough: “roof” also finds “roofing”.")
    sources = names("Sources", SEPARATED)
    campaign_id = SelectField("Campaign", coerce=choices.number)
    partner_type_id = SelectField("Partner type", coerce=choices.number)
    tier_id = SelectField(
        "Lowest tier", coerce=choices.number, description="Who holds less does not take part."
    )
    capacity = CountField(
        "Leads in hand, at most",
        [Optional(), NumberRange(1, MOST_CAPACITY, "Write a whole number from 1 on, or leave it empty.")],
        description="On offer to one partner, or accepted and not closed. Empty means any number.",
    )
    hours = CountField(
        "Hours to answer",
        [InputRequired("Write how many hours a partner has."), NumberRange(1, LONGEST_WAIT)],
        default=48,
    )
    afterwards = SelectField(
        "When nobody answers, or it is declined",
        choices=[
            (Afterwards.NEXT.value, "Offer it to the next partner"),
            (Afterwards.QUEUE.value, "Put it back in the queue"),
        ],
    )
    hides_personal = BooleanField(
        "Hide who the customer is until a partner accepts",
        description="The card then shows place, need and budget only.",
    )
    by_itself = BooleanField(
        "Send leads by itself",
        description="As soon as one is qualified or comes in through a campaign. Otherwise somebody presses “Send by the rules”.",
    )

    FOR = ("name", "countries", "regions", "needs", "sources", "campaign_id")
    TO = ("partner_type_id", "tier_id", "capacity")
    HOW = ("hours", "afterwards", "hides_personal", "by_itself")

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.campaign_id.choices = [NONE, *choices.campaigns()]
        self.partner_type_id.choices = [NONE, *_types()]
        self.tier_id.choices = [NONE, *_tiers()]

    def terms(self) -> dict[str, Any]:
        """Return what was typed, as the noun takes it."""
        given = {name: self[name].data for name in (*self.FOR, *self.TO, *self.HOW)}
        return {**given, "afterwards": Afterwards(self.afterwards.data)}


class WeightForm(Form):
    """A partner that takes part in a rule, and with which weight."""

    partner = StringField(
        "Partner", [DataRequired("Say which partner, by its code or name."), Length(max=200)]
    )
    weight = CountField(
        "Weight",
        [
            InputRequired("Write a weight."),
            NumberRange(1, MOST_WEIGHT, f"A whole number from 1 to {MOST_WEIGHT}."),
        ],
        default=1,
        description="Who has twice the weight gets twice the leads.",
    )


class PinForm(Form):
    """A customer whose leads go to one partner first."""

    account = StringField(
        "Customer",
        [DataRequired("Write the customer’s web domain, or its name."), Length(max=LONGEST_NAME)],
        description="Its web domain, such as kraft.example, or its name.",
    )
    partner = StringField(
        "Partner", [DataRequired("Say which partner, by its code or name."), Length(max=200)]
    )


class TryForm(Form):
    """A lead nobody wrote down, to see who would get it."""

    class Meta(Form.Meta):
        """It changes nothing, so it may be asked for by an address."""

        csrf = False

    company = StringField("Company", [Length(max=LONGEST_NAME)])
    website = StringField("Website", [Length(max=300)])
    email = StringField("E-mail", [Length(max=254)])
    country = SelectField("Country", coerce=str, default="", validate_choice=False)
    region = StringField("Region", [Length(max=100)])
    need = StringField("What they need", [Length(max=2000)])
    source = StringField("Source", [Length(max=100)])
    campaign_id = SelectField("Campaign", coerce=choices.number, validate_choice=False)

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.country.choices = choices.countries()
        self.campaign_id.choices = [("", "None"), *choices.campaigns()]


def shown(rule: DistributionRule | None) -> RuleForm:
    """Return the form of a rule, or of a new one."""
    return RuleForm(obj=rule) if rule else RuleForm()


def _types() -> choices.Choices:
    types = select(PartnerType.id, PartnerType.name).order_by(PartnerType.position, PartnerType.name)
    return [(str(row.id), row.name) for row in db.session.execute(types)]


def _tiers() -> choices.Choices:
    tiers = (
        select(Tier.id, Tier.name, PartnerType.name.label("type_name"))
        .join(PartnerType, PartnerType.id == Tier.partner_type_id)
        .order_by(PartnerType.position, PartnerType.name, Tier.id)
    )
    return [(str(row.id), f"{row.type_name}: {row.name}") for row in db.session.execute(tiers)]
