"""Operating companies, partners and partnerships of AdventureWorks."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from examples.sheets import Row, by_key, read

PARTNERSHIP_FROM, PARTNERSHIP_TO = "2010-01-01", "2014-12-31"

TERRITORIES = {
    "Northwest": ("Northwest Division", "America/Los_Angeles"),
    "Northeast": ("Northeast Division", "America/New_York"),
    "Central": ("Central Division", "America/Chicago"),
    "Southwest": ("Southwest Division", "America/Los_Angeles"),
    "Southeast": ("Southeast Division", "America/New_York"),
    "Canada": ("Canadian Division", "America/Toronto"),
    "France": ("France", "Europe/Paris"),
    "Germany": ("Germany", "Europe/Berlin"),
    "Australia": ("Australia", "Australia/Sydney"),
    "United Kingdom": ("United Kingdom", "Europe/London"),
}
"""The organisation that serves each sales territory, as DimOrganization names it (it has none for the United
Kingdom), and its time zone, which the files do not say."""

COUNTRIES = {
    "United States": ("US", "USD"),
    "Canada": ("CA", "CAD"),
    "France": ("FR", "EUR"),
    "Germany": ("DE", "EUR"),
    "Australia": ("AU", "AUD"),
    "United Kingdom": ("GB", "GBP"),
}
"""Code and currency of each country, as DimGeography and DimCurrency write them."""


class Habit(NamedTuple):
    """What a reseller's latest order says about it."""

    ordered: tuple[str, int, str]
    currency: str
    employee: str


def operating_companies(folder: Path) -> Iterator[Row]:
    """Give one per sales territory; the territory `NA` has no reseller."""
    for territory in read(folder, "DimSalesTerritory"):
        region = territory["SalesTerritoryRegion"]
        if region in TERRITORIES:
            name, time_zone = TERRITORIES[region]
            country, currency = COUNTRIES[territory["SalesTerritoryCountry"]]
            yield {
                "code": company_code(region),
                "name": name,
                "country": country,
                "currency": currency,
                "time_zone": time_zone,
            }


def company_code(region: str) -> str:
    """Give the code of the operating company of a sales territory: `United Kingdom` is `UNITED-KINGDOM`."""
    return region.upper().replace(" ", "-")


def partner_types(folder: Path) -> Iterator[Row]:
    """Give the kinds of business among the resellers."""
    for name in sorted({row["BusinessType"] for row in read(folder, "DimReseller")}):
        yield {"name": name}


def partners(folder: Path) -> Iterator[Row]:
    """Give every reseller; currency and manager are those of its latest order, without orders the country's."""
    places = by_key(folder, "DimGeography", "GeographyKey")
    territories = by_key(folder, "DimSalesTerritory", "SalesTerritoryKey")
    employees = by_key(folder, "DimEmployee", "EmployeeKey")
    currencies = by_key(folder, "DimCurrency", "CurrencyKey")
    habits = latest_orders(folder)
    for reseller in read(folder, "DimReseller"):
        place = places[reseller["GeographyKey"]]
        region = territories[place["SalesTerritoryKey"]]["SalesTerritoryRegion"]
        habit = habits.get(reseller["ResellerKey"])
        street = (reseller["AddressLine1"], reseller["AddressLine2"])
        yield {
            "code": reseller["ResellerAlternateKey"],
            "name": reseller["ResellerName"],
            "type": reseller["BusinessType"],
            "operating_company": company_code(region),
            "country": place["CountryRegionCode"],
            "region": region,
            "city": place["City"],
            "postal_code": place["PostalCode"],
            "street": ", ".join(line for line in street if line),
            "phone": reseller["Phone"],
            "currency": currencies[habit.currency]["CurrencyAlternateKey"] if habit else _currency_of(place),
            "manager_email": employees[habit.employee]["EmailAddress"] if habit else "",
            "employees": reseller["NumberEmployees"],
            "founded": reseller["YearOpened"],
        }


def latest_orders(folder: Path) -> dict[str, Habit]:
    """Give the latest order of each reseller that ordered: by order day, then by order number."""
    latest: dict[str, Habit] = {}
    for line in read(folder, "FactResellerSales"):
        number = line["SalesOrderNumber"]
        habit = Habit((line["OrderDate"], len(number), number), line["CurrencyKey"], line["EmployeeKey"])
        known = latest.get(line["ResellerKey"])
        if known is None or habit.ordered > known.ordered:
            latest[line["ResellerKey"]] = habit
    return latest


def partnerships(folder: Path) -> Iterator[Row]:
    """Give every reseller one partnership over all the years of the data; tiers are earned, not given."""
    for reseller in read(folder, "DimReseller"):
        yield {
            "partner_code": reseller["ResellerAlternateKey"],
            "start_on": PARTNERSHIP_FROM,
            "due_on": PARTNERSHIP_TO,
        }


def _currency_of(place: Row) -> str:
    return COUNTRIES[place["EnglishCountryRegionName"]][1]
