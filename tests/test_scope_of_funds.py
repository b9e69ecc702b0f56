"""F2, F8, A6: money moves by entries alone; a partner reads its own funds and decides about nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest
from sqlalchemy import create_engine, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app import clock, database, scope
from app.extensions import db
from app.models import Activity, ActivityStatus, Entry, EntryKind, Fund, FundAccount, FundType
from config import Settings
from tests import factories, funds
from tests.cast import Cast, tell
from tests.test_scope import refused
from tests.world import World, built

AsPartner = Callable[..., AbstractContextManager[Session]]


@pytest.fixture
def world(session: Session, cast: Cast) -> World:
    return built(session, cast)


def entry(fund_id: int, partner_id: int, **more: Any) -> dict[str, Any]:
    return {
        "partner_id": partner_id,
        "fund_id": fund_id,
        "kind": EntryKind.CREDIT,
        "amount": 100,
        "cause": "by hand",
        "posted_at": clock.now(),
        "meant_on": date(2026, 3, 1),
        "facts": {},
        "forced": False,
        **more,
    }


def test_a_partner_posts_nothing_and_changes_no_balance(world: World, as_partner: AsPartner) -> None:
    """F8"""
    mine = world.rows["ACME"]
    with as_partner(world.cast.acme, world.cast.alice) as own:
        assert refused(own, insert(Entry).values(entry(mine["fund_id"], world.cast.acme.id)))
        assert refused(own, update(FundAccount).values(balance=1))
        assert refused(own, update(Fund).values(entries=0))
        assert refused(own, update(Fund).values(overdraft=1_000_000))
        assert refused(own, text("delete from fund_entry"))
        assert own.scalars(select(Entry.amount)).all() == [10_000]


@pytest.mark.parametrize(
    "decided",
    [
        {"status": ActivityStatus.APPROVED},
        {"status": ActivityStatus.DECLINED},
        {"status": ActivityStatus.SETTLED},
        {"decided_at": clock.now()},
        {"settled_at": clock.now()},
        {"joint_id": 1},
    ],
)
def test_a_partner_decides_nothing_about_its_own_activity(
    world: World, session: Session, as_partner: AsPartner, decided: dict[str, Any]
) -> None:
    """F5: neither for a draft nor for one that is submitted."""
    fund = session.get_one(Fund, world.rows["ACME"]["fund_id"])
    draft = funds.activity(session, fund, "A draft")
    submitted = funds.activity(session, fund, "Sent", status=ActivityStatus.SUBMITTED)
    with as_partner(world.cast.acme, world.cast.alice) as own:
        for one in (draft, submitted):
            assert refused(own, update(Activity).where(Activity.id == one.id).values(decided))


def test_a_partner_plans_nothing_that_is_decided_already(world: World, as_partner: AsPartner) -> None:
    """F5: an activity is born as a draft of its own, part of no joint one."""
    mine = world.rows["ACME"]
    with as_partner(world.cast.acme, world.cast.alice) as own:
        planned = own.get_one(Activity, mine["activity_id"])
        values = {
            column.name: getattr(planned, column.name)
            for column in Activity.__table__.columns
            if column.name != "id" and not column.computed
        }
        for born in ({"status": ActivityStatus.SUBMITTED}, {"joint_id": 1}, {"decided_at": clock.now()}):
            assert refused(own, insert(Activity).values(values | {"status": ActivityStatus.DRAFT} | born))


def test_a_partner_plans_with_no_other_partners_fund(
    world: World, session: Session, as_partner: AsPartner
) -> None:
    """A6: a fund that is not its own and one that does not exist are refused alike."""
    draft = funds.activity(session, session.get_one(Fund, world.rows["ACME"]["fund_id"]), "A draft")
    answers = []
    for number in (world.rows["BOLT"]["fund_id"], 10**9):
        with (
            as_partner(world.cast.acme, world.cast.alice) as own,
            pytest.raises(DBAPIError, match="fk_activity_partner_id_fund_id") as refusal,
        ):
            own.execute(update(Activity).where(Activity.id == draft.id).values(fund_id=number))
        answers.append(type(refusal.value.orig))

    assert answers[0] is answers[1]


def test_a_partner_links_and_proves_nothing_of_another_partner(world: World, as_partner: AsPartner) -> None:
    """A6: not another's activity, not another's lead or deal, whatever way round."""
    mine, others = world.rows["ACME"], world.rows["BOLT"]
    link = text(
        "insert into activity_link (partner_id, activity_id, lead_id, opportunity_id, linked_at)"
        " values (:partner, :activity, :lead, :deal, now())"
    )
    with as_partner(world.cast.acme, world.cast.alice) as own:
        for partner, activity, lead, deal in (
            (world.cast.bolt.id, others["activity_id"], None, others["opportunity_id"]),
            (world.cast.acme.id, mine["activity_id"], others["lead_id"], None),
            (world.cast.acme.id, mine["activity_id"], None, others["opportunity_id"]),
            (world.cast.acme.id, mine["activity_id"], None, 10**9),
        ):
            values = {"partner": partner, "activity": activity, "lead": lead, "deal": deal}
            assert refused(own, link, values)
        values = {"partner": world.cast.acme.id, "activity": others["activity_id"]}
        with pytest.raises(DBAPIError, match="fk_activity_link"):
            own.execute(link, values | {"lead": None, "deal": mine["opportunity_id"]})


@pytest.mark.parametrize("role", [scope.Role.STAFF, scope.Role.WORKER])
def test_nobody_of_the_vendor_moves_money_but_by_an_entry(
    world: World, session: Session, connection: Any, role: scope.Role
) -> None:
    """F2: the database refuses, whoever asks."""
    session.commit()
    with (
        scope.opened(scope.Scope(role)),
        Session(connection, join_transaction_mode="create_savepoint") as own,
    ):
        for statement in (
            "update fund_account set balance = balance + 1",
            (
                "insert into fund_account (partner_id, fund_id, kind, currency, balance)"
                " select partner_id, id, 'available', currency, 1 from fund limit 1"
            ),
            "delete from fund_account",
            "update fund set entries = 0",
            "update fund set last_hash = null",
            "update fund set last_posted_at = null",
            "update fund set currency = 'EUR'",
            "update fund set starts_on = '2020-01-01'",
            "delete from fund",
            "update fund_entry set amount = 1",
            "delete from fund_entry",
            "truncate fund_entry",
            "delete from ledger_anchor",
            "update activity_settlement set amount = 1",
        ):
            assert refused(own, text(statement)), statement


@pytest.mark.parametrize(
    "statement",
    [
        "update fund_account set balance = balance + 1",
        "delete from fund_account",
        "truncate fund_account cascade",
        (
            "insert into fund_account (partner_id, fund_id, kind, currency, balance)"
            " select partner_id, id, 'available', currency, 1 from fund limit 1"
        ),
        "update fund set entries = 0",
        "update fund set last_hash = null",
        "delete from fund",
        "update fund_entry set amount = 1",
        "delete from fund_entry",
        "truncate fund_entry cascade",
        "update ledger_anchor set hash = ''",
        "delete from activity_settlement",
    ],
)
def test_even_the_owner_of_the_schema_moves_no_money_by_hand(
    fresh_app: Any, fresh_database: Settings, statement: str
) -> None:
    """F2: triggers refuse what grants cannot."""
    with scope.opened(scope.Scope(scope.Role.STAFF)), Session(db.engine) as session:
        cast = tell(session)
        factories.partnership(session, cast.acme, date(2026, 1, 1), date(2030, 12, 31))
        fund = funds.fund(session, cast.acme)
        funds.credited(fund, 10_000)
        session.execute(
            text("insert into ledger_anchor select id, entries, last_hash, last_posted_at from fund")
        )
        activity = funds.activity(session, fund, "Fair")
        session.execute(
            text(
                "insert into activity_settlement (partner_id, activity_id, number, amount, paid_on, is_final, settled_at)"
                " values (:partner, :activity, 1, 1, '2026-03-01', false, now())"
            ),
            {"partner": cast.acme.id, "activity": activity.id},
        )
        session.commit()
    engine = create_engine(database.driver_url(database.owner_url(fresh_database)))
    with pytest.raises(DBAPIError, match=r"kept as they are|moved by entries"), engine.begin() as owner:
        owner.execute(text(statement))
    engine.dispose()


def test_a_partner_reads_the_types_of_its_own_funds_only(
    session: Session, world: World, as_partner: AsPartner
) -> None:
    """A6: what the vendor gives to others under another name is nobody else's to know."""
    own_type = session.get_one(Fund, world.rows["ACME"]["fund_id"]).fund_type_id
    another = funds.fund_type(session, "For large ones only")
    session.flush()
    with as_partner(world.cast.acme, world.cast.alice) as own:
        assert own.scalars(select(FundType.id)).all() == [own_type]
    funds.fund(session, world.cast.acme, another)
    session.flush()
    with as_partner(world.cast.acme, world.cast.alice) as own:
        assert set(own.scalars(select(FundType.id))) == {own_type, another.id}
