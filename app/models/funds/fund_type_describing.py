"""How the vendor names a kind of fund and says what holds for it."""

from __future__ import annotations


class Describing:
    """Naming and changing."""
