"""The forms of deals: shape here, meaning in the noun."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FormField,
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms import Form as Part
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from app.access import current_person
from app.extensions import db
from app.forms import AmountField, VersionedForm, shortest, trimmed
from app.leads import choices
from app.models import Opportunity, OpportunityProduct, Partner, Person, Product
from app.models.deals.opportunity_closing import LONGEST_REASON
from app.models.deals.opportunity_products import Wanted
from app.models.deals.opportunity_working import TEXTS
from app.rules.refusals import RuleBroken

SPARE = 2
"""Empty lines for further products."""
HUNDRED = Decimal(100)
PRODUCTS = 300


def text(name: str, label: str, *validators: Any, **more: Any) -> StringField:
    """Return a field of one fact, as long as the noun keeps it."""
    longest = TEXTS[name]
    return StringField(
        label, [*validators, Length(max=longest, message=f"Use at most {longest} letters.")], **more
    )


class ProductPart(Part):
    """A product and how much of it."""

    sku = StringField("Product", [Length(max=100)], filters=[trimmed])
    quantity = AmountField("Quantity")


class DealForm(VersionedForm):
    """A deal: whose customer it is, what it is worth, when it may close, what comes next."""

    partner = StringField(
        "Partner", [Length(max=60)], description="Its code. Who works the deal is decided by the partner."
    )
    customer = text("customer", "Company", DataRequired("Say who the customer is."))
    website = text("website", "Website", description="Such as bakery.example.")
    customer_email = text("customer_email", "E-mail", description="Of somebody at the customer.")
    country = SelectField("Country", coerce=str)
    tax_number = text("tax_number", "Tax number")
    name = text("name", "Name of the deal", description="Left empty, the deal is called by its customer.")
    amount = AmountField("Amount", [InputRequired("Write what it may be worth, 0 when nobody knows.")])
    currency = StringField(
        "Currency", [DataRequired("Say in which currency."), Length(max=3)], description="Such as EUR."
    )
    expected_on = DateField("Expected close", [Optional()])
    closed_on = DateField("Closing day", [Optional()])
    register = BooleanField(
        "Register this deal",
        description="Where nobody else has the customer, it is protected for you from now on.",
    )
    next_step = text("next_step", "Next step")
    next_step_on = DateField("Day of the next step", [Optional()])
    probability = AmountField(
        "Probability in %", description="Left empty, it is that of the stage the deal stands in."
    )
    owner_id = SelectField("Worked by", coerce=choices.number)
    competitors = StringField("Competitors", [Length(max=1000)], description="Separated by commas.")
    description = TextAreaField("Notes", [Length(max=TEXTS["description"])])
    products = FieldList(FormField(ProductPart), max_entries=60)

    TEXTS = ("customer", "website", "customer_email", "country", "tax_number", "description", "next_step")
    DAYS = ("expected_on", "next_step_on")

    def __init__(self, *args: Any, deal: Opportunity | None = None, **given: Any) -> None:
        super().__init__(*args, data=_known(deal) | given)
        self.country.choices = choices.countries(deal.country if deal else None)
        self.owner_id.choices = _owners(deal)
        self._offer_lines()

    def _offer_lines(self) -> None:
        """Leave a few lines empty, so that a product can be added without a script."""
        if not self.is_submitted():
            for _ in range(SPARE):
                self.products.append_entry()

    def facts(self) -> dict[str, Any]:
        """Return what was typed, as the noun takes it."""
        given = {name: self[name].data for name in (*self.TEXTS, *self.DAYS)}
        return given | {
            "name": self.name.data or (self.customer.data or "")[: TEXTS["name"]],
            "amount": self.amount.data,
            "currency": (self.currency.data or "").upper(),
            "probability": None if self.probability.data is None else self.probability.data / HUNDRED,
            "competitors": (self.competitors.data or "").split(","),
            "products": self._wanted(),
        }

    def _wanted(self) -> list[Wanted]:
        lines = [
            (one.sku.data.lower(), one.quantity.data) for one in map(_part, self.products) if one.sku.data
        ]
        if not lines:
            return []
        named = select(func.lower(Product.sku), Product.id).where(
            func.lower(Product.sku).in_([sku for sku, _ in lines])
        )
        known = {row[0]: row[1] for row in db.session.execute(named)}
        for sku, _ in lines:
            if sku not in known:
                raise RuleBroken(f"There is no product “{sku}”. Choose one of the list.", "products")
        return [Wanted(known[sku], Decimal(1) if number is None else number) for sku, number in lines]


def _owners(deal: Opportunity | None) -> choices.Choices:
    """Return who may work a deal, and who works it now, whoever that is."""
    whose = deal.partner_id if deal else current_person.partner_id
    people = [("", "Nobody"), *(choices.workers(whose) if whose else [])]
    now = deal.owner_id if deal else None
    if now is not None and str(now) not in dict(people):
        owner = db.session.get(Person, now)
        people.append((str(now), owner.name if owner else "Somebody who left"))
    return people


def _part(field: Any) -> Any:
    return field.form


def _known(deal: Opportunity | None) -> dict[str, Any]:
    if deal is None:
        return {}
    plain = (
        *DealForm.TEXTS,
        *DealForm.DAYS,
        "name",
        "amount",
        "currency",
        "closed_on",
        "owner_id",
    )
    lines = deal.products()
    if not lines and deal.product is not None:  # as an import brings it
        lines = [OpportunityProduct(product=deal.product, quantity=Decimal(1))]
    return {name: getattr(deal, name) for name in plain} | {
        "probability": None if deal.probability is None else deal.probability * HUNDRED,
        "competitors": ", ".join(deal.competitors),
        "products": [{"sku": one.product.sku, "quantity": one.quantity} for one in lines],
        "version": str(deal.version),
    }


def catalogue() -> list[tuple[str, str]]:
    """Return the products a form offers by number and name, as far as a list is of use."""
    offered = select(Product.sku, Product.name).where(Product.active).order_by(Product.sku).limit(PRODUCTS)
    return [(row.sku, row.name) for row in db.session.execute(offered)]


def usual_currency(partner: Partner | None) -> str:
    """Return the currency a partner trades in."""
    if partner is None:
        return ""
    company = partner.operating_company
    return partner.currency or (company.currency if company else "")


class WinForm(VersionedForm):
    """On which day a deal was won."""

    closed_on = DateField("Closing day", [InputRequired("Choose the day on which the customer decided.")])
    reason = TextAreaField(
        "What decided it", [Length(max=LONGEST_REASON)], description="For those who sell the next one."
    )
    stage_id = SelectField("Stage", coerce=choices.number)
    back = HiddenField()


class LossForm(VersionedForm):
    """Why a deal was lost."""

    reason = TextAreaField(
        "Reason", [DataRequired("Say why, so that others learn from it."), Length(max=LONGEST_REASON)]
    )
    stage_id = SelectField("Stage", coerce=choices.number)
    back = HiddenField()


class DecisionForm(VersionedForm):
    """Why staff decide as they do; the partner reads it."""

    reason = TextAreaField(
        "Reason", [DataRequired("Say why; the partner reads it."), Length(max=LONGEST_REASON)]
    )
    back = HiddenField()


class ReopeningForm(DecisionForm):
    """Why a closed deal is opened again, and where."""

    stage_id = SelectField("Stage", coerce=choices.number)


class HandoverForm(DecisionForm):
    """Which partner gets a deal."""

    partner = StringField(
        "Partner", [DataRequired("Say which partner, by its code."), Length(max=60)], description="Its code."
    )


def percent(share: Decimal | None) -> str:
    """Return a share as a form writes it."""
    return "" if share is None else shortest(share * HUNDRED)
