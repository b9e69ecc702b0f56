"""A campaign: a public form through which somebody who may buy becomes a lead (L1)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Numbered, Tracked


class Campaign(Tracked, Numbered, Base):
    """A page anybody may open, and where its leads come from."""

    __tablename__ = "campaign"
    __table_args__ = (CheckConstraint("closes_on >= opens_on", name="closes_after_it_opens"),)

    name: Mapped[str] = mapped_column(unique=True)
    slug: Mapped[str] = mapped_column(unique=True)
    heading: Mapped[str]
    text: Mapped[str] = mapped_column(default="")
    thanks: Mapped[str] = mapped_column(default="")
    consent_text: Mapped[str | None]
    source: Mapped[str]
    country: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    opens_on: Mapped[date | None]
    closes_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version, "eager_defaults": False}  # noqa: RUF012 - SQLAlchemy reads it so
