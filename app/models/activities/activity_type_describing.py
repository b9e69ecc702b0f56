"""How the vendor names a type of activity and its proofs."""

from __future__ import annotations


class Describing:
    """Naming and changing."""
