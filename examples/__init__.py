"""Real and published programs and channels to try Accord with."""
