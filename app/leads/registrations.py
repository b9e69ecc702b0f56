"""Registrations: the list, the record as a partner and as the vendor sees it, and what either does with it (L3, L4)."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import joinedload

from app import scope
from app.access import Permission, current_person, may, requires
from app.conversation import conversation
from app.database import find
from app.extensions import db
from app.leads.registration_sides import sides
from app.listing import Column, choice, day, matches
from app.listing.audience import SharedListing, crumb, partner_column, partner_filter
from app.models import Opportunity, Partner, Registration, RegistrationState
from app.models.registrations.protecting import terms_of
from app.models.registrations.registration import WORDS
from app.rules.conflicts import REMIND_BEFORE, extended

bp = Blueprint("registrations", __name__, url_prefix="/registrations")


# ---------------------------------------------------------------- the list


@cache
def _registrations() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Registration,
            Partner.name.label("partner_name"),
            Opportunity.customer.label("customer"),
            Opportunity.name.label("deal_name"),
            Opportunity.country.label("country"),
        )
        .join(Opportunity, Opportunity.id == Registration.opportunity_id)
        .join(Partner, Partner.id == Registration.partner_id)
    )


def _state(given: str) -> ColumnElement[bool]:
    if given == "expiring":
        soon = extended(scope.today(), max(REMIND_BEFORE))
        return and_(
            Registration.state == RegistrationState.PROTECTED,
            Registration.protected_until <= soon,
            Registration.protected_until >= scope.today(),
        )
    if given == "longer":
        return and_(
            Registration.state == RegistrationState.PROTECTED,
            Registration.extension_asked_at.is_not(None),
            Registration.extended_at.is_(None),
            Registration.extension_refused_at.is_(None),
        )
    return Registration.state == RegistrationState(given)


STATES = [
    (RegistrationState.WAITING.value, WORDS[RegistrationState.WAITING]),
    ("longer", "Longer protection asked for"),
    ("expiring", "Expiring within 14 days"),
    *((state.value, words) for state, words in WORDS.items() if state is not RegistrationState.WAITING),
]

LIST = SharedListing(
    "registrations",
    query=_registrations,
    key=Registration.id,
    columns=[
        Column("customer", "Customer", lambda row: row.customer),
        Column("deal", "Deal", lambda row: row.deal_name),
        partner_column(),
        Column(
            "state",
            "State",
            lambda row: row[0].state_words(scope.today()),
            kind="badge",
            tone=lambda row: row[0].tone(scope.today()),
        ),
        Column("until", "Protected until", lambda row: row[0].protected_until, kind="day"),
        Column("country", "Country", lambda row: row.country),
        Column(
            "registered", "Registered", lambda row: row[0].registered_at, sort=Registration.id, kind="when"
        ),
    ],
    filters=[
        choice("state", "State", STATES, _state),
        partner_filter(Registration.partner_id),
        day("until", "Protection ends by", lambda on: Registration.protected_until <= on),
    ],
    search=lambda words: matches(Opportunity.search, words),
    default="-registered",
    href=lambda row: url_for("registrations.show", registration_id=row[0].id),
    empty=(
        "No registrations yet",
        "A deal that is registered protects its customer for the partner who was first.",
    ),
)


LIST.routes(bp, requires(Permission.OPPORTUNITIES_READ))


@bp.get("")
@requires(Permission.OPPORTUNITIES_READ)
def index() -> ResponseReturnValue:
    """List registrations, the latest first."""
    return render_template("leads/registrations/index.html", page=LIST.page())


# ---------------------------------------------------------------- the record


@bp.get("/<id:registration_id>")
@requires(Permission.OPPORTUNITIES_READ)
def show(registration_id: int) -> ResponseReturnValue:
    """Show a registration: to the vendor with every customer it may be the same as, to the partner its own side."""
    registration = find(
        Registration,
        registration_id,
        joinedload(Registration.partner),
        joinedload(Registration.opportunity),
        joinedload(Registration.registered_by),
        joinedload(Registration.decided_by),
    )
    terms = terms_of(db.session(), registration.partner_id)
    deal = registration.opportunity
    return render_template(
        "leads/registrations/show.html",
        registration=registration,
        deal=deal,
        today_there=terms.today,
        terms=terms,
        whose=crumb(registration.partner),
        sides=sides(registration) if _compares(registration) else None,
        may_work=may(Permission.OPPORTUNITIES_WRITE)
        and deal is not None
        and deal.may_be_edited_by(current_person),
        may_decide=may(Permission.CONFLICTS_DECIDE),
        talk=conversation(registration),
    )


def _compares(registration: Registration) -> bool:
    """Say whether the vendor sees like customers now: while it has to decide, and whenever it asks."""
    waits = registration.state in {RegistrationState.WAITING, RegistrationState.RETURNED}
    return current_person.is_staff and (waits or "alike" in request.args)
