"""Leads as a board: a lane for each stage, the latest cards first, each with the ways it may go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Select, and_, func, literal, select, union_all

from app import filters as formats
from app.access import Permission, current_person, may, requires
from app.extensions import db
from app.leads.board import COUNTED, SIZE, Board, Card, Lane, Move, Narrowed, narrowed
from app.leads.lead_list import LIST, waiting
from app.leads.leads import bp
from app.models import Lead, LeadOffer, LeadStage, OfferState, Partner, Person
from app.models.owning import may_edit
from app.rules.lead_stages import LeadAct, Standing

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
BACK: dict[str, Any] = {"back": "board"}
SHOWN = (
    Lead.id, Lead.company, Lead.city, Lead.stage, Lead.partner_id, Lead.owner_id, Lead.staged_at, Lead.created_on,
    Lead.budget, Lead.currency,
)  # fmt: skip


@bp.get("/board")
@requires(Permission.LEADS_READ)
def board() -> ResponseReturnValue:
    """Show leads in lanes, narrowed by filters of the list."""
    seen = narrowed(LIST, FILTERS)
    return render_template("leads/leads/board.html", narrowed=seen, board=Board("lead", _lanes(seen)))


def _lanes(seen: Narrowed) -> list[Lane]:
    """Read all cards in one question, all totals in another."""
    cards: dict[LeadStage, list[Card]] = {stage: [] for stage in LANES}
    for row in db.session.execute(_cards(seen.condition)):
        cards[row.stage].append(_card(row))
    totals = db.session.execute(_totals(seen.condition)).one()
    args: dict[str, Any] = {**seen.args}
    return [
        Lane(stage.value, title, cards[stage], total, url_for("leads.index", stage=stage.value, **args))
        for (stage, title), total in zip(LANES.items(), totals, strict=True)
    ]


def _cards(condition: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Return the latest leads of every stage, each stage read by its own index until its lane is full."""
    newest = (Lead.created_on.desc(), Lead.id.desc())
    lanes = [
        select(*SHOWN).where(Lead.stage == stage, condition).order_by(*newest).limit(SIZE).subquery()
        for stage in LANES
    ]
    card = union_all(*(select(lane) for lane in lanes)).subquery("card")
    return (
        select(
            card,
            Partner.name.label("partner_name"),
            Person.name.label("owner_name"),
            LeadOffer.answer_by.label("answer_by"),
        )
        .outerjoin(Partner, Partner.id == card.c.partner_id)
        .outerjoin(Person, Person.id == card.c.owner_id)
        .outerjoin(LeadOffer, and_(LeadOffer.lead_id == card.c.id, LeadOffer.state == OfferState.OPEN))
        .order_by(card.c.created_on.desc(), card.c.id.desc())
    )


def _totals(condition: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Return how many leads each lane has, each counted up to 10,001."""
    counts = []
    for stage in LANES:
        some = select(literal(1)).select_from(Lead).where(Lead.stage == stage, condition).limit(COUNTED)
        counts.append(select(func.count()).select_from(some.subquery()).scalar_subquery())
    return select(*counts)


# ---------------------------------------------------------------- a card


def _card(row: Any) -> Card:
    who = row.partner_name if current_person.is_staff and row.partner_name else None
    return Card(
        id=row.id,
        title=row.company,
        href=url_for("leads.show", lead_id=row.id),
        notes=[" · ".join(part for part in (who, row.owner_name) if part), _since(row)],
        amount=None if row.budget is None else formats.money(row.budget, row.currency),
        unit=row.currency,
        mark=None
        if row.answer_by is None
        else (f"On offer, {formats.in_time(row.answer_by, short=True)}", "warn"),
        moves=_moves(row),
    )


def _since(row: Any) -> str:
    since: date | datetime = row.staged_at or row.created_on
    words = waiting(since)
    return words if words == "today" else f"for {words}"


@dataclass(frozen=True)
class Way:
    """An act that brings a card to a lane: by a button (POST), or by a page that asks for more."""

    act: LeadAct
    to: LeadStage | None
    label: str
    endpoint: str
    asks: bool = True
    staff: bool = False


WAYS: Sequence[Way] = (
    Way(LeadAct.QUALIFY, LeadStage.QUALIFIED, "Qualify", "leads.qualify", asks=False),
    Way(LeadAct.HAND_OFF, LeadStage.HANDED_OFF, "Offer to a partner", "leads.offer", staff=True),
    Way(LeadAct.CONVERT, LeadStage.CONVERTED, "Convert", "leads.convert"),
    Way(LeadAct.DISQUALIFY, LeadStage.DISQUALIFIED, "Disqualify", "leads.disqualify"),
    Way(LeadAct.WITHDRAW, LeadStage.WITHDRAWN, "Withdraw", "leads.withdraw"),
    Way(LeadAct.REOPEN, None, "Reopen", "leads.reopen", asks=False, staff=True),
)


def _moves(row: Any) -> list[Move]:
    """Return the ways a card may go, for who reads."""
    standing = Standing(row.stage, row.partner_id is not None, row.answer_by is not None)
    may_pass = may(Permission.LEADS_PASS)
    edits = may(Permission.LEADS_WRITE) and may_edit(current_person, row.partner_id, row.owner_id)
    return [
        Move(
            (way.to or standing.after(way.act)).value,
            way.label,
            url_for(way.endpoint, lead_id=row.id, **(BACK if way.asks else {})),
            {} if way.asks else BACK,
            asks=way.asks,
        )
        for way in WAYS
        if standing.allows(way.act) and (may_pass if way.staff else edits)
    ]
