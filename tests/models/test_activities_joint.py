"""F5: what several partners do together is approved together or not at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Activity, ActivityStatus, Event, Fund, JointActivity, Person
from app.models.activities.activity_plan import Ended, PartOfMore
from app.models.activities.joint_planning import Share
from app.models.owning import NotYours
from app.rules.activities import Act, NotNow
from app.rules.ledger import InsufficientFunds
from app.rules.refusals import RuleBroken
from tests import factories
from tests.cast import Cast
from tests.models.plans import TODAY, D, Stage, _noon, fund_of, money, plan, second_step, stage

__all__ = ["_noon", "stage"]


@pytest.fixture
def bolts(session: Session, stage: Stage, cast: Cast) -> Fund:
    """Bolt's fund of 300.00 USD."""
    return fund_of(session, cast.bolt, 30_000)


def planned(stage: Stage, bolts: Fund, acmes: str = "400", bolts_budget: str = "200") -> JointActivity:
    """A stand that Acme and Bolt share, planned by Mona."""
    facts = {name: value for name, value in plan(stage).items() if name != "budget"}
    return JointActivity.begin(
        bolts.session,
        by=stage.cast.mona,
        shares=[(stage.fund, D(acmes)), Share(bolts, D(bolts_budget), D(50))],
        **facts,
    )


def test_a_joint_activity_reserves_in_the_fund_of_each_partner(
    session: Session, stage: Stage, bolts: Fund, cast: Cast
) -> None:
    """F5: one reservation per partner, in its own fund, of its own part."""
    joint = planned(stage, bolts)
    joint.submit(by=cast.mona)
    assert joint.acts(cast.carl) >= {Act.APPROVE, Act.RETURN, Act.DECLINE}
    joint.approve(by=cast.carl)

    assert money(stage.fund) == (60_000, 40_000, 0)
    assert money(bolts) == (20_000, 10_000, 0)
    assert {part.status for part in joint.parts()} == {ActivityStatus.APPROVED}
    assert joint.acts(cast.carl) == frozenset()


def test_one_fund_short_reserves_in_none_and_says_whose(
    session: Session, stage: Stage, bolts: Fund, cast: Cast
) -> None:
    """F5: all or none, also for whoever goes on with the same session."""
    joint = planned(stage, bolts, bolts_budget="700")
    joint.submit(by=cast.mona)
    with pytest.raises(
        InsufficientFunds, match=r"^Bolt Trading: Only 300\.00 USD is available, 50\.00 USD less"
    ):
        joint.approve(by=cast.carl)

    assert (money(stage.fund), money(bolts)) == ((100_000, 0, 0), (30_000, 0, 0))
    assert {part.status for part in joint.parts()} == {ActivityStatus.SUBMITTED}
    assert {step.state.value for part in joint.parts() for step in part.steps()} == {"waiting"}


def test_the_steps_of_a_joint_activity_are_those_of_what_all_make_together(
    session: Session, stage: Stage, bolts: Fund, cast: Cast
) -> None:
    """F5: neither 400 nor 100 alone needs marketing, 500 do."""
    second_step(session, "500")
    joint = planned(stage, bolts)
    joint.submit(by=cast.mona)

    assert [[step.role.value for step in part.steps()] for part in joint.parts()] == [
        ["channel manager", "marketing"]
    ] * 2
    joint.approve(by=cast.carl)
    assert money(stage.fund) == (100_000, 0, 0)
    joint.approve(by=cast.mona)
    assert money(stage.fund) == (60_000, 40_000, 0)
    kinds = session.scalars(
        select(Event.kind).where(Event.subject_type == "joint_activity").order_by(Event.id)
    ).all()
    assert [kind.split(".")[1] for kind in kinds] == ["planned", "submitted", "step_approved", "approved"]


def test_a_joint_activity_comes_back_as_a_whole_and_is_sent_again(
    session: Session, stage: Stage, bolts: Fund, cast: Cast
) -> None:
    """F5"""
    joint = planned(stage, bolts)
    joint.submit(by=cast.mona)
    joint.return_("Which hall?", by=cast.carl)
    assert {(part.status, part.reason) for part in joint.parts()} == {
        (ActivityStatus.RETURNED, "Which hall?")
    }
    joint.edit(by=cast.mona, plan="A stand in hall 3.")
    joint.parts()[1].edit(by=cast.mona, budget=D("250"))
    joint.submit(by=cast.mona)
    joint.approve(by=cast.carl)

    assert joint.plan == "A stand in hall 3."
    assert {part.plan for part in joint.parts()} == {"A stand in hall 3."}
    assert money(bolts) == (17_500, 12_500, 0)


def test_a_joint_activity_is_declined_for_all(stage: Stage, bolts: Fund, cast: Cast) -> None:
    """F5"""
    joint = planned(stage, bolts)
    joint.submit(by=cast.mona)
    joint.decline("Not this year.", by=cast.carl)

    assert {part.status for part in joint.parts()} == {ActivityStatus.DECLINED}
    with pytest.raises(NotNow):
        joint.approve(by=cast.carl)


