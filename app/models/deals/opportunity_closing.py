"""How a deal ends: reported as won, confirmed or not, lost, opened again (L5, F3)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import clock, scope
from app.models.changing import check_version, lock
from app.models.deals.opportunity_counting import count_anew, to_tell, wins_count_at_once
from app.models.deals.opportunity_stage import OpportunityStage, StageKind
from app.models.deals.opportunity_working import refuse_deleted, today_of
from app.models.owning import NotYours
from app.models.talk.step import Step
from app.rules import pipeline
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.deals.opportunity import Opportunity
    from app.models.person import Person

LONGEST_REASON = 1000
ENDINGS = ("opportunity.reported", "opportunity.won", "opportunity.lost")


class NotReported(RuleBroken):
    """Nobody reported the deal as won, or somebody has decided already."""


class Closing:
    """Winning, losing, and taking it back."""

    def report_won(
        self,
        closed_on: date,
        *,
        by: Person | None,
        reason: str | None = None,
        stage: OpportunityStage | None = None,
        version: int | None = None,
    ) -> None:
        """Close the deal as won on a day.

        Staff's word confirms it, and so does the program where wins count at once; else it waits for the vendor (F3).
        """
        deal = cast("Opportunity", self)
        was = _begin(deal, by, version)
        pipeline.check_open(was.kind, "reported as won")
        won = stage or OpportunityStage.first(deal.session, StageKind.WON)
        today = today_of(deal)
        pipeline.check_closing_day(closed_on, deal.created_on, today)
        is_final = by is None or by.is_staff or wins_count_at_once(deal.session, deal, today)
        with deal.session.no_autoflush:
            deal.stage_id, deal.closed_on, deal.reason = won.id, closed_on, checked(reason, must=False)
            deal.reported_at, deal.reported_by_id = clock.now(), None if by is None else by.id
        kind = "opportunity.won" if is_final else "opportunity.reported"
        _say(deal, kind, by, closed_on=closed_on, was_id=was.id, reason=deal.reason)
        if is_final:
            _confirm(deal)
        _end(deal, by, "won" if is_final else None)

    def confirm(self, *, by: Person | None, version: int | None = None) -> None:
        """Confirm a win that was reported: from now on it counts (F3)."""
        deal = cast("Opportunity", self)
        _begin(deal, by, version)
        _check_reported(deal)
        deal.confirmed_at = clock.now()
        _say(deal, "opportunity.confirmed", by, closed_on=deal.closed_on)
        _end(deal, by, "won")

    def refuse_win(self, reason: str, *, by: Person | None, version: int | None = None) -> None:
        """Do not confirm a win: the deal is open again where it stood, and the partner reads why."""
        deal = cast("Opportunity", self)
        _begin(deal, by, version)
        _check_reported(deal)
        _open_again(deal, _where_it_stood(deal), checked(reason))
        _say(deal, "opportunity.win_refused", by, reason=deal.reason)
        _end(deal, by)

    def lose(
        self,
        reason: str,
        *,
        by: Person | None,
        closed_on: date | None = None,
        stage: OpportunityStage | None = None,
        version: int | None = None,
    ) -> None:
        """Close the deal as lost, and keep why."""
        deal = cast("Opportunity", self)
        was = _begin(deal, by, version)
        pipeline.check_open(was.kind, "lost")
        lost = stage or OpportunityStage.first(deal.session, StageKind.LOST)
        today = today_of(deal)
        closed_on = closed_on or today
        pipeline.check_closing_day(closed_on, deal.created_on, today)
        with deal.session.no_autoflush:
            deal.stage_id, deal.closed_on, deal.reason = lost.id, closed_on, checked(reason)
        _say(deal, "opportunity.lost", by, reason=deal.reason, closed_on=closed_on, was_id=was.id)
        _end(deal, by, "lost")

    def reopen(
        self,
        reason: str,
        *,
        by: Person | None,
        stage: OpportunityStage | None = None,
        version: int | None = None,
    ) -> None:
        """Open a closed deal again, by right and for a reason; a win that counted counts no more (L5, F3)."""
        deal = cast("Opportunity", self)
        if by is not None and not by.is_staff:
            raise NotYours("Only the vendor opens a closed deal again. Ask your partner manager.")
        was = _begin(deal, by, version)
        if was.kind is StageKind.OPEN:
            raise RuleBroken("This deal is open already.")
        to = stage or _where_it_stood(deal)
        pipeline.check_move(StageKind.OPEN, to.kind, to.name)
        _open_again(deal, to, checked(reason))
        _say(deal, "opportunity.reopened", by, reason=deal.reason, stage=to.name)
        _end(deal, by)


def _begin(deal: Opportunity, by: Person | None, version: int | None) -> OpportunityStage:
    """Check who acts, lock the deal, and return the stage it stands in now."""
    deal.check_edit(by)
    lock(deal)
    check_version(deal, version)
    refuse_deleted(deal)
    return deal.session.get_one(OpportunityStage, deal.stage_id)


def _end(deal: Opportunity, by: Person | None, closed: str | None = None) -> None:
    """Let the customer go where the deal is closed (L4), and let the deal count as it is now."""
    deal.session.expire(deal, ["stage"])
    if closed is not None:
        release(deal, f"The deal was {closed}.", by=by)
    count_anew(deal.session, deal, by=by)


def release(deal: Opportunity, reason: str, *, by: Person | None) -> None:
    """End the protection of the deal's customer."""
    from app.models.registrations.registration import Registration  # noqa: PLC0415 - registrations know deals

    Registration.release(deal.session, deal, reason=reason, by=by)


