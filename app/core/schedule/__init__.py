"""Forecasts, capacity and due dates."""
