"""The forms of orders: shape here, meaning in the noun."""

from __future__ import annotations

from decimal import Decimal

from flask import request
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from app.forms import AmountField, Form, VersionedForm
from app.rules.numerals import PRICE, QUANTITY
from app.rules.refusals import RuleBroken

QUANTITY_OF, ADD = "quantity-", "add-"


class OrderForm(VersionedForm):
    """For whom an order is, and what the customer calls it."""

    customer = StringField("Customer", [Length(max=200)], description="Who gets it in the end.")
    customer_reference = StringField(
        "Reference",
        [Length(max=200)],
        description="The partner’s own, such as PO 4711; it stands on every paper.",
    )
    currency = StringField("Currency", [Length(max=3)], description="Empty means the partner’s own.")
    note = TextAreaField("Note", [Length(max=2000)], render_kw={"rows": 3})


class StaffOrderForm(OrderForm):
    """The same, begun by the vendor for one of its partners."""

    partner = StringField("Partner code", [DataRequired("Say which partner, by its code."), Length(max=60)])


class CancellationForm(Form):
    """Why an order is called off."""

    reason = TextAreaField(
        "Reason",
        [Length(max=1000)],
        description="Everybody who reads the order reads it.",
        render_kw={"rows": 3},
    )


class PriceForm(Form):
    """A price that was agreed for one line."""

    price = AmountField("Price of one", [InputRequired("Write the price of one unit.")], grammar=PRICE)
    reason = TextAreaField(
        "Reason",
        [DataRequired("Say why this price was agreed; the partner reads it."), Length(max=500)],
        render_kw={"rows": 3},
    )


class CreditForm(Form):
    """Why something is taken back; how much of each line is beside it."""

    reason = TextAreaField(
        "Reason",
        [DataRequired("Say why, so that the partner can read it."), Length(max=1000)],
        render_kw={"rows": 3},
    )


class Quantities:
    """How many of each line, typed into a table: what was typed is kept, and each mistake stands at its line."""

    def __init__(self, prefix: str = QUANTITY_OF) -> None:
        self.prefix = prefix
        self.typed = {name: text.strip() for name, text in request.form.items() if name.startswith(prefix)}
        self.errors: dict[str, str] = {}

    def read(self) -> dict[int, Decimal | None]:
        """Return the quantities by the number after the name; mistakes are kept as errors."""
        found: dict[int, Decimal | None] = {}
        for name, text in self.typed.items():
            number = name.removeprefix(self.prefix)
            if not (number.isascii() and number.isdigit() and len(number) < 19):  # noqa: PLR2004 - a bigint
                continue
            try:
                found[int(number)] = QUANTITY.parse(text) if text else None
            except RuleBroken as refusal:
                self.errors[name] = refusal.sentence
        return found

    def refuse(self, refusal: RuleBroken) -> None:
        """Put a rule's sentence at the line it is about, or on top."""
        self.errors[refusal.field if refusal.field in self.typed else ""] = refusal.sentence
