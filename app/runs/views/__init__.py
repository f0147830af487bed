"""Pages of running pilots as typed data."""
