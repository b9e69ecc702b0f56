"""Fund entries and types of funds brought in and out again (F1, F2, F4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import Accord, scope
from app.importing import files
from app.importing.kinds import KINDS
from app.importing.loading import Wish, bring
from app.models import AccountKind, Entry, Fund, FundType, Overdraft, UseWithin, Vendor
from app.models.funds.verifying import wrong
from tests import factories, funds
from tests.cast import Cast
from tests.importing.conftest import BringIn
from tests.importing.test_pages import _done, upload

ENTRY = "key,partner_code,fund,day,kind,amount,currency,description"
TYPE = "name,description,percent_category,overdraft,overdraft_limit,use_within,by_itself"
GIFT = "1,ACME,Marketing fund,2026-02-01,credit,54,USD,A gift"
BANNER = "2,ACME,Marketing fund,2026-02-02,debit,4.50,USD,A banner"


@pytest.fixture(autouse=True)
def acme_is_a_partner(session: Session, cast: Cast) -> None:
    factories.partnership(session, cast.acme, date(2026, 1, 1), date(2030, 12, 31))
    session.commit()


def only(session: Session) -> Fund:
    return session.scalars(select(Fund)).one()


def test_entries_make_their_fund_and_come_in_once(session: Session, bring_in: BringIn) -> None:
    """F1, F2: the fund is that of the partnership on the day; a repeat changes nothing."""
    assert bring_in("fund-entries", ENTRY, GIFT, BANNER).counts == (2, 0, 0)
    assert bring_in("fund-entries", ENTRY, BANNER, GIFT).counts == (0, 0, 2)

    fund = only(session)
    assert (fund.currency, fund.starts_on) == ("USD", date(2026, 1, 1))
    assert fund.balances()[AccountKind.AVAILABLE] == 49_50
    entry = session.scalars(select(Entry).order_by(Entry.id).limit(1)).one()
    assert (entry.cause, entry.reason, entry.meant_on) == ("import/1", "A gift", date(2026, 2, 1))


def test_a_known_key_with_other_content_is_refused(session: Session, bring_in: BringIn) -> None:
    """F2: a ledger takes nothing back."""
    bring_in("fund-entries", ENTRY, GIFT)

    for other in (
        GIFT.replace("54", "55"),
        GIFT.replace("A gift", "Another"),
        GIFT.replace("02-01", "02-02"),
        GIFT.replace("credit", "debit"),
    ):
        brought = bring_in("fund-entries", ENTRY, other)
        assert "already posted with 54.00; reverse it" in brought.whys
    assert only(session).entries == 1


def test_what_staff_reversed_stays_so_and_is_corrected_anew(
    session: Session, cast: Cast, bring_in: BringIn
) -> None:
    """F2: the same file again brings nothing back; a corrected one posts."""
    bring_in("fund-entries", ENTRY, GIFT)
    number = session.scalars(select(Entry.id)).one()
    only(session).take_back(number, "A slip", by=cast.mona)
    session.commit()

    assert bring_in("fund-entries", ENTRY, GIFT).counts == (0, 0, 1)
    assert bring_in("fund-entries", ENTRY, GIFT.replace("54", "45")).counts == (1, 0, 0)

    assert only(session).balances()[AccountKind.AVAILABLE] == 45_00
    assert "already posted with 45.00" in bring_in("fund-entries", ENTRY, GIFT).whys


def test_every_row_that_cannot_be_is_named(session: Session, cast: Cast, bring_in: BringIn) -> None:
    """F4, M1: all or nothing, by line and column."""
    funds.fund(session, cast.acme, starts_on=date(2026, 1, 15), ends_on=date(2026, 6, 30))
    session.add(FundType(name="Old", active=False))
    session.commit()
    lines = (
        "1,NOBODY,Marketing fund,2026-02-01,credit,1,USD,x",
        "2,ACME,Nothing,2026-02-01,credit,1,USD,x",
        "3,ACME,Marketing fund,2026-01-14,credit,1,USD,x",
        "4,ACME,Marketing fund,2025-12-31,credit,1,USD,x",
        "5,ACME,Marketing fund,2199-01-01,credit,1,USD,x",
        "6,ACME,Marketing fund,2026-07-01,credit,1,USD,x",
        "7,ACME,Marketing fund,2026-02-01,credit,1,EUR,x",
        "8,ACME,Marketing fund,2026-02-01,credit,1.001,USD,x",
        "9,ACME,Marketing fund,2026-02-01,credit,-1,USD,x",
        "10,ACME,Marketing fund,2026-02-01,credit,１,USD,x",
        "11,ACME,Marketing fund,2026-02-01,credit,1e2,USD,x",
        "12,ACME,Marketing fund,2026-02-01,gift,1,USD,x",
        "13,ACME,Old,2026-02-01,credit,1,USD,x",
        "14,ACME,Marketing fund,2026-02-01,credit,99999999999999,USD,x",
        "15,ACME,Marketing fund,2026-02-01,credit,1,USD,",
    )

    brought = bring_in("fund-entries", ENTRY, *lines)

    assert [(line, column) for line, column, _ in brought.places] == [
        (2, "partner_code"),
        (3, "fund"),
        (4, "day"),
        (5, "day"),
        (6, "day"),
        (6, "day"),
        (7, "day"),
        (8, "currency"),
        (9, "amount"),
        (10, "amount"),
        (11, "amount"),
        (12, "amount"),
        (13, "kind"),
        (14, "fund"),
        (15, "amount"),
        (16, "description"),
    ]
    assert session.scalar(select(func.count(Entry.id))) == 0


def test_a_debit_above_the_balance_names_its_row(session: Session, bring_in: BringIn) -> None:
    """F4: by day, credits first, whatever the order of the file."""
    early = "3,ACME,Marketing fund,2026-02-01,debit,54,USD,On the day of the gift"

    brought = bring_in("fund-entries", ENTRY, early, GIFT, BANNER)

    assert brought.places == [(4, "amount", "4.50")]
    assert "would hold only 0.00 USD by then" in brought.whys
    assert bring_in("fund-entries", ENTRY, early, GIFT, BANNER, partial=True).counts == (2, 0, 0)
    assert only(session).balances()[AccountKind.AVAILABLE] == 0


def test_an_overdraft_lets_debits_in(session: Session, bring_in: BringIn) -> None:
    """F4: as far as the type says; the new fund has it from the first."""
    bring_in("fund-types", TYPE, "Departmental budget,,,unlimited,,,", "Line,,,limit,50,,")

    budget = BANNER.replace("Marketing fund", "Departmental budget")
    line = "3,ACME,Line,2026-02-02,debit,50,USD,x"
    assert bring_in("fund-entries", ENTRY, budget, line).counts == (2, 0, 0)
    assert bring_in("fund-entries", ENTRY, line.replace("3,", "4,", 1).replace(",50,", ",0.01,")).places == [
        (2, "amount", "0.01")
    ]


def test_a_try_leaves_nothing_behind(session: Session, tmp_path: Path) -> None:
    """F2"""
    path = tmp_path / "entries.csv"
    path.write_text(f"{ENTRY}\n{GIFT}\n")

    outcome = bring(session, KINDS["fund-entries"], files.inspect(path), Wish(dry_run=True), by=None)
    session.rollback()

    assert (outcome.created, session.scalar(select(func.count(Entry.id)))) == (1, 0)


def test_nobody_gets_round_the_second_person_by_a_file(session: Session, cast: Cast, tmp_path: Path) -> None:
    """A2: by the page an amount above the setting's is refused; an administrator's command is trusted."""
    factories.published(session, factories.draft(session), date(2026, 1, 1))
    Vendor.here(session).ask_two_people_above(Decimal(54), by=cast.anna)
    path = tmp_path / "entries.csv"
    path.write_text(f"{ENTRY}\n{GIFT}\n{GIFT.replace('1,', '3,', 1).replace('54', '54.01')}\n")

    by_page = bring(session, KINDS["fund-entries"], files.inspect(path), Wish(), by=cast.mona)
    by_command = bring(session, KINDS["fund-entries"], files.inspect(path), Wish(), by=None)

    assert (by_page.refused, by_command.refused) == (1, 0)


def test_a_file_is_judged_by_the_latest_rate_of_the_last_month(
    session: Session, cast: Cast, tmp_path: Path
) -> None:
    """A2: today's is not there at night; an older one says nothing of today any more."""
    factories.published(session, factories.draft(session), date(2026, 1, 1))
    Vendor.here(session).ask_two_people_above(Decimal(60), by=cast.anna)
    cast.acme.currency = "EUR"
    path = tmp_path / "entries.csv"
    path.write_text(f"{ENTRY}\n{GIFT.replace('USD', 'EUR')}\n")

    def refused() -> int:
        return bring(
            session, KINDS["fund-entries"], files.inspect(path), Wish(dry_run=True), by=cast.mona
        ).refused

    today = scope.today()
    factories.rate(session, "EUR", today - timedelta(32), "1.1")
    assert refused() == 1
    factories.rate(session, "EUR", today - timedelta(31), "1.1")
    assert refused() == 0
    factories.rate(session, "EUR", today - timedelta(1), "1.2")
    assert refused() == 1