def _say(deal: Opportunity, kind: str, by: Person | None, **facts: Any) -> None:
    Step.take(deal, kind, by=by, to=to_tell(deal.session, deal, by=by), **facts)


def _confirm(deal: Opportunity) -> None:
    """Confirm in the vendor's books, since a partner's person may not."""
    session, table = deal.session, type(deal).__table__
    with scope.books(session):
        session.execute(update(table).where(table.c.id == deal.id).values(confirmed_at=clock.now()))
    session.expire(deal, ["confirmed_at"])


def _check_reported(deal: Opportunity) -> None:
    stage = deal.session.get_one(OpportunityStage, deal.stage_id)
    if stage.kind is not StageKind.WON or deal.confirmed_at is not None:
        raise NotReported(
            "This win is confirmed already."
            if stage.kind is StageKind.WON
            else "Nobody reports this deal as won at present, so there is nothing to decide."
        )


def _open_again(deal: Opportunity, stage: OpportunityStage, reason: str | None) -> None:
    with deal.session.no_autoflush:
        deal.stage_id, deal.closed_on, deal.confirmed_at, deal.reason = stage.id, None, None, reason
        deal.reported_at = deal.reported_by_id = None


def _where_it_stood(deal: Opportunity) -> OpportunityStage:
    """The open stage it was closed from, else the last one before the end."""
    session: Session = deal.session
    with session.no_autoflush:
        facts = session.scalar(
            select(Step.facts)
            .where(
                Step.subject_type == deal.__tablename__, Step.subject_id == deal.id, Step.kind.in_(ENDINGS)
            )
            .order_by(Step.id.desc())
            .limit(1)
        )
        was = session.get(OpportunityStage, facts["was_id"]) if facts and facts.get("was_id") else None
        if was is not None and was.active and was.kind is StageKind.OPEN:
            return was
        return OpportunityStage.first(session, StageKind.OPEN, last=True)


def checked(reason: str | None, *, must: bool = True) -> str | None:
    """Return a reason without outer spaces; RuleBroken when it is missing or too long."""
    text = (reason or "").strip()
    if must and not text:
        raise RuleBroken("Say why.", "reason")
    if len(text) > LONGEST_REASON:
        raise RuleBroken(f"A reason has at most {LONGEST_REASON} characters. Shorten it.", "reason")
    return text or None
