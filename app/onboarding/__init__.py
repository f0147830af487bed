"""Checklists and tasks after the decision."""
