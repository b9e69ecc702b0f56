"""Marketing activities: what a partner plans and its fund pays for (F5)."""
