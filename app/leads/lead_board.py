"""Leads as a board: a lane for each stage, the latest cards first, each with the ways it may go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ARRAY, Select, Text, and_, func, literal, select, true

from app import filters as formats
from app.access import Permission, may, reader, requires
from app.extensions import db
from app.leads.board import SIZE, Board, Card, Lane, Move, Narrowed, Ways, narrowed
from app.leads.lead_list import LIST, waiting
from app.leads.leads import bp
from app.listing.kept import ask
from app.models import Lead, LeadOffer, LeadStage, OfferState, Partner, Person
from app.models.owning import may_edit
from app.rules.lead_stages import OPEN, LeadAct, Standing

LANES = {
    LeadStage.NEW: "New",
    LeadStage.QUALIFIED: "Qualified",
    LeadStage.HANDED_OFF: "Handed off",
    LeadStage.ACCEPTED: "Accepted",
    LeadStage.CONVERTED: "Converted",
    LeadStage.DISQUALIFIED: "Disqualified",
    LeadStage.WITHDRAWN: "Withdrawn",
}
FILTERS = ("owner", "campaign", "partner", "source", "country")
COUNTED = 1_001
"""How far a lane is counted: seven lanes of ten thousand would take longer than the whole page may."""
OF_CLOSED = 5
"""Cards in a lane of what is over."""
SHOWN = select(
    Lead.id, Lead.company, Lead.city, Lead.stage, Lead.partner_id, Lead.owner_id, Lead.staged_at, Lead.created_on,
    Lead.budget, Lead.currency,
)  # fmt: skip
COUNTING = select(literal(1)).select_from(Lead)


@bp.get("/board")
@requires(Permission.LEADS_READ)
def board() -> ResponseReturnValue:
    """Show leads in lanes, narrowed by filters of the list."""
    seen = narrowed(LIST, FILTERS)
    return render_template("leads/leads/board.html", narrowed=seen, board=Board("lead", _lanes(seen)))


def _lanes(seen: Narrowed) -> list[Lane]:
    """Read all cards in one question, all totals in another."""
    cards: dict[LeadStage, list[Card]] = {stage: [] for stage in LANES}
    drawing = Drawing.now()
    for row in ask(db.session(), _cards, SHOWN, [seen.condition]):
        lane = cards[row.stage]
        if len(lane) < (SIZE if row.stage in OPEN else OF_CLOSED):
            lane.append(drawing.card(row))
    counted = ask(db.session(), _totals, COUNTING, [seen.condition])
    totals = {LeadStage(row.stage): row.total for row in counted}
    args: dict[str, Any] = {**seen.args}
    return [
        Lane(
            stage.value, title, cards[stage], totals[stage], url_for("leads.index", stage=stage.value, **args)
        )
        for stage, title in LANES.items()
    ]


def _cards(query: Select[*tuple[Any, ...]], conditions: Sequence[Any]) -> Select[*tuple[Any, ...]]:
    """Return the latest leads of every stage, each stage read by an index until its lane is full."""
    newest = (Lead.created_on.desc(), Lead.id.desc())
    lane = _lane()
    in_lane = query.where(Lead.stage == lane.c.stage, *conditions).order_by(*newest).limit(SIZE)
    card = in_lane.correlate(lane).lateral("card")
    return (
        select(
            card,
            Partner.name.label("partner_name"),
            Person.name.label("owner_name"),
            LeadOffer.answer_by.label("answer_by"),
        )
        .select_from(lane)
        .join(card, true())
        .outerjoin(Partner, Partner.id == card.c.partner_id)
        .outerjoin(Person, Person.id == card.c.owner_id)
        .outerjoin(LeadOffer, and_(LeadOffer.lead_id == card.c.id, LeadOffer.state == OfferState.OPEN))
        .order_by(card.c.created_on.desc(), card.c.id.desc())
    )


def _totals(query: Select[*tuple[Any, ...]], conditions: Sequence[Any]) -> Select[*tuple[Any, ...]]:
    """Return how many leads each lane has, each counted as far as a lane says it."""
    lane = _lane()
    some = query.where(Lead.stage == lane.c.stage, *conditions).limit(COUNTED)
    counted = (
        select(func.count().label("total")).select_from(some.correlate(lane).lateral()).lateral("counted")
    )
    return select(lane.c.stage, counted.c.total).select_from(lane).join(counted, true())


def _lane() -> Any:
    """Return the stages as a table to join with."""
    stages = literal([stage.value for stage in LANES], ARRAY(Text))
    return select(func.unnest(stages, type_=Text).label("stage")).subquery("lane")


# ---------------------------------------------------------------- a card


@dataclass(frozen=True)
class Way:
    """An act that brings a card to a lane: by a button (POST), or by a page that asks for more."""

    act: LeadAct
    to: LeadStage | None
    label: str
    address: str
    asks: bool = True
    staff: bool = False


WAYS: Sequence[Way] = (
    Way(LeadAct.QUALIFY, LeadStage.QUALIFIED, "Qualify", "qualification", asks=False),
    Way(LeadAct.HAND_OFF, LeadStage.HANDED_OFF, "Offer to a partner", "offers/new", staff=True),
    Way(LeadAct.CONVERT, LeadStage.CONVERTED, "Convert", "conversion"),
    Way(LeadAct.DISQUALIFY, LeadStage.DISQUALIFIED, "Disqualify", "disqualification"),
    Way(LeadAct.WITHDRAW, LeadStage.WITHDRAWN, "Withdraw", "withdrawal"),
    Way(LeadAct.REOPEN, None, "Reopen", "reopening", asks=False, staff=True),
)


@dataclass(frozen=True)
class Drawing:
    """What every card of a board is drawn with, asked for once."""

    reader: Person
    writes: bool
    passes: bool
    leads: str
    """The address below which leads stand."""

    @classmethod
    def now(cls) -> Drawing:
        """Return it for who reads."""
        may_write, may_pass = may(Permission.LEADS_WRITE), may(Permission.LEADS_PASS)
        return cls(reader(), may_write, may_pass, url_for("leads.index"))

    def card(self, row: Any) -> Card:
        """Return a lead as a card."""
        who = row.partner_name if self.reader.partner_id is None else None
        href = f"{self.leads}/{row.id}"
        words = waiting(row.staged_at or row.created_on)
        until = formats.in_time(row.answer_by, short=True)
        return Card(
            id=row.id,
            title=row.company,
            href=href,
            notes=[
                " · ".join(part for part in (who, row.owner_name) if part),
                words if words == "today" else f"for {words}",
            ],
            amount=None if row.budget is None else formats.money(row.budget, row.currency),
            unit=row.currency,
            mark=(f"On offer, {until}", "warn") if until else None,
            ways=self.ways(row),
        )

    def ways(self, row: Any) -> Ways:
        """Return the ways a card may go, for who reads."""
        standing = Standing(row.stage, row.partner_id is not None, row.answer_by is not None)
        edits = self.writes and may_edit(self.reader, row.partner_id, row.owner_id)
        return _open_ways(standing, edits, self.passes)


@lru_cache(maxsize=256)
def _open_ways(standing: Standing, edits: bool, passes: bool) -> Ways:  # noqa: FBT001 - kept by all it depends on
    """Return the ways out of a standing, for who has these rights."""
    return Ways(
        [
            Move(
                (way.to or standing.after(way.act)).value,
                way.label,
                f"/{way.address}?back=board" if way.asks else f"/{way.address}",
                asks=way.asks,
            )
            for way in WAYS
            if (passes if way.staff else edits) and standing.allows(way.act)
        ]
    )
