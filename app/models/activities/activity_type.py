"""A type of marketing activity, and which proofs it takes to be completed (F5)."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from app.models.activities.activity_type_describing import Describing
from app.models.base import Base, Numbered, Tracked


class ActivityType(Describing, Tracked, Numbered, Base):
    """What partners do with the money: an event, advertising, a mailing; each with its checklist of proofs."""

    __tablename__ = "activity_type"

    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str | None]
    proofs: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    """The names of the proofs it takes, in order, such as "Attendee list"."""
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    __mapper_args__ = {"version_id_col": version, "eager_defaults": False}  # noqa: RUF012 - SQLAlchemy reads it so
