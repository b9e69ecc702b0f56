"""The demo story: it loads into an empty database, and what it tells is true."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from psycopg import sql
from psycopg.errors import ObjectInUse
from sqlalchemy import select, text

from app import clock, database, embedded, scope
from app.commands.demo import demo
from app.demo import story
from app.demo.people import PASSWORD
from app.extensions import db
from app.models import Opportunity
from app.models.funds import due
from config import Settings
from tests.conftest import INSTANCE, app_on, base_settings, clone

LONGEST = 20  # seconds of work, whatever else the machine does meanwhile


@dataclass
class Told:
    """The database the story was told to."""

    settings: Settings
    seconds: float
    today: date

    def one(self, question: str, **values: Any) -> Any:
        return self.all(question, **values)[0][0]

    def all(self, question: str, **values: Any) -> list[Any]:
        with database.unit_of_work() as session:
            return list(session.execute(text(question), values).all())


@pytest.fixture(scope="module")
def told(server: Any, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The story, told once in a run of the tests, whichever process asks first; these tests only read it."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))[:12]
    name = f"accord_test_demo_{run}"
    settings = replace(
        database.on_server(base_settings(), server, name), uploads=tmp_path_factory.mktemp("files")
    )
    seconds = 0.0
    today = clock.today()
    app = app_on(settings)
    with app.app_context():
        with (INSTANCE / "demo.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not _is_there(server, name):
                _forget_older_ones(server)
                clone(server, template, name)
                began = time.process_time()
                with database.unit_of_work() as session:
                    story.tell(session, today)
                seconds = time.process_time() - began
        yield Told(settings, seconds, today)
        db.session.remove()
        db.engine.dispose()


def _is_there(server: Any, name: str) -> bool:
    with embedded.superuser(server) as connection:
        return (
            connection.execute("select 1 from pg_database where datname = %s", (name,)).fetchone() is not None
        )


def _forget_older_ones(server: Any) -> None:
    """Drop what earlier runs left, but for one that is under way."""
    with embedded.superuser(server) as connection:
        names = connection.execute(
            "select datname from pg_database where datname like 'accord_test_demo_%'"
        ).fetchall()
        for (name,) in names:
            with suppress(ObjectInUse):
                connection.execute(sql.SQL("drop database if exists {}").format(sql.Identifier(name)))


HELD = """
    select t.name from tier_period x join tier t on t.id = x.tier_id join partner o on o.id = x.partner_id
    join partnership p on p.id = x.partnership_id
    where o.code = :code and x.during @> cast(:day as date) and p.due_on >= :day
"""
LATEST = """
    select e.name as earned, h.name as held, n.name as next, a.progress, a.at_risk_until
    from assessment a join partner o on o.id = a.partner_id
    join tier e on e.id = a.earned_tier_id join tier h on h.id = a.held_tier_id left join tier n on n.id = a.next_tier_id
    where o.code = :code order by a.id desc limit 1
"""


def test_about_forty_partners_of_three_types_trade_in_five_currencies(told: Told) -> None:
    assert told.seconds < LONGEST
    assert told.one("select count(*) from partner") == 40
    assert told.one("select count(distinct partner_type_id) from partner") == 3
    assert told.one("select count(distinct currency) from orders") == 5
    assert told.one("select count(*) from lead") > 1000
    assert told.one("select count(*) from opportunity") > 500
    assert told.one("select count(*) from order_line where quantity < 0") > 0
    modes = {row[0] for row in told.all("select distinct mode from ladder")}
    assert modes == {"points", "thresholds"}


def test_the_story_covers_two_years(told: Told) -> None:
    first = told.one("select min(created_on) from lead")

    assert (told.today - first).days > 600


def test_two_are_at_risk_and_see_the_day(told: Told) -> None:
    """P9"""
    at_risk = dict(
        tuple(row)
        for row in told.all(
            "select o.code, p.at_risk_until from partnership p join partner o on o.id = p.partner_id"
            " where p.at_risk_until is not null"
        )
    )

    assert at_risk == {
        "FJORDLYS": told.today + timedelta(days=43),
        "ARDMORE": told.today + timedelta(days=8),
    }


def test_brightroof_is_about_to_rise(told: Told) -> None:
    """P6"""
    latest = told.all(LATEST, code="BRIGHTROOF")[0]

    assert (latest.held, latest.next) == ("Silver", "Gold")
    assert 0.9 < latest.progress < 1


def test_larkhill_rose_twelve_days_ago(told: Told) -> None:
    rose = told.today - timedelta(days=12)

    assert told.one(HELD, code="LARKHILL", day=rose - timedelta(days=1)) == "Bronze"
    assert told.one(HELD, code="LARKHILL", day=rose) == "Silver"


def test_castellan_lost_gold_and_deltakanaal_lost_preferred(told: Told) -> None:
    for code, before, now in (("CASTELLAN", "Gold", "Silver"), ("DELTAKANAAL", "Preferred", "Authorised")):
        tiers = [row[0] for row in told.all(PAST, code=code)]

        assert tiers[-2:] == [before, now]


PAST = """
    select t.name from tier_period x join tier t on t.id = x.tier_id join partner o on o.id = x.partner_id
    where o.code = :code order by lower(x.during)
