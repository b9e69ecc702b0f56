"""How an activity is planned: drafted, edited, submitted, withdrawn (F5)."""

from __future__ import annotations


class Planning:
    """Drafting, editing and submitting."""
