"""Distribution: the ordered rules, their partners and weights, and who would get a lead (L1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from app.access import Permission, current_person, requires
from app.database import find
from app.extensions import db
from app.forms import render_form
from app.leads.distribution_forms import TryForm, WeightForm, shown
from app.listing import partner_search
from app.models import Decision, DistributionRule, DistributionShare, Lead, Partner
from app.models.leads import distributing

bp = Blueprint("distribution", __name__, url_prefix="/leads/rules")

READS, WRITES = Permission.PARTNERS_READ, Permission.DISTRIBUTION_WRITE


@bp.get("")
@requires(READS)
def index() -> ResponseReturnValue:
    """List the rules in the order in which they are asked."""
    return render_template("leads/distribution/index.html", rules=DistributionRule.in_order(db.session()))


@bp.route("/new", methods=["GET", "POST"])
@requires(WRITES)
def new() -> ResponseReturnValue:
    """Draw up a rule."""
    form = shown(None)
    if form.validate_on_submit():
        with form.refusals():
            rule = DistributionRule.draw_up(db.session(), by=current_person, **form.terms())
            flash(f"{rule.name} is drawn up. Add the partners that take part.")
            return redirect(url_for(".show", rule_id=rule.id))
    return render_form("leads/distribution/form.html", form, rule=None)


@bp.get("/<id:rule_id>")
@requires(READS)
def show(rule_id: int) -> ResponseReturnValue:
    """Show a rule with its partners, where its rotation stands, and what it decided."""
    return _page(rule_id, WeightForm())


@bp.route("/<id:rule_id>/edit", methods=["GET", "POST"])
@requires(WRITES)
def edit(rule_id: int) -> ResponseReturnValue:
    """Change a rule for the leads to come."""
    rule = find(DistributionRule, rule_id)
    form = shown(rule)
    if form.validate_on_submit():
        with form.refusals():
            rule.change(by=current_person, version=form.seen_version(), **form.terms())
            flash("Saved.")
            return redirect(url_for(".show", rule_id=rule_id))
    rule = find(DistributionRule, rule_id)
    form.show_version(rule)
    return render_form("leads/distribution/form.html", form, rule=rule)


@bp.post("/<id:rule_id>/place")
@requires(WRITES)
def move(rule_id: int) -> ResponseReturnValue:
    """Let a rule be asked earlier or later."""
    find(DistributionRule, rule_id).move(up=request.form.get("to") == "up", by=current_person)
    return redirect(url_for(".index"))


@bp.post("/<id:rule_id>/state")
@requires(WRITES)
def switch(rule_id: int) -> ResponseReturnValue:
    """Switch a rule on or off."""
    rule = find(DistributionRule, rule_id)
    rule.switch(on=request.form.get("to") == "on", by=current_person)
    flash(f"{rule.name} is switched {'on' if rule.active else 'off'}.")
    return redirect(url_for(".show", rule_id=rule_id))


@bp.post("/<id:rule_id>/removal")
@requires(WRITES)
def delete(rule_id: int) -> ResponseReturnValue:
    """Delete a rule that never decided anything."""
    rule = find(DistributionRule, rule_id)
    rule.delete(by=current_person)
    flash(f"{rule.name} is deleted.")
    return redirect(url_for(".index"))


@bp.post("/<id:rule_id>/partners")
@requires(WRITES)
def weigh(rule_id: int) -> ResponseReturnValue:
    """Let a partner take part in a rule, or with another weight."""
    rule = find(DistributionRule, rule_id)
    form = WeightForm()
    if form.validate_on_submit():
        with form.refusals():
            partner = partner_search.the_one(form.partner.data)
            rule.weigh(partner, form.weight.data, by=current_person)
            flash(f"{partner.name} takes part with the weight {form.weight.data}.")
            return redirect(url_for(".show", rule_id=rule_id))
    return _page(rule_id, form)


@bp.post("/<id:rule_id>/partners/<id:partner_id>/removal")
@requires(WRITES)
def leave_out(rule_id: int, partner_id: int) -> ResponseReturnValue:
    """Let a partner take part in a rule no longer."""
    rule, partner = find(DistributionRule, rule_id), find(Partner, partner_id)
    rule.leave_out(partner, by=current_person)
    flash(f"{partner.name} does not take part any more.")
    return redirect(url_for(".show", rule_id=rule_id))


@bp.get("/try")
@requires(READS)
def try_out() -> ResponseReturnValue:
    """Say who would get a lead, and why; nothing is written."""
    lead = find(Lead, _number("lead")) if _number("lead") else None
    form = TryForm(request.args, obj=lead)
    asked = lead if lead and "company" not in request.args else _typed(form)
    is_asked = asked is not None and form.validate()
    return render_template(
        "leads/distribution/try.html",
        form=form,
        lead=lead,
        foreseen=distributing.foresee(db.session(), asked) if is_asked else None,
    )


# ---------------------------------------------------------------- how


@dataclass(frozen=True)
class _Typed:
    """A lead that is not written down."""

    company: str | None
    website: str | None
    email: str | None
    country: str | None
    region: str | None
    need: str | None
    source: str | None
    campaign_id: int | None
    id: int = 0


def _typed(form: TryForm) -> _Typed | None:
    """Return the lead that was typed; None when nothing was asked yet."""
    if not request.args:
        return None
    fields = ("company", "website", "email", "country", "region", "need", "source", "campaign_id")
    given: dict[str, Any] = {name: form[name].data or None for name in fields}
    return _Typed(**given)


def _number(name: str) -> int:
    """Return a row's number from the address, 0 when there is none."""
    given = request.args.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0  # noqa: PLR2004


def _page(rule_id: int, form: WeightForm) -> ResponseReturnValue:
    rule = find(
        DistributionRule,
        rule_id,
        joinedload(DistributionRule.campaign),
        joinedload(DistributionRule.partner_type),
        joinedload(DistributionRule.tier),
        selectinload(DistributionRule.shares).joinedload(DistributionShare.partner),
    )
    shares = sorted(rule.shares, key=lambda share: (-share.weight, share.partner_id))
    return render_form(
        "leads/distribution/show.html",
        form,
        rule=rule,
        shares=shares,
        whole=sum(share.weight for share in shares),
        decided=_decided(rule),
        stands={turn.partner_id: turn.current for turn in distributing.values_of(db.session(), rule.id)},
    )


def _decided(rule: DistributionRule) -> dict[int | None, int]:
    """Return how many leads a rule gave to each partner; None stands for nobody."""
    counted = select(Decision.chosen_partner_id, func.count()).where(Decision.rule_id == rule.id)
    rows: Any = db.session.execute(counted.group_by(Decision.chosen_partner_id)).all()
    return dict(rows)
