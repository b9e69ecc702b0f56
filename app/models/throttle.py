"""How often something was tried lately, and which forms were already taken: kept in the database."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.models.base import Base


class Throttle(Base):
    """Tries of one thing (an account, an address) within a window of time."""

    __tablename__ = "throttle"

    name: Mapped[str] = mapped_column(primary_key=True)
    window: Mapped[datetime] = mapped_column(primary_key=True)
    tries: Mapped[int]

    @classmethod
    def count(cls, session: Session, name: str, per: timedelta) -> int:
        """Count one more try and return how many there were in this window."""
        seconds = int(per.total_seconds())
        now = int(clock.now().timestamp())
        window = datetime.fromtimestamp(now - now % seconds, tz=clock.now().tzinfo)
        tried = insert(cls).values(name=name[:300], window=window, tries=1)
        tried = tried.on_conflict_do_update(index_elements=["name", "window"], set_={"tries": cls.tries + 1})
        tries: int = session.execute(tried.returning(cls.tries)).scalar_one()
        return tries

    @classmethod
    def tried(cls, session: Session, name: str, per: timedelta) -> int:
        """Return how many tries there were lately, without counting one."""
        lately = clock.now() - per
        return (
            session.scalar(
                select(func.coalesce(func.sum(cls.tries), 0)).where(
                    cls.name == name[:300], cls.window > lately
                )
            )
            or 0
        )

    @classmethod
    def forget(cls, session: Session, before: datetime) -> None:
        """Drop windows that ended long ago."""
        session.execute(delete(cls).where(cls.window < before))


class OneTimeKey(Base):
    """A form's key, kept with its effect: sent twice, it has one effect and one answer."""

    __tablename__ = "one_time_key"

    key: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(index=True)
    location: Mapped[str]
