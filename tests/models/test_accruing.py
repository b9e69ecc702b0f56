"""F3, P2, P3: what won deals credit to funds, and that the ledger follows whatever becomes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import clock
from app.models import (
    AccountKind,
    EntryKind,
    Event,
    EventDetail,
    ExchangeRate,
    Fund,
    FundType,
    Opportunity,
    Partner,
    ProgramVersion,
    Tier,
)
from app.models.funds.accruing import bring_into_line, bring_partners_into_line
from app.rules.entry_words import said
from app.rules.refusals import RuleBroken
from tests import factories
from tests.cast import Cast
from tests.models import accrual_stories as stories
from tests.models.accrual_stories import NOW, TODAY

AsPartner = Callable[..., AbstractContextManager[Session]]


@pytest.fixture(autouse=True)
def _in_may() -> Iterator[None]:
    with clock.told(NOW):
        yield


@pytest.fixture
def terms() -> dict[str, Any]:
    """What a test's program has besides."""
    return {}


@pytest.fixture(autouse=True)
def _program(session: Session, cast: Cast, terms: dict[str, Any]) -> None:
    stories.program(session, cast, **terms)


def tier(session: Session, cast: Cast, name: str) -> Tier:
    return session.scalars(
        select(Tier).where(Tier.partner_type_id == cast.reseller.id, Tier.name == name)
    ).one()


def refusals(session: Session) -> list[str]:
    said = select(EventDetail.after["why"].astext).join(Event, Event.id == EventDetail.event_id)
    return list(session.scalars(said.where(Event.kind == "accrual.refused").order_by(Event.id)))


# -- P2, M3: funds by themselves


def test_a_new_partnership_has_a_marketing_fund(session: Session, cast: Cast) -> None:
    """P2, M3: in the same transaction, from the first day, in the operating company's currency."""
    partnership = stories.partnership(session, cast.acme, by=cast.carl)

    fund = stories.fund_of(session, cast.acme)
    assert (fund.partnership_id, fund.currency, fund.starts_on) == (partnership.id, "USD", stories.BEGINS)
    opened = session.scalars(select(Event).where(Event.kind == "fund.opened")).one()
    assert (opened.subject_id, opened.partner_id) == (fund.id, cast.acme.id)


def test_the_partners_currency_comes_before_its_companys(session: Session, cast: Cast) -> None:
    """M3."""
    cast.acme.currency = "EUR"
    session.flush()

    stories.partnership(session, cast.acme)

    assert stories.fund_of(session, cast.acme).currency == "EUR"


@pytest.mark.parametrize("terms", [{"currency": "SEK"}])
def test_without_a_currency_of_its_own_the_fund_has_the_programs(session: Session, cast: Cast) -> None:
    """M3."""
    cast.acme.operating_company_id = None
    session.flush()

    stories.partnership(session, cast.acme)

    assert stories.fund_of(session, cast.acme).currency == "SEK"


def test_a_type_that_came_later_is_opened_for_those_who_have_none(session: Session, cast: Cast) -> None:
    """P2: asked again it opens nothing twice."""
    for partner in (cast.acme, cast.bolt):
        factories.partnership(session, partner, stories.BEGINS, stories.ENDS, "Bronze")

    assert Fund.open_missing(session) == 2
    assert Fund.open_missing(session) == 0


def test_a_fund_opened_by_hand_credits_from_its_first_day(session: Session, cast: Cast) -> None:
    """F1, F3: deals of before are not made up for."""
    partnership = stories.partnership(session, cast.acme)
    kind = factories.added(session, FundType(name="Certification fund", percent_category="Marketing fund"))
    stories.won(session, cast.acme, cast.carl, closed_on=TODAY - timedelta(days=5))
    stories.won(session, cast.acme, cast.carl, "100", closed_on=TODAY)

    fund = Fund.open(partnership, kind, starts_on=TODAY, by=cast.mona)

    assert fund.balances()[AccountKind.AVAILABLE] == 100
    with pytest.raises(RuleBroken, match="has a fund “Certification fund” already"):
        Fund.open(partnership, kind, starts_on=TODAY, by=cast.mona)


