"""F5: the path of an activity, from an idea to its settlement."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.models import (
    Activity,
    ActivityApproval,
    ActivityStatus,
    Entry,
    EntryKind,
    Fund,
    Notification,
    Partnership,
    Person,
    Role,
    Step,
    Vendor,
)
from app.models.activities.activity_deciding import NotYourStep
from app.models.activities.activity_plan import Ended
from app.models.activities.activity_standing import Held
from app.models.changing import ChangedMeanwhile
from app.models.owning import NotYours
from app.rules.activities import Act
from app.rules.ledger import InsufficientFunds
from app.rules.refusals import RuleBroken
from tests import factories, funds
from tests.cast import Cast
from tests.models.plans import (
    PNG,
    TODAY,
    D,
    Stage,
    _noon,
    approved,
    drafted,
    fund_of,
    money,
    proved,
    second_step,
    stage,
    submitted,
)

__all__ = ["_noon", "stage"]


def stands(activity: Activity) -> str:
    return activity.status.value


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
    assert stands(activity) == "draft"
    activity.edit(by=cast.oscar, title="Spring fair 2026", budget=D("500"))
    activity.submit(by=cast.oscar)
    assert stands(activity) == "submitted"
    assert money(stage.fund) == (100_000, 0, 0)

    activity.return_("Who staffs the stand?", by=cast.carl)
    assert (stands(activity), activity.reason) == ("returned", "Who staffs the stand?")
    activity.edit(by=cast.oscar, plan="A stand for two days; Oscar and Sue staff it.")
    activity.submit(by=cast.oscar)
    activity.approve(by=cast.carl, words="Bring leaflets.")
    assert stands(activity) == "approved"
    assert money(stage.fund) == (50_000, 50_000, 0)

    proved(activity, cast.oscar)
    activity.complete(by=cast.oscar)
    activity.settle(D("412.50"), by=cast.mona, paid_on=TODAY, is_final=True)

    assert stands(activity) == "settled"
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


# ---------------------------------------------------------------- planning


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"title": " "}, "title"),
        ({"plan": ""}, "planned"),
        ({"ends_on": date(2026, 6, 14)}, "ends before it starts"),
        ({"budget": D(0)}, "greater than zero"),
        ({"budget": D("10.005")}, "USD has 2 places"),
        ({"budget": D("1e15")}, "too large"),
        ({"budget": D("NaN")}, "zero or more"),
        ({"vendor_percent": D(0)}, "above 0 and up to 100"),
        ({"vendor_percent": D("100.01")}, "above 0 and up to 100"),
        ({"budget": D("0.01"), "vendor_percent": D(1)}, "smallest coin"),
        ({"expected_leads": -1}, "zero leads or more"),
        ({"expected_amount": D("1.234")}, "USD has 2 places"),
        ({"owner_id": 0}, "works for this partner"),
    ],
)
def test_what_cannot_be_is_not_kept(stage: Stage, facts: dict[str, Any], sentence: str) -> None:
    """F5"""
    with pytest.raises(RuleBroken, match=sentence):
        drafted(stage, **facts)


def test_a_type_out_of_use_is_not_chosen_and_a_plan_of_it_goes_on(stage: Stage, cast: Cast) -> None:
    """F5"""
    activity = drafted(stage)
    stage.event.retire(by=cast.mona)
    with pytest.raises(RuleBroken, match="not in use any more"):
        drafted(stage)

    activity.edit(by=cast.oscar, title="Another title")
    activity.submit(by=cast.oscar)


def test_another_fund_of_the_partner_may_pay_and_nobody_elses(
    session: Session, stage: Stage, cast: Cast
) -> None:
    """F5"""
    activity = drafted(stage)
    kind = funds.fund_type(session, "Certification fund")
    other, bolts = funds.fund(session, cast.acme, kind), fund_of(session, cast.bolt, 0)
    activity.edit(by=cast.oscar, fund_id=other.id)
    with pytest.raises(RuleBroken, match="fund of this partner"):
        activity.edit(by=cast.oscar, fund_id=bolts.id)

    assert activity.fund_id == other.id


def test_who_works_on_an_activity(stage: Stage, cast: Cast) -> None:
    """L7, A2: agents their own, a partner's administrators all, of the vendor channel managers and marketing."""
    activity = drafted(stage)
    may = {
        name
        for name in ("anna", "carl", "mona", "sam", "audrey", "alice", "oscar", "sue", "bob")
        if activity.may_be_edited_by(getattr(cast, name))
    }

    assert may == {"carl", "mona", "alice", "oscar"}
    for person in (cast.sue, cast.bob, cast.anna):
        with pytest.raises(NotYours):
            activity.submit(by=person)
        assert activity.acts(person) == frozenset()


def test_only_a_partner_and_the_vendor_plan_on_a_fund(stage: Stage, cast: Cast) -> None:
    """A6"""
    with pytest.raises(NotYours):
        drafted(stage, by=cast.bob)
    assert drafted(stage, by=cast.mona).owner_id is None


