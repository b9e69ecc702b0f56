"""The adapter of AdventureWorks' ledger lines, on two lines made by hand (F4)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from examples.adventureworks import ledger

RAW = {
    "DimOrganization": "OrganizationKey,OrganizationName,CurrencyKey\n3,Northeast Division,100\n8,Canadian Division,19\n",
    "DimCurrency": "CurrencyKey,CurrencyAlternateKey\n19,CAD\n100,USD\n",
    "DimAccount": "AccountKey,AccountDescription\n71,Conferences\n72,Marketing Collateral\n",
    "DimDepartmentGroup": "DepartmentGroupKey,DepartmentGroupName\n1,Corporate\n7,Sales and Marketing\n",
    "DimSalesTerritory": "SalesTerritoryRegion,SalesTerritoryCountry\nCanada,Canada\nNortheast,United States\n",
    "lines": (
        "FinanceKey,OrganizationKey,DepartmentGroupKey,ScenarioKey,AccountKey,Amount,Date\n"
        "16,8,1,1,71,37.450000000000003,2010-12-29 00:00:00.000\n"
        "17,8,7,2,72,70.0,2011-01-29 00:00:00.000\n"
    ),
}


def folder(tmp_path: Path) -> Path:
    for name, text in RAW.items():
        (tmp_path / f"{name}.csv").write_text(text)
    return tmp_path


def test_each_line_becomes_an_entry_of_its_organisation(tmp_path: Path) -> None:
    """F4: Budget is credited, Actual debited, in the shortest form of the double."""
    raw = folder(tmp_path)

    files = {kind: list(rows) for kind, rows in ledger.files(raw, raw / "lines.csv").items()}

    assert [list(row.values()) for row in files["fund-entries"]] == [
        [
            "FF-16",
            "ORG-8",
            "Departmental budget",
            "2010-12-29",
            "debit",
            "37.45",
            "CAD",
            "Conferences, Corporate",
        ],
        [
            "FF-17",
            "ORG-8",
            "Departmental budget",
            "2011-01-29",
            "credit",
            "70.0",
            "CAD",
            "Marketing Collateral, Sales and Marketing",
        ],
    ]
    assert files["partners"] == [
        {
            "code": "ORG-8",
            "name": "Canadian Division",
            "type": "Organisation",
            "operating_company": "CANADA",
            "currency": "CAD",
        }
    ]
    assert files["partnerships"] == [
        {"partner_code": "ORG-8", "start_on": "2010-12-01", "due_on": "2014-12-31"}
    ]
    assert files["fund-types"][0]["overdraft"] == "unlimited"


def test_the_command_says_what_is_missing(tmp_path: Path) -> None:
    """It writes every file, or names the one that is not there."""
    raw = folder(tmp_path)

    def run(lines: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, ledger.__file__, str(raw), str(raw / lines), str(tmp_path / "out")]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    good, bad = run("lines.csv"), run("none.csv")

    assert (good.returncode, bad.returncode) == (0, 1)
    assert "fund-entries                2" in good.stdout
    assert "none.csv is missing" in bad.stderr
