"""What deals make: how many, worth how much, and how much at their probabilities, by stage and currency (L5).

Amounts of different currencies are never added up: each currency is said by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ClauseElement, ColumnElement, Select, case, func, select, union_all

from app import filters as formats
from app import scope
from app.extensions import db
from app.listing.finding import among
from app.listing.kept import ask
from app.models import Opportunity, OpportunityStage, PipelineSum

FEW = 200
"""So many deals of a lane are read to be summed up."""
SAID = 2
"""So many currencies are said in a line; the others are counted."""


@dataclass(frozen=True)
class Sum:
    """Deals of a stage (None: of several) in one currency."""

    stage_id: int | None
    currency: str
    deals: int
    amount: Decimal
    weighted: Decimal


def sums(whose: ColumnElement[bool] | None = None) -> list[Sum] | None:
    """Return the sums of all open deals, of these partners only where asked: kept by the database, however many there are.

    None where they are not for the reader, who sees its own deals only (L7).
    """
    opened = scope.current()
    if opened is None or opened.own_only:
        return None
    return _read(ask(db.session(), _narrowed, _KEPT, [] if whose is None else [whose]))


_KEPT = (
    select(
        PipelineSum.stage_id,
        PipelineSum.currency,
        func.sum(PipelineSum.deals),
        func.sum(PipelineSum.amount),
        func.sum(PipelineSum.weighted + PipelineSum.unweighted * OpportunityStage.probability),
    )
    .join(OpportunityStage, OpportunityStage.id == PipelineSum.stage_id)
    .group_by(PipelineSum.stage_id, PipelineSum.currency)
    .having(func.sum(PipelineSum.deals) > 0)
)


def _narrowed(query: Select[*tuple[Any, ...]], conditions: Sequence[Any]) -> Select[*tuple[Any, ...]]:
    return query.where(*conditions)


_CHANCE = func.coalesce(Opportunity.probability, OpportunityStage.probability)
_WEIGHT = case((Opportunity.closed_on.is_(None), Opportunity.amount * _CHANCE), else_=0)
"""What a deal weighs; a closed one nothing more."""


def of_deals(deals: Select[Any]) -> list[Sum]:
    """Return what some deals make, by stage and currency; their stages are joined."""
    return _read(db.session.execute(_summed(deals)))


def of_these(numbers: Sequence[int]) -> list[Sum]:
    """Return what the deals of these numbers make."""
    return _read(ask(db.session(), _summed_where, _WEIGHED, [among(Opportunity.id, list(numbers))]))


def _summed(deals: Select[Any]) -> Select[Any]:
    rows: Select[Any] = deals.with_only_columns(  # type: ignore[assignment]
        Opportunity.stage_id,
        Opportunity.currency,
        func.count(),
        func.sum(Opportunity.amount),
        func.sum(_WEIGHT),
        maintain_column_froms=True,
    )
    return rows.order_by(None).group_by(Opportunity.stage_id, Opportunity.currency)


def _summed_where(deals: Select[Any], conditions: Sequence[Any]) -> Select[Any]:
    return _summed(deals.where(*conditions))


def of_lanes(
    stands: Callable[..., ColumnElement[bool]], parts: Sequence[ClauseElement], kinds: str
) -> dict[int, list[Sum]]:
    """Return what the deals of each lane make as far as they are few; of more only that they are more.

    `parts` are a condition of all, since when closed deals count, and the stages, of which `kinds` has a letter each;
    `stands` makes of a letter, a stage and the others the condition of its deals.
    """
    found: dict[int, list[Sum]] = {}
    for one in _read(ask(db.session(), _few_of_lanes, _WEIGHED, parts, kinds, stands)):
        found.setdefault(one.stage_id or 0, []).append(one)
    for stage_id, ones in found.items():
        if sum(one.deals for one in ones) > FEW:
            found[stage_id] = [Sum(stage_id, "", FEW + 1, Decimal(0), Decimal(0))]
    return found


_WEIGHED = select(
    Opportunity.stage_id, Opportunity.currency, Opportunity.amount, _WEIGHT.label("weight")
).join(OpportunityStage, OpportunityStage.id == Opportunity.stage_id)


def _few_of_lanes(
    query: Select[*tuple[Any, ...]],
    parts: Sequence[Any],
    kinds: str,
    stands: Callable[..., ColumnElement[bool]],
) -> Select[*tuple[Any, ...]]:
    condition, since, *stages = parts
    lanes = zip(kinds, stages, strict=True)
    few = [query.where(stands(kind, one, since, condition)).limit(FEW + 1).subquery() for kind, one in lanes]
    rows = union_all(*map(select, few)).subquery("some")
    return select(
        rows.c.stage_id, rows.c.currency, func.count(), func.sum(rows.c.amount), func.sum(rows.c.weight)
    ).group_by(rows.c.stage_id, rows.c.currency)


def by_currency(found: Iterable[Sum]) -> list[Sum]:
    """Return the sums of each currency over all stages, the one with most deals first."""
    whole: dict[str, Sum] = {}
    for one in found:
        was = whole.get(one.currency, Sum(None, one.currency, 0, Decimal(0), Decimal(0)))
        whole[one.currency] = Sum(
            None,
            one.currency,
            was.deals + one.deals,
            was.amount + one.amount,
            was.weighted + one.weighted,
        )
    return sorted(whole.values(), key=lambda one: (-one.deals, one.currency))


def in_words(found: Sequence[Sum], before: str = "", most: int = SAID) -> str | None:
    """Return sums in a line, such as “12,000.00 USD, weighted 3,000.00”; None where there is nothing."""
    whole = by_currency(one for one in found if one.currency)
    if not whole:
        return None
    said = [_said(one) for one in whole[:most]]
    if len(whole) > most:
        said.append(further(len(whole) - most))
    return before + " · ".join(said)


def further(number: int) -> str:
    """Say how many currencies are not said."""
    return "1 more currency" if number == 1 else f"{number} more currencies"


def _said(one: Sum) -> str:
    amount = f"{formats.money(one.amount, one.currency)} {one.currency}"
    return f"{amount}, weighted {formats.money(one.weighted, one.currency)}" if one.weighted else amount


def _read(rows: Iterable[Any]) -> list[Sum]:
    return [Sum(*row) for row in rows]