def test_a_page_of_yesterday_is_refused(stage: Stage, cast: Cast) -> None:
    """F5: the double click too, where one person holds both roles."""
    activity = submitted(stage)
    second_step(activity.session)
    activity.return_("Why?", by=cast.carl)
    activity.submit(by=cast.oscar)
    cast.carl.roles = [Role.CHANNEL_MANAGER.value, Role.MARKETING.value]
    read = activity.version
    activity.approve(by=cast.carl, version=read)
    activity.session.flush()
    with pytest.raises(ChangedMeanwhile):
        activity.approve(by=cast.carl, version=read)

    assert activity.status is ActivityStatus.SUBMITTED


def test_what_is_over_is_entered_by_the_vendor_only(stage: Stage, cast: Cast) -> None:
    """F5"""
    past: dict[str, Any] = {"starts_on": date(2026, 6, 1), "ends_on": date(2026, 6, 14)}
    activity = drafted(stage, **past)
    with pytest.raises(RuleBroken, match="over already"):
        activity.submit(by=cast.oscar)

    activity.submit(by=cast.mona)
    assert activity.status is ActivityStatus.SUBMITTED


# ---------------------------------------------------------------- deciding


def test_the_partners_manager_is_asked_first_and_everybody_when_there_is_none(
    session: Session, stage: Stage, cast: Cast
) -> None:
    """F5: Carl looks after Acme; Bolt has no manager."""
    factories.person(session, "Cora Manager", Role.CHANNEL_MANAGER)
    submitted(stage)
    assert told(session, "activity.submitted") == {"Carl"}

    bolts = fund_of(session, cast.bolt, 50_000)
    activity = drafted(stage, by=cast.bob, fund=bolts)
    activity.submit(by=cast.bob)
    assert told(session, "activity.submitted") == {"Carl", "Cora"}

    activity.approve(by=cast.carl)
    assert told(session, "activity.approved") == {"Bob"}


def test_each_step_says_who_is_next_and_until_when(session: Session, stage: Stage, cast: Cast) -> None:
    """F5, M4: the days of a step count from the day its turn comes, and end with the last day's end."""
    second_step(session)
    activity = submitted(stage)
    first, second = activity.steps()
    assert (first.is_next, first.role, first.due_at) == (
        True,
        Role.CHANNEL_MANAGER,
        datetime.fromisoformat("2026-06-25T23:59:59+00:00"),
    )
    assert (second.is_next, second.due_at) == (False, None)

    activity.approve(by=cast.carl, words="Fine.")
    first, second = activity.steps()
    assert (first.decided_by, first.words, first.state.value) == ("Carl Manager", "Fine.", "approved")
    assert (second.is_next, second.due_at) == (True, datetime.fromisoformat("2026-06-20T23:59:59+00:00"))
    assert told(session, "activity.step_approved") == {"Mona", "Oscar"}
    assert money(stage.fund) == (100_000, 0, 0)
    with pytest.raises(NotYourStep, match="role marketing"):
        activity.approve(by=cast.carl)

    activity.approve(by=cast.mona)
    assert money(stage.fund) == (60_000, 40_000, 0)
    assert told(session, "activity.approved") == {"Alice", "Oscar"}


def test_the_amount_says_which_steps_it_takes(session: Session, stage: Stage, cast: Cast) -> None:
    """F5: from the amount on, counting the fund's part only."""
    second_step(session, "300")

    assert len(submitted(stage, budget=D("299.99")).steps()) == 1
    assert len(submitted(stage, budget=D("300")).steps()) == 2
    assert len(submitted(stage, budget=D("400"), vendor_percent=D(50)).steps()) == 1


@pytest.mark.parametrize("name", ["oscar", "alice"])
def test_a_partner_decides_nothing(stage: Stage, cast: Cast, name: str) -> None:
    """A2"""
    activity = submitted(stage)
    person = getattr(cast, name)
    acts: list[Callable[[], object]] = [
        lambda: activity.approve(by=person),
        lambda: activity.return_("?", by=person),
        lambda: activity.decline("No.", by=person),
    ]
    for act in acts:
        with pytest.raises(NotYourStep, match="Only the vendor"):
            act()


def test_marketing_and_others_do_not_decide_the_channel_managers_step(stage: Stage, cast: Cast) -> None:
    """A2"""
    activity = submitted(stage)
    for person in (cast.mona, cast.anna, cast.sam, cast.audrey):
        with pytest.raises(NotYourStep, match="role channel manager"):
            activity.approve(by=person)

    assert Act.APPROVE in activity.acts(cast.carl)
    assert Act.APPROVE not in activity.acts(cast.mona)


def two_above(session: Session, amount: str) -> None:
    session.scalars(select(Vendor)).one().two_person_above = D(amount)
    session.flush()


def test_above_the_setting_who_proposed_does_not_decide(session: Session, stage: Stage, cast: Cast) -> None:
    """A2"""
    two_above(session, "399.99")
    activity = drafted(stage, by=cast.carl)
    activity.submit(by=cast.mona)
    with pytest.raises(NotYourStep, match="somebody else decides"):
        activity.approve(by=cast.carl)
    assert Act.APPROVE not in activity.acts(cast.carl)

    small = drafted(stage, by=cast.carl, budget=D("399.99"))
    small.submit(by=cast.carl)
    small.approve(by=cast.carl)
    assert small.status is ActivityStatus.APPROVED


