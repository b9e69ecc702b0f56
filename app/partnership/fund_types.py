"""Types of funds: what credits them, how far they may be overdrawn, when money expires (F1, F3, F4, F6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, func, literal, select
from sqlalchemy.orm import Session
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from app.access import Permission, current_person, may, requires
from app.database import find
from app.extensions import db
from app.filters import money
from app.forms import AmountField, CountField, VersionedForm, render_form
from app.listing import Column, Listing, choice
from app.models import (
    AccountKind,
    Category,
    Fund,
    FundAccount,
    FundType,
    Overdraft,
    UseWithin,
    ValueType,
)
from app.models.funds.fund_type_describing import MOST_GRACE
from app.rules.money import from_minor

bp = Blueprint("fund_types", __name__, url_prefix="/fund-types")
WRITE = (Permission.PROGRAM_WRITE, Permission.FUNDS_WRITE)
OVERDRAFTS = {
    Overdraft.NONE: "Not below zero",
    Overdraft.LIMIT: "Below zero by up to a limit",
    Overdraft.UNLIMITED: "Below zero without a limit",
}
PERIODS = {
    UseWithin.EVER: "Whenever it is needed",
    UseWithin.QUARTER: "Within its quarter",
    UseWithin.HALF_YEAR: "Within its half-year",
    UseWithin.YEAR: "Within its year",
}
SHOWN = 2
"""So many currencies a row of the list names."""
NO_CATEGORY = ("", "No: credited by hand or by file")


class FundTypeForm(VersionedForm):
    """What holds for the funds of a type."""

    name = StringField(
        "Name",
        [
            DataRequired("Name the type, such as Certification fund."),
            Length(max=100, message="Use at most 100 characters."),
        ],
    )
    description = StringField(
        "Description",
        [Length(max=500, message="Use at most 500 characters.")],
        description="One sentence; partners read it too.",
    )
    percent_category = SelectField(
        "Won deals credit it by",
        description="The percentage of the program that the partner's tier grants; won deals are credited by it.",
    )
    by_itself = BooleanField(
        "Every partnership gets one by itself",
        description="At once for those there are, and with each new one.",
    )
    overdraft = SelectField(
        "How far it may be spent",
        choices=[(one.value, words) for one, words in OVERDRAFTS.items()],
        description="Funds that were overdrawn as this type said follow a change.",
    )
    overdraft_limit = AmountField(
        "Limit", [Optional()], description="In each fund's own currency; only with a limit."
    )
    use_within = SelectField(
        "To be used",
        choices=[(one.value, words) for one, words in PERIODS.items()],
        description="What is left over expires, the oldest first. A period that ended before today is not touched.",
    )
    grace_days = CountField(
        "Days of grace",
        [
            InputRequired("Write a number of days; 0 for none."),
            NumberRange(0, MOST_GRACE, f"Write 0 to {MOST_GRACE} days."),
        ],
        description="So many days after the end of the period money may still be used.",
    )
    active = BooleanField("In use", description="Out of use, no new funds are opened; those there are go on.")

    def facts(self) -> dict[str, Any]:
        """Return what was typed, as the noun takes it."""
        return {
            "name": self.name.data or "",
            "description": self.description.data,
            "percent_category": self.percent_category.data or None,
            "by_itself": self.by_itself.data,
            "overdraft": Overdraft(self.overdraft.data),
            "overdraft_limit": self.overdraft_limit.data,
            "use_within": UseWithin(self.use_within.data),
            "grace_days": self.grace_days.data,
            "active": self.active.data,
        }


@dataclass
class _Listed:
    """A type with what its funds hold together, by currency."""

    kind: FundType
    funds: int
    sums: list[str] = field(default_factory=list)

    @property
    def id(self) -> int:
        """The type's number: where the next screen goes on."""
        return self.kind.id

    @property
    def available(self) -> str | None:
        """What is available in all, of the most frequent currencies."""
        more = len(self.sums) - SHOWN
        return ", ".join([*self.sums[:SHOWN], *([f"and {more} more"] if more > 0 else [])]) or None


def _types() -> Select[*tuple[Any, ...]]:
    funds = select(func.count(Fund.id)).where(Fund.fund_type_id == FundType.id)
    reads_funds = literal(may(Permission.FUNDS_READ))  # an export is written when the request is over
    return select(FundType, funds.scalar_subquery().label("funds"), reads_funds.label("reads_funds"))


def _with_sums(session: Session, rows: Sequence[Any]) -> list[_Listed]:
    listed = [_Listed(row[0], row.funds) for row in rows]
    if any(row.reads_funds for row in rows):
        sums = _sums(session, [one.id for one in listed])
        for one in listed:
            one.sums = sums[one.id]
    return listed


