"""An opportunity: a deal a partner works on, through stages the administrator edits (L5)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Numeric,
    Select,
    and_,
    bindparam,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from app.models.base import Base, Numbered, PartnerOwned, Tracked
from app.models.deals.opportunity_closing import Closing
from app.models.deals.opportunity_passing import Passing
from app.models.deals.opportunity_stage import OpportunityStage, StageKind
from app.models.deals.opportunity_working import Working
from app.models.owning import Owned

if TYPE_CHECKING:
    from app.models.product import Product

__all__ = ["Opportunity", "OpportunityProduct", "OpportunityStage", "StageKind"]

UNDER_WAY = text("closed_on is null and deleted_at is null")
NOT_DELETED = text("deleted_at is null")


class Opportunity(Working, Closing, Passing, Owned, Tracked, PartnerOwned, Numbered, Base):
    """A deal of a partner; it counts when it is won and the vendor has confirmed it (P8, F3)."""

    __tablename__ = "opportunity"
    __table_args__ = (
        CheckConstraint("closed_on >= created_on", name="closed_after_created"),
        CheckConstraint("probability between 0 and 1", name="probability_is_a_share"),
        Index("ix_opportunity_search", "search", postgresql_using="gin"),
        Index(
            "ix_opportunity_partner_id_created_on_id",
            "partner_id",
            "created_on",
            "id",
            postgresql_where=NOT_DELETED,
        ),
        Index("ix_opportunity_partner_id_closed_on", "partner_id", "closed_on"),
        Index("ix_opportunity_created_on_id", "created_on", "id", postgresql_where=NOT_DELETED),
        Index(
            "ix_opportunity_stage_id_created_on_id",
            "stage_id",
            "created_on",
            "id",
            postgresql_where=NOT_DELETED,
        ),
        Index("uq_opportunity_partner_id_id", "partner_id", "id", unique=True),
        Index("ix_opportunity_amount_id", "amount", "id"),
        Index("ix_opportunity_product_id_created_on_id", "product_id", "created_on", "id"),
        Index("ix_opportunity_owner_id_id", "owner_id", "id"),
        Index("ix_opportunity_customer_id", "customer_id"),
        Index("ix_opportunity_stage_id_closed_on_id", "stage_id", "closed_on", "id"),
        Index("ix_opportunity_under_way", "stage_id", "expected_on", "id", postgresql_where=UNDER_WAY),
        Index(
            "ix_opportunity_under_way_of_partner",
            "partner_id",
            "stage_id",
            "expected_on",
            "id",
            postgresql_where=UNDER_WAY,
        ),
        Index("ix_opportunity_expected", "expected_on", "id", postgresql_where=UNDER_WAY),
        Index("ix_opportunity_lead_id", "lead_id"),
        Index(
            "ix_opportunity_without_customer",
            "id",
            postgresql_where=text("customer_id is null and deleted_at is null"),
        ),
        Index(
            "ix_opportunity_partner_id_stage_id_created_on_id",
            "partner_id",
            "stage_id",
            "created_on",
            "id",
            postgresql_where=NOT_DELETED,
        ),
        Index(
            "ix_opportunity_unconfirmed",
            "stage_id",
            "id",
            postgresql_where=text("confirmed_at is null and deleted_at is null"),
        ),
    )

    key: Mapped[str | None] = mapped_column(unique=True)
    name: Mapped[str]
    customer: Mapped[str]
    stage_id: Mapped[int] = mapped_column(ForeignKey("opportunity_stage.id"))
    amount: Mapped[Decimal]
    currency: Mapped[str]
    created_on: Mapped[date]
    expected_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    probability: Mapped[Decimal | None] = mapped_column(Numeric(7, 6))
    owner: Mapped[str | None]
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("lead.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"))
    website: Mapped[str | None]
    customer_email: Mapped[str | None]
    tax_number: Mapped[str | None]
    country: Mapped[str | None]
    description: Mapped[str | None]
    next_step: Mapped[str | None]
    next_step_on: Mapped[date | None]
    competitors: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    reason: Mapped[str | None]
    reported_at: Mapped[datetime | None]
    reported_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    confirmed_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    search: Mapped[str] = mapped_column(
        TSVECTOR,
        Computed(
            "to_tsvector('simple', accord_fold(name || ' ' || customer || ' ' || coalesce(key, '')))",
            persisted=True,
        ),
        deferred=True,
    )

    __mapper_args__ = {"version_id_col": version, "eager_defaults": False}  # noqa: RUF012 - SQLAlchemy reads it so

    stage: Mapped[OpportunityStage] = relationship(lazy="raise")
    product: Mapped[Product | None] = relationship(lazy="raise")

    # -- questions

    @classmethod
    def is_unconfirmed(cls) -> ColumnElement[bool]:
        """Return the condition that nobody has confirmed a deal yet."""
        return and_(cls.confirmed_at.is_(None), cls.deleted_at.is_(None))

    @classmethod
    def is_under_way(cls) -> ColumnElement[bool]:
        """Return the condition that a deal is open: only closed ones have a closing day."""
        return and_(cls.closed_on.is_(None), cls.deleted_at.is_(None))

    def products(self) -> list[OpportunityProduct]:
        """Return what the deal is about, the first one first: it is the one that measures look at."""
        return list(self.session.scalars(_lines(), {"deal": self.id, "first": self.product_id}))

    def state_words(self, stage: str, kind: StageKind) -> str:
        """Return the stage as a reader says it; a win that nobody confirmed yet says so (F3)."""
        if self.deleted_at is not None:
            return "Deleted"
        return f"{stage}, to be confirmed" if self._is_only_reported(kind) else stage

    def tone(self, kind: StageKind) -> str:
        """Return the colour of the stage."""
        if self.deleted_at is not None:
            return "bad"
        if self._is_only_reported(kind):
            return "warn"
        return {StageKind.WON: "good", StageKind.LOST: "neutral"}.get(kind, "info")

    @property
    def is_open(self) -> bool:
        """Say whether it is under way; its stage is loaded."""
        return self.stage.kind is StageKind.OPEN and self.deleted_at is None

    @property
    def is_reported(self) -> bool:
        """Say whether it is reported as won, and waits for the vendor; its stage is loaded."""
        return self._is_only_reported(self.stage.kind) and self.deleted_at is None

    def is_past_expected(self, today: date) -> bool:
        """Say whether it should have been closed by now."""
        return self.closed_on is None and self.expected_on is not None and self.expected_on < today

    @property
    def chance(self) -> Decimal:
        """Return the probability in percent: its own, else its stage's."""
        return (self.stage.probability if self.probability is None else self.probability) * 100

    @property
    def counts(self) -> str:
        """Say in a sentence whether it counts for parameters (P8, F3)."""
        if self.deleted_at is not None:
            return "It was deleted, so it does not count."
        if self.stage.kind is StageKind.OPEN:
            return "It does not count yet: deals count once they are won and confirmed, by their closing day."
        if self.stage.kind is StageKind.LOST:
            return "It was lost, so it does not count as won."
        if self.closed_on is None:
            return "It is won, but has no closing day, so it does not count."
        if self.confirmed_at is None:
            return "It is reported as won. It counts on its closing day once the vendor has confirmed it."
        return "It is won and confirmed: it counts on its closing day."

    def _is_only_reported(self, kind: StageKind) -> bool:
        return kind is StageKind.WON and self.confirmed_at is None


class OpportunityProduct(PartnerOwned, Numbered, Base):
    """A product a deal is about, and how much of it."""

    __tablename__ = "opportunity_product"
    __table_args__ = (
        ForeignKeyConstraint(
            ["partner_id", "opportunity_id"],
            ["opportunity.partner_id", "opportunity.id"],
            onupdate="CASCADE",
        ),
        CheckConstraint("quantity > 0", name="quantity_is_positive"),
        Index(
            "uq_opportunity_product_opportunity_id_product_id", "opportunity_id", "product_id", unique=True
        ),
        Index("ix_opportunity_product_partner_id", "partner_id"),
    )

    opportunity_id: Mapped[int]
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    quantity: Mapped[Decimal] = mapped_column(default=Decimal(1))

    product: Mapped[Product] = relationship(lazy="raise")


@cache
def _lines() -> Select[OpportunityProduct]:
    is_first = OpportunityProduct.product_id == bindparam("first", type_=BigInteger)
    return (
        select(OpportunityProduct)
        .where(OpportunityProduct.opportunity_id == bindparam("deal"))
        .options(joinedload(OpportunityProduct.product))
        .order_by(is_first.desc(), OpportunityProduct.id)
    )
