"""Staff's hand on a deal: it goes to another partner, or away (F3, L7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from sqlalchemy import select, update

from app import clock
from app.models.changing import check_version, lock
from app.models.deals.opportunity_closing import checked, release
from app.models.deals.opportunity_counting import count_anew, to_tell
from app.models.deals.opportunity_working import refuse_deleted
from app.models.owning import NotYours
from app.models.talk.step import Step
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.deals.opportunity import Opportunity
    from app.models.partner import Partner
    from app.models.person import Person


class Passing:
    """Handing over and deleting."""

    def hand_to(
        self, partner: Partner, reason: str, *, by: Person | None, version: int | None = None
    ) -> None:
        """Give the deal to another partner with the protection of its customer; it counts for that one from now on.

        The partner that had it keeps its own steps, comments and files; the other one does not see them.
        """
        deal = cast("Opportunity", self)
        session = deal.session
        before = deal.partner_id
        _begin(deal, by, version)
        if partner.id == before:
            raise RuleBroken("The deal is this partner's already. Choose another one.", "partner")
        why = checked(reason)
        _check_orders(deal)
        leaving = to_tell(session, deal, by=by)
        with session.no_autoflush:
            deal.partner_id, deal.owner_id, deal.reason = partner.id, None, None
            _clear(deal)
        Step.take(deal, "opportunity.came", by=by, to=to_tell(session, deal, by=by), reason=why)
        _step_of_who_had_it(deal, before, leaving, by, why)
        _forget_what_was_said(deal)
        count_anew(session, deal, by=by, partner_ids=sorted({before, partner.id}))
        session.expire(deal, ["partner"])

    def delete(self, reason: str, *, by: Person | None, version: int | None = None) -> None:
        """Take the deal out of every list and number; its record and why stay to be read."""
        deal = cast("Opportunity", self)
        _begin(deal, by, version)
        why = checked(reason)
        _check_orders(deal)
        deal.reason = why
        deal.deleted_at = clock.now()
        to = to_tell(deal.session, deal, by=by)
        Step.take(deal, "opportunity.deleted", by=by, to=to, reason=deal.reason)
        release(deal, "The deal was deleted.", by=by)
        count_anew(deal.session, deal, by=by)


def _begin(deal: Opportunity, by: Person | None, version: int | None) -> None:
    if by is not None and not by.is_staff:
        raise NotYours("Only the vendor hands deals over and deletes them. You may say that it is lost.")
    lock(deal)
    check_version(deal, version)
    refuse_deleted(deal)


def _check_orders(deal: Opportunity) -> None:
    from app.models.orders.order import Order, OrderStatus  # noqa: PLC0415 - an order comes from a deal

    made = select(Order.number).where(Order.opportunity_id == deal.id, Order.status != OrderStatus.CANCELLED)
    number = deal.session.scalar(made.limit(1))
    if number is not None:
        raise RuleBroken(
            f"Order {number} was made from this deal, so the deal stays as it is, with its partner. Cancel the order first,"
            " or open a new deal for another partner.",
            "partner",
        )


def _clear(deal: Opportunity) -> None:
    """Leave with the partner that had it what it wrote for itself; the event keeps it for the vendor."""
    deal.owner = deal.description = deal.next_step = deal.next_step_on = None
    deal.competitors = []


def _step_of_who_had_it(
    deal: Opportunity, before: int, people: list[int], by: Person | None, why: str | None
) -> None:
    Step.take(deal, "opportunity.left", by=by, to=people, partner_id=before, reason=why)


def _forget_what_was_said(deal: Opportunity) -> None:
    """The registrations go along; what the partner before wrote in them is not for the next one."""
    from app.models.registrations.registration import Registration  # noqa: PLC0415 - registrations know deals

    session = deal.session
    written = {"question": None, "answer": None, "extension_reason": None}
    session.execute(update(Registration).where(Registration.opportunity_id == deal.id).values(written))
