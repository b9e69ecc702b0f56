"""L1: leads go to partners by pinned accounts and ordered rules, and every turn can be recomputed from its log."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app import Accord, database, scope
from app.extensions import db
from app.models import (
    Decision,
    DistributionRule,
    DistributionShare,
    Lead,
    LeadOffer,
    LeadStage,
    OfferState,
    Partner,
    PinnedAccount,
    Step,
    TierPeriod,
)
from app.models.leads import distributing
from app.models.leads.distribution import distribute
from app.models.registrations import candidates
from app.rules.distribution import Kept, Turn, next_turn, replayed
from app.rules.refusals import RuleBroken
from tests import factories
from tests.cast import Cast, tell

AsPartner = Callable[..., AbstractContextManager[Session]]
NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
DAY = date(2026, 5, 4)


@pytest.fixture(autouse=True)
def clock_stands() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as moment:
        yield moment


@pytest.fixture
def stage(session: Session, cast: Cast) -> Cast:
    """Acme, Bolt and Crane, each with an active partnership."""
    for partner in (cast.acme, cast.bolt, cast.crane):
        factories.partnership(session, partner, date(2026, 1, 1), date(2026, 12, 31))
    session.commit()
    return cast


def rule(
    session: Session, cast: Cast, name: str, *weights: tuple[Partner, int], **terms: Any
) -> DistributionRule:
    made = DistributionRule.draw_up(session, by=cast.carl, name=name, **{"hours": 48, **terms})
    for partner, weight in weights:
        made.weigh(partner, weight, by=cast.carl)
    session.flush()
    return made


def lead(session: Session, company: str = "Sunny Farm", **facts: Any) -> Lead:
    return factories.lead(session, None, company, DAY, stage=LeadStage.QUALIFIED, **facts)


def sent(session: Session, cast: Cast, **facts: Any) -> int | None:
    """Distribute a new lead and return whom it is offered to."""
    offer = distribute(session, lead(session, **facts), by=cast.carl)
    return None if offer is None else offer.partner_id


def log(session: Session, of: DistributionRule) -> list[Kept]:
    kept = select(Decision).where(Decision.rule_id == of.id).order_by(Decision.sequence)
    return [
        distributing.read(one.candidates, one.excluded, one.chosen_partner_id, one.sequence)
        for one in session.scalars(kept)
    ]


def is_sound(session: Session, of: DistributionRule) -> bool:
    return all(wrong is None for _, wrong in replayed(log(session, of)))


# ---------------------------------------------------------------- the rotation


def test_offers_are_shared_by_weight_and_the_log_replays_to_the_same_decisions(
    session: Session, stage: Cast
) -> None:
    """L1: 5, 3 and 1 of every nine; the shares stand where the log says."""
    three = rule(session, stage, "All", (stage.acme, 5), (stage.bolt, 3), (stage.crane, 1))

    given_to = Counter(sent(session, stage) for _ in range(13))

    assert given_to == {stage.acme.id: 7, stage.bolt.id: 4, stage.crane.id: 2}
    assert [one.sequence for one in log(session, three)] == list(range(1, 14))
    assert is_sound(session, three)
    shares: Any = session.execute(select(DistributionShare.partner_id, DistributionShare.current)).all()
    assert dict(shares) == {step.partner_id: step.after for step in log(session, three)[-1].steps}


def test_a_long_log_in_the_database_replays_and_keeps_the_shares(session: Session, stage: Cast) -> None:
    """L1: each partner's count differs from turns × weight ÷ 9 by less than one; the turns are kept as offers keep them."""
    weights = {stage.acme.id: 5, stage.bolt.id: 3, stage.crane.id: 1}
    three = rule(session, stage, "All", (stage.acme, 5), (stage.bolt, 3), (stage.crane, 1))
    row = {"rule_id": three.id, "at": NOW, "lead_id": lead(session).id, "excluded": [], "why": "Rule “All”"}
    stands, rows = dict.fromkeys(weights, 0), []
    for sequence in range(1, 1001):
        kept = next_turn([Turn(who, weight, stands[who]) for who, weight in weights.items()])
        stands = {step.partner_id: step.after for step in kept.steps}
        turned = [vars(step) for step in kept.steps]
        rows.append({**row, "sequence": sequence, "candidates": turned, "chosen_partner_id": kept.chosen})
    session.execute(insert(Decision), rows)

    chosen = Counter(entry.chosen for entry in log(session, three))

    assert all(abs(9 * chosen[who] - 1000 * weight) < 9 for who, weight in weights.items())
    assert is_sound(session, three)


