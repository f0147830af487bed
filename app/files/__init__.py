"""Content-addressed files and notes on any subject."""
