"""Partners: the list, the page that says what a partner is and has, admitting and changing one."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ScalarSelect, Select, and_, func, not_, select
from sqlalchemy.orm import joinedload

from app import clock
from app.access import Permission, current_person, may, requires
from app.database import find
from app.extensions import db
from app.forms import render_form
from app.funds.own import held
from app.listing import TODAY, Column, Listing, choice, matches
from app.models import (
    ActivePeriod,
    Fund,
    Partner,
    Partnership,
    PartnerType,
    Person,
    Tier,
    TierPeriod,
    partner_questions,
    price_questions,
)
from app.partnership import choices
from app.partnership.partner_form import PartnerForm

bp = Blueprint("partners", __name__, url_prefix="/partners")

YES_NO = [("yes", "Yes"), ("no", "No")]


@cache
def _partners() -> Select[*tuple[Any, ...]]:
    """Return the partners with type, manager, and the tier held today in the active partnership.

    What holds today is asked for beside each row shown, not joined: a list of ten thousand opens with 25 of them.
    """
    return (
        select(
            Partner.id,
            Partner.name,
            Partner.code,
            Partner.country,
            Partner.city,
            PartnerType.name.label("type_name"),
            Person.name.label("manager_name"),
            _today(Tier.name).label("tier_name"),
            _today(Partnership.due_on).label("due_on"),
        )
        .join(PartnerType, PartnerType.id == Partner.partner_type_id)
        .outerjoin(Person, Person.id == Partner.manager_id)
    )


def _today(what: Any) -> ScalarSelect[Any]:
    """Return something of the partner's partnership that is active today, and of the tier it holds."""
    return _active_today(select(what)).where(ActivePeriod.partner_id == Partner.id).scalar_subquery()


def _active_today(chosen: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        chosen.select_from(ActivePeriod)
        .join(Partnership, Partnership.id == ActivePeriod.partnership_id)
        .outerjoin(
            TierPeriod, and_(TierPeriod.partnership_id == Partnership.id, TierPeriod.during.contains(TODAY))
        )
        .outerjoin(Tier, Tier.id == TierPeriod.tier_id)
        .where(ActivePeriod.during.contains(TODAY), Partnership.due_on >= TODAY)
    )


COUNTRY = Partner.__table__.c.country
COUNTRIES = select(COUNTRY).where(COUNTRY.is_not(None)).distinct().order_by(COUNTRY)


def _countries() -> list[tuple[str, str]]:
    return [(name, name) for name in db.session.scalars(COUNTRIES) if name]


def _tier(given: str) -> Any:
    return Partner.id.in_(_active_today(select(ActivePeriod.partner_id)).where(Tier.id == int(given)))


def _active(given: str) -> Any:
    is_active = Partner.id.in_(_active_today(select(ActivePeriod.partner_id)))
    return is_active if given == "yes" else not_(is_active)


LIST = Listing(
    "partners",
    query=_partners,
    key=Partner.id,
    columns=[
        Column("name", "Name", lambda row: row.name, sort=Partner.sort_name),
        Column("code", "Code", lambda row: row.code, sort=Partner.code),
        Column("type", "Type", lambda row: row.type_name, sort=PartnerType.name),
        Column("tier", "Tier", lambda row: row.tier_name, kind="tier"),
        Column("due", "Active until", lambda row: row.due_on, kind="day"),
        Column("country", "Country", lambda row: row.country, sort=func.coalesce(Partner.country, "")),
        Column("city", "City", lambda row: row.city),
        Column("manager", "Manager", lambda row: row.manager_name, sort=func.coalesce(Person.name, "")),
    ],
    filters=[
        choice("type", "Type", choices.types, lambda given: Partner.partner_type_id == int(given)),
        choice("tier", "Tier", choices.tiers, _tier),
        choice("country", "Country", _countries, lambda given: Partner.country == given),
        choice("manager", "Manager", choices.staff, lambda given: Partner.manager_id == int(given)),
        choice("active", "Active", YES_NO, _active),
    ],
    search=lambda words: matches(Partner.search, words),
    default="name",
    href=lambda row: url_for("partnership.partners.show", partner_id=row.id),
    empty=("No partners yet", "Bring in the organisations you sell through: one by one, or from a file."),
    action=lambda: (
        ("New partner", url_for("partnership.partners.new")) if may(Permission.PARTNERS_WRITE) else None
    ),
)
LIST.routes(bp, requires(Permission.PARTNERS_READ))


