"""The program: what holds from which day (P12). Draft versions are edited, published ones never."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import (
    BindParameter,
    CheckConstraint,
    ForeignKey,
    Index,
    ScalarSelect,
    delete,
    func,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app import clock
from app.models import program_rows, program_shape, publishing
from app.models.base import Base, Numbered, Tracked
from app.models.event import Event
from app.models.ladder import Ladder, Measure
from app.models.partner_type import PartnerType
from app.rules import ladder_checks, mistakes, program_checks
from app.rules.mistakes import ProgramRefused
from app.rules.program import CategoryShape, Program, TypeShape, YearStart, in_order, without_words
from app.rules.program_changes import Change, changes
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.person import Person


ONE_DRAFT = 4719
"""The lock under which a draft is begun, so that two who begin one at once get one."""


class VersionStatus(StrEnum):
    """A version is written, then it holds."""

    DRAFT = "draft"
    PUBLISHED = "published"


class ProgramVersion(Tracked, Numbered, Base):
    """The whole program as it holds from a day: its currency, year, ladders and measures."""

    __tablename__ = "program_version"
    __table_args__ = (
        CheckConstraint("status = 'draft' or valid_from is not null", name="published_from_a_day"),
        Index("uq_program_version_draft", "status", unique=True, postgresql_where=text("status = 'draft'")),
        Index(
            "uq_program_version_valid_from",
            "valid_from",
            unique=True,
            postgresql_where=text("status = 'published'"),
        ),
    )

    name: Mapped[str] = mapped_column(unique=True)
    currency: Mapped[str]
    year_starts: Mapped[str] = mapped_column(default="01-01")
    valid_from: Mapped[date | None]
    status: Mapped[VersionStatus] = mapped_column(default=VersionStatus.DRAFT)
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    revision: Mapped[int] = mapped_column(default=1)

    ladders: Mapped[list[Ladder]] = relationship(
        back_populates="version", lazy="raise", cascade="all, delete-orphan"
    )
    measures: Mapped[list[Measure]] = relationship(
        back_populates="version", lazy="raise", cascade="all, delete-orphan"
    )

    # -- questions

    @property
    def is_draft(self) -> bool:
        """Say whether the version may still be edited."""
        return self.status is VersionStatus.DRAFT

    @classmethod
    def holding(cls, session: Session, on: date) -> ProgramVersion | None:
        """Return the version that holds on a day, or None before the first one."""
        published = select(cls).where(cls.status == VersionStatus.PUBLISHED, cls.valid_from <= on)
        return session.scalars(published.order_by(cls.valid_from.desc()).limit(1)).one_or_none()

    @classmethod
    def holding_id(cls, on: date | BindParameter[date]) -> ScalarSelect[int]:
        """Return the number of the version that holds on a day, as part of a larger question."""
        published = select(cls.id).where(cls.status == VersionStatus.PUBLISHED, cls.valid_from <= on)
        return published.order_by(cls.valid_from.desc()).limit(1).scalar_subquery()

    @classmethod
    def draft(cls, session: Session) -> ProgramVersion | None:
        """Return the version being written, or None; there is at most one."""
        return session.scalars(select(cls).where(cls.status == VersionStatus.DRAFT)).one_or_none()

    @classmethod
    def exists(cls, session: Session) -> bool:
        """Say whether there is any version, published or not."""
        return session.scalar(select(cls.id).limit(1)) is not None

    @classmethod
    def newest(cls, session: Session) -> ProgramVersion | None:
        """Return the published version with the latest first day, which may still lie ahead."""
        published = select(cls).where(cls.status == VersionStatus.PUBLISHED)
        return session.scalars(published.order_by(cls.valid_from.desc()).limit(1)).one_or_none()

    def before(self) -> ProgramVersion | None:
        """Return the published version that this one follows; a draft follows the newest."""
        if self.valid_from is None or self.is_draft:
            return ProgramVersion.newest(self.session)
        earlier = select(ProgramVersion).where(
            ProgramVersion.status == VersionStatus.PUBLISHED, ProgramVersion.valid_from < self.valid_from
        )
        return self.session.scalars(earlier.order_by(ProgramVersion.valid_from.desc()).limit(1)).one_or_none()

    def program(self) -> Program:
        """Return everything the version says, as one plain value."""
        return program_shape.program_of(self.session, self)

    # -- verbs

    @classmethod
    def begin_empty(
        cls, session: Session, name: str, currency: str, year_starts: str = "01-01"
    ) -> ProgramVersion:
        """Begin a draft that says nothing yet."""
        session.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": ONE_DRAFT})
        if cls.draft(session) is not None:
            raise RuleBroken("There is a draft already. Publish or discard it before you begin another.")
        draft = cls(name=name, currency=currency, year_starts=year_starts)
        session.add(draft)
        draft._check_top()
        session.flush()
        return draft

    @classmethod
    def start(
        cls, session: Session, *, by: Person | None, name: str | None = None, currency: str | None = None
    ) -> ProgramVersion:
        """Begin a draft: a copy of the newest version, or an empty one when there is none yet."""
        newest = cls.newest(session)
        if newest is None:
            draft = cls.begin_empty(session, name or _free_name(session), currency or "EUR")
        else:
            draft = cls.begin_empty(session, name or _free_name(session), newest.currency, newest.year_starts)
            program_rows.write_program(session, draft, newest.program())
        draft.track("program.draft_started", by=by, copied_from=newest.name if newest else None)
        return draft

    @classmethod
    def editable(cls, session: Session, *, by: Person | None) -> ProgramVersion:
        """Return the draft; begin one when there is none."""
        return cls.draft(session) or cls.start(session, by=by)

    def describe(
        self, *, name: str, currency: str, year_starts: str, by: Person | None, revision: int | None = None
    ) -> None:
        """Name the draft, its currency and the day its years begin on."""
        self._open(revision)
        self.name, self.currency, self.year_starts = name, currency, year_starts
        self._check_top()
        self.track("program.described", by=by)

    def keep_type(self, kind: TypeShape, *, by: Person | None, revision: int | None = None) -> None:
        """Set a type's whole ladder; ProgramRefused names every mistake with its cell."""
        self._open(revision)
        before = self.program()
        offered = program_shape.with_every_category(self.session, before)
        if found := list(ladder_checks.of_type(kind, offered)):
            raise ProgramRefused(found)
        program_rows.write_ladders(self.session, self, offered, [kind])
        self._track_changes("program.ladder_changed", before, by)

    def add_type(self, kind: TypeShape, *, by: Person | None) -> PartnerType:
        """Give the draft a new type whose ladder is still to be filled in; only its names are checked."""
        self._open(None)
        before = self.program()
        for mistake in ladder_checks.of_names(kind):
            raise RuleBroken(mistake.sentence, "tiers" if "tiers" in mistake.path else "name")
        same = select(PartnerType.name).where(func.lower(PartnerType.name) == kind.name.lower())
        if (known := self.session.scalar(same)) is not None:
            raise RuleBroken(f"There is a partner type “{known}” already; open its ladder instead.", "name")
        program_rows.write_ladders(self.session, self, before, [kind])
        self._track_changes("program.type_added", before, by)
        return self.session.scalars(select(PartnerType).where(PartnerType.name == kind.name)).one()

    def drop_type(self, kind: PartnerType, *, by: Person | None) -> None:
        """Take a type out of the draft; partners of that type stand in the way of publishing it."""
        self._open(None)
        before = self.program()
        self.session.execute(
            delete(Ladder).where(Ladder.version_id == self.id, Ladder.partner_type_id == kind.id)
        )
        self._track_changes("program.type_dropped", before, by)

    def keep_category(self, category: CategoryShape, *, by: Person | None) -> None:
        """Make or change a category and how this draft measures it; ProgramRefused names the field."""
        self._open(None)
        before = self.program()
        others = tuple(one for one in before.categories if one.name != category.name)
        after = replace(before, categories=(category, *others))
        if found := [one for one in program_checks.of_categories(after.categories) if one.path[1] == 0]:
            raise ProgramRefused(found)
        program_rows.write_categories(self.session, self, after.categories)
        self._track_changes("program.category_changed", before, by)

    def become(self, program: Program, *, by: Person | None) -> None:
        """Say exactly what this program says: what a loaded file does to the draft."""
        self._open(None)
        before = self.program()
        if found := program_checks.mistakes(program):
            raise ProgramRefused(found)
        self.name, self.currency, self.year_starts = program.name, program.currency, str(program.year_starts)
        self.valid_from = program.valid_from
        self._check_top()
        program_rows.write_program(self.session, self, program)
        self._track_changes("program.loaded", before, by)

    @classmethod
    def load(cls, session: Session, program: Program, *, by: Person | None, publish: bool) -> str:
        """Take in a program file's program; returns one sentence on what became of it.

        A program that equals a published version changes nothing; descriptions, which belong to types and
        categories and not to a version, are brought up to date.
        """
        published = select(cls).where(cls.name == program.name, cls.status == VersionStatus.PUBLISHED)
        for version in session.scalars(published):
            known = version.program()
            if without_words(known) != without_words(program):
                continue
            said = f"“{version.name}” is published and begins on {version.valid_from} already"
            if known == in_order(program):
                return f"{said}; nothing was changed."
            program_rows.write_words(session, program)
            Event.record(session, "program.descriptions_loaded", version, by=by)
            return f"{said}; descriptions were brought up to date."
        if publish and program.valid_from is None:
            raise RuleBroken("The file has no “valid_from”; add the day from which it shall hold.")
        draft = cls.draft(session) or cls.begin_empty(session, program.name, program.currency)
        draft.become(program, by=by)
        if publish and program.valid_from is not None:
            draft.publish(program.valid_from, by=by)
            return f"“{draft.name}” is published and holds from {draft.valid_from}."
        return f"“{draft.name}” is the draft now. Publish it when it shall hold."

    def publish(self, valid_from: date, *, by: Person | None, revision: int | None = None) -> None:
        """P12: let the draft hold from a day on, and store what becomes of every partner by it."""
        self._open(revision)
        program = replace(self.program(), valid_from=valid_from)
        if found := program_checks.mistakes(program):
            raise ProgramRefused(found)
        publishing.check_day(self.session, valid_from, clock.today())
        publishing.check_held(self.session, self, valid_from)
        self.valid_from = valid_from
        self.status = VersionStatus.PUBLISHED
        self.published_at = clock.now()
        self.published_by_id = by.id if by else None
        self.track("program.published", by=by)
        if valid_from <= clock.today():
            publishing.assess_everyone(self.session, clock.today(), by=by)
        publishing.credit_everyone(self.session, valid_from, by=by)

    def discard(self, *, by: Person | None) -> None:
        """Throw the draft away; what holds stays as it is."""
        self._open(None)
        self.track("program.draft_discarded", by=by)
        self.session.delete(self)
        self.session.flush()

    # -- private

    def _open(self, revision: int | None) -> None:
        """Lock the draft for this edit; refuse when it was published or changed since the page was read."""
        self.session.refresh(self, with_for_update={"key_share": True})
        if not self.is_draft:
            raise RuleBroken(f"“{self.name}” is published and is never edited; begin a new draft.")
        if revision is not None and revision != self.revision:
            raise RuleBroken(
                "Somebody changed this draft meanwhile. Look at it as it is now, then try again."
            )
        self.revision += 1

    def _check_top(self) -> None:
        """The name is no other version's, and the currency and the year's first day make sense."""
        found = list(
            program_checks.on_top(
                Program(self.name, self.currency, year_starts=YearStart.read(self.year_starts))
            )
        )
        with self.session.no_autoflush:
            same = select(ProgramVersion.id).where(
                func.lower(ProgramVersion.name) == self.name.lower(), ProgramVersion.id != self.id
            )
            if self.session.scalar(same) is not None:
                sentence = f"There is a version “{self.name}” already; give this one another name."
                found.append(mistakes.Mistake(("name",), sentence))
        if found:
            raise ProgramRefused(found)

    def _track_changes(self, kind: str, before: Program, by: Person | None) -> None:
        self.session.expire(self)
        self.track(kind, by=by, changes=[_said(one) for one in changes(before, self.program())])


def _free_name(session: Session) -> str:
    taken = set(session.scalars(select(ProgramVersion.name)))
    wanted = f"Program {clock.today().year}"
    return wanted if wanted not in taken else f"{wanted}, version {len(taken) + 1}"


def _said(change: Change) -> str:
    return f"{change.part}: {change.what} {change.before or 'nothing'} → {change.after or 'nothing'}"
