"""The engine against plain Python: random facts, random measures, exact fractions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.models import OrderStatus, Partner, ValueType
from app.models.assessing import assess
from app.models.orders.order import COUNTED
from app.rules.measures import NotComputable
from tests import factories
from tests.cast import Cast

DAY = date(2026, 8, 15)
RATES = {"USD": Fraction(1), "EUR": Fraction("1.0825"), "GBP": Fraction("1.274999999999999999")}
WINDOWS = {
    "calendar year": (date(2026, 1, 1), DAY),
    "quarter": (date(2026, 7, 1), DAY),
    "rolling 3 months": (date(2026, 5, 16), DAY),
    "program year": (date(2026, 4, 1), DAY),
    "ever": (date(2000, 1, 1), DAY),
}


@dataclass(frozen=True)
class Line:
    """A line of an order, as the plain calculation sees it."""

    partner: str
    day: date
    amount: Decimal
    currency: str
    status: OrderStatus
    category: str


lines = st.lists(
    st.builds(
        Line,
        st.sampled_from(["ACME", "BOLT"]),
        st.integers(-420, 20).map(lambda days: DAY + timedelta(days=days)),
        st.decimals(-9999, 99999, places=4),
        st.sampled_from(sorted(RATES)),
        st.sampled_from([OrderStatus.CLOSED, OrderStatus.CONFIRMED, OrderStatus.DRAFT]),
        st.sampled_from(["Bikes", "Clothing"]),
    ),
    max_size=12,
)
measures = st.fixed_dictionaries(
    {"over": st.sampled_from(sorted(WINDOWS))},
    optional={"where": st.sampled_from([{"category": "Bikes"}, {"status": ["draft"]}])},
)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(facts=lines, shape=measures, target=st.integers(0, 50000))
def test_sums_shares_and_verdicts_are_what_plain_fractions_say(
    session: Session, cast: Cast, facts: list[Line], shape: dict[str, Any], target: int
) -> None:
    """P6, P7, P8, M3, M5"""
    story = session.begin_nested()
    _tell(session, cast, facts, shape, target)

    found = {one.subject.partner_code: one for one in assess(session, DAY)}

    for code in ("ACME", "BOLT"):
        part = sum((_converted(one) for one in facts if _counts(one, code, shape)), Fraction(0))
        whole = sum(
            (_converted(one) for one in facts if _counts(one, code, {"over": shape["over"]})), Fraction(0)
        )
        currents = found[code].currents or {}
        assert Fraction(currents["Amount"]) == part  # type: ignore[arg-type]
        assert found[code].earned.name == ("Bronze" if part >= target else "Registered")
        share = currents["Share"]
        if whole == 0:
            assert isinstance(share, NotComputable)
        else:
            assert abs(Fraction(share) - part * 100 / whole) <= abs(part / whole) / 10**150  # type: ignore[arg-type]
    story.rollback()


def _counts(one: Line, code: str, shape: dict[str, Any]) -> bool:
    first, last = WINDOWS[shape["over"]]
    where = shape.get("where", {})
    statuses = [OrderStatus.DRAFT] if "status" in where else COUNTED
    return (
        one.partner == code
        and first <= one.day <= last
        and one.status in statuses
        and ("category" not in where or one.category == where["category"])
    )


def _converted(one: Line) -> Fraction:
    return Fraction(one.amount) * RATES[one.currency]


def _tell(session: Session, cast: Cast, facts: list[Line], shape: dict[str, Any], target: int) -> None:
    version = factories.draft(session)
    version.year_starts = "04-01"
    rung = factories.rung(session, factories.ladder(session, version, cast.reseller, "Bronze"), "Bronze")
    amount = factories.category(session, "Amount", version=version, measure={"sum": "order lines", **shape})
    whole = {"sum": "order lines", "over": shape["over"]}
    share = factories.category(
        session, "Share", ValueType.PERCENT, version, {"share": {"sum": "order lines", **shape}, "of": whole}
    )
    factories.obligation(session, rung, amount, target)
    factories.obligation(session, rung, share, 1, mandatory=False)
    factories.published(session, version, date(2024, 1, 1))
    partners: dict[str, Partner] = {"ACME": cast.acme, "BOLT": cast.bolt}
    for partner in partners.values():
        factories.partnership(session, partner, date(2024, 1, 1), date(2027, 12, 31))
    sold = {name: factories.product(session, name, category=name) for name in ("Bikes", "Clothing")}
    for currency, day in {(one.currency, one.day) for one in facts if one.currency != "USD"}:
        rate = RATES[currency]
        factories.rate(session, currency, day, str(Decimal(rate.numerator) / Decimal(rate.denominator)))
    for number, one in enumerate(facts):
        factories.order(
            session,
            partners[one.partner],
            str(number),
            one.day,
            (sold[one.category], str(one.amount)),
            currency=one.currency,
            status=one.status,
        )
