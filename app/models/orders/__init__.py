"""Orders: what a partner ordered, how it is drafted, priced, submitted and credited."""
