"""P9: when the tier held follows the tier earned.

Up: at once, at the review, or with approval. Down: never, at the review, or after a grace of N days, during which the
tier is *at risk*. A grace that begins on a day ends with the N-th day after it; the tier falls on the day after that,
if it is still not earned. Earning the tier again ends the risk.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from app.rules.program import Downgrades, Policies, Upgrades


@dataclass(frozen=True)
class Decision:
    """What the policy does: the rank from now on, the last day of grace if at risk, whether staff must approve."""

    rank: int
    at_risk_until: date | None = None
    awaits_approval: bool = False
    why: str = ""


def decide(
    held: int,
    earned: int,
    policies: Policies,
    on: date,
    *,
    at_risk_until: date | None = None,
    review: bool = False,
) -> Decision:
    """P9: what becomes of the rank held, given the rank earned on a day; `review` says that a review is due then."""
    if earned > held:
        return _up(held, earned, policies, review=review)
    if earned == held:
        return Decision(held, why="The tier held is earned.")
    return _down(held, earned, policies, on, at_risk_until, review=review)


def _up(held: int, earned: int, policies: Policies, *, review: bool) -> Decision:
    match policies.upgrades:
        case Upgrades.AT_ONCE:
            return Decision(earned, why="Earned, and upgrades happen at once.")
        case Upgrades.AT_REVIEW if review:
            return Decision(earned, why="Earned at the review.")
        case Upgrades.AT_REVIEW:
            return Decision(held, why="Earned; the next review decides.")
        case _:
            return Decision(held, awaits_approval=True, why="Earned; the upgrade waits for approval.")


def _down(
    held: int, earned: int, policies: Policies, on: date, at_risk_until: date | None, *, review: bool
) -> Decision:
    match policies.downgrades:
        case Downgrades.NEVER:
            return Decision(held, why="No longer earned, but tiers are never taken away.")
        case Downgrades.AT_REVIEW if review:
            return Decision(earned, why="Not earned at the review.")
        case Downgrades.AT_REVIEW:
            return Decision(held, why="Not earned today; the next review decides.")
        case _:
            ends_on = at_risk_until or on + timedelta(days=policies.grace_days or 0)
            if on > ends_on:
                return Decision(earned, why=f"Not earned again by {ends_on}, the last day of grace.")
            return Decision(held, ends_on, why=f"Not earned today; at risk until {ends_on}.")