def test_a_part_is_not_decided_alone(stage: Stage, bolts: Fund, cast: Cast) -> None:
    """F5"""
    joint = planned(stage, bolts)
    one = joint.parts()[0]
    with pytest.raises(PartOfMore):
        one.submit(by=cast.mona)
    with pytest.raises(PartOfMore):
        one.edit(by=cast.oscar, budget=D(1))
    with pytest.raises(PartOfMore):
        one.edit(by=cast.mona, title="Ours")
    joint.submit(by=cast.mona)
    acts: list[Callable[[], object]] = [
        lambda: one.approve(by=cast.carl),
        lambda: one.decline("No.", by=cast.carl),
    ]
    for act in acts:
        with pytest.raises(PartOfMore):
            act()

    assert Act.APPROVE not in one.acts(cast.carl)


def test_a_partner_that_withdraws_leaves_the_others_their_part(stage: Stage, bolts: Fund, cast: Cast) -> None:
    """F5"""
    joint = planned(stage, bolts)
    joint.submit(by=cast.mona)
    acmes, boltss = joint.parts()
    acmes.withdraw("We have a fair of our own.", by=cast.alice)
    joint.approve(by=cast.carl)

    assert (acmes.status, boltss.status) == (ActivityStatus.CANCELLED, ActivityStatus.APPROVED)
    assert (money(stage.fund), money(bolts)) == ((100_000, 0, 0), (20_000, 10_000, 0))


def test_after_approval_each_part_goes_its_own_way(stage: Stage, bolts: Fund, cast: Cast) -> None:
    """F5"""
    joint = planned(stage, bolts)
    joint.submit(by=cast.mona)
    joint.approve(by=cast.carl)
    one = joint.parts()[0]
    one.ask_for_more(D("450"), "Two metres more.", by=cast.alice)
    one.approve(by=cast.carl)

    assert money(stage.fund) == (55_000, 45_000, 0)
    assert money(bolts) == (20_000, 10_000, 0)


def test_a_partnership_that_ended_keeps_all_from_being_approved(
    session: Session, stage: Stage, bolts: Fund, cast: Cast
) -> None:
    """P3"""
    from app.models import Partnership

    joint = planned(stage, bolts)
    joint.submit(by=cast.mona)
    session.get_one(Partnership, bolts.partnership_id).deactivate(by=cast.carl)
    with pytest.raises(Ended, match=r"^Bolt Trading: The partnership is not active"):
        joint.approve(by=cast.carl)

    assert money(stage.fund) == (100_000, 0, 0)


def test_a_partner_reads_its_own_part_only(
    session: Session, stage: Stage, bolts: Fund, cast: Cast, as_partner: Any
) -> None:
    """A6"""
    joint = planned(stage, bolts)
    number = joint.id
    with as_partner(cast.acme, cast.alice) as own:
        parts = list(own.scalars(select(Activity).where(Activity.joint_id == number)))
        alice = own.get_one(Person, cast.alice.id)

        assert [part.partner_id for part in parts] == [cast.acme.id]
        assert parts[0].acts(alice) == {Act.WITHDRAW}


def test_nobody_but_the_vendor_plans_for_several(stage: Stage, bolts: Fund, cast: Cast) -> None:
    """A2"""
    facts = {name: value for name, value in plan(stage).items() if name != "budget"}
    for person in (cast.alice, cast.sam, cast.anna):
        with pytest.raises(NotYours):
            JointActivity.begin(bolts.session, by=person, shares=[(stage.fund, D(1)), (bolts, D(1))], **facts)
    with pytest.raises(RuleBroken, match="from 2 to 50"):
        JointActivity.begin(bolts.session, by=cast.mona, shares=[(bolts, D(1))], **facts)
    with pytest.raises(RuleBroken, match="once"):
        JointActivity.begin(bolts.session, by=cast.mona, shares=[(bolts, D(1)), (bolts, D(1))], **facts)


def test_an_amount_without_a_rate_takes_every_step(session: Session, stage: Stage, cast: Cast) -> None:
    """M3: a missing rate is never 1."""
    second_step(session, "1000")
    euros = fund_of(session, cast.bolt, 30_000, currency="EUR")
    joint = planned(stage, euros, acmes="1", bolts_budget="2")
    joint.submit(by=cast.mona)
    assert [len(part.steps()) for part in joint.parts()] == [2, 2]

    joint.return_("Which hall?", by=cast.carl)
    factories.rate(session, "EUR", TODAY - timedelta(3), "1.1")  # the one before a weekend
    joint.submit(by=cast.mona)
    assert [len([one for one in part.steps() if one.round == 2]) for part in joint.parts()] == [1, 1]
