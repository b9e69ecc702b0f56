"""Where the ledger is not what the deals are: found by the night, read here, brought into line when somebody says so (F3)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Select, func, or_, select

from app.access import Permission, current_person, may, requires
from app.database import find
from app.extensions import db
from app.listing import Act, Column, Listing, Page, choice, matches
from app.models import FundDifference, FundType, Opportunity, Partner, Person
from app.partnership.choices import Choices
from app.rules.money import from_minor

bp = Blueprint("fund_differences", __name__, url_prefix="/fund-differences")

STATES = {"open": "Open", "settled": "Settled"}


def _differences() -> Select[*tuple[Any, ...]]:
    return (
        select(
            FundDifference,
            Partner.name.label("partner"),
            Opportunity.name.label("deal"),
            FundType.name.label("fund_type"),
        )
        .join(Partner, Partner.id == FundDifference.partner_id)
        .join(Opportunity, Opportunity.id == FundDifference.opportunity_id)
        .join(FundType, FundType.id == FundDifference.fund_type_id)
    )


def _state(given: str) -> ColumnElement[bool]:
    match given:
        case "open":
            return FundDifference.settled_at.is_(None)
        case "settled":
            return FundDifference.settled_at.is_not(None)
        case _:
            raise ValueError(given)


def _types() -> Choices:
    known = db.session.execute(select(FundType.id, FundType.name).order_by(FundType.name))
    return [(str(number), name) for number, name in known]


def _money(name: str, label: str, units: Any) -> Column:
    return Column(
        name,
        label,
        lambda row: row[0].amount(units(row)),
        kind="money",
        currency=lambda row: row[0].currency,
    )


LIST = Listing(
    "differences",
    query=_differences,
    key=FundDifference.id,
    acts=(
        Act(
            "bring-into-line",
            "Bring into line",
            Permission.FUNDS_WRITE,
            FundDifference,
            lambda one: f"difference {one.id}",
            lambda one, _given, by: one.bring_into_line(by=by),
            "brought into line",
        ),
    ),
    columns=[
        Column("deal", "Deal", lambda row: row.deal, sort=Opportunity.name),
        Column("partner", "Partner", lambda row: row.partner, sort=Partner.sort_name),
        Column("type", "Fund", lambda row: row.fund_type, sort=FundType.name),
        _money("expected", "Due", lambda row: row[0].expected),
        _money("posted", "Posted", lambda row: row[0].posted),
        Column(
            "lacking",
            "Lacking",
            lambda row: row[0].lacking,
            kind="money",
            currency=lambda row: row[0].currency,
        ),
        Column(
            "state",
            "State",
            lambda row: "Open" if row[0].is_open else "Settled",
            kind="badge",
            tone=lambda row: "warn" if row[0].is_open else "good",
        ),
        Column("found", "Found", lambda row: row[0].found_at, sort=FundDifference.found_at, kind="when"),
    ],
    filters=[
        choice("state", "State", list(STATES.items()), _state),
        choice("type", "Fund type", _types, lambda given: FundDifference.fund_type_id == int(given)),
    ],
    search=lambda words: or_(matches(Partner.search, words), matches(Opportunity.search, words)),
    default="-found",
    href=lambda row: url_for("partnership.fund_differences.show", difference_id=row[0].id),
    empty=(
        "Ledger and deals agree",
        "Every night each deal is compared with its credits. What differs is written here; nothing changes by itself.",
    ),
)
LIST.routes(bp, requires(Permission.FUNDS_READ))


@bp.get("")
@requires(Permission.FUNDS_READ)
def index() -> ResponseReturnValue:
    """List the differences, and what they make together by currency; the open ones, as long as there are any."""
    still_open = select(FundDifference.id).where(_state("open"))
    are_open = db.session.scalar(still_open.limit(1)) is not None
    if are_open and not request.args:
        return redirect(url_for(".index", state="open"))
    page = LIST.page()
    return render_template(
        "partnership/fund_differences/index.html",
        page=page,
        sums=_sums(page) if request.args.get("state") == "open" else [],
        are_open=are_open,
    )


@bp.get("/<id:difference_id>")
@requires(Permission.FUNDS_READ)
def show(difference_id: int) -> ResponseReturnValue:
    """Show what is due and what is posted, and why they differ."""
    difference = find(FundDifference, difference_id)
    session = db.session()
    settled_by = session.get(Person, difference.settled_by_id) if difference.settled_by_id else None
    return render_template(
        "partnership/fund_differences/show.html",
        difference=difference,
        deal=session.get_one(Opportunity, difference.opportunity_id),
        partner=session.get_one(Partner, difference.partner_id),
        fund_type=session.get_one(FundType, difference.fund_type_id),
        settled_by=settled_by,
        may_read_deal=may(Permission.OPPORTUNITIES_READ),
    )


@bp.post("/<id:difference_id>/settlement")
@requires(Permission.FUNDS_WRITE)
def settle(difference_id: int) -> ResponseReturnValue:
    """Bring the ledger into line with the deal."""
    find(FundDifference, difference_id).bring_into_line(by=current_person)
    flash("The ledger is what the deal is again.")
    return redirect(url_for(".show", difference_id=difference_id))


def _sums(page: Page) -> Sequence[tuple[str, int, Decimal, Decimal]]:
    """Return by currency how many the list finds, what is due, and what is posted; of those that can be said."""
    chosen = page.selected().order_by(None).subquery()
    rows = db.session.execute(
        select(chosen.c.currency, func.count(), func.sum(chosen.c.expected), func.sum(chosen.c.posted))
        .where(chosen.c.currency.is_not(None), chosen.c.expected.is_not(None))
        .group_by(chosen.c.currency)
        .order_by(func.count().desc(), chosen.c.currency)
        .limit(4)
    )
    return [
        (currency, number, from_minor(int(due), currency), from_minor(int(posted), currency))
        for currency, number, due, posted in rows
    ]
