"""How a deal is worked on: opened, edited, and moved between open stages (L5, L7)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import scope
from app.models.changing import check_version, lock
from app.models.deals import opportunity_products
from app.models.deals.opportunity_counting import count_anew, matters, reassess_each, to_tell
from app.models.deals.opportunity_products import Wanted
from app.models.deals.opportunity_stage import OpportunityStage, StageKind
from app.models.owning import NotYours
from app.models.person import Person
from app.models.talk.step import Step
from app.rules import pipeline
from app.rules.money import minor_digits
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.deals.opportunity import Opportunity
    from app.models.leads.lead import Lead
    from app.models.partner import Partner

TEXTS: Final = {
    "name": 200,
    "customer": 200,
    "website": 300,
    "customer_email": 254,
    "tax_number": 60,
    "country": 2,
    "description": 4000,
    "next_step": 300,
    "owner": 200,
}
"""How long each text may be."""
VALUES: Final = frozenset(
    {"amount", "currency", "expected_on", "closed_on", "next_step_on", "probability", "owner_id"}
)
WHO_IT_IS: Final = frozenset({"customer", "website", "customer_email", "tax_number", "country"})
"""By what a customer is known; protected once the deal is registered (L4)."""
MOST_COMPETITORS = 20


class Working:
    """Opening, editing and moving."""

    @classmethod
    def open(
        cls,
        session: Session,
        partner: Partner,
        *,
        by: Person | None,
        name: str,
        customer: str,
        amount: Decimal,
        currency: str,
        lead: Lead | None = None,
        **facts: Any,
    ) -> Opportunity:
        """Open a deal of a partner in the first stage; who opens it works on it. `facts` are further columns."""
        if by is not None and by.partner_id not in {None, partner.id}:
            raise NotYours("Only the partner itself and the vendor open deals for it.")
        stage = OpportunityStage.first(session, StageKind.OPEN)
        products, stage_id = facts.pop("products", ()), facts.pop("stage_id", None)
        made: Any = cls
        deal: Opportunity = made(partner_id=partner.id, created_on=partner.today())
        deal.stage_id, deal.lead_id = stage.id, None if lead is None else lead.id
        deal.owner_id = by.id if by is not None and by.partner_id is not None else None
        if stage_id is not None and stage_id != stage.id:
            deal.stage_id = _open_stage(session, stage_id).id
        given = {"name": name, "customer": customer, "amount": amount, "currency": currency, **facts}
        with session.no_autoflush:
            _write(deal, given)
            pipeline.check_expected_day(deal.expected_on, deal.created_on)
            opportunity_products.check(products)
            deal.product_id = opportunity_products.first(products)
            session.add(deal)
            _check_owner(session, deal)
        to, worth = to_tell(session, deal, by=by), pipeline.worth(deal.amount, deal.currency)
        Step.take(deal, "opportunity.opened", by=by, to=to, worth=worth, customer=deal.customer)
        opportunity_products.keep(session, deal, products)
        reassess_each(session, [deal.partner_id], by=by)
        return deal

    def edit(self, *, by: Person | None, version: int | None = None, **facts: Any) -> None:
        """Change what is known of the deal; a closed one is changed by staff only, and counts anew."""
        deal = cast("Opportunity", self)
        session = deal.session
        deal.check_edit(by)
        lock(deal)
        check_version(deal, version)
        stage = _stage_of(session, deal)
        _check_that_it_may_change(deal, stage, by)
        products = facts.pop("products", None)
        with session.no_autoflush:
            _write(deal, facts)
            changed = _about_others(session, deal, products)
            _check_days(deal, stage)
            before, after = deal.changes()
            _check_customer(session, deal, after, by)
            if "owner_id" in after:
                _check_owner(session, deal)
        changed += list(after)
        if not changed:
            return
        what = _in_words(deal, changed, before)
        Step.take(deal, "opportunity.edited", by=by, to=to_tell(session, deal, by=by), what=what)
        if products is not None:
            opportunity_products.keep(session, deal, products)
        if matters(changed):
            count_anew(session, deal, by=by)

    def move(
        self,
        stage: OpportunityStage,
        *,
        by: Person | None,
        reason: str | None = None,
        version: int | None = None,
    ) -> None:
        """Move the deal to another open stage; the ends are reached by reporting and losing only (L5)."""
        deal = cast("Opportunity", self)
        session = deal.session
        deal.check_edit(by)
        lock(deal)
        check_version(deal, version)
        now = _stage_of(session, deal)
        if now.id == stage.id:
            return
        refuse_deleted(deal)
        pipeline.check_move(now.kind, stage.kind, stage.name)
        if not stage.active:
            raise RuleBroken(f"“{stage.name}” is not in use any more. Choose another stage.", "stage_id")
        deal.stage_id = stage.id
        to = to_tell(session, deal, by=by)
        Step.take(deal, "opportunity.moved", by=by, to=to, was=now.name, stage=stage.name, reason=reason)
        session.expire(deal, ["stage"])
        reassess_each(session, [deal.partner_id], by=by)


def refuse_deleted(deal: Opportunity) -> None:
    """Refuse to work on what was deleted."""
    if deal.deleted_at is not None:
        raise RuleBroken("This deal was deleted; it can only be read.")


def _write(deal: Opportunity, facts: dict[str, Any]) -> None:
    """Set columns to what was given, checked one by one."""
    for name, value in facts.items():
        if name in TEXTS:
            text = value.strip() if isinstance(value, str) else value
            if text and len(text) > TEXTS[name]:
                raise RuleBroken(f"This has at most {TEXTS[name]} characters. Shorten it.", name)
            setattr(deal, name, text or (None if name not in {"name", "customer"} else ""))
        elif name == "competitors":
            deal.competitors = _names(value)
        elif name in VALUES:
            setattr(deal, name, value)
        else:
            raise TypeError(f"A deal has no {name}")
    if not deal.name:
        raise RuleBroken("Name the deal.", "name")
    if not deal.customer:
        raise RuleBroken("Say who the customer is.", "customer")
    if "amount" in facts and deal.amount < 0:
        raise RuleBroken("A deal is worth zero or more.", "amount")
    minor_digits(deal.currency)
    if deal.probability is not None and not 0 <= deal.probability <= 1:
        raise RuleBroken("A probability is from 0 to 100 %.", "probability")


def _names(given: Collection[str]) -> list[str]:
    names = list(dict.fromkeys(name for one in given if (name := one.strip()[:100])))
    if len(names) > MOST_COMPETITORS:
        raise RuleBroken(f"Name at most {MOST_COMPETITORS} competitors.", "competitors")
    return names


def _about_others(session: Session, deal: Opportunity, products: Sequence[Wanted] | None) -> list[str]:
    """Check the products and set the one that measures look at; say whether there are other products now."""
    if products is None:
        return []
    opportunity_products.check(products)
    changed = ["products"] if opportunity_products.differ(session, deal, products) else []
    deal.product_id = opportunity_products.first(products)
    return changed


def _open_stage(session: Session, stage_id: int) -> OpportunityStage:
    stage = session.get(OpportunityStage, stage_id)
    if stage is None or not stage.active:
        raise RuleBroken("There is no such stage in use. Choose another one.", "stage_id")
    pipeline.check_move(StageKind.OPEN, stage.kind, stage.name)
    return stage


def _stage_of(session: Session, deal: Opportunity) -> OpportunityStage:
    return session.get_one(OpportunityStage, deal.stage_id)


def _check_that_it_may_change(deal: Opportunity, stage: OpportunityStage, by: Person | None) -> None:
    refuse_deleted(deal)
    if stage.kind is not StageKind.OPEN and by is not None and by.partner_id is not None:
        raise pipeline.MoveForbidden(
            "This deal is closed. Ask your partner manager to correct it, or to open it again."
        )


def _check_days(deal: Opportunity, stage: OpportunityStage) -> None:
    from app.models.partner import Partner  # noqa: PLC0415 - a partner knows no deals

    if stage.kind is StageKind.OPEN:
        deal.closed_on = None
        pipeline.check_expected_day(deal.expected_on, deal.created_on)
    elif deal.closed_on is None:
        raise RuleBroken("A closed deal counts by its closing day. Write it.", "closed_on")
    elif "closed_on" in deal.changes()[1]:
        today = deal.session.get_one(Partner, deal.partner_id).today()
        pipeline.check_closing_day(deal.closed_on, deal.created_on, today)


def _check_customer(session: Session, deal: Opportunity, changed: dict[str, Any], by: Person | None) -> None:
    """A partner's protection is for the customer it named (L4)."""
    from app.models.registrations.registration import Registration, RegistrationState  # noqa: PLC0415 - registrations know deals

    if WHO_IT_IS.isdisjoint(changed) or by is None or by.partner_id is None:
        return
    live = (RegistrationState.PROTECTED, RegistrationState.WAITING)
    held = select(Registration.id).where(Registration.opportunity_id == deal.id, Registration.state.in_(live))
    if session.scalar(held.limit(1)) is not None:
        raise RuleBroken(
            "This deal is registered for the customer it names, so that stays. Open another deal for another customer.",
            next(name for name in changed if name in WHO_IT_IS),
        )


