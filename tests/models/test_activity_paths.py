"""F5: at every status the acts of a table are open, and no others; the database keeps to the path by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from psycopg.errors import CheckViolation, InsufficientPrivilege
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app import clock
from app.models import Activity, ActivityLink, ActivityProof, ActivitySettlement, ActivityStatus
from app.rules.activities import Act, NotNow
from tests import factories
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
    settled,
    stage,
    submitted,
)

__all__ = ["_noon", "stage"]


def returned(stage: Stage) -> Activity:
    activity = submitted(stage)
    activity.return_("Why?", by=stage.cast.carl)
    return activity


def declined(stage: Stage) -> Activity:
    activity = submitted(stage)
    activity.decline("No.", by=stage.cast.carl)
    return activity


def cancelled(stage: Stage) -> Activity:
    activity = submitted(stage)
    activity.withdraw("No.", by=stage.cast.oscar)
    return activity


def paid(stage: Stage) -> Activity:
    """Approved, with a deposit paid."""
    activity = approved(stage)
    activity.settle(D(10), by=stage.cast.mona, paid_on=TODAY, is_final=False)
    return activity


def called_off(stage: Stage) -> Activity:
    """Cancelled after a deposit, which stays paid."""
    activity = paid(stage)
    activity.release("The hall burnt down.", by=stage.cast.mona)
    return activity


def paid_out(stage: Stage) -> Activity:
    """Completed, with nothing reserved any more, and not said to be settled."""
    activity = completed(stage)
    activity.settle(D(400), by=stage.cast.mona, paid_on=TODAY, is_final=False)
    return activity


def raised(stage: Stage) -> Activity:
    """Approved, and more was asked for."""
    activity = approved(stage)
    activity.ask_for_more(D(500), "Dearer.", by=stage.cast.oscar)
    return activity


STANDS: dict[str, Callable[[Stage], Activity]] = {
    "draft": drafted,
    "submitted": submitted,
    "returned": returned,
    "approved": approved,
    "approved, a deposit paid": paid,
    "approved, more asked for": raised,
    "declined": declined,
    "completed": completed,
    "settled": settled,
    "completed, all of it paid": paid_out,
    "cancelled": cancelled,
    "cancelled, a deposit paid": called_off,
}

A = Act
OPEN: dict[str, set[Act]] = {
    "draft": {A.EDIT, A.SUBMIT, A.WITHDRAW},
    "submitted": {A.WITHDRAW, A.APPROVE, A.RETURN, A.DECLINE},
    "returned": {A.EDIT, A.SUBMIT, A.WITHDRAW},
    "approved": {
        A.WITHDRAW,
        A.ASK_FOR_MORE,
        A.ADD_PROOF,
        A.REMOVE_PROOF,
        A.COMPLETE,
        A.SETTLE,
        A.LINK,
    },
    "approved, a deposit paid": {
        A.ASK_FOR_MORE,
        A.ADD_PROOF,
        A.REMOVE_PROOF,
        A.COMPLETE,
        A.SETTLE,
        A.RELEASE,
        A.TAKE_BACK,
        A.LINK,
    },
    "approved, more asked for": {
        A.WITHDRAW,
        A.APPROVE,
        A.RETURN,
        A.DECLINE,
        A.ADD_PROOF,
        A.REMOVE_PROOF,
        A.COMPLETE,
        A.SETTLE,
        A.LINK,
    },
    "declined": set(),
    "completed": {A.ASK_FOR_MORE, A.ADD_PROOF, A.SETTLE, A.RELEASE, A.LINK},
    "completed, all of it paid": {A.ASK_FOR_MORE, A.ADD_PROOF, A.SETTLE, A.TAKE_BACK, A.LINK},
    "settled": {A.TAKE_BACK, A.LINK},
    "cancelled": set(),
    "cancelled, a deposit paid": {A.TAKE_BACK},
}
"""What may be done at each status: the whole of F5's path."""

OF_THE_VENDOR = {A.APPROVE, A.RETURN, A.DECLINE, A.SETTLE, A.RELEASE, A.TAKE_BACK}


def do(act: Act, activity: Activity, stage: Stage) -> None:
    """Try an act, by somebody who may do it where it is open."""
    cast, session = stage.cast, activity.session
    ways: dict[Act, Callable[[], object]] = {
        A.EDIT: lambda: activity.edit(by=cast.oscar, title="Another"),
        A.SUBMIT: lambda: activity.submit(by=cast.oscar),
        A.WITHDRAW: lambda: activity.withdraw("Enough.", by=cast.oscar),
        A.APPROVE: lambda: activity.approve(by=cast.carl),
        A.RETURN: lambda: activity.return_("Why?", by=cast.carl),
        A.DECLINE: lambda: activity.decline("No.", by=cast.carl),
        A.ASK_FOR_MORE: lambda: activity.ask_for_more(D(600), "Dearer.", by=cast.oscar),
        A.ADD_PROOF: lambda: activity.add_proof(
            "Photo", stored_as="another", by=cast.oscar, name="a.png", **PNG
        ),
        A.REMOVE_PROOF: lambda: activity.remove_proof(_a_proof(activity), by=cast.oscar),
        A.COMPLETE: lambda: _complete(activity, cast),
        A.SETTLE: lambda: activity.settle(D(5), by=cast.mona, paid_on=TODAY, is_final=False),
        A.RELEASE: lambda: activity.release("Not needed.", by=cast.mona),
        A.TAKE_BACK: lambda: activity.take_back_settlement(
            _a_settlement(activity), "Mistaken.", by=cast.mona
        ),
        A.LINK: lambda: ActivityLink.link(
            activity, factories.lead(session, cast.acme, "Fabrikam", TODAY), by=cast.oscar
        ),
    }
    ways[act]()


