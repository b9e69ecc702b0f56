"""`accord statement PARTNER_CODE/FUND_TYPE --from DAY --to DAY`: a fund's statement as PDF, CSV or JSON (F8)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.commands import CannotStart

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.models.funds.fund_reading import FundHead
    from app.models.funds.fund_statement import Statement


@click.command()
@click.argument("fund", metavar="PARTNER_CODE/FUND_TYPE")
@click.option("--from", "first", required=True, metavar="DAY", help="The first day, such as 2026-01-01.")
@click.option("--to", "last", required=True, metavar="DAY", help="The last day, not later than today.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["pdf", "csv", "json"]),
    default="pdf",
    show_default=True,
    help="Paper, or the same figures for machines.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write; “-” is the screen. A PDF goes into a file named for fund and days unless said.",
)
def statement(fund: str, first: str, last: str, form: str, out: Path | None) -> None:
    """Write the statement of a partner's fund: what it held before, every entry with its why, what it held after.

    A fund belongs to a partnership. Where the partner had several, it is the fund of the latest one that had begun by
    the last day.
    """
    from app.commands import application
    from app.funds import statement_files
    from app.models.funds import fund_statement

    days = _day(first), _day(last)
    with application() as session:
        asked = fund_statement.statement(session, _fund(session, fund, days[1]), *days)
        content = _content(session, asked, form)
        name = f"{statement_files.name(asked)}.{form}"
    if out is None and form == "pdf":
        out = Path(name)
    if out is None or str(out) == "-":
        click.echo(content, nl=False)
        return
    try:
        out.write_bytes(content)
    except OSError as trouble:
        raise CannotStart(f"{out} cannot be written: {trouble.strerror}.") from None
    click.echo(f"{out}: {asked.entries} entries, {asked.first} to {asked.last}.", err=True)


def _fund(session: Session, fund: str, last: date) -> FundHead:
    from app.models.funds.fund_reading import of_type
    from app.rules.refusals import RuleBroken

    code, slash, type_name = fund.partition("/")
    if not (code and slash and type_name):
        raise RuleBroken(
            f"“{fund}” names no fund. Write the partner's code, a slash and the type, such as ACME/Marketing fund."
        )
    known = of_type(session, code, type_name, last)
    if not known:
        raise RuleBroken(
            f"The partner “{code}” had no fund “{type_name}” by {last}. Look at the list of funds for how they are called."
        )
    return known[0]


def _content(session: Session, asked: Statement, form: str) -> bytes:
    from app.funds import statement_files
    from app.papers import statements

    if form == "pdf":
        return statements.paper(session, asked)
    return "".join(statement_files.WRITERS[form](session, asked)).encode()


def _day(text: str) -> date:
    from app.rules.refusals import RuleBroken

    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RuleBroken(f"“{text}” is not a day. Write year, month and day, such as 2026-03-31.") from None
