"""The door's one question opens the same scope as every transaction after it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import pytest
from flask import g
from sqlalchemy import text
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app import Accord, access, clock, filters, scope
from app.extensions import db
from app.models import OperatingCompany, SignIn, Vendor
from tests.cast import Cast

SETTINGS = text(
    "select current_setting('role'), current_setting('accord.partner_id'), current_setting('accord.person_id'),"
    " current_setting('accord.today'), current_setting('accord.own_only'), current_setting('transaction_read_only')"
)


@pytest.mark.parametrize("who", ["anna", "alice", "oscar"])
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_what_the_door_opens_is_what_the_scope_says(
    app: Accord,
    cast: Cast,
    session: Session,
    worker: Callable[[], AbstractContextManager[Session]],
    who: str,
    zone: str,
) -> None:
    person = getattr(cast, who)
    vendor = Vendor.here(session)
    company = session.get_one(OperatingCompany, cast.acme.operating_company_id)
    vendor.own_only, vendor.time_zone, company.time_zone = True, zone, zone
    with worker() as books:
        secret = SignIn.begin(books, person, address="127.0.0.1", agent="tests")

    with clock.told(datetime(2026, 11, 22, 10, 30, tzinfo=UTC)), app.test_request_context("/"):
        token = scope.replace(scope.DOOR)
        known = access._load(secret)
        opened = scope.current()
        assert known is not None
        assert opened is not None
        assert tuple(db.session.execute(SETTINGS).one()) == opened.settings()
        scope.reset(token)


@pytest.mark.parametrize(("who", "zone"), [("alice", "Pacific/Kiritimati"), ("mona", "Pacific/Pago_Pago")])
def test_who_chose_no_zone_reads_the_clock_where_its_days_are_counted(
    app: Accord,
    cast: Cast,
    session: Session,
    worker: Callable[[], AbstractContextManager[Session]],
    who: str,
    zone: str,
) -> None:
    """M4: a partner's person that of its operating company, staff the vendor's; a zone of one's own goes first."""
    person = getattr(cast, who)
    Vendor.here(session).time_zone = "Pacific/Pago_Pago"
    session.get_one(OperatingCompany, cast.acme.operating_company_id).time_zone = "Pacific/Kiritimati"
    with worker() as books:
        secret = SignIn.begin(books, person, address="127.0.0.1", agent="tests")

    with app.test_request_context("/"):
        token = scope.replace(scope.DOOR)
        known = access._load(secret)
        assert known is not None
        g._login_user = known
        assert filters.time_zone() == zone
        set_committed_value(known.person, "time_zone", "Europe/Oslo")
        assert filters.time_zone() == "Europe/Oslo"
        scope.reset(token)
