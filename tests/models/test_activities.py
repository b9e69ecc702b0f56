"""F5: the path of an activity, from an idea to its settlement."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import (
    ActivityStatus,
    ActivityType,
    Entry,
    EntryKind,
    Event,
    Notification,
    Partnership,
    Person,
    Role,
    Step,
    Vendor,
)
from app.models.activities.activity_deciding import NotYourStep
from app.models.activities.activity_planning import Ended
from app.models.activities.activity_standing import Held, held_of
from app.models.changing import ChangedMeanwhile
from app.models.owning import NotYours
from app.rules.activities import Act, MoreThanReserved, NotNow
from app.rules.ledger import InsufficientFunds
from app.rules.refusals import RuleBroken
from tests import factories
from tests.cast import Cast
from tests.models.plans import (
    NOON,
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


def told(session: Session, kind: str) -> set[str]:
    """Who was told of the latest step of a kind."""
    step = session.scalars(select(Step.id).where(Step.kind == kind).order_by(Step.id.desc()).limit(1)).one()
    names = (
        select(Person.name)
        .join(Notification, Notification.person_id == Person.id)
        .where(Notification.step_id == step)
    )
    return {name.split()[0] for name in session.scalars(names)}


# ---------------------------------------------------------------- the whole path


def test_an_activity_goes_from_an_idea_to_its_settlement(session: Session, stage: Stage, cast: Cast) -> None:
    """F5: approval reserves, settlement debits what was spent and releases the rest."""
    activity = drafted(stage)
    assert activity.status is ActivityStatus.DRAFT
    activity.edit(by=cast.oscar, title="Spring fair 2026", budget=D("500"))
    activity.submit(by=cast.oscar)
    assert activity.status is ActivityStatus.SUBMITTED
    assert money(stage.fund) == (100_000, 0, 0)

    activity.return_("Who staffs the stand?", by=cast.carl)
    assert (activity.status, activity.reason) == (ActivityStatus.RETURNED, "Who staffs the stand?")
    activity.edit(by=cast.oscar, plan="A stand for two days; Oscar and Sue staff it.")
    activity.submit(by=cast.oscar)
    activity.approve(by=cast.carl, words="Bring leaflets.")
    assert activity.status is ActivityStatus.APPROVED
    assert money(stage.fund) == (50_000, 50_000, 0)

    proved(activity, cast.oscar)
    activity.complete(by=cast.oscar)
    activity.settle(D("412.50"), by=cast.mona, paid_on=TODAY, is_final=True)

    assert activity.status is ActivityStatus.SETTLED
    assert money(stage.fund) == (58_750, 0, 41_250)
    assert activity.held() == Held(reserved=0, spent=41_250)
    causes = select(Entry.kind, Entry.cause, Entry.amount).where(Entry.activity_id == activity.id)
    assert [tuple(row) for row in session.execute(causes.order_by(Entry.id))] == [
        (EntryKind.RESERVE, f"activity/{activity.id}/reservation/2", 50_000),
        (EntryKind.SETTLE, f"activity/{activity.id}/settlement/1", 41_250),
        (EntryKind.RELEASE, f"activity/{activity.id}/release/1", 8_750),
    ]
    kinds = session.scalars(select(Step.kind).where(Step.subject_type == "activity").order_by(Step.id)).all()
    assert kinds == [
        "activity.drafted",
        "activity.edited",
        "activity.submitted",
        "activity.returned",
        "activity.edited",
        "activity.submitted",
        "activity.approved",
        *["activity.proof_added"] * 3,
        "activity.completed",
        "activity.settled",
    ]


def test_the_partner_itself_walks_its_part_of_the_path_in_the_database(
    session: Session, stage: Stage, cast: Cast, as_partner: Any
) -> None:
    """A6: every act of a partner works with the partner's rights."""
    from app.models import Activity, Fund

    with as_partner(cast.acme, cast.oscar) as own:
        oscar, fund = own.get_one(Person, cast.oscar.id), own.get_one(Fund, stage.fund.id)
        activity = drafted(stage, by=oscar, fund=fund)
        activity.edit(by=oscar, budget=D("500"), place="Hall 3")
        activity.submit(by=oscar)
        number = activity.id
        own.commit()
    session.get_one(Activity, number).approve(by=cast.carl)
    session.commit()
    with as_partner(cast.acme, cast.oscar) as own:
        oscar, activity = own.get_one(Person, cast.oscar.id), own.get_one(Activity, number)
        assert [step.decided_by for step in activity.steps()] == ["Carl Manager"]
        assert activity.held() == Held(50_000, 0)
        activity.ask_for_more(D("600"), "The stand is dearer.", by=oscar)
        proved(activity, oscar)
        activity.remove_proof(activity.proofs()[0], by=oscar)
        activity.add_proof("Attendee list", stored_as="again", by=oscar, name="list.png", **PNG)
        activity.complete(by=oscar)
        own.commit()
    session.expire_all()

    assert session.get_one(Activity, number).status is ActivityStatus.COMPLETED
    assert session.get_one(Activity, number).asked_budget == D("600")


@pytest.mark.parametrize("stands", ["draft", "submitted", "approved"])
def test_a_partner_takes_back_its_plan_and_what_was_reserved_is_available_again(
    session: Session, stage: Stage, cast: Cast, as_partner: Any, stands: str
) -> None:
    """F5"""
    from app.models import Activity

    number = {"draft": drafted, "submitted": submitted, "approved": approved}[stands](stage).id
    with as_partner(cast.acme, cast.oscar) as own:
        own.get_one(Activity, number).withdraw("No hall was free.", by=own.get_one(Person, cast.oscar.id))
        own.commit()
    session.expire_all()

    assert session.get_one(Activity, number).status is ActivityStatus.CANCELLED
    assert money(stage.fund) == (100_000, 0, 0)
    assert [step.state.value for step in session.get_one(Activity, number).steps()] == {
        "draft": [],
        "submitted": ["dropped"],
        "approved": ["approved"],
    }[stands]