def _complete(activity: Activity, cast: Cast) -> None:
    for item in activity.missing_proofs():
        _proof(activity.session, activity, item)
    activity.complete(by=cast.oscar)


def _a_proof(activity: Activity) -> ActivityProof:
    return next(iter(activity.proofs()), None) or _proof(activity.session, activity)


def _proof(session: Session, activity: Activity, item: str = "Photo") -> ActivityProof:
    proof = ActivityProof(
        partner_id=activity.partner_id,
        activity_id=activity.id,
        item=item,
        stored_as=f"{activity.id}-{item}-x",
        uploaded_at=clock.now(),
        name="x.png",
        **PNG,
    )
    return factories.added(session, proof)


def _a_settlement(activity: Activity) -> ActivitySettlement:
    """One of it, else one that is none of the database's."""
    none = ActivitySettlement(
        partner_id=activity.partner_id,
        activity_id=activity.id,
        number=99,
        amount=1,
        paid_on=TODAY,
        is_final=False,
        settled_at=clock.now(),
    )
    return next((row for row, _ in activity.settlements()), none)


@pytest.mark.parametrize("act", list(Act))
@pytest.mark.parametrize("stands", list(STANDS))
def test_an_act_is_open_where_the_table_says_and_nowhere_else(
    session: Session, stage: Stage, stands: str, act: Act
) -> None:
    """F5: every pair of status and act; what is refused changes nothing."""
    activity = STANDS[stands](stage)
    session.flush()
    was, version = activity.status, activity.version
    if act in OPEN[stands] and (stands, act) != ("completed, all of it paid", A.SETTLE):
        do(act, activity, stage)
    elif act in OPEN[stands]:
        activity.settle(D(0), by=stage.cast.mona, paid_on=TODAY, is_final=True)
    else:
        with pytest.raises(NotNow, match="Spring fair"):
            do(act, activity, stage)
        assert (activity.status, activity.version) == (was, version)


@pytest.mark.parametrize("stands", list(STANDS))
def test_what_is_offered_is_what_is_open(stage: Stage, cast: Cast, stands: str) -> None:
    """F5, A2: to the partner without what is the vendor's, to the channel manager all of it."""
    activity = STANDS[stands](stage)

    assert activity.acts(cast.carl) == OPEN[stands]
    assert activity.acts(cast.oscar) == OPEN[stands] - OF_THE_VENDOR
    assert activity.acts(cast.sue) == frozenset()


def test_the_table_has_every_status() -> None:
    assert {name.split(",")[0] for name in OPEN} == {status.value for status in ActivityStatus}
    assert set(STANDS) == set(OPEN)


# ---------------------------------------------------------------- the database's own rules

PATH = {
    ("draft", "submitted"),
    ("draft", "cancelled"),
    ("returned", "submitted"),
    ("returned", "cancelled"),
    ("submitted", "approved"),
    ("submitted", "returned"),
    ("submitted", "declined"),
    ("submitted", "cancelled"),
    ("approved", "completed"),
    ("approved", "cancelled"),
    ("completed", "settled"),
    ("settled", "completed"),
    ("settled", "approved"),
}
PLAIN = [name for name in STANDS if "," not in name]


def refused(session: Session, statement: str, **values: Any) -> type | None:
    """Try a statement and take it back; what the database answers, None when it would be done."""
    attempt = session.begin_nested()
    try:
        session.execute(text(statement), values)
    except DBAPIError as error:
        return type(error.orig)
    finally:
        attempt.rollback()
    return None


@pytest.mark.parametrize("stands", PLAIN)
def test_the_path_is_the_same_for_everybody_in_the_database(
    session: Session, stage: Stage, stands: str
) -> None:
    """F5: also for the vendor's staff by SQL, and nobody completes without proofs."""
    activity = STANDS[stands](stage)
    session.flush()
    move = "update activity set status = :to where id = :id"
    open_to = {
        other.value
        for other in ActivityStatus
        if other.value != stands and refused(session, move, to=other.value, id=activity.id) is None
    }
    allowed = {to for was, to in PATH if was == stands}

    assert open_to == (allowed - {"completed"} if stands == "approved" else allowed)


