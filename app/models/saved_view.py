"""A saved view: the filters, words and order of a list under a name."""

from __future__ import annotations

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Numbered


class SavedView(Numbered, Base):
    """How somebody looks at a list; staff may share one with all staff."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("person_id", "listing", "name"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    listing: Mapped[str]
    name: Mapped[str]
    query: Mapped[str]
    shared: Mapped[bool] = mapped_column(default=False)
    is_default: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
