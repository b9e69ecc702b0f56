"""Settings of the installation: the vendor's name and time zone, and who may do what."""

from __future__ import annotations

from zoneinfo import available_timezones

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import DataRequired, Length, Optional

from app.access import ROLES, Permission, current_person, requires
from app.extensions import db
from app.forms import AmountField, Form, render_form
from app.models import ProgramVersion, Vendor

bp = Blueprint("settings", __name__, url_prefix="/settings")


class SettingsForm(Form):
    """What holds for everybody."""

    name = StringField(
        "Name of the vendor",
        [
            DataRequired("Write the name of your company."),
            Length(max=200, message="Use at most 200 characters."),
        ],
        description="It stands at the head of every page, for your people and for your partners.",
    )
    time_zone = SelectField(
        "Time zone",
        choices=[(name, name) for name in sorted(available_timezones())],
        description="The days of partners without an operating company begin and end in this zone.",
    )
    cross_sale_consent = BooleanField(
        "A partner passes a lead to another partner only with our consent",
        description="Without it, the other partner is offered the lead at once.",
    )
    own_only = BooleanField(
        "A partner's agents see only their own leads, opportunities and orders, and those nobody owns",
        description="A partner's administrators always see all of their organisation.",
    )
    two_person_above = AmountField(
        "Two people decide above",
        [Optional()],
        description="In the program's currency. What is posted to a fund by hand, and activities, above this amount is"
        " decided by somebody else than who asked. 0 means always, empty means never.",
    )


@bp.get("")
@requires(Permission.SETTINGS_READ)
def show() -> ResponseReturnValue:
    """Show the settings, and what each role may do (A2)."""
    rights = [(permission, [permission in ROLES[role] for role in ROLES]) for permission in Permission]
    heads = [("Right", ""), *((role.capitalize(), "") for role in ROLES)]
    newest = ProgramVersion.newest(db.session())
    return render_template(
        "partnership/settings/show.html",
        vendor=Vendor.here(db.session()),
        currency=newest.currency if newest else None,
        heads=heads,
        rights=rights,
    )


@bp.route("/edit", methods=["GET", "POST"])
@requires(Permission.SETTINGS_WRITE)
def edit() -> ResponseReturnValue:
    """Change the settings."""
    vendor = Vendor.here(db.session())
    form = SettingsForm(obj=vendor)
    if form.validate_on_submit():
        with form.refusals():
            vendor.describe(
                name=form.name.data or "",
                time_zone=form.time_zone.data,
                cross_sale_consent=form.cross_sale_consent.data,
                own_only=form.own_only.data,
                by=current_person,
            )
            vendor.ask_two_people_above(form.two_person_above.data, by=current_person)
            flash("Saved.")
            return redirect(url_for(".show"))
    return render_form("partnership/settings/edit.html", form)
