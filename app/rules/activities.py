"""F5: what an activity may be planned as, which acts its status leaves open, and how many steps approve it.

A draft is submitted, approved step by step, completed with a file for every proof its type asks for, and settled. A
submission comes back with a question, or is declined for good. Approval reserves the fund's part of the budget in the
fund; a settlement never pays more than is still reserved, the final one gives back the rest. Who needs more asks for it
while the activity is approved or completed: the same steps decide again, by the sum it would make in all, and only the
difference is reserved. Before it is completed a deposit is paid, never all that is reserved: the rest takes the proofs,
and what ends without them is cancelled, with what was paid. What was paid is never withdrawn; a mistaken settlement is
taken back and settled anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from app.rules import ledger
from app.rules.measures.facts import EXACT
from app.rules.money import minor_digits, to_minor
from app.rules.refusals import RuleBroken

DRAFT, SUBMITTED, RETURNED, APPROVED = "draft", "submitted", "returned", "approved"
DECLINED, COMPLETED, SETTLED, CANCELLED = "declined", "completed", "settled", "cancelled"
HUNDRED = Decimal(100)
MOST_STEPS = 3
LONGEST = {"title": 200, "plan": 8000, "place": 200}
LARGEST = Decimal(10) ** 15
FORMULA = "budget × percent ÷ 100, rounded half up to the minor unit"


class Act(StrEnum):
    """What can be done with an activity."""

    EDIT = "edit"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    RETURN = "return"
    DECLINE = "decline"
    ASK_FOR_MORE = "ask for more"
    ADD_PROOF = "add a proof"
    REMOVE_PROOF = "remove a proof"
    COMPLETE = "complete"
    SETTLE = "settle"
    RELEASE = "release"
    TAKE_BACK = "take back a settlement"
    LINK = "link"


DECISIONS = frozenset({Act.APPROVE, Act.RETURN, Act.DECLINE})
PAYMENTS = frozenset({Act.SETTLE, Act.RELEASE, Act.TAKE_BACK})
THE_VENDORS = DECISIONS | PAYMENTS
"""Acts that no partner's person has."""
NEW = frozenset({Act.SUBMIT, Act.APPROVE, Act.ASK_FOR_MORE})
"""Acts that promise money: only while the partnership is active (P3)."""

OPEN: dict[Act, frozenset[str]] = {
    Act.EDIT: frozenset({DRAFT, RETURNED}),
    Act.SUBMIT: frozenset({DRAFT, RETURNED}),
    Act.WITHDRAW: frozenset({DRAFT, RETURNED, SUBMITTED, APPROVED}),
    Act.APPROVE: frozenset({SUBMITTED}),
    Act.RETURN: frozenset({SUBMITTED}),
    Act.DECLINE: frozenset({SUBMITTED}),
    Act.ASK_FOR_MORE: frozenset({APPROVED, COMPLETED}),
    Act.ADD_PROOF: frozenset({APPROVED, COMPLETED}),
    Act.REMOVE_PROOF: frozenset({APPROVED}),
    Act.COMPLETE: frozenset({APPROVED}),
    Act.SETTLE: frozenset({APPROVED, COMPLETED}),
    Act.RELEASE: frozenset({APPROVED, COMPLETED}),
    Act.TAKE_BACK: frozenset({APPROVED, COMPLETED, SETTLED, CANCELLED}),
    Act.LINK: frozenset({APPROVED, COMPLETED, SETTLED}),
}
DONE: dict[Act, str] = {
    Act.EDIT: "changed",
    Act.SUBMIT: "submitted",
    Act.WITHDRAW: "cancelled",
    Act.APPROVE: "approved",
    Act.RETURN: "returned",
    Act.DECLINE: "declined",
    Act.ASK_FOR_MORE: "given a larger budget",
    Act.ADD_PROOF: "given proofs",
    Act.REMOVE_PROOF: "relieved of proofs",
    Act.COMPLETE: "completed",
    Act.SETTLE: "settled",
    Act.RELEASE: "released",
    Act.TAKE_BACK: "unsettled",
    Act.LINK: "linked with leads and deals",
}


class NotNow(RuleBroken):
    """Where the activity stands, this act is not open."""


class MoreThanReserved(RuleBroken):
    """A settlement above what is still reserved for the activity (F5)."""


