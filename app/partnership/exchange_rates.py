"""Exchange rates: what one unit of a currency is worth in the program's currency, day by day (M3)."""

from __future__ import annotations

from decimal import Decimal

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import DateField, StringField
from wtforms.validators import DataRequired, InputRequired

from app.access import Permission, current_person, may, requires
from app.extensions import db
from app.forms import AmountField, Form, render_form, shortest
from app.listing import Column, Listing, choice, day
from app.models import ExchangeRate, ProgramVersion
from app.partnership.choices import Choices
from app.rules.numerals import RATE

bp = Blueprint("exchange_rates", __name__, url_prefix="/exchange-rates")


class RateForm(Form):
    """A rate of a currency on a day."""

    currency = StringField(
        "Currency",
        [DataRequired("Write three letters, such as USD.")],
        filters=[lambda text: text.upper() if text else text],
        description="Three letters, such as USD.",
        render_kw={"maxlength": 3},
    )
    day = DateField("Day", [InputRequired("Choose a day.")])
    rate = AmountField(
        "Rate",
        [InputRequired("Write what one unit is worth.")],
        grammar=RATE,
        description="What one unit of the currency is worth in the program's currency.",
    )


def _currencies() -> Choices:
    known = select(ExchangeRate.currency).distinct().order_by(ExchangeRate.currency)
    return [(code, code) for code in db.session.scalars(known)]


LIST = Listing(
    "exchange rates",
    query=lambda: select(ExchangeRate),
    key=ExchangeRate.id,
    columns=[
        Column("day", "Day", lambda one: one.day, sort=ExchangeRate.day, kind="day"),
        Column("currency", "Currency", lambda one: one.currency, sort=ExchangeRate.currency),
        Column("rate", "Rate", lambda one: shortest(one.rate), kind="num"),
    ],
    filters=[
        choice("currency", "Currency", _currencies, lambda given: ExchangeRate.currency == given),
        day("from", "From", lambda on: ExchangeRate.day >= on),
        day("to", "To", lambda on: ExchangeRate.day <= on),
    ],
    default="-day",
    empty=(
        "No exchange rates yet",
        "Amounts in another currency than the program's are converted by the rate of their day. Import a file of rates.",
    ),
    action=lambda: (
        ("New rate", url_for("partnership.exchange_rates.new")) if may(Permission.PROGRAM_WRITE) else None
    ),
)
LIST.routes(bp, requires(Permission.PROGRAM_READ))


@bp.get("")
@requires(Permission.PROGRAM_READ)
def index() -> ResponseReturnValue:
    """List rates, the latest day first."""
    return render_template(
        "partnership/exchange_rates/index.html", page=LIST.page(), currency=_program_currency()
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.PROGRAM_WRITE)
def new() -> ResponseReturnValue:
    """Add a rate; the partners whose amounts of that day it converts are assessed by it."""
    form = RateForm()
    if form.validate_on_submit():
        with form.refusals():
            added = ExchangeRate.add(
                db.session(),
                currency=form.currency.data or "",
                day=form.day.data,
                rate=form.rate.data or Decimal(0),
                by=current_person,
            )
            flash(f"The rate of {added.currency} is kept.")
            return redirect(url_for(".index", currency=added.currency))
    return render_form("partnership/exchange_rates/new.html", form, currency=_program_currency())


def _program_currency() -> str | None:
    newest = ProgramVersion.newest(db.session())
    return newest.currency if newest else None
