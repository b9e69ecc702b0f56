"""A type's whole ladder on one page: tiers across, obligations and benefits down, edited in place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import BooleanField, HiddenField, SelectField
from wtforms.validators import NumberRange
from wtforms.validators import Optional as MayBeEmpty

from app.access import Permission, current_person, may, requires
from app.database import find
from app.extensions import db
from app.forms import CountField, Form
from app.models import PartnerType, PriceList, PriceScope, ProgramVersion
from app.models.program_shape import with_every_category
from app.partnership.ladder_reading import reading
from app.partnership.ladder_table import LadderTable
from app.rules.ladder_checks import MEASURABLE, MOST_GRACE_DAYS
from app.rules.mistakes import ProgramRefused
from app.rules.program import (
    CategoryShape,
    Downgrades,
    Mode,
    Policies,
    Program,
    Renewal,
    Review,
    TypeShape,
    Upgrades,
    ValueType,
    Wins,
)
from app.rules.refusals import RuleBroken

bp = Blueprint("ladders", __name__, url_prefix="/types")

STALE = "Somebody changed this draft meanwhile. What you typed is still here; compare it with the ladder as it is now."
DOWNGRADES = [
    ("never", "Never"),
    ("at review", "At the review"),
    ("after grace", "After a grace of some days"),
]
UPGRADES = [("at once", "At once"), ("at review", "At the review"), ("with approval", "With approval")]


class LadderForm(Form):
    """How tiers are met and when they move; the table beside it says what they ask and give."""

    revision = HiddenField(default="0")
    mode = SelectField(
        "A tier is met by",
        choices=[("thresholds", "Thresholds"), ("points", "Points")],
        default=Mode.THRESHOLDS.value,
    )
    partial_credit = BooleanField("A part of a target earns a part of its score", default=True)
    needs_lower_tiers = BooleanField("A tier also needs what every lower tier asks for", default=True)
    upgrades = SelectField("Partners rise", choices=UPGRADES)
    downgrades = SelectField("Partners fall", choices=DOWNGRADES)
    grace_days = CountField("Days of grace", [MayBeEmpty(), NumberRange(1, MOST_GRACE_DAYS)])
    review = SelectField("Review", choices=[(one.value, one.value.capitalize()) for one in Review])
    renewal = SelectField(
        "A partnership that is due",
        choices=[("for one year", "Renews for one year"), ("by hand", "Ends, unless renewed by hand")],
    )
    wins_count = SelectField(
        "A deal reported as won",
        choices=[("when confirmed", "Counts when staff confirm it"), ("at once", "Counts at once")],
    )

    @classmethod
    def of(cls, kind: TypeShape, revision: int) -> LadderForm:
        """Return the form of a ladder as it is."""
        policies = kind.policies
        return cls(
            data={
                "revision": str(revision),
                "mode": kind.mode.value,
                "partial_credit": kind.partial_credit,
                "needs_lower_tiers": kind.needs_lower_tiers,
                "upgrades": policies.upgrades.value,
                "downgrades": policies.downgrades.value,
                "grace_days": policies.grace_days,
                "review": policies.review.value,
                "renewal": policies.renewal.value,
                "wins_count": policies.wins_count.value,
            }
        )

    @property
    def counts_points(self) -> bool:
        """Say whether scores belong into the table."""
        return bool(self.mode.data == Mode.POINTS.value)

    def onto(self, kind: TypeShape) -> TypeShape:
        """Return the type with what this form says; the ladder's rows come from the table."""
        grace = Downgrades(self.downgrades.data) is Downgrades.AFTER_GRACE
        return replace(
            kind,
            mode=Mode(self.mode.data),
            partial_credit=self.partial_credit.data if self.counts_points else True,
            needs_lower_tiers=self.needs_lower_tiers.data,
            policies=Policies(
                upgrades=Upgrades(self.upgrades.data),
                downgrades=Downgrades(self.downgrades.data),
                grace_days=self.grace_days.data if grace else None,
                review=Review(self.review.data),
                renewal=Renewal(self.renewal.data),
                wins_count=Wins(self.wins_count.data),
            ),
        )


