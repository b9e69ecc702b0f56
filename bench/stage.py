"""Where the measuring takes place: an embedded server and databases of its own, filled once and used again."""

import hashlib
import os
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from app import clock, database, embedded, migrating, scope
from app.models import Credential, OperatingCompany, Person, Role
from bench import dataset, fund_rows, pipeline
from bench.dataset import Say, Size
from config import HERE, Environment, Settings, read

INSTANCE = Path(os.environ.get("INSTANCE") or HERE / "instance").resolve() / "bench"
PROGRAM = Path(__file__).parent / "program.yaml"
PASSWORD = "a password for measuring only"  # noqa: S105 - it opens nothing but made-up rows
STAFF = "staff@vendor.example"
PARTNER = "partner@partner.example"
MIDDLE = 500
"""The partner whose portal is measured: one with about the median of rows."""


@dataclass(frozen=True)
class Stage:
    """A filled database, and how to reach it."""

    size: Size
    settings: Settings

    def environment(self) -> dict[str, str]:
        """What a process needs to run on this database."""
        return {
            **os.environ,
            "ACCORD_ENV": Environment.DEVELOPMENT.value,
            "DATABASE_URL": str(self.settings.database_url),
            "MIGRATION_DATABASE_URL": str(self.settings.migration_database_url),
            "ACCORD_BENCH_FLOOR_URL": str(database.driver_url(database.owner_url(self.settings))),
            "INSTANCE": str(INSTANCE),
            "SECRET_KEY": "made-up rows need no secret that is kept",
            "LOG_LEVEL": "WARNING",
        }

    def owner(self) -> psycopg.Connection[Any]:
        """A connection of the owner's, each statement on its own."""
        connection = psycopg.connect(database.owner_url(self.settings), autocommit=True)
        connection.execute("set statement_timeout = 0")
        return connection


def base_settings() -> Settings:
    """Settings without a database."""
    return read({"ACCORD_ENV": "development", "INSTANCE": str(INSTANCE)})


def prepare(server: Any, size: Size, say: Say, *, fresh: bool = False) -> Stage:
    """Return a stage of this size: the one that is there when nothing it depends on has changed, else a new one."""
    name = f"accord_bench_{size.name}"
    settings = database.on_server(base_settings(), server, name)
    stage = Stage(size, settings)
    mark = _mark(size)
    if not fresh and _found_mark(server, name) == mark:
        return stage
    with embedded.superuser(server) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
    embedded.prepare(server, name)
    migrating.upgrade(settings)
    _fill(stage, say)
    with embedded.superuser(server) as connection:
        connection.execute(
            sql.SQL("comment on database {} is {}").format(sql.Identifier(name), sql.Literal(mark))
        )
    return stage


def _fill(stage: Stage, say: Say) -> None:
    from app import create_app  # noqa: PLC0415 - needs the database that was made just now
    from app.importing import program_file  # noqa: PLC0415

    today = clock.today()
    app = create_app(stage.settings)
    with app.app_context():
        with database.unit_of_work() as session:
            say("program")
            program_file.load(session, PROGRAM.read_bytes(), by=None, publish=True)
            company = OperatingCompany(
                code="US", name="Accord US", country="US", currency="USD", time_zone="UTC"
            )
            session.add(company)
            staff = Person.join(
                session, name="Sam Staff", email=STAFF, roles=[Role.ADMINISTRATOR, Role.MARKETING], by=None
            )
            Credential.set(session, staff.id, PASSWORD)
            company_id, staff_id = company.id, staff.id
        with stage.owner() as connection:
            dataset.fill(connection, stage.size, _facts(connection, company_id, today), say)
        with database.unit_of_work() as session:
            partner_id = _join_a_partner(session, stage)
        with stage.owner() as connection:
            pipeline.fill(connection, stage.size.partners, partner_id, staff_id, today, say)
            fund_rows.fill(connection, stage.size.opportunities, partner_id, staff_id, today, say)


def _join_a_partner(session: Any, stage: Stage) -> int:
    from app.models import Partner  # noqa: PLC0415

    code = f"P{min(MIDDLE, stage.size.partners // 2):05d}"
    partner = session.query(Partner).filter_by(code=code).one()
    staff_id = session.query(Person).filter(Person.partner_id.is_(None)).first().id
    session.query(Partner).update({"manager_id": staff_id}, synchronize_session=False)
    person = Person.join(
        session,
        name="Pat Partner",
        email=PARTNER,
        roles=[Role.PARTNER_ADMINISTRATOR],
        by=None,
        partner=partner,
    )
    Credential.set(session, person.id, PASSWORD)
    return int(partner.id)


def _facts(connection: psycopg.Connection[Any], company_id: int, today: date) -> dict[str, Any]:
    def ids(question: str) -> list[int]:
        return [number for (number,) in connection.execute(question.encode()).fetchall()]

    begin = today - timedelta(days=365 * dataset.YEARS)
    return {
        "type": ids("select id from partner_type")[0],
        "tier": ids("select id from tier where name = 'Registered'")[0],
        "company": company_id,
        "open": ids("select id from opportunity_stage where kind = 'open' order by position"),
        "won": ids("select id from opportunity_stage where kind = 'won'")[0],
        "lost": ids("select id from opportunity_stage where kind = 'lost'")[0],
        "begin": begin,
        "today": today,
        "days": (today - begin).days,
    }


def _mark(size: Size) -> str:
    files = [
        *sorted((HERE / "migrations" / "versions").glob("*.py")),
        PROGRAM,
        *(Path(str(module.__file__)) for module in (dataset, fund_rows, pipeline)),
        Path(__file__),
    ]
    content = b"".join(file.read_bytes() for file in files)
    return f"{size} {hashlib.sha256(content).hexdigest()}"


def _found_mark(server: Any, name: str) -> str | None:
    with embedded.superuser(server) as connection:
        row = connection.execute(
            "select shobj_description(oid, 'pg_database') from pg_database where datname = %s", (name,)
        ).fetchone()
    return None if row is None else row[0]


def in_view() -> Any:
    """The scope of the program itself, for work outside a request."""
    return scope.every_partner()