def test_entries_come_out_as_they_went_in(
    session: Session, cast: Cast, bring_in: BringIn, exported: Callable[..., list[str]]
) -> None:
    """F2: and in again they change nothing; what was posted by hand has no key."""
    bring_in("fund-entries", ENTRY, GIFT, BANNER)
    funds.credited(only(session), 5, by=cast.mona)
    session.commit()

    lines = exported("fund-entries")

    assert lines == [ENTRY, GIFT.replace("54", "54.00"), BANNER]
    assert bring_in("fund-entries", *lines).counts == (0, 0, 2)
    assert exported("fund-entries", "BOLT") == [ENTRY]


def test_types_come_in_and_out_and_their_funds_follow(
    session: Session, cast: Cast, bring_in: BringIn, exported: Callable[[str], list[str]]
) -> None:
    """F1, F4, F6"""
    brought = bring_in("fund-types", TYPE, "Line,For projects,,limit,50,half-year,yes")
    assert brought.counts == (1, 0, 0)
    kind = session.scalars(select(FundType).where(FundType.name == "Line")).one()
    assert (kind.overdraft, kind.use_within) == (Overdraft.LIMIT, UseWithin.HALF_YEAR)
    assert kind.used_from is not None
    fund = session.scalars(
        select(Fund).where(Fund.fund_type_id == kind.id, Fund.partner_id == cast.acme.id)
    ).one()
    assert fund.overdraft == 50_00

    lines = exported("fund-types")
    assert bring_in("fund-types", *lines).counts == (0, 0, 2)
    assert bring_in("fund-types", "name,overdraft", "Line,none").counts == (0, 1, 0)

    session.refresh(fund)
    session.refresh(kind)
    assert (fund.overdraft, kind.overdraft_limit, kind.version) == (0, None, 2)


