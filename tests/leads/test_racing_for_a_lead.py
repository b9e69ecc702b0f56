"""L1, L2: two hundred accepts of one lead, sixty-four at a time on real connections, give one winner."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from threading import Barrier

import pytest
from sqlalchemy import Engine, create_engine, func, select
from sqlalchemy.orm import Session

from app import Accord, database, scope
from app.models import Event, Lead, LeadOffer, LeadStage, OfferState, Person, Step, Vendor
from app.models.leads.lead_offer import OfferOver
from config import Settings
from tests import factories
from tests.cast import Cast, tell

AT_A_TIME, IN_ALL = 64, 200


@pytest.fixture
def engine(fresh_app: Accord, fresh_database: Settings) -> Iterator[Engine]:
    """As many connections as there are racers."""
    made = create_engine(
        database.driver_url(fresh_database.database_url or ""), pool_size=AT_A_TIME, max_overflow=0
    )
    yield made
    made.dispose()


def staged() -> tuple[Cast, int]:
    """A lead on offer to Acme."""
    with database.unit_of_work() as session:
        cast = tell(session)
        if session.scalars(select(Vendor)).one_or_none() is None:
            factories.added(session, Vendor(name="Northwind"))
        factories.partnership(session, cast.acme, date(2020, 1, 1), date(2090, 12, 31))
        lead = factories.lead(session, None, "Ackerloh", date(2026, 1, 5))
        return cast, LeadOffer.make(lead, cast.acme, by=cast.sam).id


def accept(engine: Engine, barrier: Barrier, cast: Cast, offer_id: int, place: int) -> str:
    """Accept as one of Acme's two people; say what came of it."""
    who = (cast.alice, cast.oscar)[place % 2]
    if place < IN_ALL - IN_ALL % AT_A_TIME:
        barrier.wait(timeout=30)
    with scope.opened(scope.Scope(scope.Role.PARTNER, cast.acme.id, who.id)), Session(engine) as session:
        try:
            session.get_one(LeadOffer, offer_id).accept(by=session.get_one(Person, who.id))
            database.commit(session)
        except OfferOver as refusal:
            session.rollback()
            return refusal.sentence.split(" on ")[0]
    return f"won by {who.name}"


def test_two_hundred_accepts_of_one_lead_give_one_winner(engine: Engine) -> None:
    """L2"""
    cast, offer_id = staged()
    race = partial(accept, engine, Barrier(AT_A_TIME), cast, offer_id)

    with ThreadPoolExecutor(AT_A_TIME) as racers:
        ends = Counter(racers.map(race, range(IN_ALL)))

    winner = next(end for end in ends if end.startswith("won by ")).removeprefix("won by ")
    assert ends == {f"won by {winner}": 1, f"{winner} accepted this lead already,": IN_ALL - 1}
    with database.unit_of_work() as session:
        lead, offer = session.scalars(select(Lead)).one(), session.get_one(LeadOffer, offer_id)
        owner = session.get_one(Person, lead.owner_id)
        assert (lead.stage, lead.partner_id, owner.name) == (LeadStage.ACCEPTED, cast.acme.id, winner)
        assert (offer.state, offer.answered_by_id) == (OfferState.ACCEPTED, owner.id)
        for told in (Event, Step):
            assert session.scalar(select(func.count()).where(told.kind == "lead.accepted")) == 1
