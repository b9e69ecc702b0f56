"""How a joint activity is planned: one part for each partner, each paid out of its own fund (F5)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.models.activities import activity_plan as planning
from app.models.activities import activity_telling as telling
from app.models.activities import approval_round
from app.models.activities.activity_standing import DECIDING, standings_of, steps_of, today_of, turn, why_not
from app.models.changing import check_version, lock
from app.models.funds.fund import Fund
from app.models.owning import NotYours
from app.models.talk.step import Step
from app.rules import activities as rule
from app.rules import ledger
from app.rules.activities import Act
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.activities.activity import Activity
    from app.models.activities.joint_activity import JointActivity
    from app.models.person import Person

FEWEST = 2
MOST = 50
ENDED = frozenset({rule.CANCELLED, rule.DECLINED})


class Share(NamedTuple):
    """A partner's part: which fund pays, how much it costs in that fund's currency, and which part the fund pays."""

    fund: Fund
    budget: Decimal
    vendor_percent: Decimal = rule.HUNDRED


class Planning:
    """Planning, changing and submitting the parts together; only the vendor does."""

    # -- questions

    @property
    def version(self) -> int:
        """Return how often its parts were changed in all: whatever is done with it is done with a part at least."""
        from app.models.activities.activity import Activity  # noqa: PLC0415 - a part names its joint activity

        joint = cast("JointActivity", self)
        changed = select(func.sum(Activity.version)).where(Activity.joint_id == joint.id)
        return int(joint.session.scalar(changed) or 0)

    def parts(self) -> list[Activity]:
        """Return the parts with their partners, in order."""
        from app.models.activities.activity import Activity  # noqa: PLC0415 - a part names its joint activity

        joint = cast("JointActivity", self)
        rows = (
            select(Activity)
            .where(Activity.joint_id == joint.id)
            .options(joinedload(Activity.partner))
            .order_by(Activity.id)
        )
        return list(joint.session.scalars(rows))

    def acts(self, person: Person) -> frozenset[Act]:
        """Return what a person can do now with all parts together."""
        if not person.is_staff or DECIDING.isdisjoint(person.roles):
            return frozenset()
        parts = together(self.parts())
        if not parts:
            return frozenset()
        standings = standings_of(parts[0].session, parts)
        asked = (Act.EDIT, Act.SUBMIT, *rule.DECISIONS)
        found = {act for act in asked if all(one.allows(act) for one in standings)}
        if found & rule.DECISIONS:
            steps = steps_of(parts[0])
            step = turn(steps)
            if step is None or any(why_not(part, steps, step, person) is not None for part in parts):
                found -= rule.DECISIONS
        return frozenset(found)

    # -- verbs

    @classmethod
    def begin(
        cls,
        session: Session,
        *,
        by: Person,
        title: str,
        plan: str,
        shares: Sequence[Share | tuple[Fund, Decimal]],
        **facts: Any,
    ) -> JointActivity:
        """Plan one activity for several partners: a draft for each, on its own fund.

        `facts`: activity_type_id, starts_on, ends_on, and if it is known place.
        """
        check_staff(by)
        taking_part = [Share(*one) for one in shares]
        _check_shares(taking_part)
        made: Any = cls
        known = {name: facts[name] for name in ("activity_type_id", "starts_on", "ends_on")}
        joint: JointActivity = made(
            title=title.strip(), plan=plan.strip(), created_at=clock.now(), created_by_id=by.id, **known
        )
        session.add(joint)
        with session.no_autoflush:
            _check_whole(joint, taking_part)
        joint.track("joint_activity.planned", by=by)
        for share in taking_part:
            part = {"budget": share.budget, "vendor_percent": share.vendor_percent}
            planning.begin(
                session,
                share.fund,
                by=by,
                facts={"title": joint.title, "plan": joint.plan, **facts, **part},
                joint_id=joint.id,
            )
        return joint

    def edit(self, *, by: Person, version: int | None = None, **facts: Any) -> None:
        """Change what all parts share: title, plan, activity_type_id, starts_on, ends_on; a part's budget in the part."""
        joint = cast("JointActivity", self)
        session = joint.session
        check_staff(by)
        parts = locked(joint, Act.EDIT, version)
        if not planning.SHARED.issuperset(facts):
            raise TypeError(f"A joint activity has no {', '.join(sorted(set(facts) - planning.SHARED))}")
        for part in parts:
            with session.no_autoflush:
                planning.write(session, part, dict(facts))
                changed = part.changes()[1]
            if changed:
                Step.take(part, "activity.edited", by=by, what=planning.in_words(changed))
        for name in facts:
            setattr(joint, name, getattr(parts[0], name))
        if joint.changes()[1]:
            joint.track("joint_activity.changed", by=by)

    def submit(self, *, by: Person, version: int | None = None) -> None:
        """Ask for the approval of all parts: the steps are those of what all make together."""
        joint = cast("JointActivity", self)
        session = joint.session
        check_staff(by)
        parts = locked(joint, Act.SUBMIT, version)
        if len(parts) < FEWEST:
            raise RuleBroken("A joint activity has two partners at least. Plan one for this partner alone.")
        for part in parts:
            with naming(part):
                planning.check_to_submit(part, by)
        today = min(today_of(part) for part in parts)
        amounts = [(part.reserved_amount(), part.currency) for part in parts]
        planned = approval_round.planned(session, amounts, today)
        told: frozenset[int] = frozenset()
        highest = max(part.round for part in parts)
        for part in parts:
            to = telling.asked(session, part.partner_id, planned.first)
            amount = ledger.in_words(part.reserved_amount(), part.currency)
            part.round = highest
            planning.stand_submitted(part)
            told |= Step.take(part, "activity.submitted", by=by, to=to, but=told, amount=amount)
            planned.begin(part, by=by, today=today)
        joint.track("joint_activity.submitted", by=by)


