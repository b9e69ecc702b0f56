"""The AdventureWorks adapter on a channel of two resellers, made by hand."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from examples.adapting import adapt
from examples.adventureworks import adapt as adventureworks
from examples.adventureworks import catalogue, channel, sales
from examples.sheets import shortest

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "adventureworks_reseller"
ADAPTER = Path(adventureworks.__file__)

RAW = {
    "DimReseller": """ResellerKey,GeographyKey,ResellerAlternateKey,Phone,BusinessType,ResellerName,NumberEmployees,AddressLine1,AddressLine2,YearOpened
1,10,AW01,245-555-0173,Warehouse,Räder & Söhne,2,Roástr 2248,Hof,1974
2,11,AW02,,Specialty Bike Shop,NA,10,3207 S Grady Way,,1976
""",
    "DimGeography": """GeographyKey,City,StateProvinceCode,CountryRegionCode,EnglishCountryRegionName,PostalCode,SalesTerritoryKey
10,Kassel,HE,DE,Germany,34117,8
11,Renton,WA,US,United States,98055,1
""",
    "DimSalesTerritory": """SalesTerritoryKey,SalesTerritoryRegion,SalesTerritoryCountry
1,Northwest,United States
8,Germany,Germany
11,NA,NA
""",
    "DimEmployee": """EmployeeKey,EmailAddress
285,tsvi0@example.com
295,rachel0@example.com
""",
    "DimCurrency": """CurrencyKey,CurrencyAlternateKey
36,EUR
100,USD
""",
    "DimProductCategory": """ProductCategoryKey,EnglishProductCategoryName
1,Bikes
""",
    "DimProductSubcategory": """ProductSubcategoryKey,EnglishProductSubcategoryName,ProductCategoryKey
1,Mountain Bikes,1
""",
    "DimProduct": """ProductKey,ProductAlternateKey,ProductSubcategoryKey,EnglishProductName,ListPrice,DealerPrice,EnglishDescription,StartDate,EndDate,Status
7,BK-1,1,Mountain,33.6442,20.1865,Fast.,2011-07-01,2007-12-28,
8,BK-1,1,Mountain-100,34.9900,20.9940,Faster.,2012-07-01,,Current
9,AR-1,,Adjustable Race,,,,2003-07-01,,Current
""",
    "FactResellerSales": """ProductKey,ResellerKey,EmployeeKey,CurrencyKey,SalesOrderNumber,SalesOrderLineNumber,OrderQuantity,UnitPrice,UnitPriceDiscountPct,SalesAmount,CustomerPONumber,OrderDate
7,1,285,100,SO9,1,2,20.1865,5.0000000000000003E-2,38.3544,PO7,2011-08-01
7,1,295,36,SO10,1,1,20.1865,0.0,20.1865,PO8,2011-08-01
""",
    "FactCurrencyRate": """CurrencyKey,AverageRate,Date
36,1.5760195388598399E-3,2010-12-29 00:00:00.000
""",
    "ProspectiveBuyer": """ProspectiveBuyerKey,FirstName,MiddleName,LastName,EmailAddress,City,StateProvinceCode,Phone,Salutation
