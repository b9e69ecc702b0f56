"""How a fund comes to be: with the partnership (P2), or by hand (F4)."""

from __future__ import annotations


class Opening:
    """Opening and changing."""
