"""Turn the budgets of Adventure Works' own organisations into funds that `accord import` takes.

    python examples/adventureworks/ledger.py DATA LINES OUT

DATA holds the raw CSV files, LINES is the file of ledger lines (rows of FactFinance of the accounts 71, Conferences, and
72, Marketing Collateral), OUT gets one file per import kind. Each organisation is a partner of the type Organisation whose
departmental budget is a fund without a limit: what was budgeted is credited, what was spent is debited.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from examples.adapting import Files, adapt
from examples.adventureworks import channel
from examples.sheets import Row, by_key, read, shortest

TYPE, FUND = "Organisation", "Departmental budget"
PARTNERSHIP_FROM, PARTNERSHIP_TO = "2010-12-01", "2014-12-31"
KINDS = {"2": "credit", "1": "debit"}
"""Scenario 2 is Budget, 1 is Actual."""


def files(raw: Path, lines: Path) -> Files:
    """Give the rows of each import kind, in the order in which they are imported."""
    return {
        "operating-companies": channel.operating_companies(raw),
        "partner-types": partner_types(),
        "partners": partners(raw, lines),
        "partnerships": partnerships(raw, lines),
        "fund-types": fund_types(),
        "fund-entries": fund_entries(raw, lines),
    }


def partner_types() -> Iterator[Row]:
    """Give the one type."""
    yield {"name": TYPE}


def organisations(raw: Path, lines: Path) -> list[Row]:
    """Give the organisations that have ledger lines, in the order of their keys."""
    used = {line["OrganizationKey"] for line in read(lines.parent, lines.stem)}
    known = by_key(raw, "DimOrganization", "OrganizationKey")
    return [known[key] for key in sorted(used, key=int)]


def code(organisation_key: str) -> str:
    """Give the partner code of an organisation."""
    return f"ORG-{organisation_key}"


def partners(raw: Path, lines: Path) -> Iterator[Row]:
    """Give every organisation with its currency, at the operating company that has its name."""
    currencies = by_key(raw, "DimCurrency", "CurrencyKey")
    companies = {name: channel.company_code(region) for region, (name, _) in channel.TERRITORIES.items()}
    for organisation in organisations(raw, lines):
        name = organisation["OrganizationName"]
        yield {
            "code": code(organisation["OrganizationKey"]),
            "name": name,
            "type": TYPE,
            "operating_company": companies[name],
            "currency": currencies[organisation["CurrencyKey"]]["CurrencyAlternateKey"],
        }


def partnerships(raw: Path, lines: Path) -> Iterator[Row]:
    """Give every organisation one partnership over all the days of the ledger."""
    for organisation in organisations(raw, lines):
        yield {
            "partner_code": code(organisation["OrganizationKey"]),
            "start_on": PARTNERSHIP_FROM,
            "due_on": PARTNERSHIP_TO,
        }


def fund_types() -> Iterator[Row]:
    """Give the one type of fund: a budget that may be overspent as far as the organisation did."""
    yield {
        "name": FUND,
        "description": "What an organisation budgeted for marketing, and what it spent",
        "overdraft": "unlimited",
        "by_itself": "no",
    }


def fund_entries(raw: Path, lines: Path) -> Iterator[Row]:
    """Give every ledger line as an entry, its amount in the shortest form of its double."""
    organisations_ = by_key(raw, "DimOrganization", "OrganizationKey")
    currencies = by_key(raw, "DimCurrency", "CurrencyKey")
    accounts = by_key(raw, "DimAccount", "AccountKey")
    departments = by_key(raw, "DimDepartmentGroup", "DepartmentGroupKey")
    for line in read(lines.parent, lines.stem):
        account, department = accounts[line["AccountKey"]], departments[line["DepartmentGroupKey"]]
        organisation = organisations_[line["OrganizationKey"]]
        yield {
            "key": f"FF-{line['FinanceKey']}",
            "partner_code": code(line["OrganizationKey"]),
            "fund": FUND,
            "day": line["Date"].partition(" ")[0],
            "kind": KINDS[line["ScenarioKey"]],
            "amount": shortest(line["Amount"]),
            "currency": currencies[organisation["CurrencyKey"]]["CurrencyAlternateKey"],
            "description": f"{account['AccountDescription']}, {department['DepartmentGroupName']}",
        }


def main() -> None:
    """Adapt what the command line names, and print what was written."""
    parser = argparse.ArgumentParser(description="Turn AdventureWorks' ledger lines into funds of Accord.")
    parser.add_argument("raw", type=Path, metavar="DATA", help="folder with the raw CSV files")
    parser.add_argument("lines", type=Path, metavar="LINES", help="the CSV file of ledger lines")
    parser.add_argument("out", type=Path, metavar="OUT", help="folder for the files to import")
    arguments = parser.parse_args()
    try:
        counts = adapt(files(arguments.raw, arguments.lines), arguments.out)
    except FileNotFoundError as missing:
        sys.exit(
            f"{missing.filename} is missing. README.md beside the adapter says where the files come from."
        )
    for kind, count in counts.items():
        sys.stdout.write(f"{kind:<20} {count:>8,}\n")


if __name__ == "__main__":
    main()
