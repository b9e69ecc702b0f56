"""L5: through which stages a deal goes, and when it is closed."""

from datetime import date
from decimal import Decimal

import pytest

from app.rules import pipeline
from app.rules.pipeline import MoveForbidden, StageKind, StageNeeded
from app.rules.refusals import RuleBroken

DAY = date(2026, 6, 30)


@pytest.mark.parametrize("now", StageKind)
@pytest.mark.parametrize("to", StageKind)
def test_only_from_open_to_open_a_deal_moves(now: StageKind, to: StageKind) -> None:
    """L5"""
    if now is to is StageKind.OPEN:
        pipeline.check_move(now, to, "Propose")
    else:
        with pytest.raises(MoveForbidden):
            pipeline.check_move(now, to, "Propose")


@pytest.mark.parametrize(("closed", "passes"), [(29, False), (30, True), (31, False)])
def test_a_deal_is_closed_from_its_creation_until_today(closed: int, passes: bool) -> None:
    """L5: created and asked on the 30th."""
    day = date(2026, 7, 1) if closed == 31 else date(2026, 6, closed)
    if passes:
        pipeline.check_closing_day(day, DAY, DAY)
    else:
        with pytest.raises(RuleBroken):
            pipeline.check_closing_day(day, DAY, DAY)


@pytest.mark.parametrize("missing", StageKind)
def test_of_every_kind_a_stage_is_needed(missing: StageKind) -> None:
    """L5"""
    pipeline.check_every_kind(StageKind)
    with pytest.raises(StageNeeded, match=f"only {missing.value} stage"):
        pipeline.check_every_kind(set(StageKind) - {missing})


def test_an_amount_is_said_at_the_places_of_its_currency() -> None:
    """M2"""
    assert pipeline.worth(Decimal("1234.5"), "USD") == "1,234.50 USD"
    assert pipeline.worth(Decimal("1234.5"), "JPY") == "1,235 JPY"