def together(parts: Sequence[Activity]) -> list[Activity]:
    """Return the parts that still go on; one that was withdrawn keeps the others from nothing."""
    return [part for part in parts if part.status.value not in ENDED]


def locked(joint: JointActivity, act: Act, version: int | None) -> list[Activity]:
    """Lock the parts in order, and refuse what was meant for older ones, or is not open to each of them."""
    parts = joint.parts()
    for part in parts:
        lock(part)
    lock(joint)  # after its parts, as everywhere
    check_version(joint, version, parts)
    parts = together(parts)
    if not parts:
        raise rule.NotNow(f"No partner takes part in “{joint.title}” any more.")
    for standing in standings_of(joint.session, parts):
        if standing.asks_for_more:
            raise rule.NotNow(f"“{joint.title}” is approved. Look at each part as it is now.")
        standing.check(act, joint.title)
    return parts


def check_staff(by: Person) -> None:
    """Refuse who does not plan and decide activities."""
    if not by.is_staff or DECIDING.isdisjoint(by.roles):
        raise NotYours("Channel managers and marketing plan joint activities. Ask one of them.")


@contextmanager
def naming(part: Activity) -> Iterator[None]:
    """Let a refusal about a part say whose it is; the vendor alone reads it."""
    try:
        yield
    except RuleBroken as refusal:
        refusal.sentence = f"{part.partner.name}: {refusal.sentence}"
        refusal.args = (refusal.sentence,)
        raise


def _check_shares(shares: Collection[Share]) -> None:
    partners = [share.fund.partner_id for share in shares]
    if not FEWEST <= len(partners) <= MOST:
        raise RuleBroken(f"Choose from {FEWEST} to {MOST} partners.", "shares")
    if len(set(partners)) < len(partners):
        raise RuleBroken("Each partner takes part once, with one fund.", "shares")


def _check_whole(joint: JointActivity, shares: Sequence[Share]) -> None:
    for share in shares:
        rule.check_plan(
            rule.Plan(
                joint.title,
                joint.plan,
                joint.starts_on,
                joint.ends_on,
                share.budget,
                share.fund.currency,
                share.vendor_percent,
            )
        )
