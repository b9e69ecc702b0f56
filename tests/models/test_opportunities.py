"""Deals: opened, worked, won, confirmed, lost, opened again, handed over (L5, F3, P5, P8)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from app import scope
from app.models import (
    Event,
    Notification,
    Opportunity,
    OpportunityProduct,
    OpportunityStage,
    Partner,
    Person,
    StageKind,
    Step,
    Upgrades,
)
from app.models.assessing import standing
from app.models.assessing.towards import towards
from app.models.changing import ChangedMeanwhile
from app.models.deals.opportunity_products import Wanted
from app.models.owning import NotYours
from app.rules.pipeline import MoveForbidden
from app.rules.refusals import RuleBroken
from tests import factories
from tests.cast import Cast
from tests.conftest import joined

AsPartner = Callable[..., AbstractContextManager[Session]]
WON = {"sum": "opportunities", "over": "calendar year"}


def program(session: Session, cast: Cast, **policies: Any) -> None:
    """Silver asks for 1,000.00 USD won in a year, and for two won deals; Acme and Bolt work under it since last year."""
    version = factories.draft(session)
    ladder = factories.ladder(session, version, cast.reseller, "Silver", **policies)
    silver = factories.rung(session, ladder, "Silver")
    won = factories.category(session, "Won amount", version=version, measure=WON)
    factories.obligation(session, silver, won, 1000)
    begins = date(scope.today().year - 1, 1, 1)
    factories.published(session, version, begins)
    for partner in (cast.acme, cast.bolt):
        factories.partnership(session, partner, begins, date(scope.today().year + 2, 12, 31))


def opened(session: Session, partner: Partner, by: Person | None = None, **facts: Any) -> Opportunity:
    values: dict[str, Any] = {
        "name": "Roof",
        "customer": "Ackerloh Ltd",
        "amount": Decimal(1200),
        "currency": "USD",
    }
    return Opportunity.open(session, partner, by=by, **{**values, **facts})


def stage(session: Session, name: str) -> OpportunityStage:
    return factories.stage(session, name)


def won_amount(session: Session, partner: Partner) -> Decimal:
    found = standing(session, partner.id, scope.today())
    assert found
    value = (found.currents or {})["Won amount"]
    assert isinstance(value, Decimal)
    return value


def kinds(session: Session, deal: Opportunity) -> list[str]:
    return [one.kind.partition(".")[2] for one in reversed(Step.path(session, deal))]


# ---------------------------------------------------------------- working


def test_a_deal_begins_in_the_first_stage_and_is_its_openers(
    session: Session, cast: Cast, as_partner: AsPartner
) -> None:
    """L5, L7"""
    session.commit()
    with as_partner(cast.acme, cast.oscar) as own:
        deal = opened(own, own.get_one(Partner, cast.acme.id), own.get_one(Person, cast.oscar.id))
        own.commit()

        assert deal.owner_id == cast.oscar.id
        assert deal.stage_id == stage(own, "Qualify").id
        assert kinds(own, deal) == ["opened"]
        told = [one.words for one in Step.path(own, deal)]
        assert told == ["Opened for Ackerloh Ltd, worth 1,200.00 USD"]


def test_a_partners_manager_is_told_and_who_did_it_is_not(
    session: Session, cast: Cast, as_partner: AsPartner
) -> None:
    session.commit()
    with as_partner(cast.acme, cast.oscar) as own:
        opened(own, own.get_one(Partner, cast.acme.id), own.get_one(Person, cast.oscar.id))
        own.commit()

    assert set(session.scalars(select(Notification.person_id))) == {cast.carl.id}


def test_between_open_stages_a_deal_moves_freely(session: Session, cast: Cast) -> None:
    """L5"""
    deal = opened(session, cast.acme)

    for name in ("Propose", "Qualify", "Close"):
        deal.move(stage(session, name), by=cast.sam)

    assert kinds(session, deal) == ["opened", "moved", "moved", "moved"]
    assert Step.path(session, deal)[0].words == "Moved from Qualify to Close"


@pytest.mark.parametrize("name", ["Won", "Lost"])
def test_no_deal_moves_to_an_end(session: Session, cast: Cast, name: str) -> None:
    """L5: a stage change that the table forbids is refused in words."""
    deal = opened(session, cast.acme)

    with pytest.raises(MoveForbidden, match=r"report it as won|say that it is lost"):
        deal.move(stage(session, name), by=cast.sam)

    assert deal.stage_id == stage(session, "Qualify").id


def test_a_closed_deal_moves_nowhere(session: Session, cast: Cast) -> None:
    """L5"""
    deal = opened(session, cast.acme)
    deal.lose("Too dear.", by=cast.sam)

    with pytest.raises(MoveForbidden, match="closed"):
        deal.move(stage(session, "Propose"), by=cast.sam)
    with pytest.raises(MoveForbidden, match="closed already"):
        deal.report_won(scope.today(), by=cast.sam)


def test_a_stage_that_is_not_in_use_takes_no_deals(session: Session, cast: Cast) -> None:
    deal = opened(session, cast.acme)
    unused = stage(session, "Propose")
    unused.switch_off(None, by=cast.anna)

    with pytest.raises(RuleBroken, match="not in use"):
        deal.move(unused, by=cast.sam)


def test_who_edits_an_older_page_is_told_what_changed(session: Session, cast: Cast) -> None:
    deal = opened(session, cast.acme)
    read = deal.version
    deal.edit(by=cast.sam, version=read, amount=Decimal(1500))

    with pytest.raises(ChangedMeanwhile, match=r"Sam Sales: amount"):
        deal.edit(by=cast.anna, version=read, name="Other roof")

    assert Step.path(session, deal)[0].words == "Changed: amount 1,500.00 USD (was 1,200.00 USD)"


def test_an_edit_that_changes_nothing_is_no_step(session: Session, cast: Cast) -> None:
    deal = opened(session, cast.acme)
    deal.edit(by=cast.sam, name="Roof", amount=Decimal(1200), website="")

    assert kinds(session, deal) == ["opened"]


def test_a_colleagues_deal_is_read_and_not_changed(
    session: Session, cast: Cast, as_partner: AsPartner
) -> None:
    """L7: an agent edits its own, the administrator all."""
    session.commit()
    with as_partner(cast.acme, cast.alice) as own:
        alice = own.get_one(Person, cast.alice.id)
        number = opened(own, own.get_one(Partner, cast.acme.id), alice).id
        own.commit()
    with as_partner(cast.acme, cast.oscar) as own:
        deal, oscar = own.get_one(Opportunity, number), own.get_one(Person, cast.oscar.id)
        with pytest.raises(NotYours):
            deal.edit(by=oscar, name="Mine")
        with pytest.raises(NotYours):
            deal.lose("Too dear.", by=oscar)


def test_an_agent_that_sees_its_own_deals_only_gives_none_away(
    session: Session, cast: Cast, connection: Connection
) -> None:
    """L7: the sentence comes before the database says no."""
    session.commit()
    narrow = scope.Scope(scope.Role.PARTNER, cast.acme.id, cast.oscar.id, own_only=True)
    with scope.opened(narrow), joined(connection) as own:
        oscar = own.get_one(Person, cast.oscar.id)
        deal = opened(own, own.get_one(Partner, cast.acme.id), oscar)
        with pytest.raises(RuleBroken, match="give the deal to a colleague"):
            deal.edit(by=oscar, owner_id=cast.alice.id)


def test_a_deal_is_about_products_the_first_of_which_measures_look_at(session: Session, cast: Cast) -> None:
    """P8"""
    battery, inverter = (factories.product(session, sku) for sku in ("BAT", "INV"))
    deal = opened(session, cast.acme, products=[Wanted(battery.id, Decimal(3))])
    deal.edit(by=cast.sam, products=[Wanted(inverter.id), Wanted(battery.id, Decimal("2.5"))])

    lines = deal.products()

    assert deal.product_id == inverter.id
    assert [(one.product.sku, one.quantity) for one in lines] == [("INV", 1), ("BAT", Decimal("2.5"))]
    with pytest.raises(RuleBroken, match="stands twice"):
        deal.edit(by=cast.sam, products=[Wanted(battery.id), Wanted(battery.id)])


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"name": "  "}, "Name the deal"),
        ({"customer": "x" * 10_000}, "at most 200"),
        ({"amount": Decimal(-1)}, "zero or more"),
        ({"currency": "XXQ"}, "not a currency"),
        ({"expected_on": date(2000, 1, 1)}, "cannot be expected to close before"),
        ({"probability": Decimal("1.1")}, "from 0 to 100"),
        ({"competitors": [f"C{number}" for number in range(21)]}, "at most 20"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    session: Session, cast: Cast, facts: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(RuleBroken, match=sentence):
        opened(session, cast.acme, **facts)


@pytest.mark.parametrize("customer", ["שלום בע״מ", "'; DROP TABLE opportunity; --", "=HYPERLINK(1)"])
def test_a_customer_has_any_name(session: Session, cast: Cast, customer: str) -> None:
    deal = opened(session, cast.acme, customer=customer)
    session.refresh(deal)

    assert deal.customer == customer


# ---------------------------------------------------------------- closing


def test_a_win_waits_until_staff_confirm_it(session: Session, cast: Cast, as_partner: AsPartner) -> None:
    """F3, P5"""
    program(session, cast)
    session.commit()
    with as_partner(cast.acme, cast.oscar) as own:
        oscar = own.get_one(Person, cast.oscar.id)
        mine = opened(own, own.get_one(Partner, cast.acme.id), oscar)
        mine.report_won(scope.today(), by=oscar, reason="They signed.")
        own.commit()
    deal = session.get_one(Opportunity, mine.id)

    assert won_amount(session, cast.acme) == 0
    deal.confirm(by=cast.carl)
    assert won_amount(session, cast.acme) == 1200
    assert kinds(session, deal) == ["opened", "reported", "confirmed"]
    with pytest.raises(RuleBroken, match="confirmed already"):
        deal.confirm(by=cast.sam)


def test_where_wins_count_at_once_nobody_has_to_confirm(
    session: Session, cast: Cast, as_partner: AsPartner
) -> None:
    """F3"""
    program(session, cast, wins_count_at_once=True)
    session.commit()
    with as_partner(cast.acme, cast.oscar) as own:
        oscar = own.get_one(Person, cast.oscar.id)
        mine = opened(own, own.get_one(Partner, cast.acme.id), oscar)
        mine.report_won(scope.today(), by=oscar)
        own.commit()

        assert mine.confirmed_at is not None
    assert won_amount(session, cast.acme) == 1200


def test_a_win_that_staff_report_is_confirmed_by_that(session: Session, cast: Cast) -> None:
    """F3"""
    program(session, cast)
    deal = opened(session, cast.acme)
    deal.report_won(scope.today(), by=cast.sam)

    assert deal.confirmed_at is not None
    assert won_amount(session, cast.acme) == 1200


@pytest.mark.parametrize(("days", "sentence"), [(-1, "cannot be closed before"), (1, "still to come")])
def test_a_deal_is_closed_between_its_creation_and_today(
    session: Session, cast: Cast, days: int, sentence: str
) -> None:
    """L5"""
    deal = opened(session, cast.acme)

    with pytest.raises(RuleBroken, match=sentence):
        deal.report_won(scope.today() + timedelta(days=days), by=cast.sam)


def test_a_win_that_is_not_confirmed_is_open_again_where_it_stood(session: Session, cast: Cast) -> None:
    """F3"""
    program(session, cast)
    deal = opened(session, cast.acme)
    deal.move(stage(session, "Propose"), by=None)
    deal.report_won(scope.today(), by=cast.sam)
    deal.confirmed_at = None  # as a partner's report leaves it
    session.flush()

    deal.refuse_win("There is no contract.", by=cast.carl)

    assert (deal.stage_id, deal.closed_on, deal.reported_at) == (stage(session, "Propose").id, None, None)
    assert Step.path(session, deal)[0].words == "Win not confirmed: There is no contract."
    with pytest.raises(RuleBroken, match="nothing to decide"):
        deal.confirm(by=cast.carl)


def test_reopening_takes_back_what_counted_and_needs_right_and_reason(
    session: Session, cast: Cast, as_partner: AsPartner
) -> None:
    """L5, F3"""
    program(session, cast)
    deal = opened(session, cast.acme)
    deal.report_won(scope.today(), by=cast.sam)

    with pytest.raises(NotYours):
        deal.reopen("Please.", by=cast.alice)
    with pytest.raises(RuleBroken, match="Say why"):
        deal.reopen("  ", by=cast.sam)
    deal.reopen("They changed their mind.", by=cast.sam)

    assert won_amount(session, cast.acme) == 0
    assert (deal.closed_on, deal.confirmed_at) == (None, None)
    with pytest.raises(RuleBroken, match="open already"):
        deal.reopen("Again.", by=cast.sam)


def test_a_lost_deal_keeps_why(session: Session, cast: Cast) -> None:
    """L5"""
    deal = opened(session, cast.acme)
    with pytest.raises(RuleBroken, match="Say why"):
        deal.lose("", by=cast.sam)
    deal.lose("Bought elsewhere.", by=cast.sam)

    assert (deal.reason, deal.closed_on) == ("Bought elsewhere.", scope.today())


def test_a_partner_does_not_change_a_closed_deal_and_staff_do(
    session: Session, cast: Cast, as_partner: AsPartner
) -> None:
    """F3: a changed amount counts anew."""
    program(session, cast)
    deal = opened(session, cast.acme)
    deal.report_won(scope.today(), by=cast.sam)

    with pytest.raises(MoveForbidden, match="closed"):
        deal.edit(by=cast.alice, amount=Decimal(9999))
    deal.edit(by=cast.sam, amount=Decimal(1300))

    assert won_amount(session, cast.acme) == 1300


# ---------------------------------------------------------------- whose it is


def test_a_deal_handed_over_counts_for_the_other_partner(session: Session, cast: Cast) -> None:
    """F3, L5: both are assessed in the same transaction."""
    program(session, cast, upgrades=Upgrades.AT_ONCE)
    factories.product(session, "BAT")
    deal = opened(session, cast.acme, products=[Wanted(factories.product(session, "INV").id)])
    deal.report_won(scope.today(), by=cast.sam)
    session.flush()

    deal.hand_to(cast.bolt, "Acme has no people there.", by=cast.sam)

    assert [won_amount(session, partner) for partner in (cast.acme, cast.bolt)] == [0, 1200]
    assert [one.partner_id for one in session.scalars(select(OpportunityProduct))] == [cast.bolt.id]
    tellings = {one.kind: one.partner_id for one in Step.path(session, deal)}
    assert tellings["opportunity.left"] == cast.acme.id
    assert tellings["opportunity.came"] == cast.bolt.id


def test_who_had_a_deal_does_not_see_it_any_more(session: Session, cast: Cast, as_partner: AsPartner) -> None:
    """A6: each side reads its own part of the time line."""
    deal = opened(session, cast.acme, by=cast.sam)
    deal.hand_to(cast.bolt, "Nearer.", by=cast.sam)
    session.commit()

    with as_partner(cast.acme, cast.alice) as own:
        assert own.get(Opportunity, deal.id) is None
        assert kinds(own, deal) == ["opened", "left"]
    with as_partner(cast.bolt, cast.bob) as own:
        assert kinds(own, deal) == ["came"]


def test_a_deleted_deal_counts_no_more_and_can_still_be_read(session: Session, cast: Cast) -> None:
    """F3"""
    program(session, cast)
    deal = opened(session, cast.acme)
    deal.report_won(scope.today(), by=cast.sam)
    with pytest.raises(NotYours):
        deal.delete("No.", by=cast.alice)

    deal.delete("Entered twice.", by=cast.sam)

    assert won_amount(session, cast.acme) == 0
    assert session.get_one(Opportunity, deal.id).state_words("Won", StageKind.WON) == "Deleted"
    with pytest.raises(RuleBroken, match="deleted"):
        deal.edit(by=cast.sam, name="X")


# ---------------------------------------------------------------- what it counts towards


def said(session: Session, deal: Opportunity) -> list[str]:
    session.flush()
    return [one.in_words() for one in towards(session, deal, scope.today())]


def test_a_deal_says_what_it_counts_towards(session: Session, cast: Cast) -> None:
    """P5: the tier, the figure, the amount converted."""
    program(session, cast, upgrades=Upgrades.AT_REVIEW)
    factories.rate(session, "EUR", scope.today(), "1.25")
    deal = opened(session, cast.acme, amount=Decimal(800), currency="EUR")
    year = scope.today().year

    assert said(session, deal) == [
        f"This deal does not count towards Silver (Won amount, {year}): it is not won."
    ]
    deal.report_won(scope.today(), by=cast.sam)
    assert said(session, deal) == [f"This deal counts 1,000.00 USD towards Silver (Won amount, {year})."]


def test_at_the_top_of_the_ladder_a_deal_helps_to_keep_the_tier(session: Session, cast: Cast) -> None:
    """P5, P11"""
    program(session, cast, upgrades=Upgrades.AT_ONCE)
    deal = opened(session, cast.acme)
    deal.report_won(scope.today(), by=cast.sam)
    session.flush()

    assert said(session, deal)[0].startswith("This deal counts 1,200.00 USD towards keeping Silver")


def test_without_a_partnership_a_deal_counts_towards_nothing(session: Session, cast: Cast) -> None:
    deal = opened(session, cast.crane)

    assert said(session, deal) == []


def test_a_missing_rate_stops_no_deal_and_is_said(session: Session, cast: Cast) -> None:
    """M3: the fact comes in; the assessment is what is refused, with an event."""
    program(session, cast, upgrades=Upgrades.AT_ONCE)
    deal = opened(session, cast.acme, currency="JPY")
    deal.report_won(scope.today(), by=cast.sam)

    refused = session.scalars(select(Event).where(Event.kind == "assessment.refused")).all()

    assert [one.partner_id for one in refused] == [cast.acme.id]
    assert "no exchange rate" in said(session, deal)[0]


def test_an_open_deal_says_what_it_would_count(session: Session, cast: Cast) -> None:
    """P5"""
    program(session, cast)
    deal = opened(session, cast.acme)
    session.flush()

    (one,) = towards(session, deal, scope.today())

    assert one.promise() == "It would count 1,200.00 USD."
