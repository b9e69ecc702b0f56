"""`accord assess`: the verdict of every partner on a day, as a table, CSV or JSON; `--apply` keeps it."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from app.models.assessing import Obligation, Standing, Step
    from app.models.assessing.records import Record

COLUMNS = ("partner_code", "partner_type", "tier", "parameter", "current", "target", "score", "met")
NUMBERS = frozenset({COLUMNS.index("current"), COLUMNS.index("target"), COLUMNS.index("score")})
PLACES = 6
EXPLAINED = (*COLUMNS, "tier_held", "of_tier", "records")
Behind = Mapping[tuple[int, str], "list[Record]"]


@click.command()
@click.option("--on", "day", required=True, metavar="DAY", help="The day asked for, such as 2013-12-31.")
@click.option("--partner", metavar="CODE", help="One partner only.")
@click.option("--apply", "applies", is_flag=True, help="Store the verdicts and let the policies move tiers.")
@click.option("--explain", is_flag=True, help="Add the tier held, every tier's obligations and the records.")
@click.option(
    "--format", "shape", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True
)
def assess(day: str, partner: str | None, shape: str, *, applies: bool, explain: bool) -> None:
    """Say which tier every partner has earned on a day, and why."""
    from app.commands import application
    from app.models import Cause
    from app.models.assessing import live, storing
    from app.models.assessing.records import every_record

    on = _day(day)
    with application() as session:
        ids = None if partner is None else [_partner(session, partner)]
        if applies:
            storing.store(session, on, ids, cause=Cause.COMMAND)
        standings = live.assess(session, on, ids)
        behind = every_record(session, standings) if explain or shape == "json" else {}
    WRITERS[shape](standings, behind, explain)


def _day(text: str) -> date:
    from app.rules.periods import ASKABLE
    from app.rules.refusals import RuleBroken

    try:
        if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError(text)
        on = date.fromisoformat(text)
    except ValueError:
        raise RuleBroken(f"“{text}” is not a day. Write year, month and day, such as 2013-12-31.") from None
    if on not in ASKABLE:
        raise RuleBroken(f"Choose a day of {ASKABLE}.")
    return on


def _partner(session: Any, code: str) -> int:
    from sqlalchemy import select

    from app.models import Partner
    from app.rules.refusals import RuleBroken

    found: int | None = session.scalar(select(Partner.id).where(Partner.code == code))
    if found is None:
        raise RuleBroken(f"There is no partner with the code “{code}”.")
    return found


def rows(standing: Standing) -> Iterator[tuple[str, ...]]:
    """One row per obligation category, against the tier above the one earned; one empty row when nothing is asked."""
    first = (standing.subject.partner_code, standing.subject.partner_type, standing.earned.name)
    compared = standing.compared_with
    asked = {one.category: one for one in compared.obligations} if compared else {}
    for category in standing.ladder.asked_for if standing.ladder else ():
        yield (
            *first,
            category,
            *(_cells(asked[category]) if category in asked else _only_current(standing, category)),
        )
    if not standing.ladder or not standing.ladder.asked_for:
        yield (*first, "", "", "", "", "")


def _cells(one: Obligation) -> tuple[str, str, str, str]:
    from app.models.assessing.recording import exact, written
    from app.rules.program_values import plain

    current = "" if one.value is None else written(one.value)
    return current, plain(one.target), exact(one.earned), _yes(met=one.met)


def _only_current(standing: Standing, category: str) -> tuple[str, str, str, str]:
    """A category that only another tier asks for: measured, and compared with nothing."""
    from decimal import Decimal

    from app.models.assessing.recording import written

    current = (standing.currents or {}).get(category)
    return (written(current) if isinstance(current, Decimal) else "", "", "", "")


def _yes(*, met: bool) -> str:
    return "yes" if met else "no"


def _write_csv(standings: Sequence[Standing], behind: Behind, explain: bool) -> None:  # noqa: FBT001 - one of three alike
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(EXPLAINED if explain else COLUMNS)
    for standing in standings:
        writer.writerows(_explained(standing, behind) if explain else rows(standing))


def _explained(standing: Standing, behind: Behind) -> Iterator[tuple[str, ...]]:
    """Every tier's obligations, with the tier held and how many records count."""
    first = (standing.subject.partner_code, standing.subject.partner_type, standing.earned.name)
    asked = [(step, one) for step in standing.steps for one in step.obligations]
    for step, one in asked:
        records = str(len(behind.get((standing.subject.partner_id, one.category), ())))
        yield (*first, one.category, *_cells(one), standing.held.name, step.name, records)
    if not asked:
        yield (*first, "", "", "", "", "", standing.held.name, "", "0")


