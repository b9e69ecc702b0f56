"""Order lines, exchange rates and leads of AdventureWorks."""

from collections.abc import Iterator
from pathlib import Path

from examples.sheets import Row, by_key, read, shortest


def order_lines(folder: Path) -> Iterator[Row]:
    """Give every line as sold. Its price is its own: 36,301 lines are older than the version they name."""
    skus = by_key(folder, "DimProduct", "ProductKey")
    partners = by_key(folder, "DimReseller", "ResellerKey")
    currencies = by_key(folder, "DimCurrency", "CurrencyKey")
    for line in read(folder, "FactResellerSales"):
        yield {
            "order_number": line["SalesOrderNumber"],
            "line": line["SalesOrderLineNumber"],
            "partner_code": partners[line["ResellerKey"]]["ResellerAlternateKey"],
            "ordered_on": line["OrderDate"],
            "currency": currencies[line["CurrencyKey"]]["CurrencyAlternateKey"],
            "sku": skus[line["ProductKey"]]["ProductAlternateKey"],
            "quantity": line["OrderQuantity"],
            "unit_price": line["UnitPrice"],
            "discount": shortest(line["UnitPriceDiscountPct"]),
            "amount": line["SalesAmount"],
            "customer_reference": line["CustomerPONumber"],
        }


def exchange_rates(folder: Path) -> Iterator[Row]:
    """Give the average rate of each day, US dollars per 1 unit, in the text that stands there."""
    currencies = by_key(folder, "DimCurrency", "CurrencyKey")
    for rate in read(folder, "FactCurrencyRate"):
        yield {
            "currency": currencies[rate["CurrencyKey"]]["CurrencyAlternateKey"],
            "day": rate["Date"].partition(" ")[0],
            "rate": rate["AverageRate"],
        }


def leads(folder: Path) -> Iterator[Row]:
    """Give the prospective buyers: a pool of persons, so the person stands for the company too.

    The list carries no day; every lead is created on the day of the newest order in the files. The key is
    ProspectiveBuyerKey, since ProspectAlternateKey repeats.
    """
    created_on = max(line["OrderDate"] for line in read(folder, "FactResellerSales"))
    countries = {row["StateProvinceCode"]: row["CountryRegionCode"] for row in read(folder, "DimGeography")}
    for buyer in read(folder, "ProspectiveBuyer"):
        names = (buyer["FirstName"], buyer["MiddleName"], buyer["LastName"])
        name = " ".join(part for part in names if part)
        yield {
            "key": f"PB-{buyer['ProspectiveBuyerKey']}",
            "company": name,
            "contact": f"{buyer['Salutation']} {name}".strip(),
            "email": buyer["EmailAddress"],
            "phone": buyer["Phone"],
            "country": countries.get(buyer["StateProvinceCode"], ""),
            "region": buyer["StateProvinceCode"],
            "city": buyer["City"],
            "source": "ProspectiveBuyer",
            "created_on": created_on,
        }
