"""A fund's page: what it holds, what expires next, how the balance went, and its entries (F1, F6, F8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import request, url_for
from sqlalchemy import func, select

from app.access import Permission, current_person, may
from app.extensions import db
from app.funds import entries, reader
from app.funds.periods import Preset, presets
from app.funds.picture import Picture, picture
from app.listing import Page
from app.models import PostingRequest, RequestState
from app.models.activities.activity_standing import active_partnerships
from app.models.funds.expiring import Expiry, upcoming
from app.models.funds.forecast import Forecast, forecast
from app.models.funds.fund_reading import FundHead
from app.rules.expiry import AHEAD


@dataclass(frozen=True)
class FundPage:
    """What the page of a fund shows."""

    head: FundHead
    entries: Page
    picture: Picture | None
    expiry: Expiry | None
    forecast: Forecast | None
    waiting: int
    """Postings that wait for a second person; the vendor's to know."""
    presets: Sequence[Preset]
    first: date
    """The first day offered for a statement of the reader's own choice."""
    pays_for_new: bool
    """Whether its partnership is active, so that something new can be proposed (P3)."""

    @property
    def period(self) -> str:
        """From when to when the fund lasts, in words."""
        return reader.period(self.head)

    @property
    def overdraft(self) -> str:
        """How far below zero it may go, in words."""
        return reader.overdraft(self.head)

    @property
    def expires_soon(self) -> bool:
        """Whether the next expiry is near enough to be warned of (F6)."""
        return self.expiry is not None and self.expiry.last_day <= self.head.today + timedelta(max(AHEAD))

    @property
    def requests_url(self) -> str | None:
        """Where the postings that wait are decided."""
        endpoint = "partnership.fund_requests.index"
        return url_for(endpoint) if reader.is_there(endpoint) else None

    @property
    def proposal_url(self) -> str | None:
        """Where the reader plans an activity that this fund would pay."""
        endpoint = "portal.activities.new"
        allowed = may(Permission.ACTIVITIES_WRITE) and reader.is_there(endpoint)
        return url_for(endpoint, fund=self.head.id) if allowed and self.pays_for_new else None

    @property
    def is_first_screen(self) -> bool:
        """Whether the newest entries are shown, so that what stands now belongs above them."""
        return not ("after" in request.args or "before" in request.args)


def fund_page(head: FundHead) -> FundPage:
    """Return a fund's page as the address asks for it."""
    session = db.session()
    return FundPage(
        head,
        entries.screen(head),
        picture(session, head),
        next_expiry(head),
        forecast(session, [head.id]).get(head.id),
        _waiting(head) if current_person.is_staff else 0,
        presets(head.today),
        head.today.replace(day=1),
        head.partnership_id in active_partnerships(session, head.partner_id, head.today),
    )


def next_expiry(head: FundHead) -> Expiry | None:
    """Return what would expire next; None when nothing ever does."""
    return upcoming(db.session(), [head.id]).get(head.id) if head.may_expire else None


def _waiting(head: FundHead) -> int:
    asked = select(func.count()).where(
        PostingRequest.fund_id == head.id, PostingRequest.state == RequestState.WAITING
    )
    return db.session.scalar(asked) or 0
