"""Questionnaires asked of candidates: in the call, or by a link that needs no account."""
