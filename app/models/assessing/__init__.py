"""Assessment: where partners stand on a day, computed set-based from facts, stored, and acted on (P5 to P11)."""
