"""A training somebody of a partner has passed."""

from __future__ import annotations

from app.models.attainment import Attainment
from app.models.base import Base


class Training(Attainment, Base):
    """A training a person of a partner passed on a day; the person is named by its address."""

    __tablename__ = "training"
