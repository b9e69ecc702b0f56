"""Whatever happens to deals, and in whatever order: what is held and stored is what a recomputation from nothing gives.

The histories are random; the oracle is plain Python over a handful of dictionaries and exact fractions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from app import scope
from app.models import Assessment, Downgrades, Opportunity, OpportunityStage, Partner, PipelineSum, ValueType
from app.models.assessing import Standing, assess
from app.models.assessing.recording import figures_of
from tests import factories
from tests.cast import Cast
from tests.conftest import joined

GRACE = timedelta(days=30)
CREATED = 400  # days ago: some of the days a deal may be closed on lie in the year before
TARGETS = {"Silver": (1000, 1), "Gold": (5000, 2)}
"""What a tier asks for: the amount won, and how many deals won, in the calendar year."""
RATES = {"USD": Fraction(1), "EUR": Fraction("1.0825"), "GBP": Fraction("1.274999999999999999")}
DAYS_BACK = (0, 1, 30, 200, CREATED)
STAGES = ("Qualify", "Develop", "Propose", "Close")


@dataclass
class Deal:
    """A deal as the plain calculation sees it."""

    partner: str
    amount: Decimal
    currency: str
    kind: str = "open"
    closed_on: date | None = None
    confirmed: bool = False
    deleted: bool = False

    def counts(self, partner: str, today: date) -> bool:
        """Whether it is part of this year's figures of a partner."""
        return (
            self.partner == partner
            and self.kind == "won"
            and self.confirmed
            and not self.deleted
            and self.closed_on is not None
            and date(today.year, 1, 1) <= self.closed_on <= today
        )


@dataclass
class Expected:
    """What the plain calculation says of a partner."""

    held: int = 0
    at_risk: bool = False
    touched: bool = False


@dataclass
class Stage:
    """The story all histories begin with."""

    session: Session
    connection: Connection
    cast: Cast
    today: date
    partners: dict[str, Partner] = field(default_factory=dict)

    def set_up(self) -> None:
        session, cast = self.session, self.cast
        version = factories.draft(session)
        ladder = factories.ladder(
            session,
            version,
            cast.reseller,
            *TARGETS,
            downgrades=Downgrades.AFTER_GRACE,
            grace_days=GRACE.days,
        )
        measure = {"over": "calendar year"}
        amount = factories.category(
            session, "Amount", version=version, measure={"sum": "opportunities", **measure}
        )
        count = factories.category(
            session, "Count", ValueType.INTEGER, version, {"count": "opportunities", **measure}
        )
        for tier, (money, deals) in TARGETS.items():
            rung = factories.rung(session, ladder, tier)
            factories.obligation(session, rung, amount, money)
            factories.obligation(session, rung, count, deals)
        begins = self.today - timedelta(days=800)
        factories.published(session, version, begins)
        self.partners = {"ACME": cast.acme, "BOLT": cast.bolt}
        for partner in self.partners.values():
            factories.partnership(session, partner, begins, self.today + timedelta(days=400))
        for currency, rate in RATES.items():
            for back in DAYS_BACK if currency != "USD" else ():
                exact = str(Decimal(rate.numerator) / Decimal(rate.denominator))
                factories.rate(session, currency, self.today - timedelta(days=back), exact)
        session.flush()


amounts = st.sampled_from([Decimal(0), Decimal("999.9999"), Decimal(1000), Decimal("2500.5"), Decimal(5000)])
currencies = st.sampled_from(sorted(RATES))
days_back = st.sampled_from(DAYS_BACK)
which = st.integers(0, 3)


