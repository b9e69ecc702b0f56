"""The company that runs the program: one per installation."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.models.base import Base, Tracked


class Vendor(Tracked, Base):
    """Who sells through partners: its name, and the settings that hold for everybody."""

    __tablename__ = "vendor"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, default=1, autoincrement=False)
    name: Mapped[str]
    time_zone: Mapped[str] = mapped_column(default="UTC")
    locale: Mapped[str] = mapped_column(default="en")

    @classmethod
    def here(cls, session: Session) -> Vendor:
        """Return the vendor of this installation."""
        return session.execute(select(cls)).scalar_one()
