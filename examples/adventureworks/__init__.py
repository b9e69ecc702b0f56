"""Microsoft's AdventureWorks resellers as a channel: partners, prices, orders and rates."""
