"""Who rises or falls next: the latest stored assessment of every partner, with its time (P5)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Numeric, Select, case, func, literal, select
from sqlalchemy.orm import aliased, join

from app import clock
from app.access import Permission, current_person, requires
from app.extensions import db
from app.listing import Column, Listing, choice, matches
from app.models import (
    ActivePeriod,
    Assessment,
    Event,
    Partner,
    Partnership,
    PartnerType,
    ProgramVersion,
    Rung,
    Tier,
)

bp = Blueprint("assessments", __name__, url_prefix="/assessments")

earned, held, following = aliased(Tier), aliased(Tier), aliased(Tier)
WORDS = {"fall": "will fall", "risk": "at risk", "rise": "rises next", "stay": "stays"}
TONES = {"fall": "bad", "risk": "warn", "rise": "good", "stay": "neutral"}


def _rank(tier_id: Any) -> ColumnElement[int]:
    """A tier's place in its ladder, by the version the assessment used."""
    ladders = ProgramVersion.__table__.metadata.tables["ladder"]
    return func.coalesce(
        select(Rung.rank)
        .join(ladders, ladders.c.id == Rung.ladder_id)
        .where(Rung.tier_id == tier_id, ladders.c.version_id == Assessment.version_id)
        .scalar_subquery(),
        0,
    )


def _outlook() -> ColumnElement[str]:
    now, then = _rank(Assessment.held_tier_id), _rank(Assessment.earned_tier_id)
    return case(
        (Assessment.at_risk_until.is_not(None), "risk"),
        (then < now, "fall"),
        (then > now, "rise"),
        else_="stay",
    )


def _urgency() -> ColumnElement[Any]:
    """What a channel manager looks at first: who loses a tier, who gains one, then who is nearest to the next."""
    risk, now, then = (
        Assessment.at_risk_until,
        _rank(Assessment.held_tier_id),
        _rank(Assessment.earned_tier_id),
    )
    near = literal(4, Numeric) - func.coalesce(Assessment.progress, 0)
    return case((risk.is_not(None), 0), (then < now, 1), (then > now, 2), else_=near)


def _query() -> Select[*tuple[Any, ...]]:
    is_active = (
        select(ActivePeriod.id)
        .where(ActivePeriod.partnership_id == Partnership.id, ActivePeriod.during.contains(clock.today()))
        .exists()
    )
    return (
        select(
            Assessment.id,
            Assessment.partner_id,
            Assessment.assessed_on,
            Assessment.assessed_at,
            Assessment.at_risk_until,
            Assessment.progress,
            Partner.name.label("partner"),
            PartnerType.name.label("type"),
            held.name.label("held"),
            earned.name.label("earned"),
            following.name.label("next"),
            _outlook().label("outlook"),
        )
        .select_from(
            join(Partnership, Assessment, Assessment.id == Assessment.latest_of(Partnership.id))
            .join(Partner, Partner.id == Partnership.partner_id)
            .join(PartnerType, PartnerType.id == Partnership.partner_type_id)
            .join(held, held.id == Assessment.held_tier_id)
            .join(earned, earned.id == Assessment.earned_tier_id)
            .outerjoin(following, following.id == Assessment.next_tier_id)
        )
        .where(is_active)
    )


def _types() -> list[tuple[int, str]]:
    return [
        (row.id, row.name)
        for row in db.session.execute(select(PartnerType).order_by(PartnerType.name)).scalars()
    ]


LIST = Listing(
    "assessments",
    query=_query,
    key=Assessment.id,
    columns=[
        Column("partner", "Partner", lambda row: row.partner, sort=Partner.sort_name),
        Column("type", "Type", lambda row: row.type),
        Column("held", "Holds", lambda row: row.held),
        Column("earned", "Earned", lambda row: row.earned),
        Column(
            "outlook",
            "Outlook",
            lambda row: WORDS[row.outlook],
            sort=_urgency(),
            kind="badge",
            tone=lambda row: TONES[row.outlook],
        ),
        Column("next", "Next tier", lambda row: row.next),
        Column(
            "progress",
            "On the way",
            lambda row: None if row.progress is None else int(row.progress * 100),
            sort=func.coalesce(Assessment.progress, -1),
            kind="percent",
        ),
        Column("risk", "At risk until", lambda row: row.at_risk_until, kind="day"),
        Column("on", "As of", lambda row: row.assessed_on, sort=Assessment.assessed_on, kind="day"),
        Column("at", "Assessed", lambda row: row.assessed_at, sort=Assessment.assessed_at, kind="when"),
    ],
    filters=[
        choice("outlook", "Outlook", list(WORDS.items()), lambda given: _outlook() == given),
        choice("type", "Type", _types, lambda given: Partnership.partner_type_id == int(given)),
    ],
    search=lambda words: matches(Partner.search, words),
    href=lambda row: url_for("partnership.standings.show", partner_id=row.partner_id),
    default="outlook",
    empty=(
        "Nobody is assessed yet",
        "Press “Assess everybody”, or wait for the night: each day is assessed when it is over.",
    ),
)
LIST.routes(bp, requires(Permission.PARTNERS_READ))


@bp.get("")
@requires(Permission.PARTNERS_READ)
def index() -> ResponseReturnValue:
    """List where everybody stands by the latest stored assessment."""
    return render_template("partnership/assessments/index.html", page=LIST.page())


@bp.post("")
@requires(Permission.PARTNERS_WRITE)
def create() -> ResponseReturnValue:
    """Let the worker assess everybody as of today; the page can be left meanwhile."""
    Event.record(db.session(), "assessments.asked", None, by=current_person)
    flash("Everybody is being assessed. The column “Assessed” shows the new time when it is done.")
    return redirect(url_for(".index"))
