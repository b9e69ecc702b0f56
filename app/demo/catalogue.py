"""What the vendor sells: products, price lists with prices in five currencies, and exchange rates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.models import (
    ExchangeRate,
    Partner,
    PartnerType,
    Price,
    PriceList,
    PriceListPartner,
    PriceScope,
    Product,
)

RATES = {"GBP": "1.162", "JPY": "0.00612", "NOK": "0.0857", "USD": "0.921"}
"""Euro for one unit, two years ago."""
CURRENCIES = ("EUR", *RATES)
STEPS = {"JPY": Decimal(100), "NOK": Decimal(5)}
"""What a price is rounded to; 50 cents elsewhere."""

RANGE = (
    ("BAT-05", "Wall battery 5 kWh", "Batteries", "Home", 2350),
    ("BAT-10", "Wall battery 10 kWh", "Batteries", "Home", 4190),
    ("BAT-15", "Tower battery 15 kWh", "Batteries", "Home", 5880),
    ("BAT-30", "Cabinet battery 30 kWh", "Batteries", "Business", 11400),
    ("BAT-60", "Cabinet battery 60 kWh", "Batteries", "Business", 21900),
    ("INV-04", "Hybrid inverter 4 kW", "Inverters", "Home", 1120),
    ("INV-08", "Hybrid inverter 8 kW", "Inverters", "Home", 1690),
    ("INV-12", "Hybrid inverter 12 kW", "Inverters", "Home", 2240),
    ("INV-30", "Three-phase inverter 30 kW", "Inverters", "Business", 4380),
    ("CHG-07", "Wall charger 7 kW", "Chargers", "Home", 640),
    ("CHG-11", "Wall charger 11 kW", "Chargers", "Home", 780),
    ("CHG-22", "Wall charger 22 kW", "Chargers", "Business", 1050),
    ("CHG-2P", "Twin charger on a post", "Chargers", "Business", 2790),
    ("MET-1P", "Energy meter, one phase", "Monitoring", "Hardware", 95),
    ("MET-3P", "Energy meter, three phases", "Monitoring", "Hardware", 149),
    ("HUB-2", "Home hub", "Monitoring", "Hardware", 219),
    ("APP-PRO", "Monitoring, one year", "Monitoring", "Subscription", 84),
    ("APP-FLT", "Fleet monitoring, one year", "Monitoring", "Subscription", 468),
    ("KIT-WALL", "Wall mounting kit", "Accessories", "Mounting", 118),
    ("KIT-OUT", "Outdoor cover", "Accessories", "Mounting", 174),
    ("CBL-05", "Cable set 5 m", "Accessories", "Cables", 62),
    ("CBL-20", "Cable set 20 m", "Accessories", "Cables", 148),
    ("SRV-5Y", "Five more years of warranty", "Services", "Warranty", 690),
    ("SRV-DAY", "Commissioning, one day", "Services", "On site", 780),
    ("BAT-03", "Wall battery 3 kWh, first series", "Batteries", "Home", 1680),
)
"""SKU, name, category, subcategory, price in EUR. The last one is no longer sold."""

LISTS = (
    ("BASE", "Base list", PriceScope.BASE, "1"),
    ("DISTRIBUTOR", "Distributor list", PriceScope.TYPE, "0.78"),
    ("PREMIER", "Premier list", PriceScope.GRANTED, "0.72"),
    ("KUROSHIO", "Kuroshio's own list", PriceScope.PERSONAL, "0.81"),
)
"""Code, name, whom it is for, and the part of the base price."""
BREAKS = {"DISTRIBUTOR": ((1, "1"), (20, "0.97"), (100, "0.93")), "PREMIER": ((1, "1"), (50, "0.95"))}
RISE = 200
"""Days since the prices of the base list went up by four percent."""


@dataclass(frozen=True)
class Row:
    """A price."""

    id: int
    from_quantity: int
    from_day: date
    to_day: date
    unit_price: Decimal

    def holds(self, quantity: int, day: date) -> bool:
        """Say whether it holds for a quantity on a day."""
        return self.from_quantity <= quantity and self.from_day <= day <= self.to_day


@dataclass(frozen=True)
class Catalogue:
    """What is sold and for how much, as the other parts of the story need it."""

    products: dict[str, int]
    prices: dict[tuple[str, str, str], list[Row]]
    """The rows of a list, SKU and currency."""
    rates: dict[tuple[str, date], Decimal]

    def price(self, key: tuple[str, str, str], quantity: int, day: date) -> Row:
        """Return the row of a list, SKU and currency that holds for a quantity on a day (R1)."""
        fitting = [row for row in self.prices[key] if row.holds(quantity, day)]
        return max(fitting, key=lambda row: row.from_quantity)

    def euro(self, currency: str, day: date) -> Decimal:
        """Return euro for one unit of a currency on a day."""
        return Decimal(1) if currency == "EUR" else self.rates[currency, day]


def grantable(session: Session) -> None:
    """Make the list that a tier of the program grants, before there is a program."""
    code, name, scope, _ = next(one for one in LISTS if one[2] is PriceScope.GRANTED)
    session.execute(insert(PriceList), [{"code": code, "name": name, "scope": scope}])


def fill(session: Session, today: date, days: int, random: Random) -> Catalogue:
    """Make products, lists, prices and rates for so many days before today."""
    products = _products(session)
    lists = _lists(session)
    prices = _prices(session, lists, products, today)
    return Catalogue(products, prices, _rates(session, today, days, random))


def _products(session: Session) -> dict[str, int]:
    rows = [
        {
            "sku": sku,
            "name": name,
            "category": category,
            "subcategory": subcategory,
            "list_price": Decimal(price),
            "currency": "EUR",
            "active": sku != "BAT-03",
        }
        for sku, name, category, subcategory, price in RANGE
    ]
    ids = session.scalars(insert(Product).returning(Product.id, sort_by_parameter_order=True), rows)
    return {row[0]: number for row, number in zip(RANGE, ids, strict=True)}


def _lists(session: Session) -> dict[str, int]:
    distributor = session.scalar(select(PartnerType.id).where(PartnerType.name == "Distributor"))
    lists = {one.code: one.id for one in session.scalars(select(PriceList))}
    rows = [
        {
            "code": code,
            "name": name,
            "scope": scope,
            "partner_type_id": distributor if scope is PriceScope.TYPE else None,
        }
        for code, name, scope, _ in LISTS
        if code not in lists
    ]
    made = session.execute(insert(PriceList).returning(PriceList.code, PriceList.id), rows)
    return lists | {code: number for code, number in made}  # noqa: C416 - rows, not pairs


def _prices(
    session: Session, lists: dict[str, int], products: dict[str, int], today: date
) -> dict[tuple[str, str, str], list[Row]]:
    told = [
        (code, sku, currency, *priced)
        for code, _, scope, part in LISTS
        for sku, _, _, _, euro in RANGE[:-1]
        for currency in (("JPY",) if scope is PriceScope.PERSONAL else CURRENCIES)
        for priced in _periods(code, Decimal(euro) * Decimal(part), currency, today - timedelta(days=RISE))
    ]
    rows = [
        {
            "price_list_id": lists[code],
            "product_id": products[sku],
            "currency": currency,
            "min_quantity": Decimal(quantity),
            "valid_from": begins,
            "valid_to": None if ends == date.max else ends,
            "unit_price": unit_price,
        }
        for code, sku, currency, quantity, begins, ends, unit_price in told
    ]
    ids = session.scalars(insert(Price).returning(Price.id, sort_by_parameter_order=True), rows)
    prices: dict[tuple[str, str, str], list[Row]] = {}
    for number, (code, sku, currency, quantity, begins, ends, unit_price) in zip(ids, told, strict=True):
        row = Row(number, quantity, begins, ends, unit_price)
        prices.setdefault((code, sku, currency), []).append(row)
    return prices


def _periods(
    code: str, euro: Decimal, currency: str, rose: date
) -> Iterator[tuple[int, date, date, Decimal]]:
    """Yield from which quantity and day to which day, and the price: the base list's rose once."""
    if code == "BASE":
        yield 1, date.min, rose - timedelta(days=1), _price(euro / Decimal("1.04"), currency)
        yield 1, rose, date.max, _price(euro, currency)
    else:
        for quantity, share in BREAKS.get(code, ((1, "1"),)):
            yield quantity, date.min, date.max, _price(euro * Decimal(share), currency)


