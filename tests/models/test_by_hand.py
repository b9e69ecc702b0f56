"""F4, A2: credit, debit, transfer and take back by hand; a second person above the setting's amount."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import clock
from app.models import (
    AccountKind,
    Entry,
    EntryKind,
    Event,
    Fund,
    FundType,
    Notification,
    Overdraft,
    PostingRequest,
    RequestState,
    Step,
    Vendor,
)
from app.models.changing import ChangedMeanwhile
from app.models.owning import NotYours
from app.rules.ledger import BeforeItStarts, InsufficientFunds, NeverTwice
from app.rules.refusals import RuleBroken
from tests import factories, funds
from tests.cast import Cast

BEGINS, ENDS = date(2026, 1, 1), date(2030, 12, 31)


@pytest.fixture
def fund(session: Session, cast: Cast) -> Fund:
    factories.partnership(session, cast.acme, BEGINS, ENDS)
    return funds.fund(session, cast.acme)


def available(fund: Fund) -> int:
    return fund.balances()[AccountKind.AVAILABLE]


def credited(fund: Fund, cast: Cast, amount: str = "100") -> int:
    return fund.credit(Decimal(amount), "A gift", by=cast.mona, meant_on=fund.today()).entries[0]


def test_a_credit_and_a_debit_say_who_why_and_for_which_day(session: Session, cast: Cast, fund: Fund) -> None:
    """F4, A7"""
    fund.credit(Decimal("100.50"), "A gift", by=cast.mona, meant_on=BEGINS)
    done = fund.debit(Decimal("0.51"), "A banner", by=cast.mona, meant_on=fund.today())

    entry = session.get_one(Entry, done.entries[0])
    assert (entry.kind, entry.amount, entry.reason) == (EntryKind.DEBIT, 51, "A banner")
    assert (entry.by_id, entry.meant_on, entry.available_after) == (cast.mona.id, fund.today(), 9999)
    kinds = session.scalars(select(Event.kind).where(Event.subject_type == "fund").order_by(Event.id)).all()
    assert kinds[-2:] == ["fund.credited", "fund.debited"]


def test_no_debit_goes_below_the_balance(fund: Fund, cast: Cast) -> None:
    """F4"""
    credited(fund, cast)

    with pytest.raises(InsufficientFunds, match=r"Only 100\.00 USD is available, 0\.01 USD less"):
        fund.debit(Decimal("100.01"), "Too much", by=cast.mona, meant_on=fund.today())

    assert available(fund) == 100_00


def test_a_fund_is_overdrawn_as_far_as_its_type_says(session: Session, cast: Cast) -> None:
    """F4: a limit, or none; what funds may be overdrawn by follows their type."""
    factories.partnership(session, cast.acme, BEGINS, ENDS)
    kind = FundType.make(
        session, name="Credit line", overdraft=Overdraft.LIMIT, overdraft_limit=Decimal(50), by=cast.mona
    )
    fund = funds.fund(session, cast.acme, kind, overdraft=kind.overdraft_in("USD"))
    fund.debit(Decimal(50), "Ahead", by=cast.mona, meant_on=fund.today())
    with pytest.raises(InsufficientFunds):
        fund.debit(Decimal("0.01"), "Beyond", by=cast.mona, meant_on=fund.today())

    kind.change(overdraft=Overdraft.UNLIMITED, by=cast.mona)
    session.refresh(fund)

    assert fund.overdraft is None
    fund.debit(Decimal(1000), "Beyond", by=cast.mona, meant_on=fund.today())
    assert available(fund) == -1050_00


def test_a_funds_own_overdraft_stays_when_its_type_changes(session: Session, cast: Cast) -> None:
    """F4"""
    factories.partnership(session, cast.acme, BEGINS, ENDS)
    kind = FundType.make(session, name="Projects", by=cast.mona)
    fund = funds.fund(session, cast.acme, kind)
    fund.change(ends_on=None, overdraft=Decimal(70), by=cast.mona)

    kind.change(overdraft=Overdraft.LIMIT, overdraft_limit=Decimal(5), by=cast.mona)
    session.refresh(fund)

    assert fund.overdraft == 70_00


@pytest.mark.parametrize("amount", ["0", "-1", "1.001", "NaN", "Infinity", "sNaN", "10000000000000.01"])
def test_what_is_no_amount_of_the_currency_is_refused(fund: Fund, cast: Cast, amount: str) -> None:
    """F4, M1: never rounded."""
    with pytest.raises(RuleBroken) as refusal:
        fund.credit(Decimal(amount), "A gift", by=cast.mona, meant_on=fund.today())

    assert refusal.value.field in {"amount", None}
    assert available(fund) == 0


def test_a_yen_has_no_places(session: Session, cast: Cast) -> None:
    """M1"""
    factories.partnership(session, cast.acme, BEGINS, ENDS)
    fund = funds.fund(session, cast.acme, currency="JPY")

    with pytest.raises(RuleBroken, match="JPY has no places"):
        fund.credit(Decimal("10.5"), "A gift", by=cast.mona, meant_on=fund.today())

    fund.credit(Decimal("10.0"), "A gift", by=cast.mona, meant_on=fund.today())
    assert available(fund) == 10


@pytest.mark.parametrize("reason", ["", "   ", "x" * 10_000])
def test_a_reason_is_some_words_and_no_book(fund: Fund, cast: Cast, reason: str) -> None:
    """F4"""
    with pytest.raises(RuleBroken) as refusal:
        fund.credit(Decimal(1), reason, by=cast.mona, meant_on=fund.today())

    assert refusal.value.field == "reason"


def test_nothing_is_posted_before_the_fund_begins_or_for_a_day_to_come(fund: Fund, cast: Cast) -> None:
    """F4, M4"""
    with pytest.raises(BeforeItStarts):
        fund.credit(Decimal(1), "Early", by=cast.mona, meant_on=BEGINS - timedelta(1))
    with pytest.raises(RuleBroken, match="has not come yet"):
        fund.credit(Decimal(1), "Late", by=cast.mona, meant_on=fund.today() + timedelta(1))


def test_a_fund_that_ended_takes_no_more_money(session: Session, cast: Cast) -> None:
    """F6"""
    factories.partnership(session, cast.acme, BEGINS, ENDS)
    fund = funds.fund(session, cast.acme, ends_on=date(2026, 3, 31))

    with pytest.raises(RuleBroken, match="The fund ended on 2026-03-31"):
        fund.credit(Decimal(1), "Late", by=cast.mona, meant_on=date(2026, 4, 1))

    fund.credit(Decimal(1), "In time", by=cast.mona, meant_on=date(2026, 3, 31))
    assert available(fund) == 100


def test_a_transfer_is_two_entries_and_goes_back_as_two(session: Session, cast: Cast, fund: Fund) -> None:
    """F4: of one transfer, between funds of a partner."""
    other = funds.fund(session, cast.acme, funds.fund_type(session, "Certification fund"))
    credited(fund, cast)

    out, into = Fund.transfer(
        fund, other, Decimal(40), "For exams", by=cast.mona, meant_on=fund.today()
    ).entries

    assert (available(fund), available(other)) == (60_00, 40_00)
    leg, back = session.get_one(Entry, out), session.get_one(Entry, into)
    assert leg.transfer_id == back.transfer_id
    assert (leg.facts["fund"], back.facts["fund"]) == ("Certification fund", "Marketing fund")
    other.take_back(into, "Not yet", by=cast.mona)
    assert (available(fund), available(other)) == (100_00, 0)
    with pytest.raises(NeverTwice):
        fund.take_back(out, "Again", by=cast.mona)


def test_a_transfer_stays_with_the_partner_in_one_currency_and_goes_somewhere(
    session: Session, cast: Cast, fund: Fund
) -> None:
    """F4"""
    factories.partnership(session, cast.bolt, BEGINS, ENDS)
    euros = funds.fund(session, cast.acme, funds.fund_type(session, "Euros"), currency="EUR")
    credited(fund, cast)
    for target, words in (
        (funds.fund(session, cast.bolt), "same partner"),
        (euros, "stays in one currency"),
        (fund, "another fund"),
    ):
        with pytest.raises(RuleBroken, match=words) as refusal:
            Fund.transfer(fund, target, Decimal(1), "A try", by=cast.mona, meant_on=fund.today())
        assert refusal.value.field == "to_fund"

    assert available(fund) == 100_00


def test_what_was_taken_back_stays_so_and_a_reversal_is_not_reversed(
    session: Session, cast: Cast, fund: Fund
) -> None:
    """F2, F4"""
    number = credited(fund, cast)
    reversal = fund.take_back(number, "A slip", by=cast.mona).entries[0]

    with pytest.raises(NeverTwice, match="reversed already"):
        fund.take_back(number, "Again", by=cast.mona)
    with pytest.raises(NeverTwice, match="A reversal is not reversed"):
        fund.take_back(reversal, "Back", by=cast.mona)
    assert available(fund) == 0


def test_what_the_partner_spent_cannot_be_taken_back(fund: Fund, cast: Cast) -> None:
    """F4: by hand never below zero; only what happens by itself is forced."""
    number = credited(fund, cast)
    fund.debit(Decimal(1), "A banner", by=cast.mona, meant_on=fund.today())

    with pytest.raises(InsufficientFunds):
        fund.take_back(number, "A slip", by=cast.mona)

    assert available(fund) == 99_00


def test_deals_and_activities_are_corrected_where_they_are(session: Session, cast: Cast, fund: Fund) -> None:
    """F3, F5: not by hand in the ledger."""
    credited(fund, cast)
    reserved = fund.post(EntryKind.RESERVE, 5, cause="activity/1/1", by=None, meant_on=fund.today())
    accrued = fund.post(EntryKind.ACCRUAL, 5, cause="deal/1/1", by=None, meant_on=fund.today())

    with pytest.raises(RuleBroken, match="Correct the activity"):
        fund.take_back(reserved, "A slip", by=cast.mona)
    with pytest.raises(RuleBroken, match="Correct the deal"):
        fund.take_back(accrued, "A slip", by=cast.mona)


# ---------------------------------------------------------------- two people


def asking(session: Session, cast: Cast, above: str = "50") -> None:
    Vendor.here(session).ask_two_people_above(Decimal(above), by=cast.anna)
    version = factories.draft(session, currency="USD")
    factories.published(session, version, BEGINS)


def asked(fund: Fund, cast: Cast, amount: str = "50.01") -> PostingRequest:
    request = fund.credit(Decimal(amount), "A fair", by=cast.mona, meant_on=fund.today()).request
    assert request is not None
    return request


def test_above_the_amount_somebody_else_decides(session: Session, cast: Cast, fund: Fund) -> None:
    """A2: the asker never; what was asked for is posted once, in the asker's name."""
    asking(session, cast)
    assert fund.credit(Decimal(50), "A fair", by=cast.mona, meant_on=fund.today()).request is None
    request = asked(fund, cast)
    assert available(fund) == 50_00

    with pytest.raises(NotYours):
        request.approve(by=cast.mona)
    numbers = request.approve(by=cast.carl)

    entry = session.get_one(Entry, numbers[0])
    assert (entry.by_id, entry.facts["approved_by_id"]) == (cast.mona.id, cast.carl.id)
    assert entry.cause == f"request/{request.id}"
    assert (available(fund), request.state) == (100_01, RequestState.APPROVED)
    with pytest.raises(ChangedMeanwhile):
        request.approve(by=cast.carl)


