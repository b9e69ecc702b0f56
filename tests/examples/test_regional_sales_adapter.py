"""The Regional Sales adapter on two accounts and three deals, made by hand."""

import csv
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from examples.adapting import adapt
from examples.regional_sales import adapt as regional_sales

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "ms_regional_sales"

RAW = {
    "Accounts": """Account Name,State or Province,AccountSeq,IndustrySeq,Account Number
A. Datum Corporation  (U.S.),NC,1000,20,AN-100001
Fay Inc,GA,1001,0,AN-100002
""",
    "Industries": "Industry,IndustrySeq\nn/a,0\nMajor Banks,20\n",
    "Products": 'Product,ProductSeq,Product Category\n"Black cover 6""",8,Accessories\n',
    "Owners": "Owner,Manager,SystemUserSeq\nDavid So,Amelie Garner,4\n",
    "Opportunities": """Status,Sales Stage,Value,Probability,AccountSeq,OpportunitySeq,ProductSeq,SystemUserSeq,Opportunity Created On,CloseDate
Won,1-Qualify,4545,0.1,1000,14079,8,4,2021-08-17,2021-11-01
Lost,3-Propose,10,0.5,1000,14080,8,4,2021-08-17,2021-11-02
Open,2-Develop,7,0.3,1001,14081,8,4,2021-08-17,2022-01-03
""",
}


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    for name, text in RAW.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return tmp_path


def test_a_closed_deal_has_its_closing_day_and_an_open_one_the_day_expected(raw: Path) -> None:
    won, lost, still_open = regional_sales.opportunities(raw)

    assert (won["stage"], won["closed_on"], won["expected_on"]) == ("Won", "2021-11-01", "")
    assert lost["stage"] == "Lost"
    assert (still_open["stage"], still_open["closed_on"], still_open["expected_on"]) == (
        "Develop",
        "",
        "2022-01-03",
    )


def test_names_keep_their_blanks_and_not_applicable_is_an_industry(raw: Path) -> None:
    datum, fay = regional_sales.partners(raw)

    assert datum["name"] == "A. Datum Corporation  (U.S.)"
    assert fay["type"] == "n/a"


@pytest.mark.real_data
@pytest.mark.skipif(
    not DATA.exists(), reason="THE REAL REGIONAL SALES FILES ARE NOT THERE: ../shared/data is missing"
)
def test_no_opportunity_of_the_real_files_is_lost(tmp_path: Path) -> None:
    counts = adapt(regional_sales.files(DATA), tmp_path)

    with (tmp_path / "opportunities.csv").open(encoding="utf-8", newline="") as file:
        deals = list(csv.DictReader(file))

    assert (counts["partners"], counts["opportunities"]) == (300, 20_000)
    assert Counter(deal["stage"] for deal in deals)["Won"] == 7_282
    assert sum(Decimal(deal["amount"]) for deal in deals if deal["stage"] == "Won") == 26_435_925
