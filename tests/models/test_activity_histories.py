"""F5: whatever is done in whatever order, the fund holds what a simple reckoning says, and nothing stays reserved."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Activity, Partnership
from app.models.activities.activity_standing import held_of
from app.models.funds.verifying import wrong
from app.rules.activities import Act
from app.rules.refusals import RuleBroken
from tests.cast import Cast
from tests.models.plans import PNG, TODAY, D, Stage, _noon, drafted, money, second_step, stage

__all__ = ["_noon", "stage"]

ACTS = 350
OPEN = {
    "submit": Act.SUBMIT,
    "approve": Act.APPROVE,
    "more": Act.ASK_FOR_MORE,
    "prove": Act.ADD_PROOF,
    "complete": Act.COMPLETE,
    "settle": Act.SETTLE,
    "take back": Act.TAKE_BACK,
    "withdraw": Act.WITHDRAW,
}
AT_REST = frozenset({"draft", "submitted", "returned", "declined", "cancelled", "settled"})


@dataclass
class Reckoning:
    """What is reserved and paid for each activity, by sums on paper, in cents."""

    reserved: dict[int, int] = field(default_factory=dict)
    paid: dict[int, list[tuple[int, int, int]]] = field(default_factory=dict)

    def hold(self, number: int, amount: int) -> None:
        self.reserved[number] = amount

    def pay(self, number: int, row: int, amount: int, *, is_final: bool) -> None:
        rest = self.reserved[number] - amount if is_final else 0
        self.reserved[number] -= amount + rest
        self.paid.setdefault(number, []).append((row, amount, rest))

    def take_back(self, number: int, row: int) -> None:
        (gone,) = [one for one in self.paid[number] if one[0] == row]
        self.paid[number].remove(gone)
        self.reserved[number] += gone[1] + gone[2]

    @property
    def money(self) -> tuple[int, int, int]:
        reserved, spent = sum(self.reserved.values()), sum(one[1] for of in self.paid.values() for one in of)
        return 100_000 - reserved - spent, reserved, spent


class Story:
    """Luck chooses an activity, an act and an amount; the verbs say what is allowed."""

    def __init__(self, stage: Stage, seed: int) -> None:
        self.stage, self.cast, self.luck = stage, stage.cast, random.Random(seed)  # noqa: S311
        self.session: Session = stage.fund.session
        self.activities: list[Activity] = []
        self.reckoning = Reckoning()
        self.done = dict.fromkeys(self.acts(), 0)

    def acts(self) -> dict[str, Callable[[Activity], None]]:
        return {
            "draft": self.draft,
            "submit": lambda one: one.submit(by=self.cast.oscar),
            "approve": self.approve,
            "return": lambda one: one.return_("Why?", by=self.luck.choice([self.cast.carl, self.cast.mona])),
            "decline": self.decline,
            "more": lambda one: one.ask_for_more(self.amount(), "Dearer.", by=self.cast.oscar),
            "prove": self.prove,
            "complete": lambda one: one.complete(by=self.cast.alice),
            "settle": self.settle,
            "release": self.release,
            "take back": self.take_back,
            "withdraw": self.withdraw,
            "partnership": self.partnership,
        }

    def amount(self) -> Decimal:
        return D(self.luck.randint(1, 45_000)) / 100

    def draft(self, _: Activity) -> None:
        percent = D(self.luck.randint(1, 10_000)) / 100
        self.activities.append(
            drafted(
                self.stage, budget=self.amount(), vendor_percent=percent, title=f"Fair {len(self.activities)}"
            )
        )

    def approve(self, one: Activity) -> None:
        one.approve(by=self.luck.choice([self.cast.carl, self.cast.mona]))
        if one.status.value in {"approved", "completed"} and one.asked_budget is None:
            paid = sum(row[1] for row in self.reckoning.paid.get(one.id, []))
            exact = int(one.budget * one.vendor_percent * 100 + 50) // 100  # cents × percent, half up
            self.reckoning.hold(one.id, exact - paid)

    def decline(self, one: Activity) -> None:
        if self.luck.random() < 0.2:
            one.decline("No.", by=self.luck.choice([self.cast.carl, self.cast.mona]))

    def prove(self, one: Activity) -> None:
        for item in one.missing_proofs():
            name = f"{one.id}-{item}-{self.luck.random()}"
            one.add_proof(item, stored_as=name, by=self.cast.oscar, name="a.png", **PNG)

    def settle(self, one: Activity) -> None:
        is_final = self.luck.random() < 0.5
        held = self.reckoning.reserved.get(one.id, 0)
        amount = D(self.luck.randint(0, held + held // 10 + 1)) / 100  # a little too much, now and then
        row = one.settle(amount, by=self.cast.mona, paid_on=TODAY, is_final=is_final)
        self.reckoning.pay(one.id, row.number, int(amount * 100), is_final=is_final)

    def release(self, one: Activity) -> None:
        row = one.release("Not needed.", by=self.cast.mona)
        self.reckoning.pay(one.id, row.number, 0, is_final=True)

    def take_back(self, one: Activity) -> None:
        rows = [row for row, _ in one.settlements()]
        if rows:
            row = self.luck.choice(rows)
            with self.session.begin_nested():
                one.take_back_settlement(row, "Mistaken.", by=self.cast.mona)
            self.reckoning.take_back(one.id, row.number)

    def withdraw(self, one: Activity) -> None:
        if self.luck.random() < 0.1:
            one.withdraw("Enough.", by=self.cast.alice)
            self.reckoning.reserved.pop(one.id, None)

    def partnership(self, _: Activity) -> None:
        """Off for a while, and on again."""
        held = self.session.get_one(Partnership, self.stage.fund.partnership_id)
        if self.luck.random() < 0.2:
            held.deactivate(by=self.cast.carl)
        else:
            held.activate(by=self.cast.carl)

    def likely(self, one: Activity) -> list[str]:
        """What may well be done with it now, so that luck does not only knock at closed doors."""
        standing = one.standing()
        return [name for name, act in OPEN.items() if standing.allows(act)]

    def go_on(self) -> None:
        """Do one act; a refusal leaves everything as it was."""
        one = self.luck.choice(self.activities[-6:])
        name = self.luck.choice([*self.done, *self.likely(one) * 6])
        try:
            with self.session.begin_nested():
                self.acts()[name](one)
            self.done[name] += 1
        except RuleBroken:
            self.session.expire_all()


@pytest.mark.parametrize("seed", [1, 2])
def test_any_history_holds_what_a_reckoning_on_paper_says(
    session: Session, stage: Stage, cast: Cast, seed: int
) -> None:
    """F5: reserved, spent and available after every act, whoever did what in whatever order."""
    second_step(session, "200")
    story = Story(stage, seed)
    for _ in range(4):
        story.draft(None)  # type: ignore[arg-type]
    for step in range(ACTS):
        story.go_on()
        assert money(stage.fund) == story.reckoning.money, (seed, step)
    held = held_of(session, [one.id for one in story.activities])
    for one in story.activities:
        assert held[one.id].reserved == story.reckoning.reserved.get(one.id, 0), one.id
        if one.status.value in AT_REST:
            assert held[one.id].reserved == 0, one.id

    assert {name for name, times in story.done.items() if not times} <= {"release", "decline", "return"}
    session.expire_all()
    assert wrong(session) == []
    assert len(session.scalars(select(Activity.id)).all()) == len(story.activities)