"""


def test_what_was_earned_waits_for_the_review_or_for_approval(told: Told) -> None:
    """P9"""
    prairie, nordlicht = told.all(LATEST, code="PRAIRIE")[0], told.all(LATEST, code="NORDLICHT")[0]

    assert (prairie.held, prairie.earned) == ("Preferred", "Premier")
    assert (nordlicht.held, nordlicht.earned) == ("Associate", "Expert")


def test_valcombe_is_not_active_and_tidemark_may_not_sign_in(told: Told) -> None:
    """P3, A5"""
    active = told.one(
        "select count(*) from active_period a join partner o on o.id = a.partner_id"
        " where o.code = 'VALCOMBE' and a.during @> cast(:day as date)",
        day=told.today,
    )

    assert active == 0
    assert told.all("select code from partner where not portal_access") == [("TIDEMARK",)]


def test_two_versions_hold_one_after_the_other_and_a_third_is_a_draft(told: Told) -> None:
    """P12"""
    versions = told.all("select name, status from program_version order by id")

    assert [version.status for version in versions] == ["published", "published", "draft"]


def test_every_foreign_amount_has_a_rate(told: Told) -> None:
    """M3"""
    without = told.one(
        "select count(*) from orders o left join exchange_rate r on r.currency = o.currency and r.day = o.ordered_on"
        " where o.currency <> 'EUR' and r.rate is null"
    )

    assert without == 0


def test_events_stand_in_the_order_in_which_they_happened(told: Told) -> None:
    """A7"""
    turned = told.one(
        "select count(*) from (select at < lag(at) over (order by id) as back from event) x where back"
    )

    assert turned == 0


def test_everybody_signs_in_with_the_one_password(told: Told) -> None:
    app = app_on(told.settings)
    for email, place in (("mirjam@solvane.example", "/"), ("elif@brightroof.example", "/")):
        answer = app.test_client().post("/accounts/sign-in", data={"email": email, "password": PASSWORD})

        assert (answer.status_code, answer.location) == (303, place)
    with app.app_context():
        db.engine.dispose()


def test_a_database_with_partners_is_left_alone(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", told.settings.database_url or "")
    monkeypatch.setenv("MIGRATION_DATABASE_URL", told.settings.migration_database_url or "")
    monkeypatch.setenv("INSTANCE", str(Path(told.settings.instance)))

    refused = CliRunner().invoke(demo)
    greeted = CliRunner().invoke(demo, ["--if-empty"])

    assert "has partners already" in str(refused.exception)
    assert greeted.exit_code == 0
    assert PASSWORD in greeted.output
    assert scope.current() is None


def test_nobody_loads_a_known_password_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCORD_ENV", "production")
    monkeypatch.setenv("SECRET_KEY", "x" * 40)

    refused = CliRunner().invoke(demo)

    assert "not loaded in production" in str(refused.exception)


def test_every_confirmed_win_of_a_granted_percent_is_credited(told: Told) -> None:
    """F3"""
    with database.unit_of_work() as session:
        deals = list(session.scalars(select(Opportunity.id)))
        wrong = [one for one in due.due(session, deals) if not one.is_right]
    credited = told.one("select count(distinct opportunity_id) from fund_entry where kind = 'accrual'")

    assert wrong == []
    assert credited > 200


def test_marketing_activities_stand_where_the_story_says(told: Told) -> None:
    """F5"""
    standing = {(row.title, row.code): row.status for row in told.all(ACTIVITIES)}

    assert standing == {
        ("A winter on batteries", "FJORDLYS"): "completed",
        ("Advert in the parish magazine", "LARKHILL"): "draft",
        ("Booth at the home fair", "KUROSHIO"): "returned",
        ("Letters to every household", "BRIGHTROOF"): "declined",
        ("Open day at the workshop", "BRIGHTROOF"): "settled",
        ("Storage week", "DACHWERK"): "approved",
        ("Storage week", "HELIODOR"): "approved",
        ("Storage week", "VOLTERA"): "approved",
        ("Winter fair", "BRIGHTROOF"): "submitted",
    }


ACTIVITIES = "select a.title, o.code, a.status from activity a join partner o on o.id = a.partner_id"


def test_money_for_certificates_expires_and_a_gift_waits_for_a_second_person(told: Told) -> None:
    """F4, F6"""
    ends = told.one("select ends_on from fund where ends_on is not null")
    warned = told.one("select count(*) from expiry_warning")
    waiting = told.one("select count(*) from posting_request where state = 'waiting'")

    assert (ends - told.today).days == 25
    assert warned == 2
    assert waiting == 1
