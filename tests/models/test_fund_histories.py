"""Whatever happens to deals, tiers, partnerships, funds and activities, in whatever order: the ledger can be proved.

After each step every balance is what plain Python says it is, no account but the vendor's budget is below zero without
a flagged reversal, no cause is posted twice, and a proof finds nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from app import clock, scope
from app.models import (
    AccountKind,
    ActivePeriod,
    Activity,
    ActivitySettlement,
    ActivityType,
    Downgrades,
    Entry,
    EntryKind,
    Fund,
    FundAccount,
    FundType,
    Opportunity,
    Partner,
    Partnership,
    Tier,
    TierPeriod,
    ValueType,
)
from app.models.funds.expiring import expire_due
from app.models.funds.verifying import wrong
from app.rules.ledger import InsufficientFunds
from app.rules.money import from_minor
from tests import factories, funds
from tests.cast import Cast
from tests.models.fund_oracle import PERCENTS, PLACES, RATES, Book, Deal, Oracle, Plan

K = AccountKind
BEGAN, DUE = 800, 400
OFF = (60, 50)
"""Days ago between which every partnership was off."""
DAYS_BACK = (0, 1, 55, 200)
CURRENCIES = ("USD", "EUR", "GBP")
TIERS = ("Registered", "Silver", "Gold")
BOOKS = (
    ("ACME", "Marketing fund", "JPY"),
    ("ACME", "Extra fund", "KWD"),
    ("ACME", "Gifts", "JPY"),
    ("BOLT", "Marketing fund", "USD"),
    ("BOLT", "Gifts", "USD"),
)
OVERDRAFT = 5_000
"""By how many cents Bolt's gifts may be below zero."""


@dataclass
class Stage:
    """The story all histories begin with."""

    session: Session
    cast: Cast
    today: date
    partners: dict[str, Partner] = field(default_factory=dict)
    partnerships: dict[str, Partnership] = field(default_factory=dict)
    books: list[tuple[int, str, str, str]] = field(default_factory=list)
    steps: int = 0
    kinds: set[EntryKind] = field(default_factory=set)

    def ago(self, days: int) -> date:
        return self.today - timedelta(days=days)

    def set_up(self) -> None:
        session, cast = self.session, self.cast
        # The same questions after each step: planned once, as a proof of a hundred entries needs no better plan.
        session.execute(text("set local plan_cache_mode = force_generic_plan"))
        version = factories.draft(session)
        ladder = factories.ladder(session, version, cast.reseller, *TIERS[1:], downgrades=Downgrades.NEVER)
        won = factories.category(
            session, "Won", ValueType.INTEGER, version, {"count": "opportunities", "over": "ever"}
        )
        for tier, deals in (("Silver", 2), ("Gold", 3)):
            factories.obligation(session, factories.rung(session, ladder, tier), won, deals)
        for kind, percents in PERCENTS.items():
            category = factories.category(session, kind, ValueType.PERCENT)
            for tier, percent in percents.items():
                number = Decimal(percent.numerator) / Decimal(percent.denominator)
                factories.benefit(session, factories.rung(session, ladder, tier), category, number=number)
        factories.published(session, version, self.ago(BEGAN))
        self.partners = {"ACME": cast.acme, "BOLT": cast.bolt}
        for code, partner in self.partners.items():
            self.partnerships[code] = self.partnership(partner)
        for name in ("Extra fund", "Gifts"):
            category_name = name if name in PERCENTS else None
            factories.added(session, FundType(name=name, percent_category=category_name))
        for code, kind, currency in BOOKS:
            overdraft = OVERDRAFT if (code, kind) == ("BOLT", "Gifts") else 0
            fund = funds.fund(
                session,
                self.partners[code],
                funds.fund_type(session, kind),
                currency=currency,
                overdraft=overdraft,
            )
            self.books.append((fund.id, code, kind, currency))
        for currency, rate in RATES.items():
            for back in DAYS_BACK if currency != "USD" else ():
                exact = str(Decimal(rate.numerator) / Decimal(rate.denominator))
                factories.rate(session, currency, self.ago(back), exact)
        session.flush()

    def partnership(self, partner: Partner) -> Partnership:
        made = factories.partnership(self.session, partner, self.ago(BEGAN), self.ago(-DUE), active=False)
        for during in (Range(self.ago(BEGAN), self.ago(OFF[0])), Range(self.ago(OFF[1]), self.ago(-DUE - 1))):
            period = ActivePeriod(partner_id=partner.id, partnership_id=made.id, during=during)
            factories.added(self.session, period)
        return made


