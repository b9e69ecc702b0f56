"""A certificate somebody of a partner holds."""

from __future__ import annotations

from app.models.attainment import Attainment
from app.models.base import Base


class Certificate(Attainment, Base):
    """A certificate of a person of a partner, from the day passed to the day it expires."""

    __tablename__ = "certificate"
