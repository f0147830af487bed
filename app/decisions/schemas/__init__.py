"""Entries and answers of decisions, and the record a memo is made from."""