def _sums(session: Session, numbers: Sequence[int]) -> dict[int, list[str]]:
    """Return by type what is available in its funds, in words, the currency with most funds first."""
    held = (
        select(Fund.fund_type_id, Fund.currency, func.sum(FundAccount.balance))
        .join(FundAccount, FundAccount.fund_id == Fund.id)
        .where(Fund.fund_type_id.in_(numbers), FundAccount.kind == AccountKind.AVAILABLE)
        .group_by(Fund.fund_type_id, Fund.currency)
        .order_by(Fund.fund_type_id, func.count().desc(), Fund.currency)
    )
    sums: dict[int, list[str]] = defaultdict(list)
    for number, currency, units in session.execute(held):
        sums[number].append(f"{money(from_minor(int(units), currency), currency)} {currency}")
    return sums


def _overdraft(kind: FundType) -> str:
    if kind.overdraft is Overdraft.LIMIT and kind.overdraft_limit is not None:
        return f"Below zero by {money(kind.overdraft_limit)}"
    return OVERDRAFTS[kind.overdraft]


LIST = Listing(
    "fund types",
    query=_types,
    key=FundType.id,
    columns=[
        Column("name", "Name", lambda one: one.kind.name, sort=FundType.name),
        Column(
            "state",
            "State",
            lambda one: "In use" if one.kind.active else "Out of use",
            kind="badge",
            tone=lambda one: "good" if one.kind.active else "neutral",
        ),
        Column("funds", "Funds", lambda one: one.funds, kind="number"),
        Column("available", "Available", lambda one: one.available),
        Column("credited", "Won deals credit it by", lambda one: one.kind.percent_category),
        Column("overdraft", "May be spent", lambda one: _overdraft(one.kind)),
        Column("use_within", "To be used", lambda one: PERIODS[one.kind.use_within]),
    ],
    filters=[
        choice(
            "state",
            "State",
            [("used", "In use"), ("retired", "Out of use")],
            lambda given: FundType.active.is_({"used": True, "retired": False}[given]),
        )
    ],
    search=lambda words: FundType.name.icontains(words, autoescape=True),
    default="name",
    href=lambda one: url_for("partnership.fund_types.show", type_id=one.id),
    empty=("No fund types", "A type says what credits its funds and when money expires."),
    action=lambda: ("New type", url_for("partnership.fund_types.new")) if may(*WRITE) else None,
    prepare=_with_sums,
)
LIST.routes(bp, requires(Permission.PROGRAM_READ))


@bp.get("")
@requires(Permission.PROGRAM_READ)
def index() -> ResponseReturnValue:
    """List the types, with how many funds there are of each."""
    return render_template("partnership/fund_types/index.html", page=LIST.page(), may_write=may(*WRITE))


@bp.route("/new", methods=["GET", "POST"])
@requires(*WRITE)
def new() -> ResponseReturnValue:
    """Add a type of funds."""
    form = FundTypeForm(active=True, grace_days=0, overdraft="none", use_within="ever")
    form.percent_category.choices = _percentages()
    if form.validate_on_submit():
        with form.refusals():
            made = FundType.make(db.session(), by=current_person, **form.facts())
            flash(f"“{made.name}” is added.")
            return redirect(url_for(".show", type_id=made.id))
    return render_form("partnership/fund_types/form.html", form, kind=None)


@bp.get("/<id:type_id>")
@requires(Permission.PROGRAM_READ)
def show(type_id: int) -> ResponseReturnValue:
    """Show what holds for the funds of a type."""
    kind = find(FundType, type_id)
    session = db.session()
    return render_template(
        "partnership/fund_types/show.html",
        kind=kind,
        funds=session.scalar(select(func.count(Fund.id)).where(Fund.fund_type_id == kind.id)),
        sums=_sums(session, [kind.id])[kind.id] if may(Permission.FUNDS_READ) else [],
        overdraft=_overdraft(kind),
        period=PERIODS[kind.use_within],
        may_write=may(*WRITE),
        may_read_funds=may(Permission.FUNDS_READ),
    )


@bp.route("/<id:type_id>/edit", methods=["GET", "POST"])
@requires(*WRITE)
def edit(type_id: int) -> ResponseReturnValue:
    """Change what holds for the funds of a type."""
    kind = find(FundType, type_id)
    form = FundTypeForm(obj=kind)
    form.percent_category.choices = _percentages(kind.percent_category)
    if form.validate_on_submit():
        with form.refusals():
            kind.change(by=current_person, version=form.seen_version(), **form.facts())
            flash("Saved.")
            return redirect(url_for(".show", type_id=type_id))
    kind = find(FundType, type_id)
    form.show_version(kind)
    return render_form("partnership/fund_types/form.html", form, kind=kind)


def _percentages(kept: str | None = None) -> list[tuple[str, str]]:
    """Return the percentages of the program, and the one this type has although no program has it yet."""
    known = select(Category.name).where(Category.value_type == ValueType.PERCENT).order_by(Category.name)
    names = list(db.session.scalars(known))
    if kept is not None and kept not in names:
        names.insert(0, kept)
    return [NO_CATEGORY, *((name, name) for name in names)]
