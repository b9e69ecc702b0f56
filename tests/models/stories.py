"""A small program that the assessment tests tell their stories with: orders, leads and certified people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.models import Category, Ladder, Partnership, Product, ProgramVersion, ValueType
from tests import factories
from tests.cast import Cast

ORDERED = {"sum": "order lines", "of": "amount", "over": "calendar year"}
BEGINS, ENDS = date(2024, 1, 1), date(2027, 12, 31)


@dataclass(frozen=True)
class Story:
    """What a test needs at hand."""

    version: ProgramVersion
    ladder: Ladder
    partnership: Partnership
    bike: Product


def told(session: Session, cast: Cast, *, held: str = "Registered", **policies: Any) -> Story:
    """Acme in a ladder Bronze 5,000, Silver 50,000 of ordered amount per calendar year, in thresholds mode."""
    version = factories.draft(session)
    ladder = factories.ladder(session, version, cast.reseller, "Bronze", "Silver", **policies)
    ordered = factories.category(session, "Ordered amount", version=version, measure=ORDERED)
    for name, target in (("Bronze", 5000), ("Silver", 50000)):
        factories.obligation(session, factories.rung(session, ladder, name), ordered, target)
    factories.published(session, version, BEGINS)
    partnership = factories.partnership(session, cast.acme, BEGINS, ENDS, held)
    return Story(version, ladder, partnership, factories.product(session, "BIKE", category="Bikes"))


def measured(
    session: Session, cast: Cast, target: int, value_type: ValueType, **measures: dict[str, Any]
) -> Story:
    """Acme with one tier, Bronze, that asks for each measure given by the name of its category."""
    version = factories.draft(session)
    ladder = factories.ladder(session, version, cast.reseller, "Bronze")
    rung = factories.rung(session, ladder, "Bronze")
    for name, measure in measures.items():
        factories.obligation(session, rung, category(session, name, value_type, version, measure), target)
    factories.published(session, version, BEGINS)
    partnership = factories.partnership(session, cast.acme, BEGINS, ENDS)
    return Story(version, ladder, partnership, factories.product(session, "BIKE", category="Bikes"))


def category(
    session: Session, name: str, value_type: ValueType, version: ProgramVersion, measure: dict[str, Any]
) -> Category:
    return factories.category(session, name, value_type, version, measure)
