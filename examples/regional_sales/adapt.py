"""Turn Microsoft's Regional Sales sample into files that `accord import` takes.

    python examples/regional_sales/adapt.py IN OUT

IN holds the raw CSV files (see README.md beside this one), OUT gets one file per import kind. Nothing is cleaned.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from examples.adapting import Files, from_command_line
from examples.sheets import Row, by_key, read, shortest

STAGES = {"1-Qualify": "Qualify", "2-Develop": "Develop", "3-Propose": "Propose", "4-Close": "Close"}
"""Stages of open deals, as Accord ships them; a deal that is won or lost is in the stage of that name."""

PARTNERSHIP_FROM, PARTNERSHIP_TO = "2019-01-01", "2022-12-31"


def operating_companies() -> Iterator[Row]:
    """Give the one company: every account is in the United States and every amount in US dollars."""
    yield {
        "code": "US",
        "name": "United States",
        "country": "US",
        "currency": "USD",
        "time_zone": "America/New_York",
    }


def partner_types(folder: Path) -> Iterator[Row]:
    """Give the industries, `n/a` too, which is one of them."""
    for industry in read(folder, "Industries"):
        yield {"name": industry["Industry"]}


def partners(folder: Path) -> Iterator[Row]:
    """Give every account; its industry is its type, its state its region."""
    industries = by_key(folder, "Industries", "IndustrySeq")
    for account in read(folder, "Accounts"):
        yield {
            "code": account["Account Number"],
            "name": account["Account Name"],
            "type": industries[account["IndustrySeq"]]["Industry"],
            "operating_company": "US",
            "country": "US",
            "region": account["State or Province"],
            "currency": "USD",
        }


def partnerships(folder: Path) -> Iterator[Row]:
    """Give every account one partnership over all the years of the data; tiers are earned, not given."""
    for account in read(folder, "Accounts"):
        yield {
            "partner_code": account["Account Number"],
            "start_on": PARTNERSHIP_FROM,
            "due_on": PARTNERSHIP_TO,
        }


def products(folder: Path) -> Iterator[Row]:
    """Give the products; they have a number and no price."""
    for product in read(folder, "Products"):
        yield {
            "sku": product["ProductSeq"],
            "name": product["Product"],
            "category": product["Product Category"],
        }


def opportunities(folder: Path) -> Iterator[Row]:
    """Give every opportunity: CloseDate is the closing day of a won or lost one, of an open one the day expected."""
    accounts = by_key(folder, "Accounts", "AccountSeq")
    products_sold = by_key(folder, "Products", "ProductSeq")
    owners = by_key(folder, "Owners", "SystemUserSeq")
    for deal in read(folder, "Opportunities"):
        account = accounts[deal["AccountSeq"]]
        is_open = deal["Status"] == "Open"
        yield {
            "key": deal["OpportunitySeq"],
            "name": products_sold[deal["ProductSeq"]]["Product"],
            "partner_code": account["Account Number"],
            "customer": account["Account Name"],
            "stage": STAGES[deal["Sales Stage"]] if is_open else deal["Status"],
            "amount": deal["Value"],
            "currency": "USD",
            "created_on": deal["Opportunity Created On"],
            "expected_on": deal["CloseDate"] if is_open else "",
            "closed_on": "" if is_open else deal["CloseDate"],
            "sku": deal["ProductSeq"],
            "probability": shortest(deal["Probability"]),
            "owner": owners[deal["SystemUserSeq"]]["Owner"],
        }


def files(raw: Path) -> Files:
    """Give the rows of each import kind, in the order in which they are imported."""
    return {
        "operating-companies": operating_companies(),
        "partner-types": partner_types(raw),
        "partners": partners(raw),
        "partnerships": partnerships(raw),
        "products": products(raw),
        "opportunities": opportunities(raw),
    }


if __name__ == "__main__":
    from_command_line(files, "Turn Regional Sales files into files of Accord's import kinds.")