amounts = st.sampled_from([Decimal(0), Decimal("999.9999"), Decimal("2500.5"), Decimal(5000), Decimal(50)])
by_hand = st.sampled_from([Decimal(1), Decimal(7), Decimal(40), Decimal(300)])
currencies = st.sampled_from(CURRENCIES)
days_back = st.sampled_from(DAYS_BACK)
codes = st.sampled_from(["ACME", "BOLT"])
which = st.integers(0, 4)


class Histories(RuleBasedStateMachine):
    """Plays random histories on a stage; each is undone at its end."""

    told: ClassVar[Stage]

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = self.told.session.begin_nested()
        self.oracle = Oracle()
        self.plans: dict[int, Plan] = {}
        self.known: dict[str, list[tuple[str, Range[date], str]]] = {}
        self.handled: dict[int, tuple[str, Book, int, Book | None]] = {}
        for number, code, kind, currency in self.told.books:
            least = -OVERDRAFT if (code, kind) == ("BOLT", "Gifts") else 0
            self.oracle.books[number] = Book(number, code, kind, currency, least)

    # -- deals

    @precondition(lambda self: len(self.deals()) < 4)
    @rule(code=codes, amount=amounts, currency=currencies, back=days_back, confirmed=st.booleans())
    def win(self, code: str, amount: Decimal, currency: str, back: int, confirmed: bool) -> None:
        deal = Opportunity.open(
            self.session,
            self.told.partners[code],
            by=None,
            name="Roof",
            customer="Ackerloh",
            amount=amount,
            currency=currency,
        )
        deal.created_on = self.told.ago(400)
        self.session.flush()
        known = Deal(code, amount, currency, "won", self.told.ago(back), confirmed)
        self.oracle.deals[deal.id] = known
        self.report(deal, known)

    @precondition(lambda self: self.deals("open"))
    @rule(one=which, back=days_back, confirmed=st.booleans())
    def win_again(self, one: int, back: int, confirmed: bool) -> None:
        number, deal = self.pick_deal(one, "open")
        deal.kind, deal.closed_on, deal.confirmed = "won", self.told.ago(back), confirmed
        self.report(self.deal(number), deal)

    @precondition(lambda self: self.deals())
    @rule(one=which, amount=amounts, currency=currencies)
    def change_the_amount(self, one: int, amount: Decimal, currency: str) -> None:
        number, deal = self.pick_deal(one)
        self.deal(number).edit(by=self.told.cast.sam, amount=amount, currency=currency)
        deal.amount, deal.currency = amount, currency

    @precondition(lambda self: self.deals("won"))
    @rule(one=which, back=days_back)
    def change_the_closing_day(self, one: int, back: int) -> None:
        number, deal = self.pick_deal(one, "won")
        deal.closed_on = self.told.ago(back)
        self.deal(number).edit(by=self.told.cast.sam, closed_on=deal.closed_on)

    @precondition(lambda self: self.deals("won", confirmed=False))
    @rule(one=which)
    def confirm(self, one: int) -> None:
        number, deal = self.pick_deal(one, "won", confirmed=False)
        self.deal(number).confirm(by=self.told.cast.carl)
        deal.confirmed = True

    @precondition(lambda self: self.deals("won"))
    @rule(one=which)
    def reopen(self, one: int) -> None:
        number, deal = self.pick_deal(one, "won")
        self.deal(number).reopen("A mistake.", by=self.told.cast.sam)
        deal.kind, deal.closed_on, deal.confirmed = "open", None, False

    @precondition(lambda self: self.deals())
    @rule(one=which)
    def hand_over(self, one: int) -> None:
        number, deal = self.pick_deal(one)
        deal.partner = "BOLT" if deal.partner == "ACME" else "ACME"
        self.deal(number).hand_to(self.told.partners[deal.partner], "Nearer.", by=self.told.cast.sam)

    @precondition(lambda self: self.deals())
    @rule(one=which)
    def delete(self, one: int) -> None:
        number, deal = self.pick_deal(one)
        self.deal(number).delete("Entered twice.", by=self.told.cast.sam)
        deal.deleted = True

    # -- tiers and partnerships; assessments move tiers by themselves when deals are won

    @rule(code=codes, name=st.sampled_from(TIERS))
    def set_the_tier(self, code: str, name: str) -> None:
        tier = factories.tier(self.session, self.told.cast.reseller, name)
        if self.tier_on(code, self.told.today) != name and self.is_on(code, self.told.today):
            self.partnership(code).set_tier(tier, "Earned otherwise.", by=self.told.cast.carl)

    @rule(code=codes, off=st.integers(0, 3))
    def turn_off_or_on(self, code: str, off: int) -> None:
        partnership = self.partnership(code)
        if not self.is_on(code, self.told.today):
            partnership.activate(by=self.told.cast.carl)
        elif off == 1:
            partnership.deactivate(by=self.told.cast.carl)

    # -- by hand

    @rule(one=which, amount=by_hand)
    def credit(self, one: int, amount: Decimal) -> None:
        book = self.book(one)
        entries = self.fund(book).credit(amount, "A gift.", by=self.told.cast.mona, meant_on=self.told.today)
        units = self.units(book, amount)
        book.move(K.BUDGET, K.AVAILABLE, units)
        self.handled[entries.entries[0]] = ("credit", book, units, None)

    @rule(one=which, amount=by_hand)
    def debit(self, one: int, amount: Decimal) -> None:
        book = self.book(one)
        units, mona = self.units(book, amount), self.told.cast.mona
        done = self.tried(
            lambda: self.fund(book).debit(amount, "A fair.", by=mona, meant_on=self.told.today),
            may=book.holds(units),
        )
        if done is not None:
            book.move(K.AVAILABLE, K.SPENT, units)
            self.handled[done.entries[0]] = ("debit", book, units, None)

    @rule(code=codes, amount=by_hand, back=st.booleans())
    def transfer(self, code: str, amount: Decimal, back: bool) -> None:
        pair = [self.book_of(code, kind) for kind in ("Marketing fund", "Gifts")]
        source, target = reversed(pair) if back else pair
        units, mona = self.units(source, amount), self.told.cast.mona
        done = self.tried(
            lambda: Fund.transfer(
                self.fund(source), self.fund(target), amount, "Needed.", by=mona, meant_on=self.told.today
            ),
            may=source.holds(units),
        )
        if done is not None:
            source.move(K.AVAILABLE, K.BUDGET, units)
            target.move(K.BUDGET, K.AVAILABLE, units)
            self.handled[done.entries[0]] = ("transfer", source, units, target)

    @precondition(lambda self: self.handled)
    @rule(one=which)
    def take_back(self, one: int) -> None:
        numbers = sorted(self.handled)
        number = numbers[one % len(numbers)]
        kind, book, units, target = self.handled[number]
        loses = {"credit": book, "transfer": target}.get(kind)
        done = self.tried(
            lambda: self.fund(book).take_back(number, "A mistake.", by=self.told.cast.mona),
            may=loses is None or loses.holds(units),
        )
        if done is not None:
            del self.handled[number]
            if kind == "credit":
                book.move(K.AVAILABLE, K.BUDGET, units)
            elif kind == "debit":
                book.move(K.SPENT, K.AVAILABLE, units)
            elif kind == "expire":
                book.move(K.EXPIRED, K.AVAILABLE, units)
                book.given_back += units if self.told.today > (book.ends_on or self.told.today) else 0
            elif target is not None:
                book.move(K.BUDGET, K.AVAILABLE, units)
                target.move(K.AVAILABLE, K.BUDGET, units)

    # -- activities

    @precondition(lambda self: len(self.under_way()) < 3)
    @rule(one=which, budget=by_hand, percent=st.sampled_from(["100", "50", "33.3333"]))
    def propose(self, one: int, budget: Decimal, percent: str) -> None:
        plan = Plan(self.book(one), budget, Fraction(percent))
        if self.may_plan(plan.book) and plan.share > 0:
            self.plan(plan, percent)

    @precondition(lambda self: len(self.under_way()) < 3)
    @rule(one=which, budget=by_hand)
    def propose_with_money_for_it(self, one: int, budget: Decimal) -> None:
        plan = Plan(self.book(one), budget, Fraction(100))
        if self.may_plan(plan.book):
            self.credit(one, Decimal(300))
            number = self.plan(plan, "100")
            if plan.book.holds(plan.share):
                self.approve_it(number, plan)

    def plan(self, plan: Plan, percent: str) -> int:
        other = self.session.scalars(select(ActivityType).where(ActivityType.name == "Other")).one()
        activity = Activity.draft(
            self.session,
            self.fund(plan.book),
            by=self.told.cast.mona,
            title="Fair",
            plan="A stand",
            activity_type_id=other.id,
            starts_on=self.told.today,
            ends_on=self.told.today,
            budget=plan.budget,
            vendor_percent=Decimal(percent),
        )
        activity.submit(by=self.told.cast.mona)
        self.plans[activity.id] = plan
        return activity.id

    @precondition(lambda self: self.standing("submitted"))
    @rule(one=which)
    def approve(self, one: int) -> None:
        number, plan = self.pick_plan(one, "submitted")
        if self.may_plan(plan.book):
            self.approve_it(number, plan)

    def approved(self, number: int) -> Activity:
        activity = self.activity(number)
        activity.approve(by=self.told.cast.carl)
        return activity

    def approve_it(self, number: int, plan: Plan) -> None:
        done = self.tried(
            partial(self.approved, number),
            may=plan.book.holds(plan.share),
        )
        if done is not None:
            plan.book.move(K.AVAILABLE, K.RESERVED, plan.share)
            plan.reserved, plan.status = plan.share, "approved"

    @precondition(lambda self: self.standing("submitted"))
    @rule(one=which, for_good=st.booleans())
    def turn_down(self, one: int, for_good: bool) -> None:
        number, plan = self.pick_plan(one, "submitted")
        if for_good:
            self.activity(number).decline("Too dear.", by=self.told.cast.carl)
            plan.status = "declined"
        else:
            self.activity(number).return_("Why so dear?", by=self.told.cast.carl)
            plan.status = "returned"

    @precondition(lambda self: self.standing("returned"))
    @rule(one=which)
    def submit_again(self, one: int) -> None:
        number, plan = self.pick_plan(one, "returned")
        if self.may_plan(plan.book):
            self.activity(number).submit(by=self.told.cast.mona)
            plan.status = "submitted"

    @precondition(lambda self: self.standing("submitted", "returned", "approved"))
    @rule(one=which)
    def cancel(self, one: int) -> None:
        number, plan = self.pick_plan(one, "submitted", "returned", "approved")
        if plan.payments:
            return
        self.activity(number).withdraw("It rains.", by=self.told.cast.mona)
        plan.book.move(K.RESERVED, K.AVAILABLE, plan.reserved)
        plan.reserved, plan.status = 0, "cancelled"

    @precondition(lambda self: self.standing("approved"))
    @rule(one=which)
    def complete(self, one: int) -> None:
        number, plan = self.pick_plan(one, "approved")
        activity = self.activity(number)
        file = {"name": "invoice.pdf", "content_type": "application/pdf", "size": 1, "sha256": "0" * 64}
        activity.add_proof("Invoice", stored_as=f"{number}-{self.told.steps}", by=self.told.cast.mona, **file)
        activity.complete(by=self.told.cast.mona)
        plan.status = "completed"

    @precondition(lambda self: self.standing("approved", "completed"))
    @rule(one=which, part=st.sampled_from([1, 2, 3]), is_final=st.booleans())
    def settle(self, one: int, part: int, is_final: bool) -> None:
        number, plan = self.pick_plan(one, "approved", "completed")
        amount = plan.reserved // part
        is_final = is_final and plan.status == "completed"
        if amount == 0 or (plan.status == "approved" and amount == plan.reserved):
            return
        paid = self.activity(number).settle(
            from_minor(amount, plan.book.currency),
            by=self.told.cast.mona,
            paid_on=self.told.today,
            is_final=is_final,
        )
        self.pay(plan, paid, amount, plan.reserved - amount if is_final else 0)
        plan.status = "settled" if is_final else plan.status

    @precondition(lambda self: self.standing("approved", "completed"))
    @rule(one=which)
    def pay_too_much(self, one: int) -> None:
        number, plan = self.pick_plan(one, "approved", "completed")
        mona, amount = self.told.cast.mona, from_minor(plan.reserved + 1, plan.book.currency)
        activity = self.activity(number)
        with pytest.raises(Exception, match="reserved"), self.session.begin_nested():
            activity.settle(amount, by=mona, paid_on=self.told.today, is_final=False)

    @precondition(lambda self: self.standing("completed"))
    @rule(one=which)
    def release(self, one: int) -> None:
        number, plan = self.pick_plan(one, "completed")
        if plan.reserved == 0:
            return
        done = self.activity(number).release("Nothing came.", by=self.told.cast.mona)
        self.pay(plan, done, 0, plan.reserved)
        plan.status = "settled"

    @precondition(lambda self: any(plan.payments for plan in self.plans.values()))
    @rule(one=which)
    def take_a_payment_back(self, one: int) -> None:
        paid = [(number, plan) for number, plan in self.plans.items() if plan.payments]
        number, plan = paid[one % len(paid)]
        payment = max(plan.payments)
        amount, released = plan.payments[payment]
        row = self.session.get_one(ActivitySettlement, payment)
        done = self.tried(
            lambda: self.activity(number).take_back_settlement(row, "Wrong.", by=self.told.cast.mona),
            may=released == 0 or plan.book.holds(released),
        )
        if done is not None:
            del plan.payments[payment]
            plan.book.move(K.SPENT, K.RESERVED, amount)
            plan.book.move(K.AVAILABLE, K.RESERVED, released)
            plan.reserved += amount + released
            plan.status = self.activity(number).status.value

    @precondition(lambda self: self.standing("approved"))
    @rule(one=which, more=by_hand)
    def ask_for_more(self, one: int, more: Decimal) -> None:
        number, plan = self.pick_plan(one, "approved")
        raised = Plan(plan.book, plan.budget + more, plan.percent)
        extra = raised.share - plan.share
        if extra < 1 or not self.may_plan(plan.book):
            return
        self.activity(number).ask_for_more(raised.budget, "Rain.", by=self.told.cast.mona)
        done = self.tried(
            partial(self.approved, number),
            may=plan.book.holds(extra),
        )
        if done is None:
            self.activity(number).decline("Too dear.", by=self.told.cast.carl)
        else:
            plan.book.move(K.AVAILABLE, K.RESERVED, extra)
            plan.reserved, plan.budget = plan.reserved + extra, raised.budget

    # -- expiry

    @rule(one=which)
    def let_it_expire(self, one: int) -> None:
        book = self.book(one)
        if book.ends_on is None:
            fund = self.fund(book)
            overdraft = from_minor(-book.floor, book.currency)
            fund.change(ends_on=self.told.today, overdraft=overdraft, by=self.told.cast.mona)
            book.ends_on = self.told.today
            self.session.flush()
        with clock.told(clock.now() + timedelta(days=1)):
            expire_due(self.session)
        for each in self.oracle.books.values():
            if each.ends_on is not None and each.available > each.given_back:
                self.expire(each)

    def expire(self, book: Book) -> None:
        units = book.available - book.given_back
        book.move(K.AVAILABLE, K.EXPIRED, units)
        entry = select(func.max(Entry.id)).where(Entry.fund_id == book.number, Entry.kind == EntryKind.EXPIRE)
        self.handled[self.session.scalars(entry).one()] = ("expire", book, units, None)

    # -- what must hold after each

    @invariant()
    def every_balance_is_what_plain_python_says(self) -> None:
        """F1"""
        self.told.steps += 1
        self.session.flush()
        self.known.clear()
        self.oracle.bring_into_line(self.is_on, self.tier_on)
        rows = self.session.execute(select(FundAccount.fund_id, FundAccount.kind, FundAccount.balance))
        found: dict[int, dict[AccountKind, int]] = {}
        for number, kind, balance in rows:
            found.setdefault(number, {})[kind] = balance
        assert found == {number: book.accounts for number, book in self.oracle.books.items()}

    @invariant()
    def each_cause_is_posted_once_and_nothing_is_below_zero_but_by_a_flagged_reversal(self) -> None:
        """F2, F4"""
        columns = (Entry.id, Entry.kind, Entry.cause, Entry.reverses_id, Entry.forced, Entry.fund_id)
        entries = self.session.execute(select(*columns)).all()
        reversed_ones = {entry.reverses_id for entry in entries}
        live = Counter(
            (entry.kind, entry.cause)
            for entry in entries
            if entry.kind is not EntryKind.REVERSAL and entry.id not in reversed_ones
        )
        assert not [cause for cause, times in live.items() if times > 1]
        self.told.kinds |= {entry.kind for entry in entries}
        forced = {entry.fund_id for entry in entries if entry.forced}
        for number, book in self.oracle.books.items():
            assert book.available >= book.floor or number in forced
            assert all(book.accounts[kind] >= 0 for kind in (K.RESERVED, K.SPENT, K.EXPIRED))

    @invariant()
    def a_proof_finds_nothing(self) -> None:
        """F7"""
        assert wrong(self.session) == []

    # -- how

    @property
    def session(self) -> Session:
        return self.told.session

    def report(self, row: Opportunity, deal: Deal) -> None:
        who = {"ACME": self.told.cast.alice, "BOLT": self.told.cast.bob}[deal.partner]
        assert deal.closed_on is not None
        row.report_won(deal.closed_on, by=self.told.cast.sam if deal.confirmed else who)

    def tried(self, act: Callable[[], Any], *, may: bool) -> Any:
        """Do what the books allow; what they do not is refused, and leaves nothing behind."""
        if may:
            return act()
        with pytest.raises(InsufficientFunds), self.session.begin_nested():
            act()
        return None

    def pay(self, plan: Plan, paid: ActivitySettlement, amount: int, released: int) -> None:
        plan.book.move(K.RESERVED, K.SPENT, amount)
        plan.book.move(K.RESERVED, K.AVAILABLE, released)
        plan.reserved -= amount + released
        plan.spent += amount
        plan.payments[paid.id] = (amount, released)

    def units(self, book: Book, amount: Decimal) -> int:
        return int(amount * 10 ** PLACES[book.currency])

    def is_on(self, code: str, day: date) -> bool:
        return any(day in during for owner, during, _ in self.periods() if owner == code)

    def tier_on(self, code: str, day: date) -> str | None:
        return next(
            (name for owner, during, name in self.periods("tiers") if owner == code and day in during), None
        )

    def periods(self, what: str = "days") -> list[tuple[str, Range[date], str]]:
        """The days on which partnerships were on, or tiers were held; read once per step."""
        if not self.known:
            codes = {partner.id: code for code, partner in self.told.partners.items()}
            on = select(ActivePeriod.partner_id, ActivePeriod.during)
            held = select(TierPeriod.partner_id, TierPeriod.during, Tier.name).join(
                Tier, Tier.id == TierPeriod.tier_id
            )
            self.known["days"] = [(codes[who], during, "") for who, during in self.session.execute(on)]
            self.known["tiers"] = [
                (codes[who], during, name) for who, during, name in self.session.execute(held)
            ]
        return self.known[what]

    def may_plan(self, book: Book) -> bool:
        return self.is_on(book.partner, self.told.today)

    def book(self, one: int) -> Book:
        return self.oracle.books[self.told.books[one % len(self.told.books)][0]]

    def book_of(self, code: str, kind: str) -> Book:
        return next(book for book in self.oracle.books.values() if (book.partner, book.kind) == (code, kind))

    def fund(self, book: Book) -> Fund:
        return self.session.get_one(Fund, book.number)

    def partnership(self, code: str) -> Partnership:
        return self.session.get_one(Partnership, self.told.partnerships[code].id)

    def activity(self, number: int) -> Activity:
        return self.session.get_one(Activity, number)

    def deal(self, number: int) -> Opportunity:
        return self.session.get_one(Opportunity, number)

    def deals(self, kind: str | None = None, *, confirmed: bool | None = None) -> list[int]:
        return [
            number
            for number, one in self.oracle.deals.items()
            if not one.deleted
            and kind in {None, one.kind}
            and (confirmed is None or one.confirmed is confirmed)
        ]

    def pick_deal(self, one: int, kind: str | None = None, **more: Any) -> tuple[int, Deal]:
        numbers = self.deals(kind, **more)
        number = numbers[one % len(numbers)]
        return number, self.oracle.deals[number]

    def standing(self, *statuses: str) -> list[int]:
        return [number for number, plan in self.plans.items() if plan.status in statuses]

    def under_way(self) -> list[int]:
        return self.standing("submitted", "returned", "approved", "completed")

    def pick_plan(self, one: int, *statuses: str) -> tuple[int, Plan]:
        numbers = self.standing(*statuses)
        number = numbers[one % len(numbers)]
        return number, self.plans[number]

    def teardown(self) -> None:
        self.savepoint.rollback()
        self.session.expire_all()


