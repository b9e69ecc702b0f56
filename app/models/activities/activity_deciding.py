"""Who decides about an activity, step by step (F5)."""

from __future__ import annotations


class Deciding:
    """Approving, returning and declining."""
