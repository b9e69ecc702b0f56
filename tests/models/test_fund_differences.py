"""F3: the night says where ledger and deals differ, repairs nothing, and a person brings them into line."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import clock
from app.models import ExchangeRate, FundDifference, Notification, Opportunity, Step
from app.models.funds import differing
from app.rules.refusals import RuleBroken
from tests import factories
from tests.cast import Cast
from tests.models import accrual_stories as stories
from tests.models.accrual_stories import NOW, TODAY


@pytest.fixture(autouse=True)
def _in_may(session: Session, cast: Cast) -> Iterator[None]:
    with clock.told(NOW):
        stories.program(session, cast)
        yield


def night(session: Session) -> list[FundDifference]:
    """What the job does, in the story's transaction."""
    return differing.look(session, differing.deals_after(session, 0))


def by_hand(session: Session, deal: Opportunity, **values: object) -> None:
    """Somebody with direct SQL."""
    session.execute(update(Opportunity.__table__).where(Opportunity.id == deal.id).values(values))
    session.expire(deal)


def open_ones(session: Session) -> list[FundDifference]:
    found = select(FundDifference).where(FundDifference.settled_at.is_(None)).order_by(FundDifference.id)
    return list(session.scalars(found.execution_options(populate_existing=True)))


def test_a_night_after_ordinary_days_finds_nothing(session: Session, cast: Cast) -> None:
    """F3."""
    stories.partnership(session, cast.acme)
    for number in range(3):
        stories.won(session, cast.acme, cast.carl, f"{number}00.10")

    assert night(session) == []


def test_a_rate_changed_behind_the_ledger_is_reported_and_not_repaired(session: Session, cast: Cast) -> None:
    """F3, M3: expected and posted side by side, each with its sentence."""
    cast.acme.currency = "EUR"
    factories.rate(session, "EUR", TODAY, "1.25")
    stories.partnership(session, cast.acme)
    deal = stories.won(session, cast.acme, cast.carl)
    session.execute(update(ExchangeRate).values(rate=Decimal("1.0923")))

    (found,) = night(session)

    assert (found.posted, found.expected, found.currency) == (40000, 45775, "EUR")
    assert found.lacking == Decimal("57.75")
    assert found.why == (
        "Due: 457.75 EUR, 1 % of 50,000.00 USD, Bronze, program 2026-1 at 1 EUR = 1.0923 USD.\n"
        "Posted: 400.00 EUR, 1 % of 50,000.00 USD, Bronze, program 2026-1 at 1 EUR = 1.25 USD."
    )
    assert stories.amounts(session, deal) == [40000]
    assert night(session) == []
    assert [one.id for one in open_ones(session)] == [found.id]


def test_bringing_into_line_posts_the_difference_and_settles_it(session: Session, cast: Cast) -> None:
    """F3: the old credit goes back, the right one comes, by whoever pressed."""
    stories.partnership(session, cast.acme)
    deal = stories.won(session, cast.acme, cast.carl)
    by_hand(session, deal, amount=Decimal(70000))
    (found,) = night(session)

    found.bring_into_line(by=cast.mona)

    assert stories.amounts(session, deal) == [50000, -50000, 70000]
    assert (found.is_open, found.settled_by_id) == (False, cast.mona.id)
    assert stories.entries(session, deal)[2].by_id == cast.mona.id
    with pytest.raises(RuleBroken, match="brought into line already"):
        found.bring_into_line(by=cast.mona)


def test_a_missing_rate_is_a_difference_that_cannot_be_said(session: Session, cast: Cast) -> None:
    """M3, F3: pressing says the same sentence; the rate itself settles it."""
    cast.acme.currency = "EUR"
    stories.partnership(session, cast.acme)
    stories.won(session, cast.acme, cast.carl)

    (found,) = night(session)

    assert (found.expected, found.posted, found.lacking) == (None, 0, None)
    with pytest.raises(RuleBroken, match="No exchange rate for EUR"):
        found.bring_into_line(by=cast.mona)
    ExchangeRate.add(session, currency="EUR", day=TODAY, rate=Decimal("1.25"), by=cast.carl)
    assert open_ones(session) == []


def test_a_deal_that_changed_hands_behind_the_ledger_differs_at_both_partners(
    session: Session, cast: Cast
) -> None:
    """F3: too much here, too little there, settled together."""
    stories.partnership(session, cast.acme)
    stories.partnership(session, cast.bolt, "Silver")
    deal = stories.won(session, cast.acme, cast.carl)
    by_hand(session, deal, partner_id=cast.bolt.id)

    night(session)

    known = {one.partner_id: (one.posted, one.expected) for one in open_ones(session)}
    assert known == {cast.acme.id: (50000, 0), cast.bolt.id: (0, 125000)}
    open_ones(session)[0].bring_into_line(by=cast.mona)
    assert open_ones(session) == []
    assert (stories.available(session, cast.acme), stories.available(session, cast.bolt)) == (0, 125000)


def test_what_is_right_again_is_settled_by_the_next_night(session: Session, cast: Cast) -> None:
    """F3: nobody has to press for what vanished by itself."""
    stories.partnership(session, cast.acme)
    deal = stories.won(session, cast.acme, cast.carl)
    by_hand(session, deal, amount=Decimal(70000))
    night(session)
    by_hand(session, deal, amount=Decimal(50000))

    night(session)

    assert open_ones(session) == []


def test_an_unconfirmed_deal_that_was_credited_is_too_much(session: Session, cast: Cast) -> None:
    """F3: credited although it does not count."""
    stories.partnership(session, cast.acme)
    deal = stories.won(session, cast.acme, cast.carl)
    by_hand(session, deal, stage_id=factories.stage(session, "Qualify").id, confirmed_at=None, closed_on=None)

    (found,) = night(session)

    assert (found.posted, found.expected) == (50000, 0)
    assert found.why.startswith("The deal is not won yet.\nPosted: 500.00 USD, 1 % of 50,000.00 USD")


def test_marketing_is_told_once_a_night(session: Session, cast: Cast) -> None:
    """F3: by one notification with the number of new differences; partners hear nothing of it."""
    stories.partnership(session, cast.acme)
    for _ in range(2):
        by_hand(session, stories.won(session, cast.acme, cast.carl), amount=Decimal(1))
    found = night(session)

    differing.tell(session, found[0], len(found))

    (told,) = session.scalars(select(Notification).join(Step).where(Step.kind == differing.FOUND)).all()
    step = session.get_one(Step, told.step_id)
    assert told.person_id == cast.mona.id
    assert (step.words, step.vendor_only) == ("Ledger and deals differ; new differences: 2", True)