def test_the_database_itself_asks_for_two_people(session: Session, cast: Cast, fund: Fund) -> None:
    """A2: a CHECK, whatever the program does."""
    asking(session, cast)
    request = asked(fund, cast)
    request.state, request.decided_by_id, request.decided_at = (
        RequestState.APPROVED,
        cast.mona.id,
        clock.now(),
    )

    with pytest.raises(IntegrityError, match="decided_by_somebody_else"):
        session.flush()


def test_a_request_is_declined_in_words_or_taken_back_by_who_asked(
    session: Session, cast: Cast, fund: Fund
) -> None:
    """A2"""
    asking(session, cast)
    first, second = asked(fund, cast), asked(fund, cast, "60")

    with pytest.raises(RuleBroken):
        first.decline(" ", by=cast.carl)
    first.decline("Not this year", by=cast.carl)
    with pytest.raises(NotYours):
        second.withdraw(by=cast.carl)
    second.withdraw(by=cast.mona)

    told = select(Notification.person_id, Step.kind, Step.vendor_only).join(Notification.step)
    assert session.execute(told).all() == [(cast.mona.id, "fund.request_declined", True)]
    assert (first.state, first.words) == (RequestState.DECLINED, "Not this year")
    assert (second.state, available(fund)) == (RequestState.WITHDRAWN, 0)


