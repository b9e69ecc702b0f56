"""What every noun shares: column types, names of constraints, ownership, and the trail of changes."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Enum,
    ForeignKey,
    Identity,
    MetaData,
    Numeric,
    Table,
    Text,
    inspect,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    declared_attr,
    mapped_column,
    object_session,
    registry,
    relationship,
)

if TYPE_CHECKING:
    from app.models.partner import Partner
    from app.models.person import Person

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def stored_by_value(kind: type[StrEnum]) -> list[str]:
    """Return the texts an enumeration is stored as."""
    return [member.value for member in kind]


COLUMN_TYPES: dict[Any, Any] = {
    str: Text(),
    int: BigInteger(),
    bool: Boolean(),
    Decimal: Numeric(19, 4),
    date: Date(),
    datetime: DateTime(timezone=True),
    dict[str, Any]: JSONB(),
    list[Any]: JSONB(),
    StrEnum: Enum(
        StrEnum, native_enum=False, length=40, values_callable=stored_by_value, create_constraint=False
    ),
}


class Base(DeclarativeBase):
    """A thing of the business."""

    if TYPE_CHECKING:
        __table__: ClassVar[Table]

    registry = registry(metadata=MetaData(naming_convention=NAMES), type_annotation_map=COLUMN_TYPES)

    @property
    def session(self) -> Session:
        """Return the session this row lives in."""
        session = object_session(self)
        if session is None:
            raise RuntimeError(f"{type(self).__name__} is not in a session")
        return session


class Numbered:
    """A row known by a number of its own, given by the database and never chosen."""

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True, sort_order=-10)


class PartnerOwned:
    """A row that belongs to exactly one partner, which alone may see it in the portal (A6)."""

    @declared_attr
    def partner_id(self) -> Mapped[int]:
        return mapped_column(BigInteger, ForeignKey("partner.id"), sort_order=-9)

    @declared_attr
    def partner(self) -> Mapped[Partner]:
        return relationship(
            "Partner",
            viewonly=True,
            lazy="raise",
            foreign_keys=f"{self.__name__}.partner_id",  # type: ignore[attr-defined]
        )


class Tracked:
    """A noun whose changes are events (A7): who, when, what, before, after."""

    def changes(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the plain values before and after, of the columns changed since the last flush."""
        before: dict[str, Any] = {}
        after: dict[str, Any] = {}
        state = inspect(self)
        for column in state.mapper.column_attrs:
            history = state.attrs[column.key].history
            if history.has_changes():
                before[column.key] = plain(history.deleted[0]) if history.deleted else None
                after[column.key] = plain(history.added[0]) if history.added else None
        return before, after

    def track(self, kind: str, *, by: Person | None, **facts: Any) -> None:
        """Record what happened to this row; `kind` reads like "partner.renamed"."""
        from app.models.event import Event  # noqa: PLC0415 - events are nouns too

        before, after = self.changes()
        session = object_session(self)
        if session is None:
            raise RuntimeError(f"{type(self).__name__} is not in a session")
        session.flush()
        Event.record(
            session, kind, self, by=by, before=before, after=after | {k: plain(v) for k, v in facts.items()}
        )


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it without loss: decimals and days as text."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    return str(value)