def test_a_fund_that_lasts_longer_credits_what_was_closed_after_its_end(session: Session, cast: Cast) -> None:
    """F1, F3: after its last day nothing is credited, until the day is moved."""
    stories.partnership(session, cast.acme)
    fund = stories.fund_of(session, cast.acme)
    fund.ends_on = TODAY - timedelta(days=3)
    session.flush()
    deal = stories.won(session, cast.acme, cast.carl, closed_on=TODAY - timedelta(days=1))
    assert stories.amounts(session, deal) == []

    fund.change(ends_on=stories.ENDS, overdraft=Decimal(0), by=cast.mona)

    assert stories.amounts(session, deal) == [50000]


# -- F3: winning and what becomes of it


def test_a_won_deal_credits_its_tiers_percent_once(session: Session, cast: Cast) -> None:
    """F3: with its sentence, its cause and the day it is meant for."""
    stories.partnership(session, cast.acme)

    deal = stories.won(session, cast.acme, cast.carl, closed_on=date(2026, 5, 4))

    (entry,) = stories.entries(session, deal)
    assert (entry.kind, entry.amount, entry.meant_on) == (EntryKind.ACCRUAL, 50000, date(2026, 5, 4))
    assert entry.by_id == cast.carl.id
    assert said(entry.kind, entry.facts) == "1 % of 50,000.00 USD, Bronze, program 2026-1"
    assert stories.available(session, cast.acme) == 50000
    assert bring_into_line(session, [deal.id], by=None) == 0


def test_a_reported_win_is_credited_when_it_is_confirmed(session: Session, cast: Cast) -> None:
    """F3: the partner reports, the vendor confirms."""
    stories.partnership(session, cast.acme)
    deal = stories.deal(session, cast.acme, cast.oscar)
    deal.report_won(TODAY, by=cast.oscar)
    assert stories.amounts(session, deal) == []

    deal.confirm(by=cast.carl)

    assert stories.amounts(session, deal) == [50000]


def test_a_changed_amount_reverses_and_credits_anew(session: Session, cast: Cast) -> None:
    """F3: the money moves back first, so the second credit is the second revision of one cause."""
    stories.partnership(session, cast.acme)
    deal = stories.won(session, cast.acme, cast.carl)

    deal.edit(by=cast.carl, amount=Decimal(60000))

    was, back, now = stories.entries(session, deal)
    assert stories.amounts(session, deal) == [50000, -50000, 60000]
    assert (back.reverses_id, now.revision, back.meant_on) == (was.id, 2, was.meant_on)
    assert stories.available(session, cast.acme) == 60000


def test_a_change_that_changes_nothing_posts_nothing(session: Session, cast: Cast) -> None:
    """F3."""
    stories.partnership(session, cast.acme)
    deal = stories.won(session, cast.acme, cast.carl)

    deal.edit(by=cast.carl, name="Another roof", customer="Somebody Ltd")

    assert stories.amounts(session, deal) == [50000]


def test_a_moved_closing_day_takes_the_program_of_that_day(session: Session, cast: Cast) -> None:
    """F3, P12: the version that holds on the closing day says the percent, and the entry says the version."""
    stories.partnership(session, cast.acme)
    stories.program(session, cast, "2026-2", date(2026, 5, 10))
    deal = stories.won(session, cast.acme, cast.carl, closed_on=date(2026, 5, 15))

    deal.edit(by=cast.carl, closed_on=date(2026, 5, 9), expected_on=None)

    assert stories.amounts(session, deal) == [50000, -50000, 50000]
    assert [one.facts.get("version") for one in stories.entries(session, deal)] == ["2026-2", None, "2026-1"]