@pytest.mark.parametrize("number", range(8))
def test_no_history_leaves_a_ledger_that_cannot_be_proved(session: Session, cast: Cast, number: int) -> None:
    """F1, F2, F3, F4, F5, F6, F7, M1, M3, P3"""
    told = Stage(session, cast, scope.today())
    told.set_up()

    # Of two examples the first is the simplest one and the second a random one; further ones would be made from them.
    for half in (0, 1):
        run_state_machine_as_test(
            seed(16 + 2 * number + half)(type("OnThisStage", (Histories,), {"told": told})),
            settings=settings(
                max_examples=2,
                stateful_step_count=64,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )

    assert told.steps >= 250
    # Hypothesis leaves some rules out of each history, to go deeper with the others: what all kinds do is told below.
    assert len(told.kinds) >= 2


def test_a_history_with_entries_of_every_kind(session: Session, cast: Cast) -> None:
    """F2: all that random histories are made of, once."""
    told = Stage(session, cast, scope.today())
    told.set_up()
    played: Histories = type("OnThisStage", (Histories,), {"told": told})()
    euros, forty, seven = Decimal("2500.5"), Decimal(40), Decimal(7)
    steps: tuple[Callable[[], object], ...] = (
        lambda: played.win("BOLT", euros, "EUR", 1, True),
        lambda: played.win("ACME", Decimal(5000), "GBP", 200, False),
        lambda: played.confirm(0),
        lambda: played.set_the_tier("ACME", "Gold"),
        lambda: played.change_the_closing_day(1, 0),
        lambda: played.credit(0, Decimal(300)),
        lambda: played.debit(0, seven),
        lambda: played.transfer("ACME", seven, False),
        lambda: played.take_back(1),
        lambda: played.propose(0, forty, "50"),
        lambda: played.turn_down(0, False),
        lambda: played.submit_again(0),
        lambda: played.approve(0),
        lambda: played.ask_for_more(0, seven),
        lambda: played.settle(0, 3, False),
        lambda: played.pay_too_much(0),
        lambda: played.complete(0),
        lambda: played.settle(0, 2, True),
        lambda: played.take_a_payment_back(0),
        lambda: played.release(0),
        lambda: played.propose_with_money_for_it(4, forty),
        lambda: played.cancel(0),
        lambda: played.hand_over(0),
        lambda: played.turn_off_or_on("BOLT", 1),
        lambda: played.win("BOLT", euros, "USD", 0, True),
        lambda: played.turn_off_or_on("BOLT", 0),
        lambda: played.reopen(1),
        lambda: played.win_again(0, 55, True),
        lambda: played.delete(0),
        lambda: played.let_it_expire(0),
    )
    for step in steps:
        step()
        played.every_balance_is_what_plain_python_says()
        played.each_cause_is_posted_once_and_nothing_is_below_zero_but_by_a_flagged_reversal()
        played.a_proof_finds_nothing()

    assert told.kinds == set(EntryKind)
