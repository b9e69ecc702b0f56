"""Deals by stage: what stands where, what it makes, and a card for each that is moved by mouse or keyboard (L5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Subquery, and_, select, union_all

from app import filters as formats
from app import scope
from app.access import Permission, current_person, may, requires
from app.extensions import db
from app.leads import pipeline
from app.leads.board import Board, Card, Lane, Move, Narrowed, narrowed
from app.leads.opportunities import bp
from app.leads.opportunity_list import LIST
from app.listing.audience import PARTNER, partner_filter
from app.models import Opportunity, OpportunityStage, Partner, PipelineSum, StageKind
from app.models.owning import may_edit

CARDS = 8
"""Of each lane, what may close first."""
CLOSED_DAYS = 30
"""So long a closed deal stands on the board."""
ALL = 10**18
"""Where the database keeps the sums, every deal of a lane is counted."""
FILTERS = ("owner", "partner", "product")
SHOWN = (
    Opportunity.id, Opportunity.name, Opportunity.customer, Opportunity.stage_id, Opportunity.amount, Opportunity.currency,
    Opportunity.partner_id, Opportunity.owner_id, Opportunity.expected_on, Opportunity.closed_on,
    Opportunity.confirmed_at, Opportunity.next_step,
)  # fmt: skip


@bp.get("/board")
@requires(Permission.OPPORTUNITIES_READ)
def board() -> ResponseReturnValue:
    """Show deals by stage, narrowed by filters of the list, with what each stage makes."""
    seen = narrowed(LIST, FILTERS)
    stages = OpportunityStage.in_order(db.session(), only_active=True)
    since = scope.today() - timedelta(days=CLOSED_DAYS)
    sums = _sums(seen, stages, since)
    return render_template(
        "leads/opportunities/board.html",
        narrowed=seen,
        board=Board("deal", _lanes(seen, stages, sums, since)),
        totals=_totals(stages, sums),
        further=pipeline.further,
        days=CLOSED_DAYS,
    )


def _sums(seen: Narrowed, stages: Sequence[OpportunityStage], since: date) -> dict[int, list[pipeline.Sum]]:
    """Return what each stage makes: open ones as the database keeps it, unless only some deals are meant."""
    whose = seen.args.get(PARTNER)
    kept = None
    if not seen.args.keys() - {PARTNER}:
        kept = pipeline.sums(partner_filter(PipelineSum.partner_id).where(whose) if whose else None)
    counted = [stage for stage in stages if stage.kind is not StageKind.OPEN or kept is None]
    found = pipeline.of_lanes({stage.id: _stands(seen, stage, since) for stage in counted})
    for one in kept or []:
        found.setdefault(one.stage_id or 0, []).append(one)
    return found


def _stands(seen: Narrowed, stage: OpportunityStage, since: date) -> ColumnElement[bool]:
    """Return the condition that a deal stands in a lane: open, or closed lately."""
    closed = Opportunity.closed_on
    is_shown = closed.is_(None) if stage.kind is StageKind.OPEN else closed >= since
    return and_(Opportunity.stage_id == stage.id, is_shown, Opportunity.deleted_at.is_(None), seen.condition)


def _shown(seen: Narrowed, stage: OpportunityStage, since: date) -> Subquery:
    """Return the first deals of a lane: what may close first, or what was closed last."""
    deals = select(*SHOWN).where(_stands(seen, stage, since)).limit(CARDS)
    if stage.kind is StageKind.OPEN:
        return deals.order_by(Opportunity.expected_on, Opportunity.id).subquery()
    return deals.order_by(Opportunity.closed_on.desc(), Opportunity.id.desc()).subquery()


def _address(seen: Narrowed, stage: OpportunityStage, since: date) -> str:
    """Return the list of the deals of a lane."""
    closed = {} if stage.kind is StageKind.OPEN else {"closed_from": since.isoformat()}
    args: dict[str, Any] = {**seen.args, **closed}
    return url_for("opportunities.index", stage=stage.id, **args)


def _lanes(
    seen: Narrowed,
    stages: Sequence[OpportunityStage],
    sums: dict[int, list[pipeline.Sum]],
    since: date,
) -> list[Lane]:
    cards = _cards(seen, stages, since)
    return [
        Lane(
            str(stage.id),
            stage.name,
            cards.get(stage.id, []),
            sum(one.deals for one in sums.get(stage.id, [])),
            _address(seen, stage, since),
            pipeline.in_words(sums.get(stage.id, []), most=1),
            _most(sums.get(stage.id, [])),
        )
        for stage in stages
    ]


def _most(sums: Sequence[pipeline.Sum]) -> int:
    """Return up to how many the deals of a lane were counted: all of them, unless they were too many to be added up."""
    return ALL if all(one.currency for one in sums) else pipeline.FEW + 1


def _cards(seen: Narrowed, stages: Sequence[OpportunityStage], since: date) -> dict[int, list[Card]]:
    """Return the cards of every lane, in one question."""
    card = union_all(*(select(_shown(seen, stage, since)) for stage in stages)).subquery("card")
    rows = db.session.execute(
        select(card, Partner.name.label("partner_name")).outerjoin(Partner, Partner.id == card.c.partner_id)
    )
    by_id = {stage.id: stage for stage in stages}
    cards: dict[int, list[Card]] = {}
    today = scope.today()
    for row in sorted(rows, key=_place):
        cards.setdefault(row.stage_id, []).append(_card(row, by_id[row.stage_id], stages, today))
    return cards


def _place(row: Any) -> tuple[int, int]:
    """What may close first stands first; of the closed ones what was closed last."""
    if row.closed_on is not None:
        return -row.closed_on.toordinal(), -row.id
    return (row.expected_on or date.max).toordinal(), row.id


def _card(row: Any, stage: OpportunityStage, stages: Sequence[OpportunityStage], today: date) -> Card:
    record = url_for("opportunities.show", opportunity_id=row.id)
    notes = [row.customer if row.customer not in row.name else ""]
    if current_person.is_staff:
        notes.append(row.partner_name)
    if row.next_step:
        notes.append(f"Next: {row.next_step}")
    mark = None
    if stage.kind is StageKind.WON and row.confirmed_at is None:
        mark = ("To be confirmed", "warn")
    elif row.expected_on is not None and row.closed_on is None:
        mark = (f"Expected {formats.day(row.expected_on)}", "warn" if row.expected_on < today else "neutral")
    return Card(
        row.id,
        row.name,
        record,
        notes,
        formats.money(row.amount, row.currency),
        row.currency,
        mark,
        _moves(row, record, stage, stages),
    )


def _moves(row: Any, record: str, stage: OpportunityStage, stages: Sequence[OpportunityStage]) -> list[Move]:
    """Return where a card may go: what the table of stages forbids is not offered (L5).

    The acts stand under the record's address; composing each of the hundreds anew would cost more than the rest.
    """
    mine = may_edit(current_person, row.partner_id, row.owner_id)
    if not (mine and may(Permission.OPPORTUNITIES_WRITE)):
        return []
    if stage.kind is not StageKind.OPEN:
        return _ways_back(record, stages) if may(Permission.DEALS_DECIDE) else []
    return [_move(record, one) for one in stages if one.id != stage.id]


def _move(record: str, stage: OpportunityStage) -> Move:
    """Return the way to a stage: by a press to an open one, by a form to an end."""
    lane = str(stage.id)
    if stage.kind is StageKind.OPEN:
        return Move(lane, stage.name, f"{record}/stage", {"stage_id": lane})
    act = "win" if stage.kind is StageKind.WON else "loss"
    return Move(lane, stage.name, f"{record}/{act}?stage_id={lane}&back=board", asks=True)


def _ways_back(record: str, stages: Sequence[OpportunityStage]) -> list[Move]:
    return [
        Move(
            str(one.id),
            f"Open again: {one.name}",
            f"{record}/reopening?stage_id={one.id}&back=board",
            asks=True,
        )
        for one in stages
        if one.kind is StageKind.OPEN
    ]


def _totals(stages: Sequence[OpportunityStage], sums: dict[int, list[pipeline.Sum]]) -> list[pipeline.Sum]:
    """Return what all open deals make, by currency."""
    is_open = {stage.id for stage in stages if stage.kind is StageKind.OPEN}
    whole = [one for stage_id, ones in sums.items() if stage_id in is_open for one in ones]
    return [replace(one, weighted=one.weighted or Decimal(0)) for one in pipeline.by_currency(whole)]