def test_without_a_rate_two_people_decide(session: Session, cast: Cast) -> None:
    """A2, M3: an amount nobody can convert may be a large one."""
    asking(session, cast)
    factories.partnership(session, cast.acme, BEGINS, ENDS)
    fund = funds.fund(session, cast.acme, currency="EUR")
    assert fund.needs_two(1)

    factories.rate(session, "EUR", fund.today() - timedelta(32), "1.25")
    assert fund.needs_two(1) == "no rate for EUR in the last 31 days"

    factories.rate(session, "EUR", fund.today() - timedelta(31), "1.25")
    assert fund.needs_two(40_00) is None

    factories.rate(session, "EUR", fund.today() - timedelta(1), "1.5")
    assert fund.needs_two(40_00) == "above 50.00 USD"


def test_transfers_and_reversals_wait_for_a_second_person_too(
    session: Session, cast: Cast, fund: Fund
) -> None:
    """A2: and one reversal is asked for once."""
    number = credited(fund, cast)
    other = funds.fund(session, cast.acme, funds.fund_type(session, "Certification fund"))
    asking(session, cast, "0")

    moved = Fund.transfer(fund, other, Decimal(30), "Exams", by=cast.mona, meant_on=fund.today()).request
    back = fund.take_back(number, "A slip", by=cast.mona).request
    assert moved is not None
    assert back is not None
    with pytest.raises(NeverTwice):
        fund.take_back(number, "A slip", by=cast.mona)
    moved.approve(by=cast.carl)

    assert (available(fund), available(other)) == (70_00, 30_00)
    with pytest.raises(InsufficientFunds):
        back.approve(by=cast.carl)
    session.refresh(back)
    assert back.state is RequestState.WAITING


