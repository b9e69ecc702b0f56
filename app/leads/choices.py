"""What forms of the pipeline let choose from: countries, colleagues, campaigns."""

from __future__ import annotations

from functools import cache

from sqlalchemy import select

from app.extensions import db
from app.filters import locale
from app.models import Campaign, OpportunityStage
from app.models.leads import lead_working
from app.rules import reaching

Choices = list[tuple[str, str]]
MOST = 300


def number(given: str | int | None) -> int | None:
    """Return a chosen row's number, None when nothing is chosen; ValueError when it is no number."""
    if given in (None, "", "None"):
        return None
    if len(str(given)) > 18:  # noqa: PLR2004 - digits that fit a bigint
        raise ValueError(given)
    return int(given)


def written(given: str | None) -> str:
    """Return what was chosen as text; nothing chosen is an empty one."""
    return given or ""


def countries(present: str | None = None) -> Choices:
    """Return every country in the reader's language; what a record holds that is none of them stays a choice."""
    known = _countries(locale())
    if present and present not in reaching.countries():
        return [*known, (present, present)]
    return known


@cache
def _countries(language: str) -> Choices:
    return [("", "–"), *reaching.countries(language).items()]


def workers(partner_id: int | None) -> Choices:
    """Return who may work the records of a partner, or the vendor's."""
    return [(str(one.id), one.name) for one in lead_working.workers(db.session(), partner_id)]


CAMPAIGN = Campaign.__table__.c
CAMPAIGNS = select(CAMPAIGN.id, CAMPAIGN.name).order_by(CAMPAIGN.id.desc()).limit(MOST)
STAGE = OpportunityStage.__table__.c
STAGES = select(STAGE.id, STAGE.name).order_by(STAGE.position)


def campaigns() -> Choices:
    """Return the campaigns, the latest first."""
    return [(str(row.id), row.name) for row in db.session.execute(CAMPAIGNS)]


def stages() -> Choices:
    """Return the stages of deals in their order, those not in use with them."""
    return [(str(row.id), row.name) for row in db.session.execute(STAGES)]