def test_a_type_that_cannot_be_is_refused_by_cell(session: Session, bring_in: BringIn) -> None:
    """F4"""
    brought = bring_in(
        "fund-types",
        TYPE,
        "marketing fund,,,,,,",
        "A,,Nothing,,,,",
        "B,,,limit,,,",
        "C,,,none,5,,",
        "D,,,some,,,",
        "E,,,limit,0,,",
        "F,,,,,month,",
    )

    assert [(line, column) for line, column, _ in brought.places] == [
        (2, "name"),
        (3, "percent_category"),
        (4, "overdraft_limit"),
        (5, "overdraft_limit"),
        (6, "overdraft"),
        (7, "overdraft_limit"),
        (7, "overdraft_limit"),
        (8, "use_within"),
    ]


def test_mona_brings_fund_entries_in_and_nothing_else(
    session: Session, app: Accord, sign_in: Callable[[str], FlaskClient]
) -> None:
    """A2: marketing may import funds; it is tried first, then brought in."""
    mona = sign_in("mona")
    choices = mona.get("/partnership/imports/new").text
    assert 'value="fund-entries"' in choices
    assert 'value="partners"' not in choices
    assert mona.get("/partnership/imports/templates/partners.csv").status_code == 403

    sent = f"{ENTRY}\n{GIFT}\n{BANNER}\n".encode()
    answer = upload(mona, sent, "entries.csv", "fund-entries")
    _done(app, session)
    assert session.scalar(select(func.count(Entry.id))) == 0
    mona.post(f"{answer.location}/start")
    run = _done(app, session)

    assert (run.created, only(session).balances()[AccountKind.AVAILABLE]) == (2, 49_50)
    assert wrong(session) == []
