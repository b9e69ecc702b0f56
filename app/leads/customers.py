"""Customers, for the vendor: who they are, which partners work there, and two that are one (L3)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, selectinload
from wtforms import HiddenField, StringField
from wtforms.validators import DataRequired, Length

from app.access import Permission, current_person, requires
from app.database import find
from app.extensions import db
from app.filters import day as shown_day
from app.forms import Form, render_form
from app.leads.registration_sides import KIND_WORDS
from app.listing import Column, Listing, text
from app.listing.audience import history
from app.models import Customer, MarkKind
from app.models.registrations import conflicts
from app.models.registrations.customer_questions import (
    marks_of,
    named,
    protected_for,
    standing_at,
    under_way,
    with_mark,
)
from app.rules.conflicts import Identity

bp = Blueprint("customers", __name__, url_prefix="/customers")
NEAR = 8


class CustomerForm(Form):
    """The name and the country a customer is known by."""

    name = StringField("Name", [DataRequired("Name the customer."), Length(max=20_000)])
    country = StringField(
        "Country", [Length(max=2, message="Two letters.")], description="Two letters, such as DE."
    )


class MergeForm(Form):
    """Into which customer."""

    into = HiddenField()


@dataclass(frozen=True)
class _Listed:
    """A customer of the list with what stands there."""

    customer: Customer
    marks: str
    deals: int
    protected: str

    @property
    def id(self) -> int:
        """Return the customer's number: where the next screen goes on."""
        return self.customer.id


@cache
def _customers() -> Select[*tuple[Any, ...]]:
    return select(Customer).where(Customer.merged_into_id.is_(None))


def _with_what_stands(session: Session, rows: list[Any]) -> list[Any]:
    """Add marks, deals and protections to a screen of customers, in three questions."""
    ids = [row.id for row in rows]
    marks, deals, protected = marks_of(session, ids), under_way(session, ids), protected_for(session, ids)
    return [
        _Listed(
            row,
            ", ".join(dict.fromkeys(value for _, value in marks.get(row.id, []))),
            deals.get(row.id, 0),
            "; ".join(
                f"{one.name} until {shown_day(one.protected_until)}" for one in protected.get(row.id, [])
            ),
        )
        for row in rows
    ]


LIST = Listing(
    "customers",
    query=_customers,
    key=Customer.id,
    columns=[
        Column("name", "Name", lambda row: row.customer.name, sort=Customer.folded),
        Column("country", "Country", lambda row: row.customer.country),
        Column("marks", "Known by", lambda row: row.marks),
        Column("deals", "Deals under way", lambda row: row.deals, kind="number"),
        Column("protected", "Protected for", lambda row: row.protected),
        Column("met", "Known since", lambda row: row.customer.met_at, sort=Customer.id, kind="when"),
    ],
    filters=[
        text("country", "Country", lambda given: Customer.country == given.strip().upper()),
        text("mark", "Domain or tax number", with_mark),
    ],
    search=named,
    default="-met",
    href=lambda row: url_for("customers.show", customer_id=row.id),
    empty=("No customers yet", "Customers stand here as soon as a deal or a lead names them."),
    prepare=_with_what_stands,
)
LIST.routes(bp, requires(Permission.CONFLICTS_DECIDE))


@bp.get("")
@requires(Permission.CONFLICTS_DECIDE)
def index() -> ResponseReturnValue:
    """List customers, the latest known first."""
    return render_template("leads/customers/index.html", page=LIST.page())


@bp.get("/<id:customer_id>")
@requires(Permission.CONFLICTS_DECIDE)
def show(customer_id: int) -> ResponseReturnValue:
    """Show who a customer is, every deal and lead there, and customers that are like it."""
    customer = find(Customer, customer_id, selectinload(Customer.marks))
    session = db.session()
    if customer.merged_into_id is not None:
        return redirect(url_for(".show", customer_id=customer.merged_into_id))
    standing = standing_at(session, [customer.id])[customer.id]
    near = [
        one for one in conflicts.nearest(session.connection(), _identity(customer)) if one.id != customer.id
    ]
    return render_template(
        "leads/customers/show.html",
        customer=customer,
        standing=standing,
        near=near[:NEAR],
        kinds=KIND_WORDS,
        happened=history(customer),
    )


def _identity(customer: Customer) -> Identity:
    of = {kind: frozenset(mark.value for mark in customer.marks if mark.kind is kind) for kind in MarkKind}
    return Identity(customer.folded, customer.country, of[MarkKind.WEB], of[MarkKind.MAIL], of[MarkKind.TAX])


@bp.route("/<id:customer_id>/edit", methods=["GET", "POST"])
@requires(Permission.CONFLICTS_DECIDE)
def edit(customer_id: int) -> ResponseReturnValue:
    """Correct the name and the country."""
    customer = find(Customer, customer_id)
    form = CustomerForm(obj=customer)
    if form.validate_on_submit():
        with form.refusals():
            customer.describe(
                name=form.name.data, country=(form.country.data or "").upper() or None, by=current_person
            )
            flash("Saved.")
            return redirect(url_for(".show", customer_id=customer_id))
    return render_form("leads/customers/edit.html", form, customer=find(Customer, customer_id))


@bp.post("/<id:customer_id>/marks/removal")
@requires(Permission.CONFLICTS_DECIDE)
def forget_mark(customer_id: int) -> ResponseReturnValue:
    """Take away a domain or number that is not this customer's."""
    customer = find(Customer, customer_id)
    kind = request.form.get("kind", "")
    if kind in set(MarkKind):
        customer.forget_mark(MarkKind(kind), request.form.get("value", ""), by=current_person)
        flash("Taken away: it no longer finds this customer.")
    return redirect(url_for(".show", customer_id=customer_id))


@bp.route("/<id:customer_id>/merger", methods=["GET", "POST"])
@requires(Permission.CONFLICTS_DECIDE)
def merge(customer_id: int) -> ResponseReturnValue:
    """Make two customers one, after asking."""
    customer = find(Customer, customer_id, selectinload(Customer.marks))
    other = find(Customer, _number(request.values.get("into")), selectinload(Customer.marks))
    form = MergeForm(into=str(other.id))
    if form.validate_on_submit():
        with form.refusals():
            customer.merge_into(other, by=current_person)
            flash(f"“{customer.name}” is now one with “{other.name}”.")
            return redirect(url_for(".show", customer_id=other.id))
    session = db.session()
    both = [find(Customer, one, selectinload(Customer.marks)) for one in (customer_id, other.id)]
    counts = session.execute(_counts([customer_id, other.id])).all()
    return render_form(
        "leads/customers/merge.html",
        form,
        both=both,
        deals={row.customer_id: row.deals for row in counts},
        kinds=KIND_WORDS,
    )


def _counts(ids: list[int]) -> Select[*tuple[Any, ...]]:
    from app.models import Opportunity  # noqa: PLC0415 - only here

    return (
        select(Opportunity.customer_id, func.count().label("deals"))
        .where(Opportunity.customer_id.in_(ids), Opportunity.deleted_at.is_(None))
        .group_by(Opportunity.customer_id)
    )


def _number(given: str | None) -> int:
    """Return the number of a customer that a page named; 0 is nobody's."""
    fits = given is not None and given.isascii() and given.isdigit() and len(given) <= 18  # noqa: PLR2004 - a bigint
    return int(given) if fits and given is not None else 0
