"""`accord price PARTNER SKU --on DAY --quantity N --currency CUR`: R1, with the why."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from app.models.pricing import Answer


@click.command()
@click.argument("partner")
@click.argument("sku")
@click.option("--on", "day", metavar="DAY", help="The day asked for, such as 2013-12-31; today unless said.")
@click.option("--quantity", default="1", show_default=True, metavar="N", help="How many are bought.")
@click.option("--currency", metavar="CUR", help="Three letters; the partner's unless said.")
def price(partner: str, sku: str, day: str | None, quantity: str, currency: str | None) -> None:
    """Say what PARTNER pays for one unit of the product SKU, which price row won, and why."""
    from sqlalchemy import func, select

    from app.commands import application
    from app.models import Partner, Product, pricing
    from app.rules.numerals import QUANTITY
    from app.rules.refusals import RuleBroken

    many = QUANTITY.parse(quantity)
    with application() as session:
        buyer = session.scalars(
            select(Partner).where(func.lower(Partner.code) == partner.lower())
        ).one_or_none()
        product = session.scalars(select(Product).where(func.lower(Product.sku) == sku.lower())).one_or_none()
        if buyer is None:
            raise RuleBroken(f"There is no partner with the code “{partner}”.")
        if product is None:
            raise RuleBroken(f"There is no product with the SKU “{sku}”.")
        on = buyer.today() if day is None else _day(day)
        answer = pricing.price_for(session, buyer, product, on, many, currency.upper() if currency else None)
        heading = f"{product.name} ({product.sku}) for {buyer.name} ({buyer.code}) on {on}"
    click.echo(heading)
    if answer.price is None:
        raise RuleBroken(answer.sentence)
    for line in _lines(answer):
        click.echo(line)


def _lines(answer: Answer) -> list[str]:
    price, currency = answer.price, answer.currency
    if price is None:  # said before
        return []
    lines = [f"Unit price  {_short(price.chosen.unit_price)} {currency}"]
    if price.discount:
        lines.append(f"Discount    {_short(price.discount)} % of the tier")
        lines.append(f"To pay      {_short(price.net)} {currency}")
    lines.append(
        f"Amount      {_short(answer.amount or Decimal(0))} {currency} for {_short(answer.quantity)}"
    )
    lines.append(f"Why         {price.why}")
    lines += [
        f"Not         {_short(one.candidate.unit_price)} {one.candidate.currency}, {one.candidate.name}: {one.why}"
        for one in answer.losers
    ]
    return lines


def _short(number: Decimal) -> str:
    """A number without needless zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _day(text: str) -> date:
    from app.rules.refusals import RuleBroken

    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RuleBroken(f"“{text}” is not a day. Write year, month and day, such as 2013-12-31.") from None