@dataclass(frozen=True)
class Standing:
    """Where an activity is: its status, whether more was asked for and is not decided, what was paid and is reserved."""

    status: str
    asks_for_more: bool = False
    is_paid: bool = False
    is_reserved: bool = True

    def allows(self, act: Act) -> bool:
        """Say whether an act is open."""
        if act in DECISIONS and self.asks_for_more:
            return True
        if act is Act.WITHDRAW and self.is_paid:
            return False
        if act is Act.RELEASE and not (self.is_reserved and (self.is_paid or self.status != APPROVED)):
            return False
        if act is Act.TAKE_BACK and not self.is_paid:
            return False
        if act is Act.ASK_FOR_MORE and self.asks_for_more:
            return False
        return self.status in OPEN[act]

    def check(self, act: Act, title: str) -> None:
        """Refuse an act that is not open, saying why."""
        if self.allows(act):
            return
        if act is Act.WITHDRAW and self.is_paid and self.status == APPROVED:
            raise NotNow(
                f"A part of “{title}” was paid already, so it is not cancelled. Release what it does not need."
            )
        if act is Act.RELEASE and self.status == APPROVED and not self.is_paid:
            raise NotNow(
                f"Nothing was paid for “{title}” yet. Cancel it, and the whole amount is available again."
            )
        if act is Act.RELEASE and self.status in OPEN[act]:
            what = (
                "Complete it with its proofs"
                if self.status == APPROVED
                else "Settle it with a last payment of 0"
            )
            raise NotNow(f"Nothing is reserved for “{title}” any more. {what} instead.")
        if act is Act.ASK_FOR_MORE and self.asks_for_more:
            raise NotNow(f"More was asked for “{title}” already, and is not decided yet.")
        if act is Act.TAKE_BACK and self.status in OPEN[act]:
            raise NotNow(f"Nothing was paid for “{title}”, so nothing is taken back.")
        raise NotNow(f"“{title}” is {self.status} and cannot be {DONE[act]}. Look at it as it is now.")


# ---------------------------------------------------------------- the plan


@dataclass(frozen=True)
class Plan:
    """What is checked of an activity before it is kept."""

    title: str
    plan: str
    starts_on: date
    ends_on: date
    budget: Decimal
    currency: str
    vendor_percent: Decimal = HUNDRED
    expected_leads: int | None = None
    expected_amount: Decimal | None = None
    place: str | None = None


def share(budget: Decimal, percent: Decimal, currency: str) -> int:
    """Return the fund's part of a budget in minor units, rounded half up once."""
    return to_minor(EXACT.divide(EXACT.multiply(budget, percent), HUNDRED), currency)


def check_plan(plan: Plan) -> None:
    """Refuse a plan that says too little, or what cannot be."""
    for name, most in LONGEST.items():
        if len(getattr(plan, name) or "") > most:
            raise RuleBroken(f"This has at most {most:,} characters. Shorten it.", name)
    if not plan.title:
        raise RuleBroken("Give the activity a title.", "title")
    if not plan.plan:
        raise RuleBroken("Say what is planned, and whom it is to reach.", "plan")
    if plan.ends_on < plan.starts_on:
        raise RuleBroken("It ends before it starts. Correct one of the days.", "ends_on")
    check_budget(plan.budget, plan.vendor_percent, plan.currency)
    if plan.expected_leads is not None and not 0 <= plan.expected_leads <= 1_000_000:  # noqa: PLR2004
        raise RuleBroken("Expect zero leads or more, up to a million.", "expected_leads")
    if plan.expected_amount is not None:
        check_money(plan.expected_amount, plan.currency, "expected_amount")


def check_budget(budget: Decimal, percent: Decimal, currency: str) -> None:
    """Refuse a budget of which the fund could not pay its part."""
    check_money(budget, currency, "budget")
    if budget <= 0:
        raise RuleBroken("Write a budget greater than zero.", "budget")
    if not 0 < percent <= HUNDRED:
        raise RuleBroken("The fund pays a part above 0 and up to 100 %.", "vendor_percent")
    part = share(budget, percent, currency)
    if part < 1:
        raise RuleBroken("The fund’s part of this budget is less than the smallest coin.", "vendor_percent")
    if part > ledger.MOST:
        raise RuleBroken("This budget is too large for a fund.", "budget")