def _price(euro: Decimal, currency: str) -> Decimal:
    """Return a price in a currency, rounded as price lists are."""
    local = euro / Decimal(RATES.get(currency, "1"))
    step = STEPS.get(currency, Decimal("0.5"))
    return max((local / step).quantize(Decimal(1)), Decimal(1)) * step


def assign(session: Session, partners: dict[str, Partner], today: date) -> None:
    """Kuroshio has had its own list for a year; Minamori shares it until the end of the coming quarter."""
    begun = today - timedelta(days=360)
    price_list = session.scalars(select(PriceList.id).where(PriceList.code == "KUROSHIO")).one()
    rows = [
        {
            "price_list_id": price_list,
            "partner_id": partners["KUROSHIO"].id,
            "valid_from": begun,
            "valid_to": None,
        },
        {
            "price_list_id": price_list,
            "partner_id": partners["MINAMORI"].id,
            "valid_from": today - timedelta(days=45),
            "valid_to": today + timedelta(days=90),
        },
    ]
    session.execute(insert(PriceListPartner), rows)


def _rates(session: Session, today: date, days: int, random: Random) -> dict[tuple[str, date], Decimal]:
    """Return a rate for every currency and day, each a small step from the day before."""
    rates: dict[tuple[str, date], Decimal] = {}
    for currency, first in RATES.items():
        rate = home = Decimal(first)
        for back in range(days, -1, -1):
            drift = (home - rate) / 60
            rate += drift + rate * Decimal(random.randint(-30, 30)) / 10_000
            rate = rate.quantize(Decimal("0.00000001"))
            rates[currency, today - timedelta(days=back)] = rate
    rows = [{"currency": currency, "day": day, "rate": rate} for (currency, day), rate in rates.items()]
    session.execute(insert(ExchangeRate), rows)
    return rates
