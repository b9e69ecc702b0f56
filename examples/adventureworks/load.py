"""Load the AdventureWorks channel, and its own organisations' budgets: `make adventureworks DATA=folder [LEDGER=file]`."""

import sys
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Contact, Person
from app.models.person import fold_address
from examples.adventureworks import adapt, ledger
from examples.loading import Channel, from_command_line
from examples.sheets import read

YEAR_ENDS = [date(year, 12, 31) for year in range(2010, 2014)]


def channel(raw: Path) -> Channel:
    """Give the channel whose raw files are in a folder."""
    program = Path(__file__).parent / "program.yaml"
    return Channel(program, adapt.files(raw), YEAR_ENDS, lambda session: add_managers(session, raw))


def add_managers(session: Session, raw: Path) -> None:
    """Know the sales people by name, as the partners' managers; without roles, so none of them can enter."""
    known = set(session.scalars(select(Contact.email)))
    for employee in read(raw, "DimEmployee"):
        email = fold_address(employee["EmailAddress"])
        if employee["SalesPersonFlag"] == "1" and email not in known:
            name = f"{employee['FirstName']} {employee['LastName']}"
            Person.join(
                session,
                name=name,
                email=email,
                roles=[],
                by=None,
                title=employee["Title"],
                phone=employee["Phone"],
            )


if __name__ == "__main__":
    from_command_line(channel, ledger.files)
