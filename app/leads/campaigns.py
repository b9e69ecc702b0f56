"""Campaigns as the vendor sees them: what each page says, and the leads that came in through it (L1)."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, func, select
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from app import scope
from app.access import Permission, current_person, may, requires
from app.database import find
from app.extensions import db
from app.forms import VersionedForm, render_form
from app.leads import choices
from app.leads.campaign_form import AskForm
from app.listing import Column, Listing, choice
from app.models import Campaign, Lead
from app.models.leads.campaign import LONGEST, TERMS

bp = Blueprint("campaigns", __name__, url_prefix="/leads/campaigns")

READS, WRITES = Permission.PARTNERS_READ, Permission.CAMPAIGNS_WRITE
LATEST = 10


class CampaignForm(VersionedForm):
    """What a campaign's page says, and which leads it makes."""

    name = StringField("Name", [DataRequired("Name the campaign.")], description="What you call it.")
    slug = StringField(
        "Address",
        description="The end of its public address, such as solar-spring; left empty, it is made of the name.",
    )
    source = StringField(
        "Source",
        [DataRequired("Write the source its leads get.")],
        description="What its leads say of where they came from.",
    )
    heading = StringField("Heading", [DataRequired("Write the heading of its page.")])
    text = TextAreaField(
        "Text above the form", description="Markdown: **bold**, lists, links.", render_kw={"rows": 8}
    )
    thanks = TextAreaField("Thanks", description="Read after sending; Markdown.", render_kw={"rows": 3})
    consent_text = TextAreaField(
        "Consent",
        description="With a text here, nobody can send the form without agreeing to it. It is kept with the lead.",
        render_kw={"rows": 3},
    )
    country = SelectField("Country", coerce=str, description="Chosen on the form to begin with.")
    opens_on = DateField("First day", [Optional()], description="Empty means from now on.")
    closes_on = DateField("Last day", [Optional()], description="Empty means until you close it.")

    WHAT = ("name", "slug", "source")
    PAGE = ("heading", "text", "thanks", "consent_text", "country")
    DAYS = ("opens_on", "closes_on")

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.country.choices = choices.countries()
        for name, longest in LONGEST.items():
            self[name].validators = [*self[name].validators, Length(max=longest)]

    def terms(self) -> dict[str, Any]:
        """Return what was typed, as the noun takes it."""
        return {
            name: self[name].data or None if name in {"consent_text", "country"} else self[name].data
            for name in TERMS
        }


@cache
def _campaigns() -> Select[*tuple[Any, ...]]:
    leads = select(func.count(Lead.id)).where(Lead.campaign_id == Campaign.id).scalar_subquery()
    return select(Campaign, leads.label("leads"))


def _stands(given: str) -> Any:
    return Campaign.active if given == "open" else ~Campaign.active


LIST = Listing(
    "campaigns",
    query=_campaigns,
    key=Campaign.id,
    columns=[
        Column("name", "Name", lambda row: row[0].name, sort=Campaign.name),
        Column("slug", "Address", lambda row: f"/campaigns/{row[0].slug}"),
        Column("source", "Source", lambda row: row[0].source),
        Column(
            "state",
            "State",
            lambda row: row[0].state(scope.today())[0],
            kind="badge",
            tone=lambda row: row[0].state(scope.today())[1],
        ),
        Column("opens", "First day", lambda row: row[0].opens_on, kind="day"),
        Column("closes", "Last day", lambda row: row[0].closes_on, kind="day"),
        Column("leads", "Leads", lambda row: row.leads, kind="number"),
    ],
    filters=[choice("state", "State", [("open", "Not closed"), ("closed", "Closed")], _stands)],
    search=lambda words: (
        Campaign.name.icontains(words, autoescape=True) | Campaign.slug.icontains(words, autoescape=True)
    ),
    default="name",
    href=lambda row: url_for("campaigns.show", campaign_id=row[0].id),
    empty=(
        "No campaigns yet",
        "A campaign is a public page with a form; whoever fills it in becomes a lead in your queue.",
    ),
    action=lambda: ("New campaign", url_for("campaigns.new")) if may(WRITES) else None,
)
LIST.routes(bp, requires(READS))


@bp.get("")
@requires(READS)
def index() -> ResponseReturnValue:
    """List the campaigns with how many leads each brought."""
    return render_template("leads/campaigns/index.html", page=LIST.page())


@bp.route("/new", methods=["GET", "POST"])
@requires(WRITES)
def new() -> ResponseReturnValue:
    """Plan a campaign."""
    form = CampaignForm()
    if form.validate_on_submit():
        with form.refusals():
            campaign = Campaign.plan(db.session(), by=current_person, **form.terms())
            flash(f"{campaign.name} is planned. Look at its page before you share the address.")
            return redirect(url_for(".show", campaign_id=campaign.id))
    return render_form("leads/campaigns/form.html", form, campaign=None)


@bp.get("/<id:campaign_id>")
@requires(READS)
def show(campaign_id: int) -> ResponseReturnValue:
    """Show a campaign with its address, and the leads that came in through it."""
    campaign = find(Campaign, campaign_id)
    of_it = Lead.campaign_id == campaign.id
    latest = select(Lead).where(of_it).order_by(Lead.id.desc()).limit(LATEST)
    stages = select(Lead.stage, func.count()).where(of_it).group_by(Lead.stage)
    counts: Any = db.session.execute(stages).all()
    return render_template(
        "leads/campaigns/show.html",
        campaign=campaign,
        state=campaign.state(scope.today()),
        address=_address(campaign),
        latest=list(db.session.scalars(latest)),
        counts=dict(counts),
    )


@bp.route("/<id:campaign_id>/edit", methods=["GET", "POST"])
@requires(WRITES)
def edit(campaign_id: int) -> ResponseReturnValue:
    """Change what a campaign's page says."""
    campaign = find(Campaign, campaign_id)
    form = CampaignForm(obj=campaign)
    if form.validate_on_submit():
        with form.refusals():
            campaign.change(by=current_person, version=form.seen_version(), **form.terms())
            flash("Saved.")
            return redirect(url_for(".show", campaign_id=campaign_id))
    campaign = find(Campaign, campaign_id)
    form.show_version(campaign)
    return render_form("leads/campaigns/form.html", form, campaign=campaign)


@bp.get("/<id:campaign_id>/preview")
@requires(READS)
def preview(campaign_id: int) -> ResponseReturnValue:
    """Show a campaign's page as anybody will see it; its form cannot be sent."""
    campaign = find(Campaign, campaign_id)
    return render_template(
        "leads/campaigns/public.html", campaign=campaign, form=AskForm.of(campaign), is_preview=True
    )


@bp.post("/<id:campaign_id>/state")
@requires(WRITES)
def switch(campaign_id: int) -> ResponseReturnValue:
    """Close a campaign, or open it again."""
    campaign = find(Campaign, campaign_id)
    if request.form.get("to") == "closed":
        campaign.close(by=current_person)
        flash(f"{campaign.name} is closed; its page says so.")
    else:
        campaign.reopen(by=current_person)
        flash(f"{campaign.name} takes leads again.")
    return redirect(url_for(".show", campaign_id=campaign_id))


def _address(campaign: Campaign) -> str:
    """Return the public address, built from the setting and never from what a request says."""
    base: str = current_app.config["ACCORD"].base_url
    return f"{base.rstrip('/')}/campaigns/{campaign.slug}"