def test_what_was_called_off_goes_on_once_its_payment_is_taken_back_and_not_before(
    session: Session, stage: Stage, cast: Cast
) -> None:
    """F5: a cancelled activity that was never paid stays cancelled, also by SQL."""
    never, activity = cancelled(stage), called_off(stage)
    move = "update activity set status = 'approved' where id = :id"
    assert refused(session, move, id=never.id) is CheckViolation

    activity.take_back_settlement(_a_settlement(activity), "Another invoice.", by=cast.mona)
    session.flush()

    assert (activity.status, activity.reason) == (ActivityStatus.APPROVED, None)


def test_nobody_completes_without_proofs_in_the_database(session: Session, stage: Stage) -> None:
    """F5"""
    activity = approved(stage)
    session.flush()
    move = "update activity set status = 'completed' where id = :id"
    assert refused(session, move, id=activity.id) is CheckViolation
    for item in activity.wanted_proofs():
        _proof(session, activity, item)

    assert refused(session, move, id=activity.id) is None


@pytest.mark.parametrize("stands", PLAIN)
def test_a_partner_by_sql_does_what_it_may_do_and_nothing_else(
    session: Session, stage: Stage, cast: Cast, as_partner: Any, stands: str
) -> None:
    """A2, A6: it approves, declines, pays and releases nothing, whatever it sends."""
    number = STANDS[stands](stage).id
    with as_partner(cast.acme, cast.oscar) as own:
        move = "update activity set status = :to where id = :id"
        may = {
            other.value
            for other in ActivityStatus
            if other.value != stands and refused(own, move, to=other.value, id=number) is None
        }
        budget = refused(own, "update activity set budget = budget + 1 where id = :id", id=number)
    expected = {
        "draft": {"submitted", "cancelled"},
        "returned": {"submitted", "cancelled"},
        "submitted": {"cancelled"},
        "completed": set(),
    }

    assert may == expected.get(stands, set())
    assert (budget is None) == (stands in {"draft", "returned"})


@pytest.mark.parametrize(
    "statement",
    [
        "update activity set decided_at = now()",
        "update activity set joint_id = 1",
        "update activity set asked_budget = 1000",
        "update activity set checklist = '[]'",
        "update activity_approval set state = 'approved'",
        (
            "insert into activity_approval (partner_id, activity_id, round, position, role, state, two_person)"
            " select partner_id, id, 9, 1, 'marketing', 'approved', false from activity"
        ),
        (
            "insert into activity_settlement (partner_id, activity_id, number, amount, paid_on, is_final, settled_at)"
            " select partner_id, id, 1, 1, now(), true, now() from activity"
        ),
        (
            "insert into fund_entry (partner_id, fund_id, kind, amount, cause, posted_at, meant_on, facts, forced)"
            " select partner_id, fund_id, 'release', 1, 'mine', now(), now(), '{}', false from activity"
        ),
        "delete from activity",
        "update approval_rule set days = 1",
        "update activity_type set proofs = '[]'",
    ],
)
def test_a_partner_writes_nothing_of_the_vendors(
    stage: Stage, cast: Cast, as_partner: Any, statement: str
) -> None:
    """A6, F8"""
    approved(stage)
    with as_partner(cast.acme, cast.oscar) as own:
        assert refused(own, statement) is InsufficientPrivilege


def test_a_partner_begins_with_drafts_and_keeps_the_proofs_of_what_is_completed(
    session: Session, stage: Stage, cast: Cast, as_partner: Any
) -> None:
    """F5"""
    completed(stage)
    with as_partner(cast.acme, cast.oscar) as own:
        copied = (
            "insert into activity (partner_id, fund_id, activity_type_id, title, plan, starts_on, ends_on, budget,"
            " currency, vendor_percent, status, round, created_at) select partner_id, fund_id, activity_type_id,"
            " title, plan, starts_on, ends_on, budget, currency, vendor_percent, {}, created_at from activity limit 1"
        )
        assert refused(own, copied.format("'approved', 0")) is InsufficientPrivilege
        assert refused(own, copied.format("'draft', 3")) is InsufficientPrivilege
        assert refused(own, copied.format("'draft', 0")) is None
        assert refused(own, "delete from activity_proof") is InsufficientPrivilege


def test_a_link_to_what_is_not_there_is_the_same_as_to_another_partners(
    stage: Stage, cast: Cast, session: Session, as_partner: Any
) -> None:
    """A6: no answer tells that a foreign row exists."""
    bolts = factories.lead(session, cast.bolt, "Tailspin", TODAY)
    number = approved(stage).id
    link = (
        "insert into activity_link (partner_id, activity_id, lead_id, linked_at)"
        " values (:partner, :activity, :lead, now())"
    )
    with as_partner(cast.acme, cast.oscar) as own:
        known = {"partner": cast.acme.id, "activity": number}
        assert refused(own, link, lead=bolts.id, **known) is InsufficientPrivilege
        assert refused(own, link, lead=987_654_321, **known) is InsufficientPrivilege
