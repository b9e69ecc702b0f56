"""All deals of a stage go to another one: set-based, each with its step, and everybody they count for assessed anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Integer, bindparam, func, insert, literal, null, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from app import clock
from app.models.deals.opportunity import Opportunity
from app.models.deals.opportunity_counting import reassess_each
from app.models.deals.opportunity_stage import OpportunityStage
from app.models.talk.step import Step

if TYPE_CHECKING:
    from app.models.person import Person

MOVED = "opportunity.moved"


def move_all(session: Session, stage: OpportunityStage, to: OpportunityStage, *, by: Person | None) -> int:
    """Let every deal of a stage stand in another one of its kind; return how many."""
    deals = Opportunity.__table__
    here = deals.c.stage_id == stage.id
    alive = deals.c.deleted_at.is_(None)
    partners = list(session.scalars(select(deals.c.partner_id).where(here, alive).distinct()))
    facts = func.jsonb_build_object("was", stage.name, "stage", to.name, type_=JSONB)
    steps = select(
        deals.c.partner_id,
        literal(Opportunity.__tablename__),
        deals.c.id,
        bindparam("at", clock.now()),
        null() if by is None else literal(by.id),
        literal(MOVED),
        facts,
        literal(value=False),
    ).where(here, alive)
    columns = ["partner_id", "subject_type", "subject_id", "at", "actor_id", "kind", "facts", "vendor_only"]
    session.execute(insert(Step.__table__).from_select(columns, steps))
    moved = session.execute(
        update(deals)
        .where(here)
        .values(stage_id=to.id, version=deals.c.version + literal(1, Integer))
        .returning(deals.c.deleted_at)
    )
    number = sum(deleted_at is None for (deleted_at,) in moved)
    reassess_each(session, partners, by=by)
    return number
