"""Products, price lists and prices of AdventureWorks.

DimProduct holds one row per *version* of a product: a version begins on its StartDate. Its EndDate is not
used: wherever one is given (200 of 606 rows) it lies years before the StartDate. A version's prices end on the
day before the next version of the same SKU begins; those of the newest version have no end.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from examples.sheets import Row, by_key, read

CURRENCIES = ("USD", "CAD", "AUD", "EUR", "GBP")
"""A price is the same number in each currency the vendor sells in."""

DEALER_BREAKS = {"11": Decimal("0.58"), "15": Decimal("0.55"), "25": Decimal("0.50"), "41": Decimal("0.45")}
"""From this quantity on a dealer pays this share of the list price; below 11 it pays DealerPrice."""

LIST, DEALER = "LIST", "DEALER"


def versions(folder: Path) -> dict[str, list[Row]]:
    """Give the versions of each SKU, oldest first."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in read(folder, "DimProduct"):
        found[row["ProductAlternateKey"]].append(row)
    return {sku: sorted(rows, key=lambda row: row["StartDate"]) for sku, rows in found.items()}


def products(folder: Path) -> Iterator[Row]:
    """Give one product per SKU as its newest version says; a product without a current version is not active."""
    subcategories = by_key(folder, "DimProductSubcategory", "ProductSubcategoryKey")
    categories = by_key(folder, "DimProductCategory", "ProductCategoryKey")
    for sku, rows in versions(folder).items():
        newest = rows[-1]
        subcategory = subcategories.get(newest["ProductSubcategoryKey"], {})
        category = categories.get(subcategory.get("ProductCategoryKey", ""), {})
        yield {
            "sku": sku,
            "name": newest["EnglishProductName"],
            "category": category.get("EnglishProductCategoryName", ""),
            "subcategory": subcategory.get("EnglishProductSubcategoryName", ""),
            "list_price": newest["ListPrice"],
            "currency": "USD" if newest["ListPrice"] else "",
            "active": "yes" if newest["Status"] == "Current" else "no",
            "description": newest["EnglishDescription"],
        }


def price_lists() -> Iterator[Row]:
    """Give the two lists: every reseller buys from the dealer list; the list prices are there to compare with."""
    yield {"code": DEALER, "name": "Dealer", "scope": "base", "partner_type": ""}
    yield {"code": LIST, "name": "List", "scope": "granted", "partner_type": ""}


def prices(folder: Path) -> Iterator[Row]:
    """Give every price of every version in every currency and quantity break."""
    for sku, rows in versions(folder).items():
        followers: list[Row | None] = [*rows[1:], None]
        for version, follower in zip(rows, followers, strict=True):
            if version["ListPrice"]:
                yield from _prices_of(sku, version, follower)


def _prices_of(sku: str, version: Row, follower: Row | None) -> Iterator[Row]:
    valid_to = _day_before(follower["StartDate"]) if follower else ""
    for currency in CURRENCIES:
        for price_list, min_quantity, unit_price in _lists_of(version):
            yield {
                "price_list": price_list,
                "sku": sku,
                "currency": currency,
                "min_quantity": min_quantity,
                "valid_from": version["StartDate"],
                "valid_to": valid_to,
                "unit_price": unit_price,
            }


def _lists_of(version: Row) -> Iterator[tuple[str, str, str]]:
    yield LIST, "1", version["ListPrice"]
    yield DEALER, "1", version["DealerPrice"]
    for min_quantity, share in DEALER_BREAKS.items():
        price = Decimal(version["ListPrice"]) * share
        yield DEALER, min_quantity, str(price.quantize(Decimal("0.0001"), ROUND_HALF_UP))


def _day_before(day: str) -> str:
    return str(date.fromisoformat(day) - timedelta(days=1))
