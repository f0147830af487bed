"""Pages of pilots as typed data."""
