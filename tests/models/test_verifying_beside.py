"""F7: what must agree with the ledger: deals, activities, payments, partnerships, people and files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app import clock, scope
from app.models import Document, EntryKind, Event, Fund, Opportunity, PriceScope, ValueType
from app.models.funds import verifying_records
from app.models.funds.findings import Finding, Weight
from app.models.funds.verifying import verify, wrong
from tests import factories, funds
from tests.cast import Cast

DAY = date(2026, 3, 1)


def sentences(session: Session) -> list[str]:
    return [finding.sentence for finding in wrong(session)]


@pytest.fixture
def fund(session: Session, cast: Cast) -> Fund:
    """Acme's fund with 100.00 USD, in a program that gives one percent of each deal."""
    version = factories.draft(session)
    ladder = factories.ladder(session, version, cast.reseller, "Bronze")
    percent = factories.category(session, funds.MARKETING, ValueType.PERCENT)
    factories.benefit(session, factories.rung(session, ladder, "Bronze"), percent, number=Decimal(1))
    factories.published(session, version, date(2026, 1, 1))
    factories.partnership(session, cast.acme, date(2026, 1, 1), date(2030, 12, 31), "Bronze")
    made = funds.fund(session, cast.acme)
    funds.credited(made, 10_000)
    return made


@pytest.fixture
def deal(session: Session, cast: Cast, fund: Fund) -> Opportunity:
    """A deal that was won and credited with 500.00 USD."""
    made = factories.opportunity(session, cast.acme, "Solar park", "50000")
    made.report_won(scope.today(), by=cast.sam)
    assert fund.balances()["available"] == 60_000  # type: ignore[index]
    return made


def test_a_deal_whose_credit_is_not_what_is_due_is_named(session: Session, deal: Opportunity) -> None:
    """F3"""
    assert sentences(session) == []
    session.execute(text("update opportunity set amount = 49999 where id = :id"), {"id": deal.id})

    (finding,) = wrong(session)

    assert finding.rule == "F3"
    assert finding.entry_id is not None
    assert finding.sentence.startswith(f"Deal {deal.id}: 499.99 USD is due")
    assert "500.00 USD is posted" in finding.sentence


def test_a_credit_of_a_deal_that_is_not_won_any_more_is_named(session: Session, deal: Opportunity) -> None:
    """F3"""
    session.execute(text("update opportunity set confirmed_at = null where id = :id"), {"id": deal.id})

    (sentence,) = sentences(session)

    assert "reported as won" in sentence
    assert "500.00 USD is posted" in sentence


def test_a_deal_without_its_rate_is_a_warning_only(session: Session, cast: Cast, fund: Fund) -> None:
    """M3: the ledger is whole, somebody must add a rate."""
    made = factories.opportunity(session, cast.acme, "Roof", "100", currency="EUR")
    made.report_won(scope.today(), by=cast.sam)

    found = [one for one in verify(session) if one.rule == "F3"]

    assert [one.weight for one in found] == [Weight.WARNING]
    assert "EUR" in found[0].sentence


def test_an_activity_that_cost_more_than_was_reserved_is_named(session: Session, fund: Fund) -> None:
    """F5"""
    one, other = funds.activity(session, fund, "Fair"), funds.activity(session, fund, "Show")
    post = partial(fund.post, by=None, meant_on=DAY)
    post(EntryKind.RESERVE, 1_000, cause="a", activity_id=other.id)
    post(EntryKind.SETTLE, 1_000, cause="b", activity_id=one.id)

    assert f"Activity {one.id} cost 10.00 USD, though 0.00 USD was reserved for it." in sentences(session)
    assert f"Activity {other.id} is draft, yet 10.00 USD is reserved for it." in sentences(session)


def test_a_payment_without_its_entry_is_named(session: Session, fund: Fund) -> None:
    """F5"""
    activity = funds.activity(session, fund, "Fair")
    session.execute(
        text(
            "insert into activity_settlement (partner_id, activity_id, number, amount, paid_on, is_final, settled_at)"
            " values (:partner, :activity, 1, 500, :day, false, now())"
        ),
        {"partner": fund.partner_id, "activity": activity.id, "day": DAY},
    )

    assert sentences(session) == [f"Activity {activity.id} was paid 5.00 USD; its entries make 0.00 USD."]