def test_above_the_setting_nobody_decides_two_steps(session: Session, stage: Stage, cast: Cast) -> None:
    """A2: also where one person holds both roles, and in the database."""
    two_above(session, "1")
    second_step(session)
    cast.carl.roles = [Role.CHANNEL_MANAGER.value, Role.MARKETING.value]
    activity = submitted(stage)
    activity.approve(by=cast.carl)
    with pytest.raises(NotYourStep, match="decided a step of this already"):
        activity.approve(by=cast.carl)
    session.flush()
    second = (ActivityApproval.activity_id == activity.id) & (ActivityApproval.position == 2)
    for who, constraint in (
        (cast.carl, "uq_activity_approval_two_people"),
        (cast.oscar, "decided_by_somebody_else"),
    ):
        with pytest.raises(IntegrityError, match=constraint), session.begin_nested():
            session.execute(update(ActivityApproval).where(second).values(decided_by_id=who.id))

    activity.approve(by=cast.mona)
    assert activity.status is ActivityStatus.APPROVED


def test_more_than_the_fund_holds_is_not_approved_and_nothing_changes(
    session: Session, stage: Stage, cast: Cast
) -> None:
    """F4, F5"""
    activity = submitted(stage, budget=D("1000.01"))
    with pytest.raises(InsufficientFunds, match=r"Only 1,000\.00 USD is available, 0\.01 USD less"):
        activity.approve(by=cast.carl)

    assert activity.status is ActivityStatus.SUBMITTED
    assert activity.steps()[0].state.value == "waiting"
    assert money(stage.fund) == (100_000, 0, 0)


def test_what_comes_back_or_is_declined_says_why(session: Session, stage: Stage, cast: Cast) -> None:
    """F5: the steps not reached lapse."""
    second_step(session)
    for verb, status in (("return_", ActivityStatus.RETURNED), ("decline", ActivityStatus.DECLINED)):
        activity = submitted(stage)
        with pytest.raises(RuleBroken):
            getattr(activity, verb)("  ", by=cast.carl)
        getattr(activity, verb)("Too dear.", by=cast.carl)
        assert (activity.status, activity.reason) == (status, "Too dear.")
        assert [step.state.value for step in activity.steps()] == [status.value, "dropped"]
        assert told(session, f"activity.{status.value}") == {"Alice", "Oscar"}


# ---------------------------------------------------------------- the partnership ends


def test_a_partnership_that_is_off_begins_nothing_and_settles_what_was_promised(
    session: Session, stage: Stage, cast: Cast
) -> None:
    """P3, F5: bad input of the issue: it ends between approval and settlement."""
    draft, waiting, promised = drafted(stage), submitted(stage), approved(stage)
    session.get_one(Partnership, stage.fund.partnership_id).deactivate(by=cast.carl)
    assert promised.partnership_is_active() is False
    with pytest.raises(Ended):
        draft.submit(by=cast.oscar)
    with pytest.raises(Ended):
        waiting.approve(by=cast.carl)
    with pytest.raises(Ended):
        promised.ask_for_more(D(500), "Dearer.", by=cast.oscar)

    proved(promised, cast.oscar)
    promised.complete(by=cast.oscar)
    promised.settle(D("400"), by=cast.mona, paid_on=TODAY, is_final=True)
    assert money(stage.fund) == (60_000, 0, 40_000)


def test_a_fund_that_is_over_pays_for_nothing_new(session: Session, stage: Stage, cast: Cast) -> None:
    """F6: what it promised before is paid."""
    draft, waiting, promised = drafted(stage), submitted(stage), approved(stage)
    stage.fund.ends_on = date(2026, 6, 14)
    session.flush()
    with pytest.raises(RuleBroken, match="fund ended on 2026-06-14"):
        draft.submit(by=cast.oscar)
    with pytest.raises(RuleBroken, match="fund ended on 2026-06-14"):
        waiting.approve(by=cast.carl)

    promised.settle(D(1), by=cast.mona, paid_on=TODAY, is_final=False)
    assert money(stage.fund) == (60_000, 39_900, 100)


def test_who_comes_second_reads_what_changed_in_words(session: Session, stage: Stage, cast: Cast) -> None:
    """F5: no moments, no copies that are kept besides, no facts of the event, no names of columns."""
    activity = drafted(stage)
    read = activity.version
    activity.edit(by=cast.mona, starts_on=date(2026, 6, 14), vendor_percent=D(50))
    with pytest.raises(ChangedMeanwhile, match=r"\(Mona Marketing: first day, part that the fund pays\)\."):
        activity.edit(by=cast.carl, version=read, title="Autumn fair")
    activity.submit(by=cast.mona)
    read = activity.version
    activity.approve(by=cast.carl)
    with pytest.raises(ChangedMeanwhile, match=r"\(Carl [A-Z][a-z]+: status\)\."):
        activity.decline("No.", by=cast.carl, version=read)