def test_a_debit_that_is_too_large_is_not_even_asked_for(session: Session, cast: Cast, fund: Fund) -> None:
    """F4, A2"""
    asking(session, cast, "0")

    with pytest.raises(InsufficientFunds):
        fund.debit(Decimal(1), "A banner", by=cast.mona, meant_on=fund.today())

    assert session.scalar(select(func.count(PostingRequest.id))) == 0


# ---------------------------------------------------------------- terms


def test_a_type_is_named_once_and_says_how_far(session: Session, cast: Cast) -> None:
    """F1, F4"""
    FundType.make(session, name="Certification fund", by=cast.mona)
    for terms, field in (
        ({"name": "certification FUND"}, "name"),
        ({"name": " "}, "name"),
        ({"name": "A", "overdraft": Overdraft.LIMIT}, "overdraft_limit"),
        ({"name": "A", "overdraft": Overdraft.LIMIT, "overdraft_limit": Decimal(-1)}, "overdraft_limit"),
        ({"name": "A", "grace_days": 367}, "grace_days"),
        ({"name": "A", "percent_category": "Nothing"}, "percent_category"),
    ):
        with pytest.raises(RuleBroken) as refusal:
            FundType.make(session, by=cast.mona, **terms)
        assert refusal.value.field == field


def test_a_stale_page_changes_no_type_and_no_fund(session: Session, cast: Cast, fund: Fund) -> None:
    """F1: who comes second is told."""
    kind = FundType.make(session, name="Projects", by=cast.mona)
    kind.change(name="Project fund", by=cast.mona, version=1)
    with pytest.raises(ChangedMeanwhile):
        kind.change(name="Else", by=cast.carl, version=1)

    fund.change(ends_on=fund.today(), overdraft=Decimal(0), by=cast.mona, version=1)
    with pytest.raises(ChangedMeanwhile):
        fund.change(ends_on=None, overdraft=Decimal(0), by=cast.mona, version=1)
    with pytest.raises(RuleBroken, match="is over"):
        fund.change(ends_on=fund.today() - timedelta(1), overdraft=Decimal(0), by=cast.mona)
