"""What the open deals of a partner make, by stage and currency: kept by the database as they change (L5)."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import BigInteger, ForeignKey, Numeric
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class PipelineSum(Base):
    """How many open deals stand in a stage, and what they make together; a trigger on deals keeps it.

    `weighted` is the sum at the deals' own probabilities, `unweighted` that of deals which take their stage's.
    """

    __tablename__ = "pipeline_sum"

    partner_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("partner.id"), primary_key=True)
    stage_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("opportunity_stage.id"), primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    deals: Mapped[int]
    amount: Mapped[Decimal] = mapped_column(Numeric)
    weighted: Mapped[Decimal] = mapped_column(Numeric)
    unweighted: Mapped[Decimal] = mapped_column(Numeric)
