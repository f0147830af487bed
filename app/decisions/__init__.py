"""Recommendation, memo, approvals, debriefs."""
