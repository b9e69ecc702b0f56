"""What a lead is, and how it is worked, offered, passed on and distributed."""