5,Adam,,Alexander,adam@example.com,Colma,WA,516-555-0187,Mr.
6,Li,J,Chen,li@example.com,Erie,PA,1 (11) 500 555-0143,
""",
}


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    folder.mkdir()
    for name, text in RAW.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def test_a_reseller_keeps_its_spelling_and_takes_currency_and_manager_from_its_latest_order(
    raw: Path,
) -> None:
    first, second = channel.partners(raw)

    assert (first["name"], first["street"]) == ("Räder & Söhne", "Roástr 2248, Hof")
    assert (first["currency"], first["manager_email"]) == ("EUR", "rachel0@example.com")
    assert (second["name"], second["currency"], second["manager_email"]) == ("NA", "USD", "")


def test_each_territory_is_an_operating_company_but_the_one_without_resellers(raw: Path) -> None:
    companies = list(channel.operating_companies(raw))

    assert [(row["code"], row["currency"]) for row in companies] == [("NORTHWEST", "USD"), ("GERMANY", "EUR")]


def test_a_price_ends_the_day_before_the_next_version_begins(raw: Path) -> None:
    dollars = [
        row for row in catalogue.prices(raw) if row["currency"] == "USD" and row["price_list"] == "LIST"
    ]

    assert [(row["valid_from"], row["valid_to"], row["unit_price"]) for row in dollars] == [
        ("2011-07-01", "2012-06-30", "33.6442"),
        ("2012-07-01", "", "34.9900"),
    ]


def test_dealers_pay_less_from_each_quantity_break_on(raw: Path) -> None:
    newest = [
        (row["min_quantity"], row["unit_price"])
        for row in catalogue.prices(raw)
        if row["currency"] == "GBP" and row["price_list"] == "DEALER" and not row["valid_to"]
    ]

    assert newest == [
        ("1", "20.9940"),
        ("11", "20.2942"),
        ("15", "19.2445"),
        ("25", "17.4950"),
        ("41", "15.7455"),
    ]


def test_versions_of_a_product_become_one_product_as_the_newest_says(raw: Path) -> None:
    bike, race = catalogue.products(raw)

    assert (bike["name"], bike["category"], bike["list_price"], bike["active"]) == (
        "Mountain-100",
        "Bikes",
        "34.9900",
        "yes",
    )
    assert (race["list_price"], race["currency"]) == ("", "")


def test_lines_and_rates_come_through_as_they_stand(raw: Path) -> None:
    lines = list(sales.order_lines(raw))
    (rate,) = sales.exchange_rates(raw)

    assert [line["discount"] for line in lines] == ["0.05", "0.0"]
    assert lines[0]["amount"] == "38.3544"
    assert rate == {"currency": "EUR", "day": "2010-12-29", "rate": "1.5760195388598399E-3"}


def test_a_prospective_buyer_becomes_a_lead_that_belongs_to_nobody(raw: Path) -> None:
    adam, li = sales.leads(raw)

    assert (adam["key"], adam["contact"], adam["country"], adam["created_on"]) == (
        "PB-5",
        "Mr. Adam Alexander",
        "US",
        "2011-08-01",
    )
    assert (li["contact"], li["country"]) == ("Li J Chen", "")


@pytest.mark.parametrize(
    ("number", "printed"),
    [
        ("5.0000000000000003E-2", "0.05"),
        ("0.14999999999999999", "0.15"),
        ("1E-7", "0.0000001"),
        ("0.0", "0.0"),
    ],
)
def test_a_number_is_printed_in_the_shortest_form_of_its_double(number: str, printed: str) -> None:
    assert shortest(number) == printed


def test_the_adapter_runs_as_a_script_and_names_a_missing_file(raw: Path, tmp_path: Path) -> None:
    def run(folder: Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(ADAPTER), str(folder), str(tmp_path / "out")]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    good, bad = run(raw), run(tmp_path)

    assert (good.returncode, bad.returncode) == (0, 1)
    assert "order-lines                 2" in good.stdout
    assert "DimSalesTerritory.csv is missing" in bad.stderr


@pytest.mark.real_data
@pytest.mark.skipif(
    not DATA.exists(), reason="THE REAL ADVENTUREWORKS FILES ARE NOT THERE: ../shared/data is missing"
)
def test_no_row_of_the_real_files_is_lost(tmp_path: Path) -> None:
    counts = adapt(adventureworks.files(DATA), tmp_path)

    assert counts == {
        "operating-companies": 10,
        "partner-types": 3,
        "partners": 701,
        "partnerships": 701,
        "products": 504,
        "price-lists": 2,
        "prices": 395 * 5 * 6,
        "exchange-rates": 14_264,
        "leads": 2_059,
        "order-lines": 60_855,
    }
    with (tmp_path / "order-lines.csv").open(encoding="utf-8", newline="") as file:
        assert len({row["order_number"] for row in csv.DictReader(file)}) == 3_796