def check_money(amount: Decimal, currency: str, field: str) -> None:
    """Refuse an amount that no coins of its currency make, one below zero, and one no fund has."""
    places = minor_digits(currency)
    if not amount.is_finite() or amount < 0:
        raise RuleBroken("Write an amount of zero or more.", field)
    if amount >= LARGEST:
        raise RuleBroken("This amount is too large.", field)
    if amount != amount.quantize(Decimal(1).scaleb(-places), context=EXACT):
        few = "no places" if places == 0 else f"{places} places"
        raise RuleBroken(f"{currency} has {few} after the point. Write the amount so.", field)


def check_days(ends_on: date, today: date) -> None:
    """Refuse to ask for money for what is over (staff may enter what a partner forgot)."""
    if ends_on < today:
        raise RuleBroken(
            "It is over already. Ask your partner manager to enter it, or choose later days.", "ends_on"
        )


def check_begun(starts_on: date, today: date) -> None:
    """Refuse to complete what has not begun."""
    if starts_on > today:
        raise RuleBroken(f"It begins on {starts_on}. Complete it once it has taken place.")


def missing(wanted: Sequence[str], given: Sequence[str]) -> list[str]:
    """Return the proofs of a checklist that no file was added for, in its order."""
    there = frozenset(given)
    return [one for one in wanted if one not in there]


def check_complete(lacking: Sequence[str]) -> None:
    """Refuse to complete without a file for every proof."""
    if lacking:
        raise RuleBroken(f"Still missing: {', '.join(lacking)}. Add a file for each first.")


# ---------------------------------------------------------------- settling


def check_settlement(amount: int, reserved: int, currency: str, *, is_final: bool) -> None:
    """Refuse to pay nothing, unless it is the end of it, and more than is still reserved."""
    if amount < 1 and not is_final:
        raise RuleBroken("Write an amount greater than zero.", "amount")
    if amount > reserved:
        over = ledger.in_words(amount - reserved, currency)
        raise MoreThanReserved(
            f"Only {ledger.in_words(reserved, currency)} is still reserved for this activity, {over} less than"
            f" {ledger.in_words(amount, currency)}. Settle less, or ask for more first.",
            "amount",
        )


def check_deposit(amount: int, reserved: int, currency: str) -> None:
    """Refuse to pay all that is reserved for what is not completed: the rest waits for its proofs."""
    if amount >= reserved:
        raise RuleBroken(
            f"{ledger.in_words(reserved, currency)} is reserved, and before the activity is completed only a part"
            " of that can be paid. Complete it with its proofs first, or pay less.",
            "amount",
        )


def check_paid_on(paid_on: date, starts_on: date, today: date) -> None:
    """Refuse a day that is still to come, or before the fund began."""
    if paid_on > today:
        raise RuleBroken("This day is still to come. Choose the day on which it was paid.", "paid_on")
    if paid_on < starts_on:
        raise RuleBroken(f"The fund begins on {starts_on}. Choose that day or a later one.", "paid_on")


# ---------------------------------------------------------------- approval


@dataclass(frozen=True)
class Rung:
    """A step of approval: from which amount in program currency it is asked for, of whom, within how many days."""

    from_amount: Decimal
    role: str
    days: int


def steps(rungs: Sequence[Rung], amount: Decimal | None) -> list[Rung]:
    """Return the steps that approve an amount in program currency: at least the first; None (no rate): all."""
    return [
        one for place, one in enumerate(rungs) if not place or amount is None or one.from_amount <= amount
    ]


def needs_two(above: Decimal | None, amount: Decimal | None) -> bool:
    """Say whether who asks may not decide: above the vendor's setting, or where the amount is not known (A2)."""
    return above is not None and (amount is None or amount > above)


def check_rungs(rungs: Sequence[Rung]) -> None:
    """Refuse a table of steps with none or too many, that does not begin at zero, or does not rise."""
    if not 1 <= len(rungs) <= MOST_STEPS:
        raise RuleBroken(f"An activity is approved in one to {MOST_STEPS} steps.")
    if rungs[0].from_amount != 0:
        raise RuleBroken("The first step decides about every activity, so it begins at 0.", "from_amount")
    for lower, higher in pairwise(rungs):
        if higher.from_amount <= lower.from_amount:
            raise RuleBroken("Each step begins at a higher amount than the one before.", "from_amount")
    for one in rungs:
        if not 1 <= one.days <= 365:  # noqa: PLR2004
            raise RuleBroken("A step takes 1 to 365 days.", "days")
        if one.from_amount >= LARGEST:
            raise RuleBroken("This amount is too large.", "from_amount")
