"""P1 to P4: beginning, turning on and off, renewing, and tiers by hand."""

from __future__ import annotations

from datetime import date
from threading import Barrier, Thread

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import Accord, database, scope
from app.models import (
    REGISTERED,
    ActivePeriod,
    Event,
    ParameterChange,
    Partner,
    Partnership,
    TierCause,
    TierPeriod,
)
from app.models.partnership import SecondActivePartnership
from app.rules.refusals import RuleBroken
from tests import factories
from tests.cast import Cast

TODAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def march() -> object:
    with time_machine.travel("2026-03-02 10:00", tick=False) as traveller:
        yield traveller


def begun(session: Session, cast: Cast) -> Partnership:
    return Partnership.begin(session, cast.acme, by=cast.carl)


def days_active(session: Session, partnership: Partnership) -> list[Range[date]]:
    periods = select(ActivePeriod.during).where(ActivePeriod.partnership_id == partnership.id)
    return list(session.scalars(periods.order_by(ActivePeriod.during)))


def tiers(session: Session, partnership: Partnership) -> list[tuple[str, Range[date], TierCause]]:
    from app.models import Tier

    found = select(Tier.name, TierPeriod.during, TierPeriod.cause).join(Tier, Tier.id == TierPeriod.tier_id)
    rows = session.execute(
        found.where(TierPeriod.partnership_id == partnership.id).order_by(TierPeriod.during)
    )
    return [(row.name, row.during, row.cause) for row in rows]


def test_a_partnership_begins_today_for_a_year_active_and_registered(session: Session, cast: Cast) -> None:
    """P2"""
    partnership = begun(session, cast)

    assert (partnership.start_on, partnership.due_on) == (TODAY, date(2027, 3, 2))
    assert partnership.partner_type_id == cast.reseller.id
    assert days_active(session, partnership) == [Range(TODAY, None)]
    assert tiers(session, partnership) == [(REGISTERED, Range(TODAY, None), TierCause.START)]


def test_a_partnership_begins_on_the_day_of_the_operating_company(session: Session, cast: Cast) -> None:
    """M4"""
    cast.company.time_zone = "Pacific/Auckland"
    with time_machine.travel("2026-03-02 12:00", tick=False):
        partnership = begun(session, cast)

    assert partnership.start_on == date(2026, 3, 3)


def test_a_tier_of_another_type_is_refused(session: Session, cast: Cast) -> None:
    """P2"""
    other = factories.tier(session, cast.consultant, "Gold")
    with pytest.raises(RuleBroken, match="another partner type") as refusal:
        Partnership.begin(session, cast.acme, tier_id=other.id, by=cast.carl)

    assert refusal.value.field == "tier_id"


def test_a_partner_takes_the_type_of_its_active_partnership(session: Session, cast: Cast) -> None:
    """P1"""
    Partnership.begin(session, cast.acme, partner_type_id=cast.consultant.id, by=cast.carl)

    assert cast.acme.partner_type_id == cast.consultant.id
    event = session.scalars(select(Event).where(Event.kind == "partner.changed")).one()
    assert "partner_type_id" in event.fields


def test_a_second_active_partnership_is_refused_in_words(session: Session, cast: Cast) -> None:
    """P1"""
    begun(session, cast)
    with pytest.raises(SecondActivePartnership, match="one at a time"):
        Partnership.begin(session, cast.acme, start_on=date(2026, 3, 3), by=cast.carl)


def test_the_database_refuses_a_second_active_partnership_too(session: Session, cast: Cast) -> None:
    """P1"""
    begun(session, cast)
    other = factories.partnership(session, cast.acme, date(2026, 5, 1), date(2027, 5, 1), active=False)
    with pytest.raises(IntegrityError, match="one_active_partnership"):
        factories.added(
            session,
            ActivePeriod(
                partner_id=cast.acme.id, partnership_id=other.id, during=Range(date(2026, 5, 1), None)
            ),
        )


def test_after_one_was_turned_off_another_may_begin(session: Session, cast: Cast) -> None:
    """P1"""
    first = begun(session, cast)
    with time_machine.travel("2026-04-01 10:00", tick=False):
        first.deactivate(by=cast.carl)
        second = begun(session, cast)

    assert days_active(session, first) == [Range(TODAY, date(2026, 4, 1))]
    assert days_active(session, second) == [Range(date(2026, 4, 1), None)]


def test_two_people_at_the_same_moment_begin_exactly_one(fresh_app: Accord) -> None:
    """P1"""
    with database.unit_of_work() as session:
        kind = factories.partner_type(session, "Reseller")
        partner_id = factories.partner(session, "ACME", "Acme Systems", kind).id
    together = Barrier(2)
    answers: list[str] = []

    def begin(start: date) -> None:
        with fresh_app.app_context():
            try:
                with database.unit_of_work(scope.Scope(scope.Role.STAFF)) as own:
                    partner = own.get_one(Partner, partner_id)
                    together.wait()
                    Partnership.begin(own, partner, start_on=start, by=None)
                answers.append("begun")
            except RuleBroken as refusal:
                answers.append(refusal.sentence)

    pair = [Thread(target=begin, args=(date(2026, 3, day),)) for day in (2, 3)]
    for one in pair:
        one.start()
    for one in pair:
        one.join()

    assert sorted(answers) == [SecondActivePartnership().sentence, "begun"]
    with database.unit_of_work() as session:
        assert len(session.scalars(select(Partnership)).all()) == 1