def test_weights_and_members_may_change_in_the_middle(session: Session, stage: Cast) -> None:
    """L1: all begin at 0 then, and the log still replays."""
    three = rule(session, stage, "All", (stage.acme, 5), (stage.bolt, 3), (stage.crane, 1))
    for _ in range(4):
        sent(session, stage)
    three.weigh(stage.crane, 4, by=stage.carl)
    three.leave_out(stage.acme, by=stage.carl)
    for _ in range(3):
        sent(session, stage)

    assert [one.before for one in log(session, three)[4].steps] == [0, 0]
    assert len(log(session, three)) == 7
    assert is_sound(session, three)


def test_who_left_for_a_moment_goes_on_where_it_stood(session: Session, stage: Cast) -> None:
    """L1: nothing changed for the leads in between, whether it took part in the last turn or was kept from it."""
    three = rule(session, stage, "All", (stage.acme, 5), (stage.bolt, 3), (stage.crane, 1))
    sent(session, stage)
    stage.crane.portal_access = False
    sent(session, stage)
    three.leave_out(stage.crane, by=stage.carl)
    three.leave_out(stage.acme, by=stage.carl)
    three.weigh(stage.crane, 1, by=stage.carl)
    three.weigh(stage.acme, 5, by=stage.carl)
    stage.crane.portal_access = True
    sent(session, stage)

    assert [one.before for one in log(session, three)[2].steps] == [1, -2, 1]
    assert is_sound(session, three)


def test_the_log_is_only_ever_added_to(session: Session, stage: Cast) -> None:
    """L1"""
    rule(session, stage, "All", (stage.acme, 1))
    sent(session, stage)
    kept = session.scalars(select(Decision)).one()

    kept.chosen_partner_id = stage.bolt.id
    with pytest.raises(Exception, match="permission denied"):
        session.flush()


# ---------------------------------------------------------------- which rule, which partner


def test_the_first_rule_that_is_for_a_lead_decides(session: Session, stage: Cast) -> None:
    """L1: by its order, which can be changed; one that is switched off is not asked."""
    german = rule(session, stage, "Germany", (stage.acme, 1), countries=["de"])
    rule(session, stage, "Everybody", (stage.bolt, 1))

    assert sent(session, stage, country="DE") == stage.acme.id
    assert sent(session, stage, country="AT") == stage.bolt.id
    german.move(up=False, by=stage.carl)
    assert sent(session, stage, country="DE") == stage.bolt.id
    german.move(up=True, by=stage.carl)
    german.switch(on=False, by=stage.carl)
    assert sent(session, stage, country="DE") == stage.bolt.id


def test_a_lead_no_rule_is_for_stays_in_the_queue(session: Session, stage: Cast) -> None:
    rule(session, stage, "Germany", (stage.acme, 1), countries=["DE"])
    waits = lead(session, country="FR")

    assert distribute(session, waits, by=stage.carl) is None
    assert waits.stage is LeadStage.QUALIFIED
    assert session.scalars(select(Decision)).all() == []


def test_a_rule_with_nobody_left_gives_way_to_the_next_and_says_so(session: Session, stage: Cast) -> None:
    """L1: the log keeps who was left out and why."""
    stage.acme.portal_access = False
    empty = rule(session, stage, "First", (stage.acme, 1))
    rule(session, stage, "Second", (stage.bolt, 1))

    assert sent(session, stage) == stage.bolt.id
    kept = session.scalars(select(Decision).where(Decision.rule_id == empty.id)).one()
    assert kept.chosen_partner_id is None
    assert kept.excluded == [
        {"partner_id": stage.acme.id, "weight": 1, "stands": 0, "why": "its portal is closed"}
    ]


