"""Where an order stands (L6)."""

from enum import StrEnum


class OrderStatus(StrEnum):
    """The path of an order."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CONFIRMED = "confirmed"
    FULFILLED = "fulfilled"
    CLOSED = "closed"
    CANCELLED = "cancelled"


COUNTED = (OrderStatus.CONFIRMED, OrderStatus.FULFILLED, OrderStatus.CLOSED)
"""Orders count for parameters in these (P8)."""
