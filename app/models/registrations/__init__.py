"""Customers and who registered them first: the question, the claim, the decision."""
