"""Opportunities: what a deal is, how it is worked and closed, and the stages it goes through."""