def test_a_rule_asks_for_the_type_and_the_tier_held(session: Session, stage: Cast) -> None:
    """L1: by the rank of the tier in the program that holds."""
    version = factories.draft(session)
    factories.ladder(session, version, stage.reseller, "Silver", "Gold")
    factories.published(session, version, date(2026, 1, 1))
    gold = factories.tier(session, stage.reseller, "Gold")
    silver = factories.tier(session, stage.reseller, "Silver")
    _hold(session, stage.bolt, gold.id)
    _hold(session, stage.acme, silver.id)
    everybody = ((stage.acme, 9), (stage.bolt, 1), (stage.crane, 9))
    top = rule(session, stage, "Gold", *everybody, tier_id=gold.id, countries=["DE"])
    rule(session, stage, "Consultants", *everybody, partner_type_id=stage.consultant.id)

    assert sent(session, stage, country="DE") == stage.bolt.id
    assert sent(session, stage) == stage.crane.id
    why = {one["partner_id"]: one["why"] for one in session.scalars(_of(top)).one().excluded}
    assert why == {stage.acme.id: "holds less than Gold", stage.crane.id: "holds less than Gold"}


def test_a_tier_that_stands_in_no_ladder_is_out_of_reach(session: Session, stage: Cast) -> None:
    """L1: rather nobody than everybody."""
    nowhere = factories.tier(session, stage.reseller, "Platinum")
    rule(session, stage, "Top", (stage.acme, 1), tier_id=nowhere.id)

    assert sent(session, stage) is None


def _hold(session: Session, partner: Partner, tier_id: int) -> None:
    held = session.scalars(select(TierPeriod).where(TierPeriod.partner_id == partner.id)).one()
    held.tier_id = tier_id
    session.flush()


def _of(one: DistributionRule) -> Any:
    return select(Decision).where(Decision.rule_id == one.id)


def test_nobody_gets_more_in_hand_than_the_rule_allows(
    session: Session, stage: Cast, as_partner: AsPartner
) -> None:
    """L1: what is on offer counts, and what was accepted and is not closed."""
    rule(session, stage, "Two each", (stage.acme, 5), (stage.bolt, 1), capacity=2)

    assert [sent(session, stage) for _ in range(5)] == [
        stage.acme.id,
        stage.acme.id,
        stage.bolt.id,
        stage.bolt.id,
        None,
    ]
    first = session.scalars(select(LeadOffer).order_by(LeadOffer.id)).first()
    assert first is not None
    with as_partner(stage.acme, stage.alice) as own:
        own.get_one(LeadOffer, first.id).accept(by=stage.alice)
        own.commit()
    assert sent(session, stage) is None
    session.get_one(Lead, first.lead_id).stage = LeadStage.DISQUALIFIED
    assert sent(session, stage) == stage.acme.id


def test_a_pinned_account_comes_before_every_rule(session: Session, stage: Cast) -> None:
    """L1: known by its web domain, its mail domain or its name, however it is written."""
    rule(session, stage, "Everybody", (stage.acme, 1))
    for account in ("www.kraft.example/home", "Müller & Söhne GmbH"):
        PinnedAccount.pin(session, account, stage.crane, by=stage.carl)

    for facts in (
        {"website": "https://shop.kraft.example"},
        {"email": "rosa@kraft.example"},
        {"company": "MULLER + SOHNE"},
    ):
        assert sent(session, stage, **facts) == stage.crane.id, facts
    assert sent(session, stage, company="Muster", email="somebody@gmail.com") == stage.acme.id
    pinned = session.scalars(select(Decision).where(Decision.rule_id.is_(None)).limit(1)).one()
    assert pinned.why == "Pinned account kraft.example"


def test_a_pinned_partner_that_declined_gives_way_to_the_rules(
    session: Session, stage: Cast, as_partner: AsPartner
) -> None:
    """L1: and never gets it again."""
    rule(session, stage, "Everybody", (stage.acme, 1), (stage.crane, 9))
    PinnedAccount.pin(session, "kraft.example", stage.crane, by=stage.carl)
    offer = distribute(session, lead(session, website="kraft.example"), by=stage.carl)
    assert offer is not None

    with as_partner(stage.crane, stage.charlie) as own:
        own.get_one(LeadOffer, offer.id).decline("No people.", by=stage.charlie)
        own.commit()

    next_one = session.scalars(select(LeadOffer).where(LeadOffer.state == OfferState.OPEN)).one()
    assert next_one.partner_id == stage.acme.id


