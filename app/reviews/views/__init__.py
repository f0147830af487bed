"""Pages of reviews as typed data."""
