"""F5: how an activity ends: proved, paid wholly or in parts, mended, given more."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from app import stored_files
from app.models import (
    ActivityStatus,
    Entry,
    EntryKind,
    Event,
)
from app.models.activities.activity_standing import Held, held_of
from app.models.owning import NotYours
from app.models.talk.step import Step
from app.rules.activities import Act, MoreThanReserved, NotNow
from app.rules.ledger import InsufficientFunds
from app.rules.refusals import RuleBroken
from tests.cast import Cast
from tests.models.plans import (
    PNG,
    TODAY,
    D,
    Stage,
    _noon,
    approved,
    completed,
    drafted,
    fund_of,
    money,
    proved,
    second_step,
    settled,
    stage,
    submitted,
)

__all__ = ["_noon", "stage"]


# ---------------------------------------------------------------- proofs


def test_an_activity_is_completed_with_a_file_for_every_proof(
    session: Session, stage: Stage, cast: Cast
) -> None:
    """F5"""
    activity = approved(stage)
    with pytest.raises(RuleBroken, match="Still missing: Attendee list, Photo, Invoice"):
        activity.complete(by=cast.oscar)
    activity.add_proof("Photo", stored_as="a", by=cast.oscar, name="stand.png", **PNG)
    with pytest.raises(RuleBroken, match="which of the proofs"):
        activity.add_proof("Selfie", stored_as="b", by=cast.oscar, name="me.png", **PNG)

    assert activity.missing_proofs() == ["Attendee list", "Invoice"]
    assert Act.COMPLETE in activity.acts(cast.oscar)


def test_the_checklist_is_the_one_it_was_approved_with(session: Session, stage: Stage, cast: Cast) -> None:
    """F5: what is asked for later is asked of later ones."""
    activity, later = approved(stage), submitted(stage)
    stage.event.change(name="Event", proofs=["Video"], by=cast.mona)
    later.approve(by=cast.carl)

    assert activity.wanted_proofs() == ["Attendee list", "Photo", "Invoice"]
    assert later.wanted_proofs() == ["Video"]


def test_what_has_not_begun_is_not_completed(stage: Stage, cast: Cast) -> None:
    """F5"""
    activity = approved(stage, starts_on=TODAY + timedelta(1), ends_on=TODAY + timedelta(1))
    proved(activity, cast.oscar)
    with pytest.raises(RuleBroken, match="begins on 2026-06-16"):
        activity.complete(by=cast.oscar)


def test_files_are_kept_within_what_a_partner_may_keep(stage: Stage, cast: Cast) -> None:
    """F5: documents, files of the pipeline and proofs count together."""
    activity = approved(stage)
    big = {**PNG, "size": 499 * 1024 * 1024}
    activity.add_proof("Photo", stored_as="a", by=cast.oscar, name="a.png", **big)
    with pytest.raises(RuleBroken, match="500 MB of files"):
        activity.add_proof(
            "Photo", stored_as="b", by=cast.oscar, name="b.png", **{**PNG, "size": 2 * 1024**2}
        )


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("fair.mp4", b"\0\0\0\x18ftypmp42" * 5_000_000, "Files of this kind are not taken"),
        ("fair.png", b"\x89PNG\r\n" + b"0" * 60 * 1024**2, "more than 20 MB"),
        ("fair.png", b"<html><script>alert(1)</script></html>", "not what its name says"),
        ("fair.pdf", b"", "empty"),
    ],
)
def test_what_is_no_proof_is_not_taken(name: str, content: bytes, sentence: str) -> None:
    """Bad input of the issue: a 60 MB video, a page that says it is a picture."""
    upload = FileStorage(io.BytesIO(content), filename=name)
    with pytest.raises(stored_files.FileRefused, match=sentence):
        stored_files.receive(upload)


# ---------------------------------------------------------------- settling


def test_a_settlement_never_pays_more_than_was_reserved(stage: Stage, cast: Cast) -> None:
    """F5: not even what the fund holds besides."""
    activity = completed(stage)
    with pytest.raises(MoreThanReserved, match=r"Only 400\.00 USD is still reserved.*0\.01 USD less"):
        activity.settle(D("400.01"), by=cast.mona, paid_on=TODAY, is_final=True)

    assert money(stage.fund) == (60_000, 40_000, 0)


def test_it_is_paid_in_parts_and_the_last_one_releases_the_rest(stage: Stage, cast: Cast) -> None:
    """F5: a deposit before it takes place, too."""
    activity = approved(stage)
    with pytest.raises(NotNow, match="when it is completed"):
        activity.settle(D(100), by=cast.mona, paid_on=TODAY, is_final=True)
    activity.settle(D(100), by=cast.mona, paid_on=TODAY, is_final=False, note="Deposit for the hall")
    with pytest.raises(NotNow, match="paid already"):
        activity.withdraw("We do not go.", by=cast.oscar)
    proved(activity, cast.oscar)
    activity.complete(by=cast.oscar)
    activity.settle(D(250), by=cast.carl, paid_on=TODAY, is_final=False)
    assert activity.held() == Held(5_000, 35_000)
    with pytest.raises(MoreThanReserved):
        activity.settle(D(51), by=cast.carl, paid_on=TODAY, is_final=True)
    activity.settle(D(50), by=cast.carl, paid_on=TODAY, is_final=True)

    assert activity.status is ActivityStatus.SETTLED
    assert money(stage.fund) == (60_000, 0, 40_000)
    assert [row.amount for row, _ in activity.settlements()] == [10_000, 25_000, 5_000]


def test_a_settlement_keeps_its_facts(session: Session, stage: Stage) -> None:
    """F2: the entry says by itself what it paid."""
    activity = settled(stage, "399", vendor_percent=D("100"))
    facts, meant_on = session.execute(
        select(Entry.facts, Entry.meant_on).where(Entry.kind == EntryKind.SETTLE)
    ).one()

    assert facts == {
        "activity": "Spring fair",
        "budget": "400.00",
        "currency": "USD",
        "percent": "100",
        "formula": "budget × percent ÷ 100, rounded half up to the minor unit",
        "rule": "F5",
        "settlement": 1,
        "paid_on": "2026-06-15",
    }
    assert meant_on == TODAY
    assert activity.held() == Held(0, 39_900)


@pytest.mark.parametrize(
    ("amount", "paid_on", "sentence"),
    [
        (D("0"), TODAY, "greater than zero"),
        (D("-1"), TODAY, "zero or more"),
        (D("1.001"), TODAY, "USD has 2 places"),
        (D("Infinity"), TODAY, "zero or more"),
        (D("1"), TODAY + timedelta(1), "still to come"),
        (D("1"), date(2025, 12, 31), "fund begins on 2026-01-01"),
    ],
)
def test_a_payment_that_cannot_be_is_refused(
    stage: Stage, cast: Cast, amount: Decimal, paid_on: date, sentence: str
) -> None:
    """F5, M1"""
    activity = completed(stage)
    with pytest.raises(RuleBroken, match=sentence):
        activity.settle(amount, by=cast.mona, paid_on=paid_on, is_final=False)


def test_what_is_not_needed_is_released(session: Session, stage: Stage, cast: Cast) -> None:
    """F5: ended with nothing paid."""
    nothing = completed(stage)
    nothing.release("The fair was free in the end.", by=cast.mona)
    assert (nothing.status, money(stage.fund)) == (ActivityStatus.SETTLED, (100_000, 0, 0))


def test_what_does_not_take_place_after_a_deposit_is_cancelled_with_what_was_paid(
    session: Session, stage: Stage, cast: Cast
) -> None:
    """F5: nothing is settled that was not completed with its proofs."""
    called_off = approved(stage)
    with pytest.raises(NotNow, match="Cancel it"):
        called_off.release("Called off.", by=cast.mona)
    called_off.settle(D(100), by=cast.mona, paid_on=TODAY, is_final=False)
    called_off.release("Called off, the deposit is lost.", by=cast.mona)

    assert (called_off.status, money(stage.fund)) == (ActivityStatus.CANCELLED, (90_000, 0, 10_000))
    assert (called_off.reason, called_off.settled_at) == ("Called off, the deposit is lost.", None)
    latest = Step.path(session, called_off)[0]
    assert latest.words == (
        "Cancelled, 100.00 USD was paid, 300.00 USD available again: Called off, the deposit is lost."
    )


@pytest.mark.parametrize("earlier", [None, D("150")])
def test_a_deposit_never_empties_the_reservation(stage: Stage, cast: Cast, earlier: Decimal | None) -> None:
    """F5: what is paid without proofs is a part, also in slices; the rest takes them."""
    activity = approved(stage)
    if earlier is not None:
        activity.settle(earlier, by=cast.mona, paid_on=TODAY, is_final=False)
    left = D(400) - (earlier or D(0))
    with pytest.raises(RuleBroken, match="Complete it with its proofs first"):
        activity.settle(left, by=cast.mona, paid_on=TODAY, is_final=False)
    activity.settle(left - D("0.01"), by=cast.mona, paid_on=TODAY, is_final=False)

    assert (activity.status, money(stage.fund)) == (ActivityStatus.APPROVED, (60_000, 1, 39_999))


def test_a_mistaken_settlement_is_taken_back_and_settled_anew(stage: Stage, cast: Cast) -> None:
    """F2, F5: by reversals; the rows stay."""
    activity = settled(stage, "40")
    assert money(stage.fund) == (96_000, 0, 4_000)
    ((row, _),) = activity.settlements()
    activity.take_back_settlement(row, "A zero was missing.", by=cast.mona)
    assert activity.status is ActivityStatus.COMPLETED
    assert money(stage.fund) == (60_000, 40_000, 0)
    with pytest.raises(RuleBroken, match="nothing is taken back"):
        activity.take_back_settlement(row, "Again.", by=cast.mona)
    activity.settle(D("390"), by=cast.mona, paid_on=TODAY, is_final=True)

    assert money(stage.fund) == (61_000, 0, 39_000)
    assert [(one.number, one.amount, gone) for one, gone in activity.settlements()] == [
        (1, 4_000, True),
        (2, 4_000, False),
        (3, 39_000, False),
    ]
    assert [entry.cause.split("/")[-2:] for entry in _entries(activity)] == [
        ["reservation", "1"],
        ["settlement", "1"],
        ["release", "1"],
        ["settlement", "1"],
        ["release", "1"],
        ["settlement", "3"],
        ["release", "3"],
    ]


def _entries(activity: Any) -> list[Entry]:
    found = select(Entry).where(Entry.activity_id == activity.id).order_by(Entry.id)
    return list(activity.session.scalars(found))


def test_what_was_released_and_spent_meanwhile_does_not_come_back(
    session: Session, stage: Stage, cast: Cast
) -> None:
    """F4: a reversal by hand takes nothing below zero."""
    activity = settled(stage, "40")
    stage.fund.post(EntryKind.DEBIT, 96_000, cause="elsewhere", by=cast.mona, meant_on=TODAY, reason="Spent")
    ((row, _),) = activity.settlements()
    with pytest.raises(InsufficientFunds) as refusal, session.begin_nested():
        activity.take_back_settlement(row, "A zero was missing.", by=cast.mona)

    assert money(stage.fund) == (0, 0, 100_000)
    assert "smaller amount" not in str(refusal.value)  # there is no field to write one
    assert "to be taken back. Credit the fund with at least" in str(refusal.value)


def test_a_partner_pays_nothing(stage: Stage, cast: Cast) -> None:
    """A2, F8"""
    activity = completed(stage)
    acts: list[Callable[[], object]] = [
        lambda: activity.settle(D(1), by=cast.alice, paid_on=TODAY, is_final=False),
        lambda: activity.release("Ours.", by=cast.alice),
    ]
    for act in acts:
        with pytest.raises(NotYours, match="Only the vendor pays"):
            act()

    assert activity.acts(cast.alice) == {Act.ADD_PROOF, Act.ASK_FOR_MORE, Act.LINK}


# ---------------------------------------------------------------- asking for more


def test_more_takes_a_new_approval_and_reserves_the_difference(
    session: Session, stage: Stage, cast: Cast
) -> None:
    """F5: never more than reserved without a new approval; the steps are those of what it makes in all."""
    second_step(session, "450")
    activity = completed(stage)
    with pytest.raises(RuleBroken, match="larger than the one that was approved"):
        activity.ask_for_more(D(400), "Dearer.", by=cast.oscar)
    activity.ask_for_more(D(450), "The hall was dearer.", by=cast.oscar)
    with pytest.raises(NotNow, match="is not decided"):
        activity.ask_for_more(D(500), "Dearer.", by=cast.oscar)
    with pytest.raises(NotNow, match="Approve or decline that first"):
        activity.settle(D(400), by=cast.mona, paid_on=TODAY, is_final=True)
    assert [(step.round, step.role.value) for step in activity.steps() if step.round == 2] == [
        (2, "channel manager"),
        (2, "marketing"),
    ]
    activity.approve(by=cast.carl)
    assert (activity.budget, money(stage.fund)) == (D(400), (60_000, 40_000, 0))
    activity.approve(by=cast.mona)
    assert (activity.budget, activity.asked_budget, activity.status) == (
        D(450),
        None,
        ActivityStatus.COMPLETED,
    )
    assert money(stage.fund) == (55_000, 45_000, 0)

    activity.settle(D(450), by=cast.mona, paid_on=TODAY, is_final=True)
    assert money(stage.fund) == (55_000, 0, 45_000)


@pytest.mark.parametrize("verb", ["return_", "decline"])
def test_a_raise_turned_down_leaves_what_was_approved(
    session: Session, stage: Stage, cast: Cast, verb: str
) -> None:
    """F5"""
    activity = approved(stage)
    activity.ask_for_more(D(450), "Dearer.", by=cast.oscar)
    getattr(activity, verb)("No.", by=cast.carl)

    assert (activity.status, activity.budget, activity.asked_budget) == (
        ActivityStatus.APPROVED,
        D(400),
        None,
    )
    assert money(stage.fund) == (60_000, 40_000, 0)
    activity.ask_for_more(D(420), "A little.", by=cast.oscar)
    activity.withdraw("Called off.", by=cast.oscar)
    assert money(stage.fund) == (100_000, 0, 0)
    assert next(step.state.value for step in activity.steps()) == "dropped"


# ---------------------------------------------------------------- money of other places


def test_the_funds_part_is_rounded_half_up_once(stage: Stage) -> None:
    """F5, M2"""
    third = drafted(stage, budget=D("100.01"), vendor_percent=D("33.3333"))
    half = drafted(stage, budget=D("0.05"), vendor_percent=D(50))

    assert third.reserved_amount() == 3334
    assert half.reserved_amount() == 3


@pytest.mark.parametrize(
    ("currency", "amounts"),
    [("JPY", ("30001", "10000", "30001.5")), ("KWD", ("30.001", "10.000", "30.0001"))],
)
def test_yen_have_no_places_and_dinars_three(
    session: Session, stage: Stage, cast: Cast, currency: str, amounts: tuple[str, str, str]
) -> None:
    """M1"""
    budget, paid, refused = amounts
    fund = fund_of(session, cast.bolt, 40_000, currency=currency)
    with pytest.raises(RuleBroken, match=f"{currency} has"):
        drafted(stage, by=cast.bob, fund=fund, budget=D(refused))
    activity = drafted(stage, by=cast.bob, fund=fund, budget=D(budget), vendor_percent=D(50))
    activity.submit(by=cast.bob)
    activity.approve(by=cast.carl)
    assert money(fund) == (24_999, 15_001, 0)
    proved(activity, cast.bob)
    activity.complete(by=cast.bob)
    activity.settle(D(paid), by=cast.mona, paid_on=TODAY, is_final=True)

    assert money(fund) == (30_000, 0, 10_000)


# ---------------------------------------------------------------- many at once


def test_what_stands_in_the_ledger_is_read_for_many_at_once(
    session: Session, stage: Stage, queries: Any
) -> None:
    """F5"""
    first, second, third = settled(stage, "100"), approved(stage, budget=D(50)), drafted(stage)
    queries.clear()
    found = held_of(session, [first.id, second.id, third.id])

    assert found == {first.id: Held(0, 10_000), second.id: Held(5_000, 0), third.id: Held(0, 0)}
    assert len(queries) == 1


def test_every_step_is_an_event(session: Session, stage: Stage) -> None:
    """A7"""
    activity = settled(stage)
    kinds = session.scalars(
        select(Event.kind)
        .where(Event.subject_type == "activity", Event.subject_id == activity.id)
        .order_by(Event.id)
    ).all()

    assert kinds == [
        "activity.drafted",
        "activity.submitted",
        "activity.approved",
        *["activity.proof_added"] * 3,
        "activity.completed",
        "activity.settled",
    ]
