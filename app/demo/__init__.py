"""A labelled, removable demonstration data set built through the services a user calls.

Everything invented says so in its name; pilot deliveries come from a seeded generator.
"""

from app.demo.load import load
from app.demo.people import DemoLink
from app.demo.removal import remove

__all__ = ["DemoLink", "load", "remove"]
