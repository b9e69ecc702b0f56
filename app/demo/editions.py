"""How the program changes: the second edition asks for more, the third one is only a draft."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo.partners import ADVISOR, DISTRIBUTOR, INSTALLER
from app.models import Category
from app.rules.program import BenefitShape, ObligationShape, Program, TierShape, TypeShape

NORDLICHTS_SURVEY = Decimal("4.4")


def second(program: Program) -> Iterator[TypeShape]:
    """Yield the types that change five months ago: Gold costs more and gives more, Preferred carries a wider range."""
    installer = _kind(program, INSTALLER)
    installer = _tier(
        installer,
        "Silver",
        lambda tier: _with(tier, obligation("Won amount", 150_000, 40), obligation("Business plan", 1, 10)),
    )
    installer = _tier(
        installer, "Gold", lambda tier: _with(tier, obligation("Won amount", 450_000, 40, floor=380_000))
    )
    yield _tier(installer, "Gold", lambda tier: _giving(tier, BenefitShape("Marketing fund", Decimal(4))))
    distributor = _kind(program, DISTRIBUTOR)
    distributor = _tier(
        distributor,
        "Preferred",
        lambda tier: _with(tier, ObligationShape("Products ordered", Decimal(10), any_of="Momentum")),
    )
    yield _tier(distributor, "Premier", lambda tier: _giving(tier, BenefitShape("Payment term", Decimal(75))))


def third(program: Program) -> Iterator[TypeShape]:
    """Yield the types as the draft has them: a tier above Gold, and a higher bar for experts."""
    installer = _kind(program, INSTALLER)
    platinum = TierShape(
        "Platinum",
        Decimal(90),
        (
            obligation("Business plan", 1, 10),
            obligation("Certified people", 8, 25),
            obligation("Converted leads", 40, 25),
            obligation("Won amount", 900_000, 40, floor=700_000),
        ),
        (
            BenefitShape("Discount", Decimal(20)),
            BenefitShape("Marketing fund", Decimal(5)),
            BenefitShape("Support", "Within four hours"),
        ),
    )
    yield replace(installer, tiers=(*installer.tiers, platinum))
    yield _tier(
        _kind(program, ADVISOR),
        "Expert",
        lambda tier: _with(tier, ObligationShape("Customer satisfaction", Decimal("4.3"))),
    )


def category(session: Session, name: str) -> Category:
    """Return a category of the program."""
    return session.scalars(select(Category).where(Category.name == name)).one()


def obligation(name: str, target: int, score: int, *, floor: int | None = None) -> ObligationShape:
    """Return what a tier in points asks for."""
    return ObligationShape(name, Decimal(target), Decimal(score), None if floor is None else Decimal(floor))


def _kind(program: Program, name: str) -> TypeShape:
    return next(one for one in program.types if one.name == name)


def _tier(kind: TypeShape, name: str, change: Callable[[TierShape], TierShape]) -> TypeShape:
    return replace(kind, tiers=tuple(change(tier) if tier.name == name else tier for tier in kind.tiers))


def _with(tier: TierShape, *new: ObligationShape) -> TierShape:
    """Return the tier asking for these instead of those of the same category."""
    names = {one.category for one in new}
    return replace(tier, obligations=(*(one for one in tier.obligations if one.category not in names), *new))


def _giving(tier: TierShape, *new: BenefitShape) -> TierShape:
    names = {one.category for one in new}
    return replace(tier, benefits=(*(one for one in tier.benefits if one.category not in names), *new))