def _check_owner(session: Session, deal: Opportunity) -> None:
    """Staff and the partner's own people work on a deal, nobody else's."""
    if deal.owner_id is None:
        return
    owner = session.get(Person, deal.owner_id)
    if owner is None or owner.partner_id not in {None, deal.partner_id} or not owner.active:
        raise RuleBroken("This person does not work for the partner. Choose somebody else.", "owner_id")
    opened = scope.current()
    if opened is not None and opened.own_only and owner.id != opened.person_id:
        raise RuleBroken("Ask your organisation's administrator to give the deal to a colleague.", "owner_id")


def _in_words(deal: Opportunity, changed: Sequence[str], before: dict[str, Any]) -> str:
    """What was changed, for the time line: an amount with what it was, the rest by name."""
    names = {"next_step_on": "day of the next step", "owner_id": "owner", "closed_on": "closing day"}
    parts = [
        names.get(name, name.replace("_", " "))
        for name in changed
        if name not in {"amount", "currency", "version", "product_id"}
    ]
    if {"amount", "currency"} & set(changed):
        was = pipeline.worth(
            Decimal(before.get("amount") or deal.amount), before.get("currency") or deal.currency
        )
        parts.insert(0, f"amount {pipeline.worth(deal.amount, deal.currency)} (was {was})")
    return ", ".join(dict.fromkeys(parts))


def today_of(deal: Opportunity) -> date:
    """Return the day it is for the deal's partner (M4)."""
    from app.models.partner import Partner  # noqa: PLC0415 - a partner knows no deals

    return deal.session.get_one(Partner, deal.partner_id).today()
