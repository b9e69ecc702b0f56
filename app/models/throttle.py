"""How often something was tried lately, and which forms were already taken: kept in the database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, and_, delete, func, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.models.base import Base

_COUNT = text("""
    insert into throttle as known (name, "window", tries)
    select name, "window", 1
    from unnest(cast(:names as text[]), cast(:windows as timestamptz[])) as tried (name, "window")
    order by name
    on conflict (name, "window") do update set tries = known.tries + 1
    returning name, tries
""")


class Throttle(Base):
    """Tries of one thing (an account, an address) within a window of time."""

    __tablename__ = "throttle"

    name: Mapped[str] = mapped_column(primary_key=True)
    window: Mapped[datetime] = mapped_column(primary_key=True)
    tries: Mapped[int]

    @classmethod
    def count(cls, session: Session, name: str, per: timedelta) -> int:
        """Count one more try and return how many there were in this window."""
        return cls.count_all(session, {name: per})[name]

    @classmethod
    def count_all(cls, session: Session, names: Mapping[str, timedelta]) -> dict[str, int]:
        """Count one more try of each of several things, in one order, and return how many there were of each."""
        kept = {name[:300]: name for name in sorted(names)}
        values = {"names": list(kept), "windows": [_window(names[name]) for name in kept.values()]}
        return {kept[row.name]: row.tries for row in session.execute(_COUNT, values)}

    @classmethod
    def tried(cls, session: Session, name: str, per: timedelta) -> int:
        """Return how many tries there were lately, without counting one."""
        return cls.tried_all(session, {name: per})[name]

    @classmethod
    def tried_all(cls, session: Session, names: Mapping[str, timedelta]) -> dict[str, int]:
        """Return how many tries there were lately of each of several things."""
        lately = [and_(cls.name == name[:300], cls.window > clock.now() - per) for name, per in names.items()]
        tried = select(cls.name, func.sum(cls.tries).label("tries")).where(or_(*lately)).group_by(cls.name)
        known = {row.name: int(row.tries) for row in session.execute(tried)}
        return {name: known.get(name[:300], 0) for name in names}

    @classmethod
    def forget(cls, session: Session, before: datetime) -> None:
        """Drop windows that ended long ago."""
        session.execute(delete(cls).where(cls.window < before))


def _window(per: timedelta) -> datetime:
    """Return when the window began in which a try of now is counted."""
    seconds, now = int(per.total_seconds()), int(clock.now().timestamp())
    return datetime.fromtimestamp(now - now % seconds, tz=clock.now().tzinfo)


class OneTimeKey(Base):
    """A form's key, kept with its effect: sent twice, it has one effect and one answer."""

    __tablename__ = "one_time_key"

    key: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(index=True)
    location: Mapped[str]