def _write_json(standings: Sequence[Standing], behind: Behind, _explain: bool) -> None:  # noqa: FBT001 - one of three alike
    json.dump([_as_json(one, behind) for one in standings], sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")


def _as_json(standing: Standing, behind: Behind) -> dict[str, Any]:
    from app.models.assessing.recording import figures_of

    subject = standing.subject
    return {
        "partner_code": subject.partner_code,
        "partner_type": subject.partner_type,
        "on": standing.on.isoformat(),
        "active": subject.active,
        "tier": standing.earned.name,
        "tier_held": standing.held.name,
        "at_risk_until": standing.at_risk_until and standing.at_risk_until.isoformat(),
        "parameters": [_parameter(row) for row in rows(standing) if row[3]],
        "tiers": figures_of(standing),
        "records": {
            category: [_record(one) for one in behind.get((subject.partner_id, category), ())]
            for category in (standing.ladder.asked_for if standing.ladder else ())
        },
    }


def _parameter(row: tuple[str, ...]) -> dict[str, Any]:
    cells = {name: cell or None for name, cell in zip(COLUMNS[3:], row[3:], strict=True)}
    return cells | {"met": None if cells["met"] is None else cells["met"] == _yes(met=True)}


def _record(one: Record) -> dict[str, Any]:
    from app.rules.program_values import plain

    value, converted = one.value, one.converted
    return {
        "kind": one.source.value,
        "id": one.id,
        "label": one.label,
        "day": one.day and one.day.isoformat(),
        "value": value if value is None else plain(value),
        "currency": one.currency,
        "converted": converted if converted is None else plain(converted),
    }


def _write_table(standings: Sequence[Standing], behind: Behind, explain: bool) -> None:  # noqa: FBT001 - one of three alike
    if explain:
        for standing in standings:
            _explain(standing, behind)
        return
    lines = [COLUMNS, *(tuple(map(_short, row)) for standing in standings for row in rows(standing))]
    widths = [max(len(row[place]) for row in lines) for place in range(len(COLUMNS))]
    for row in lines:
        cells = (
            cell.rjust(width) if place in NUMBERS else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        click.echo("  ".join(cells).rstrip())


def _short(cell: str) -> str:
    """A figure with many places, cut for the eye."""
    whole, point, places = cell.partition(".")
    is_number = point and places.isdigit() and whole.lstrip("-").isdigit()
    return f"{whole}.{places[:PLACES]}…" if is_number and len(places) > PLACES else cell


def _explain(standing: Standing, behind: Behind) -> None:
    subject = standing.subject
    risk = f", at risk until {standing.at_risk_until}" if standing.at_risk_until else ""
    click.echo(f"{subject.partner_code} {subject.partner_name} ({subject.partner_type})")
    click.echo(f"  earned {standing.earned.name}, holds {standing.held.name}{risk} on {standing.on}")
    for step in standing.steps[1:]:
        _explain_step(step, standing, behind)


def _explain_step(step: Step, standing: Standing, behind: Behind) -> None:
    click.echo(f"  {step.name}: {'met' if step.met else step.why}")
    for one in step.obligations:
        click.echo(f"    {one.category}: {one.why} ({one.how})")
        if step == standing.compared_with:
            for record in behind.get((standing.subject.partner_id, one.category), ()):
                click.echo(f"      {_in_a_line(record)}")


def _in_a_line(one: Record) -> str:
    from app.rules.program_values import plain

    value = "" if one.value is None else f"  {plain(one.value)} {one.currency or ''}".rstrip()
    converted = "" if one.converted is None or one.converted == one.value else f" = {plain(one.converted)}"
    return f"{one.day}  {one.label}{value}{converted}"


WRITERS: dict[str, Callable[[Sequence[Standing], Behind, bool], None]] = {
    "csv": _write_csv,
    "json": _write_json,
    "table": _write_table,
}
