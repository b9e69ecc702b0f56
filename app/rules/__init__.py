"""The calculations of the business: facts in, verdict out. No database, no web, no clock."""