class Histories(RuleBasedStateMachine):
    """Plays random histories on a stage; each is undone at its end."""

    told: ClassVar[Stage]

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = self.told.session.begin_nested()
        self.deals: dict[int, Deal] = {}
        self.expected = {code: Expected() for code in self.told.partners}

    # -- what may happen

    @precondition(lambda self: len(self.alive()) < 4)
    @rule(code=st.sampled_from(["ACME", "BOLT"]), amount=amounts, currency=currencies)
    def open(self, code: str, amount: Decimal, currency: str) -> None:
        deal = Opportunity.open(
            self.told.session,
            self.told.partners[code],
            by=None,
            name="Roof",
            customer="Ackerloh",
            amount=amount,
            currency=currency,
        )
        deal.created_on = self.told.today - timedelta(days=CREATED)
        self.told.session.flush()
        self.deals[deal.id] = Deal(code, amount, currency)
        self.judge(code)

    @precondition(lambda self: self.alive())
    @rule(one=which, amount=amounts, currency=currencies)
    def edit_the_amount(self, one: int, amount: Decimal, currency: str) -> None:
        number, deal = self.pick(one)
        self.row(number).edit(by=self.told.cast.sam, amount=amount, currency=currency)
        deal.amount, deal.currency = amount, currency
        self.judge(deal.partner)

    @precondition(lambda self: self.alive("won"))
    @rule(one=which, back=days_back)
    def edit_the_closing_day(self, one: int, back: int) -> None:
        number, deal = self.pick(one, "won")
        deal.closed_on = self.told.today - timedelta(days=back)
        self.row(number).edit(by=self.told.cast.sam, closed_on=deal.closed_on)
        self.judge(deal.partner)

    @precondition(lambda self: self.alive("open"))
    @rule(one=which, name=st.sampled_from(STAGES))
    def move(self, one: int, name: str) -> None:
        number, deal = self.pick(one, "open")
        stage = self.told.session.scalars(select(OpportunityStage).where(OpportunityStage.name == name)).one()
        self.row(number).move(stage, by=self.told.cast.sam)
        self.judge(deal.partner)

    @precondition(lambda self: self.alive("open"))
    @rule(one=which, back=days_back, confirmed=st.booleans())
    def win(self, one: int, back: int, confirmed: bool) -> None:
        number, deal = self.pick(one, "open")
        who = {"ACME": self.told.cast.alice, "BOLT": self.told.cast.bob}[deal.partner]
        deal.kind, deal.closed_on = "won", self.told.today - timedelta(days=back)
        deal.confirmed = confirmed
        self.row(number).report_won(deal.closed_on, by=self.told.cast.sam if confirmed else who)
        self.judge(deal.partner)

    @precondition(lambda self: self.alive("won", confirmed=False))
    @rule(one=which, yes=st.booleans())
    def decide(self, one: int, yes: bool) -> None:
        number, deal = self.pick(one, "won", confirmed=False)
        if yes:
            self.row(number).confirm(by=self.told.cast.carl)
            deal.confirmed = True
        else:
            self.row(number).refuse_win("No contract.", by=self.told.cast.carl)
            deal.kind, deal.closed_on = "open", None
        self.judge(deal.partner)

    @precondition(lambda self: self.alive("open"))
    @rule(one=which)
    def lose(self, one: int) -> None:
        number, deal = self.pick(one, "open")
        self.row(number).lose("Too dear.", by=self.told.cast.sam)
        deal.kind, deal.closed_on = "lost", self.told.today
        self.judge(deal.partner)

    @precondition(lambda self: self.alive("won") or self.alive("lost"))
    @rule(one=which)
    def reopen(self, one: int) -> None:
        number, deal = self.pick(one, *(["won"] if self.alive("won") else ["lost"]))
        self.row(number).reopen("A mistake.", by=self.told.cast.sam)
        deal.kind, deal.closed_on, deal.confirmed = "open", None, False
        self.judge(deal.partner)

    @precondition(lambda self: self.alive())
    @rule(one=which)
    def hand_over(self, one: int) -> None:
        number, deal = self.pick(one)
        before, deal.partner = deal.partner, "BOLT" if deal.partner == "ACME" else "ACME"
        self.row(number).hand_to(self.told.partners[deal.partner], "Nearer.", by=self.told.cast.sam)
        self.judge(before, deal.partner)

    @precondition(lambda self: self.alive())
    @rule(one=which)
    def delete(self, one: int) -> None:
        number, deal = self.pick(one)
        self.row(number).delete("Entered twice.", by=self.told.cast.sam)
        deal.deleted = True
        self.judge(deal.partner)

    # -- what must hold after each

    @invariant()
    def what_is_held_and_stored_is_what_a_recomputation_gives(self) -> None:
        self.told.session.flush()
        with joined(self.told.connection) as fresh:
            ids = [partner.id for partner in self.told.partners.values()]
            for one in assess(fresh, self.told.today, ids):
                self.compare(fresh, one, self.expected[one.subject.partner_code])

    def compare(self, fresh: Session, found: Standing, expected: Expected) -> None:
        code, currents = found.subject.partner_code, found.currents or {}
        amount, count = self.figures(code)
        assert Fraction(currents["Amount"]) == amount  # type: ignore[arg-type]
        assert currents["Count"] == count
        assert found.earned_rank == self.earned(code)
        assert found.held_rank == expected.held
        assert found.at_risk_until == (self.told.today + GRACE if expected.at_risk else None)
        stored = select(Assessment).where(Assessment.partner_id == found.subject.partner_id)
        latest = fresh.scalars(stored.order_by(Assessment.id.desc()).limit(1)).one_or_none()
        assert (latest is not None) == expected.touched
        if latest is not None:
            assert latest.figures == figures_of(found)
            assert (latest.earned_tier_id, latest.held_tier_id) == (
                found.earned.tier_id,
                found.held.tier_id,
            )

    @invariant()
    def the_sums_of_the_board_are_those_of_the_open_deals(self) -> None:
        """L5"""
        kept = self.told.session.execute(
            select(
                PipelineSum.partner_id,
                PipelineSum.currency,
                func.sum(PipelineSum.deals),
                func.sum(PipelineSum.amount),
            )
            .group_by(PipelineSum.partner_id, PipelineSum.currency)
            .having(func.sum(PipelineSum.deals) != 0)
        )
        codes = {partner.id: code for code, partner in self.told.partners.items()}
        expected: dict[tuple[str, str], tuple[int, Decimal]] = {}
        for number in self.alive("open"):
            one = self.deals[number]
            deals, amount = expected.get((one.partner, one.currency), (0, Decimal(0)))
            expected[one.partner, one.currency] = deals + 1, amount + one.amount
        assert {(codes[row[0]], row[1]): (row[2], row[3]) for row in kept} == expected

    # -- the oracle

    def figures(self, code: str) -> tuple[Fraction, int]:
        counting = [one for one in self.deals.values() if one.counts(code, self.told.today)]
        amount = sum((Fraction(one.amount) * RATES[one.currency] for one in counting), Fraction(0))
        return amount, len(counting)

    def earned(self, code: str) -> int:
        amount, count = self.figures(code)
        return sum(amount >= money and count >= deals for money, deals in TARGETS.values())

    def judge(self, *codes: str) -> None:
        for code in codes:
            earned, expected = self.earned(code), self.expected[code]
            expected.held, expected.touched = max(expected.held, earned), True
            expected.at_risk = earned < expected.held

    # -- which deals there are

    def alive(self, kind: str | None = None, *, confirmed: bool | None = None) -> list[int]:
        return [
            number
            for number, one in self.deals.items()
            if not one.deleted
            and kind in {None, one.kind}
            and (confirmed is None or one.confirmed is confirmed)
        ]

    def pick(self, one: int, kind: str | None = None, **more: Any) -> tuple[int, Deal]:
        numbers = self.alive(kind, **more)
        number = numbers[one % len(numbers)]
        return number, self.deals[number]

    def row(self, number: int) -> Opportunity:
        return self.told.session.get_one(Opportunity, number)

    def teardown(self) -> None:
        self.savepoint.rollback()
        self.told.session.expire_all()


def test_no_history_of_deals_leaves_a_standing_that_a_recomputation_does_not_give(
    session: Session, cast: Cast, connection: Connection
) -> None:
    """P5, P7, P9, F3, L5, M3"""
    told = Stage(session, connection, cast, scope.today())
    told.set_up()

    run_state_machine_as_test(
        type("OnThisStage", (Histories,), {"told": told}),
        settings=settings(
            max_examples=6,
            stateful_step_count=10,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
