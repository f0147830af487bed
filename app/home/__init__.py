"""Work queue, search, status."""