def test_off_and_on_again_leaves_a_gap_that_nobody_fills(session: Session, cast: Cast) -> None:
    """P3"""
    partnership = begun(session, cast)
    with time_machine.travel("2026-04-01 10:00", tick=False):
        partnership.deactivate(by=cast.carl)
    with time_machine.travel("2026-05-01 10:00", tick=False):
        partnership.activate(by=cast.carl)

    assert days_active(session, partnership) == [
        Range(TODAY, date(2026, 4, 1)),
        Range(date(2026, 5, 1), None),
    ]


def test_off_and_on_within_a_day_is_as_if_nothing_was(session: Session, cast: Cast) -> None:
    """P3"""
    partnership = begun(session, cast)
    with time_machine.travel("2026-04-01 10:00", tick=False):
        partnership.deactivate(by=cast.carl)
        partnership.activate(by=cast.carl)

    assert days_active(session, partnership) == [Range(TODAY, None)]


def test_turned_off_on_its_first_day_it_was_never_active(session: Session, cast: Cast) -> None:
    """P3"""
    partnership = begun(session, cast)
    partnership.deactivate(by=cast.carl)

    assert days_active(session, partnership) == []


def test_what_is_on_is_not_turned_on_and_what_is_off_not_off(session: Session, cast: Cast) -> None:
    """P3"""
    partnership = begun(session, cast)
    with pytest.raises(RuleBroken, match="active already"):
        partnership.activate(by=cast.carl)
    partnership.deactivate(by=cast.carl)
    with pytest.raises(RuleBroken, match="not active"):
        partnership.deactivate(by=cast.carl)


def test_one_that_is_over_is_renewed_before_it_is_turned_on(session: Session, cast: Cast) -> None:
    """P1"""
    over = factories.partnership(session, cast.acme, date(2025, 1, 1), date(2026, 1, 1), active=False)
    with pytest.raises(RuleBroken, match="Renew it first"):
        over.activate(by=cast.carl)
    over.renew(by=cast.carl)
    over.activate(by=cast.carl)

    assert over.due_on == date(2027, 1, 1)
    assert days_active(session, over) == [Range(TODAY, None)]


def test_a_due_day_that_is_over_is_refused(session: Session, cast: Cast) -> None:
    partnership = begun(session, cast)
    with pytest.raises(RuleBroken, match="still to come"):
        partnership.renew(date(2026, 3, 1), by=cast.carl)


def test_one_whose_due_day_is_over_does_not_stand_in_the_way_before_the_night_ended_it(
    session: Session, cast: Cast
) -> None:
    """P1, M4"""
    over = factories.partnership(session, cast.acme, date(2025, 1, 1), date(2026, 2, 20), active=False)
    still_open = Range(date(2025, 1, 1), None)
    factories.added(session, ActivePeriod(partner_id=cast.acme.id, partnership_id=over.id, during=still_open))
    second = begun(session, cast)
    session.expire_all()

    assert days_active(session, over) == [Range(date(2025, 1, 1), date(2026, 2, 21))]
    assert days_active(session, second) == [Range(TODAY, None)]


def test_no_tier_is_set_once_a_partnership_is_over(session: Session, cast: Cast) -> None:
    """P4"""
    over = factories.partnership(session, cast.acme, date(2025, 1, 1), date(2026, 2, 20))
    with pytest.raises(RuleBroken, match="Renew it first"):
        over.set_tier(factories.tier(session, cast.reseller, "Gold"), "Late", by=cast.carl)


def test_staff_set_a_tier_with_a_reason_that_history_keeps(session: Session, cast: Cast) -> None:
    """P4, P10"""
    partnership = begun(session, cast)
    gold = factories.tier(session, cast.reseller, "Gold")
    with time_machine.travel("2026-04-01 10:00", tick=False):
        partnership.set_tier(gold, "Agreed with their board", by=cast.carl)

    assert tiers(session, partnership) == [
        (REGISTERED, Range(TODAY, date(2026, 4, 1)), TierCause.START),
        ("Gold", Range(date(2026, 4, 1), None), TierCause.STAFF),
    ]
    change = session.scalars(select(ParameterChange)).one()
    assert (change.what, change.old, change.new) == ("tier held", REGISTERED, "Gold")
    assert change.why == "Agreed with their board"
    event = session.scalars(select(Event).where(Event.kind == "partnership.tier_set")).one()
    assert (event.actor_id, event.partner_id) == (cast.carl.id, cast.acme.id)


@pytest.mark.parametrize(("why", "sentence"), [("", "Say why"), ("again", "holds Gold already")])
def test_a_tier_by_hand_needs_a_reason_and_a_change(
    session: Session, cast: Cast, why: str, sentence: str
) -> None:
    """P4"""
    partnership = begun(session, cast)
    gold = factories.tier(session, cast.reseller, "Gold")
    partnership.set_tier(gold, "Agreed", by=cast.carl)
    with pytest.raises(RuleBroken, match=sentence):
        partnership.set_tier(gold, why, by=cast.carl)


def test_the_type_of_a_partnership_stays(session: Session, cast: Cast) -> None:
    """P4"""
    begun(session, cast)
    with pytest.raises(RuleBroken, match="follows the active partnership"):
        cast.acme.change(partner_type_id=cast.consultant.id, by=cast.carl)


@pytest.mark.parametrize("day", [date(9999, 12, 31), date(3000, 1, 1), date(1, 1, 1)])
def test_a_partnership_lies_on_days_a_verdict_can_be_asked_for(
    session: Session, cast: Cast, day: date
) -> None:
    """P1: another day would break every page that looks a year ahead."""
    with pytest.raises(RuleBroken, match="Choose a day"):
        Partnership.begin(session, cast.acme, by=cast.anna, start_on=day)

    begun = Partnership.begin(session, cast.acme, by=cast.anna)
    with pytest.raises(RuleBroken, match="Choose a day"):
        begun.renew(day, by=cast.anna)
