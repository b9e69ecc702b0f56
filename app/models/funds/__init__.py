"""Funds: the money a partner earned or was given, held in a ledger that can be proved (F1 to F8)."""