def test_an_account_is_pinned_once(session: Session, stage: Cast) -> None:
    PinnedAccount.pin(session, "kraft.example", stage.crane, by=stage.carl)

    with pytest.raises(RuleBroken, match="pinned to Crane Advisers already"):
        PinnedAccount.pin(session, "https://www.KRAFT.example", stage.acme, by=stage.carl)
    with pytest.raises(RuleBroken, match="Anybody may have an address there"):
        PinnedAccount.pin(session, "somebody@gmail.com", stage.acme, by=stage.carl)


# ---------------------------------------------------------------- on to the next


def test_a_declined_lead_goes_on_to_the_next_and_never_back(
    session: Session, stage: Cast, as_partner: AsPartner
) -> None:
    """L1: the same rule goes on; with nobody left the lead is in the queue, and staff are told."""
    rule(session, stage, "All", (stage.acme, 5), (stage.bolt, 3), (stage.crane, 1))
    passed = lead(session)
    distribute(session, passed, by=stage.carl)

    went_to = []
    for _ in range(3):
        session.commit()
        offer = session.scalars(select(LeadOffer).where(LeadOffer.state == OfferState.OPEN)).one()
        went_to.append(offer.partner_id)
        partner = session.get_one(Partner, offer.partner_id)
        person = {"ACME": stage.alice, "BOLT": stage.bob, "CRANE": stage.charlie}[partner.code]
        with as_partner(partner, person) as own:
            own.get_one(LeadOffer, offer.id).decline("No.", by=person)
            own.commit()

    session.refresh(passed)
    assert sorted(went_to) == sorted([stage.acme.id, stage.bolt.id, stage.crane.id])
    assert (passed.stage, passed.partner_id) == (LeadStage.QUALIFIED, None)
    assert distribute(session, passed, by=stage.carl) is None
    assert Step.path(session, passed)[0].words == "Back in the queue: nobody is left whom the rules name"


def test_what_lapses_goes_on_by_the_same_rule(
    session: Session, stage: Cast, clock_stands: time_machine.Traveller
) -> None:
    """L1: not to who let it lapse, while the rules decide."""
    rule(session, stage, "Two", (stage.acme, 5), (stage.bolt, 1), hours=2)
    passed = lead(session)
    distribute(session, passed, by=stage.carl)

    clock_stands.shift(timedelta(hours=2))
    assert LeadOffer.lapse_due(session) == 1
    second = session.scalars(select(LeadOffer).where(LeadOffer.state == OfferState.OPEN)).one()
    clock_stands.shift(timedelta(hours=2))
    assert LeadOffer.lapse_due(session) == 1

    assert second.partner_id == stage.bolt.id
    assert second.answer_by == NOW + timedelta(hours=4)
    session.refresh(passed)
    assert passed.stage is LeadStage.QUALIFIED


def test_a_rule_may_send_its_leads_by_itself(session: Session, stage: Cast) -> None:
    """L1: the first rule that is for a lead says so; otherwise a person presses the button."""
    rule(session, stage, "Germany", (stage.acme, 1), countries=["DE"])
    rule(session, stage, "Everybody", (stage.bolt, 1), by_itself=True)
    german, french = lead(session, country="DE"), lead(session, country="FR")

    assert distributing.by_itself(session, german.id) is False
    assert distributing.by_itself(session, french.id) is True
    assert distributing.by_itself(session, french.id) is False
    assert session.scalars(select(LeadOffer.partner_id)).all() == [stage.bolt.id]


def test_who_would_get_a_lead_is_said_without_writing(session: Session, stage: Cast) -> None:
    """L1"""
    rule(session, stage, "Germany", (stage.acme, 1), countries=["DE"])
    rule(session, stage, "Everybody", (stage.bolt, 1), (stage.crane, 1))
    PinnedAccount.pin(session, "kraft.example", stage.crane, by=stage.carl)
    session.commit()

    for facts, partner, named in (
        ({"country": "DE"}, stage.acme, "Germany"),
        ({"country": "FR"}, stage.bolt, "Everybody"),
        ({"website": "kraft.example"}, stage.crane, None),
    ):
        foreseen = distributing.foresee(session, lead(session, **facts))
        assert foreseen.partner is not None
        assert foreseen.partner.partner_id == partner.id
        assert (foreseen.rule.name if foreseen.rule else None) == named
    assert session.scalars(select(Decision)).all() == []
    assert session.scalars(select(DistributionShare.current).distinct()).all() == [0]


