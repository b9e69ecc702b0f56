"""The stage of the stories about activities: a fund of Acme with money in it, and ways to walk the path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Activity, ActivityType, ApprovalRule, Fund, Partner, Person, Role, Vendor
from app.models.funds.fund_account import AccountKind
from tests import factories, funds
from tests.cast import Cast

D = Decimal
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
TODAY = NOON.date()
PNG = {"content_type": "image/png", "size": 1000, "sha256": "0" * 64}


@dataclass(frozen=True)
class Stage:
    """What every story begins with: Acme's fund of 1,000.00 USD, and the type of activity with three proofs."""

    cast: Cast
    fund: Fund
    event: ActivityType


def built(session: Session, cast: Cast, amount: int = 100_000) -> Stage:
    """A vendor, a program, and a partnership of Acme with a fund."""
    if session.scalar(select(Vendor.id)) is None:
        session.add(Vendor(name="Northwind", time_zone="UTC"))
    version = factories.draft(session)
    factories.published(session, version, date(2026, 1, 1))
    fund = fund_of(session, cast.acme, amount)
    event = session.scalars(select(ActivityType).where(ActivityType.name == "Event")).one()
    return Stage(cast, fund, event)


def fund_of(session: Session, partner: Partner, amount: int, **more: Any) -> Fund:
    """A fund of a partner in an active partnership, with so many minor units available."""
    factories.partnership(session, partner, date(2026, 1, 1), date(2027, 12, 31))
    fund = funds.fund(session, partner, **more)
    if amount:
        funds.credited(fund, amount)
    session.flush()
    return fund


def plan(stage: Stage, **more: Any) -> dict[str, Any]:
    """What a plan says, unless the story says otherwise."""
    return {
        "title": "Spring fair",
        "plan": "A stand for two days, and the five best customers invited.",
        "activity_type_id": stage.event.id,
        "starts_on": date(2026, 6, 15),
        "ends_on": date(2026, 6, 16),
        "budget": D("400"),
        **more,
    }


def drafted(stage: Stage, by: Person | None = None, fund: Fund | None = None, **more: Any) -> Activity:
    """A draft of Oscar's."""
    paying = fund or stage.fund
    return Activity.draft(paying.session, paying, by=by or stage.cast.oscar, **plan(stage, **more))


def submitted(stage: Stage, **more: Any) -> Activity:
    """What Oscar asks for."""
    activity = drafted(stage, **more)
    activity.submit(by=stage.cast.oscar)
    return activity


def approved(stage: Stage, **more: Any) -> Activity:
    """What Carl approved, in one step."""
    activity = submitted(stage, **more)
    activity.approve(by=stage.cast.carl)
    return activity


def proved(activity: Activity, by: Person) -> None:
    """Add a file for every proof."""
    for item in activity.wanted_proofs():
        activity.add_proof(item, stored_as=f"{activity.id}-{item}", by=by, name=f"{item}.png", **PNG)


def completed(stage: Stage, **more: Any) -> Activity:
    """What has taken place, with every proof."""
    activity = approved(stage, **more)
    proved(activity, stage.cast.oscar)
    activity.complete(by=stage.cast.oscar)
    return activity


def settled(stage: Stage, amount: str = "400", **more: Any) -> Activity:
    """What was paid."""
    activity = completed(stage, **more)
    activity.settle(D(amount), by=stage.cast.mona, paid_on=TODAY, is_final=True)
    return activity


def money(fund: Fund) -> tuple[int, int, int]:
    """What is available, reserved and spent, in minor units."""
    held = fund.balances()
    return held[AccountKind.AVAILABLE], held[AccountKind.RESERVED], held[AccountKind.SPENT]


def second_step(session: Session, from_amount: str = "0.01", role: Role = Role.MARKETING) -> None:
    """Let marketing decide after the channel manager, from an amount on."""
    session.add(ApprovalRule(position=2, from_amount=D(from_amount), role=role, days=5))
    session.flush()


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def stage(session: Session, cast: Cast) -> Stage:
    return built(session, cast)