@bp.get("")
@requires(Permission.PARTNERS_READ)
def index() -> ResponseReturnValue:
    """List the partners with the tier each holds today."""
    return render_template("partnership/partners/index.html", page=LIST.page())


@bp.get("/<id:partner_id>")
@requires(Permission.PARTNERS_READ)
def show(partner_id: int) -> ResponseReturnValue:
    """Show a partner: what it is, what it has, who works there, what happened lately."""
    partner = find(
        Partner,
        partner_id,
        joinedload(Partner.partner_type),
        joinedload(Partner.operating_company),
        joinedload(Partner.manager).joinedload(Person.contact),
    )
    session = db.session()
    known = partner_questions.partnerships(session, partner.id, clock.today())
    active = next((row for row in known if row.active_id is not None), None)
    return render_template(
        "partnership/partners/show.html",
        partner=partner,
        partnerships=known,
        active=active,
        assessed=partner_questions.last_assessed(session, active[0].id) if active else None,
        has=partner_questions.holdings(session, partner.id),
        people=partner_questions.people(session, partner.id) if may(Permission.PEOPLE_READ) else None,
        lately=partner_questions.lately(session, partner.id, current_person)
        if may(Permission.EVENTS_READ)
        else None,
        list_href=list_href,
        funds=held(Fund.partner_id == partner.id) if may(Permission.FUNDS_READ) else None,
    )


def list_href(endpoint: str, partner: Partner) -> str | None:
    """Return the address of another list narrowed to this partner; None where there is no such list."""
    return url_for(endpoint, partner=partner.code) if endpoint in current_app.view_functions else None


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.PARTNERS_WRITE)
def new() -> ResponseReturnValue:
    """Admit a partner."""
    form = PartnerForm()
    if form.validate_on_submit():
        with form.refusals():
            partner = Partner.admit(db.session(), by=current_person, **form.profile())
            flash(f"{partner.name} is a partner now. Next, begin its partnership.")
            return redirect(url_for(".show", partner_id=partner.id))
    return render_form("partnership/partners/form.html", form, partner=None)


@bp.route("/<id:partner_id>/edit", methods=["GET", "POST"])
@requires(Permission.PARTNERS_WRITE)
def edit(partner_id: int) -> ResponseReturnValue:
    """Change what is known of a partner."""
    partner = find(Partner, partner_id)
    form = PartnerForm(obj=partner)
    if form.validate_on_submit():
        with form.refusals():
            partner.change(by=current_person, version=form.seen_version(), **form.profile())
            flash("Saved.")
            return redirect(url_for(".show", partner_id=partner.id))
    partner = find(Partner, partner_id)
    form.show_version(partner)
    return render_form("partnership/partners/form.html", form, partner=partner)


@bp.post("/<id:partner_id>/portal-access")
@requires(Permission.ADMINISTRATORS_WRITE)
def open_portal(partner_id: int) -> ResponseReturnValue:
    """Let the partner's people sign in (A5)."""
    partner = find(Partner, partner_id)
    partner.open_portal(by=current_person)
    flash(f"The people of {partner.name} may sign in.")
    return redirect(url_for(".show", partner_id=partner.id))


@bp.post("/<id:partner_id>/portal-access/end")
@requires(Permission.ADMINISTRATORS_WRITE)
def close_portal(partner_id: int) -> ResponseReturnValue:
    """Keep the partner's people out from their next request on (A5)."""
    partner = find(Partner, partner_id)
    partner.close_portal(by=current_person)
    flash(f"Nobody of {partner.name} signs in any more. Its records stay.")
    return redirect(url_for(".show", partner_id=partner.id))


@bp.get("/<id:partner_id>/prices")
@requires(Permission.PROGRAM_READ)
def prices(partner_id: int) -> ResponseReturnValue:
    """Show the personal price lists of a partner, with their days."""
    partner = find(Partner, partner_id)
    return render_template(
        "partnership/partners/prices.html",
        partner=partner,
        today=partner.today(),
        lists=price_questions.lists_of(db.session(), partner.id),
    )
