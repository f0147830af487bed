"""Scorecard of an evaluation, ratings, gates and the result."""
