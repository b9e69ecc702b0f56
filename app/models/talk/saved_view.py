"""A saved view: the filters, words and order of a list under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import ForeignKey, Index, Select, UniqueConstraint, func, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.models.base import Base, Numbered, Tracked
from app.models.changing import refused_by
from app.rules.refusals import RuleBroken

if TYPE_CHECKING:
    from app.models.person import Person

MOST = 30
LONGEST_NAME = 60
LONGEST_QUERY = 2000
NOT_KEPT = {"after", "before", "view"}
"""Where in a list somebody stood, and the view itself, are no part of a view."""


class SavedView(Tracked, Numbered, Base):
    """How somebody looks at a list; staff may share one with all staff."""

    __tablename__ = "saved_view"
    __table_args__ = (
        UniqueConstraint("person_id", "listing", "name"),
        Index("ix_saved_view_shared", "listing", postgresql_where=text("shared")),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    listing: Mapped[str]
    name: Mapped[str]
    query: Mapped[str]
    shared: Mapped[bool] = mapped_column(default=False)
    is_default: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)

    # -- questions

    @property
    def asked(self) -> dict[str, str]:
        """Return what the view asks the list."""
        return dict(parse_qsl(self.query))

    @property
    def href(self) -> str:
        """Return the address that opens the list so."""
        return f"{self.listing}?{urlencode({**self.asked, 'view': str(self.id)})}"

    @classmethod
    def seen_by(cls, person: Person) -> Select[Any]:
        """Return the views a person has: its own, and for staff those that colleagues share."""
        own = cls.person_id == person.id
        seen = or_(own, cls.shared) if person.is_staff else own
        return select(cls).where(seen).order_by(cls.listing, own.desc(), cls.position, cls.id)

    # -- verbs

    @classmethod
    def save(
        cls, session: Session, *, by: Person, listing: str, name: str, query: str, shared: bool = False
    ) -> SavedView:
        """Keep how a list is looked at, under a name."""
        many = select(func.count(cls.id)).where(cls.person_id == by.id, cls.listing == listing)
        if session.scalars(many).one() >= MOST:
            raise RuleBroken(f"You have {MOST} views of this list already. Remove one first.", "name")
        view = cls(
            person_id=by.id,
            partner_id=by.partner_id,
            listing=listing,
            name=_named(name),
            query=kept(query),
            shared=shared and by.is_staff,
        )
        with refused_by(session, _TAKEN):
            session.add(view)
        view.track("saved_view.saved", by=by, name=view.name)
        return view

    def change(self, *, by: Person, name: str, shared: bool, is_default: bool) -> None:
        """Give the view another name, share it, or let the list open with it; one view of a list does."""
        self._check_own(by)
        session = self.session
        if is_default and not self.is_default:
            others = update(SavedView).where(
                SavedView.person_id == by.id, SavedView.listing == self.listing, SavedView.is_default
            )
            session.execute(others.values(is_default=False))
        with refused_by(session, _TAKEN):
            self.name, self.shared, self.is_default = _named(name), shared and by.is_staff, is_default
        self.track("saved_view.changed", by=by, name=self.name)

    def ask(self, query: str, *, by: Person) -> None:
        """Keep what the list is asked now in place of what the view asked before."""
        self._check_own(by)
        self.query = kept(query)
        self.track("saved_view.changed", by=by, name=self.name)

    def remove(self, *, by: Person) -> None:
        """Drop the view; the list itself loses nothing."""
        self._check_own(by)
        self.track("saved_view.removed", by=by, name=self.name)
        self.session.delete(self)
        self.session.flush()

    def _check_own(self, by: Person) -> None:
        if self.person_id != by.id:
            raise RuleBroken("This view is a colleague’s. Save it under a name of your own to change it.")


_TAKEN = {
    "uq_saved_view_person_id_listing_name": RuleBroken(
        "You have a view of this list with that name already. Choose another name.", "name"
    )
}


def kept(query: str) -> str:
    """Return what of an address makes a view: filters, words and order, nothing empty."""
    pairs = [(name, value) for name, value in parse_qsl(query) if name not in NOT_KEPT and value]
    asked = urlencode(pairs)
    if len(asked) > LONGEST_QUERY:
        raise RuleBroken("This asks too much for a view. Use shorter filters.", "name")
    return asked


def _named(name: str) -> str:
    if not name.strip():
        raise RuleBroken("Give the view a name.", "name")
    if len(name) > LONGEST_NAME:
        raise RuleBroken(f"Use at most {LONGEST_NAME} characters.", "name")
    return name.strip()