@dataclass(frozen=True)
class Ground:
    """What a ladder is edited on: the type, the draft or the version a draft would begin from."""

    kind: PartnerType
    version: ProgramVersion | None
    program: Program

    @property
    def shape(self) -> TypeShape:
        """The ladder as it is, empty when the version does not have the type."""
        known = TypeShape(self.kind.name, self.kind.description or "", self.kind.information)
        return self.program.type(self.kind.name) or known

    @property
    def categories(self) -> dict[str, CategoryShape]:
        """Every category by its name."""
        return {one.name: one for one in self.program.categories}

    @property
    def revision(self) -> int:
        """What the draft was like when it was read; 0 while there is none."""
        return self.version.revision if self.version and self.version.is_draft else 0


@bp.get("/<id:type_id>/ladder")
@requires(Permission.PROGRAM_READ)
def show(type_id: int) -> ResponseReturnValue:
    """Show a type's ladder as the draft has it, to be edited by those who may."""
    ground = _ground(type_id)
    if not may(Permission.PROGRAM_WRITE):
        return render_template(
            "partnership/types/ladder_read.html", ground=ground, reading=reading(ground.shape, ground.program)
        )
    form = LadderForm.of(ground.shape, ground.revision)
    return _page(ground, form, LadderTable.of(ground.shape, ground.categories))


@bp.post("/<id:type_id>/ladder")
@requires(Permission.PROGRAM_WRITE)
def keep(type_id: int) -> ResponseReturnValue:
    """Keep the whole ladder in the draft, or show every refusal at its cell."""
    ground = _ground(type_id)
    form = LadderForm()
    table = LadderTable.typed(request.form)
    if form.validate() and _is_current(form, ground):
        tiers = table.tiers(ground.categories, points=form.counts_points)
        kind = replace(form.onto(ground.shape), tiers=tiers, registered=table.registered(ground.categories))
        if not table.is_refused and _kept(kind, form, table):
            flash("Saved in the draft.")
            return redirect(url_for(".show", type_id=type_id))
    return _page(_ground(type_id), form, table), 422


def _is_current(form: LadderForm, ground: Ground) -> bool:
    if form.revision.data != str(ground.revision):
        form.refuse(STALE)
        form.revision.data = str(ground.revision)
        return False
    return True


def _kept(kind: TypeShape, form: LadderForm, table: LadderTable) -> bool:
    """Write the ladder; the first edit begins the draft."""
    try:
        draft = ProgramVersion.editable(db.session(), by=current_person)
        draft.keep_type(kind, by=current_person)
        db.session.flush()
    except ProgramRefused as refusal:
        db.session.rollback()
        table.refuse(one for one in refusal.mistakes if one.path[-1] != "downgrades")
        for one in refusal.mistakes:
            if one.path[-1] == "downgrades":
                form.refuse(one.sentence, "grace_days")
    except RuleBroken as refusal:
        db.session.rollback()
        form.refuse(refusal.sentence)
    else:
        return True
    return False


def _ground(type_id: int) -> Ground:
    kind = find(PartnerType, type_id)
    session = db.session()
    version = ProgramVersion.draft(session) or ProgramVersion.newest(session)
    program = version.program() if version else Program("", "EUR")
    return Ground(kind, version, with_every_category(session, program))


def _page(ground: Ground, form: LadderForm, table: LadderTable) -> str:
    return render_template(
        "partnership/types/ladder.html",
        ground=ground,
        form=form,
        table=table,
        units={name: _unit(one, ground.program) for name, one in ground.categories.items()},
        asked=_choices(ground, measured=True),
        given=_choices(ground, measured=False),
        lists=db.session.scalars(
            select(PriceList.code).where(PriceList.scope == PriceScope.GRANTED).order_by(PriceList.code)
        ).all(),
    )


def _unit(category: CategoryShape, program: Program) -> str:
    return {ValueType.MONEY: program.currency, ValueType.PERCENT: "%"}.get(category.value_type, "")


def _choices(ground: Ground, *, measured: bool) -> list[dict[str, Any]]:
    """The categories a row may be about: for obligations those that are measured."""
    return [
        {"name": one.name, "measure": one.measure.sentence() if one.measure else ""}
        for one in sorted(ground.categories.values(), key=lambda one: one.name.casefold())
        if not measured or (one.value_type in MEASURABLE and one.measure is not None)
    ]
