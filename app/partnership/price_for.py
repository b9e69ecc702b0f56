"""“Price for…”: what a partner pays for a product on a day, which row won and why, and what did not (R1, R3)."""

from __future__ import annotations

from decimal import Decimal
from typing import TypeVar

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute
from wtforms import DateField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from app import clock
from app.access import Permission, requires
from app.extensions import db
from app.forms import AmountField, Form
from app.models import Partner, Product, pricing
from app.models.pricing import Answer
from app.rules.numerals import QUANTITY
from app.rules.refusals import RuleBroken

bp = Blueprint("price_for", __name__, url_prefix="/price-for")

SHOWN = 50
Noun = TypeVar("Noun", Partner, Product)
MISSING = {
    "partner": "There is no partner with this code. Look it up in the list of partners.",
    "sku": "There is no product with this SKU. Look it up in the list of products.",
}


class QuestionForm(Form):
    """Whose price, of what, when, for how many, in which currency."""

    partner = StringField("Partner code", [DataRequired("Say which partner, by its code."), Length(max=60)])
    sku = StringField("SKU", [DataRequired("Say which product, by its SKU."), Length(max=60)])
    on = DateField("Day", [InputRequired("Choose a day.")])
    quantity = AmountField("Quantity", [InputRequired("Write how many.")], grammar=QUANTITY)
    currency = StringField("Currency", [Length(max=3)], description="Empty means the partner's.")


@bp.get("")
@requires(Permission.PROGRAM_READ)
def show() -> ResponseReturnValue:
    """Answer the question in the address, or ask for one."""
    given = request.args if request.args.get("quantity") else None
    form = QuestionForm(
        given,
        meta={"csrf": False},
        data={
            "partner": request.args.get("partner"),
            "sku": request.args.get("sku"),
            "on": clock.today(),
            "quantity": Decimal(1),
        },
    )
    answer, code = None, 200
    if given is not None:
        try:
            answer = _answer(form) if form.validate() else None
        except RuleBroken as refusal:
            form.refuse(refusal.sentence, refusal.field)
        code = 200 if answer else 422
    losers = answer[2].losers[:SHOWN] if answer else []
    return render_template("partnership/price_for/show.html", form=form, answer=answer, losers=losers), code


def _answer(form: QuestionForm) -> tuple[Partner, Product, Answer]:
    partner = _named(Partner, Partner.code, form.partner.data or "", "partner")
    product = _named(Product, Product.sku, form.sku.data or "", "sku")
    currency = (form.currency.data or "").upper() or None
    quantity = form.quantity.data if form.quantity.data is not None else Decimal(1)
    on = form.on.data or clock.today()
    return partner, product, pricing.price_for(db.session(), partner, product, on, quantity, currency)


def _named(noun: type[Noun], code: InstrumentedAttribute[str], typed: str, field: str) -> Noun:
    """Return the row of a code, case ignored, the one written just so before any other; RuleBroken when none is."""
    known = select(noun).where(func.lower(code) == typed.lower()).order_by(code != typed, code).limit(1)
    found = db.session.scalars(known).one_or_none()
    if found is None:
        raise RuleBroken(MISSING[field], field)
    return found