def test_reopening_and_deleting_take_the_credit_back_even_below_zero(session: Session, cast: Cast) -> None:
    """L5, F3, F4: an automatic reversal may take the fund below zero, and is flagged forced."""
    stories.partnership(session, cast.acme)
    one, two = (stories.won(session, cast.acme, cast.carl) for _ in range(2))
    stories.fund_of(session, cast.acme).post(
        EntryKind.DEBIT, 60000, cause="test/1", by=cast.mona, meant_on=TODAY, reason="Spent"
    )

    one.reopen("A mistake", by=cast.carl)
    two.delete("Entered twice", by=cast.carl)

    assert stories.amounts(session, one) == stories.amounts(session, two) == [50000, -50000]
    assert stories.available(session, cast.acme) == -60000
    assert [stories.entries(session, each)[1].forced for each in (one, two)] == [True, True]
    assert stories.entries(session, one)[1].reason == "The deal is not won yet."
    assert stories.entries(session, two)[1].reason == "The deal was deleted."


def test_a_deal_won_again_is_credited_again(session: Session, cast: Cast) -> None:
    """F3, F2: a reversal is never reversed; one credits anew."""
    stories.partnership(session, cast.acme)
    deal = stories.won(session, cast.acme, cast.carl)
    deal.reopen("A mistake", by=cast.carl)

    deal.report_won(TODAY, by=cast.carl)

    assert stories.amounts(session, deal) == [50000, -50000, 50000]
    assert stories.entries(session, deal)[2].revision == 2


def test_a_deal_handed_over_is_credited_to_who_has_it_now(session: Session, cast: Cast) -> None:
    """F3: at the other partner's tier."""
    stories.partnership(session, cast.acme)
    stories.partnership(session, cast.bolt, "Silver")
    deal = stories.won(session, cast.acme, cast.carl)

    deal.hand_to(cast.bolt, "Bolt did the work", by=cast.carl)

    assert stories.amounts(session, deal) == [50000, -50000, 125000]
    assert (stories.available(session, cast.acme), stories.available(session, cast.bolt)) == (0, 125000)
    assert stories.entries(session, deal)[1].reason == "The deal went to another partner."


def test_a_tier_without_the_percent_credits_nothing(session: Session, cast: Cast) -> None:
    """F3: no entry of zero."""
    stories.partnership(session, cast.acme, "Registered")

    assert stories.amounts(session, stories.won(session, cast.acme, cast.carl)) == []


def test_a_lost_deal_credits_nothing(session: Session, cast: Cast) -> None:
    """F3."""
    stories.partnership(session, cast.acme)
    deal = stories.deal(session, cast.acme, cast.carl)

    deal.lose("Too dear", by=cast.carl)

    assert stories.amounts(session, deal) == []


# -- tiers that move


def test_a_tier_set_today_credits_todays_deals_by_it(session: Session, cast: Cast) -> None:
    """F3, P1: the tier held on the closing day is the one of the period that holds that day."""
    partnership = stories.partnership(session, cast.acme)
    before = stories.won(session, cast.acme, cast.carl, closed_on=TODAY - timedelta(days=1))
    on_the_day = stories.won(session, cast.acme, cast.carl)

    partnership.set_tier(tier(session, cast, "Silver"), "Agreed", by=cast.carl)

    assert stories.amounts(session, before) == [50000]
    assert stories.amounts(session, on_the_day) == [50000, -50000, 125000]


def test_a_win_that_lifts_the_tier_is_credited_by_the_tier_it_lifts_to(session: Session, cast: Cast) -> None:
    """F3, P9: at once, in one transaction: the tier held on the closing day is the new one."""
    version = factories.draft(session, "2026-2")
    ladder = factories.ladder(session, version, cast.reseller, "Bronze", "Silver")
    won = factories.category(
        session, "Won", version=version, measure={"sum": "opportunities", "over": "calendar year"}
    )
    for name, target in (("Bronze", 0), ("Silver", 40000)):
        rung = factories.rung(session, ladder, name)
        factories.obligation(session, rung, won, target)
        factories.benefit(session, rung, stories.category(session), number=Decimal(stories.PERCENTS[name]))
    factories.published(session, version, TODAY)
    stories.partnership(session, cast.acme)

    deal = stories.won(session, cast.acme, cast.carl)

    assert stories.available(session, cast.acme) == 125000
    assert sum(stories.amounts(session, deal)) == 125000


