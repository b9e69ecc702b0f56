"""Deals by stage: what stands where, what it makes, and a card for each that is moved by mouse or keyboard (L5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ClauseElement, ColumnElement, Select, Subquery, and_, literal, select, union_all

from app import filters as formats
from app import scope
from app.access import Permission, may, reader, requires
from app.extensions import db
from app.leads import pipeline
from app.leads.board import NOWHERE, Board, Card, Lane, Move, Narrowed, Ways, narrowed
from app.leads.opportunities import bp
from app.leads.opportunity_list import LIST
from app.listing.audience import PARTNER, partner_filter
from app.listing.kept import ask
from app.models import Opportunity, OpportunityStage, Partner, Person, PipelineSum, StageKind
from app.models.owning import may_edit

CARDS = 8
"""Of each lane, what may close first."""
CLOSED_DAYS = 30
"""So long a closed deal stands on the board."""
ALL = 10**18
"""Where the database keeps the sums, every deal of a lane is counted."""
FILTERS = ("owner", "partner", "product")
SHOWN = select(
    Opportunity.id, Opportunity.name, Opportunity.customer, Opportunity.stage_id, Opportunity.amount, Opportunity.currency,
    Opportunity.partner_id, Opportunity.owner_id, Opportunity.expected_on, Opportunity.closed_on,
    Opportunity.confirmed_at, Opportunity.next_step,
)  # fmt: skip


KINDS = {StageKind.OPEN: "o", StageKind.WON: "w", StageKind.LOST: "l"}


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
    found = pipeline.of_lanes(_stands, _parts(seen, counted, since), _kinds(counted)) if counted else {}
    for one in kept or []:
        found.setdefault(one.stage_id or 0, []).append(one)
    return found


def _parts(seen: Narrowed, stages: Sequence[OpportunityStage], since: date) -> list[ClauseElement]:
    """Return what a question about lanes differs in from day to day: the filters, since when, and the stages."""
    return [seen.condition, literal(since), *(literal(stage.id) for stage in stages)]


def _kinds(stages: Sequence[OpportunityStage]) -> str:
    """Return what it is composed by: which of the stages are open, in a word."""
    return "".join(KINDS[stage.kind] for stage in stages)


def _stands(kind: str, stage_id: Any, since: Any, condition: Any) -> ColumnElement[bool]:
    """Return the condition that a deal stands in a lane: open, or closed lately."""
    closed = Opportunity.closed_on
    is_shown = closed.is_(None) if kind == KINDS[StageKind.OPEN] else closed >= since
    return and_(Opportunity.stage_id == stage_id, is_shown, Opportunity.deleted_at.is_(None), condition)


def _shown(query: Select[*tuple[Any, ...]], kind: str, stands: ColumnElement[bool]) -> Subquery:
    """Return the first deals of a lane: what may close first, or what was closed last."""
    deals = query.where(stands).limit(CARDS)
    if kind == KINDS[StageKind.OPEN]:
        return deals.order_by(Opportunity.expected_on, Opportunity.id).subquery()
    return deals.order_by(Opportunity.closed_on.desc(), Opportunity.id.desc()).subquery()


def _in_lanes(query: Select[*tuple[Any, ...]], parts: Sequence[Any], kinds: str) -> Select[*tuple[Any, ...]]:
    """Return the cards of every lane, in one question."""
    condition, since, *stages = parts
    lanes = zip(kinds, stages, strict=True)
    shown = [_shown(query, kind, _stands(kind, stage, since, condition)) for kind, stage in lanes]
    card = union_all(*map(select, shown)).subquery("card")
    return select(card, Partner.name.label("partner_name")).outerjoin(
        Partner, Partner.id == card.c.partner_id
    )


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
    """Return the cards of every lane."""
    rows = ask(db.session(), _in_lanes, SHOWN, _parts(seen, stages, since), _kinds(stages))
    drawing = Drawing.now(stages)
    cards: dict[int, list[Card]] = {}
    for row in sorted(rows, key=_place):
        cards.setdefault(row.stage_id, []).append(drawing.card(row))
    return cards


def _place(row: Any) -> tuple[int, int]:
    """What may close first stands first; of the closed ones what was closed last."""
    if row.closed_on is not None:
        return -row.closed_on.toordinal(), -row.id
    return (row.expected_on or date.max).toordinal(), row.id


@dataclass(frozen=True)
class Drawing:
    """What every card of the board is drawn with, asked for once."""

    reader: Person
    writes: bool
    deals: str
    """The address below which deals stand."""
    stages: Mapping[int, OpportunityStage]
    ways: Mapping[int, Ways]
    """Where a card of a stage may go, for who may work it."""
    today: date

    @classmethod
    def now(cls, stages: Sequence[OpportunityStage]) -> Drawing:
        """Return it for who reads."""
        return cls(
            reader(),
            may(Permission.OPPORTUNITIES_WRITE),
            url_for("opportunities.index"),
            {stage.id: stage for stage in stages},
            {stage.id: _ways(stage, stages) for stage in stages},
            scope.today(),
        )

    def card(self, row: Any) -> Card:
        """Return a deal as a card."""
        works = self.writes and may_edit(self.reader, row.partner_id, row.owner_id)
        return Card(
            row.id,
            row.name,
            f"{self.deals}/{row.id}",
            [
                row.customer if row.customer not in row.name else "",
                row.partner_name if self.reader.partner_id is None else "",
                f"Next: {row.next_step}" if row.next_step else "",
            ],
            formats.money(row.amount, row.currency),
            row.currency,
            self._mark(row),
            self.ways[row.stage_id] if works else NOWHERE,
        )

    def _mark(self, row: Any) -> tuple[str, str] | None:
        if self.stages[row.stage_id].kind is StageKind.WON and row.confirmed_at is None:
            return "To be confirmed", "warn"
        if row.expected_on is not None and row.closed_on is None:
            return (
                f"Expected {formats.day(row.expected_on)}",
                "warn" if row.expected_on < self.today else "neutral",
            )
        return None


def _ways(stage: OpportunityStage, stages: Sequence[OpportunityStage]) -> Ways:
    """Return where the cards of a stage may go: what the table of stages forbids is not offered (L5)."""
    if stage.kind is StageKind.OPEN:
        return Ways([_move(one) for one in stages if one.id != stage.id])
    return Ways(_ways_back(stages)) if may(Permission.DEALS_DECIDE) else NOWHERE


def _move(stage: OpportunityStage) -> Move:
    """Return the way to a stage: by a press to an open one, by a form to an end."""
    lane = str(stage.id)
    if stage.kind is StageKind.OPEN:
        return Move(lane, stage.name, "/stage", {"stage_id": lane})
    act = "win" if stage.kind is StageKind.WON else "loss"
    return Move(lane, stage.name, f"/{act}?stage_id={lane}&back=board", asks=True)


def _ways_back(stages: Sequence[OpportunityStage]) -> list[Move]:
    return [
        Move(str(one.id), f"Open again: {one.name}", f"/reopening?stage_id={one.id}&back=board", asks=True)
        for one in stages
        if one.kind is StageKind.OPEN
    ]


def _totals(stages: Sequence[OpportunityStage], sums: dict[int, list[pipeline.Sum]]) -> list[pipeline.Sum]:
    """Return what all open deals make, by currency."""
    is_open = {stage.id for stage in stages if stage.kind is StageKind.OPEN}
    whole = [one for stage_id, ones in sums.items() if stage_id in is_open for one in ones]
    return [replace(one, weighted=one.weighted or Decimal(0)) for one in pipeline.by_currency(whole)]
