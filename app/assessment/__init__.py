"""Ratings, gates, result and shortlist."""
