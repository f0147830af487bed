"""Bytes of a labeling tool's export to canonical rows."""
