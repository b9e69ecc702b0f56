"""F5: types of activities with their proofs, the steps of approval, and reminders of overdue ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ActivityType, ApprovalRule, Event, Notification, Person, Role, Step
from app.models.activities.activity_reminding import remind_overdue
from app.models.changing import ChangedMeanwhile
from app.rules.refusals import RuleBroken
from tests import factories
from tests.cast import Cast
from tests.models.plans import NOON, D, Stage, _noon, second_step, stage, submitted

__all__ = ["_noon", "stage"]


# ---------------------------------------------------------------- types


def test_a_type_is_made_changed_retired_and_taken_up(session: Session, cast: Cast) -> None:
    """F5, A7"""
    kind = ActivityType.make(session, name=" Road show ", proofs=["Photo", " ", "Route  plan"], by=cast.mona)
    kind.change(name="Road show", proofs=["Photo"], description="In a bus", by=cast.mona, version=1)
    kind.retire(by=cast.mona)
    kind.retire(by=cast.mona)
    assert (kind.name, kind.proofs, kind.active) == ("Road show", ["Photo"], False)
    kind.take_up(by=cast.mona)

    kinds = session.scalars(
        select(Event.kind).where(Event.subject_type == "activity_type").order_by(Event.id)
    ).all()
    assert kinds == [f"activity_type.{what}" for what in ("made", "changed", "retired", "taken_up")]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "Event"}, "name"),
        ({"description": "x" * 1001}, "description"),
        ({"proofs": ["Photo", "photo"]}, "proofs"),
        ({"proofs": ["x" * 81]}, "proofs"),
        ({"proofs": [f"Proof {one}" for one in range(13)]}, "proofs"),
    ],
)
def test_a_type_that_cannot_be_names_the_field(
    session: Session, cast: Cast, facts: dict[str, Any], field: str
) -> None:
    """F5"""
    with pytest.raises(RuleBroken) as refusal:
        ActivityType.make(session, by=cast.mona, **{"name": "New", "proofs": ["Photo"], **facts})

    assert refusal.value.field == field


def test_of_two_who_change_a_type_the_second_is_told(session: Session, cast: Cast) -> None:
    """F5"""
    kind = ActivityType.make(session, name="Road show", proofs=[], by=cast.mona)
    read = kind.version
    kind.change(name="Road show", proofs=["Photo"], by=cast.mona, version=read)
    with pytest.raises(ChangedMeanwhile, match="Mona"):
        kind.change(name="Tour", proofs=[], by=cast.carl, version=read)


# ---------------------------------------------------------------- steps of approval


def table(session: Session) -> list[tuple[int, str, str, int]]:
    return [
        (step.position, f"{step.from_amount.normalize():f}", step.role.value, step.days)
        for step in ApprovalRule.table(session)
    ]


def test_steps_are_added_changed_and_taken_out_without_a_gap(session: Session, cast: Cast) -> None:
    """F5: shipped with one step of the channel manager's."""
    ApprovalRule.make(session, from_amount=D(1000), role=Role.MARKETING, days=5, by=cast.mona)
    third = ApprovalRule.make(session, from_amount=D(5000), role=Role.CHANNEL_MANAGER, days=3, by=cast.mona)
    third.change(from_amount=D(6000), role=Role.CHANNEL_MANAGER, days=4, by=cast.mona)
    assert table(session) == [
        (1, "0", "channel manager", 10),
        (2, "1000", "marketing", 5),
        (3, "6000", "channel manager", 4),
    ]
    with pytest.raises(RuleBroken, match="one to 3 steps"), session.begin_nested():
        ApprovalRule.make(session, from_amount=D(9000), role=Role.MARKETING, days=5, by=cast.mona)

    ApprovalRule.table(session)[0].retire(by=cast.mona)
    assert table(session) == [(1, "0", "marketing", 5), (2, "6000", "channel manager", 4)]
    ApprovalRule.table(session)[1].retire(by=cast.mona)
    with pytest.raises(RuleBroken, match="in one step at least"):
        ApprovalRule.table(session)[0].retire(by=cast.mona)


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"from_amount": D(0)}, "higher amount"),
        ({"from_amount": D(-1)}, "higher amount"),
        ({"role": Role.SALES}, "Channel managers and marketing"),
        ({"days": 0}, "1 to 365"),
        ({"from_amount": D("1e15")}, "too large"),
    ],
)
def test_a_step_that_cannot_be_is_refused(
    session: Session, cast: Cast, facts: dict[str, Any], sentence: str
) -> None:
    """F5"""
    known = {"from_amount": D(1), "role": Role.MARKETING, "days": 5, **facts}
    with pytest.raises(RuleBroken, match=sentence):
        ApprovalRule.make(session, by=cast.mona, **known)


def test_what_was_submitted_keeps_its_steps(session: Session, stage: Stage, cast: Cast) -> None:
    """F5"""
    activity = submitted(stage)
    second_step(session)
    activity.approve(by=cast.carl)

    assert activity.status.value == "approved"


# ---------------------------------------------------------------- reminders


def reminded(session: Session) -> list[set[str]]:
    """Who was told of each reminder, in order."""
    steps = session.scalars(select(Step.id).where(Step.kind == "activity.overdue").order_by(Step.id))
    told = select(Person.name).join(Notification, Notification.person_id == Person.id)
    return [
        {name.split()[0] for name in session.scalars(told.where(Notification.step_id == step))}
        for step in steps
    ]


def test_who_should_have_decided_is_reminded_once_with_all_of_the_role(
    session: Session, stage: Stage, cast: Cast
) -> None:
    """F5: each step once; the partner is not told."""
    factories.person(session, "Cora Manager", Role.CHANNEL_MANAGER)
    second_step(session)
    activity = submitted(stage)
    session.flush()
    with time_machine.travel(datetime(2026, 6, 25, 23, 59, 59, tzinfo=UTC), tick=False):
        assert remind_overdue(session) == 0
    with time_machine.travel(datetime(2026, 6, 26, 0, 0, 1, tzinfo=UTC), tick=False):
        assert activity.steps()[0].is_overdue
        assert remind_overdue(session) == 1
        assert remind_overdue(session) == 0
        activity.approve(by=cast.carl)
        assert not any(step.is_overdue for step in activity.steps())
    with time_machine.travel(NOON + timedelta(30), tick=False):
        assert remind_overdue(session) == 1
        activity.approve(by=cast.mona)
        assert remind_overdue(session) == 0

    assert reminded(session) == [{"Carl", "Cora"}, {"Mona"}]
    first = session.scalars(select(Step).where(Step.kind == "activity.overdue").order_by(Step.id)).first()
    assert first is not None
    assert first.words == "A decision was due until 25 Jun 2026"


def test_days_end_where_the_partner_is(session: Session, stage: Stage, cast: Cast) -> None:
    """M4: ten days from 15 June end with 25 June in Auckland, twelve hours before it does in London."""
    stage.cast.company.time_zone = "Pacific/Auckland"
    session.flush()
    with time_machine.travel(datetime(2026, 6, 15, 11, tzinfo=UTC), tick=False):
        activity = submitted(stage)

    assert activity.steps()[0].due_at == datetime(2026, 6, 25, 11, 59, 59, tzinfo=UTC)