# -- P3: off days


def test_a_deal_of_an_off_day_is_credited_only_by_recalculating(session: Session, cast: Cast) -> None:
    """P3: nothing is back-filled by itself; what is recalculated stays right ever after."""
    partnership = stories.partnership(session, cast.acme)
    with clock.told(NOW - timedelta(days=10)):
        partnership.deactivate(by=cast.carl)
    deal = stories.won(session, cast.acme, cast.carl, closed_on=TODAY - timedelta(days=3))
    partnership.activate(by=cast.carl)
    assert stories.amounts(session, deal) == []

    bring_partners_into_line(session, [cast.acme.id], by=cast.carl, recalculating=True)

    (entry,) = stories.entries(session, deal)
    assert (entry.amount, entry.facts["recalculated"]) == (50000, "yes")
    assert bring_partners_into_line(session, [cast.acme.id], by=None) == 0


def test_turning_a_partnership_off_leaves_what_was_credited_that_day(session: Session, cast: Cast) -> None:
    """P3: balances stay, also where the same day is off by evening."""
    partnership = stories.partnership(session, cast.acme)
    deal = stories.won(session, cast.acme, cast.carl)

    partnership.deactivate(by=cast.carl)

    assert bring_into_line(session, [deal.id], by=None) == 0
    assert stories.available(session, cast.acme) == 50000


def test_days_after_the_due_day_count_once_it_is_renewed(session: Session, cast: Cast) -> None:
    """P1, F3: renewed without a break, the partnership was active all the time."""
    partnership = stories.partnership(session, cast.acme)
    partnership.due_on = TODAY - timedelta(days=2)
    session.flush()
    deal = stories.won(session, cast.acme, cast.carl)
    assert stories.amounts(session, deal) == []

    partnership.renew(by=cast.carl)

    assert stories.amounts(session, deal) == [50000]


# -- M3: currencies


@pytest.mark.parametrize(
    ("currency", "rate", "percent_of_1000_usd"),
    [("JPY", "0.0065", 1538), ("EUR", "1.0923", 915), ("KWD", "3.27", 3058)],
)
def test_a_credit_is_converted_by_the_rate_of_the_closing_day(
    session: Session, cast: Cast, currency: str, rate: str, percent_of_1000_usd: int
) -> None:
    """M3, M1: into a currency of 0, 2 or 3 places, rounded once."""
    cast.acme.currency = currency
    factories.rate(session, currency, TODAY, rate)
    stories.partnership(session, cast.acme)

    deal = stories.won(session, cast.acme, cast.carl, "1000")

    assert stories.amounts(session, deal) == [percent_of_1000_usd]
    assert f"1 {currency} = {rate} USD" in said("accrual", stories.entries(session, deal)[0].facts)


def test_a_missing_rate_keeps_the_win_and_the_rate_brings_the_credit(session: Session, cast: Cast) -> None:
    """M3, F3: the change stays, an event says what is missing, and adding the rate credits the deal."""
    cast.acme.currency = "EUR"
    stories.partnership(session, cast.acme)

    deal = stories.won(session, cast.acme, cast.carl)

    assert deal.confirmed_at is not None
    assert stories.amounts(session, deal) == []
    assert refusals(session)[-1].startswith(f"No exchange rate for EUR on {TODAY}.")
    ExchangeRate.add(session, currency="EUR", day=TODAY, rate=Decimal("1.25"), by=cast.carl)
    assert stories.amounts(session, deal) == [40000]


def test_an_amount_beyond_the_ledger_is_refused_in_words(session: Session, cast: Cast) -> None:
    """M1: the deal stays, nothing is posted in part."""
    stories.partnership(session, cast.acme, "Silver")

    deal = stories.won(session, cast.acme, cast.carl, "999999999999999")

    assert stories.amounts(session, deal) == []
    assert refusals(session)[-1].endswith("is too much to be posted at once.")


# -- the partner's own act


