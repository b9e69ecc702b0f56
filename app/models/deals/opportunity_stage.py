"""The stages of deals: a table the administrator edits (L5)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Numeric, Select, cast, func, select
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.models.base import Base, Numbered, Tracked
from app.models.changing import check_version, enter
from app.rules.pipeline import MoveForbidden, StageKind, check_every_kind
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.person import Person

__all__ = ["OpportunityStage", "StageKind"]

LONGEST = 60
ENDS = {StageKind.WON: Decimal(1), StageKind.LOST: Decimal(0)}
"""The probability of a stage that is an end, which nobody has to type."""


class OpportunityStage(Tracked, Numbered, Base):
    """A step of the pipeline, with the probability its deals have unless they say their own."""

    __tablename__ = "opportunity_stage"
    __table_args__ = (CheckConstraint("probability between 0 and 1", name="probability_is_a_share"),)

    name: Mapped[str] = mapped_column(unique=True)
    position: Mapped[int]
    kind: Mapped[StageKind]
    probability: Mapped[Decimal] = mapped_column(Numeric(7, 6))
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    __mapper_args__ = {"version_id_col": version, "eager_defaults": False}  # noqa: RUF012 - SQLAlchemy reads it so

    # -- questions

    @classmethod
    def in_order(cls, session: Session, *, only_active: bool = False) -> list[OpportunityStage]:
        """Return the stages as deals go through them."""
        return list(session.scalars(_in_order(only_active)))

    @classmethod
    def first(cls, session: Session, kind: StageKind, *, last: bool = False) -> OpportunityStage:
        """Return the first stage of a kind that is in use, or the last one."""
        order = (cls.position.desc(), cls.id.desc()) if last else (cls.position, cls.id)
        found = select(cls).where(cls.kind == kind, cls.active).order_by(*order).limit(1)
        return session.scalars(found).one()

    def holds_deals(self) -> bool:
        """Say whether deals stand in it."""
        from app.models.deals.opportunity import Opportunity  # noqa: PLC0415 - a stage is known to its deals

        deals = select(Opportunity.id).where(
            Opportunity.stage_id == self.id, Opportunity.deleted_at.is_(None)
        )
        return self.session.scalar(deals.limit(1)) is not None

    # -- verbs

    @classmethod
    def add(
        cls, session: Session, *, name: str, kind: StageKind, probability: Decimal, by: Person | None
    ) -> OpportunityStage:
        """Add a stage after the last one of its kind."""
        stages = _locked(session)
        stage = cls(
            name=name,
            kind=kind,
            probability=ENDS.get(kind, probability),
            position=len(stages) + 1,
            active=True,
        )
        stage._check(stages)
        enter(session, stage, "opportunity_stage.added", by=by, refusals=stage._refusals())
        mine = [place for place, one in enumerate(stages) if one.kind is kind]
        place = mine[-1] + 1 if mine else len(stages)
        _number([*stages[:place], stage, *stages[place:]])
        return stage

    def describe(
        self,
        *,
        name: str,
        kind: StageKind,
        probability: Decimal,
        version: int | None = None,
        by: Person | None,
    ) -> None:
        """Give it another name, kind or probability; deals without a probability of their own take the new one."""
        stages = _locked(self.session)
        check_version(self, version)
        if kind is not self.kind:
            self._change_kind(kind, stages)
        if name != self.name:
            self._check_that_no_program_names_it()
        self.name, self.probability = name, ENDS.get(kind, probability)
        self._check(stages)
        if self.changes()[1]:
            self.track("opportunity_stage.described", by=by)

    def move(self, *, up: bool, by: Person | None) -> None:
        """Let it change places with the stage before it, or the one after it."""
        stages = _locked(self.session)
        place = stages.index(self)
        other = place - 1 if up else place + 1
        if not 0 <= other < len(stages):
            return
        stages[place], stages[other] = stages[other], stages[place]
        _number(stages)
        self.track("opportunity_stage.moved", by=by)

    def switch_off(self, to: OpportunityStage | None, *, by: Person | None) -> int:
        """Take it out of use; deals that stand in it go to another stage of its kind. Return how many went."""
        from app.models.deals import stage_moving  # noqa: PLC0415 - deals know their stages

        stages = _locked(self.session)
        check_every_kind(one.kind for one in stages if one.active and one is not self)
        went = 0
        if self.holds_deals():
            if to is None or to is self or to.kind is not self.kind or not to.active:
                raise RuleBroken(f"Deals stand in “{self.name}”. Choose where they go.", "to_id")
            self._check_that_no_program_names_it()
            went = stage_moving.move_all(self.session, self, to, by=by)
        self.active = False
        self.track("opportunity_stage.switched_off", by=by, deals=went, to=to.name if to and went else None)
        return went

    def switch_on(self, *, by: Person | None) -> None:
        """Take it into use again."""
        self.active = True
        if self.changes()[1]:
            self.track("opportunity_stage.switched_on", by=by)

    # -- what is checked

    def _change_kind(self, kind: StageKind, stages: Sequence[OpportunityStage]) -> None:
        if self.holds_deals():
            raise RuleBroken(
                f"Deals stand in “{self.name}”, so it stays {self.kind.value}. Add another stage instead.",
                "kind",
            )
        if self.active:
            check_every_kind([kind, *(one.kind for one in stages if one.active and one is not self)])
        self.kind = kind

    def _check(self, stages: Sequence[OpportunityStage]) -> None:
        if not self.name:
            raise RuleBroken("Name the stage.", "name")
        if len(self.name) > LONGEST:
            raise RuleBroken(f"A stage's name has at most {LONGEST} characters.", "name")
        if any(one is not self and one.name.casefold() == self.name.casefold() for one in stages):
            raise self._refusals()["uq_opportunity_stage_name"]
        if not 0 <= self.probability <= 1:
            raise RuleBroken("A probability is from 0 to 100 %.", "probability")

    def _check_that_no_program_names_it(self) -> None:
        """A measure may count the deals of a stage by its name, which a published program never forgets."""
        from app.models.ladder import Category, Measure  # noqa: PLC0415 - a ladder knows no stages

        path = cast("$.**.stage[*] ? (@ == $name)", JSONPATH)
        named = func.jsonb_path_exists(Measure.definition, path, func.jsonb_build_object("name", self.name))
        counts = select(Category.name).join(Measure, Measure.category_id == Category.id).where(named).limit(1)
        category = self.session.scalar(counts)
        if category is not None:
            raise MoveForbidden(
                f"The program counts the deals of “{self.name}” for “{category}”, so it keeps its name and its deals.",
                "name",
            )

    def _refusals(self) -> dict[str, RuleBroken]:
        taken = RuleBroken(f"There is a stage “{self.name}” already; choose another name.", "name")
        return {"uq_opportunity_stage_name": taken}


def _locked(session: Session) -> list[OpportunityStage]:
    """Return all stages, locked: the table is small, and changed by one person at a time."""
    stages = select(OpportunityStage).order_by(OpportunityStage.id).with_for_update(key_share=True)
    rows = session.scalars(stages.execution_options(populate_existing=True))
    return sorted(rows, key=lambda one: (one.position, one.id))


def _number(stages: Sequence[OpportunityStage]) -> None:
    for position, stage in enumerate(stages, start=1):
        if stage.position != position:
            stage.position = position


@cache
def _in_order(only_active: bool) -> Select[OpportunityStage]:  # noqa: FBT001 - one of two questions, composed once
    stages = select(OpportunityStage).order_by(OpportunityStage.position, OpportunityStage.id)
    return stages.where(OpportunityStage.active) if only_active else stages
