"""How an activity ends: completed with proofs, settled wholly or in parts, cancelled (F5)."""

from __future__ import annotations


class Closing:
    """Completing, settling and cancelling."""
