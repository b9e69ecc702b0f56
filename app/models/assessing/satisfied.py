"""Leads that count: registered, converted, or satisfied, which means converted and its opportunity won (L2, P8).

A satisfied lead counts on the day its deal was closed: the first of its deals that is won and confirmed, else the first
that is reported. A deal handed to another partner no longer satisfies the lead of the partner that had it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from app.models.deals.opportunity import Opportunity, OpportunityStage, StageKind
from app.models.leads.lead import Lead, LeadStage

if TYPE_CHECKING:
    from app.rules.measures import Aggregate

Column = ColumnElement[Any]
Condition = tuple[ColumnElement[bool], str]
"""What a record must be to count, and what to say when it is not."""

lead = Lead.__table__.c
_deals = Opportunity.__table__.alias("deal_of_lead")
_stages = OpportunityStage.__table__.alias("stage_of_deal")
deal, stage = _deals.c, _stages.c


def day(counting: str | None) -> Column:
    """Return the day by which a lead counts."""
    match counting:
        case "registered":
            return lead.created_on
        case "satisfied":
            return _closed_on
        case _:
            return lead.closed_on


def conditions(need: Aggregate, at_once: Column) -> Sequence[Condition]:
    """Return what a lead must be to count, in the order in which reasons are given."""
    if need.counting == "registered":
        return []
    converted = (lead.stage == LeadStage.CONVERTED, "It is not converted.")
    if need.counting == "satisfied":
        confirmed = or_(deal.confirmed_at.is_not(None), at_once)
        return [
            converted,
            (_has_deal(), "It has no opportunity."),
            (_has_deal(*_IS_WON), "Its opportunity is not won."),
            (_has_deal(*_IS_WON, confirmed), "Its opportunity is reported as won, but not confirmed yet."),
        ]
    return [converted, (lead.closed_on.is_not(None), "It has no day of conversion.")]


def _deals_of_lead(*columns: Column) -> Select[Any]:
    return (
        select(*columns)
        .select_from(_deals.join(_stages, stage.id == deal.stage_id))
        .where(deal.lead_id == lead.id, deal.partner_id == lead.partner_id, deal.deleted_at.is_(None))
        .correlate_except(_deals, _stages)
    )


def _has_deal(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return _deals_of_lead(deal.id).where(and_(*conditions) if conditions else deal.id.is_not(None)).exists()


_IS_WON = (stage.kind == StageKind.WON, deal.closed_on.is_not(None))
_FIRST = func.min(deal.closed_on)
_closed_on = (
    _deals_of_lead(func.coalesce(_FIRST.filter(deal.confirmed_at.is_not(None)), _FIRST))
    .where(*_IS_WON)
    .scalar_subquery()
)
