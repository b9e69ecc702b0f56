"""A campaign's public form: open to everybody, without an account, and of no use to robots (L1).

A robot is known by the field no person sees, or by sending faster than anybody reads; it gets the same thanks, and
nothing is kept. How often one address and one campaign may send is counted in the database, so for all processes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, Signer
from wtforms import BooleanField, EmailField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from app import clock, scope
from app.access import anyone
from app.database import aside, unit_of_work
from app.forms import Form, render_form
from app.leads import choices
from app.models import Campaign, Throttle, Vendor
from app.models.leads.campaign import FIELDS, CampaignClosed
from app.models.leads.lead_facts import LONGEST
from app.rules.refusals import RuleBroken

bp = Blueprint("campaign_form", __name__, url_prefix="/campaigns")

PER = timedelta(minutes=10)
OF_ONE_ADDRESS = 10
OF_ONE_CAMPAIGN = 500
"""So often within ten minutes."""
FASTEST = 3  # seconds
ONCE = timedelta(days=1)
LONGEST_SLUG = 60
READING = scope.Scope(scope.Role.WORKER, read_only=True)


class TooOften(RuleBroken):
    """The form was sent too often from here, or by everybody together."""


def _text(name: str, label: str, *validators: Any, **render: Any) -> StringField:
    longest = LONGEST[name]
    lengths = Length(max=longest, message=f"Use at most {longest} letters.")
    return StringField(label, [*validators, lengths], render_kw=render)


class AskForm(Form):
    """Who asks, how to answer, and what for. `topic` is seen by robots only."""

    company = _text(
        "company", "Company", DataRequired("Write the name of your company."), autocomplete="organization"
    )
    contact = _text("contact", "Your name", DataRequired("Write your name."), autocomplete="name")
    email = EmailField(
        "E-mail",
        [DataRequired("Write your e-mail address."), Length(max=LONGEST["email"])],
        render_kw={"autocomplete": "email"},
    )
    phone = _text("phone", "Phone", autocomplete="tel")
    website = _text("website", "Website", autocomplete="url")
    country = SelectField("Country", coerce=str, render_kw={"autocomplete": "country"})
    city = _text("city", "City", autocomplete="address-level2")
    need = TextAreaField(
        "What do you need?",
        [Length(max=LONGEST["need"], message="Use at most 2,000 letters.")],
        render_kw={"rows": 4},
    )
    consent = BooleanField("I agree")
    topic = StringField("Leave this empty", render_kw={"autocomplete": "off", "tabindex": "-1"})
    begun = HiddenField()

    ASKED = FIELDS

    @classmethod
    def of(cls, campaign: Campaign) -> AskForm:
        """Return the form of a campaign, stamped with when it was shown."""
        form = cls(country=campaign.country or "")
        form.country.choices = choices.countries()
        if not form.is_submitted():
            form.begun.data = stamped()
        return form

    def is_a_robots(self) -> bool:
        """Say whether no person sent this: the hidden field is filled in, or it came faster than anybody reads."""
        if self.topic.data:
            return True
        try:
            begun = int(_signer().unsign(self.begun.data or "").decode())
        except (BadSignature, ValueError):
            return True
        return clock.now().timestamp() - begun < FASTEST


def stamped() -> str:
    """Return this moment, signed."""
    return _signer().sign(str(int(clock.now().timestamp()))).decode()


def _signer() -> Signer:
    return Signer(current_app.config["SECRET_KEY"], salt="campaign form")


@bp.after_request
def _not_kept(response: Response) -> Response:
    """Let no browser and nothing between keep a page: each one shown is stamped, and sent once."""
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.route("/<slug>", methods=["GET", "POST"])
@anyone
def ask(slug: str) -> ResponseReturnValue:
    """Let anybody ask; who did becomes a lead."""
    around = _open(slug)
    if not around["is_open"]:
        return render_template("leads/campaigns/closed.html", **around)
    form = AskForm.of(around["campaign"])
    if form.is_submitted() and form.is_a_robots():
        return redirect(url_for(".thanks", slug=slug))
    if form.validate_on_submit():
        with form.refusals():
            _take_in(slug, form)
            return redirect(url_for(".thanks", slug=slug))
    return render_form("leads/campaigns/public.html", form, is_preview=False, **around)


@bp.get("/<slug>/thanks")
@anyone
def thanks(slug: str) -> ResponseReturnValue:
    """Thank whoever sent the form."""
    return render_template("leads/campaigns/thanks.html", **_open(slug))


def _open(slug: str) -> dict[str, Any]:
    """Return the campaign of an address, and what its pages show around it; 404 when there is none."""
    with unit_of_work(READING) as books:
        campaign = Campaign.by_slug(books, slug) if len(slug) <= LONGEST_SLUG else None
        vendor = Vendor.here(books)
    if campaign is None:
        abort(404)
    today = clock.today(vendor.time_zone)
    return {
        "campaign": campaign,
        "vendor_name": vendor.name,
        "is_open": campaign.is_open(today),
        "opens_later": campaign.state(today)[0] == "Not open yet",
    }


def _take_in(slug: str, form: AskForm) -> None:
    """Keep what was sent, once however often the button was pressed; RuleBroken when it is too often or wrong."""
    address = request.remote_addr or ""
    with aside() as books:
        of_address = Throttle.count(books, f"campaign address {slug} {address}", PER)
        of_campaign = Throttle.count(books, f"campaign {slug}", PER)
    if of_address > OF_ONE_ADDRESS or of_campaign > OF_ONE_CAMPAIGN:
        raise TooOften("This was sent very often just now. Wait ten minutes, then send it again.")
    with aside() as books:
        campaign = Campaign.by_slug(books, slug)
        if campaign is None:
            raise CampaignClosed("This campaign is closed.")
        key = (form.one_time_key.data or "")[:64]
        if not key or Throttle.count(books, f"campaign form {slug} {key}", ONCE) == 1:
            campaign.take_in({name: form[name].data for name in FIELDS}, consent=bool(form.consent.data))
