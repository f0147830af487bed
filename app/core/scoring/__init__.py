"""Value, weigh, gate, rank and explain candidates."""
