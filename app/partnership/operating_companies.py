"""Operating companies: where the vendor trades, in which currency, and whose days count (M4)."""

from __future__ import annotations

import re
from typing import Any
from zoneinfo import available_timezones

from babel import Locale
from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, func, select
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length

from app.access import Permission, current_person, may, requires
from app.database import find
from app.extensions import db
from app.forms import VersionedForm, render_form
from app.listing import Column, Listing
from app.models import OperatingCompany, Partner

_COUNTRY = re.compile("(?!EU|EZ|QO|UN|XA|XB|ZZ)[A-Z]{2}")
"""Two letters of ISO 3166; the others are groups of countries and no country."""

bp = Blueprint("operating_companies", __name__, url_prefix="/operating-companies")


def countries() -> list[tuple[str, str]]:
    """Return every country by its code, named in English."""
    found = [
        (code, f"{name} ({code})")
        for code, name in Locale("en").territories.items()
        if _COUNTRY.fullmatch(code)
    ]
    return sorted(found, key=lambda one: one[1])


class CompanyForm(VersionedForm):
    """A company of the vendor."""

    code = StringField(
        "Code",
        [DataRequired("Give it a short code, such as DE."), Length(max=20)],
        description="What imports and lists call it.",
    )
    name = StringField("Name", [DataRequired("Give it a name."), Length(max=200)])
    country = SelectField(
        "Country", choices=[("", "Choose…"), *countries()], validators=[DataRequired("Choose a country.")]
    )
    currency = StringField(
        "Currency",
        [DataRequired("Write three letters, such as EUR.")],
        description="Three letters, such as EUR.",
        render_kw={"maxlength": 3},
    )
    time_zone = SelectField(
        "Time zone",
        choices=[("", "Choose…"), *((name, name) for name in sorted(available_timezones()))],
        validators=[DataRequired("Choose a time zone.")],
        description="A day of its partners begins and ends in this zone.",
    )

    def said(self) -> dict[str, str]:
        """Return what was typed, as the noun takes it."""
        given = self.data
        return {
            "code": given["code"],
            "name": given["name"],
            "country": given["country"],
            "currency": given["currency"].upper(),
            "time_zone": given["time_zone"],
        }


def _query() -> Select[Any]:
    partners = select(func.count(Partner.id)).where(Partner.operating_company_id == OperatingCompany.id)
    return select(OperatingCompany, partners.scalar_subquery().label("partners"))


LIST = Listing(
    "operating companies",
    query=_query,
    key=OperatingCompany.id,
    columns=[
        Column("code", "Code", lambda row: row[0].code, sort=OperatingCompany.code),
        Column("name", "Name", lambda row: row[0].name, sort=OperatingCompany.name),
        Column("country", "Country", lambda row: row[0].country, sort=OperatingCompany.country),
        Column("currency", "Currency", lambda row: row[0].currency, sort=OperatingCompany.currency),
        Column("zone", "Time zone", lambda row: row[0].time_zone),
        Column("partners", "Partners", lambda row: row.partners, kind="number"),
    ],
    search=lambda words: (
        OperatingCompany.name.icontains(words, autoescape=True)
        | OperatingCompany.code.icontains(words, autoescape=True)
    ),
    href=lambda row: (
        url_for("partnership.operating_companies.edit", company_id=row[0].id)
        if may(Permission.SETTINGS_WRITE)
        else None
    ),
    default="code",
    empty=(
        "No operating companies yet",
        "An operating company trades with partners in a country, a currency and a time zone.",
    ),
    action=lambda: (
        ("New operating company", url_for("partnership.operating_companies.new"))
        if may(Permission.SETTINGS_WRITE)
        else None
    ),
)
LIST.routes(bp, requires(Permission.SETTINGS_READ))


@bp.get("")
@requires(Permission.SETTINGS_READ)
def index() -> ResponseReturnValue:
    """List the vendor's companies."""
    return render_template("partnership/operating_companies/index.html", page=LIST.page())


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.SETTINGS_WRITE)
def new() -> ResponseReturnValue:
    """Add a company."""
    form = CompanyForm()
    if form.validate_on_submit():
        with form.refusals():
            OperatingCompany.found(db.session(), **form.said(), by=current_person)
            flash("The operating company is added.")
            return redirect(url_for(".index"))
    return render_form("partnership/operating_companies/new.html", form)


@bp.route("/<id:company_id>/edit", methods=["GET", "POST"])
@requires(Permission.SETTINGS_WRITE)
def edit(company_id: int) -> ResponseReturnValue:
    """Change a company."""
    company = find(OperatingCompany, company_id)
    form = CompanyForm(obj=company)
    if form.validate_on_submit():
        with form.refusals():
            company.describe(**form.said(), by=current_person, version=form.seen_version())
            flash("Saved.")
            return redirect(url_for(".index"))
    company = find(OperatingCompany, company_id)
    form.show_version(company)
    return render_form("partnership/operating_companies/edit.html", form, company=company)
