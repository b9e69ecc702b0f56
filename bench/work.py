"""The jobs that are measured: assessing everybody, and bringing a file in."""

import csv
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app import clock, create_app, database, scope
from app.extensions import db
from bench.stage import Stage

# What the ten parameters of program.yaml would cost as bare sums, one statement per noun.
PLAIN_SUMS = (
    """select partner_id, count(*) filter (where stage = 'converted' and closed_on > current_date - 365),
              count(*) filter (where created_on >= date_trunc('year', current_date))
         from lead where created_on <= current_date group by partner_id""",
    """select o.partner_id, count(*), sum(o.amount * coalesce(r.rate, 1)),
              sum(o.amount * coalesce(r.rate, 1)) filter (where o.closed_on >= date_trunc('quarter', current_date)),
              sum(o.amount * coalesce(r.rate, 1)) filter (where p.category = 'Service' and o.closed_on > current_date - 365)
         from opportunity o join opportunity_stage s on s.id = o.stage_id and s.kind = 'won'
         left join exchange_rate r on r.currency = o.currency and r.day = o.closed_on
         left join product p on p.id = o.product_id
        where o.closed_on <= current_date and o.confirmed_at is not null and o.deleted_at is null
        group by o.partner_id""",
    """select partner_id, count(*) from orders
        where status in ('confirmed', 'fulfilled', 'closed') and ordered_on > current_date - 365 group by partner_id""",
    """select o.partner_id, sum(l.amount * coalesce(r.rate, 1)), sum(l.quantity) filter (where p.category = 'Platform'),
              sum(l.amount * coalesce(r.rate, 1)) filter (where o.ordered_on >= date_trunc('year', current_date))
         from order_line l join orders o on o.id = l.order_id join product p on p.id = l.product_id
         left join exchange_rate r on r.currency = o.currency and r.day = o.ordered_on
        where o.status in ('confirmed', 'fulfilled', 'closed') and o.ordered_on <= current_date group by o.partner_id""",
)


@dataclass(frozen=True)
class Assessed:
    """Seconds for everybody's standing, for storing all of it, and for the bare sums; and how much was read."""

    partners: int
    facts: int
    standings: float
    stored: float
    plain: float


@contextmanager
def everything(stage: Stage) -> Iterator[Session]:
    """A session of the program itself on this stage; what is done in it is undone."""
    app = create_app(stage.settings)
    with app.app_context():
        with scope.every_partner(), Session(db.engine) as session:
            session.connection().exec_driver_sql("set statement_timeout = 0")
            yield session
            session.rollback()
        db.engine.dispose()


def assess(stage: Stage) -> Assessed:
    """Assess every partner over all facts, and compare with the bare sums."""
    from app.models import assessing  # noqa: PLC0415
    from app.models.assessment import Cause  # noqa: PLC0415

    with stage.owner() as connection:
        plain = min(_plain_sums(connection) for _ in range(2))
        facts = sum(_count(connection, noun) for noun in ("lead", "opportunity", "order_line"))
    with everything(stage) as session:
        took = []
        for _ in range(2):
            began = time.perf_counter()
            standings = assessing.assess(session, clock.today())
            took.append(time.perf_counter() - began)
    with everything(stage) as session:
        began = time.perf_counter()
        assessing.store(session, clock.today(), cause=Cause.COMMAND)
        session.flush()
        stored = time.perf_counter() - began
    return Assessed(len(standings), facts, min(took), stored, plain)


@dataclass(frozen=True)
class BroughtIn:
    """Rows a second of a file that is checked and written, and of all of it with the partners assessed at its end."""

    checked: float
    assessed: float


def bring_in(stage: Stage, name: str, rows: int) -> BroughtIn:
    """Bring a file of new rows in."""
    from app.importing import files, loading  # noqa: PLC0415
    from app.importing.kinds import KINDS  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.csv"
        WRITERS[name](stage, path, rows)
        with everything(stage) as session, _assessing_timed() as assessing_took:
            began = time.perf_counter()
            outcome = loading.bring(session, KINDS[name], files.inspect(path), loading.Wish(), by=None)
            database.driver(session).execute("set constraints all immediate")
            took = time.perf_counter() - began
    if outcome.created != rows:
        raise SystemExit(f"Only {outcome.created} of {rows} rows came in: {outcome}")
    return BroughtIn(rows / (took - sum(assessing_took)), rows / took)


NAME = "reassess"


@contextmanager
def _assessing_timed() -> Iterator[list[float]]:
    """Note how long the assessment at the end of an import takes."""
    from app.importing import loading  # noqa: PLC0415

    took: list[float] = []
    reassess = getattr(loading, NAME)

    def timed(*what: Any, **how: Any) -> Any:
        began = time.perf_counter()
        answer = reassess(*what, **how)
        took.append(time.perf_counter() - began)
        return answer

    setattr(loading, NAME, timed)
    try:
        yield took
    finally:
        setattr(loading, NAME, reassess)


def keep_verdicts(stage: Stage) -> None:
    """Store everybody's assessment, so that pages over all partners have what they read."""
    from app.models import assessing  # noqa: PLC0415
    from app.models.assessment import Cause  # noqa: PLC0415

    app = create_app(stage.settings)
    with app.app_context():
        with database.unit_of_work() as session:
            session.connection().exec_driver_sql("set local statement_timeout = 0")
            assessing.store(session, clock.today(), cause=Cause.COMMAND)
        db.engine.dispose()


def _write_lines(stage: Stage, path: Path, rows: int) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(
            [
                "order_number",
                "line",
                "partner_code",
                "ordered_on",
                "status",
                "currency",
                "sku",
                "quantity",
                "unit_price",
            ]
        )
        day = clock.today().isoformat()
        for number in range(rows):
            order, line = divmod(number, 5)
            writer.writerow(
                [
                    f"NEW{order:07d}",
                    line + 1,
                    f"P{1 + order % stage.size.partners:05d}",
                    day,
                    "closed",
                    "USD",
                    f"SKU-{1 + number % 500:04d}",
                    1 + number % 7,
                    f"{10 + number % 900}.25",
                ]
            )


def _plain_sums(connection: Any) -> float:
    began = time.perf_counter()
    for statement in PLAIN_SUMS:
        connection.execute(statement.encode()).fetchall()
    return time.perf_counter() - began


def _count(connection: Any, noun: str) -> int:
    number: int = connection.execute(f"select count(*) from {noun}".encode()).fetchone()[0]
    return number


def _write_leads(stage: Stage, path: Path, rows: int) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["key", "company", "email", "website", "country", "partner_code", "created_on"])
        day = clock.today().isoformat()
        for number in range(rows):
            company = f"company{number % 20_000}"
            partner = f"P{1 + number % stage.size.partners:05d}" if number % 4 else ""
            writer.writerow(
                [f"NEW{number}", f"Company {number % 20_000} GmbH", f"a{number}@{company}.example", f"www.{company}.example",
                 "DE", partner, day]
            )  # fmt: skip


WRITERS = {"order-lines": _write_lines, "leads": _write_leads}
"""How a file of each kind is made up."""