def test_a_win_that_counts_at_once_is_credited_in_the_partners_own_act(
    session: Session, cast: Cast, as_partner: AsPartner
) -> None:
    """F3, A6: the vendor's books are written on the partner's behalf; the partner reads its entry."""
    stories.program(session, cast, "2026-2", TODAY, wins_count_at_once=True)
    stories.partnership(session, cast.acme)
    session.commit()

    with as_partner(cast.acme, cast.oscar) as own:
        acme = own.get_one(Partner, cast.acme.id)
        deal = stories.deal(own, acme, cast.oscar)
        deal.report_won(TODAY, by=cast.oscar)
        read = stories.amounts(own, deal)
        own.commit()

    assert read == [50000]
    (entry,) = stories.entries(session, session.get_one(Opportunity, deal.id))
    assert entry.by_id == cast.oscar.id


# -- what a type is credited by


def test_what_was_credited_stays_when_its_type_is_credited_by_nothing_any_more(
    session: Session, cast: Cast
) -> None:
    """F3: a setting of the type holds from now on; what happened keeps the category it was credited by."""
    stories.partnership(session, cast.acme)
    deal = stories.won(session, cast.acme, cast.carl)
    session.execute(update(FundType).values(percent_category=None))

    deal.edit(by=cast.carl, amount=Decimal(70000))
    another = stories.won(session, cast.acme, cast.carl)

    assert stories.amounts(session, deal) == [50000, -50000, 70000]
    assert stories.amounts(session, another) == []


def test_another_category_credits_what_is_closed_from_now_on(session: Session, cast: Cast) -> None:
    """F3: what was closed before is neither credited by it nor taken back, also when it is won again."""
    stories.partnership(session, cast.acme)
    before = stories.won(session, cast.acme, cast.carl, closed_on=TODAY - timedelta(days=1))
    (kind,) = session.scalars(select(FundType)).all()
    kind.change(by=cast.mona, percent_category=None)
    uncredited = stories.won(session, cast.acme, cast.carl, closed_on=TODAY - timedelta(days=1))

    kind.change(by=cast.mona, percent_category="Marketing fund")
    before.reopen("A mistake", by=cast.carl)
    before.report_won(TODAY - timedelta(days=1), by=cast.carl)
    after = stories.won(session, cast.acme, cast.carl)

    assert bring_partners_into_line(session, [cast.acme.id], by=None) == 0
    assert stories.amounts(session, before) == [50000, -50000, 50000]
    assert stories.amounts(session, uncredited) == []
    assert stories.amounts(session, after) == [50000]


# -- P12


def test_a_version_may_not_begin_on_a_day_something_accrued_for(session: Session, cast: Cast) -> None:
    """P12: the sentence names the first day allowed."""
    stories.partnership(session, cast.acme)
    stories.won(session, cast.acme, cast.carl, closed_on=date(2026, 5, 4))
    draft = ProgramVersion.start(session, by=cast.carl, name="2026-2")

    with pytest.raises(RuleBroken) as refusal:
        draft.publish(date(2026, 5, 4), by=cast.carl)

    assert refusal.value.sentence == (
        "Deals were credited to funds for 2026-05-04 or later, so the program of those days stays. "
        "The first day this version may begin on is 2026-05-05."
    )


@pytest.mark.parametrize("terms", [{"begins": date(2026, 5, 19)}])
def test_a_version_that_begins_in_the_past_credits_what_was_closed_since(
    session: Session, cast: Cast
) -> None:
    """P12, F3: where nothing accrued yet, deals are credited by the version that holds then."""
    stories.partnership(session, cast.acme)
    deal = stories.won(session, cast.acme, cast.carl, closed_on=date(2026, 5, 4))
    assert stories.amounts(session, deal) == []

    draft = ProgramVersion.start(session, by=cast.carl, name="2026-0")
    draft.publish(date(2026, 5, 1), by=cast.carl)

    assert stories.amounts(session, deal) == [50000]
    assert stories.entries(session, deal)[0].facts["version"] == "2026-0"