def test_an_activity_that_left_its_path_is_named(session: Session, cast: Cast, fund: Fund) -> None:
    """F5"""
    activity = funds.activity(session, fund, "Fair", status="declined")
    for was, became in (("draft", "submitted"), ("submitted", "settled")):
        Event.record(
            session,
            "activity.changed",
            activity,
            by=cast.carl,
            before={"status": was},
            after={"status": became},
        )

    assert sentences(session) == [f"Activity {activity.id} went from submitted to settled."]


def test_an_activity_that_stands_where_no_event_led_is_named(
    session: Session, cast: Cast, fund: Fund
) -> None:
    """F5"""
    activity = funds.activity(session, fund, "Fair", status="declined")
    was, became = {"status": "draft"}, {"status": "submitted"}
    Event.record(session, "activity.submitted", activity, by=cast.carl, before=was, after=became)

    assert sentences(session) == [f"Activity {activity.id} is declined; the last event left it submitted."]


@pytest.mark.parametrize("table", ["active_period", "tier_period"])
def test_days_that_overlap_are_named(
    session: Session, fund: Fund, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    """P1: the question is put to rows that the database itself would refuse."""
    rows = (
        f"select partner_id, partnership_id, during from {table} union all"
        f" select partner_id, partnership_id, daterange('2027-01-01', '2027-02-01') from {table}"
    )
    changed = [
        (rule, words, text(question.text.replace(f"from {table}", f"from ({rows}) as doubled")))
        for rule, words, question in verifying_records.OVERLAPS
    ]
    assert list(verifying_records.overlaps(session)) == []
    monkeypatch.setattr(verifying_records, "OVERLAPS", changed)

    found = list(verifying_records.overlaps(session))

    assert [(one.rule, one.partner) for one in found] == [("P1", "ACME")]


def test_two_prices_of_one_day_are_named(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R2"""
    product = factories.product(session, "SKU-1")
    base = factories.price_list(session, "BASE", PriceScope.BASE)
    factories.price(session, base, product, "10", valid_from=DAY, valid_to=DAY + timedelta(days=9))
    factories.price(session, base, product, "11", valid_from=DAY + timedelta(days=10))
    assert list(verifying_records.overlaps(session)) == []
    rule, words, question = verifying_records.OVERLAPS[2]
    longer = text(question.text.replace("coalesce(valid_to,", "coalesce(valid_to + 1,"))
    monkeypatch.setattr(verifying_records, "OVERLAPS", [(rule, words, longer)])

    assert [one.sentence for one in verifying_records.overlaps(session)] == [
        "SKU-1 in list BASE has two prices for one day and quantity."
    ]


def test_a_partner_without_an_administrator_is_a_warning(session: Session, cast: Cast) -> None:
    """A3"""
    session.execute(text("update person set active = false where id = :id"), {"id": cast.alice.id})

    (finding,) = (one for one in verify(session) if one.rule == "A3")

    assert (finding.weight, finding.partner) == (Weight.WARNING, "ACME")


def test_a_fund_below_zero_is_information(session: Session, fund: Fund) -> None:
    """F4"""
    fund.overdraft = 5_000
    session.flush()
    fund.post(EntryKind.DEBIT, 12_000, cause="party", by=None, meant_on=DAY)

    found = list(verify(session))

    assert [(one.weight, one.sentence) for one in found] == [
        (Weight.INFORMATION, "20.00 USD below zero; the fund may be overdrawn by 50.00 USD.")
    ]


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        (b"the plan", None),
        (b"the plot", "The file “plan.pdf” is not what was uploaded."),
        (None, "The file “plan.pdf” is gone from the disk."),
    ],
)
def test_a_file_that_is_gone_or_changed_is_named(
    session: Session, cast: Cast, tmp_path: Path, kept: bytes | None, said: str | None
) -> None:
    """F7"""
    factories.added(
        session,
        Document(
            partner_id=cast.acme.id,
            filed_on=DAY,
            name="plan.pdf",
            content_type="application/pdf",
            size=8,
            sha256=hashlib.sha256(b"the plan").hexdigest(),
            stored_as="kept",
            uploaded_at=clock.now(),
        ),
    )
    if kept is not None:
        (tmp_path / "kept").write_bytes(kept)
    where: Callable[[str], Path] = tmp_path.joinpath

    found = [one.sentence for one in verify(session, whereabouts=where)]

    assert found == ([] if said is None else [said])


def test_a_finding_is_kept_and_read_again_as_it_was() -> None:
    """F7"""
    finding = Finding("F2", "It does not fit.", Weight.WARNING, "ACME", 3, "Gifts", 7)

    assert Finding.kept(finding.plain()) == finding
    assert finding.where == "ACME / Gifts, entry 7"
