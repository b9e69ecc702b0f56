"""Microsoft's Regional Sales sample as a channel: accounts with 20,000 opportunities."""