# ---------------------------------------------------------------- drawing up rules


def test_a_rule_that_cannot_be_is_refused_at_its_field(session: Session, stage: Cast) -> None:
    rule(session, stage, "All")
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"name": " "}, "name"),
        ({"name": "All"}, "name"),
        ({"hours": 0}, "hours"),
        ({"hours": 9000}, "hours"),
        ({"capacity": 0}, "capacity"),
        ({"countries": ["Narnia"]}, "countries"),
        ({"needs": ["x" * 101]}, "needs"),
        ({"regions": [str(number) for number in range(51)]}, "regions"),
    )
    for terms, field in wrong:
        with pytest.raises(RuleBroken) as refusal:
            rule(session, stage, **{"name": "Another", **terms})

        assert refusal.value.field == field


def test_the_tier_of_a_rule_is_of_its_type(session: Session, stage: Cast) -> None:
    gold = factories.tier(session, stage.reseller, "Gold")

    with pytest.raises(RuleBroken, match="another partner type"):
        rule(session, stage, "All", partner_type_id=stage.consultant.id, tier_id=gold.id)


def test_a_rule_that_decided_is_switched_off_and_not_deleted(session: Session, stage: Cast) -> None:
    """L1: its log stays readable; one that never decided may go, with its shares."""
    used = rule(session, stage, "Used", (stage.acme, 1))
    unused = rule(session, stage, "Unused", (stage.acme, 1))
    sent(session, stage)

    unused.delete(by=stage.carl)
    with pytest.raises(RuleBroken, match="Switch it off instead"):
        used.delete(by=stage.carl)

    assert session.scalars(select(DistributionRule.name)).all() == ["Used"]


def test_a_weight_is_some(session: Session, stage: Cast) -> None:
    one = rule(session, stage, "All")
    for weight in (0, -5, 1001):
        with pytest.raises(RuleBroken, match="from 1 to 1000"):
            one.weigh(stage.acme, weight, by=stage.carl)


# ---------------------------------------------------------------- many at once


def test_two_workers_that_lapse_the_same_offer_move_it_on_once(fresh_app: Accord) -> None:
    """L1: on real connections; and leads that are given away at once never exceed what a partner may have in hand."""
    with scope.opened(scope.Scope(scope.Role.STAFF)), database.new_session() as staff:
        cast = tell(staff)
        for partner in (cast.acme, cast.bolt):
            factories.partnership(staff, partner, date(2026, 1, 1), date(2026, 12, 31))
        rule(staff, cast, "Three each", (cast.acme, 1), (cast.bolt, 1), capacity=3, hours=1)
        old = lead(staff, company="Old")
        offer = distribute(staff, old, by=cast.carl)
        assert offer is not None
        offer.answer_by = NOW
        waiting = [lead(staff, company=f"Farm {number}").id for number in range(8)]
        staff.commit()

    def lapse() -> None:
        with database.unit_of_work() as session:
            session.get_one(LeadOffer, offer.id).lapse()

    def send(lead_id: int) -> Callable[[], None]:
        def work() -> None:
            with database.unit_of_work() as session:
                distributing.send(session, lead_id, by=None)

        return work

    together(fresh_app, [lapse, lapse, *(send(lead_id) for lead_id in waiting)])

    with database.unit_of_work() as session:
        of_old = session.scalars(
            select(LeadOffer.state).where(LeadOffer.lead_id == old.id).order_by(LeadOffer.id)
        ).all()
        in_hand = candidates._in_hand(session, [cast.acme.id, cast.bolt.id])
        decided = session.scalars(select(DistributionRule)).one()
        assert is_sound(session, decided)
    assert of_old[0] is OfferState.LAPSED
    assert len(of_old) <= 2
    assert sum(in_hand.values()) >= 5
    assert max(in_hand.values()) == 3


def together(app: Accord, works: list[Callable[[], None]]) -> None:
    """Do some work at the same moment, each on a connection of its own; what fails fails the test."""
    barrier, failed = threading.Barrier(len(works)), list[BaseException]()

    def run(work: Callable[[], None]) -> None:
        barrier.wait()
        try:
            with app.app_context():
                database.retried(work)
                db.session.remove()
        except BaseException as error:  # noqa: BLE001 - told to the test
            failed.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
